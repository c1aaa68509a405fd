"""Lesson 04: the quiz at its end."""

from uagt_lib.course.quizzes import Choice, Question

QUIZ = (
    Question(
        "D_T gives a fake zebra 14 x 14 scores. What reaches the generator?",
        (
            Choice(
                "One verdict for the picture: the highest of the scores",
                False,
                "No patch is left out: the loss is a mean over all of them.",
            ),
            Choice(
                "A gradient from every patch; the loss is their mean",
                True,
                "Each patch complains about its own piece, which tells F and A where to mend.",
            ),
            Choice(
                "Nothing: scores only teach the discriminator",
                False,
                "They are the only thing that ever tells the generator what a zebra looks like.",
            ),
        ),
    ),
    Question(
        "The released program halves D's least-squares loss. Under Adam, what does that half do to D's updates?",
        (
            Choice("D learns half as fast", False, "With plain gradient descent it would; Adam divides it out again."),
            Choice("D learns twice as fast", False, "A smaller loss has a smaller gradient, never a larger step."),
            Choice(
                "Next to nothing",
                True,
                "Adam divides the gradient by its own size. It would matter where losses are added up, as in F's.",
            ),
        ),
    ),
    Question(
        "The judge is sure that a fake is a fake. Which generator loss has no gradient left with respect to the SCORE?",
        (
            Choice("log(1 - D), as printed in Eq. 2", True, "Its slope is D itself, and D has gone to 0."),
            Choice("-log D", False, "Its slope goes to 1 there: the worse the fake, the firmer the push."),
            Choice(
                "(D - 1)², least squares", False, "At a score of 0 its slope is -2; what may vanish is the judge's own."
            ),
        ),
    ),
    Question(
        "Why is -log(sigmoid(score)) a trap, even if the judge errs on one patch in a million?",
        (
            Choice("The sigmoid is slow", False, "It costs next to nothing."),
            Choice(
                "Far on the wrong side it is infinite, and NaN weights follow",
                True,
                "float32 rounds sigmoid(-200) to 0. One such patch in a batch is enough.",
            ),
            Choice(
                "Logarithms of probabilities are negative, so the loss is too",
                False,
                "That is what the minus sign in front is for.",
            ),
        ),
    ),
    Question(
        "You set lambda to 100 and all attention maps go black. What happened?",
        (
            Choice(
                "Doing nothing became the cheapest: an untouched picture pays no cycle loss",
                True,
                "In our price list zeros win beyond a weight of about 20.",
            ),
            Choice(
                "The discriminators became too strong",
                False,
                "lambda is not in their loss at all.",
            ),
            Choice(
                "The gradients exploded, and the networks with them",
                False,
                "Adam does not mind the size. The balance has shifted, not the scale.",
            ),
            Choice(
                "The cycle loss wants black pictures",
                False,
                "It wants the picture it started from; black maps give just that.",
            ),
        ),
    ),
)
