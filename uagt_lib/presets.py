"""Named training runs: the configurations that were measured and may be relied on."""

from uagt_lib.config import Config
from uagt_lib.errors import UagtError
from uagt_lib.model import Architecture

_SMALL = Architecture(
    generator_width=16,
    generator_blocks=2,
    attention_width=16,
    attention_levels=1,
    discriminator_width=32,
    discriminator_halvings=2,
    discriminator_first_norm=False,
    end_kernel=5,
)

PRESETS: dict[str, Config] = {
    "savanna": Config(preset="savanna", size=48, load=54, batch=2, steps=2500, switch=0.56, rate=1e-3, savanna=256, architecture=_SMALL),
    "savanna-smoke": Config(preset="savanna-smoke", size=32, load=36, batch=2, steps=500, switch=0.7, rate=1e-3, savanna=256, architecture=_SMALL),
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
