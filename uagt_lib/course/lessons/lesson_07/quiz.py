"""Lesson 07: the quiz at its end."""

from uagt_lib.course.quizzes import Choice, Question

QUIZ = (
    Question(
        "A paper reports an unbiased KID of -0.04 ± 0.10. What does it tell you?",
        (
            Choice(
                "A bug: a squared distance cannot be negative",
                False,
                "The distance cannot; its unbiased estimate can, and in 7.4 did in many of the 300 deals from one "
                "distribution.",
            ),
            Choice(
                "These features cannot tell the two sets apart",
                True,
                "Values around 0, on either side, are what two samples of one distribution give.",
            ),
            Choice(
                "The fakes are better than the real pictures",
                False,
                "There is no better than real: below 0 is noise of the estimate, not quality.",
            ),
        ),
    ),
    Question(
        "You raise the number of subsets from 10 to 1000, m stays 50. What happens to the ± of the table?",
        (
            Choice(
                "It shrinks tenfold, with the root of their number",
                False,
                "That would be the standard error of the mean. The table's ± is the spread of ONE subset's value.",
            ),
            Choice(
                "It grows, since more subsets bring more extreme values",
                False,
                "The range grows, the standard deviation does not.",
            ),
            Choice(
                "It stays about the same",
                True,
                "More subsets estimate a spread better, they do not make it smaller. Larger subsets do.",
            ),
        ),
    ),
    Question(
        "Our features know animals and meadows. Method B paints worse zebras than A, but on dry grass, as most zebras "
        "have it; A keeps the green meadow. By KID to zebras ...",
        (
            Choice(
                "A must win: its animals are better",
                False,
                "Its animals are, and on its own meadow they win. But whole pictures are compared, grass and all.",
            ),
            Choice(
                "B may win, for something nobody asked it to do",
                True,
                "So it was in 7.6: exchange the meadows, and the order of the two turns round.",
            ),
            Choice(
                "neither can: KID looks at animals only",
                False,
                "It looks at features, and these were taught the colours of backgrounds as well.",
            ),
        ),
    ),
    Question(
        "A method leaves half of the horses alone and swaps the other half for photographs of zebras. By the mean of "
        "KID to source and KID to target it scores ...",
        (
            Choice(
                "worst of all, since none of its pictures is a translation",
                False,
                "KID never asks which output belongs to which input. It sees two sets, and this one lies between them.",
            ),
            Choice(
                "like doing nothing, since what one half gains the other loses",
                False,
                "Squared distances do not trade one for one: in the middle both are a quarter, so the mean is half of "
                "what doing nothing scores.",
            ),
            Choice(
                "about half of doing nothing: better than both methods of this lesson",
                True,
                "The middle between two sets is at a quarter of the squared distance to each. KID sees no cheat.",
            ),
        ),
    ),
    Question(
        "A new method has background error 0.000. What do you ask before you believe in it?",
        (
            Choice(
                "Whether it changed the animals at all",
                True,
                "The identity has background error 0 too. Reward restraint alone, and doing nothing wins.",
            ),
            Choice(
                "How many subsets were drawn",
                False,
                "None: background error compares each output with its own input, pixel by pixel.",
            ),
            Choice(
                "Which feature network was used",
                False,
                "None: it needs masks, not features.",
            ),
        ),
    ),
)
