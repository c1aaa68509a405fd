"""Configurations, and the runs that they describe: `Trainer.open(preset("savanna"), pair, folder).run()`."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from uagt_lib.training.trainer import Trainer

__all__ = ["Trainer"]


def __getattr__(name: str) -> Any:
    """`Trainer`, when it is asked for: torch takes seconds to import, and a preset's name does not need it."""
    if name == "Trainer":
        from uagt_lib.training.trainer import Trainer

        return Trainer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
