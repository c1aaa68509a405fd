"""Savanna: a procedural unpaired data set with exact attention masks, drawn by numpy.

Two domains that differ in one kind of object: plain brown **horses**, at home on green meadow, and striped
**zebras**, at home on dry grass. Acacias, rocks, bushes and brown mounds are there to distract. Because we paint
the animals ourselves we know which pixels they cover, so a learned attention map can be *measured*.

How it works, top to bottom: every image owns a row of uniform random numbers (`_roll`), read column by column
(`Dice`) into scene parameters in unit coordinates (x to the right, y down, both 0..1). Shapes are signed distances
(negative inside), and `_cover` turns a distance into the soft edge of a pixel. So one scene looks the same at
every size, and nothing depends on which other images are drawn with it.
"""

from types import SimpleNamespace

import numpy as np
import torch
from torch import Tensor

from uagt_lib.errors import UagtError

KINDS = ("horse", "zebra")
MAX_ANIMALS = 3  # drawn at random when `objects` is None; more can be asked for
_PIXELS = 2**17  # pixels worked on at once: a chunk of float32 planes then stays inside the processor's cache

Array = np.ndarray
Point = tuple[Array | float, Array | float]


def draw(
    kind: str,
    count: int,
    size: int = 64,
    *,
    bias: float = 0.7,
    seed: int = 0,
    start: int = 0,
    objects: int | None = None,
    home: str | None = None,
) -> tuple[Tensor, Tensor]:
    """Draw images `start` ... `start + count - 1` of the endless series that (`kind`, `seed`) names.

    Args:
        kind: "horse" or "zebra".
        count: how many images; 0 gives empty tensors.
        size: height and width in pixels, 32 to 256. The same scene is drawn at every size.
        bias: probability, 0 to 1, that a background takes its colours from its domain's own range;
            0: both domains share one law, 1: green meadow for horses only, dry grass for zebras only.
        seed: names the series, 0 or more. `start`: index of the first image.
        objects: animals per image; None draws 1, 2 or 3 (60, 30, 10 %), 0 leaves the landscape empty.
        home: whose range `bias` speaks of; None is the animal's own. "zebra" puts horses on dry grass.

    Returns:
        images: uint8 (count, 3, size, size), and masks: float32 (count, 1, size, size) in [0, 1], the part of
        each pixel that animals cover (shadows are background).

    Raises:
        UagtError: an argument is outside the ranges above.

    >>> images, masks = draw("zebra", 4, size=64, seed=7)
    >>> images.shape, images.dtype, masks.shape
    (torch.Size([4, 3, 64, 64]), torch.uint8, torch.Size([4, 1, 64, 64]))
    >>> draw("horse", 1, objects=0)[1].max()  # a landscape without animals
    tensor(0.)
    """
    home = home or kind
    for name in (kind, home):
        if name not in KINDS:
            raise UagtError(f"There is no savanna kind {name!r}: choose 'horse' or 'zebra'.")
    if not 32 <= size <= 256:
        raise UagtError(f"Savanna images can be 32 to 256 pixels wide, not {size}.")
    if not 0 <= bias <= 1:
        raise UagtError(f"The background bias is a probability from 0 to 1, not {bias}.")
    for name, value in (("count", count), ("objects", objects or 0), ("seed", seed), ("start", start)):
        if value < 0:
            raise UagtError(f"Savanna's {name} must be 0 or more, not {value}.")
    images = np.empty((count, 3, size, size), np.uint8)
    masks = np.empty((count, 1, size, size), np.float32)
    step = max(1, _PIXELS // size**2)
    for first in range(0, count, step):
        part = slice(first, min(first + step, count))
        rolls = _roll(kind, seed, range(start + part.start, start + part.stop), objects or MAX_ANIMALS)
        images[part], masks[part] = _paint_scenes(kind, home, Dice(rolls), size, bias, objects)
    return torch.from_numpy(images), torch.from_numpy(masks)


# ------------------------------------------------------------------------------------------------ chance
class Dice:
    """Hands out the columns of `rolls` (images, numbers), uniform in [0, 1), each column once and in order."""

    def __init__(self, rolls: Array) -> None:
        self.rolls, self.used = rolls, 0

    def __call__(self, low: float = 0.0, high: float = 1.0) -> Array:
        """The next number of every image, scaled to [low, high): (images,)."""
        self.used += 1
        return np.float32(low) + np.float32(high - low) * self.rolls[:, self.used - 1]

    def lattice(self, rows: int, columns: int) -> Array:
        """The next rows * columns numbers, scaled to [-1, 1): (images, rows, columns)."""
        self.used += rows * columns
        return 2 * self.rolls[:, self.used - rows * columns : self.used].reshape(-1, rows, columns) - 1


def _roll(kind: str, seed: int, indices: range, animals: int) -> Array:
    """One row of numbers per image, from a generator that only (seed, kind, index) decides."""
    width = 1200 + 24 * animals
    row = [np.random.default_rng((seed, KINDS.index(kind), i)).random(width, np.float32) for i in indices]
    return np.stack(row)


# ---------------------------------------------------------------------------------------------- geometry
def _axis(size: int) -> Array:
    """Pixel centres in unit coordinates: (size,)."""
    return ((np.arange(size) + 0.5) / size).astype(np.float32)


def _stroke(x: Array, y: Array, a: Point, b: Point, ra: float, rb: float) -> Array:
    """Signed distance to a brush stroke from a (radius ra) to b (radius rb)."""
    bx, by = b[0] - a[0], b[1] - a[1]
    px, py = x - a[0], y - a[1]
    along = np.clip((px * bx + py * by) / (bx * bx + by * by), 0, 1)
    px, py = px - along * bx, py - along * by
    return np.sqrt(px * px + py * py) - (ra + (rb - ra) * along)


def _blob(x: Array, y: Array, centre: Point, rx: Array | float, ry: Array | float) -> Array:
    """Signed distance (approximate, exact on the outline) to an upright ellipse."""
    px, py = (x - centre[0]) / rx, (y - centre[1]) / ry
    return (np.sqrt(px * px + py * py) - 1) * np.minimum(rx, ry)


def _shadow(x: Array, y: Array, centre: Point, rx: Array | float, ry: Array | float) -> Array:
    """Density, 0..1, of a soft round shadow: 1 in the middle, fading to 0 on the ellipse."""
    px, py = (x - centre[0]) / rx, (y - centre[1]) / ry
    return np.clip(1 - px * px - py * py, 0, 1)


def _melt(a: Array, b: Array, width: float) -> tuple[Array, Array]:
    """Union of two shapes with a rounded seam, and the share (0..1) that shape `a` has in each point."""
    share = np.clip(0.5 + (b - a) * (0.5 / width), 0, 1)
    return b + (a - b) * share - width * share * (1 - share), share


def _cover(distance: Array, size: int) -> Array:
    """Part of a pixel that lies inside the shape: 0..1, half on the outline."""
    return np.clip(0.5 - distance * np.float32(size), 0, 1)


def _noise(lattice: Array, rows: Array, columns: Array) -> Array:
    """Smooth noise: `lattice` (n, r, c) read at fractional rows (n or 1, h) and columns (n or 1, w)."""

    def weights(position: Array, cells: int) -> Array:
        near = np.clip(1 - np.abs(position[..., None] - np.arange(cells, dtype=np.float32)), 0, 1)
        return near * near * (3 - 2 * near)

    r, c = weights(rows, lattice.shape[1]), weights(columns, lattice.shape[2])
    return np.matmul(np.matmul(r, lattice), c.transpose(0, 2, 1))


def _mix(a: Array, b: Array, share: Array | float) -> Array:
    """From a (share 0) to b (share 1)."""
    return a + (b - a) * share


def _blend(under: Array, colour: Array, alpha: Array) -> Array:
    """Paint `colour` (..., 3, h, w or 1, 1) over `under` (..., 3, h, w) with `alpha` (..., h, w)."""
    return _mix(under, colour, alpha[..., None, :, :])


def _rgb(*colour: float) -> Array:
    return np.array(colour, np.float32)[:, None, None]


class _Window:
    """A square of pixels around a point in each chosen image: paints small things without touching the rest."""

    def __init__(self, canvas: Array, which: Array, x: Array, y: Array, half: float) -> None:
        size = canvas.shape[-1]
        side = min(size, int(np.ceil(2 * half * size)) + 2)
        corners = [np.clip((v[which] - half) * size, 0, size - side).astype(int) for v in (x, y)]
        columns, rows = (c[:, None] + np.arange(side) for c in corners)
        self.canvas = canvas
        self.pixels = which[:, None, None], rows[:, :, None], columns[:, None, :]
        self.x, self.y = _axis(size)[columns][:, None, :], _axis(size)[rows][:, :, None]

    def paint(self, colour: Array, alpha: Array) -> None:
        """Blend `colour` (n or 1, 3, h or 1, w or 1) in with `alpha` (n, h, w)."""
        image, row, column = self.pixels
        at = image[:, None], np.arange(3)[:, None, None], row[:, None], column[:, None]
        self.canvas[at] = _blend(self.canvas[at], colour, alpha)


# ------------------------------------------------------------------------------------------------- scenes
def _paint_scenes(kind: str, home: str, dice: Dice, size: int, bias: float, objects: int | None) -> tuple[Array, Array]:
    """One chunk of scenes: uint8 images (n, 3, size, size) and masks (n, 1, size, size)."""
    own, anywhere, at_home = dice(0, 0.35), dice(), dice() < bias
    dryness = np.where(at_home, own if home == "horse" else 1 - own, anywhere)[:, None, None, None]
    horizon = dice(0.2, 0.34)
    number = 1 + np.searchsorted((0.6, 0.9), dice(), side="right")
    if objects is not None:
        number = np.full_like(number, objects)
    canvas = _landscape(dice, dryness, horizon, size)
    for likely in (0.6, 0.35):
        _acacia(canvas, dice, dryness, horizon, likely)
    for likely in (0.5, 0.5, 0.4):
        _stone(canvas, dice, horizon, likely)
    for _ in range(14):
        _tuft(canvas, dice, dryness, horizon)
    np.clip(canvas, 0, 1, out=canvas)
    masks = np.zeros((len(number), 1, size, size), np.float32)
    side = dice()
    for layer in range(MAX_ANIMALS if objects is None else objects):
        # The k animals of a scene stand in k lanes, side by side, and in k belts, painted from far to near.
        lane = 0.2 + 0.6 * ((side + layer / np.maximum(number, 1)) % 1)
        near = (layer + dice()) / np.maximum(number, 1)
        feet = horizon + 0.2 + (0.76 - horizon) * near
        length = (0.39 + 0.19 * near) / np.array([1, 1, 1.25, 1.45])[np.minimum(number, 3)]
        animal = _pose(dice, lane, feet, length)
        which = np.flatnonzero(layer < number)
        if len(which):
            _paint_animals(kind, canvas, masks, which, animal)
    return (np.clip(canvas, 0, 1) * 255 + 0.5).astype(np.uint8), masks


def _landscape(dice: Dice, dryness: Array, horizon: Array, size: int) -> Array:
    """Sky with clouds, two ridges of hills, grass: (n, 3, size, size)."""
    x, y = _axis(size)[None, :], _axis(size)[None, :, None]
    horizon = horizon[:, None, None]
    fade = np.clip(y / horizon, 0, 1)
    zenith = _mix(_rgb(0.40, 0.64, 0.92), _rgb(0.62, 0.74, 0.86), dryness)
    haze = _mix(_rgb(0.82, 0.92, 0.97), _rgb(0.99, 0.90, 0.70), dryness)
    canvas = _mix(zenith, haze, fade[:, None])
    cloud = _noise(dice.lattice(7, 6), y[..., 0] * 14, x * 5)
    canvas = _blend(canvas, _rgb(1, 1, 0.98), np.clip(cloud * 1.6 - 0.25, 0, 0.75) * (1 - 0.6 * fade))
    hills = _mix(_rgb(0.30, 0.50, 0.33), _rgb(0.60, 0.50, 0.33), dryness)
    for height, far in ((0.1, 0.6), (0.055, 0.2)):
        ridge = horizon - height * (0.55 + 0.5 * _noise(dice.lattice(1, 6), x[:, :1] * 0, x * 5))
        canvas = _blend(canvas, _mix(hills, _rgb(0.66, 0.76, 0.82), far), _cover(ridge - y, size))
    # Grass is seen in perspective: its texture gets finer towards the horizon.
    depth = np.clip((y - horizon)[..., 0], 0, 1)
    rows = depth / (0.6 + depth)
    patches = _noise(dice.lattice(9, 8), rows * 13, x * 7)
    grain = _noise(dice.lattice(24, 26), rows * 39, x * 25)
    light = 1 + 0.11 * patches + 0.07 * grain + 0.3 * (y - 0.62)
    grass = _mix(_rgb(0.36, 0.62, 0.22), _rgb(0.85, 0.71, 0.36), dryness) * light[:, None]
    return _blend(canvas, grass, _cover(horizon - y, size))


def _acacia(canvas: Array, dice: Dice, dryness: Array, horizon: Array, likely: float) -> None:
    """A forked trunk under an umbrella of three crowns, near the horizon; in a share `likely` of the images."""
    which = np.flatnonzero(dice() < likely)
    x, tall, lean, foot = dice(0.03, 0.97), dice(0.12, 0.24), dice(-0.2, 0.2), horizon + dice(0, 0.05)
    view = _Window(canvas, which, x, foot - tall * 0.6, 0.26)
    x, tall, lean, foot = (v[which, None, None] for v in (x, tall, lean, foot))
    size, fork = canvas.shape[-1], (x + lean * tall * 0.5, foot - tall * 0.45)
    wood = [_stroke(view.x, view.y, (x, foot), fork, 0.011, 0.008)]
    for dx in (-0.3, 0.35):
        wood.append(_stroke(view.x, view.y, fork, (fork[0] + dx * tall, foot - tall * 0.9), 0.007, 0.004))
    view.paint(_rgb(0.33, 0.24, 0.15), _cover(np.minimum.reduce(wood), size))
    leaf = _mix(_rgb(0.20, 0.42, 0.16), _rgb(0.34, 0.44, 0.18), dryness[which])
    for dx, dy, wide, glow in ((-0.3, 0.9, 0.42, 0.85), (0.35, 0.92, 0.45, 0.95), (0.0, 1.02, 0.5, 1.15)):
        crown = _blob(view.x, view.y, (x + dx * tall, foot - dy * tall), wide * tall, 0.17 * tall)
        view.paint(leaf * glow, _cover(crown, size))


def _stone(canvas: Array, dice: Dice, horizon: Array, likely: float) -> None:
    """A grey rock, a green bush or a brown mound with its shadow; in a share `likely` of the images."""
    which = np.flatnonzero(dice() < likely)
    what, x, near, tone = dice(0, 3).astype(int)[which], dice(), dice(), dice(0.88, 1.12)
    foot, radius = horizon + 0.06 + (0.9 - horizon) * near, (0.035 + 0.045 * near) * dice(0.6, 1.2)
    view = _Window(canvas, which, x, foot, 0.22)
    x, foot, radius, tone = (v[which, None, None] for v in (x, foot, radius, tone))
    dx, dy = (view.x - x) / radius, (view.y - foot) / radius
    view.paint(_rgb(0.10, 0.11, 0.06), 0.45 * _shadow(dx, dy, (0.3, 0.45), 1.8, 0.55))
    colour = np.stack([_rgb(0.58, 0.57, 0.55), _rgb(0.24, 0.44, 0.15), _rgb(0.60, 0.42, 0.26)])[what] * tone[:, None]
    height = np.array([0.62, 0.75, 0.85], np.float32)[what, None, None]
    shape, _ = _melt(_blob(dx, dy, (0, 0), 1.15, height), _blob(dx, dy, (0.7, 0.2), 1.0, 0.5), 0.25)
    shade = 1 - 0.35 * np.clip(dy, -0.7, 1) - 0.12 * np.clip(dx, -1, 1)
    view.paint(colour * shade[:, None], _cover(shape * radius, canvas.shape[-1]))


def _tuft(canvas: Array, dice: Dice, dryness: Array, horizon: Array) -> None:
    """Three blades of grass, darker or lighter than the meadow; one tuft in every image."""
    x, near, tone = dice(), dice(), dice(0.65, 1.15)[:, None, None, None]
    foot, tall = horizon + 0.05 + (0.93 - horizon) * near, (0.02 + 0.035 * near) * dice(0.5, 1.1)
    view = _Window(canvas, np.arange(len(x)), x, foot - 0.03, 0.045)
    x, foot, tall = (v[:, None, None] for v in (x, foot, tall))
    blades = [_stroke(view.x, view.y, (x, foot), (x + d * tall, foot - tall), 0.0045, 0.001) for d in (-0.55, 0.1, 0.6)]
    green = _mix(_rgb(0.30, 0.55, 0.17), _rgb(0.80, 0.65, 0.30), dryness)
    view.paint(green * tone, 0.85 * _cover(np.minimum.reduce(blades), canvas.shape[-1]))


# ------------------------------------------------------------------------------------------------ animals
# An animal is drawn in its own frame: unit body length, facing +x, mid-body at the origin, hooves at y = 0.47.
_GROUND = np.float32(0.47)


def _pose(dice: Dice, x: Array, feet: Array, length: Array) -> SimpleNamespace:
    """What makes one animal an individual; every field is (images,), angles in radians, y down."""
    p = SimpleNamespace(x=x.astype(np.float32), feet=feet.astype(np.float32), length=length.astype(np.float32))
    p.facing = np.where(dice() < 0.5, np.float32(-1), np.float32(1))
    p.pitch, p.girth, p.tail, p.phase = dice(-0.06, 0.06), dice(0.135, 0.165), dice(0.1, 0.5), dice(0, 2 * np.pi)
    p.stride = np.choose(dice(0, 3).astype(int), (dice(0.03, 0.1), dice(0.2, 0.35), dice(0.4, 0.6)))  # stand, walk, run
    up, nod, down, grazing = dice(-1.15, -0.6), dice(1.2, 1.6), dice(0.45, 0.75), dice() < 0.25
    p.neck, p.head = np.where(grazing, down, up), np.where(grazing, down + 0.45, up + nod)
    p.coat, p.tone = dice(0, 3), dice(0.9, 1.1)
    return p


def _paint_animals(kind: str, canvas: Array, masks: Array, which: Array, animal: SimpleNamespace) -> None:
    """Paint one animal into each chosen image, in place, and add what it covers to the image's mask."""
    size = canvas.shape[-1]
    view = _Window(canvas, which, animal.x, animal.feet - 0.36 * animal.length, 0.78 * animal.length[which].max())
    p = SimpleNamespace(**{name: value[which, None, None] for name, value in vars(animal).items()})
    x, y = (view.x - p.x) * p.facing / p.length, (view.y - p.feet) / p.length + _GROUND
    view.paint(_rgb(0.10, 0.11, 0.06), 0.5 * _shadow(x, y, (0, 0.46), 0.5, 0.085))
    x, y = x - p.pitch * y, y + p.pitch * x
    parts = _anatomy(x, y, p)
    colour = (_horse_coat if kind == "horse" else _zebra_coat)(x, y, p, parts, size)
    colour = _blend(colour * 0.66, colour, _cover(parts.near * p.length, size))  # far legs lie in shade
    cover = _cover(np.minimum(parts.near, parts.far_legs) * p.length, size)
    view.paint(colour, cover)
    image, row, column = view.pixels
    masks[image, 0, row, column] += (1 - masks[image, 0, row, column]) * cover


def _anatomy(x: Array, y: Array, p: SimpleNamespace) -> SimpleNamespace:
    """Signed distances of the parts in body lengths; `near` is all but the `far_legs`. Plus the head's joints."""
    legs = []
    for hip, turn in ((0.25, 0.0), (-0.19, 3.4), (0.18, 2.9), (-0.26, 0.5)):  # diagonal legs swing together
        swing = p.stride * np.sin(p.phase + turn)
        lift = swing - 1.5 * p.stride * np.maximum(np.cos(p.phase + turn), 0)
        knee = hip + 0.21 * np.sin(swing), 0.05 + 0.21 * np.cos(swing)
        hoof = knee[0] + 0.19 * np.sin(lift), knee[1] + 0.19 * np.cos(lift)
        legs.append(np.minimum(_stroke(x, y, (hip, 0.05), knee, 0.085, 0.043), _stroke(x, y, knee, hoof, 0.042, 0.034)))
    s = SimpleNamespace(far_legs=np.minimum(legs[0], legs[1]), legs=np.minimum(legs[2], legs[3]))
    s.poll = 0.25 + 0.33 * np.cos(p.neck), -0.05 + 0.33 * np.sin(p.neck)
    s.gaze = np.cos(p.head), np.sin(p.head)
    s.muzzle = s.poll[0] + 0.19 * s.gaze[0], s.poll[1] + 0.19 * s.gaze[1]
    s.neck = _stroke(x, y, (0.22, -0.04), s.poll, 0.125, 0.068)
    s.head = _stroke(x, y, s.poll, s.muzzle, 0.075, 0.044)
    barrel = _stroke(x, y, (-0.23, -0.015), (0.21, 0.0), p.girth * 1.04, p.girth * 0.95)
    torso, s.neckness = _melt(s.neck, barrel, 0.06)
    torso, _ = _melt(np.minimum(torso, s.head), s.legs, 0.02)
    ears = []
    for back in (0.1, 0.6):
        tip = s.poll[0] + 0.14 * np.cos(p.head - 1.57 - back), s.poll[1] + 0.14 * np.sin(p.head - 1.57 - back)
        ears.append(_stroke(x, y, s.poll, tip, 0.045, 0.012))
    dock, tip = (-0.40 - 0.2 * p.tail, 0.03), (-0.40 - 0.3 * p.tail, 0.24)
    s.tail = np.minimum(_stroke(x, y, (-0.33, -0.08), dock, 0.026, 0.028), _stroke(x, y, dock, tip, 0.03, 0.026))
    crest = s.poll[0] + 0.07 * np.sin(p.neck), s.poll[1] - 0.07 * np.cos(p.neck)
    s.mane = _stroke(x, y, (0.17, -0.13), crest, 0.032, 0.034)
    s.near = np.minimum.reduce([torso, s.tail, s.mane, *ears])
    return s


def _horse_coat(x: Array, y: Array, p: SimpleNamespace, s: SimpleNamespace, size: int) -> Array:
    """Chestnut, bay or light brown with dark mane and tail: (n, 3, h, w)."""
    coats = np.stack([_rgb(0.55, 0.29, 0.12), _rgb(0.42, 0.21, 0.10), _rgb(0.63, 0.37, 0.18)])
    brown = coats[p.coat.astype(int)[:, 0, 0]] * p.tone[:, None]
    colour = brown * _sunlight(y, s)[:, None]
    colour = _blend(colour, brown * 0.42, _cover(np.minimum(s.mane, s.tail) * p.length, size))
    return _face_and_hooves(colour, brown * 0.3, x, y, p, s, size)


def _zebra_coat(x: Array, y: Array, p: SimpleNamespace, s: SimpleNamespace, size: int) -> Array:
    """Stripes: upright on the body, leaning on the rump, across neck and head, rings on the legs: (n, 3, h, w)."""
    rump = np.clip(-0.08 - x, 0, 0.3)
    body = x + 2.4 * rump * (y + 0.02) + 0.05 * np.abs((y * 3 + p.tone * 9) % 1 - 0.5)
    neck = 0.22 + (x - 0.22) * np.cos(p.neck) + (y + 0.04) * np.sin(p.neck)
    face = (x - s.poll[0]) * s.gaze[0] + (y - s.poll[1]) * s.gaze[1]
    across = np.where(s.head < s.neck, face, _mix(body, neck, s.neckness))
    on_leg = (y > 0.13 + 0.3 * rump) & (np.minimum(s.legs, s.far_legs) < np.minimum(s.head, s.neck))
    across = np.where(on_leg, y, across)
    period = 0.06 + 0.052 / p.length  # so that a stripe stays about 3 pixels wide at 64 pixels
    edge = (0.26 - np.abs((across / period + p.coat) % 1 - 0.5)) * period
    black, white = _rgb(0.09, 0.08, 0.09), _rgb(0.97, 0.96, 0.92)
    colour = _mix(black, white, _cover(edge * p.length, size)[:, None]) * np.clip(_sunlight(y, s), 0.78, 1.03)[:, None]
    return _face_and_hooves(colour, black, x, y, p, s, size)


def _sunlight(y: Array, s: SimpleNamespace) -> Array:
    """Bright back, dark belly, a little darker towards the outline."""
    return 1.14 - 0.85 * np.clip(y + 0.1, 0, 0.4) - 0.1 * np.clip(1 + s.near / 0.05, 0, 1)


def _face_and_hooves(
    colour: Array, dark: Array, x: Array, y: Array, p: SimpleNamespace, s: SimpleNamespace, size: int
) -> Array:
    """The coat with a dark muzzle, eye and hooves."""
    nose = np.maximum(_blob(x, y, s.muzzle, 0.055, 0.055), s.head)
    eye = s.poll[0] + 0.06 * s.gaze[0] + 0.025 * s.gaze[1], s.poll[1] + 0.06 * s.gaze[1] - 0.025 * s.gaze[0]
    hooves = np.maximum(0.43 - y, -s.head)
    for shape in (nose, _blob(x, y, eye, 0.02, 0.02), hooves):
        colour = _blend(colour, dark, _cover(shape * p.length, size))
    return colour
