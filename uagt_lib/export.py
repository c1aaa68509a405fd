"""A trained translator as one ONNX graph: generator, attention network and Eq. 1, for programs without PyTorch."""

import io
import warnings
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
from torch import Tensor

from uagt_lib.errors import UagtError
from uagt_lib.files import make_folder
from uagt_lib.method.compose import compose
from uagt_lib.method.direction import Direction
from uagt_lib.method.model import Model
from uagt_lib.training.checkpoint import load_model

OUTPUTS = ("translated", "attention", "painted")
TOLERANCE = 1e-4  # of an exported graph against PyTorch, for values in [-1, 1]


class Translator(nn.Module):
    """One direction of a model: images (N, 3, H, W) in [-1, 1] to translated images of the same shape and range.

    Holds the two networks it needs, and none of the discriminators or the way back.
    """

    def __init__(self, model: Model, direction: Direction | str = Direction.S2T):
        """Args:
        model: trained networks.
        direction: where to.
        """
        super().__init__()
        route = model.route(direction)
        self.paint, self.attend = route.paint, route.attend

    def forward(self, image: Tensor) -> Tensor:
        """Eq. 1; without an attention network every pixel is repainted. H and W must be divisible by 4."""
        painted = self.paint(image)
        return painted if self.attend is None else compose(image, painted, self.attend(image))


class _Graph(Translator):
    """What the file computes: Eq. 1, and the two things it puts together."""

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        painted = self.paint(image)
        attention = torch.ones_like(image[:, :1]) if self.attend is None else self.attend(image)
        return compose(image, painted, attention), attention, painted


def export_onnx(checkpoint: str | Path, path: str | Path, direction: Direction | str = Direction.S2T) -> float:
    """Write one direction of a checkpoint to `path`, and check the file against PyTorch.

    The graph has an input `image`, float32 (N, 3, H, W) in [-1, 1], with any N and any H and W divisible by 4, and
    three outputs: `translated` and `painted`, of the same shape and range, and `attention` (N, 1, H, W) in [0, 1],
    which is 1 everywhere for a method without attention. It is traced with the TorchScript exporter, which needs no
    package beyond `onnx` and is there in every PyTorch from 2.6 on. The file appears whole or not at all.

    Args:
        checkpoint: a run's folder, a checkpoint's, or a .safetensors file.
        path: where the graph goes.
        direction: where to.

    Returns:
        The largest difference to PyTorch's results, on random pictures of another size than the traced one.

    Raises:
        UagtError: if packages are missing, the checkpoint cannot be read, `path` cannot be written, or the exported
            graph computes something else (difference above `TOLERANCE`).

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     difference = export_onnx("data/checkpoints/savanna-64.safetensors", Path(folder, "s2t.onnx"), "s2t")
    >>> difference < TOLERANCE
    True
    """
    if missing := [name for name in ("onnx", "onnxruntime") if find_spec(name) is None]:
        raise UagtError(f"exporting needs packages that are not here: pip install {' '.join(missing)}")
    model = load_model(checkpoint)
    network = _Graph(model, direction).eval()
    path = Path(path)
    make_folder(path.parent)
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(_trace(network, torch.zeros(1, 3, model.view, model.view)))
        seen = torch.rand(2, 3, model.view + 8, model.view + 4, generator=torch.Generator().manual_seed(0)) * 2 - 1
        with torch.no_grad():
            wanted = dict(zip(OUTPUTS, network(seen), strict=True))
        found = {name: torch.from_numpy(run_onnx(partial, seen.numpy(), name)) for name in OUTPUTS}
        difference = torch.stack([(found[name] - wanted[name]).abs().max() for name in OUTPUTS]).max().item()
        if not difference <= TOLERANCE:
            raise UagtError(f"the exported graph differs from PyTorch by {difference:.2g}; {path} was not written")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return difference


def run_onnx(path: str | Path, images: np.ndarray, output: str = "translated") -> np.ndarray:
    """Run an exported graph on float32 images (N, 3, H, W) in [-1, 1], on the CPU; see `export_onnx`.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     graph = Path(folder, "t2s.onnx")
    ...     _ = export_onnx("data/checkpoints/savanna-64.safetensors", graph, "t2s")
    ...     run_onnx(graph, np.zeros((1, 3, 64, 96), np.float32)).shape
    (1, 3, 64, 96)
    """
    import onnxruntime

    session = onnxruntime.InferenceSession(Path(path).read_bytes(), providers=["CPUExecutionProvider"])
    return session.run([output], {"image": images})[0]


def _trace(network: nn.Module, example: Tensor) -> bytes:
    """The file's content: PyTorch and onnxruntime open no file whose name is no UTF-8, as Linux allows."""
    content = io.BytesIO()
    axes = {0: "batch", 2: "height", 3: "width"}
    with warnings.catch_warnings():  # checks of shapes are not traced, and the exporter is called old: both intended
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (example,),
            content,
            dynamo=False,
            opset_version=17,
            input_names=["image"],
            output_names=list(OUTPUTS),
            dynamic_axes=dict.fromkeys(("image", *OUTPUTS), axes),
        )
    return content.getvalue()
