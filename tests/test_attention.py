"""Scores of attention and background on cases small enough to know the answer."""

import math

import pytest
import torch

from uagt_lib.data.pairs import Pair, to_float
from uagt_lib.evaluate import attention as score
from uagt_lib.evaluate import observe
from uagt_lib.inference import translate_batch
from uagt_lib.training.config import Config

# One image of 4 pixels: object, object, soft edge, background.
MASK = torch.tensor([1.0, 0.6, 0.3, 0.0]).view(1, 1, 2, 2)
FOUND = torch.tensor([0.9, 0.3, 0.7, 0.05]).view(1, 1, 2, 2)
EMPTY = torch.zeros(1, 1, 2, 2)


def test_iou_at_thresholds() -> None:
    assert score.iou(FOUND, MASK, 0.5) == pytest.approx(1 / 3)  # shares one pixel, both together cover three
    assert score.iou(FOUND, MASK, 0.1) == pytest.approx(2 / 3)
    assert score.iou(FOUND, MASK, 0.8) == pytest.approx(1 / 2)
    assert score.iou(MASK, MASK) == 1
    assert score.iou(EMPTY, EMPTY) == 1 and score.iou(FOUND, EMPTY) == 0 and score.iou(EMPTY, MASK) == 0
    assert score.iou(torch.cat([FOUND, MASK]), torch.cat([MASK, MASK])) == pytest.approx((1 / 3 + 1) / 2)


def test_inside_outside_undecided_and_object_free() -> None:
    assert score.inside(FOUND, MASK) == pytest.approx(0.6)
    assert score.outside(FOUND, MASK) == pytest.approx(0.05)
    assert score.inside(FOUND, EMPTY) == 0 and score.outside(FOUND, EMPTY + 1) == 0
    assert score.undecided(FOUND) == pytest.approx(0.5)  # 0.3 and 0.7
    assert score.undecided(torch.tensor([0.0, 1.0]).view(1, 1, 1, 2)) == 0
    assert score.object_free(FOUND) == pytest.approx(0.4875)


def test_background_counts_background_only() -> None:
    source, translated = torch.zeros(1, 3, 2, 2), torch.zeros(1, 3, 2, 2)
    translated[..., 0, 0] = 1  # the object, which may change
    assert score.background_error(source, translated, MASK) == 0
    assert score.background_psnr(source, translated, MASK) == math.inf
    translated[:, 0, 1, 1] = 0.6  # a background pixel's red: 0.3 of the range
    assert score.background_error(source, translated, MASK) == pytest.approx(0.1)
    assert score.background_psnr(source, translated, MASK) == pytest.approx(-10 * math.log10(0.09 / 3))


@pytest.mark.parametrize(
    ("kind", "attention"),
    [
        ("ones", torch.full((2, 1, 8, 8), 0.99)),
        ("zeros", torch.full((2, 1, 8, 8), 0.002)),
        ("grey", torch.full((2, 1, 8, 8), 0.5) + torch.linspace(-0.04, 0.04, 64).view(8, 8)),
        (None, torch.eye(8).expand(2, 1, 8, 8)),
        (None, torch.stack([torch.zeros(1, 8, 8), torch.eye(8)[None]])),
    ],
)
def test_collapse(kind: str | None, attention: torch.Tensor) -> None:
    assert score.collapse(attention) == kind
    tally, picture = score.Tally(), torch.zeros(2, 3, 8, 8)
    tally.add(attention, picture, picture)
    assert tally.scores()["collapse"] == kind
    assert "iou@0.5" not in tally.scores()


def test_a_stream_gives_what_all_at_once_gives() -> None:
    rng = torch.Generator().manual_seed(0)
    attention, masks = (torch.rand(5, 1, 6, 4, generator=rng) for _ in range(2))
    masks = (masks * 1.4 - 0.2).clamp(0, 1)
    source, translated = (torch.rand(5, 3, 6, 4, generator=rng) * 2 - 1 for _ in range(2))
    tally = score.Tally()
    for part in (slice(0, 2), slice(2, 5)):
        tally.add(attention[part], source[part], translated[part], masks[part])
    expected = {
        "iou@0.5": score.iou(attention, masks, 0.5),
        "iou@0.1": score.iou(attention, masks, 0.1),
        "attention_inside": score.inside(attention, masks),
        "attention_outside": score.outside(attention, masks),
        "background_error": score.background_error(source, translated, masks),
        "background_psnr": score.background_psnr(source, translated, masks),
        "undecided": score.undecided(attention),
        "mean": attention.mean().item(),
        "spread": attention.flatten(1).std(1, correction=0).mean().item(),
        "collapse": None,
    }
    assert tally.scores() == {k: v if v is None else pytest.approx(v, abs=2e-5) for k, v in expected.items()}
    tally.add(
        attention[:1, :, :2, :2], source[:1, :, :2, :2], translated[:1, :, :2, :2], masks[:1, :, :2, :2]
    )  # smaller


def test_a_score_without_pixels_is_none_and_an_untouched_background_infinite() -> None:
    tally, picture = score.Tally(), torch.zeros(1, 3, 2, 2)
    tally.add(FOUND, picture, picture, EMPTY)
    assert tally.scores()["attention_inside"] is None and tally.scores()["background_psnr"] == "infinite"


def test_same_numbers_as_while_training(config: Config, pair: Pair) -> None:
    model = config.model().eval()
    watched = observe.scores(model, pair.source, "s2t")
    found, masks = translate_batch(model, pair.source.test), pair.source.masks
    free = translate_batch(model, pair.source.empty).attention
    assert watched == {
        "iou@0.5": pytest.approx(score.iou(found.attention, masks, 0.5), abs=2e-5),
        "iou@0.1": pytest.approx(score.iou(found.attention, masks, 0.1), abs=2e-5),
        "attention_inside": pytest.approx(score.inside(found.attention, masks), abs=2e-5),
        "attention_outside": pytest.approx(score.outside(found.attention, masks), abs=2e-5),
        "background_error": pytest.approx(
            score.background_error(to_float(pair.source.test), found.translated, masks), abs=2e-5
        ),
        "object_free_attention": pytest.approx(score.object_free(free), abs=2e-5),
    }
