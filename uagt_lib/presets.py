"""Named training runs: the configurations that were measured and may be relied on."""

from dataclasses import replace

from uagt_lib.config import Config
from uagt_lib.errors import UagtError
from uagt_lib.model import Architecture

_SMALL = Architecture(
    generator_width=16,
    generator_blocks=2,
    attention_width=16,
    attention_levels=1,
    attention_start=1.0,
    discriminator_width=32,
    discriminator_halvings=2,
    discriminator_first_norm=False,
    end_kernel=5,
)

PRESETS: dict[str, Config] = {
    "savanna": Config(
        preset="savanna",
        size=64,
        load=72,
        batch=2,
        steps=1600,
        switch=0.75,
        rate=8e-4,
        warmup=0.25,
        savanna=256,
        architecture=_SMALL,
    ),
    "savanna-smoke": Config(
        preset="savanna-smoke",
        size=32,
        load=36,
        batch=2,
        steps=400,
        switch=0.7,
        rate=5e-4,
        savanna=256,
        architecture=_SMALL,
    ),
    "horse2zebra-cpu": Config(
        preset="horse2zebra-cpu",
        size=64,
        load=128,
        view=112,
        steps=24_000,
        switch=0.7,
        rate=3e-4,
        attention_cycle=(0.05, 0.15),
        architecture=replace(_SMALL, generator_blocks=3),
    ),
    "horse2zebra-128": Config(preset="horse2zebra-128", size=128, load=143),
    "paper": Config(),
}


def preset(name: str) -> Config:
    """The configuration called `name`.

    Raises:
        UagtError: if there is none; the message lists what there is.
    """
    if name not in PRESETS:
        raise UagtError(f"unknown preset {name!r}; known are {', '.join(PRESETS)}")
    return PRESETS[name]
