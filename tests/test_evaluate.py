"""`uagt evaluate`: the same bytes twice, the same scores for the same pictures, and what it refuses."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from tests.test_cli import refused, run
from uagt_lib.course.places import ROOT
from uagt_lib.data.folders import load_images
from uagt_lib.data.pairs import from_savanna, to_uint8
from uagt_lib.evaluate import kid, observe, outputs
from uagt_lib.evaluate.features import features, load_extractor
from uagt_lib.evaluate.pictures import folder, whose
from uagt_lib.inference import translate_batch
from uagt_lib.method.direction import Direction
from uagt_lib.training.checkpoint import load_model, write_weights
from uagt_lib.training.config import Config

SMALL = ("--subset-size", 20)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("UAGT_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def checkpoint(config: Config, tmp_path: Path) -> Path:
    """A run whose networks have drawn their weights and learned nothing."""
    folder = tmp_path / "run" / "checkpoints" / "step-00000012"
    folder.mkdir(parents=True)
    write_weights(folder / "weights.safetensors", config.model(), config)
    return tmp_path / "run"


@pytest.fixture(scope="session")
def drawn(tmp_path_factory) -> Path:
    """What `uagt data savanna` writes: 64 test pictures a domain, their masks, and empty scenes."""
    root = tmp_path_factory.mktemp("drawn")
    assert run("data", "savanna", "--out", root, "--size", 32, "--images", 1) == 0
    return root


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def report(folder: Path) -> dict[str, dict]:
    """KID rows by name and direction."""
    return {f"{row['name']} {row['direction']}": row for row in json.loads((folder / "report.json").read_text())["kid"]}


def save(path: Path, *pictures: Tensor, suffix: str = ".png") -> Path:
    path.mkdir(parents=True, exist_ok=True)
    for i, picture in enumerate(pictures):
        Image.fromarray(picture.permute(1, 2, 0).squeeze(-1).numpy()).save(path / f"{i:04d}{suffix}")
    return path


@pytest.mark.slow
def test_a_checkpoint_on_drawn_pictures_twice(checkpoint: Path, config: Config, tmp_path: Path, capsys) -> None:
    out = tmp_path / "out"
    assert run("evaluate", checkpoint, "--out", out, *SMALL) == 0
    printed, first = capsys.readouterr().out, tree(out)
    assert (out / "report.md").read_text() in printed
    assert run("evaluate", checkpoint, "--out", out, *SMALL) == 0  # in the same place, everything remembered
    assert tree(out) == first
    shutil.rmtree(tmp_path / "cache")
    assert run("evaluate", checkpoint, "--out", tmp_path / "other", *SMALL) == 0  # elsewhere, nothing remembered
    assert tree(tmp_path / "other") == first
    assert {name.split("/")[0] for name in first} == {"report.md", "report.json", "contact_sheet.png", "outputs"}
    assert len(first) == 3 + 2 * 64
    row = report(out)["run S→T"]
    assert {row[k] for k in ("n_outputs", "n_source", "n_target")} == {64}
    assert (row["subset_size"], row["subsets"], row["seed"], row["extractor"]) == (20, 10, 0, "savanna")
    assert row["selection"] == "step-00000012, newest of its run" and row["checkpoint"] == str(checkpoint)
    assert row["kid_mean"]["mean"] == pytest.approx(
        (row["kid_to_source"]["mean"] + row["kid_to_target"]["mean"]) / 2, abs=1e-7
    )
    attention = json.loads((out / "report.json").read_text())["attention"]
    pair = from_savanna(32, 32, 1, config.bias)
    for scores, domain, direction in zip(attention, pair.domains, Direction, strict=True):
        watched = observe.scores(config.model().eval(), domain, direction)
        assert {name: scores[name] for name in watched} == pytest.approx(watched, abs=2e-5)
        assert scores["collapse"] == "grey"  # it has learned nothing
    sheet = Image.open(out / "contact_sheet.png")  # 12 pictures across; input, attention, output; 4 times enlarged
    assert sheet.size == (12 * 130 - 2, 3 * 130 - 2)
    assert run("evaluate", checkpoint, "--out", tmp_path / "seed", *SMALL, "--seed", 1) == 0
    assert report(tmp_path / "seed")["run S→T"]["kid_mean"] != row["kid_mean"]
    assert report(tmp_path / "seed")["run S→T"]["kid_of_all"] == row["kid_of_all"]
    untouched = (report(tmp_path / name)["real: source untouched S→T"] for name in ("seed", "out"))
    assert len({str(real["kid_to_source"]) for real in untouched}) == 2


@pytest.mark.slow
def test_whoever_made_the_pictures_the_same_pictures_score_the_same(
    checkpoint: Path, drawn: Path, tmp_path: Path
) -> None:
    """A checkpoint on drawn pictures, the same from files, and its outputs as folders."""
    for name, arguments in {
        "drawn": [checkpoint],
        "files": [checkpoint, "--data", drawn, "--features", "savanna"],
        "outputs": [tmp_path / "drawn/outputs/run", "--data", drawn, "--features", "savanna"],
        "fakeB": [tmp_path / "drawn/outputs/run/fakeB", "--source", drawn / "testA", "--target", drawn / "testB",
                  "--features", "savanna"],
    }.items():  # fmt: skip
        assert run("evaluate", *arguments, "--out", tmp_path / name, *SMALL) == 0
    first = report(tmp_path / "drawn")
    for name, label in (("files", "run"), ("outputs", "run"), ("fakeB", "fakeB")):
        for direction in ("S→T", "T→S")[: 1 if name == "fakeB" else 2]:
            row = report(tmp_path / name)[f"{label} {direction}"]
            for key in ("kid_to_source", "kid_to_target", "kid_mean", "kid_of_all"):
                assert row[key] == first[f"run {direction}"][key], (name, key)
        assert (
            report(tmp_path / name)["real: source untouched S→T"]["kid_of_all"]
            == first["real: source untouched S→T"]["kid_of_all"]
        )
    attention = [json.loads((tmp_path / name / "report.json").read_text())["attention"] for name in ("drawn", "files")]
    for one, other in zip(*attention, strict=True):  # masks have been rounded to bytes
        assert one["iou@0.5"] == pytest.approx(other["iou@0.5"], abs=0.02)
        assert one["object_free_attention"] == other["object_free_attention"]
    assert json.loads((tmp_path / "outputs" / "report.json").read_text())["attention"] == []


@pytest.mark.parametrize("files", [False, True])
def test_every_picture_is_translated_once(checkpoint, drawn, tmp_path, monkeypatch, files: bool) -> None:
    counts, real = [], outputs.translate_image
    monkeypatch.setattr(outputs, "translate_image", lambda m, x, *how: counts.append(len(x)) or real(m, x, *how))
    monkeypatch.setattr(observe, "translate_batch", lambda *_: pytest.fail("and another way"))
    where = ["--data", drawn, "--features", "savanna"] if files else []
    assert run("evaluate", checkpoint, "--out", tmp_path / "o", *where, *SMALL) == 0
    assert sum(counts) == 2 * (64 + 64)  # both directions: held-out pictures, and those without objects


def test_the_scale_has_a_floor_and_a_ceiling(drawn: Path, tmp_path: Path) -> None:
    """The source untouched and the target itself are the ends; half and half is near 0, across is far."""
    fakes = [tmp_path / "as-it-was", tmp_path / "perfect"]
    shutil.copytree(drawn / "testA", fakes[0])
    shutil.copytree(drawn / "testB", fakes[1])
    assert run("evaluate", *fakes, "--data", drawn, "--features", "savanna", "--out", tmp_path / "o", *SMALL) == 0
    rows = report(tmp_path / "o")
    untouched, target = (rows[f"real: {name} S→T"] for name in ("source untouched", "target itself"))
    assert untouched["kid_to_target"]["mean"] > 0.5 > 0.05 > abs(untouched["kid_to_source"]["mean"])
    assert target["kid_to_source"]["mean"] > 0.5 > 0.05 > abs(target["kid_to_target"]["mean"])
    assert rows["as-it-was S→T"]["kid_of_all"][0] == untouched["kid_of_all"][0] == target["kid_of_all"][1]
    assert rows["perfect S→T"]["kid_to_target"]["mean"] < 0.05 < rows["as-it-was S→T"]["kid_to_target"]["mean"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows counts memory otherwise")
def test_a_picture_of_48_megapixels_with_its_mask_takes_less_than_a_gigabyte(tmp_path: Path) -> None:
    """Peak of a process that has evaluated small pictures, and then evaluates one that is large."""
    for name, size in (("small", (80, 60)), ("large", (8000, 6000))):
        picture = Image.linear_gradient("L").resize(size)
        for sub, pictures in {
            "testA": (Image.merge("RGB", (picture, picture.transpose(0), picture)), Image.new("RGB", (64, 64))),
            "masksA": (picture.point(lambda value: 255 * (value > 128)), Image.new("L", (64, 64))),
            "testB": (Image.new("RGB", (64, 64)), Image.new("RGB", (64, 64), "white")),
        }.items():
            (tmp_path / name / sub).mkdir(parents=True)
            for i, each in enumerate(pictures):
                each.save(tmp_path / name / sub / f"{i}.png", compress_level=1)
    code = f"""
