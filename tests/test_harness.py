"""What checks are made of: cases, what a call lets be seen, differences in words, mistakes that are recognised."""

import itertools
import os
import random
import time
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from uagt_lib.course.cases import SIZES, Draw, at_sizes
from uagt_lib.course.expect import Wrong, apart, difference, expect
from uagt_lib.course.harness import Law, Mistake, Standard, check
from uagt_lib.course.seen import TODO, Open, see
from uagt_lib.course.weights import random_weights, with_weights

# ---- cases


def test_sizes_vary_in_every_respect():
    for sizes in zip(*(size[:3] for size in SIZES), strict=True):
        assert min(sizes) < sizes[0] < max(sizes)
    assert {n for n, *_ in SIZES} == {1, 2, 3}
    assert all(height != width for _, height, width, _ in SIZES)
    assert {dtype for *_, dtype in SIZES} == {torch.float32, torch.float64}


def test_a_case_makes_its_arguments_anew_and_equal():
    for case in at_sizes(lambda draw: {"x": draw.picture(), "F": draw.network(3)}).values():
        first, second = case(), case()
        assert torch.equal(first["x"], second["x"]) and first["x"].data_ptr() != second["x"].data_ptr()
        assert torch.equal(first["F"].weight, second["F"].weight)


def test_pictures_and_mattes_reach_both_ends_and_stay_between():
    for size in SIZES:
        for drawn, low, high in ((Draw(*size).picture(), -1, 1), (Draw(*size).matte(), 0, 1)):
            assert drawn.min() == low and drawn.max() == high and drawn.dtype == size[3]


# ---- differences in words


@pytest.mark.parametrize(
    ("got", "want", "says"),
    [
        (None, 0.5, "it is None, expected 0.5: is a `return` missing?"),
        (torch.zeros(2, 3), torch.zeros(3, 2), "the shape of it is (2, 3), expected (3, 2)"),
        (torch.zeros(2), torch.zeros(2).double(), "the type of it is torch.float32, expected torch.float64"),
        (torch.tensor([1.0, 2.0, 3.5]), torch.tensor([1.0, 2.0, 3.0]), "it at [2] is 3.5, expected 3; 1 of 3 numbers"),
        (torch.tensor(17.00121), torch.tensor(17.0), "it is 17.001, expected 17"),
        (torch.tensor([float("nan")]), torch.tensor([1.0]), "it at [0] is nan, expected 1"),
        (0.3, torch.tensor(0.3), "it is 0.3, expected a tensor of shape ()"),
        ([1, 2], [1, 2, 3], "the length of it is 2, expected 3"),
        ([1, 5, 3], (1, 2, 3), "it[1] is 5, expected 2"),
        ({"t": 1}, {"s": 1}, "the keys of it is t, expected s"),
        (True, 1, "it is True, expected 1"),
        ("2", 2, "it is '2', expected 2"),
        (3, 2, "it is 3, expected 2"),
    ],
    ids=str,
)
def test_what_differs_first_is_said_with_enough_digits(got, want, says):
    assert difference(got, want, "it").sentence().startswith(says)


@pytest.mark.parametrize(
    ("got", "want"),
    [
        (torch.tensor(2.0), 2.0),
        (75.0, 75),
        ([1, 2], (1, 2)),
        (torch.tensor([1.0 + 1e-6]), torch.tensor([1.0])),
        (float("nan"), float("nan")),
        ({"a": torch.ones(2)}, {"a": torch.ones(2)}),
        (None, None),
    ],
    ids=str,
)
def test_what_says_the_same_does_not_differ(got, want):
    assert difference(got, want, "it") is None


def test_float64_forgives_little():
    one = torch.ones(3, dtype=torch.float64)
    assert difference(one * (1 + 1e-7), one, "it") and not difference(one * (1 + 1e-12), one, "it")


def test_two_numbers_are_written_so_that_they_differ():
    assert apart(1.00001, 1.0) == ("1.00001", "1")
    assert apart(1000001, 1000000) == ("1000001", "1000000")


# ---- what a call lets be seen


