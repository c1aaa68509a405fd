"""A kernel of a tested notebook runs this at its start: it is cut off from the network; networks and batches are small.

Tests want every step, moment and score of a lesson's runs, and no pictures to be proud of.
"""

from dataclasses import replace

import uagt_lib.course.offline.sitecustomize  # noqa: F401  cuts it off
from uagt_lib.training.presets import PRESETS

NARROW = {"generator_width": 4, "attention_width": 4, "discriminator_width": 8}

for name in ("savanna-smoke", "savanna", "horse2zebra-cpu"):
    known = PRESETS[name]
    sizes = replace(known.config.architecture, **NARROW)
    PRESETS[name] = known._replace(config=known.config.with_(architecture=sizes, batch=1))
