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


@accepted("09.2")
def _after_the_last_collapse(records):
    sick = [i for i, record in enumerate(records) if not _healthy(record)]
    rest = records[sick[-1] + 1 :] if sick else records
    return rest[0]["step"] if rest else None


@accepted("09.2")
def _taken_while(records):
    return next((r["step"] for i, r in enumerate(records) if all(map(_healthy, records[i:]))), None)


@rejected("09.2", "relapses")
def _first(records):
    return next((r["step"] for r in records if _healthy(r)), None) if records and _healthy(records[-1]) else None


@rejected("09.2", "afterwards records[0]['step'] is 100 instead of 25")
def _reversed(records):
    records.reverse()
    found = None
    for record in records:
        if not _healthy(record):
            break
        found = record["step"]
    return found


@rejected("09.2", "afterwards the length of records is 0")
def _emptied(records):
    found = _from_the_end(records)
    records.clear()
    return found


@rejected("09.2", "afterwards the list of keys of records[0]")
def _popped(records):
    steps = [record.pop("step") for record in records]
    sick = [i for i, record in enumerate(records) if not _healthy(record)]
    rest = steps[sick[-1] + 1 :] if sick else steps
    return rest[0] if rest else None


@rejected("09.2", "afterwards the list of keys of records[0]")
def _notes_added(records):
    for record in records:
        record["healthy"] = _healthy(record)
    return _from_the_end(records)


@rejected("09.2", "IndexError")
def _never_empty(records):
    return _from_the_end(records) if _healthy(records[-1]) else None


@rejected("09.2", "right for a run that localises at step 75")
def _fits_four_records(records):
    return _from_the_end(records[:4])


@rejected("09.2", "the step is")
def _as_text(records):
    found = _from_the_end(records)
    return None if found is None else str(found)


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
