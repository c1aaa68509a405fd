"""From a checkpoint to folders of translated pictures, a few at a time; and what its attention did on the way."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import torch
from PIL import Image
from torch import Tensor
from tqdm.auto import tqdm

from uagt_lib.data.folders import name_of
from uagt_lib.data.pairs import to_float, to_picture, to_uint8
from uagt_lib.data.sheets import enlarge, small, thumbnail
from uagt_lib.errors import UagtError
from uagt_lib.evaluate.attention import Tally
from uagt_lib.evaluate.candidates import FOLDERS, Candidate, Real
from uagt_lib.evaluate.pictures import Folder, Pictures, whose
from uagt_lib.files import make_folder
from uagt_lib.inference import grey, translate_image
from uagt_lib.method.direction import Direction
from uagt_lib.method.model import Model
from uagt_lib.progress import in_notebook
from uagt_lib.training.checkpoint import load_model

BATCH = 16  # pictures that are translated at once
SHOWN = 6  # pictures of each direction on the contact sheet


class Sample(NamedTuple):
    """A translated picture for the contact sheet; attention is None where nobody knows it."""

    attention: Image.Image | None
    translated: Image.Image


def check_free(candidate: Candidate, real: Real, out: Path) -> None:
    """Raise if other files lie where this candidate's pictures will go: they would pass for its own."""
    for direction, sub in FOLDERS.items() if candidate.weights else ():
        where = out / "outputs" / candidate.name / sub
        expected = set(real.sides(direction)[0].names)
        there = [path for path in where.iterdir() if not path.name.startswith(".")] if where.is_dir() else []
        if strange := sorted(path.name for path in there if path.suffix != ".png" or name_of(path) not in expected):
            raise UagtError(f"{where} holds {strange[0]}, which is of another evaluation: choose another --out")


def make_outputs(
    candidate: Candidate, real: Real, out: Path
) -> tuple[dict[Direction, Folder], dict[Direction, list[Sample | None]], list[dict[str, Any]]]:
    """Per direction: the pictures to be scored and samples for the sheet; and attention's scores."""
    if not candidate.weights:
        samples = {d: _matching(pictures, real.sides(d)[0]) for d, pictures in candidate.outputs.items()}
        return candidate.outputs, samples, []
    model = load_model(candidate.weights)
    model.to("cuda" if torch.cuda.is_available() else "cpu")
    outputs, samples, scores = {}, {}, []
    for direction, sub in FOLDERS.items():
        where = make_folder(out / "outputs" / candidate.name / sub)
        tally, empty = Tally(), Tally()
        translated = _translated(model, candidate, real.sides(direction)[0], direction, tally)
        outputs[direction], samples[direction] = _write(translated, where)
        if direction in real.empty:
            for _ in _translated(model, candidate, real.empty[direction], direction, empty):
                pass  # only counted
        free = empty.scores()["mean"] if direction in real.empty else None
        title = {"name": candidate.name, "direction": direction.label}
        scores.append(title | tally.scores() | {"object_free_attention": free})
    return outputs, samples, scores


def _translated(
    model: Model, candidate: Candidate, pictures: Pictures, direction: Direction, tally: Tally
) -> Iterator[tuple[list[str], Tensor, Tensor]]:
    """All pictures of a set, a few at a time, each once, counted in `tally`.

    Gives names, attention (n, 1, H, W) in [0, 1] and results uint8 (n, 3, H, W).
    """
    title, count, left = f"{candidate.name} {direction.label}", len(pictures), iter(pictures.masked())
    with tqdm(total=count, desc=title, unit="image", disable=count < 20, leave=not in_notebook()) as bar:
        while batch := list(islice(left, BATCH)):
            names, images, masks = zip(*batch, strict=True)
            images = to_float(torch.stack(images))
            try:
                attention, _, finished = (x.cpu() for x in translate_image(model, images, direction))
            except UagtError as error:
                raise UagtError(f"{candidate.weights}, picture {names[0]}: {error}") from error
            tally.add(attention, images, finished, None if masks[0] is None else torch.stack(masks))
            yield list(names), attention, to_uint8(finished)
            bar.update(len(names))


def _write(results: Iterator[tuple[list[str], Tensor, Tensor]], where: Path) -> tuple[Folder, list[Sample | None]]:
    """Write PNG files to `where`; returns them, and samples of the first."""
    samples, paths = [], []
    for names, maps, finished in results:
        for name, attention, picture in zip(names, maps, finished, strict=True):
            paths.append(where / f"{name}.png")
            to_picture(picture).save(paths[-1])
            if len(samples) < SHOWN:
                samples.append(Sample(thumbnail(grey(enlarge(attention))), small(picture)))
    return Folder(where, tuple(paths)), samples


def _matching(outputs: Folder, inputs: Pictures) -> list[Sample | None]:
    """The outputs that belong to the first inputs: those whose names contain theirs, else by position."""
    shown, sources, of = inputs.names[:SHOWN], set(inputs.names), {}
    for name, path in zip(outputs.names, outputs.paths, strict=True):
        of.setdefault(whose(name, sources), path)
    found = [of.get(name) for name in shown]
    if not any(found) and len(outputs) == len(inputs):
        found = list(outputs.paths[: len(shown)])
    pictures = Folder(outputs.path, tuple(p for p in found if p))
    images = iter([small(image) for _, image in pictures])
    return [Sample(None, next(images)) if p else None for p in found]
