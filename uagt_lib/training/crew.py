"""The processes that train together: one, or several under `accelerate launch`; on whatever device there is."""

import torch


class Crew:
    """What this process knows of the others.

    Attributes:
        device: where it computes.
        rank: which of them it is, counted from 0.
        count: how many there are.
        main: whether it is the one that writes and talks.
    """

    def __init__(self) -> None:
        from accelerate import PartialState  # takes seconds to import
        from accelerate.utils import parse_flag_from_env

        self._state = PartialState(cpu=parse_flag_from_env("ACCELERATE_USE_CPU"))  # the launcher's way to ask for a CPU
        self.device: torch.device = self._state.device
        self.rank: int = self._state.process_index
        self.count: int = self._state.num_processes
        self.main: bool = self._state.is_main_process

    def finish(self) -> None:
        """Return when the device has done what it was asked to; a GPU is asked far ahead."""
        if self.device.type in ("cuda", "mps"):
            getattr(torch, self.device.type).synchronize()

    def wait(self) -> None:
        """Return when all are here."""
        self._state.wait_for_everyone()

    def any(self, flag: bool) -> bool:
        """Whether any of them says so; all must ask at the same step."""
        if self.count == 1:
            return flag
        from accelerate.utils import reduce

        return bool(reduce(torch.tensor(float(flag), device=self.device), reduction="sum") > 0)
