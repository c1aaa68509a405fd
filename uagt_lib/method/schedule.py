"""When what happens: the two training stages and the learning rate, as pure functions of the epoch.

An epoch may be fractional, and any other unit serves as well (the trainer counts in steps), as long as all arguments
share it.
"""


def stage(epoch: float, switch: float) -> int:
    """1 before `switch`, 2 from it on (Algorithm 1, `c < 30`, epochs counted from 0).

    Stage 1 trains all six networks on whole images; stage 2 freezes attention and masks what discriminators see.

    >>> stage(29.9, switch=30), stage(30, switch=30)
    (1, 2)
    """
    return 1 if epoch < switch else 2


def learning_rate(epoch: float, epochs: float, base: float, warmup: float = 0.0) -> float:
    """`base` for the first half of `epochs`, then linearly down to 0 (not in the paper; as released).

    With `warmup`, the rate first climbs linearly from 0 over that many epochs.

    >>> [learning_rate(epoch, 100, base=8, warmup=10) for epoch in (0, 5, 10, 50, 75, 100)]
    [0.0, 4.0, 8.0, 8.0, 4.0, 0.0]
    """
    climb = min(1.0, epoch / warmup) if warmup else 1.0
    return base * climb * min(1.0, 2 * max(0.0, 1 - epoch / epochs))


def between(epoch: float, end: float, first: float, last: float) -> float:
    """From `first` at epoch 0 in a straight line to `last` at epoch `end`, and `last` from there on.

    >>> [between(epoch, 10, 1.0, 3.0) for epoch in (0, 5, 10, 15)]
    [1.0, 2.0, 3.0, 3.0]
    """
    return first + (last - first) * (min(1.0, epoch / end) if end else 1.0)
