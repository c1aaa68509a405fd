"""Lesson 03: the quiz at its end."""

from uagt_lib.course.quizzes import Choice, Question

QUIZ = (
    Question(
        "Appendix A, taken by the letter, gives which attention map for a picture of 256 x 256?",
        (
            Choice("256 x 256, as Eq. 1 needs", False, "Count: one layer halves, two double. Something is left over."),
            Choice("128 x 128", False, "That would need one doubling less than halvings; it is the other way round."),
            Choice("512 x 512", True, "256, 256, 128, then up2 and up2: 512. Eq. 1 cannot use it."),
            Choice("64 x 64", False, "Two halvings would give 64 in the middle; only one layer has stride 2."),
        ),
    ),
    Question(
        "The released attention network has 1x1 kernels after its up2 layers. What follows, whatever the weights?",
        (
            Choice(
                "Its maps are constant on blocks of 4x4 pixels",
                True,
                "Nearest-neighbour doubling copies, and 1x1 kernels treat copies alike: 16 pixels, one value.",
            ),
            Choice(
                "Its maps are blurred, since 1x1 kernels average over neighbours",
                False,
                "A 1x1 kernel mixes channels of ONE pixel; it never looks at a neighbour.",
            ),
            Choice(
                "It cannot be trained",
                False,
                "Gradients pass through copies and 1x1 kernels; the authors trained it so.",
            ),
        ),
    ),
    Question(
        "You add 0.2 to every pixel of a picture (nothing is clipped). What does our attention network say to that?",
        (
            Choice(
                "The map rises by about 0.2", False, "The map is no brightness; and the first norm removes the change."
            ),
            Choice(
                "The map changes near the border only",
                False,
                "With reflection the border sees the same shift as the middle; with zero padding it WOULD change.",
            ),
            Choice(
                "Nothing changes, up to rounding",
                True,
                "The convolution turns it into a constant per channel, which the instance norm subtracts.",
            ),
        ),
    ),
    Question(
        "A discriminator score has a receptive field of 34 px, and instance norm after most layers. "
        "Which pixels of a 64-px picture can change that score?",
        (
            Choice(
                "All of them",
                True,
                "Directly 34 x 34; the rest through means and standard deviations, taken over the whole map.",
            ),
            Choice(
                "Those in its 34 x 34 patch", False, "True without norms. A norm's statistics are made of all pixels."
            ),
            Choice(
                "None outside the patch, but all of them during training",
                False,
                "Instance norm has no separate behaviour for training: it always uses the picture at hand.",
            ),
        ),
    ),
    Question(
        "You double (up2) after a layer instead of before it. With which layer do the numbers change?",
        (
            Choice("With a ReLU", False, "It looks at one number at a time; a copy gets what the original gets."),
            Choice(
                "With an instance norm",
                False,
                "If every pixel occurs four times, mean and deviation stay what they were.",
            ),
            Choice("With a 1x1 convolution", False, "It mixes the channels of one pixel; copies are treated alike."),
            Choice(
                "With a 3x3 convolution",
                True,
                "It mixes neighbours, and after doubling half of a pixel's neighbours are copies of itself.",
            ),
        ),
    ),
)
