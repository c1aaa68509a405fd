"""One module a lesson, `lesson_NN`: its exercises (`@checks`) and its quiz (`QUIZ`). Answers live here: no peeking."""