import resource
from uagt_lib.evaluate.compare import Protocol, compare
for name in ("small", "large"):
    folder = {str(tmp_path)!r} + "/" + name
    weights, protocol = "data/checkpoints/savanna-64.safetensors", Protocol(subset_size=2)
    compare(weights, folder + "-out", data=folder, extractor="savanna", protocol=protocol)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    before, after = (int(line) * (1 if sys.platform == "darwin" else 1024) for line in done.stdout.split())
    assert after - before < 1e9, done.stderr


def test_the_floor_never_compares_a_picture_with_itself(drawn: Path, tmp_path: Path, monkeypatch) -> None:
    compared, take = [], kid.kid
    monkeypatch.setattr(kid, "kid", lambda x, y, *how: compared.append((x, y)) or take(x, y, *how))
    assert run("evaluate", drawn / "testA", "--data", drawn, "--features", "savanna", "--out", tmp_path, *SMALL) == 0
    assert sorted((len(x), len(y)) for x, y in compared) == [(32, 32), (32, 32), (64, 64), (64, 64)]
    for x, y in compared:
        assert not {tuple(row.tolist()) for row in x} & {tuple(row.tolist()) for row in y}


def test_several_at_once(checkpoint: Path, config: Config, tmp_path: Path) -> None:
    """One table; names tell runs apart; a checkpoint without attention networks is called by its name: ones."""
    weights = tmp_path / "b" / "run.safetensors"
    weights.parent.mkdir()
    write_weights(weights, config.with_(method="cyclegan").model(), config.with_(method="cyclegan"))
    assert run("evaluate", checkpoint, weights, "--out", tmp_path / "out", *SMALL) == 0
    rows = report(tmp_path / "out")
    assert len(rows) == 6 and rows["b-run S→T"]["selection"] == "run.safetensors, as given"
    attention = json.loads((tmp_path / "out" / "report.json").read_text())["attention"]
    assert [row["collapse"] for row in attention] == ["grey", "grey", "ones", "ones"]
    lines = (tmp_path / "out" / "report.md").read_text().splitlines()
    assert len({line.count("|") for line in lines if line.startswith("|")}) == 2  # well-formed tables of two kinds
    assert Image.open(tmp_path / "out" / "contact_sheet.png").size[1] == 5 * 130 - 2


