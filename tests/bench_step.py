"""What a training step on a CPU costs: each exact identity on and off, either decoder, and beside pytorch-CycleGAN.

`python -m tests.bench_step`, or with everything else by `make bench`.
"""

from dataclasses import replace

import torch
import torch.nn as nn

from tests.bench_cyclegan import CycleGAN
from tests.plain import plain
from tests.stopwatch import noise, show, timed
from uagt_lib.method.exact import DoubledConv, FewOutputs, InstanceNorm
from uagt_lib.training.config import Config
from uagt_lib.training.presets import preset
from uagt_lib.training.step import Learner

IDENTITIES: dict[type[nn.Module], str] = {
    InstanceNorm: "norms as group norms",
    FewOutputs: "ends with few outputs by rows",
    DoubledConv: "up2 and 3x3 as one transposed convolution",
}
BASELINE = "appendix's decoder, plain layers"
PRELOADED = """
Not in these tables: with tcmalloc preloaded (LD_PRELOAD=libtcmalloc_minimal.so.4, from Debian's libtcmalloc-minimal4)
a step took .92 x of the same step without, the one time it was measured."""


def start(config: Config, *plain_kinds: type[nn.Module]) -> Learner:
    """Learns from noise; its layers of these kinds are computed the plain way."""
    learner = Learner(config, noise(config.load))
    if plain_kinds:
        plain(learner.model, *plain_kinds)
    return learner


def with_decoder(config: Config, decoder: str) -> Config:
    sizes = replace(config.architecture, attention_decoder=decoder, attention_enlarge="nearest")
    return config.with_(architecture=sizes)


def identities(title: str, config: Config, rounds: int) -> None:
    """Each identity alone, all together, and both with the released decoder."""
    appendix, released = (with_decoder(config, decoder) for decoder in ("appendix", "released"))
    runs = {BASELINE: start(appendix, *IDENTITIES)}
    for kind, name in IDENTITIES.items():
        runs[f"  {name}"] = start(appendix, *(other for other in IDENTITIES if other is not kind))
    runs |= {
        "appendix's decoder, all three": start(appendix),
        "released decoder, plain layers": start(released, *IDENTITIES),
        "released decoder, all that apply": start(released),
    }
    show(title, timed({name: run.advance for name, run in runs.items()}, rounds), BASELINE)


def peers(rounds: int) -> None:
    """Ours beside pytorch-CycleGAN's step, which has no attention: equal widths, 128 px, batch 1."""
    config = Config(load=144, crop=128, steps=1000)
    runs = {
        "pytorch-CycleGAN": CycleGAN(noise(144), 128),
        "ours, CycleGAN": start(config.with_(method="cyclegan")),
        "ours, appendix's decoder": start(with_decoder(config, "appendix")),
        "ours, released decoder": start(with_decoder(config, "released")),
    }
    seconds = timed({name: run.advance for name, run in runs.items()}, rounds)
    show("Beside pytorch-CycleGAN, 128 px, widths of the paper, batch 1", seconds, "pytorch-CycleGAN")


def main(rounds: int = 9) -> None:
    torch.set_num_threads(1)
    identities("A step of the preset savanna (64 px, small networks, batch 2)", preset("savanna"), 3 * rounds)
    widths = "A step at 128 px with the paper's widths, batch 1"
    identities(widths, Config(load=144, crop=128, steps=1000), rounds)
    peers(rounds)
    print(PRELOADED)


if __name__ == "__main__":
    main()
