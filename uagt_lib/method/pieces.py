"""What a system is made of, as plain values: the pieces a method switches on, and the sizes of its networks."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pieces:
    """What a method switches on. The defaults are the paper's full method; each ablation of Table 2 turns one off.

    >>> from uagt_lib.method.methods import METHODS
    >>> METHODS["uagt-cycle"].pieces == Pieces(cycle=False)
    True
    """

    attention_s: bool = True  # without it A_S is all ones
    attention_t: bool = True
    cycle: bool = True  # the cycle-consistency loss, Eq. 3
    cycle_attention: bool = True  # the way back has a map of its own, A_T(s'); without it A_S(s) is used again
    masked_discriminator: bool = True  # stage 2 shows discriminators attended pixels only, Eq. 7
    stop_attention: bool = True  # stage 2 freezes the attention networks
    raw_foreground: bool = False  # Eq. 6 as printed: mask the raw paint F_ST(s), not the composed s'
    adversarial: str = "lsgan"  # a key of losses.ADVERSARIAL


@dataclass(frozen=True)
class Architecture:
    """Sizes of the networks; the defaults are the paper's. See `networks` for what each means."""

    generator_width: int = 32
    generator_blocks: int = 9
    attention_width: int = 32
    attention_levels: int = 2
    attention_start: float = 0.0
    attention_decoder: str = "appendix"
    attention_enlarge: str = "nearest"
    attention_gain: float = 1.0
    attention_blocks: int = 1
    discriminator_width: int = 64
    discriminator_halvings: int = 3
    discriminator_first_norm: bool = True
    end_kernel: int = 7
