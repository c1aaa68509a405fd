"""Lesson 02: the quiz at its end."""

from uagt_lib.course.quizzes import Choice, Question

QUIZ = (
    Question(
        "A_S answers 0 on every pixel. What does the user get?",
        (
            Choice("A black picture", False, "Zero is the weight of the paint, not the colour of the result."),
            Choice("The photo, unchanged", True, "The paint has weight 0 and the photo weight 1, at every pixel."),
            Choice("CycleGAN's result, repainted all over", False, "That is the other end: ones everywhere."),
        ),
    ),
    Question(
        "At some pixel the generator paints exactly what the photo shows. Which gradient reaches s_a there?",
        (
            Choice(
                "None: it is zero", True, "The gradient is upstream times (paint - photo), and that difference is 0."
            ),
            Choice(
                "A large one: a good generator deserves attention",
                False,
                "Attention is not paid for being right. If both choices look the same, either will do.",
            ),
            Choice(
                "It depends on whether the pixel is horse or meadow",
                False,
                "Nobody knows which it is. The difference of paint and photo decides, and here it is 0.",
            ),
        ),
    ),
    Question(
        "Nobody gives masks. Where does the attention network's knowledge of horses come from?",
        (
            Choice(
                "From the reflect padding and the initial weights",
                False,
                "At step 0 the map is about as bright on horses as elsewhere; the curves show it.",
            ),
            Choice(
                "From the cycle loss, which is small on horses",
                False,
                "The cycle loss asks for the photo back, and nothing pays it better than zeros everywhere.",
            ),
            Choice(
                "From the discriminator: its gradient, times the difference the paint makes",
                True,
                "D_T knows what zebras look like. Where the paint brings a picture closer, the matte is pulled up.",
            ),
            Choice(
                "From the generator, which paints nothing where there is no horse",
                False,
                "It paints everywhere: the background changed by about 0.11, with the jointly trained one by 0.22.",
            ),
        ),
    ),
    Question(
        "A matte with one free number per pixel fooled D_T completely and missed the horses. What was wrong?",
        (
            Choice(
                "The learning rate was too low", False, "The loss reached almost 0: it was solved, in the wrong way."
            ),
            Choice(
                "4096 free numbers can imitate what D_T likes; a network must use one rule for every picture",
                True,
                "A rule for every picture cannot tailor speckles to each. (Its layers also draw smooth maps; which of "
                "the two matters more, the lesson does not test.)",
            ),
            Choice(
                "The discriminator had not been trained",
                False,
                "It was the same one that taught the network a moment later.",
            ),
        ),
    ),
    Question(
        "You threshold the attention map at 0.5 inside Eq. 1, from the first step on. What will attention learn?",
        (
            Choice("The same, only with sharper edges", False, "Sharp edges, yes; but nothing is learned any more."),
            Choice("Faster, because the map is already binary", False, "A step has slope 0 nearly everywhere."),
            Choice("Nothing: no gradient passes through a step", True, "Which is why Eq. 1 uses a matte, not a mask."),
        ),
    ),
)
