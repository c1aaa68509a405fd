"""Lesson 07's two programs, behind letters: whose number is better is asked before their names are told."""

from uagt_lib.course.places import data
from uagt_lib.method.model import Model
from uagt_lib.training.checkpoint import load_model


def two_programs() -> dict[str, Model]:
    """The shipped models at 64 px: "A" has attention, "B" is CycleGAN.

    >>> sorted(two_programs())
    ['A', 'B']
    """
    shipped = {"A": "savanna-64", "B": "cyclegan-64"}
    return {letter: load_model(data("checkpoints", f"{name}.safetensors")) for letter, name in shipped.items()}
