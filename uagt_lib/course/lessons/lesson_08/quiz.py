"""Lesson 08: the quiz at its end."""

from uagt_lib.course.quizzes import Choice, Question

QUIZ = (
    Question(
        "Full method and -D-A are trained from the same seed. Until when are their weights equal, to the bit?",
        (
            Choice(
                "Never: they are different methods",
                False,
                "They differ in two switches, and both act in stage 2 only.",
            ),
            Choice(
                "Until the switch to stage 2",
                True,
                "Eq. 7 and the stop both begin there. Before it, both compute the same losses from the same numbers.",
            ),
            Choice(
                "Until the first update of D",
                False,
                "In stage 1 the discriminators of both see whole images.",
            ),
        ),
    ),
    Question(
        "An ablation loses 0.4 KID against the full method; its ± is 0.3, over subsets, one training each. So ...",
        (
            Choice(
                "the piece helps: the difference is larger than the ±",
                False,
                "That ± says how much one subset jumps. What you need is how much another training jumps.",
            ),
            Choice(
                "the piece is useless: the difference is too small",
                False,
                "Not shown to help is not shown to be useless. Nothing has been decided.",
            ),
            Choice(
                "nothing is known until both are trained several times",
                True,
                "Only the spread over trainings can say whether 0.4 is much.",
            ),
        ),
    ),
    Question(
        "Which switch makes terms of the generators' loss vanish, rather than change what is in them?",
        (
            Choice("cycle", True, "cycle_s and cycle_t go. All other ablations keep four terms, with other contents."),
            Choice("masked_discriminator", False, "The discriminators see whole images then, and judge all the same."),
            Choice("attention_s", False, "The map becomes all ones; both terms that hold s' stay."),
        ),
    ),
    Question(
        "Why is removing one piece at a time not the whole story of what a piece is worth?",
        (
            Choice(
                "Because ablations are trained for fewer steps",
                False,
                "They should not be, and in an honest table are not.",
            ),
            Choice(
                "Because another piece may do part of its work, so that two seem useless alone and are not together",
                True,
                "If two pieces protect the background, either one can go unnoticed, as long as the other is there.",
            ),
            Choice(
                "Because KID cannot compare methods with different losses",
                False,
                "KID looks at pictures only. It does not know any loss.",
            ),
        ),
    ),
    Question(
        "A rival scores badly in your table. What do you check first?",
        (
            Choice(
                "Whether your version of it has its own settings, or only yours",
                True,
                "Learning rate, loss weight, optimizer, network: every rival was tuned with its own.",
            ),
            Choice(
                "Whether its paper has fewer citations than yours",
                False,
                "Citations do not paint zebras.",
            ),
            Choice(
                "Nothing: the same settings for all is what makes a comparison fair",
                False,
                "Equal settings favour whoever they were chosen for. Equal effort would be fair, and is seldom spent.",
            ),
        ),
    ),
)
