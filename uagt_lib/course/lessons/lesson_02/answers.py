"""Lesson 02, composition: right answers that are not functions of the library already."""

from collections.abc import Callable

from torch import Tensor

from uagt_lib.method.compose import compose

Network = Callable[[Tensor], Tensor]


def matte_gradient(upstream: Tensor, s: Tensor, painted: Tensor) -> Tensor:
    """What Eq. 1 passes on to the matte: the gradient of a loss with respect to s_a.

    Args:
        upstream: gradient of the loss with respect to s', (N, 3, H, W).
        s: images (N, 3, H, W).
        painted: the generator's paint for them, same shape.

    Returns:
        (N, 1, H, W): the sum over colours of upstream * (painted - s).
    """
    return (upstream * (painted - s)).sum(1, keepdim=True)


def there_and_back(s: Tensor, F_st: Network, A_s: Network, F_ts: Network, A_t: Network) -> tuple[Tensor, Tensor]:
    """Eq. 1 twice: s' in the other domain, and s'' back home, as `Model.trips` computes them.

    Args:
        s: images (N, 3, H, W).
        F_st: the generator for the way there; F_ts: for the way back.
        A_s: the attention network that looks at s; A_t: the one that looks at s'.

    Returns:
        s' and s'', both (N, 3, H, W).
    """
    s_prime = compose(s, F_st(s), A_s(s))
    return s_prime, compose(s_prime, F_ts(s_prime), A_t(s_prime))
