"""Everything that decides a training run, as one value: it travels inside every checkpoint."""

from dataclasses import asdict, dataclass, field, fields, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from uagt_lib.errors import UagtError
from uagt_lib.method.methods import METHODS
from uagt_lib.method.pieces import Architecture
from uagt_lib.training.migrate import migrate

if TYPE_CHECKING:  # a preset's name and values should not cost the seconds that torch takes to import
    from uagt_lib.data.pairs import Pair
    from uagt_lib.method.model import Model


@dataclass(frozen=True)
class Config:
    """A training run. The defaults are the paper's where the paper says, the released program's where only that does.

    Attributes:
        preset: the name this configuration started from.
        method: a key of `METHODS`.
        seed: of initial weights, sampling and pools.
        load: pixels at which training pictures are kept.
        crop: pixels of the square crops of them that a training step sees; divisible by 4, by 16 for some rivals.
        view: pixels at which whole pictures are looked at after training; `crop` unless told. Larger than that where
            training takes small crops of larger pictures.
        batch: images per domain and step (per process, under several).
        epochs: passes over the larger domain; used when `steps` is None.
        steps: length of the run in steps.
        switch: the share of the run after which stage 2 begins (paper: epoch 30 of 100).
        rate: Adam's learning rate in the first half of the run, falling linearly to 0 in the second.
        judge_rate: learning rate of the discriminators, as a multiple of `rate` (paper: 1).
        warmup: the share of the run over which the rate first climbs from 0.
        cycle_weight: lambda_cyc of Eq. 4.
        attention_cycle: share of the cycle loss's gradient that passes through attention maps, at the first step and
            at the end of its rise, in a straight line between (paper: 1 throughout); see `Model`.
        rise: the share of stage 1 that this takes.
        tau: threshold of Eq. 6.
        pool: capacity of the image pools.
        average: decay of the running average of F's and A's weights that is shown, scored and shipped in their place,
            see `Average`; 0: the trained weights themselves.
        precision: "fp32", "bf16" or "fp16" (mixed).
        savanna: draw this many training pictures per domain instead of reading photographs; 0 means photographs.
        bias: of the savanna's backgrounds, see `savanna.draw`.
        domains: "animals" or "seasons", see `pairs.from_savanna`.
        architecture: sizes of the networks.

    Raises:
        UagtError: for the first value that cannot work.

    >>> config = Config(method="cyclegan", crop=128, load=143)
    >>> config.with_(seed=1).seed, config.view
    (1, 128)
    >>> Config(crop=30)
    Traceback (most recent call last):
    ...
    uagt_lib.errors.UagtError: crop 30 must be at least 32 and divisible by 4
    """

    preset: str = "paper-as-printed"
    method: str = "uagt"
    seed: int = 0
    load: int = 286
    crop: int = 256
    view: int = 0  # never seen: `crop` takes its place at once
    batch: int = 1
    epochs: int = 100
    steps: int | None = None
    switch: float = 0.3
    rate: float = 1e-4
    judge_rate: float = 1.0
    warmup: float = 0.0
    cycle_weight: float = 10.0
    attention_cycle: tuple[float, float] = (1.0, 1.0)
    rise: float = 1.0
    tau: float = 0.1
    pool: int = 50
    average: float = 0.0
    precision: str = "fp32"
    savanna: int = 0
    bias: float = 0.7
    domains: str = "animals"
    architecture: Architecture = field(default_factory=Architecture)

    def __post_init__(self) -> None:
        """Raises UagtError with a sentence for the first value that cannot work."""
        object.__setattr__(self, "view", self.view or self.crop)
        if self.method not in METHODS:
            raise UagtError(f"unknown method {self.method!r}; known are {', '.join(METHODS)}")
        stride = METHODS[self.method].stride
        for wrong, sentence in (
            (self.crop % stride or self.crop < 32, f"crop {self.crop} must be at least 32 and divisible by {stride}"),
            (self.view % stride or self.view < 32, f"view {self.view} must be at least 32 and divisible by {stride}"),
            (self.load < self.crop, f"images of {self.load} px are too small for crops of {self.crop} px"),
            (not 0 <= self.seed < 2**31, f"a seed is a whole number from 0 to {2**31 - 1}, not {self.seed}"),
            (self.batch < 1, f"a batch needs at least one image, not {self.batch}"),
            (self.steps is not None and self.steps < 1, f"a run needs at least one step, not {self.steps}"),
            (not 0 <= self.switch <= 1, f"the switch is a share of the run in [0, 1], not {self.switch}"),
            (not 0 <= self.rise <= 1, f"the rise is a share of stage 1 in [0, 1], not {self.rise}"),
            (not 0 <= self.tau < 1, f"tau must be in [0, 1), not {self.tau}"),
            (not 0 <= self.average < 1, f"the decay of the average must be in [0, 1), not {self.average}"),
            (self.rate <= 0, f"the learning rate must be positive, not {self.rate}"),
            (self.judge_rate <= 0, f"judge_rate must be positive, not {self.judge_rate}"),
            (
                self.precision not in ("fp32", "bf16", "fp16"),
                f"precision is fp32, bf16 or fp16, not {self.precision!r}",
            ),
        ):
            if wrong:
                raise UagtError(sentence)

    def model(self, initial: bool = True) -> "Model":
        """The configured networks, initialised from the seed, or with undefined weights that are to be loaded."""
        import torch

        method = METHODS[self.method]
        return method.model(
            self.architecture,
            method.pieces,
            generator=torch.Generator().manual_seed(self.seed) if initial else None,
            cycle_weight=self.cycle_weight,
            attention_cycle=self.attention_cycle[0],
            tau=self.tau,
            view=self.view,
        )

    def drawn(self) -> "Pair":
        """The savanna this run is trained on and looked at with; drawn once for configurations that share it."""
        return _drawn(self.view, self.load, self.savanna, self.bias, self.domains)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Config":
        """Undo `to_dict`, of this version or an older one.

        Raises:
            UagtError: if a value is unknown here (a checkpoint of a later version) or cannot work.
        """
        try:
            values = migrate(values)
            nested = {
                "architecture": Architecture(**values["architecture"]),
                "attention_cycle": tuple(values["attention_cycle"]),
            }
            return cls(**values | nested)
        except (KeyError, TypeError) as error:
            raise UagtError(f"this configuration was not written by this version of uagt_lib: {error}") from error

    def differences(self, other: "Config") -> list[str]:
        """What differs, as "name: ours, not theirs"; the length of the run and its precision may always differ."""
        free = {"steps", "epochs", "precision"}
        pairs = [(f.name, getattr(self, f.name), getattr(other, f.name)) for f in fields(self) if f.name not in free]
        return [f"{name}: {ours}, not {theirs}" for name, ours, theirs in pairs if ours != theirs]

    def with_(self, **changes: Any) -> "Config":
        """A copy with some values changed; `view` goes with `crop` where the two are one.

        >>> Config().with_(load=143, crop=128).view
        128
        """
        if "crop" in changes and self.view == self.crop:
            changes = {"view": 0} | changes
        return replace(self, **changes)


@lru_cache(maxsize=4)
def _drawn(view: int, load: int, images: int, bias: float, domains: str) -> "Pair":
    from uagt_lib.data.pairs import from_savanna

    return from_savanna(view, load, images, bias, domains=domains)