@pytest.mark.slow
def test_runs_that_differ_in_their_seed_are_summed_up(config: Config, tmp_path: Path) -> None:
    for seed in (3, 5, 8):
        write_weights(tmp_path / f"{seed}.safetensors", config.with_(seed=seed).model(), config.with_(seed=seed))
    other = config.with_(seed=5, cycle_weight=1.0)  # trained in another way: not one of them
    write_weights(tmp_path / "other.safetensors", other.model(), other)
    assert run("evaluate", *sorted(tmp_path.glob("*.safetensors")), "--out", tmp_path / "o", *SMALL) == 0
    rows = [report(tmp_path / "o")[f"{seed} T→S"]["kid_mean"]["mean"] * 100 for seed in (3, 5, 8)]
    lines = [
        line for line in (tmp_path / "o" / "report.md").read_text().splitlines() if line.startswith("| tiny, uagt |")
    ]
    assert len(lines) == 2
    assert "| T→S |" in lines[1] and f"| {np.mean(rows):.2f} ± {np.std(rows, ddof=1):.2f} | 3, 5, 8 |" in lines[1]


def test_pictures_of_other_sizes_are_scored_with_a_warning(drawn: Path, tmp_path: Path) -> None:
    flat = [torch.full((3, 20 + i % 4, 24), 9 * i, dtype=torch.uint8) for i in range(25)]
    fakes = save(tmp_path / "mixed", *flat), save(tmp_path / "small", *(picture[:, :20] for picture in flat))
    assert run("evaluate", *fakes, "--data", drawn, "--features", "savanna", "--out", tmp_path / "o", *SMALL) == 0
    text = (tmp_path / "o" / "report.md").read_text()
    assert "Warning: mixed S→T: outputs have 24x20 ... 24x23 (4 sizes) px, the source 32x32" in text
    assert "Warning: small S→T: outputs have 24x20 px, the source 32x32" in text and "Warning: real" not in text


