"""Every row of the two tables: who learns what, that it can learn, and that an interruption changes nothing."""

from dataclasses import replace

import pytest
import torch

from uagt_lib.data.pairs import Pair, from_savanna, to_float
from uagt_lib.errors import UagtError
from uagt_lib.method.direction import Direction
from uagt_lib.method.methods import METHODS
from uagt_lib.method.model import Model
from uagt_lib.method.pool import Pool
from uagt_lib.method.size import parameters, widest
from uagt_lib.training.config import Config
from uagt_lib.training.presets import preset
from uagt_lib.training.state import tensors_of
from uagt_lib.training.trainer import Trainer

OURS = {"F_st", "F_ts", "A_s", "A_t"}
CROSSING = {"E_s", "G_s", "E_t", "G_t", "into", "out_of"}
# who learns from generator_loss: in stage 1, and in stage 2
LEARNERS = {
    "uagt": (OURS, {"F_st", "F_ts"}),
    "uagt-cycle": (OURS, {"F_st", "F_ts"}),
    "uagt-cycleAtt": (OURS, {"F_st", "F_ts"}),
    "uagt-As": (OURS - {"A_s"}, {"F_st", "F_ts"}),
    "uagt-At": (OURS - {"A_t"}, {"F_st", "F_ts"}),
    "uagt-D": (OURS, {"F_st", "F_ts"}),
    "uagt-D-A": (OURS, OURS),
    "cyclegan": ({"F_st", "F_ts"}, {"F_st", "F_ts"}),
    "ra": ({"F_st", "F_ts"}, {"F_st", "F_ts"}),
    "discogan": ({"F_st", "F_ts"}, {"F_st", "F_ts"}),
    "dualgan": ({"F_st", "F_ts"}, {"F_st", "F_ts"}),
    "unit": (CROSSING, CROSSING),
}
RIVALS = [name for name in METHODS if not name.startswith("uagt")]


def test_methods_are_told_apart_by_what_they_switch_on() -> None:
    assert METHODS.keys() == LEARNERS.keys()
    rows = [(method.pieces, method.where) for method in METHODS.values()]
    assert all(rows.count(row) == 1 for row in rows)
    assert all(method.stride == method.model.stride for method in METHODS.values())


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("stage", [1, 2])
def test_gradient_reaches_every_parameter_it_should_and_no_other(config: Config, name: str, stage: int) -> None:
    model, (s, t) = config.with_(method=name).model(), batch()
    for parameter in model.parameters():  # away from the start, where a bias in front of a norm has no say yet
        parameter.data += 0.02 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(7))
    model.enter_stage(stage)
    trips = model.trips(s, t)
    sum(model.generator_loss(trips, stage).values()).backward()
    reached = _reached(model)
    assert {parameter.split(".")[0] for parameter in reached} == LEARNERS[name][stage - 1]
    missing = {n for n, p in model.named_parameters() if n.split(".")[0] in LEARNERS[name][stage - 1]} - reached
    assert not missing
    model.zero_grad(set_to_none=True)
    sum(model.discriminator_loss(trips, (_pool(), _pool()), stage).values()).backward()
    judges = {n for n, _ in model.named_parameters() if n.startswith("D_")}
    resting = {n for n in judges if "norms" in n} if METHODS[name].pieces.masked_discriminator and stage == 2 else set()
    assert _reached(model) == judges - resting
    assert {id(p) for p in model.translators()} == {
        id(p) for n, p in model.named_parameters() if not n.startswith("D_")
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", METHODS)
def test_any_method_resumes_to_the_bit(config: Config, pair: Pair, tmp_path, name: str) -> None:
    config = config.with_(method=name, steps=6)  # the switch is at 3
    whole, first = (Trainer(config, pair, tmp_path / name) for name in ("whole", "run"))
    other = config.with_(seed=1).model()
    assert any(not torch.equal(a, b) for a, b in zip(other.parameters(), whole.model.parameters(), strict=True))
    for trainer, steps in ((whole, 6), (first, 2)):
        for _ in range(steps):
            trainer.learner.advance()
    first.save()
    resumed = Trainer.open(config, pair, tmp_path / "run")
    for _ in range(4):
        resumed.learner.advance()
    again, straight = (t.model.state_dict() | tensors_of(t.learner) for t in (resumed, whole))
    assert again.keys() == straight.keys() and all(torch.equal(again[key], straight[key]) for key in straight)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["uagt", *RIVALS])
def test_any_method_learns_one_pair_by_heart(config: Config, name: str) -> None:
    """Against judges that stand still, the round trip of one picture a side becomes five times as exact."""
    model = config.with_(method=name, architecture=replace(config.architecture, generator_width=16)).model()
    optimizer, errors = model.optimizer(model.translators()), []
    drawn = from_savanna(32, 32, images=1, held_out=1)
    s, t = to_float(drawn.source.train), to_float(drawn.target.train)
    while len(errors) < 400 and not (errors and 5 * errors[-1] < errors[0]):
        terms = model.generator_loss(model.trips(s, t), 1)
        optimizer.zero_grad()
        sum(terms.values()).backward()
        optimizer.param_groups[0]["lr"] = 2e-3
        optimizer.step()
        errors.append((terms["cycle_s"] + terms["cycle_t"]).item())
    assert 5 * errors[-1] < errors[0]


