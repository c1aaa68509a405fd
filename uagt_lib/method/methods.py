"""The systems that are compared: a method is a name and the pieces it switches on, one row each.

Free of torch, so that `uagt train --help` can list the rows at once.
"""

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

from uagt_lib.method.pieces import Pieces

if TYPE_CHECKING:
    from uagt_lib.method.model import Model


@dataclass(frozen=True)
class Method:
    """One row of the paper's Table 1 or 2.

    Attributes:
        summary: what it is, for people.
        pieces: what is switched on.
        where: "module:class" that computes a step; a subclass of `Model` where networks, losses or optimizers differ.
        stride: heights and widths must be divisible by this; that of the class, told here so that it need not be read.
    """

    summary: str
    pieces: Pieces = field(default_factory=Pieces)
    where: str = "uagt_lib.method.model:Model"
    stride: int = 4

    @property
    def model(self) -> "type[Model]":
        """The class named by `where`, imported now."""
        module, name = self.where.split(":")
        return getattr(import_module(module), name)


_WHOLE = {"attention_s": False, "attention_t": False, "masked_discriminator": False, "stop_attention": False}

METHODS: dict[str, Method] = {
    "uagt": Method("attention-guided translation, the paper's full method"),
    # Table 2: "-" is minus.
    "uagt-cycle": Method("without the cycle-consistency loss", Pieces(cycle=False)),
    "uagt-cycleAtt": Method("A_S(s) used again on the way back, where A_T(s') belongs", Pieces(cycle_attention=False)),
    "uagt-As": Method("without A_S: horses are repainted whole, only A_T learns", Pieces(attention_s=False)),
    "uagt-At": Method("without A_T: zebras are repainted whole, only A_S learns", Pieces(attention_t=False)),
    "uagt-D": Method(
        "discriminators always see whole images, attention still stops", Pieces(masked_discriminator=False)
    ),
    "uagt-D-A": Method(
        "whole images and attention that never stops (the idea of Attention GAN, Chen et al., 2018)",
        Pieces(masked_discriminator=False, stop_attention=False),
    ),
    # Table 1
    "cyclegan": Method("CycleGAN (Zhu et al., 2017): no attention, so every pixel is repainted", Pieces(**_WHOLE)),
    "ra": Method(
        "CycleGAN with residual attention (Wang et al., 2017) on the generators' features",
        Pieces(**_WHOLE),
        "uagt_lib.method.rivals.residual_attention:ResidualAttentionGAN",
    ),
    "discogan": Method(
        "DiscoGAN (Kim et al., 2017): encoder-decoder, log loss, a round trip of weight 1",
        Pieces(**_WHOLE, adversarial="log"),
        "uagt_lib.method.rivals.discogan:DiscoGAN",
        stride=16,
    ),
    "unit": Method(
        "UNIT (Liu et al., 2017): two variational autoencoders with one latent space",
        Pieces(**_WHOLE),
        "uagt_lib.method.rivals.unit:UNIT",
    ),
    "dualgan": Method(
        "DualGAN (Yi et al., 2017): U-Net, Wasserstein critics with clipped weights",
        Pieces(**_WHOLE, adversarial="wasserstein"),
        "uagt_lib.method.rivals.dualgan:DualGAN",
        stride=16,
    ),
}
