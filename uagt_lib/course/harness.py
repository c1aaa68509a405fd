"""The one way every answer is checked: all that its calls let be seen is compared with what a right answer's do.

An answer is right if what comes out, what has become of the arguments, what a second call gives, and the gradient of
every output with respect to everything handed in are the reference's, in every case and in other circumstances
(`trials`), and if it puts nothing aside (`kept`).

Where they are not, the mistakes that learners are known to make are watched in the same way. A message names a mistake
only if it does the same as the answer, in every case. Otherwise it shows what came out, what was expected, and where
they differ first.
"""

import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import torch
from torch import Tensor

from uagt_lib.course.cases import Case, Sized
from uagt_lib.course.expect import Difference, Wrong, describe, difference, expect, stumble
from uagt_lib.course.kept import kept
from uagt_lib.course.seen import DRAWN, Seen, see
from uagt_lib.course.trials import Trial, trials
from uagt_lib.course.world import CHANGED


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that learners are known to give, and the sentence that names the thought behind it."""

    sentence: str
    answer: Any


@dataclass(frozen=True)
class Law:
    """What must hold of every right answer: its name, and a function that raises `Wrong` of an answer it fails on."""

    name: str
    test: Callable[[Any], None]


def call(answer: Callable, *given: Any) -> Any:
    """How an answer that is a function is put to use."""
    return answer(*given)


@dataclass(frozen=True)
class Standard:
    """What an answer is held against.

    Attributes:
        reference: a right answer.
        cases: what it is tried on, by name.
        gives: what comes out is called; several names for several results.
        compared: with the reference's, of "value" and "gradient". What becomes of the arguments always is.
        run: run(answer, *arguments): how an answer is put to use.
        mistakes: commonest first.
        laws: what holds beyond the cases, or where many answers are right.
    """

    reference: Any
    cases: Mapping[str, Case]
    gives: str | tuple[str, ...]
    compared: tuple[str, ...] = ("value", "gradient")
    run: Callable[..., Any] = call
    mistakes: list[Mistake] = field(default_factory=list)
    laws: list[Law] = field(default_factory=list)
    watched: dict[tuple[Any, str, bool], Seen] = field(default_factory=dict, init=False, repr=False, compare=False)

    def watch(self, answer: Any, case: str, learning: bool = True) -> Seen:
        """All that an answer does in a case; without `learning`, under no_grad and with plain tensors."""
        gradient = learning and "gradient" in self.compared
        return see(partial(self.run, answer), self.cases[case], self.gives, gradient, learning)

    def known(self, answer: Any, case: str, learning: bool = True) -> Seen:
        """What the reference or a mistake does in a case; watched once, however many answers are held against it."""
        key = answer, case, learning
        if key not in self.watched:
            self.watched[key] = self.watch(answer, case, learning)
        return self.watched[key]


def check(answer: Any, standard: Standard) -> Iterator[str]:
    """Hold an answer against a standard; yields the name of each case and each law that it passes.

    Raises:
        Wrong: with a sentence for the learner.
        Open: if the answer is an untouched one.
    """
    empty = kept(answer)
    found = {case: standard.watch(answer, case) for case in standard.cases}
    right = {case: standard.known(standard.reference, case) for case in standard.cases}
    for i, case in enumerate(standard.cases):
        for aspect, say in _ASPECTS.items():
            if aspect in ("value", "gradient") and aspect not in standard.compared:
                continue
            if sentence := say(found[case], right[case]):
                before = f"; right for {next(iter(standard.cases))}" if i else ""
                raise Wrong(_recognised(found, standard, aspect) or f"{sentence} (for {case}{before})")
        if sentence := _without_gradients(answer, standard, case):
            raise Wrong(f"{sentence} (for {case}, under torch.no_grad(), as where pictures are translated)")
        yield case
    full = kept(answer)
    other = next((name for name, x in full.items() if x != empty.get(name)), None)
    where = f"your code puts something aside from call to call, in {other}"
    expect(other is None, f"{where}: what comes out may depend only on what goes in")
    for law in standard.laws:
        try:
            law.test(answer)
        except Wrong as wrong:
            raise Wrong(_recognised(found, standard, "gradient") or str(wrong)) from wrong
        yield law.name
    for case in _tried(standard.cases):
        for trial in trials(standard.cases[case], standard.reference):
            if sentence := _in(trial, answer, standard, case):
                raise Wrong(f"{sentence} ({trial.words}; right for {case})")


def _tried(cases: Mapping[str, Case]) -> list[str]:
    """The cases that are tried in other circumstances: one if they differ in size, else all."""
    sized = [name for name, case in cases.items() if isinstance(case, Sized)]
    return sized[:1] or list(cases)


def _in(trial: Trial, answer: Any, standard: Standard, case: str) -> str | None:
    """What differs in another circumstance; nothing where the reference cannot do with it."""
    compared = (*standard.compared, "finite") if "gradient" in standard.compared else standard.compared
    free = {"value", "gradient", "finite"} - set(compared)
    gradient = bool({"gradient", "finite"} & set(trial.aspects) - free)
    if "finite" in trial.aspects and not gradient:
        return None  # there zeros may be nothing to divide by

    def seen(called: Any) -> Seen:
        run = partial(standard.run, called)
        return see(run, trial.case, standard.gives, gradient, unit=trial.unit)

    key = standard.reference, f"{case}, {trial.words}", True
    if trial.itself is None and key not in standard.watched:
        standard.watched[key] = seen(standard.reference)
    right = seen(trial.itself(answer)) if trial.itself else standard.watched[key]
    if right.error:
        return None
    found = seen(trial.answer(answer))
    aspects = trial.aspects if trial.itself else [aspect for aspect in trial.aspects if aspect not in free]
    return next((said for aspect in aspects if (said := (_ASPECTS | _MORE)[aspect](found, right))), None)


def _without_gradients(answer: Any, standard: Standard, case: str) -> str | None:
    """What differs where no gradients are kept; nothing where the reference cannot do without them."""
    right = standard.known(standard.reference, case, learning=False)
    if right.error:
        return None
    found = standard.watch(answer, case, learning=False)
    if found.error and "gradient" not in standard.compared:
        return None  # an answer that computes by autograd what nobody differentiates
    aspects = ("error", "value", "after") if "value" in standard.compared else ("error", "after")
    return next((said for aspect in aspects if (said := _ASPECTS[aspect](found, right))), None)


def _recognised(found: dict[str, Seen], standard: Standard, aspect: str) -> str | None:
    """The sentence of the mistake that does the same as the answer, up to this aspect and in every case."""
    for mistake in standard.mistakes:
        if all(_alike(standard.known(mistake.answer, case), seen, aspect) for case, seen in found.items()):
            return mistake.sentence
    return None


def _alike(one: Seen, other: Seen, aspect: str) -> bool:
    upto = list(_ASPECTS)[: list(_ASPECTS).index(aspect) + 1]
    return _kind(one.error) == _kind(other.error) and not any(_ASPECTS[a](one, other) for a in upto)


def _kind(error: Exception | None) -> tuple[str, Hashable]:
    """An error without its numbers: which of two sizes PyTorch names first is a matter of the order of operands."""
    return type(error).__name__, error.kind if isinstance(error, Wrong) else re.sub(r"\d+", "#", str(error))


# ---- what is said about each aspect of a call that is not as it should be; None if it is


def _error(got: Seen, want: Seen) -> str | None:
    return stumble(got.error) if got.error and not want.error else None


def _value(got: Seen, want: Seen) -> str | None:
    found = _first(got.value, want.value, want.unit)
    if not found and got.carries and not want.carries:
        return "what comes out has a history, and keeps all alive that it was made of: detach it, or use no Parameter"
    return found and found.sentence()


def _mode(got: Seen, want: Seen) -> str | None:
    """In which mode networks were left. It is said first: what comes out is another for that alone."""
    if got.error or want.error:
        return None
    return _after(
        *(replace(x, after={k: v for k, v in x.after.items() if k.endswith(".training")}) for x in (got, want))
    )


def _after(got: Seen, want: Seen) -> str | None:
    found = _first(got.after, want.after, want.unit)
    if not found:
        return None
    now, before = (words.strip("'") for words in (found.got, found.want))
    if now == CHANGED:
        return f"your code should leave {found.where} as it is: everybody shares it"
    if DRAWN in (now, before):
        return f"your code should {'' if before == DRAWN else 'not '}draw random numbers from {found.where}"
    return (
        "your code changes what it is given, and whoever called it still needs that: afterwards "
        f"{found.where} is {now} instead of {before}"
    )


def _again(got: Seen, _: Seen) -> str | None:
    found = _first(got.again, got.value, got.unit)
    return found and (
        f"a second call with the same inputs gives something else: {found.where} is {found.got}, the first time it was "
        f"{found.want}. Is something kept from call to call, or drawn at random?"
    )


def _gradient(got: Seen, want: Seen) -> str | None:
    if isinstance(got.gradient, str) or isinstance(want.gradient, str):
        return None if got.gradient == want.gradient else f"the value is right, but it has no gradient: {got.gradient}"
    taught, reached = ({way[i] for way, g in want.gradient.items() if g is not None} for i in (0, 1))
    for (output, given), right in want.gradient.items():
        mine = got.gradient[output, given]
        if output not in taught and mine is not None and not mine.any():
            return f"the value is right, but {output} should learn nothing, and a gradient of zeros reaches {given}"
        if given not in reached and mine is not None and not mine.any():
            return f"the value is right, but a gradient of zeros reaches {given}, which should get none at all"
        if said := _on_the_way(mine, right, output, given):
            return f"the value is right, but {said}"
    return None


def _on_the_way(mine: Tensor | None, right: Tensor | None, output: str, given: str) -> str | None:
    """What is wrong with the gradient of one output with respect to one thing that is handed in."""
    if mine is None and right is None:
        return None
    mine, right = (torch.zeros_like(other) if g is None else g for g, other in ((mine, right), (right, mine)))
    found = difference(mine, right, f"the gradient of {output} with respect to {given}")
    if found and not mine.any():
        return (
            f"no gradient of {output} reaches {given}: somewhere on this way there is a detach(), a comparison, or a "
            "no_grad()"
        )
    if found and not right.any():
        return f"a gradient of {output} reaches {given}, which should get none of it"
    return found and f"{found.sentence()}: part of it is cut off, or something is added"


_ASPECTS: dict[str, Callable[[Seen, Seen], str | None]] = {
    "error": _error,
    "mode": _mode,
    "value": _value,
    "after": _after,
    "again": _again,
    "gradient": _gradient,
}


def _finite(got: Seen, want: Seen) -> str | None:
    """Where several slopes are right, as of abs() at 0, there should be one, and a number."""
    if isinstance(got.gradient, str) or isinstance(want.gradient, str):
        return None
    for (output, given), right in want.gradient.items():
        mine = got.gradient[output, given]
        if right is not None and mine is None:
            return f"no gradient of {output} reaches {given}"
        if right is not None and right.isfinite().all() and not mine.isfinite().all():
            return f"the gradient of {output} with respect to {given} is {mine[~mine.isfinite()][0].item()}"
    return None


_MORE: dict[str, Callable[[Seen, Seen], str | None]] = {"finite": _finite}


def _first(got: dict[str, Any], want: dict[str, Any], unit: float) -> Difference | None:
    """The first difference between two dictionaries of named things."""
    if ("the result" in got) != ("the result" in want):
        mine, right = (describe(x["the result"]) if "the result" in x else ", ".join(x) for x in (got, want))
        return Difference("the result", mine, right)
    found = (difference(got.get(name), right, name, unit) for name, right in want.items())
    return next((d for d in found if d), None)
