"""Lesson 06: the quiz at its end."""

from uagt_lib.course.quizzes import Choice, Question

QUIZ = (
    Question(
        "A run's attention is 0.7 on every pixel when the switch comes. What does stage 2 make of it?",
        (
            Choice(
                "It sharpens the map, since D now sees less and rewards what is attended",
                False,
                "Nothing changes the map any more: it is frozen.",
            ),
            Choice("D sees only animals", False, "0.7 is above tau everywhere, so D sees everything."),
            Choice(
                "A CycleGAN that mixes 30 % of the input into everything",
                True,
                "Frozen grey: the whole picture stays attended, for good, and Eq. 1 blends it all.",
            ),
        ),
    ),
    Question(
        "Why a threshold in Eq. 6, and not simply s_a times the picture?",
        (
            Choice(
                "Dimmed real pixels would teach D that mid grey is real",
                True,
                "A factor between 0 and 1 pulls every real pixel towards 0, which is mid grey.",
            ),
            Choice(
                "To make attention binary, so that the user gets sharp outlines, not soft ones",
                False,
                "The user still gets Eq. 1 with the soft map.",
            ),
            Choice("So that attention gets a gradient from D", False, "The other way round: the step has no gradient."),
        ),
    ),
    Question(
        "In stage 2, how should the attention networks be frozen?",
        (
            Choice(
                "with torch.no_grad() around them",
                False,
                "That also cuts the gradient that runs through A_T(s') into s'.",
            ),
            Choice(
                "s_a.detach() and A_T(s').detach(): the same maps, only cut off",
                False,
                "The second one removes a good part of the painter's gradient.",
            ),
            Choice(
                "By leaving them out of the model", False, "They are needed at every step: they say where to paint."
            ),
            Choice("requires_grad_(False) on their weights", True, "The weights rest, the gradient passes."),
        ),
    ),
    Question(
        "Why does the paper remove D's instance norm in stage 2?",
        (
            Choice("To save time", False, "It costs little; that is not the reason."),
            Choice(
                "Masked zeros decide its statistics, so a zebra's score depends on how much grey surrounds it",
                True,
                "You measured it: the same cut-out in a larger frame got another score, and without the norm the same.",
            ),
            Choice("Because masked pictures have no batch", False, "Instance norm never looks at the batch."),
        ),
    ),
    Question(
        "With the paper's lambda, attention in your run slowly covers backgrounds, too. What is the likeliest reason?",
        (
            Choice(
                "The sigmoid saturates by itself", False, "It follows its gradient; something pays for high attention."
            ),
            Choice(
                "Eq. 7: D no longer sees what lies around the animals",
                False,
                "Eq. 7 acts in stage 2, when maps are frozen, and takes the reward for backgrounds away.",
            ),
            Choice(
                "Backgrounds tell the domains apart, and D rewards repainting them",
                True,
                "With bias 1, and nothing else changed, it got attention. Make backgrounds alike; or, if your film "
                "shows the leak growing late, as in the paper's Figure 7, freeze before it.",
            ),
        ),
    ),
)