def test_a_checkpoint_is_scored_at_its_own_size_and_folders_at_theirs(checkpoint: Path, tmp_path: Path) -> None:
    """Photographs of 48 and 40 x 50 px, networks for 32: what these give is held against what they saw."""
    rng = torch.Generator().manual_seed(0)
    pictures = [torch.randint(256, (3, 40 + 8 * (i % 2), 50), dtype=torch.uint8, generator=rng) for i in range(5)]
    data, fakes = tmp_path / "data", save(tmp_path / "fakes", *pictures)
    for name in ("testA", "testB"):
        save(data / name, *pictures, suffix=".jpg")
    masks = [torch.zeros(1, *picture.shape[1:], dtype=torch.uint8) for picture in pictures]
    for mask in masks:
        mask[:, :20] = 255
    save(data / "masksA", *masks)
    arguments = ["--data", data, "--features", "savanna", "--subset-size", 5]
    assert run("evaluate", checkpoint, fakes, "--out", tmp_path / "o", *arguments) == 0
    there, back = json.loads((tmp_path / "o" / "report.json").read_text())["attention"]
    assert 0.3 < there["attention_inside"] < 0.7 and there["iou@0.1"] == pytest.approx(0.46, abs=0.01)
    assert "attention_inside" not in back and back["object_free_attention"] is None
    rows = report(tmp_path / "o")
    assert rows["run S→T"]["pixels"] == ["32x32"] * 3
    assert rows["fakes S→T"]["pixels"] == ["50x40 ... 50x48 (2 sizes)"] * 3
    for size, label in ((32, f"({data / 'testA'} at 32 px): "), (None, f"({data / 'testA'}): ")):
        sets = [features(folder(data / name, size=size), load_extractor("savanna")) for name in ("testA", "testB")]
        untouched = rows[f"real {label}source untouched S→T"]
        assert untouched["kid_of_all"][0] == pytest.approx(kid.mmd2(*sets), abs=1e-7)
    seen = load_images(data / "testA", 32)  # as in training
    wanted = to_uint8(translate_batch(load_model(checkpoint), seen, "s2t").translated)
    assert torch.equal(load_images(tmp_path / "o" / "outputs" / "run" / "fakeB", 32), wanted)