def arguments():
    w = nn.Linear(2, 1)
    w.inner = nn.Identity()
    rows = [{"step": 1}, SimpleNamespace(step=1)]
    return {"x": torch.ones(2), "w": w, "rows": rows, "g": torch.Generator().manual_seed(0)}


def seen(function, gives="y"):
    return see(function, arguments, gives, gradient=True)


def test_values_gradients_and_arguments_are_seen():
    found = seen(lambda x, w, rows, g: w(x))
    assert set(found.gradient) == {("y", "x"), ("y", "w.weight"), ("y", "w.bias")}
    assert all(g.any() for g in found.gradient.values())
    assert found.after["rows[0]['step']"] == 1 and found.after["g"] == "untouched" and found.after["x.requires_grad"]
    cut = seen(lambda x, w, rows, g: w(x.detach()))
    assert cut.gradient["y", "x"] is None and cut.gradient["y", "w.bias"].any()


@pytest.mark.parametrize(
    ("function", "piece", "now"),
    [
        (lambda x, w, rows, g: x.add_(1), "x", torch.full((2,), 2.0)),
        (lambda x, w, rows, g: x.detach_(), "x.requires_grad", False),
        (lambda x, w, rows, g: w.requires_grad_(False), "w.bias.requires_grad", False),
        (lambda x, w, rows, g: w.eval(), "w.training", False),
        (lambda x, w, rows, g: w(x).sum().backward(), "the .grad of x", "filled by a backward()"),
        (lambda x, w, rows, g: w.zero_grad(), "the .grad of w.weight", "emptied"),
        (lambda x, w, rows, g: setattr(w, "frozen", 1), "the list of attributes of w", None),
        (lambda x, w, rows, g: x.add_(0), "x's count of writes", 1),
        (lambda x, w, rows, g: w.inner.eval(), "w.inner.training", False),
        (lambda x, w, rows, g: setattr(rows[1], "step", 2), "rows[1].step", 2),
        (lambda x, w, rows, g: rows.clear(), "the length of rows", 0),
        (lambda x, w, rows, g: rows[0].pop("step"), "the list of keys of rows[0]", ""),
        (lambda x, w, rows, g: torch.rand(1, generator=g), "g", "drawn from"),
        (lambda x, w, rows, g: torch.rand(1), "torch's global generator", "drawn from"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_what_a_call_does_to_its_arguments_is_seen(function, piece, now):
    before, after = seen(lambda *_: None).after, seen(function).after
    assert difference(after[piece], before[piece], piece)
    assert now is None or not difference(after[piece], now, piece)


def test_gradients_that_are_left_on_plain_things_are_seen():
    def left(function):
        return see(function, arguments, "y", gradient=False).after["the .grad of w.weight"]

    assert left(lambda *_: None) == "emptied"
    assert left(lambda x, w, rows, g: w(3 * x).sum().backward()) == "filled by a backward()"


def test_a_graph_that_was_spoilt_and_a_grad_mode_that_was_left_off_are_seen():
    def spoils(x, w, rows, g):
        y = x.exp()
        z = y * y
        y.add_(1)
        return z

    assert "inplace" in seen(spoils).gradient
    assert not seen(lambda x, w, rows, g: (torch.set_grad_enabled(False) and None) or x * 2).gradient["y", "x"]
    assert torch.is_grad_enabled()


def test_results_have_names_and_a_second_call_is_made():
    assert seen(lambda *_: (1, 2), ("a", "b")).value == {"a": 1, "b": 2}
    assert seen(lambda *_: 1, ("a", "b")).value == {"the result": 1}
    calls = []
    counted = seen(lambda *_: calls.append(1) or len(calls))
    assert counted.value == {"y": 1} and counted.again == {"y": 2}


def test_an_untouched_answer_is_open_and_an_error_is_kept():
    def untouched(*_):
        raise NotImplementedError(TODO)

    with pytest.raises(Open):
        seen(untouched)
    assert isinstance(seen(lambda *_: 1 / 0).error, ZeroDivisionError)


# ---- holding an answer against a standard


def double(x):
    return 2 * x


def standard(**changed):
    held = {
        "cases": at_sizes(lambda draw: {"x": draw.picture()}),
        "gives": "y",
        "mistakes": [
            Mistake("that is the half", lambda x: x / 2),
            Mistake("no detach here", lambda x: 2 * x.detach()),
            Mistake("shapes do not meet", lambda x: x + torch.zeros(4, 4, 4, 17)),
        ],
    }
    return Standard(double, **held | changed)


def verdict(answer, **changed) -> str:
    try:
        return "passed " + ", ".join(check(answer, standard(**changed)))
    except Wrong as wrong:
        return str(wrong)


def test_right_answers_pass_every_case_and_law():
    law = Law("halves to itself", lambda answer: expect(answer(1) == 2, "1 becomes 2"))
    assert verdict(lambda x: x + x, laws=[law]).endswith("halves to itself")
    assert verdict(lambda x: x + x).count(" in float") == len(SIZES)


ALBUM: dict[int, torch.Tensor] = {}


def test_an_answer_that_puts_something_aside_is_found_wherever_it_lies():
    drawer = []
    for answer, where in (
        (lambda x: ALBUM.setdefault(x, 2 * x), "ALBUM"),
        (lambda x: (drawer.append(x), 2 * x)[1], "drawer"),
        (lambda x, kept=[]: (kept.append(x), 2 * x)[1], "a default value"),
        (lambda x: (lambda y: (drawer.append(y), 2 * y)[1])(x), "drawer"),
    ):
        assert f"puts something aside from call to call, in {where}" in verdict(answer)
    assert verdict(lambda x: 2 * x if drawer else x + x).startswith("passed")


def test_a_mistake_is_named_only_if_it_does_the_same_in_every_case():
    assert verdict(lambda x: 0.5 * x) == "that is the half"
    assert "y at [0, 0, 0, 0] is" in verdict(lambda x: x / 2 if len(x) == 2 else x)
    assert "for N, H, W = 1, 4, 6 in float64; right for" in verdict(lambda x: x / 2 if len(x) == 1 else 2 * x)
    assert verdict(lambda x: (2 * x).detach()) == "no detach here"
    assert "no gradient of y reaches x" in verdict(lambda x: (2 * x).detach(), mistakes=[])
    assert verdict(lambda x: torch.zeros(9, 9, 9, 17) + x) == "shapes do not meet"
    assert "RuntimeError" in verdict(lambda x: x.reshape(7, 7))


def test_gradients_that_are_added_or_changed_are_told():
    assert "part of it is cut off, or something is added" in verdict(lambda x: 3 * x - x.detach())
    hard = Standard(lambda x: (x > 0).to(x.dtype), at_sizes(lambda draw: {"x": draw.picture()}), "y")
    with pytest.raises(Wrong, match="a gradient of y reaches x, which should get none of it"):
        list(check(lambda x: (x > 0).to(x.dtype) + x - x.detach(), hard))


def test_where_many_answers_are_right_laws_decide_and_values_name_the_mistake():
    positive = Law("positive", lambda answer: expect(bool(answer(torch.ones(1)) > 0), "negative"))
    mistakes = [Mistake("turned round", lambda x: -x)]
    free = {"compared": (), "laws": [positive], "mistakes": mistakes}
    assert verdict(lambda x: 5 * x, **free).startswith("passed")
    assert verdict(lambda x: x.neg(), **free) == "turned round"
    assert verdict(lambda x: -3 * x, **free) == "negative"
    assert "your code changes what it is given" in verdict(lambda x: x.add_(1), **free)
    assert "a second call" in verdict(lambda x, memory=[]: memory.append(1) or x * len(memory), **free)


# ---- what an answer puts aside, and what everybody shares

CALLS = 0
COUNT = itertools.count()


class Store:
    calls = 0


def counts_in_a_global(x):
    global CALLS
    CALLS += 1
    return 2 * x


def counts_in_a_class(x):
    Store.calls += 1
    return 2 * x


def counts_in_an_iterator(x):
    next(COUNT)
    return 2 * x


def counts_in_a_function_of_its_own(x):
    return counts_in_a_global(x)


def writes_into_a_default_value(x, kept=torch.zeros(1)):
    kept += 1
    return 2 * x


@pytest.mark.parametrize(
    ("answer", "where"),
    [
        (counts_in_a_global, "CALLS"),
        (counts_in_a_class, "Store.calls"),
        (counts_in_an_iterator, "COUNT"),
        (counts_in_a_function_of_its_own, "CALLS"),
        (writes_into_a_default_value, "a default value"),
    ],
)
def test_whatever_changes_from_call_to_call_is_found(answer, where):
    assert f"puts something aside from call to call, in {where}:" in verdict(answer)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda: torch.set_default_dtype(torch.float64), "torch's default type"),
        (lambda: os.environ.update(UAGT_TEST=str(time.perf_counter_ns())), "the environment's variables"),
        (random.random, "the state of Python's random numbers"),
        (np.random.rand, "the state of NumPy's random numbers"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_what_everybody_shares_is_left_as_it_is(change, what, monkeypatch):
    monkeypatch.setenv("UAGT_TEST", "")
    assert f"your code should leave {what} as it is" in verdict(lambda x: (change(), 2 * x)[1])
    assert torch.get_default_dtype() == torch.float32


def test_a_history_and_a_gradient_of_zeros_that_nobody_asked_for_are_told():
    scale = nn.Parameter(torch.tensor(2.0))
    assert "what comes out has a history" in verdict(lambda x: scale * x, compared=("value",), mistakes=[])
    both = {"cases": at_sizes(lambda draw: {"x": draw.picture(), "y": draw.picture()}), "mistakes": []}
    cut = Standard(lambda x, y: x * y.detach(), **{"gives": "z", **both})
    with pytest.raises(Wrong, match="a gradient of zeros reaches y, which should get none at all"):
        list(check(lambda x, y: x * y.detach() + 0 * y.sum(), cut))


# ---- other circumstances


def network_and_picture(draw):
    return {"F": draw.network(3), "x": draw.picture()}


def two_networks(draw):
    return {"F": draw.network(3), "G": draw.network(3), "x": draw.picture()}


def above(x, tau=0.1):
    return (x > tau).to(x.dtype)


def numbers(a, b):
    return a / b


CIRCUMSTANCES = {
    "(for N, H, W = 70, 11, 11": (double, {"x": Draw.picture}, lambda x: 2 * x[:64]),
    "(for N, H, W = 1, 260, 132": (double, {"x": Draw.picture}, lambda x: 2 * x[..., :256, :]),
    "with tensors that are views": (double, {"x": Draw.picture}, lambda x: 2 * x if x.is_contiguous() else x),
    "with numbers divided by 131072": (
        double,
        {"x": Draw.picture},
        lambda x: 2 * x + ((1e9 * x).round() / 5e8 - 2 * x).detach(),
    ),
    "with numbers above 1 multiplied": (
        double,
        {"x": lambda draw: draw.normal(draw.n, 3, draw.height, draw.width)},
        lambda x: 2 * x.clamp(-100, 100),
    ),
    "with zeros in all tensors": (
        lambda x: x.abs(),
        {"x": lambda draw: draw.picture() + 2},
        lambda x: x.square().sqrt(),
    ),
    "with values of exactly": (above, {"x": Draw.matte}, lambda x, tau=0.1: (x >= 0.1).to(x.dtype)),
    "in the other mode, and frozen": (lambda F, x: F(x), network_and_picture, lambda F, x: F.train()(x)),
    "F.weight.requires_grad is True instead of False": (
        lambda F, x: F(x),
        network_and_picture,
        lambda F, x: F.requires_grad_(True)(x),
    ),
    "with one network in two places": (
        lambda F, G, x: F(x) * G(x),
        two_networks,
        lambda F, G, x: F(x) if F is G else F(x) * G(x),
    ),
    "with nothing said of tau, which is 0.1 then": (
        above,
        {"x": Draw.matte, "tau": lambda _: 0.3},
        lambda x, tau=0.3: above(x, tau),
    ),
}


@pytest.mark.parametrize("words", CIRCUMSTANCES)
def test_answers_are_tried_in_other_circumstances(words):
    reference, made, wrong = CIRCUMSTANCES[words]
    make = made if callable(made) else lambda draw: {name: x(draw) for name, x in made.items()}
    held = Standard(reference, at_sizes(make), "y")
    assert len(list(check(reference, held))) == len(SIZES)
    with pytest.raises(Wrong) as told:
        list(check(wrong, held))
    assert words in str(told.value) and str(told.value).endswith("; right for N, H, W = 2, 5, 4 in float32)")


@pytest.mark.parametrize(
    ("wrong", "given", "words"),
    [
        (lambda rows: sum(rows[:100]), {"rows": [0.5, 2.0]}, "with lists of 150"),
        (lambda rows: sum(row[:100]) if (row := rows["a"]) else 0, {"rows": {"a": [0.5]}}, "with lists of 150"),
    ],
)
def test_lists_are_also_long(wrong, given, words):
    right = (lambda rows: sum(rows)) if isinstance(given["rows"], list) else (lambda rows: sum(rows["a"]))
    held = Standard(right, {"a list": lambda: given}, "the sum", ("value",))
    with pytest.raises(Wrong, match=words):
        list(check(wrong, held))


def test_numbers_are_also_large_one_by_one():
    held = Standard(numbers, {"two": lambda: {"a": 3, "b": 5.0}}, "the ratio", ("value",))
    assert list(check(numbers, held)) == ["two"]
    for wrong, words in (
        (lambda a, b: min(a, 1000) / b, "with 10007 times a"),
        (lambda a, b: a / min(b, 1000), "with 10007 times b"),
        (lambda a, b: a / b if a < 1000 or b < 1000 else a // 10 * 10 / b, "with 10007 times a and b"),
    ):
        with pytest.raises(Wrong, match=words):
            list(check(wrong, held))


# ---- networks


class Two(nn.Module):
    def __init__(self, first: int = 3):
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 4, first, padding=first // 2), nn.Conv2d(4, 1, 1)

    def forward(self, x):
        return self.b(self.a(x).relu())


class OtherOrder(Two):
    def __init__(self):
        super().__init__()
        self.a, self.b = self.b, self.a

    def forward(self, x):
        return self.a(self.b(x).relu())


def test_networks_are_compared_with_one_set_of_weights_in_the_order_of_use():
    draw = Draw(*SIZES[0])
    x = draw.picture()
    weights = random_weights(Two(), x, draw)
    assert list(weights) == ["Conv2d 1.weight", "Conv2d 1.bias", "Conv2d 2.weight", "Conv2d 2.bias"]
    assert torch.equal(with_weights(Two, weights, x), with_weights(OtherOrder, weights, x))
    with pytest.raises(Wrong, match=r"a.weight of shape \(4, 3, 5, 5\) comes where Conv2d 1.weight"):
        with_weights(lambda: Two(5), weights, x)
    with pytest.raises(Wrong, match=r"comes where nothing is expected"):
        with_weights(lambda: nn.Sequential(Two(), nn.Conv2d(1, 1, 1)), weights, x)
    with pytest.raises(Wrong, match=r"nn.Module, not int"):
        with_weights(lambda: 3, weights, x)


class Resting(Two):
    def forward(self, x):
        return super().forward(x) if self.training else x[:, :1]


def test_networks_learn_everywhere_and_are_the_same_in_eval_mode():
    x = Draw(*SIZES[0]).picture()
    weights = random_weights(Two(), x, Draw(*SIZES[0]))
    frozen = Two()
    frozen.a.bias.requires_grad_(False)
    with pytest.raises(Wrong, match=r"a.bias will never learn: requires_grad is False"):
        with_weights(lambda: frozen, weights, x)
    with pytest.raises(Wrong, match=r"what comes out in eval mode at .* expected"):
        with_weights(Resting, weights, x)
