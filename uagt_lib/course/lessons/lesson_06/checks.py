"""Lesson 06, two stages: what answers are tried on, and the mistakes that are recognised."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from uagt_lib.course.cases import Draw, at_sizes
from uagt_lib.course.exercises import define, mistake
from uagt_lib.course.expect import expect
from uagt_lib.course.lessons.lesson_02.answers import there_and_back
from uagt_lib.course.lessons.lesson_06 import figures
from uagt_lib.course.lessons.lesson_06.answers import staged_trip
from uagt_lib.method.compose import compose, foreground
from uagt_lib.method.schedule import learning_rate, stage

# ------------------------------------------------------------------------------------------------ 06.1 Eq. 6


def picture_map_threshold(draw: Draw) -> dict[str, Any]:
    """A map with some values exactly at the threshold, and some zeros."""
    tau = {1: 0.1, 3: 0.9}.get(draw.n, 0.3)
    attention = draw.matte()
    attention[:, :, 0, :2] = tau
    attention[:, :, 1, :2] = 0
    return {"image": draw.picture(), "attention": attention, "tau": tau}


def without_threshold() -> dict[str, Any]:
    """Values on both sides of 0.1."""
    return {
        "image": Draw(1, 1, 4, torch.float32).picture(),
        "attention": torch.tensor([[[[0.0, 0.05, 0.15, 0.7]]]]),
    }


def threshold_of_zero() -> dict[str, Any]:
    """Where attention is 0 it is not above 0 either."""
    return {
        "image": Draw(1, 1, 3, torch.float32).picture(),
        "attention": torch.tensor([[[[0.0, 0.01, 1.0]]]]),
        "tau": 0.0,
    }


define(
    "06.1",
    foreground,
    at_sizes(picture_map_threshold) | {"tau left out": without_threshold, "tau = 0": threshold_of_zero},
    "the foreground",
    part="foreground",
    equation="Eq. 6",
    difficulty=1,
    minutes=6,
    hints=[
        "A comparison gives True and False per pixel; multiplied with a picture they act as 1 and 0.",
        "Above tau the pixel stays as it is. Elsewhere it becomes 0, which is mid grey in [-1, 1].",
    ],
    draw=figures.draw_foreground,
)


@mistake("06.1", "the picture is dimmed by the soft map, so D learns that dim is real; Eq. 6 keeps or drops a pixel")
def dimmed(image, attention, tau=0.1):
    return image * attention


@mistake("06.1", "dropped pixels are black (-1); Eq. 6 makes them 0, which is mid grey here")
def black(image, attention, tau=0.1):
    return torch.where(attention > tau, image, -torch.ones_like(image))


@mistake("06.1", "at attention equal to tau the pixel must go: Eq. 6 says >, strictly (the released program has >=)")
def at_least(image, attention, tau=0.1):
    return image * (attention >= tau)


@mistake("06.1", "attended pixels are dimmed by the map; above tau a pixel stays exactly as it is")
def dimmed_above(image, attention, tau=0.1):
    return image * attention * (attention > tau)


@mistake("06.1", "kept and dropped are exchanged: pixels with attention ABOVE tau stay")
def exchanged(image, attention, tau=0.1):
    return image * (attention <= tau)


@mistake("06.1", "the map itself came back; Eq. 6 gives a picture")
def only_the_map(image, attention, tau=0.1):
    return (attention > tau).to(image.dtype)


@mistake("06.1", "tau is an argument; yours stays at 0.1 whatever it is told")
def tau_fixed(image, attention, tau=0.1):
    return image * (attention > 0.1)


@mistake("06.1", "without a tau it is 0.1, as in the paper; yours is 0.5")
def another_default(image, attention, tau=0.5):
    return image * (attention > tau)


@mistake("06.1", "the threshold is 0.5, as in rounding; it should be tau")
def rounded(image, attention, tau=0.1):
    return image * (attention > 0.5)


@mistake("06.1", "no gradient reaches the picture: the painter could not learn from what D sees")
def picture_detached(image, attention, tau=0.1):
    return foreground(image.detach(), attention, tau)


@mistake("06.1", "a straight-through gradient reaches the map; a comparison has none, the map enters as > tau only")
def straight_through(image, attention, tau=0.1):
    return image * ((attention > tau).to(image.dtype) + attention - attention.detach())


@mistake("06.1", "the threshold is laid on the picture; it is the map that says what stays")
def picture_above(image, attention, tau=0.1):
    return image * (image > tau)


# ------------------------------------------------------------------------------------------------ 06.2 stages


def epochs_and_switches() -> dict[str, Callable[[], dict[str, Any]]]:
    """The paper's 30, on both sides; half epochs; and switches elsewhere."""
    pairs = {
        "epoch 0 and a switch at 30": (0, 30),
        "epoch 29, the last of stage 1": (29, 30),
        "epoch 30 itself: counted from 0, the first of stage 2": (30, 30),
        "epoch 31 and a switch at 30": (31, 30),
        "epoch 99 and a switch at 30": (99, 30),
        "29.5: the middle of the last epoch of stage 1": (29.5, 30),
        "a switch at 0: no stage 1 at all": (0, 0),
        "epoch 40 and a switch at 100": (40, 100),
    }
    return {
        name: lambda epoch=epoch, switch=switch: {"epoch": epoch, "switch": switch}
        for name, (epoch, switch) in pairs.items()
    }


