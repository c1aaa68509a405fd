"""Answers to the exercises of lesson 09, beside the mistakes that are registered and those that are generated."""

import copy
import io
import statistics

import torch

from tests.mutants import accepted, rejected
from uagt_lib.course.lessons.lesson_09.answers import lead, snapshot
from uagt_lib.training.watch import collapse

# ------------------------------------------------------------------------------------------------ 09.1


@accepted("09.1")
def _deep_copy(run):
    return copy.deepcopy(vars(run))


@accepted("09.1")
def _through_a_file(run):
    file = io.BytesIO()
    state = {name: value for name, value in vars(run).items() if name not in ("generator", "losses")}
    torch.save(state | {"generator": run.generator.get_state()}, file)
    return torch.load(io.BytesIO(file.getvalue()))


@accepted("09.1")
def _only_what_changes_in_place(run):
    again = torch.Generator()
    again.set_state(run.generator.get_state())
    return {
        "weights": run.weights + 0,
        "momentum": run.momentum.detach().clone(),
        "pool": run.pool[:],
        "generator": again,
        "step": run.step,
    }


@rejected("09.1", "something was rounded on the way")
def _nearly(run):
    return snapshot(run) | {"weights": run.weights * (1 + 4 * torch.finfo(run.weights.dtype).eps)}


@rejected("09.1", "not TinyRun")
def _another_run(run):
    return copy.deepcopy(run)


@rejected("09.1", "no attribute called velocity")
def _another_name(run):
    found = snapshot(run)
    return found | {"velocity": found.pop("momentum")}


@rejected("09.1", "the weights of the run that went on")
def _draws_once(run):
    torch.rand(1, generator=run.generator)
    return snapshot(run)


@rejected("09.1", "the weights of the run that went on")
def _clears_the_pool(run):
    found = snapshot(run)
    run.pool.clear()
    return found


@rejected("09.1", "the weights of the run that went on")
def _starts_again(run):
    found = snapshot(run)
    run.momentum.zero_()
    return found


@rejected("09.1", "the weights of the run that took over")
def _fits_four_weights(run):
    return snapshot(run) | {"weights": run.weights[:4].clone().repeat(2)[: len(run.weights)]}


@rejected("09.1", "the type of the weights")
def _in_float32(run):
    found = snapshot(run)
    return found | {name: found[name].float() for name in ("weights", "momentum")}


# ------------------------------------------------------------------------------------------------ 09.2


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


# ------------------------------------------------------------------------------------------------ 09.3


@accepted("09.3")
def _column_by_column(mine, rival):
    ahead = 50 * ((rival[:, 0] - mine[:, 0]) + (rival[:, 1] - mine[:, 1]))
    spread = (ahead - ahead.mean()).square().mean().sqrt()
    return ahead.mean(), spread, (ahead > 0).sum()


@accepted("09.3")
def _in_plain_python(mine, rival):
    ahead = [100 * (sum(b) - sum(a)) / 2 for a, b in zip(mine.tolist(), rival.tolist(), strict=True)]
    return [statistics.mean(ahead), statistics.pstdev(ahead), len([x for x in ahead if x > 0])]


@accepted("09.3")
def _with_numpy(mine, rival):
    ahead = 100 * (rival.detach().numpy().mean(1) - mine.detach().numpy().mean(1))
    return float(ahead.mean()), float(ahead.std()), int((ahead > 0).sum())


@rejected("09.3", "afterwards mine at")
def _in_place(mine, rival):
    found = lead(mine, rival)
    mine *= 100
    return found


@rejected("09.3", "afterwards rival at")
def _rival_in_place(mine, rival):
    rival -= mine
    ahead = 100 * rival.mean(1)
    return ahead.mean().item(), ahead.std(correction=0).item(), int((ahead > 0).sum())


@rejected("09.3", "right for N, H, W = 2, 5, 4")
def _fits_ten_splits(mine, rival):
    ahead = 100 * (rival.mean(1) - mine.mean(1))
    mean = ahead.sum() / 10
    return mean, ((ahead - mean).square().sum() / 10).sqrt(), (ahead > 0).sum()


@rejected("09.3", "the result")
def _forgets_the_wins(mine, rival):
    return lead(mine, rival)[:2]


@rejected("09.3", "its standard deviation")
def _variance(mine, rival):
    mean, spread, won = lead(mine, rival)
    return mean, spread**2, won


@rejected("09.3", "the number of splits won")
def _both_columns_ahead(mine, rival):
    mean, spread, _ = lead(mine, rival)
    return mean, spread, int((rival > mine).all(1).sum())


# ---- 09.2, right for short runs that start at step 25


def _since(records, healthy, falsy=False):
    since = None
    for record in records:
        found = since or record["step"] if falsy else record["step"] if since is None else since
        since = found if healthy(record) else None
    return since


def _both_maps(record):
    return not any(collapse(record[f"attention_{x}"], record[f"spread_{x}"]) for x in "st")


@rejected("09.2", "for a run of 150 records that is healthy from its first")
def _step_0_is_no_step(records):
    return _since(records, _both_maps, falsy=True)


@rejected("09.2", "for a run of 150 records that is healthy from its first")
def _last_hundred(records):
    return _since(records[-100:], _both_maps)


@rejected("09.2", "for a run of 150 records that relapses late")
def _late_grey_is_no_matter(records):
    return _since(records, lambda record: _both_maps(record) or record["step"] > 1000)


@rejected("09.2", "for a run whose maps lie at the limits")
def _flat_is_grey(records):
    return _since(records, lambda r: all(r[f"attention_{x}"] <= 0.95 and r[f"spread_{x}"] >= 0.05 for x in "st"))
