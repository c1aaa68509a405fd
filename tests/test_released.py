"""The released program's numbers, computed in float64 by that program itself, must come out of `released` and `model`.

Fixture: every 8th pixel (from row 3, column 5) of its outputs at 64 px and its complete patch scores and losses.
Weights and inputs follow a rule that numpy alone can repeat.
"""

import zlib
from pathlib import Path

import numpy as np
import pytest
import torch

from uagt_lib.errors import UagtError
from uagt_lib.method import losses, released
from uagt_lib.method.compose import attended, compose, foreground

FIXTURE = Path(__file__).parent / "fixtures" / "released_forward.npz"
SCOPES = {"g_A": released.Generator, "g_B": released.Generator, "g_A_ae": released.Attention,
          "g_B_ae": released.Attention, "d_A": released.Discriminator, "d_B": released.Discriminator}  # fmt: skip


def variable(name: str, shape: tuple[int, ...]) -> np.ndarray:
    seed = zlib.crc32(name.encode()) & 0x7FFFFFFF
    z = np.random.RandomState(seed).standard_normal(shape).astype("f4")
    steep = name in ("Model/g_A_ae/c6/Conv/weights", "Model/g_B_ae/c6/Conv/weights")
    leaf = name.rsplit("/", 1)[1]
    scale = {"weights": 0.6 if steep else 0.02, "biases": 0.05, "scale": 0.02, "offset": 0.02}[leaf]
    return (np.float32(1) if leaf == "scale" else np.float32(0)) + z * np.float32(scale)


def uniform(seed: int, low: float, channels: int) -> torch.Tensor:
    values = np.random.RandomState(seed).uniform(low, 1, (1, 64, 64, channels)).astype("f4")
    return torch.from_numpy(values).permute(0, 3, 1, 2)


def variables(network: torch.nn.Module, prefix: str) -> dict[str, np.ndarray]:
    found = {}
    for name, parameter in zip(released.variable_names(network, prefix), network.state_dict().values(), strict=True):
        shape = tuple(parameter.shape)
        found[name] = variable(name, tuple(shape[i] for i in (2, 3, 1, 0)) if len(shape) == 4 else shape)
    return found


def forward(dtype: torch.dtype) -> dict[str, torch.Tensor]:
    nets = {}
    for scope, kind in SCOPES.items():
        nets[scope] = kind()
        released.load(nets[scope], variables(nets[scope], f"Model/{scope}"), f"Model/{scope}")
        nets[scope].to(dtype).eval()
    a, b, pool_a, pool_b = (uniform(seed, -1, 3).to(dtype) for seed in range(4))
    pool_mask_a, pool_mask_b = (uniform(seed, 0, 1).to(dtype) for seed in (4, 5))
    out = {
        "mask_a": nets["g_A_ae"](a),
        "mask_b": nets["g_B_ae"](b),
        "raw_fake_b": nets["g_A"](a),
        "raw_fake_a": nets["g_B"](b),
    }
    out["fake_b"] = compose(a, out["raw_fake_b"], out["mask_a"])
    out["fake_a"] = compose(b, out["raw_fake_a"], out["mask_b"])
    out["mask_bcycle"], out["mask_acycle"] = nets["g_B_ae"](out["fake_b"]), nets["g_A_ae"](out["fake_a"])
    out["raw_cycle_a"], out["raw_cycle_b"] = nets["g_B"](out["fake_b"]), nets["g_A"](out["fake_a"])
    out["cycle_a"] = compose(out["fake_b"], out["raw_cycle_a"], out["mask_bcycle"])
    out["cycle_b"] = compose(out["fake_a"], out["raw_cycle_b"], out["mask_acycle"])
    real = {"a": (a, out["mask_a"]), "b": (b, out["mask_b"])}
    fake = {"a": (out["fake_a"], out["mask_b"]), "b": (out["fake_b"], out["mask_a"])}
    pool = {"a": (pool_a, pool_mask_a), "b": (pool_b, pool_mask_b)}
    for stage, normalise in (("s1", True), ("s2", False)):
        for domain in "ab":
            for kind, (image, mask) in (("real", real[domain]), ("fake", fake[domain]), ("pool", pool[domain])):
                seen = image if stage == "s1" else foreground(image, mask, 0.1)
                out[f"{stage}/d_{kind}_{domain}"] = nets[f"d_{domain.upper()}"](seen, normalise)
        for domain, x in (("a", a), ("b", b)):
            out[f"{stage}/cyc_{domain}"] = 10 * losses.cycle(x, out[f"cycle_{domain}"])
            out[f"{stage}/lsgan_g_{domain}"] = losses.lsgan_generator(out[f"{stage}/d_fake_{domain}"])
            scores = out[f"{stage}/d_real_{domain}"], out[f"{stage}/d_pool_{domain}"]
            out[f"{stage}/d_loss_{domain.upper()}"] = losses.lsgan_discriminator(*scores)
        cycles = out[f"{stage}/cyc_a"] + out[f"{stage}/cyc_b"]
        out[f"{stage}/g_loss_A"] = cycles + out[f"{stage}/lsgan_g_b"]
        out[f"{stage}/g_loss_B"] = cycles + out[f"{stage}/lsgan_g_a"]
    return out


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-6), (torch.float32, 1e-4)])
@torch.no_grad()
def test_every_output_of_the_released_program(dtype: torch.dtype, tolerance: float) -> None:
    expected, found = np.load(FIXTURE), forward(dtype)
    assert found.keys() == set(expected.files)
    for name, want in expected.items():
        got = found[name].numpy()
        if got.ndim == 4:
            got = got.transpose(0, 2, 3, 1)
            if got.shape != want.shape:
                got = got[:, 3::8, 5::8]
        # what is stored is float32, so half a unit of its last place is part of the difference
        np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance, err_msg=name)


def test_masks_are_constant_on_blocks_of_four_pixels() -> None:
    mask = released.Attention()(torch.rand(1, 3, 32, 32))
    assert torch.equal(mask, mask[..., ::4, ::4].repeat_interleave(4, 2).repeat_interleave(4, 3))


def test_the_threshold_splits_the_oracles_masks() -> None:
    mask = torch.from_numpy(np.load(FIXTURE)["mask_a"])
    assert 0.05 < attended(mask, 0.1).mean() < 0.95


def test_numbers_of_variables_and_sizes() -> None:
    counts = [sum(p.numel() for p in net().parameters()) for net in (released.Generator, released.Attention)]
    assert counts == [2_855_817, 104_003]
    discriminator = released.Discriminator()
    assert sum(p.numel() for p in discriminator.parameters()) == 2_766_659
    with torch.no_grad():
        assert discriminator(torch.rand(1, 3, 256, 256)).shape == (1, 1, 35, 35)


def test_missing_and_misshapen_variables_are_named() -> None:
    network = released.Attention()
    good = variables(network, "Model/g_A_ae")
    with pytest.raises(UagtError, match=r"Model/g_B_ae/c1/Conv/weights is missing"):
        released.load(network, good, "Model/g_B_ae")
    with pytest.raises(UagtError, match=r"c1/Conv/biases is \(3,\)"):
        released.load(network, good | {"Model/g_A_ae/c1/Conv/biases": np.zeros(3)}, "Model/g_A_ae")