define(
    "06.2",
    stage,
    epochs_and_switches(),
    "the stage",
    part="stages",
    equation="Algorithm 1",
    difficulty=1,
    minutes=3,
    hints=["Epochs are counted from 0. With a switch at 30, epochs 0 to 29 are stage 1: that is 30 of them."],
    compared=("value",),
)


@mistake("06.2", "the epoch of the switch is stage 2: counted from 0, stage 1 is c < switch, or it lasts 31 epochs")
def one_late(epoch, switch):
    return 1 if epoch <= switch else 2


@mistake("06.2", "this is True or False; the stages are called 1 and 2")
def second(epoch, switch):
    return epoch >= switch


@mistake("06.2", "this is True or False; the stages are called 1 and 2")
def first(epoch, switch):
    return epoch < switch


@mistake("06.2", "the stages are called 1 and 2, not 0 and 1")
def from_zero(epoch, switch):
    return int(epoch >= switch)


@mistake("06.2", "the stages are exchanged: stage 1 comes first, before the switch")
def stages_exchanged(epoch, switch):
    return 2 if epoch < switch else 1


@mistake("06.2", "the switch is an argument; yours stays at 30 whatever it is told")
def always_thirty(epoch, switch):
    return 1 if epoch < 30 else 2


@mistake("06.2", "stage 2 begins an epoch early: epochs are counted from 0 already, so nothing is added")
def one_early(epoch, switch):
    return 1 if epoch + 1 < switch else 2


@mistake("06.2", "the epoch is rounded: in the middle of the last epoch of stage 1 it is still stage 1")
def to_whole_epochs(epoch, switch):
    return 1 if round(epoch) < switch else 2


@mistake("06.2", "stage 2 lasts one epoch only; from the switch on it is always stage 2")
def for_one_epoch(epoch, switch):
    return 2 if epoch == switch else 1


# ------------------------------------------------------------------------------------------------ 06.3 the rate


def moments_of_runs() -> dict[str, Callable[[], dict[str, Any]]]:
    """Both halves, the end, and beyond; in epochs and in steps."""
    moments = {
        "epoch 0 of 100: the base": (0, 100, 2e-4),
        "epoch 10 of 100: in the first half it stays at the base": (10, 100, 2e-4),
        "epoch 49.9 of 100: in the first half it stays at the base": (49.9, 100, 2e-4),
        "epoch 50 of 100: here the fall begins": (50, 100, 2e-4),
        "epoch 75 of 100: half of the fall": (75, 100, 2e-4),
        "epoch 99 of 100: nearly at the end": (99, 100, 2e-4),
        "epoch 100 of 100: the end": (100, 100, 2e-4),
        "step 300 of 400: any unit will do": (300, 400, 1.0),
        "epoch 2.6 of 5: half of the run need not be a whole number": (2.6, 5, 1.0),
        "epoch 4 of 5": (4, 5, 1.0),
        "step 401 of 400: past the end it stays 0": (401, 400, 1.0),
        "step 1000 of 400: past the end it stays 0": (1000, 400, 1.0),
    }
    return {
        name: lambda given=given: dict(zip(("epoch", "epochs", "base"), given, strict=True))
        for name, given in moments.items()
    }


define(
    "06.3",
    learning_rate,
    moments_of_runs(),
    "the rate",
    part="stages",
    equation="as released",
    difficulty=1,
    minutes=6,
    hints=[
        "Two cases, or one min(): first write down the rate at epochs 0, 50, 75 and 100 of 100.",
        "In the second half the rate is base times the share of the second half that is still to come.",
    ],
    draw=figures.draw_rate,
    compared=("value",),
)


@mistake("06.3", "the fall begins at the start; in the first half the rate stays at the base")
def from_the_start(epoch, epochs, base):
    return base * max(0.0, 1 - epoch / epochs)


