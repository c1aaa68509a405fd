"""Lesson 04, losses: right answers that are not functions of the library already."""

from collections.abc import Mapping

from torch import Tensor

from uagt_lib.method import losses


def both_losses(scores: Mapping[str, Tensor], pictures: Mapping[str, Tensor], weight: float = 10.0) -> tuple:
    """Eq. 4 and 5 with least squares: what F and A minimise, and what D minimises.

    Args:
        scores: raw scores, "t" and "s'" by D_T, "s" and "t'" by D_S.
        pictures: "s", "s''", "t" and "t''", float (N, 3, H, W) in [-1, 1].
        weight: lambda_cyc.

    Returns:
        Two scalars: for F_ST, F_TS, A_S, A_T together, and for D_S, D_T together.
    """
    fool = losses.lsgan_generator(scores["s'"]) + losses.lsgan_generator(scores["t'"])
    home = losses.cycle(pictures["s"], pictures["s''"]) + losses.cycle(pictures["t"], pictures["t''"])
    judge_t = losses.lsgan_discriminator(scores["t"], scores["s'"])
    judge_s = losses.lsgan_discriminator(scores["s"], scores["t'"])
    return fool + weight * home, judge_t + judge_s
