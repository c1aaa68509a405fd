"""Lesson 00: the quiz at its end."""

from uagt_lib.course.quizzes import Choice, Question

QUIZ = (
    Question(
        "What does the learner of horse-to-zebra translation get to see while it trains?",
        (
            Choice(
                "Photographs of the same scene with a horse and with a zebra",
                False,
                "Nobody has those: that would be paired data. A horse does not hold still while you repaint it.",
            ),
            Choice(
                "Two piles of pictures, with nothing that pairs them",
                True,
                "One pile of horses, one of zebras, different scenes, nothing that links the two.",
            ),
            Choice(
                "Pictures with masks that say which pixels are horse",
                False,
                "Our savanna has masks, but only we use them, to measure. Training never sees one.",
            ),
        ),
    ),
    Question(
        "Why do we measure the background's change only where the mask is below 0.01?",
        (
            Choice(
                "Because the animal, soft edge and all, is meant to change",
                True,
                "A changed animal is the task, not an error, and edge pixels are neither one nor the other.",
            ),
            Choice(
                "Because only these pixels are shown to the networks in training",
                False,
                "The networks see every pixel. The mask is used after training, by us.",
            ),
            Choice(
                "Because pixels near the animal are hard to paint",
                False,
                "Hard or not, edge pixels are partly animal, and counting the animal would punish doing the job.",
            ),
        ),
    ),
    Question(
        "A cell prints a line that begins with ○. What is used in the cells below it?",
        (
            Choice(
                "Your half-finished version",
                False,
                "An exercise that was not attempted is replaced, or the rest would stop.",
            ),
            Choice(
                "The version of yours that passed last, if there is one",
                False,
                "What counts is the cell as it ran last: where that did not pass, the library steps in.",
            ),
            Choice("The library's version", True, "Yours takes over from the moment the line begins with ✓."),
        ),
    ),
    Question(
        "With bias 1, horses live on green grass, zebras on dry. What does a judge of 'zebra picture or not' learn?",
        (
            Choice(
                "Stripes, because the piles are called horses and zebras",
                False,
                "The names exist for us. A judge sees pixels, and uses whatever tells the piles apart.",
            ),
            Choice(
                "Stripes and grass: both tell the piles apart",
                True,
                "And the grass covers far more pixels. Is that why it gets repainted? Lesson 01 asks.",
            ),
            Choice(
                "Nothing, the piles are too different",
                False,
                "The more different the piles, the easier a judge's life.",
            ),
        ),
    ),
    Question(
        "Attention loses much of the blue horses (red and blue exchanged). What does that tell us?",
        (
            Choice(
                "It works only on drawings, so it would be of no use on photographs of horses",
                False,
                "The test says nothing about photographs. Those are another training run.",
            ),
            Choice(
                "It learned what tells the piles apart, and that includes colour",
                True,
                "No label ever named a shape. It is worth asking what a network uses, by changing one thing at a time.",
            ),
            Choice(
                "It goes by outlines, and an exchange of colours blurs them",
                False,
                "An exchange moves no edge: every outline stays where it was. Colours alone changed, which was enough.",
            ),
        ),
    ),
)
