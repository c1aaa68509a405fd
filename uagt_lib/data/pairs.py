"""Two unpaired image sets, held in memory as bytes, and the random crops a training step takes from them."""

import os
import warnings
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from uagt_lib import memory
from uagt_lib.data import folders, savanna
from uagt_lib.errors import UagtError, UagtWarning
from uagt_lib.files import make_folder

MUCH = 10**9  # bytes of pictures that are worth a word beforehand
DOMAINS = ("animals", "seasons")  # what tells the savanna's S from its T


@dataclass(frozen=True)
class Domain:
    """One side, S or T.

    Attributes:
        train: uint8 (N, 3, L, L), at the size crops are taken from.
        test: uint8 (n, 3, H, W), held out, at the size the networks work at; n may be 0.
        masks: float (n, 1, H, W) in [0, 1], where the objects of `test` are; None where nobody knows.
        empty: uint8 (m, 3, H, W), pictures of this domain's surroundings without any object; None where there are none.
    """

    train: Tensor
    test: Tensor
    masks: Tensor | None = None
    empty: Tensor | None = None


@dataclass(frozen=True)
class Pair:
    """The two domains. They may differ in size: nothing pairs their images."""

    source: Domain
    target: Domain

    @property
    def domains(self) -> tuple[Domain, Domain]:
        """S and T, in the order of `Direction`: those that are translated S -> T, and back."""
        return self.source, self.target


