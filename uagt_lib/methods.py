"""The systems that are compared: a method is a name and the pieces it switches on, one row each."""

from dataclasses import dataclass

from uagt_lib.model import Pieces


@dataclass(frozen=True)
class Method:
    """One row of the paper's Table 1 or 2."""

    summary: str
    pieces: Pieces


METHODS: dict[str, Method] = {
    "uagt": Method("attention-guided translation, the paper's full method", Pieces()),
    "cyclegan": Method(
        "CycleGAN (Zhu et al., 2017): no attention networks, so every pixel is repainted",
        Pieces(attention_s=False, attention_t=False, masked_discriminator=False, stop_attention=False),
    ),
}