@pytest.mark.parametrize("name", METHODS)
def test_rivals_are_no_larger_and_no_smaller_than_ours_at_savanna_scale(name: str) -> None:
    ours, theirs = (parameters(preset("savanna").with_(method=m).model(initial=False)) for m in ("uagt", name))
    assert ours / 1.5 < theirs < 1.5 * ours


def test_widest_fills_its_limit() -> None:
    build = lambda width: torch.nn.Linear(width, width, bias=False)  # noqa: E731
    assert [widest(build, limit).in_features for limit in (1, 15, 16, 24, 25)] == [1, 3, 4, 4, 5]


def test_discogan_weighs_the_round_trip_like_the_game(config: Config) -> None:
    model = config.with_(method="discogan", cycle_weight=10.0).model()
    trips = model.trips(*batch())
    trip = trips[Direction.S2T]
    expected = (trip.source - trip.cycled).abs().mean()
    torch.testing.assert_close(model.generator_loss(trips, 1)["cycle_s"], expected)


def test_dualgan_clips_its_critics_and_descends_by_rmsprop(config, pair, tmp_path) -> None:
    trainer = Trainer(config.with_(method="dualgan"), pair, tmp_path)
    seen = []
    trainer.model.D_t.register_forward_pre_hook(
        lambda judge, _: seen.append(max(conv.weight.abs().max().item() for conv in judge.convs))
    )
    trainer.learner.advance()
    assert seen[0] > 0.01 >= seen[1]  # when the generators are scored for the first time, then when critics learn
    assert isinstance(trainer.model.optimizer(trainer.model.judges()), torch.optim.RMSprop)


def test_unit_translates_without_noise_and_trains_with_it(config: Config) -> None:
    model, (s, t) = config.with_(method="unit").model(), batch()
    assert torch.equal(model.translate(s).translated, model.translate(s).translated)
    first, second = (model.trips(s, t)[Direction.S2T] for _ in range(2))
    assert not torch.equal(first.translated, second.translated)
    assert torch.equal(first.means[0], second.means[0])
    noise = model._draw(torch.empty(4, 100, 8, 8))
    assert abs(noise.mean()) < 0.02 and abs(noise.std() - 1) < 0.02


def test_unit_shares_its_middle(config: Config) -> None:
    model, (s, t) = config.with_(method="unit").model(), batch()
    for out, name in ((model.translate(s), "G_t"), (model.translate(t, "t2s"), "G_s")):
        model.zero_grad(set_to_none=True)
        out.translated.sum().backward()
        assert {"into", "out_of", name} <= {n.split(".")[0] for n in _reached(model)}


def test_residual_attention_weighs_each_feature_between_once_and_twice(config: Config) -> None:
    module = config.with_(method="ra").model().F_st.layers[3]
    x = torch.rand(2, 4, 16, 16, generator=torch.Generator().manual_seed(0))
    share = module(x) / module.trunk(x)
    assert share.shape == x.shape and share.min() > 1 and share.max() < 2


@pytest.mark.parametrize("name", METHODS)
def test_sizes_that_cannot_work_are_refused_before_training(config: Config, name: str) -> None:
    stride = config.with_(method=name).model(initial=False).stride
    for other in (32 + stride, 3 * stride + 32):
        config.with_(method=name, load=other, crop=other)
    for wrong in ({"crop": 32 + stride // 2, "load": 64, "view": 64}, {"view": 32 + stride // 2}):
        with pytest.raises(UagtError, match=f"divisible by {stride}"):
            config.with_(method=name, **wrong)
    model, image = config.with_(method=name).model(), torch.zeros(1, 3, 32 + stride, 32)
    assert model.translate(image).translated.shape == image.shape


def test_the_papers_exceptions_are_presets() -> None:
    paper, season = preset("paper"), preset("savanna-seasons")
    for name in ("lion2tiger", "summer2winter", "savanna-seasons"):
        pieces = METHODS[preset(name).method].pieces
        assert not pieces.masked_discriminator and pieces.stop_attention and pieces.attention_s and pieces.attention_t
    assert preset("lion2tiger") == paper.with_(preset="lion2tiger", method="uagt-D")
    assert preset("summer2winter") == paper.with_(preset="summer2winter", method="uagt-D", epochs=200, rate=2e-4)
    savanna, printed = preset("savanna"), preset("savanna-smoke").architecture
    changed = {"method": "uagt-D", "steps": 3200, "bias": 1.0, "domains": "seasons", "warmup": 0.25}
    assert season == savanna.with_(preset="savanna-seasons", architecture=printed, **changed)


def batch() -> tuple[torch.Tensor, torch.Tensor]:
    g = torch.Generator().manual_seed(3)
    return tuple(torch.rand(2, 3, 32, 32, generator=g) * 2 - 1 for _ in range(2))


def _pool() -> Pool:
    return Pool(0, torch.Generator())


def _reached(model: Model) -> set[str]:
    return {name for name, p in model.named_parameters() if p.grad is not None and p.grad.abs().sum() > 0}