def test_refusals(checkpoint: Path, config: Config, drawn: Path, tmp_path: Path, capsys) -> None:
    def evaluate(*what: object, features: str = "savanna", size: int = 20) -> str:
        return refused(
            capsys, "evaluate", *what, "--features", features, "--subset-size", size, "--out", tmp_path / "o"
        )

    one = save(tmp_path / "one", torch.zeros(3, 32, 32, dtype=torch.uint8))
    assert "one holds one picture" in evaluate(one, "--data", drawn)
    message = evaluate(checkpoint, size=65)
    assert "subsets of 65 do not fit into the 64 pictures of drawn horses" in message and "--subset-size 64" in message
    assert "at least 1 subset of at least 2" in evaluate(checkpoint, size=1)
    assert "neither translated with nor scored" in evaluate(drawn, "--data", drawn)
    assert "holds no checkpoint" in evaluate(tmp_path / "nowhere")
    assert "needs real pictures" in evaluate(drawn / "testA")
    assert "either --data DIR" in evaluate(checkpoint, "--source", drawn / "testA")
    assert "testA does not exist" in evaluate(checkpoint, "--data", tmp_path)
    assert "scored twice" in evaluate(checkpoint, checkpoint)
    assert "unknown extractor 'vgg'" in evaluate(checkpoint, features="vgg")
    assert not (tmp_path / "o").exists()  # all of this is said before anything is done

    shutil.copytree(drawn, tmp_path / "damaged")
    file = tmp_path / "damaged" / "testA" / "0042.png"
    file.write_bytes(file.read_bytes()[:300])
    assert "1 of the 64 pictures" in (message := evaluate(checkpoint, "--data", tmp_path / "damaged"))
    assert "0042.png is damaged" in message and not any((tmp_path / "o").iterdir())

    stray = tmp_path / "o" / "outputs" / "run" / "fakeB"
    save(stray, torch.zeros(3, 32, 32, dtype=torch.uint8))
    (stray / "0000.png").rename(stray / "mine.png")
    assert "holds mine.png, which is of another evaluation" in evaluate(checkpoint)
    assert (stray / "mine.png").exists()

    broken = config.model()
    with torch.no_grad():
        broken.F_st.layers[0].weight.fill_(torch.nan)
    write_weights(tmp_path / "nan.safetensors", broken, config)
    assert "picture 0000: the networks answer with NaN" in evaluate(tmp_path / "nan.safetensors")


def test_photographs_ask_for_the_papers_features_and_say_what_works_offline(
    checkpoint: Path, drawn: Path, tmp_path: Path, monkeypatch, capsys
) -> None:
    pytest.importorskip("torch_fidelity")

    def offline(*_: object, **__: object) -> None:
        raise OSError("no network")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "urlopen", offline)
    message = refused(capsys, "evaluate", checkpoint, "--data", drawn, "--out", tmp_path / "o")
    assert "fid-inception" in message and "efficientnet-lite0 works offline" in message


def test_names_of_outputs_hold_their_inputs() -> None:
    for name, source in {
        "AtoB_n02_1000": "n02_1000", "n02_1000_fake": "n02_1000", "n02_10001": None, "n02_100": None, "0001": "0001",
        "10001": None, "img0001-2": "0001", "horse": "horse", "horses": None, "old horse (1)": "horse (1)", "x": None,
    }.items():  # fmt: skip
        assert whose(name, {"n02_1000", "0001", "horse", "horse (1)", "(1)"}) == source, name


def styled(root: Path, sources: Path, **styles: str) -> Path:
    """The pictures of a folder under several names each, as other programs leave them."""
    root.mkdir(parents=True)
    for path in sources.iterdir():
        for style in styles.values():
            shutil.copy(path, root / style.format(path.stem))
    return root


@pytest.mark.parametrize(
    ("styles", "pattern"),
    [
        ({"map": "{}_attention.png", "result": "{}.png"}, "????.png"),
        ({"a": "{}_real_A.png", "b": "{}_fake_B.png", "c": "{}_rec_A.png"}, "*_fake_B*"),
        ({"a": "epoch7_{}_real.png", "b": "epoch7_{}_fake.png"}, "*fake*"),
    ],
)
def test_where_a_source_has_several_pictures_it_asks_which(styles, pattern, drawn, tmp_path, capsys) -> None:
    given = ["--data", drawn, "--features", "savanna", "--out", tmp_path / "o", *SMALL]
    mixed = styled(tmp_path / "mixed", drawn / "testB", **styles)
    said = refused(capsys, "evaluate", mixed, *given)
    assert "are all of 00" in said and "--only" in said and not (tmp_path / "o").exists()
    assert "are all of 00" in refused(capsys, "evaluate", mixed, "--only", "*.png", *given)
    assert "no picture named like *nothing*" in refused(capsys, "evaluate", mixed, "--only", "*nothing*", *given)
    assert run("evaluate", mixed, "--only", pattern, *given) == 0
    row = report(tmp_path / "o")["mixed S→T"]
    assert row["n_outputs"] == 64 and row["selection"] == f"as given, only {pattern}"
    assert row["kid_of_all"][0] < 0.001  # they are the target's own
    assert run("evaluate", mixed, "--only", "*", *given) == 0
    assert report(tmp_path / "o")["mixed S→T"]["n_outputs"] == 64 * len(styles)


