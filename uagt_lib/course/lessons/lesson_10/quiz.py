"""Lesson 10: the quiz at its end."""

from uagt_lib.course.quizzes import Choice, Question

QUIZ = (
    Question(
        "Our model paints stripes on a red oval in a meadow, though it never saw one. What has its attention learned?",
        (
            Choice(
                "What the outline of a horse looks like",
                False,
                "A horse's outline in the meadow's green was passed over, and an oval was not.",
            ),
            Choice("To react to one colour, brown", False, "Dozens of colours were attended, most not brown."),
            Choice(
                "To find, on a meadow, what has more red in it than green",
                True,
                "Most such colours were attended, and few with more green than red: 125 of them were asked about.",
            ),
        ),
    ),
    Question(
        "Green season to dry season: what does attention settle on?",
        (
            Choice("Nothing, since there is no object", False, "Then D would see green meadows and never be fooled."),
            Choice(
                "The ground, and it spares animals and trees",
                True,
                "It marks where the two domains differ. Animals and trees look the same in both seasons.",
            ),
            Choice("The whole picture, at 1 everywhere", False, "It stayed grey, and animals stayed dark."),
            Choice("The sky, the largest region", False, "Size does not count; a difference between domains does."),
        ),
    ),
    Question(
        "A perfect forger puts a real zebra, in another pose, where the horse was. Which term of the objective minds?",
        (
            Choice(
                "The cycle loss",
                True,
                "The way back cannot know the first pose: s'' is another horse, and the L1 distance to s is large.",
            ),
            Choice(
                "The adversarial loss of D_T", False, "It sees a real zebra, and was as content as with the honest one."
            ),
            Choice("The attention networks", False, "They have no loss of their own."),
        ),
    ),
    Question(
        "Four GPUs, 2 pictures each, gradients averaged. Which single run does a step equal, in our trainer?",
        (
            Choice("One with batch 2 and four times the rate", False, "Averaging does not enlarge the step."),
            Choice(
                "None, since each GPU has its own norm statistics",
                False,
                "True for batch norm; instance norm has one picture each.",
            ),
            Choice("One with batch 8", True, "Losses are means over the batch, and instance norm knows no batch."),
        ),
    ),
    Question(
        "Why does the exported graph contain no discriminator?",
        (
            Choice("ONNX has no leaky ReLU", False, "It has."),
            Choice(
                "It is needed for training only", True, "Translation is F, A and Eq. 1. D's work is in their weights."
            ),
            Choice(
                "It would give away the training pictures", False, "That is a subject of its own, but not the reason."
            ),
        ),
    ),
)
