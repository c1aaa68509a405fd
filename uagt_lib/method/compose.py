"""Eq. 1 and Eq. 6 of the paper: paint and photograph put together, and what a discriminator sees of them.

Pure tensor functions, no parameters. Images are float (N, C, H, W) in [-1, 1]; attention is (N, 1, H, W) in [0, 1].
"""

from torch import Tensor


def compose(source: Tensor, generated: Tensor, attention: Tensor) -> Tensor:
    """Keep the generator's paint where attention is high, the source elsewhere (paper, Eq. 1).

    Args:
        source: images, float (N, C, H, W) in [-1, 1].
        generated: the generator's output for `source`, same shape and range.
        attention: matte, (N, 1, H, W) in [0, 1]; one value per pixel, shared by all channels.

    Returns:
        The composed images, (N, C, H, W) in [-1, 1]: ones give `generated`, zeros give `source` exactly.

    Raises:
        ValueError: if the shapes do not line up; the message names both.

    >>> import torch
    >>> s, painted = torch.zeros(1, 1, 1, 3), torch.ones(1, 1, 1, 3)
    >>> compose(s, painted, torch.tensor([[[[0.0, 0.25, 1.0]]]]))
    tensor([[[[0.0000, 0.2500, 1.0000]]]])
    """
    if source.shape != generated.shape:
        raise ValueError(f"source and generated must have one shape, not {_shape(source)} and {_shape(generated)}")
    _check_matte(source, attention)
    return attention * generated + (1 - attention) * source


def attended(attention: Tensor, tau: float = 0.1) -> Tensor:
    """The pixels a stage-2 discriminator may see: 1 where attention > tau, else 0 (the condition in Eq. 6).

    Same shape and dtype as `attention`. A step function has no gradient, so none reaches the attention network here:
    attention learns through Eq. 1 and the cycle alone. (The released program tests `>=`, which lets tau = 0 stand for
    "everything"; for any positive tau the two agree except where attention equals tau to the last bit.)

    >>> import torch
    >>> attended(torch.tensor([0.0, 0.1, 0.2, 1.0]))
    tensor([0., 0., 1., 1.])
    """
    return (attention > tau).to(attention.dtype)


def foreground(image: Tensor, attention: Tensor, tau: float = 0.1) -> Tensor:
    """The image where attention > tau, mid grey (0) elsewhere (paper, Eq. 6).

    For a real t, `image` is t and `attention` A_T(t). For a fake there are two readings of the paper, with A_S(s) in
    both: printed, `image` is the raw paint F_ST(s); released, it is the composed s' of Eq. 1. They differ wherever
    tau < A_S(s) < 1: only the second shows the discriminator the soft edges that the user will get.

    Args:
        image: float (N, C, H, W) in [-1, 1].
        attention: (N, 1, H, W) in [0, 1].
        tau: threshold in [0, 1).

    Returns:
        (N, C, H, W) in [-1, 1].

    Raises:
        ValueError: if the shapes do not line up.

    >>> import torch
    >>> foreground(torch.full((1, 1, 1, 2), -0.5), torch.tensor([[[[0.05, 0.9]]]]))
    tensor([[[[-0.0000, -0.5000]]]])
    """
    _check_matte(image, attention)
    return image * attended(attention, tau)


def _check_matte(image: Tensor, attention: Tensor) -> None:
    if attention.shape != (image.shape[0], 1, *image.shape[2:]):
        raise ValueError(
            f"attention must be (N, 1, H, W) for images {_shape(image)}, one value per pixel, not {_shape(attention)}"
        )


def _shape(x: Tensor) -> tuple[int, ...]:
    return tuple(x.shape)
