"""`make bench`: what our choices cost and save, side by side in one run, as ratios of CPU time (medians, interleaved).

Absolute seconds belong to the machine; the ratios are what to quote. Nothing here is a test.
"""

import io
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import torch
from PIL import Image

from tests import bench_step
from tests.bench_gpu import gpu
from tests.bench_kid import kids
from tests.stopwatch import noise, ratio, show, timed
from uagt_lib.data import savanna
from uagt_lib.data.pairs import sample, to_float
from uagt_lib.method import losses
from uagt_lib.method.direction import Direction
from uagt_lib.method.model import Trips
from uagt_lib.reproduce.as_released import AsReleased
from uagt_lib.training.config import Config
from uagt_lib.training.step import Learner


def plain_joint(learner: Learner) -> None:
    """The joint step without its two economies: D's gradients are computed in the G update too, real and fake apart."""
    model, config = learner.model, learner.config
    s, t = (sample(images, config.batch, config.crop, learner.sampler) for images in learner.images)
    trips = model.trips(s, t)
    loss = sum(10 * losses.cycle(trip.source, trip.cycled) for trip in trips.values())
    for direction, trip in trips.items():
        loss = loss + losses.lsgan_generator(model.route(direction).judge(trip.translated))
    update(learner, 0, loss)
    update(learner, 1, sum(apart(learner, direction, trips) for direction in Direction))


def apart(learner: Learner, direction: Direction, trips: Trips) -> torch.Tensor:
    pool = dict(zip(Direction, learner.pools, strict=True))[direction]
    fake, _ = pool(trips[direction].translated, trips[direction].attention)
    judge = learner.model.route(direction).judge
    return losses.lsgan_discriminator(judge(trips[direction.back].source), judge(fake.detach()))


def plain_sequential(learner: Learner) -> None:
    """The released order ported as it stands: all four updates compute the whole forward pass and every gradient.

    (TensorFlow leaves out what an update does not need; so does `AsReleased`.)
    """
    model, config = learner.model, learner.config
    s, t = (sample(images, config.batch, config.crop, learner.sampler) for images in learner.images)
    for direction in Direction:
        trips = model.trips(s, t)
        loss = sum(10 * losses.cycle(trip.source, trip.cycled) for trip in trips.values())
        loss = loss + losses.lsgan_generator(model.route(direction).judge(trips[direction].translated))
        update(learner, 0, loss)
        update(learner, 1, apart(learner, direction, model.trips(s, t)))


def update(learner: Learner, which: int, loss: torch.Tensor) -> None:
    for optimizer in learner.optimizers:
        optimizer.zero_grad()
    loss.backward()
    learner.optimizers[which].step()


def steps(rounds: int) -> None:
    config = Config(load=143, crop=128, steps=1000)
    plain, ported = (Learner(config, noise(143)) for _ in range(2))
    seconds = timed(
        {
            "sequential, ported as it stands": lambda: plain_sequential(ported),
            "sequential, only what an update needs": AsReleased(config, noise(143)).advance,
            "joint, plain": lambda: plain_joint(plain),
            "joint, D frozen, one batch for D (ours)": Learner(config, noise(143)).advance,
        },
        rounds,
    )
    show("Orders of one training step, 128 px, paper's widths, batch 1", seconds, "sequential, ported as it stands")
    ours = seconds["joint, D frozen, one batch for D (ours)"]
    for other in ("sequential, only what an update needs", "joint, plain"):
        print(f"  ours / {other}: {ratio(ours, seconds[other])[0]:.2f} x")


def images(rounds: int) -> None:
    count = 256
    pictures = savanna.draw("horse", 32, 256)[0]
    jpegs = []
    for picture in pictures.permute(0, 2, 3, 1).numpy():
        file = io.BytesIO()
        Image.fromarray(picture).save(file, "JPEG", quality=95)
        jpegs.append(file.getvalue())
    cache = savanna.draw("horse", 32, 143)[0]
    generator, rng = torch.Generator().manual_seed(0), np.random.default_rng(0)

    def from_cache() -> None:
        for _ in range(count):
            sample(cache, 1, 128, generator)

    def from_jpeg() -> None:
        for _ in range(count):
            image = (
                Image.open(io.BytesIO(jpegs[rng.integers(32)]))
                .convert("RGB")
                .resize((143, 143), Image.Resampling.BICUBIC)
            )
            x, y = rng.integers(16, size=2)
            image = image.crop((x, y, x + 128, y + 128))
            if rng.integers(2):
                image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            to_float(torch.from_numpy(np.array(image)).permute(2, 0, 1)[None])

    seconds = timed(
        {"PIL from JPEG, resize, crop, flip": from_jpeg, "crops of decoded bytes (ours)": from_cache}, rounds
    )
    show(f"{count} training images of 128 px, one at a time", seconds, "PIL from JPEG, resize, crop, flip")
    for name, values in seconds.items():
        print(f"  {name:<58}{count / statistics.median(values):9.0f} images a CPU second")


def drawing(rounds: int) -> None:
    seconds = timed({"512 images, 64 px": lambda: savanna.draw("zebra", 512, 64)}, rounds)
    show("Drawing the savanna", seconds, "512 images, 64 px")


def importing(rounds: int) -> None:
    def cpu(code: str) -> Callable[[], None]:
        return lambda: subprocess.run([sys.executable, "-c", code], check=True)

    def of_children() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    runs = {"import torch": cpu("import torch"), "import torch, uagt_lib": cpu("import torch, uagt_lib"),
            "import the trainer": cpu("import uagt_lib.training.trainer")}  # fmt: skip
    show("Starting Python", timed(runs, rounds, of_children), "import torch")


def memory() -> None:
    code = """
import resource
from tests.stopwatch import noise
from uagt_lib.training.config import Config
from uagt_lib.training.step import Learner
learner = Learner(Config(steps=10), noise(286))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
learner.advance(), learner.advance()
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(f"  {(after - before) / 2**20:.2f} GiB above {before / 2**20:.2f} GiB")
"""
    print("\nPeak memory of a 256-px step, paper's widths, batch 1, CPU, fp32", flush=True)
    subprocess.run([sys.executable, "-c", code], check=True)


def main() -> None:
    torch.set_num_threads(1)
    print(f"torch {torch.__version__}, one thread, CPU seconds and their ratios: medians [quartiles]")
    bench_step.main()
    steps(5)
    images(5)
    drawing(3)
    importing(5)
    memory()
    kids(9)
    gpu()


if __name__ == "__main__":
    main()
