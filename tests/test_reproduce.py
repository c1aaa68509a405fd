"""Tables and figures again: runs that are made once, branches that equal straight runs, orders that are counted."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from uagt_lib import cli
from uagt_lib.data.pairs import from_savanna, to_folders
from uagt_lib.errors import UagtError
from uagt_lib.evaluate.observe import scores
from uagt_lib.method.direction import Direction
from uagt_lib.method.methods import METHODS
from uagt_lib.method.model import attention_network
from uagt_lib.method.networks import initialise
from uagt_lib.method.speed import logit_speed
from uagt_lib.reproduce import again, alive, figures, photographs, runs, speed, tables
from uagt_lib.reproduce.finding import over_seeds
from uagt_lib.reproduce.runs import Runs, digest, scale, seeds
from uagt_lib.training import checkpoint
from uagt_lib.training.checkpoint import load_model
from uagt_lib.training.config import Config


@pytest.fixture
def base(config: Config) -> Config:
    return config.with_(savanna=4, batch=1, steps=10, switch=0.4)


@pytest.fixture
def kept(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "runs")


def weights(run: Path) -> dict[str, torch.Tensor]:
    return checkpoint.read_tensors(checkpoint.find_weights(run))


def assert_same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> None:
    assert a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


@pytest.mark.slow
def test_a_run_is_trained_once_and_goes_on_after_an_interruption(base, kept, tmp_path, monkeypatch, capsys) -> None:
    other = base.with_(method="cyclegan")
    whole = Runs(tmp_path / "whole").train([base, other])
    real = runs.Trainer.run
    monkeypatch.setattr(runs.Trainer, "run", lambda trainer, until: real(trainer, 3))
    with pytest.raises(UagtError, match="stopped at step 3 of 10; the same again goes on"):
        kept.train([base, other])
    monkeypatch.undo()
    assert not kept.done(base)
    resumed = kept.train([base, other])
    assert "2/2] cyclegan, seed 0, 10 steps; about" in capsys.readouterr().out
    for a, b in zip(resumed, whole, strict=True):
        assert_same(weights(a), weights(b))
    monkeypatch.setattr(runs, "Trainer", None)  # whatever is there is not trained again
    assert kept.train([base, other]) == resumed
    assert kept.seconds([base, other]) > 0


def test_the_digest_tells_configurations_apart_and_ignores_defaults(base) -> None:
    assert (
        len({digest(base.with_(**c)) for c in ({}, {"seed": 1}, {"tau": 0.2}, {"method": "unit"}, {"bias": 1.0})}) == 5
    )
    assert digest(base) == digest(Config.from_dict(json.loads(json.dumps(base.to_dict()))))
    default = {name: value for name, value in base.to_dict().items() if value == Config().to_dict()[name]}
    assert "domains" in default  # added later; runs made before are still found:
    assert digest(scale(True).with_(method="unit", seed=11)) == "91dd7b37a6"
    released = replace(base.architecture, attention_decoder="released")
    assert digest(base.with_(architecture=released)) != digest(base)


@pytest.mark.slow
def test_a_branch_equals_the_straight_run(base, kept, tmp_path) -> None:
    configs = [base.with_(tau=tau) for tau in (0.1, 0.9)]
    branches = kept.branch(base, configs)
    straight = Runs(tmp_path / "straight").train(configs)
    for a, b in zip(branches, straight, strict=True):
        assert_same(weights(a), weights(b))
    assert [checkpoint.load_model(run).tau for run in branches] == [0.1, 0.9]
    assert any(not torch.equal(a, b) for a, b in zip(*(weights(run).values() for run in branches), strict=True))
    assert kept.branch(base, configs) == branches


def test_attention_at_step_k_of_a_run_that_never_switches_is_what_a_switch_at_k_freezes(base, kept) -> None:
    never, switched = kept.train([base.with_(method="uagt-D-A"), base])
    a, b = weights(checkpoint.moment(never, 4)), weights(switched)
    names = [name for name in a if name.startswith("A_")]
    assert names and all(torch.equal(a[name], b[name].half()) for name in names)
    assert len(checkpoint.moments(never)) == 10


@pytest.mark.slow
def test_a_speed_that_is_asked_for_is_the_speed_of_the_maps(base) -> None:
    for config in (world.base for world in [*speed.worlds(scale(False)), *speed.large()]):
        network = attention_network(speed.at_speed(config, 0.05).architecture)
        initialise(network, torch.Generator().manual_seed(7))
        noise = torch.rand(1, 3, config.crop, config.crop, generator=torch.Generator().manual_seed(8)) * 2 - 1
        assert logit_speed(network, noise, config.rate) == pytest.approx(0.05, rel=0.15)  # one network of many


@pytest.mark.parametrize(
    ("mean", "iou", "outside", "fate"),
    [
        (0.019, 0.0, 0.019, "zeros"),
        (0.1, 0.5, 0.09, "found"),
        (0.1, 0.49, 0.09, "found in part"),
        (0.2, 0.6, 0.1, "never closes"),
        (0.2, 0.4, 0.1, "never closes"),
    ],
)
def test_a_fate_is_read_from_scores(mean, iou, outside, fate) -> None:
    assert speed.fate({"mean": mean, "iou@0.5": iou, "attention_outside": outside}) == fate


@pytest.mark.slow
def test_speeds_are_compared_where_stage_1_ends(base, kept, tmp_path, monkeypatch) -> None:
    world = speed.World("tiny", base.with_(steps=60, switch=0.9), (0.003, 0.243), 1)
    monkeypatch.setattr(speed, "worlds", lambda base: [world])
    finding = speed.speed(kept, base, [10, 11])
    slow, fast = finding.values["runs"]["tiny"]
    assert [slow["seed"], fast["seed"]] == [10, 10]
    assert fast["gain"] / slow["gain"] == pytest.approx(81, rel=1e-3)
    assert abs(slow["horses"]["mean"] - 0.73) < abs(fast["horses"]["mean"] - 0.73)
    assert slow["curve"]["attention_s"] and "| 0.003 |" in finding.markdown
    finding.write(tmp_path, "speed")


def test_seeds_are_named_beforehand() -> None:
    assert seeds(3) == [10, 11, 12]
    with pytest.raises(UagtError, match="at least one seed"):
        seeds(0)


def test_every_row_of_the_paper_is_a_method_and_every_name_a_command() -> None:
    assert {*tables.PAPER["table1"], *tables.PAPER["table2"]} == set(METHODS)
    assert set(again.REPRODUCED) == {*tables.PAPER, *figures.FIGURES}


def test_ordering_counts_pairs_and_names_clear_reversals() -> None:
    printed = {"a": (3.0, 1.0), "b": (2.0, 2.0), "c": (1.0, 3.0)}
    paper = {m: dict(zip(Direction, values, strict=True)) for m, values in printed.items()}
    kid = {
        m: {d.label: {"mean": v} for d in Direction}
        for m, v in {"a": [3.0, 3.2], "b": [0.9, 1.1], "c": [1.0, 1.4]}.items()
    }
    there, back = (tables.ordering(kid, paper, d) for d in Direction)
    assert there == {"agree": 2, "pairs": 3, "against": [], "best": "b"}  # b before c, but within their spread
    assert back["agree"] == 1 and back["against"] == [["b", "a"], ["c", "a"]]
    once = {m: {d: {"mean": v["mean"][:1]} for d, v in kid[m].items()} for m in kid}
    assert (
        tables.ordering(once, paper, Direction.T2S)["against"] is None
    )  # one seed cannot tell a difference from chance


def test_over_seeds() -> None:
    assert over_seeds([1.0, 3.0]) == "2.0 ± 1.4" and over_seeds([0.123], 100, 2) == "12.30"


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in again.REPRODUCED if name not in again.NEVER_DRAWN])
def test_each_is_written_as_words_numbers_and_a_picture(base, tmp_path, monkeypatch, capsys, name: str) -> None:
    monkeypatch.setattr(runs, "scale", lambda quick: base)
    monkeypatch.setattr(tables, "extractors", lambda photographs: ["savanna"])
    monkeypatch.setenv("UAGT_CACHE", str(tmp_path / "cache"))
    for table, few in (("table1", ("cyclegan", "uagt")), ("table2", ("uagt-As", "uagt"))):
        monkeypatch.setitem(tables.PAPER, table, {m: tables.PAPER[table][m] for m in few})
    monkeypatch.setattr(figures, "BIASES", (0.7,))
    monkeypatch.setattr(figures, "TAUS", (0.1, 0.9))
    monkeypatch.setattr(speed, "large", lambda: [speed.World("large", base, (0.01, 0.03), 1)])
    count = 2 if name in ("table1", "fig7") else 1
    assert cli.main(["reproduce", name, "--quick", "--seeds", str(count), "--out", str(tmp_path)]) == 0
    assert {f"{name}-quick.{kind}" for kind in ("md", "json", "png")} <= {path.name for path in tmp_path.iterdir()}
    values = json.loads((tmp_path / f"{name}-quick.json").read_text())
    assert values["seeds"] == seeds(count)
    text = (tmp_path / f"{name}-quick.md").read_text()
    assert ("±" in text.split("paper")[0]) == (count == 2) or name.startswith("table")
    if name == "table1":
        found = values["kid"]["savanna"]["methods"]["uagt"]["S→T"]
        assert found["mean"] == pytest.approx(
            [(t + s) / 2 for t, s in zip(found["to target"], found["to source"], strict=True)]
        )
        assert values["attention"]["cyclegan"]["T→S"]["attention_inside"] == [1.0, 1.0]


@pytest.mark.slow
def test_what_is_made_of_photographs_is_scored_against_their_own_masks(base, tmp_path, monkeypatch, capsys) -> None:
    pair = from_savanna(32, 36, images=4, held_out=56)
    to_folders(pair, data := tmp_path / "data")
    for letter in "AB":  # masks are of other photographs than those that are held out
        (tmp_path / f"outlined{letter}").mkdir()
        (data / f"masks{letter}").rename(tmp_path / f"outlined{letter}" / "mask")
        shutil.copytree(data / f"test{letter}", tmp_path / f"outlined{letter}" / "photographs")
        (data / f"empty{letter}").rename(tmp_path / f"empty{letter}")
    for size in ("scale", "whole"):
        monkeypatch.setattr(photographs, size, lambda quick: base.with_(savanna=0))
    monkeypatch.setattr(tables, "extractors", lambda photographs: ["savanna"])
    monkeypatch.setenv("UAGT_CACHE", str(tmp_path / "cache"))
    words = ["reproduce", "horse2zebra", "--seeds", "1", "--out", str(tmp_path), "--photographs", str(data)]
    masks = ["--masks", *(str(tmp_path / f"outlined{letter}") for letter in "AB")]
    assert cli.main([*words, *masks]) == 0
    values = json.loads((tmp_path / "horse2zebra-photographs.json").read_text())
    assert values["attention"]["cyclegan"]["T→S"]["attention_inside"] == [1.0]
    (row,) = (tmp_path / "horse2zebra-photographs.md").read_text().split("## Attention")[1].split("| uagt |")[1:]
    assert row.split("\n")[0].endswith("| - / - |")  # nobody has collected photographs without animals
    run = next(path for path in (tmp_path / "runs").iterdir() if path.name.startswith("uagt-21"))
    counted = json.loads((run / "evaluation" / "masks-s2t" / "attention.json").read_text())["attention"][-1]
    assert values["attention"]["uagt"]["S→T"]["iou@0.5"] == [counted["iou@0.5"]] and counted["photographs"] == 56
    monkeypatch.setattr(speed, "SPEEDS", (0.003, 0.03, 0.3))
    assert cli.main([*words[:1], "speed", *words[2:], *masks]) == 0
    moved = json.loads((tmp_path / "speed-photographs.json").read_text())["runs"]["photographs, crops of 32 px"]
    kept = (tmp_path / "runs").glob("uagt-10-*-stage-1/evaluation/masks-t2s/attention.json")
    counted = [json.loads(path.read_text())["attention"][-1]["iou@0.5"] for path in kept]
    assert {row["speed"] for row in moved} == {0.003, 0.03, 0.3}
    assert {row["zebras"]["iou@0.5"] for row in moved} <= {round(iou, 4) for iou in counted}
    tiny = [alive.Start(name, base.with_(savanna=0), 4, 2, name == "as released") for name in ("ours", "as released")]
    monkeypatch.setattr(alive, "starts", lambda base: tiny)
    assert cli.main([*words[:1], "alive", *words[2:], *masks]) == 0
    begun = (tmp_path / "alive-photographs.json").read_text()
    ours, released = json.loads(begun)["runs"].values()
    assert [row["step"] for row in ours] == [row["step"] for row in released] == [2, 4]
    assert 0.3 < ours[0]["horses, inside"] < 0.9 and ours != released
    assert cli.main([*words[:1], "alive", *words[2:], *masks]) == 0  # nothing is trained again
    assert (tmp_path / "alive-photographs.json").read_text() == begun
    fig3 = [*words[:1], "fig3", *words[2:], *masks]
    for wrong, said in (
        (words, "needs both"),
        ([*words[:1], "fig7", *words[2:], *masks], "not fig7"),
        (fig3, "emptyA is missing"),
    ):
        assert cli.main(wrong) == 2 and said in capsys.readouterr().err
    data = data.rename(tmp_path / "with")
    for letter in "AB":
        (tmp_path / f"empty{letter}").rename(data / f"empty{letter}")
    fig3[-4] = str(data)
    assert cli.main(fig3) == 0
    found = json.loads((tmp_path / "fig3-photographs.json").read_text())["scores"]["horses"]
    (run,) = (tmp_path / "runs").glob("uagt-10-*[!1]/evaluation/masks-s2t/attention.json")
    counted = json.loads(run.read_text())["attention"][-1]
    model = load_model(run.parents[2])
    alone = scores(model, pair.source, Direction.S2T)["object_free_attention"]
    assert found["iou@0.5"] == [counted["iou@0.5"]] and found["object_free_attention"] == [pytest.approx(alone)]
    monkeypatch.setitem(tables.PAPER, "table1", {m: tables.PAPER["table1"][m] for m in ("cyclegan", "uagt")})
    assert cli.main([*fig3[:1], "fig17", *fig3[2:]]) == 0
    found = json.loads((tmp_path / "fig17-photographs.json").read_text())["scores"]
    assert found["cyclegan"]["T→S attention"] == [1.0]
    assert found["uagt"]["S→T attention"] == [pytest.approx(alone, abs=1e-5)]


def test_seasons_change_the_meadow_and_not_the_animals() -> None:
    pair = from_savanna(32, 32, images=8, bias=1.0, held_out=8, domains="seasons")
    green, dry = (d.empty.float().mean((0, 2, 3)) for d in (pair.source, pair.target))
    assert green[0] < green[1] and dry[0] > dry[1]
    for domain in (pair.source, pair.target):
        grey = (domain.test.float().std(1, keepdim=True) * (domain.masks > 0.9)).flatten(1).sum(1)
        colour = grey / (domain.masks > 0.9).flatten(1).sum(1)
        assert colour[:4].min() > colour[4:].max()  # four brown horses, then four striped zebras
    assert not torch.equal(pair.source.masks, pair.target.masks)  # nothing is paired
    with pytest.raises(UagtError, match="animals or seasons"):
        from_savanna(32, 32, domains="weather")
