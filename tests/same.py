"""Whether two runs are the same, to the bit."""

import torch

from uagt_lib.training.state import tensors_of
from uagt_lib.training.step import Learner
from uagt_lib.training.trainer import Trainer


def state(learner: Learner) -> dict[str, torch.Tensor]:
    """All tensors that a run goes on from, and those it shows."""
    shown = {f"shown.{name}": t for name, t in learner.shown.state_dict().items()}
    return learner.model.state_dict() | shown | tensors_of(learner)


def assert_same(a: Trainer, b: Trainer) -> None:
    left, right = state(a.learner), state(b.learner)
    assert left.keys() == right.keys()
    for name in left:
        assert torch.equal(left[name], right[name]), name
