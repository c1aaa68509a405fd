"""Lesson 01: the quiz at its end."""

from uagt_lib.course.quizzes import Choice, Question

QUIZ = (
    Question(
        "A network learns, by squared error, to hit a zebra picture drawn at random per horse. What does it paint?",
        (
            Choice(
                "A different zebra for each horse, at random",
                False,
                "It has no source of chance, and any single zebra costs twice as much on average as the mean of all.",
            ),
            Choice(
                "The mean of all zebra pictures, whatever the horse",
                True,
                "The horse says nothing about the zebra drawn, and the mean minimises the expected squared error.",
            ),
            Choice(
                "A zebra in the horse's pose",
                False,
                "Nothing links the pose of the horse to the zebra that was drawn, so nothing rewards it.",
            ),
        ),
    ),
    Question(
        "Training with D_T alone, no cycle loss, reached a perfect adversarial loss. What do we know about F_ST?",
        (
            Choice(
                "As a pile, its results look like pile T, and nothing more",
                True,
                "Which horse becomes which zebra is open: D_T never sees the horse that a fake came from.",
            ),
            Choice(
                "Each result shows the horse's own pose and scene, with stripes",
                False,
                "That would be nice, but D_T has no access to s and cannot ask for it.",
            ),
            Choice(
                "It repaints the animal only",
                False,
                "D_T rewards whatever makes the whole picture look like pile T, and grass is most of it.",
            ),
        ),
    ),
    Question(
        "CycleGAN turned a meadow into dry grass and back. What does Eq. 3 say to that?",
        (
            Choice(
                "It is large: the meadow changed",
                False,
                "Eq. 3 never looks at s'. It compares s with s'', and these agree.",
            ),
            Choice(
                "It is undefined without a mask",
                False,
                "Eq. 3 needs two pictures, no mask. Only our measurement uses masks.",
            ),
            Choice(
                "Next to nothing: the picture came home",
                True,
                "Any change that can be undone is free. This is why the cycle loss cannot protect a background.",
            ),
        ),
    ),
    Question(
        "In our small run, which had gone all the way to pile T at step 40?",
        (
            Choice(
                "The stripes, since they are what the task is about",
                False,
                "Their curve starts far below its goal. The task exists in our heads, not in the loss.",
            ),
            Choice(
                "The colour of the grass",
                True,
                "It was there at the first checkpoint. Why it came first is a question that our run does not answer.",
            ),
            Choice("Both together", False, "Look at the two curves again: one starts at its goal, the other at zero."),
            Choice("The stripes and the round trip", False, "At step 40 the stripes had hardly begun."),
        ),
    ),
    Question(
        "Why not simply train on piles with bias 0, where both animals live on the same grass?",
        (
            Choice(
                "It would not change anything that the networks learn",
                False,
                "It would: no judge could then tell the piles by their grass. 'To try', near the end, says how.",
            ),
            Choice(
                "CycleGAN needs a bias, or it could not learn stripes",
                False,
                "Stripes tell the piles apart at any bias.",
            ),
            Choice(
                "Nobody can choose where zebras were photographed",
                True,
                "Real piles have the bias they have. The method has to cope, and the background has to stay even so.",
            ),
        ),
    ),
)
