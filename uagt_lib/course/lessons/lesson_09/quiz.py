"""Lesson 09: the quiz at its end."""

from uagt_lib.course.quizzes import Choice, Question

QUIZ = (
    Question(
        "A run of 1200 steps reaches step 800. Both maps still hover at 0.5 on every pixel, and stage 2 would begin at "
        "step 900. What do you do?",
        (
            Choice(
                "Let it switch: stage 2 sharpens attention",
                False,
                "Stage 2 freezes attention. Grey now is grey for ever, and every result stays half transparent.",
            ),
            Choice(
                "Move the switch later and train on",
                True,
                "Attention has to leave the plateau first. When that happens differs from run to run, so judge by the "
                "map's spread, not by the clock.",
            ),
            Choice(
                "Raise tau, so that only confident pixels count",
                False,
                "tau decides what the discriminator sees in stage 2. At 0.5 everywhere all or nothing passes.",
            ),
        ),
    ),
    Question(
        "Colab disconnects at step 30,000. What must a checkpoint hold so that the resumed run equals the "
        "uninterrupted one, bit for bit?",
        (
            Choice(
                "The weights of all six networks", False, "Adam's moments and step counts would start from nothing."
            ),
            Choice(
                "Weights and optimizer state",
                False,
                "Nearly. The image pool would restart empty and other pictures would be drawn: a similar run, not the "
                "same.",
            ),
            Choice(
                "Weights, optimizers, pools, every random state and the step",
                True,
                "The step decides stage and learning rate, the random states decide crops and pool swaps.",
            ),
            Choice("The last hundred losses", False, "They tell how it went; nothing in a step depends on them."),
        ),
    ),
    Question(
        "Your savanna run scores a mean KID of about 50 with savanna features. Table 1 says 6.93 for horse to zebra. "
        "Is yours seven times worse?",
        (
            Choice(
                "The two cannot be compared",
                True,
                "Other pictures, other features: two scales. Compare rows of one table made with one protocol.",
            ),
            Choice("Yes, KID is a distance", False, "A distance between feature clouds, in units of those features."),
            Choice(
                "Only after dividing by the number of pictures",
                False,
                "The unbiased estimate does not depend on how many there are; features decide its scale.",
            ),
        ),
    ),
    Question(
        "You keep the checkpoint with the best KID out of forty and report that KID. What is wrong?",
        (
            Choice(
                "KID is too noisy to be reported at all",
                False,
                "With its spread beside it, it is a fair number. The trouble lies in how this one was chosen.",
            ),
            Choice(
                "Nothing, the best checkpoint is what users get", False, "They get it, but not that score: see below."
            ),
            Choice(
                "The minimum of forty noisy numbers is biased downwards",
                True,
                "Choosing by the test score uses the test set up. Fix the step beforehand, or choose elsewhere.",
            ),
        ),
    ),
)
