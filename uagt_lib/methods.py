"""The systems that are compared: a method is a name and the pieces it switches on, one row each."""

from dataclasses import dataclass

from uagt_lib.model import Model, Pieces


@dataclass(frozen=True)
class Method:
    """One row of the paper's Table 1 or 2.

    Attributes:
        summary: what it is, for people.
        pieces: what is switched on.
        model: the class that computes a step; a subclass of `Model` where networks, losses or optimizers differ.
    """

    summary: str
    pieces: Pieces
    model: type[Model] = Model


METHODS: dict[str, Method] = {
    "uagt": Method("attention-guided translation, the paper's full method", Pieces()),
    "cyclegan": Method(
        "CycleGAN (Zhu et al., 2017): no attention networks, so every pixel is repainted",
        Pieces(attention_s=False, attention_t=False, masked_discriminator=False, stop_attention=False),
    ),
}