def from_savanna(
    view: int, load: int, images: int = 256, bias: float = 0.7, held_out: int = 64, domains: str = "animals"
) -> Pair:
    """Two domains drawn by `savanna`: the same pictures every time, with masks and object-free scenes.

    Args:
        view: pixels of held-out pictures, 32..256.
        load: pixels of training pictures, from which crops are taken.
        images: training pictures per domain.
        bias: how much backgrounds tell the domain, see `savanna.draw`.
        held_out: test pictures, and object-free pictures, per domain.
        domains: "animals": horses (S) and zebras (T), each at home. "seasons": green (S) and dry (T), where both
            animals graze in both, other individuals in each: everything but the animals differs (as in Fig. 9).

    Raises:
        UagtError: for any value that `savanna.draw` refuses, or domains of another name.

    >>> pair = from_savanna(view=32, load=36, images=8, held_out=4)
    >>> pair.source.train.shape, pair.target.test.shape, pair.target.masks.shape
    (torch.Size([8, 3, 36, 36]), torch.Size([4, 3, 32, 32]), torch.Size([4, 1, 32, 32]))
    """
    if domains not in DOMAINS:
        raise UagtError(f"the savanna's domains are {' or '.join(DOMAINS)}, not {domains!r}")

    def draw(home: str, count: int, size: int, seed: int, objects: int | None = None) -> tuple[Tensor, Tensor]:
        if domains == "animals":
            return savanna.draw(home, count, size, bias=bias, seed=seed, objects=objects)
        seed += 100 * savanna.KINDS.index(home)  # or the two seasons would show the same scenes: pairs
        counts = dict(zip(savanna.KINDS, (count - count // 2, count // 2), strict=True))
        drawn = [savanna.draw(k, n, size, bias=bias, seed=seed, objects=objects, home=home) for k, n in counts.items()]
        return tuple(torch.cat(parts) for parts in zip(*drawn, strict=True))

    def domain(home: str) -> Domain:
        test, masks = draw(home, held_out, view, 2)
        return Domain(draw(home, images, load, 1)[0], test, masks, draw(home, held_out, view, 3, objects=0)[0])

    return Pair(domain("horse"), domain("zebra"))


def from_folders(root: str | Path, view: int, load: int) -> Pair:
    """Photographs from `root`/trainA, trainB and, where they exist, testA, testB (A = source, B = target).

    Where masksA or masksB exist, they hold a mask for each test picture, of the same name; emptyA and emptyB hold
    pictures without any object. (`uagt data savanna` writes all of these.)

    What this takes of memory is said before it is taken, where it is much, in a UagtWarning.

    Args:
        root: the data folder.
        view: pixels to which held-out pictures are stretched.
        load: pixels to which training pictures are stretched.

    Raises:
        UagtError: if a training folder is missing or empty, or a file cannot be read; the message names it. And if
            there is less memory than the pictures need.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as root:
    ...     to_folders(from_savanna(64, 72, images=2, held_out=3), Path(root))
    ...     pair = from_folders(root, view=32, load=36)
    >>> pair.source.train.shape, pair.source.test.shape
    (torch.Size([2, 3, 36, 36]), torch.Size([3, 3, 32, 32]))
    """
    root = Path(root)
    if not root.is_dir():
        raise UagtError(f"{root} is not a folder; it should hold trainA, trainB and, if you have them, testA, testB")
    _check_memory(root, view, load)

    def domain(letter: str) -> Domain:
        train, test, masks, empty = (root / f"{name}{letter}" for name in ("train", "test", "masks", "empty"))
        held_out, truth = torch.empty(0, 3, view, view, dtype=torch.uint8), None
        if masks.is_dir():
            held_out, truth = folders.load_masked(test, masks, view)
        elif test.is_dir():
            held_out = folders.load_images(test, view)
        return Domain(
            folders.load_images(train, load),
            held_out,
            truth,
            folders.load_images(empty, view) if empty.is_dir() else None,
        )

    return Pair(domain("A"), domain("B"))


def _check_memory(root: Path, view: int, load: int) -> None:
    """Say what the pictures of `root` will need, or raise UagtError where that is more than there is."""
    bytes_each = {"train": 3 * load**2, "test": 3 * view**2, "masks": 4 * view**2, "empty": 3 * view**2}
    there = [(name, root / f"{name}{letter}") for letter in "AB" for name in bytes_each]
    counts = [(name, len(folders.list_images(path))) for name, path in there if path.is_dir() or name == "train"]
    processes = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))  # each holds all pictures; torchrun and accelerate tell
    needed = processes * sum(bytes_each[name] * count for name, count in counts)
    what = f"the {sum(count for _, count in counts)} pictures of {root}" + f", {processes} times," * (processes > 1)
    memory.check(needed, what, "take a part of them, or a preset of fewer pixels (--preset horse2zebra-128, say)")
    if needed > MUCH:
        warnings.warn(f"{what} need {needed / 1e9:.1f} GB of memory, at {load} pixels", UagtWarning, stacklevel=3)


def to_folders(pair: Pair, root: str | Path) -> None:
    """Write a pair as PNG files, in the folders `from_folders` reads: trainA/B, testA/B, masksA/B, emptyA/B.

    Raises:
        UagtError: if a folder cannot be written to.
    """
    for letter, domain in (("A", pair.source), ("B", pair.target)):
        masks = None if domain.masks is None else (domain.masks * 255).round().byte()
        sets = {"train": domain.train, "test": domain.test, "masks": masks, "empty": domain.empty}
        for name, images in sets.items():
            if images is None:
                continue
            folder = make_folder(Path(root, f"{name}{letter}"))
            for i, image in enumerate(images):
                to_picture(image).save(folder / f"{i:04d}.png")


def sample(images: Tensor, batch: int, crop: int, generator: torch.Generator) -> Tensor:
    """Draw a training batch: random images (Algorithm 1, line 3), a random crop and flip for each.

    Args:
        images: uint8 (N, 3, H, W) on any device.
        batch: how many, drawn independently and with replacement.
        crop: side of the square crop, at most H and W.
        generator: a CPU generator; the only source of randomness.

    Returns:
        float (batch, 3, crop, crop) in [-1, 1], on the device of `images`.

    >>> horses = from_savanna(32, 36, images=8, held_out=1).source.train
    >>> sample(horses, batch=2, crop=32, generator=torch.Generator().manual_seed(0)).shape
    torch.Size([2, 3, 32, 32])
    """
    count, _, height, width = images.shape

    def draw(n: int) -> list[int]:
        return torch.randint(n, (batch,), generator=generator).tolist()

    places = zip(draw(count), draw(height - crop + 1), draw(width - crop + 1), draw(2), strict=True)
    crops = [_flip(images[i, :, y : y + crop, x : x + crop], flip) for i, y, x, flip in places]
    return to_float(torch.stack(crops))


def _flip(image: Tensor, flip: int) -> Tensor:
    return image.flip(-1) if flip else image


def to_float(images: Tensor) -> Tensor:
    """uint8 in 0..255 to float in [-1, 1].

    >>> to_float(torch.tensor([0, 255], dtype=torch.uint8))
    tensor([-1.,  1.])
    """
    return images.float().div_(127.5).sub_(1)


def to_grey(maps: Tensor) -> Tensor:
    """Maps (..., 1, H, W) in [0, 1], attention say, to grey pictures (..., 3, H, W) in [-1, 1]: white is 1.

    >>> to_grey(torch.tensor([[[0.0, 1.0]]])).tolist()
    [[[-1.0, 1.0]], [[-1.0, 1.0]], [[-1.0, 1.0]]]
    """
    return (2 * maps - 1).expand(*maps.shape[:-3], 3, *maps.shape[-2:])


def to_picture(pixels: Tensor) -> Image.Image:
    """uint8 (3, H, W) as a PIL image in RGB, or (1, H, W) in grey."""
    return Image.fromarray(pixels.permute(1, 2, 0).squeeze(-1).contiguous().numpy())


def to_uint8(images: Tensor) -> Tensor:
    """float in [-1, 1] to uint8 in 0..255, rounded; values outside are clipped. Undoes `to_float` exactly.

    >>> to_uint8(torch.tensor([-1.0, 0.5, 1.2]))
    tensor([  0, 191, 255], dtype=torch.uint8)
    """
    return images.add(1).mul(127.5).round().clamp(0, 255).to(torch.uint8)