@mistake("06.3", "past the end the rate is negative: that would climb the loss; it stays 0")
def below_zero(epoch, epochs, base):
    return base * min(1.0, 2 * (1 - epoch / epochs))


@mistake("06.3", "`//` divides to whole numbers, so the rate never falls before the end; a share is epoch / epochs")
def whole_division(epoch, epochs, base):
    return base * min(1, 2 * max(0, 1 - epoch // epochs))


@mistake("06.3", "the fall begins at the switch, 30; it begins at half of the run, whatever the switch")
def from_the_switch(epoch, epochs, base):
    return base * min(1.0, max(0.0, (epochs - epoch) / (epochs - 30)))


@mistake("06.3", "the line ends at half of the base; it is straight, and 0 at the end of the run")
def to_half(epoch, epochs, base):
    return base * min(1.0, max(0.0, 1.5 - epoch / epochs)) * (epoch <= epochs)


@mistake("06.3", "the line ends at half of the base; it is straight, and 0 at the end of the run")
def to_half_and_on(epoch, epochs, base):
    return base * min(1.0, max(0.0, 1.5 - epoch / epochs))


@mistake("06.3", "the rate drops by half at once, and falls from there; the line begins at the base")
def jumps(epoch, epochs, base):
    return base if epoch < epochs / 2 else base * max(0.0, 1 - epoch / epochs)


@mistake("06.3", "the length of the run is an argument; yours is always 100")
def always_hundred(epoch, epochs, base):
    return base * min(1.0, max(0.0, 2 - epoch / 50))


@mistake("06.3", "the rate rises again past the end; it stays 0")
def bounces(epoch, epochs, base):
    return min(base, 2 * base * abs(epochs - epoch) / epochs)


@mistake("06.3", "half of the run need not be a whole number: of 5 epochs it is 2.5, not 2")
def rounded_half(epoch, epochs, base):
    half = epochs // 2
    return base if epoch < half else max(0.0, base * (epochs - epoch) / (epochs - half))


@mistake("06.3", "this is the share of the base; multiply it by the base")
def share_only(epoch, epochs, base):
    return min(1.0, 2 * max(0.0, 1 - epoch / epochs))


@mistake("06.3", "the rate is 0 from half of the run on; it falls to 0 in a straight line until the end")
def off_at_half(epoch, epochs, base):
    return base * (epoch <= epochs / 2)


# ------------------------------------------------------------------------------------------------ 06.4 attention rests


def photo_and_four_networks(draw: Draw) -> dict[str, Any]:
    """Networks that can be told apart by what they do."""
    return {
        "s": draw.picture(),
        "F_st": draw.network(3),
        "A_s": draw.network(1, torch.sigmoid),
        "F_ts": draw.network(3, torch.sin),
        "A_t": draw.network(1, torch.sigmoid),
    }


def three_trips(answer: Callable, s: Tensor, *networks: nn.Module) -> list[Tensor]:
    """Trips of a photo, which has no history, in stage 1, 2, and 1 again: six tensors.

    Whether attention is left frozen shows in what the next trip teaches. A number that is changed shows after the last.
    """
    for network in networks:  # stage 1 need not thaw what arrives frozen
        network.requires_grad_(True)
    lent = [s, *(p for network in networks for p in network.parameters())]
    before = [x.detach().clone() for x in lent]
    found: list[Tensor] = []
    for now in (1, 2, 1):
        for x, numbers in zip(lent, before, strict=True):
            x.data.copy_(numbers)
        trip = answer(s.detach(), *networks, now)
        expect(trip is not None, "the trip returned None: is a `return` missing?")
        two = isinstance(trip, tuple | list) and len(trip) == 2
        expect(two, "return two tensors: s_prime, s_cycled, in this order")
        found += trip
    for network in networks:
        network.requires_grad_(True)
    return found


define(
    "06.4",
    staged_trip,
    at_sizes(photo_and_four_networks),
    tuple(f"{x} in {when}" for when in ("stage 1", "stage 2", "stage 1 again") for x in ("s'", "s''")),
    part="stages",
    equation="Section 3.2",
    difficulty=2,
    minutes=8,
    hints=[
        "It is a call of there_and_back with one or two lines in front.",
        "Which of no_grad(), detach() and requires_grad_() leaves the way to s' open? Lesson 05 froze D for a moment.",
        "for A in (A_s, A_t): A.requires_grad_(...). What must the brackets say, so that stage 1 thaws again?",
    ],
    run=three_trips,
)


@mistake(
    "06.4",
    "part of F_st's gradient is missing in stage 2: s'' depends on s' through A_t(s') too. no_grad() or detach() cut "
    "that road; freeze the network's weights instead",
)
def maps_detached(s, F_st, A_s, F_ts, A_t, stage):
    if stage == 1:
        return there_and_back(s, F_st, A_s, F_ts, A_t)
    return there_and_back(s, F_st, lambda x: A_s(x).detach(), F_ts, lambda x: A_t(x).detach())


@mistake("06.4", "nobody learns in stage 2: everything was frozen, or made under no_grad(); only attention rests")
def under_no_grad(s, F_st, A_s, F_ts, A_t, stage):
    with torch.set_grad_enabled(stage == 1):
        return there_and_back(s, F_st, A_s, F_ts, A_t)


@mistake("06.4", "A_t can still learn in stage 2; both must rest")
def only_a_s(s, F_st, A_s, F_ts, A_t, stage):
    A_s.requires_grad_(stage == 1)
    return there_and_back(s, F_st, A_s, F_ts, A_t)


@mistake("06.4", "after a step of stage 2, stage 1 finds attention still frozen: thaw it there, before it is used")
def for_good(s, F_st, A_s, F_ts, A_t, stage):
    if stage == 2:
        A_s.requires_grad_(False), A_t.requires_grad_(False)
    return there_and_back(s, F_st, A_s, F_ts, A_t)


@mistake("06.4", "A_s can still learn in stage 2; both must rest")
def only_a_t(s, F_st, A_s, F_ts, A_t, stage):
    A_t.requires_grad_(stage == 1)
    return there_and_back(s, F_st, A_s, F_ts, A_t)


@mistake("06.4", "A_s and A_t can still learn in stage 2: network.requires_grad_(False) before they are used")
def nobody_rests(s, F_st, A_s, F_ts, A_t, stage):
    return there_and_back(s, F_st, A_s, F_ts, A_t)


@mistake(
    "06.4",
    "network.requires_grad = ... only hangs a new attribute on the module and freezes nothing: use "
    "requires_grad_(False), with the underscore",
)
def without_underscore(s, F_st, A_s, F_ts, A_t, stage):
    for network in (A_s, A_t):
        network.requires_grad = stage == 1
    return there_and_back(s, F_st, A_s, F_ts, A_t)


@mistake("06.4", "in stage 1 attention must still learn: it is frozen in both stages")
def always_frozen(s, F_st, A_s, F_ts, A_t, stage):
    A_s.requires_grad_(False), A_t.requires_grad_(False)
    return there_and_back(s, F_st, A_s, F_ts, A_t)


@mistake("06.4", "the stages are turned round: attention is frozen too early, in stage 1, and learns in stage 2")
def turned_round(s, F_st, A_s, F_ts, A_t, stage):
    A_s.requires_grad_(stage == 2), A_t.requires_grad_(stage == 2)
    return there_and_back(s, F_st, A_s, F_ts, A_t)


@mistake("06.4", "the generators are frozen in stage 2, and attention learns; it is attention that rests")
def wrong_pair(s, F_st, A_s, F_ts, A_t, stage):
    F_st.requires_grad_(stage == 1), F_ts.requires_grad_(stage == 1)
    return there_and_back(s, F_st, A_s, F_ts, A_t)


@mistake("06.4", "frozen and thawed too late, after the networks were used: a graph remembers how things were then")
def too_late(s, F_st, A_s, F_ts, A_t, stage):
    out = there_and_back(s, F_st, A_s, F_ts, A_t)
    A_s.requires_grad_(stage == 1), A_t.requires_grad_(stage == 1)
    return out


@mistake("06.4", "s' was detached before the way back, so the cycle loss can no longer teach F_st")
def cut_between(s, F_st, A_s, F_ts, A_t, stage):
    x, _ = staged_trip(s, F_st, A_s, F_ts, A_t, stage)
    y = x.detach()
    return x, compose(y, F_ts(y), A_t(y))


@mistake("06.4", "the way back reuses s_a; s' has its own map, A_t(s'), in both stages")
def reuses_the_map(s, F_st, A_s, F_ts, A_t, stage):
    x, _ = staged_trip(s, F_st, A_s, F_ts, A_t, stage)
    return x, compose(x, F_ts(x), A_s(s))


@mistake("06.4", "s' is masked in stage 2; Eq. 6 is for what D sees, the trip itself stays as it was")
def masked(s, F_st, A_s, F_ts, A_t, stage):
    x, back = staged_trip(s, F_st, A_s, F_ts, A_t, stage)
    return (foreground(x, A_s(s)), back) if stage == 2 else (x, back)
