"""Lesson 05: the quiz at its end."""

from uagt_lib.course.quizzes import Choice, Question

QUIZ = (
    Question(
        "Your two losses go down nicely, but the pictures stay what they were. Which check tells the most?",
        (
            Choice(
                "Train ten times longer: GANs are slow, and their losses are noisy for a long while",
                False,
                "More of the same step teaches the same networks the same wrong things.",
            ),
            Choice(
                "Which networks get a gradient from which loss, and one overfitted pair",
                True,
                "Losses of a game say little. Where gradients go, and whether one pair can be learned, is measured in "
                "seconds.",
            ),
            Choice("A lower learning rate", False, "The rate does not decide who learns from what."),
        ),
    ),
    Question(
        "D's turn, and detach() is missing. The program stops: “Trying to backward through the graph a second time”. "
        "A forum suggests retain_graph=True. What is the matter with it?",
        (
            Choice(
                "It asks for gradients that should not exist",
                True,
                "The graph of s' is only needed because the gradient runs on into F and A. Cut there, and nothing is "
                "missing.",
            ),
            Choice("It needs a newer PyTorch", False, "It exists everywhere; it answers the wrong question."),
            Choice(
                "Nothing, it is only a bit slower", False, "The next error waits already: F's weights changed since."
            ),
            Choice("It makes D's loss twice as large", False, "The value of the loss stays what it was."),
        ),
    ),
    Question(
        "Why is D frozen while F learns, when the translators' optimizer does not hold D's weights anyway?",
        (
            Choice(
                "Otherwise the translators' optimizer would change D's weights and spoil the game",
                False,
                "An optimizer changes only what it holds; D's gradients would just lie there.",
            ),
            Choice("D would give other scores", False, "Freezing changes no score and no gradient of F."),
            Choice(
                "To save the work for gradients that nobody uses",
                True,
                "A third of that pass. And a D gradient left lying about is one forgotten zero_grad() from harm.",
            ),
        ),
    ),
    Question(
        "What does the image pool keep, and why?",
        (
            Choice(
                "Real pictures of the last 50 steps, so that D does not forget what real ones look like",
                False,
                "Real pictures come fresh from the data set at every step.",
            ),
            Choice(
                "Fakes with their attention: D meets old tricks again, with masks that fit",
                True,
                "In stage 2 a fake is cut out with the map it was made with; today's map belongs to another picture.",
            ),
            Choice("The last 50 generators", False, "Only what they painted is kept; that is far cheaper."),
        ),
    ),
    Question(
        "One pair is overfitted. Attention lies on the background too. Is that a bug?",
        (
            Choice(
                "Yes: it should find the animal", False, "Nothing in one pair says that the animal is what differs."
            ),
            Choice(
                "Yes: attention must be sharp from the start",
                False,
                "Nothing in one pair asks for that either.",
            ),
            Choice(
                "It depends on lambda",
                False,
                "Lambda can shut a map, but not tell the animal from the meadow: one pair does not say which is which.",
            ),
            Choice(
                "No: with one pair, the background differs as reliably as the animal",
                True,
                "What is common to all zebras and no horse can only be learned from many.",
            ),
        ),
    ),
)
