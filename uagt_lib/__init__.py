"""Unsupervised attention-guided image-to-image translation (Mejjati et al., NeurIPS 2018), built to be read.

What a program needs is here. Nothing is imported before it is used, so `import uagt_lib` does not wait for torch.

    load_model      the networks of a checkpoint, trained, ready to translate
    translate       a picture of any size, and its attention map
    preset          a training run by name: "savanna", "paper" ...
    Config          everything that decides a training run
    from_savanna    two domains of drawn pictures, horses and zebras, with masks
    from_folders    two domains of photographs
    Trainer         trains, and resumes to the bit
    compare         scores checkpoints, or folders of translated pictures
    UagtError       what wrong input ends in: a sentence
    __version__     of this library

>>> from uagt_lib import load_model, translate
>>> model = load_model("data/checkpoints/savanna-64.safetensors")
>>> result = translate(model, "data/samples/testA/0000.png", "s2t")  # source to target: a horse becomes a zebra
>>> result.translated.size, result.attention.size
((64, 64), (64, 64))
>>> bool(0 < result.attention_array.mean() < 0.5)  # attention, in [0, 1], lies on a part of the picture
True
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from uagt_lib.data.pairs import from_folders, from_savanna
    from uagt_lib.errors import UagtError
    from uagt_lib.evaluate.compare import compare
    from uagt_lib.inference import translate
    from uagt_lib.training.checkpoint import load_model
    from uagt_lib.training.config import Config
    from uagt_lib.training.presets import preset
    from uagt_lib.training.trainer import Trainer

__version__ = "0.2.0"
__all__ = [
    "Config",
    "Trainer",
    "UagtError",
    "__version__",
    "compare",
    "from_folders",
    "from_savanna",
    "load_model",
    "preset",
    "translate",
]

_HOMES = {
    "Config": "training.config",
    "Trainer": "training.trainer",
    "UagtError": "errors",
    "compare": "evaluate.compare",
    "from_folders": "data.pairs",
    "from_savanna": "data.pairs",
    "load_model": "training.checkpoint",
    "preset": "training.presets",
    "translate": "inference",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for, once (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
