"""Wrong answers that every exercise must reject, with words its message must contain, and right ones it must accept.

Three sources of wrong answers: the mistakes registered with an exercise, each of which must be told its own sentence;
those that `generated.py` makes of every right answer (a cut gradient, a changed argument, a size that is fitted, ...);
and others, written here by hand. In `lesson_02.py`:

    @rejected("02.1", "swapped")
    def attention_on_the_wrong_side(s, painted, s_a): ...

    @accepted("02.1")
    def written_as_a_blend(s, painted, s_a): ...
"""

from collections.abc import Callable
from typing import Any

REJECTED: list[tuple[str, str, Any]] = []
ACCEPTED: list[tuple[str, Any]] = []


def rejected(id: str, words: str) -> Callable[[Any], Any]:
    """A plausible wrong answer to exercise `id`; the message must contain `words`."""
    return lambda answer: REJECTED.append((id, words, answer)) or answer


def accepted(id: str) -> Callable[[Any], Any]:
    """A right answer to exercise `id`, written differently from the library's."""
    return lambda answer: ACCEPTED.append((id, answer)) or answer
