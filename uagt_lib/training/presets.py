"""Named training runs. What departs from the paper does so because a laptop has little time, and says why.

preset           pictures                   networks                  length         measured
savanna          drawn, 64 px               small                     1600 steps     25 seeds: IoU 0.72 to 0.84
savanna-smoke    drawn, 32 px               small                     400 steps      three seeds: IoU 0.48 to 0.59
savanna-seasons  drawn meadows, 64 px       small, no Eq. 7           3200 steps     seed 5: attention 0.02 / 0.03 on
                                                                                     animals, 0.52 / 0.44 elsewhere
horse2zebra-cpu  photographs, 64 of 128 px  small, 3 residual blocks  24000 steps    three seeds: IoU of horses 0.46 to
                                                                                     0.50, of zebras 0.48 to 0.53
horse2zebra-128  photographs, 128 px        the paper's               100 epochs     seeds 31, 32, first 3 %: attention
                                                                                     inside 3 times that outside
paper            photographs, 256 px        the paper's               100 epochs     nobody has trained it to its end
paper-as-printed photographs, 256 px        the paper's, as printed   100 epochs     at 128 px: 0.0004 at step 1000
lion2tiger       photographs, 256 px        the paper's, no Eq. 7     100 epochs     nobody has trained it yet
summer2winter    photographs, 256 px        the paper's, no Eq. 7     200 epochs     nobody has trained it yet

Small networks have 0.8 M weights, the paper's 11.5 M. What was measured stands in data/reproduced/README.md
(but of savanna-seasons: once, before the step became faster).
"""

from dataclasses import replace
from typing import NamedTuple

from uagt_lib.errors import UagtError
from uagt_lib.method.pieces import Architecture
from uagt_lib.training.config import Config

# 0.8 M weights instead of 11.5 M. One stride-2 layer in attention keeps legs and ears at 64 px, patches of
# 34 px fit such animals, and attention starts open, at 0.73, further from the trap of falling to zero.
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

# At 64 px, maps that move by 0.08 logits a step find the animals within a few hundred steps. At 0.24 most fall to zero
# before anything can be painted, at 0.03 some have not closed when stage 2 begins: data/reproduced/speed.md.
_DRAWN = replace(_SMALL, attention_decoder="released", attention_enlarge="bilinear", attention_gain=10.0)

# Slower maps than drawings have, 0.005 logits a step, from a quarter of the size: chosen, as the preset's rates and
# shares are, by what attention found on tuning photographs. At 0.009 and 0.027 all maps lived too, at 0.081 and above
# not all of them: data/reproduced/speed-photographs.md.
_PHOTOGRAPHED = replace(
    _SMALL,
    generator_blocks=3,
    attention_levels=2,
    attention_blocks=3,
    attention_decoder="released",
    attention_enlarge="bilinear",
)

# The paper's networks and lengths, but for attention's speed and the cycle loss's pull on it. As printed, a map can
# move by 0.07 logits a step, and at 128 px it was at 0.02 after 125 steps, before anything can be painted; the released
# decoder moves by 0.003. The share of the cycle loss's gradient that reaches attention begins small, and the map at
# 0.73. Seen at 128 px, seeds 31 and 32: never below 0.13; after 4000 steps 0.54 and 0.49 on horses, 0.17 and 0.14
# elsewhere.
_SLOW = Config(
    preset="paper",
    attention_cycle=(0.08, 0.3),
    average=0.999,
    architecture=Architecture(attention_decoder="released", attention_enlarge="bilinear", attention_start=1.0),
)


class Preset(NamedTuple):
    """What it is, for people; the configuration; and the photographs for it that can be downloaded."""

    summary: str
    config: Config
    data_set: str | None = None


PRESETS: dict[str, Preset] = {
    "savanna": Preset(
        "drawn horses and zebras, minutes on two CPU cores",
        Config(
            preset="savanna",
            load=72,
            crop=64,
            batch=2,
            steps=1600,
            switch=0.75,  # later, and attention now and then leaks into the background just before it is frozen
            rate=8e-4,
            savanna=256,
            architecture=_DRAWN,
        ),
    ),
    "savanna-smoke": Preset(
        "the same at 32 px, under a minute: does everything work?",
        Config(
            preset="savanna-smoke",
            load=36,
            crop=32,
            batch=2,
            steps=400,
            switch=0.7,
            rate=5e-4,
            savanna=256,
            architecture=_SMALL,
        ),
    ),
    # As the paper has it for summer and winter: no Eq. 7, twice the time. Nothing but the season tells the domains.
    "savanna-seasons": Preset(
        "drawn meadows, green and dry: everything changes but the animals",
        Config(
            preset="savanna-seasons",
            method="uagt-D",
            load=72,
            crop=64,
            batch=2,
            steps=3200,
            switch=0.75,
            rate=8e-4,
            warmup=0.25,
            savanna=256,
            bias=1.0,
            domains="seasons",
            architecture=_SMALL,
        ),
    ),
    "horse2zebra-cpu": Preset(
        "photographs, an hour of one core: any two folders of them",
        Config(
            preset="horse2zebra-cpu",
            load=128,
            crop=64,  # crops: at 64 px a whole zebra's stripes are 2 px wide, too fine to tell zebras by
            view=112,
            steps=24_000,
            switch=0.7,
            rate=3e-4,
            judge_rate=2.0,
            attention_cycle=(0.06, 0.15),
            rise=0.15,
            average=0.9995,
            architecture=_PHOTOGRAPHED,
        ),
        "horse2zebra",
    ),
    "horse2zebra-128": Preset(
        "photographs at 128 px, for a GPU",
        replace(_SLOW, preset="horse2zebra-128", load=143, crop=128, view=128),
        "horse2zebra",
    ),
    "paper": Preset(
        "photographs at 256 px, with the paper's sizes and length, for a GPU",
        _SLOW,
        "horse2zebra",
    ),
    "paper-as-printed": Preset(
        "as paper, with everything as the paper prints it, for comparison",
        Config(),
        "horse2zebra",
    ),
    # The paper's exceptions: no Eq. 7; attention still stops at the switch. The rate of 2e-4 is the released program's.
    "lion2tiger": Preset(
        "as paper, without Eq. 7: discriminators always see whole images",
        replace(_SLOW, preset="lion2tiger", method="uagt-D"),
    ),
    "summer2winter": Preset(
        "as paper, without Eq. 7, for 200 epochs",
        replace(_SLOW, preset="summer2winter", method="uagt-D", epochs=200, rate=2e-4),
        "summer2winter_yosemite",
    ),
}


def preset(name: str) -> Config:
    """The configuration called `name`.

    Raises:
        UagtError: if there is none; the message lists what there is.

    >>> preset("savanna").steps, preset("paper").crop
    (1600, 256)
    """
    if name not in PRESETS:
        raise UagtError(f"unknown preset {name!r}; known are {', '.join(PRESETS)}")
    return PRESETS[name].config
