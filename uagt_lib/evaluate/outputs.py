"""From a checkpoint to folders of translated pictures, a few at a time; and what its attention did on the way."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import torch
from PIL import Image
from torch import Tensor
from tqdm.auto import tqdm

from uagt_lib.data.pairs import to_float, to_grey, to_uint8
from uagt_lib.errors import UagtError
from uagt_lib.evaluate.attention import Tally
from uagt_lib.evaluate.candidates import FOLDERS, Candidate, Real
from uagt_lib.evaluate.pictures import Folder, Pictures
from uagt_lib.files import make_folder
from uagt_lib.inference import translate, translate_image
from uagt_lib.method.direction import Direction
from uagt_lib.method.model import Model
from uagt_lib.training.checkpoint import load_model

BATCH, PIXELS = 16, 2**21  # translated at once: at most so many pictures, and pixels
SHOWN = 6  # pictures of each direction on the contact sheet


class Sample(NamedTuple):
    """A translated picture for the contact sheet, uint8 (3, H, W); attention is None where nobody knows it."""

    attention: Tensor | None
    translated: Tensor


def check_free(candidate: Candidate, real: Real, out: Path) -> None:
    """Raise if other files lie where this candidate's pictures will go: they would pass for its own."""
    for direction, sub in FOLDERS.items() if candidate.weights else ():
        where = out / "outputs" / candidate.name / sub
        expected = {f"{name}.png" for name in real.sides(direction)[0].names}
        if where.is_dir() and (strange := sorted({p.name for p in where.iterdir()} - expected)):
            raise UagtError(f"{where} holds {strange[0]}, which is of another evaluation: choose another --out")


def make_outputs(
    candidate: Candidate, real: Real, out: Path
) -> tuple[dict[Direction, Folder], dict[Direction, list[Sample | None]], list[dict[str, Any]]]:
    """Per direction: the pictures to be scored and samples for the sheet; and attention's scores."""
    if not candidate.weights:
        samples = {d: _matching(pictures, real.sides(d)[0]) for d, pictures in candidate.outputs.items()}
        return candidate.outputs, samples, []
    model, config = load_model(candidate.weights)
    model.to("cuda" if torch.cuda.is_available() else "cpu")
    outputs, samples, scores = {}, {}, []
    for direction, sub in FOLDERS.items():
        here = real.sides(direction)[0]
        where = make_folder(out / "outputs" / candidate.name / sub)
        outputs[direction], samples[direction], tally = _write_outputs(model, candidate, here, direction, where)
        images, masks, empty = real.truth(direction, config.view)
        if masks is not None:
            tally = tally_of(model, images, masks, direction)
        free = None if empty is None else tally_of(model, empty, None, direction).scores()["mean"]
        title = {"name": candidate.name, "direction": direction.label}
        scores.append(title | tally.scores() | {"object_free_attention": free})
    return outputs, samples, scores


def _write_outputs(
    model: Model, candidate: Candidate, pictures: Pictures, direction: Direction, where: Path
) -> tuple[Folder, list[Sample | None], Tally]:
    """Translate all pictures, each at its own size, to PNG files in `where`."""
    tally, samples, paths = Tally(), [], []
    title = f"{candidate.name} {direction.label}"
    with tqdm(total=len(pictures), desc=title, unit="image", disable=len(pictures) < 20) as bar:
        for names, batch in _batches(pictures):
            seen = to_float(batch)
            result = translate_image(model, seen, candidate.config.view, direction)
            attention, translated = result.attention.cpu(), result.translated.cpu()
            if not (translated.isfinite().all() and attention.isfinite().all()):
                raise UagtError(f"{candidate.weights} turns {names[0]} into NaN: its training diverged; take another")
            tally.add(attention, seen, translated)
            finished = to_uint8(translated)
            for i, name in enumerate(names):
                paths.append(where / f"{name}.png")
                Image.fromarray(finished[i].permute(1, 2, 0).numpy()).save(paths[-1])
                if len(samples) < SHOWN:
                    samples.append(Sample(to_uint8(to_grey(attention[i : i + 1]))[0], finished[i]))
            bar.update(len(names))
    return Folder(where, tuple(paths)), samples, tally


def _batches(pictures: Pictures) -> Iterator[tuple[list[str], Tensor]]:
    """Neighbours of one size, together: names and uint8 (n, 3, H, W)."""
    names: list[str] = []
    batch: list[Tensor] = []
    for name, picture in pictures:
        full = len(batch) == BATCH or (len(batch) + 1) * picture[0].numel() > PIXELS
        if batch and (full or picture.shape != batch[0].shape):
            yield names, torch.stack(batch)
            names, batch = [], []
        names.append(name)
        batch.append(picture)
    if batch:
        yield names, torch.stack(batch)


def tally_of(model: Model, images: Tensor, masks: Tensor | None, direction: Direction | str) -> Tally:
    """Attention and background of pictures uint8 (N, 3, H, W), with masks (N, 1, H, W) or none, a few at a time."""
    tally = Tally()
    for i, chunk in enumerate(images.split(BATCH)):
        result = translate(model, chunk, direction)
        mask = None if masks is None else masks[i * BATCH : (i + 1) * BATCH]
        tally.add(result.attention, to_float(chunk), result.translated, mask)
    return tally


def _matching(outputs: Folder, inputs: Pictures) -> list[Sample | None]:
    """The outputs that belong to the first inputs: those whose names contain theirs, else by position."""
    shown = inputs.names[:SHOWN]
    found = [next((p for p in outputs.paths if _contains(p.stem, name)), None) for name in shown]
    if not any(found) and len(outputs) == len(inputs):
        found = list(outputs.paths[: len(shown)])
    pictures = Folder(outputs.path, tuple(p for p in found if p))
    images = iter([image for _, image in pictures])
    return [Sample(None, next(images)) if p else None for p in found]


def _contains(long: str, short: str) -> bool:
    """Whether a name holds another whole, not a longer number: AtoB_n02_1000 holds n02_1000, but not n02_100."""
    at = long.find(short)
    after = long[at + len(short) :][:1]
    return at >= 0 and not after.isdigit() and not long[:at][-1:].isdigit()
