"""Answers to the exercises of lesson 09."""

import torch

from tests.mutants import accepted, rejected
from uagt_lib.training.watch import collapse


@accepted("09.1")
def _floor_of_negative(horses, zebras, batch, processes, epochs):
    return epochs * -(-max(horses, zebras) // (batch * processes))


@rejected("09.1", "larger domain")
def _smaller(horses, zebras, batch, processes, epochs):
    return epochs * -(-min(horses, zebras) // (batch * processes))


@rejected("09.1", "added up")
def _both(horses, zebras, batch, processes, epochs):
    return epochs * -(-(horses + zebras) // (batch * processes))


@rejected("09.1", "round up")
def _down(horses, zebras, batch, processes, epochs):
    return epochs * (max(horses, zebras) // (batch * processes))


@rejected("09.1", "several processes")
def _one_process(horses, zebras, batch, processes, epochs):
    return epochs * -(-max(horses, zebras) // batch)


def _healthy(record):
    return all(collapse(record[f"attention_{x}"], record[f"spread_{x}"]) is None for x in "st")


@accepted("09.2")
def _from_the_end(records):
    found = None
    for record in reversed(records):
        if not _healthy(record):
            break
        found = record["step"]
    return found


@rejected("09.2", "relapses")
def _first(records):
    return next((r["step"] for r in records if _healthy(r)), None) if records and _healthy(records[-1]) else None


@rejected("09.2", "A_T")
def _only_s(records):
    found = None
    for record in records:
        if collapse(record["attention_s"], record["spread_s"]) is not None:
            found = None
        elif found is None:
            found = record["step"]
    return found


@rejected("09.2", "position")
def _index(records):
    found = None
    for i, record in enumerate(records):
        found = None if not _healthy(record) else i if found is None else found
    return found


@rejected("09.2", "HEALTHY map")
def _true_is_healthy(records):
    found = None
    for record in records:
        if not all(collapse(record[f"attention_{x}"], record[f"spread_{x}"]) for x in "st"):
            found = None
        elif found is None:
            found = record["step"]
    return found


@rejected("09.2", "in this order")
def _swapped(records):
    found = None
    for record in records:
        if not all(collapse(record[f"spread_{x}"], record[f"attention_{x}"]) is None for x in "st"):
            found = None
        elif found is None:
            found = record["step"]
    return found


@rejected("09.2", "collapse(mean, spread)")
def _by_mean(records):
    return next((r["step"] for r in records if r["attention_s"] <= 0.5), None)


@accepted("09.3")
def _stacked(to_source, to_target):
    both = torch.stack([to_source, to_target]).mean(0) * 100
    return both.mean().item(), (both - both.mean()).square().mean().sqrt().item()


@rejected("09.3", "overstates")
def _mean_of_spreads(to_source, to_target):
    mean = 50 * (to_source + to_target).mean().item()
    return mean, 50 * (to_source.std(unbiased=False) + to_target.std(unbiased=False)).item()


@rejected("09.3", "one heap")
def _pooled(to_source, to_target):
    heap = 100 * torch.cat([to_source, to_target])
    return heap.mean().item(), heap.std(unbiased=False).item()


@rejected("09.3", "target alone")
def _target(to_source, to_target):
    return 100 * to_target.mean().item(), 100 * to_target.std(unbiased=False).item()


@rejected("09.3", "times 100")
def _unscaled(to_source, to_target):
    both = (to_source + to_target) / 2
    return both.mean().item(), both.std(unbiased=False).item()