def test_more_pictures_than_sources_are_asked_about_in_both_directions(drawn, tmp_path, capsys) -> None:
    given = ["--data", drawn, "--features", "savanna", "--out", tmp_path / "o", *SMALL]
    for sub in ("fakeA", "fakeB"):
        where = styled(tmp_path / sub / sub, drawn / "testA", a="{}.png", b="1{}.png")  # 10001 is no 0001
        said = refused(capsys, "evaluate", tmp_path / sub, *given)
        assert f"{where}: 128 pictures, where there are 64 sources" in said


def test_what_translate_writes_can_be_scored_at_once(checkpoint, drawn, tmp_path, capsys) -> None:
    """Translations, maps and the contact sheet are told apart, as outputs, as sources and as targets."""
    out = tmp_path / "zebras"
    assert run("translate", "--checkpoint", checkpoint, "--input", drawn / "testA", "--out", out) == 0
    given = ["--features", "savanna", *SMALL]
    assert run("evaluate", out, "--data", drawn, "--out", tmp_path / "o", *given) == 0
    err = capsys.readouterr().err
    assert err.count(f"note: {out}: 1 other file and 1 folder passed over: contact_sheet.png, attention/\n") == 1
    assert report(tmp_path / "o")["zebras S→T"]["n_outputs"] == 64
    three = ["--source", drawn / "testA", "--target", out, "--out", tmp_path / "p"]
    assert run("evaluate", drawn / "testB", *three, *given) == 0
    assert report(tmp_path / "p")["testB S→T"]["n_target"] == 64


# ------------------------------------------------------------------------------------------------- attention
@pytest.fixture
def outlined(drawn: Path, tmp_path: Path) -> Path:
    """Photographs and masks as the horse data base has them: JPEG beside PNG of 0 and 1, and a folder of text."""
    root = tmp_path / "outlined"
    for name in ("horse", "mask", "annotation"):
        (root / name).mkdir(parents=True)
    (root / "annotation" / "train.txt").write_text("horse001")
    for i in range(8):
        Image.open(drawn / "testA" / f"{i:04d}.png").save(root / "horse" / f"horse{i}.jpg", quality=95)
        Image.open(drawn / "masksA" / f"{i:04d}.png").point(lambda v: v > 127).save(root / "mask" / f"horse{i}.png")
    return root


def test_attention_against_masks(checkpoint: Path, outlined: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / "out"
    arguments = ["evaluate", "attention", "--checkpoint", checkpoint, "--masks", outlined, "--out", out]
    assert run(*arguments) == 0
    first = tree(out)
    assert first.keys() == {"attention.json", "attention.md", "contact_sheet.png"}
    assert (out / "attention.md").read_text() in capsys.readouterr().out
    everything, row = json.loads((out / "attention.json").read_text())["attention"]
    assert everything["attention_inside"] == everything["attention_outside"] == 1 and row["photographs"] == 8
    share = from_savanna(32, 32, 1, held_out=8).source.masks
    assert everything["iou@0.5"] == pytest.approx((share > 0.5).float().mean().item(), abs=0.01)
    assert 0.4 < row["attention_inside"] < 0.6 and row["collapse"] == "grey"  # it has learned nothing
    assert run(*arguments) == 0 and tree(out) == first
    assert run(*arguments, "--direction", "t2s") == 0
    other = json.loads((out / "attention.json").read_text())["attention"][1]
    assert other["direction"] == "T→S"
    assert other["attention_inside"] != row["attention_inside"]  # the other attention network


def test_attention_refusals(checkpoint: Path, outlined: Path, tmp_path: Path, capsys) -> None:
    def refusal() -> str:
        return refused(
            capsys, "evaluate", "attention", "--checkpoint", checkpoint, "--masks", outlined, "--out", tmp_path
        )

    mask = outlined / "mask" / "horse3.png"
    Image.open(mask).resize((40, 32)).save(mask)
    assert "horse3.png has 40 x 32 pixels but" in refusal()
    mask.rename(outlined / "mask" / "other.png")
    assert "has no partner for horse3.jpg" in refusal()
    (outlined / "mask").rename(outlined / "truth")
    assert "one folder `mask` and one folder of photographs, not horse, truth" in refusal()
    shutil.rmtree(outlined)
    assert "is not a folder" in refusal()
