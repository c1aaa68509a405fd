"""The two ways of translating. Free of torch, so that the command line can offer their words at once."""

from enum import Enum

from uagt_lib.errors import UagtError


class Direction(Enum):
    """From source to target, or back. Whoever takes a direction takes its word too.

    >>> Direction("s2t").label
    'S→T'
    >>> Direction.S2T.back is Direction("t2s")
    True
    >>> [(direction.here, direction.to) for direction in Direction]
    [('s', 't'), ('t', 's')]

    Raises:
        UagtError: for any other word.
    """

    S2T = "s2t"
    T2S = "t2s"

    @property
    def here(self) -> str:
        """The domain whose pictures are translated, "s" or "t"."""
        return self.value[0]

    @property
    def to(self) -> str:
        """The domain they are translated to, "t" or "s"."""
        return self.value[-1]

    @property
    def label(self) -> str:
        """As tables show it, "S→T" or "T→S"."""
        return f"{self.here}→{self.to}".upper()

    @property
    def back(self) -> "Direction":
        """The other one."""
        return Direction.T2S if self is Direction.S2T else Direction.S2T

    @classmethod
    def _missing_(cls, value: object) -> None:
        raise UagtError(f"a direction is s2t (source to target) or t2s (back), not {value!r}")
