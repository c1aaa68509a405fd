"""Lesson 01, unpaired translation: a savanna of two numbers per picture, checks and quiz."""

from collections.abc import Callable, Iterator

import torch
from matplotlib.axes import Axes
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits as bce

from uagt_lib.course.exercises import checks
from uagt_lib.course.expect import Wrong, expect, same
from uagt_lib.data import savanna
from uagt_lib.data.pairs import to_float
from uagt_lib.evaluate.attention import background_error
from uagt_lib.method.losses import cycle, lsgan_discriminator
from uagt_lib.show.palette import BLUE, ORANGE

Translator = Callable[[Tensor], Tensor]


# ------------------------------------------------------------------------------- a savanna of two numbers per picture
def flat_savanna(kind: str, count: int, bias: float, seed: int) -> Tensor:
    """Pictures boiled down to two numbers: (count, 2), how dry the grass and how striped the animal, in about [-1, 1].

    Args:
        kind: "horse" (plain, at home on green) or "zebra" (striped, at home on dry grass).
        count: how many.
        bias: the probability that the grass is that of the animal's home, as in `savanna.draw`.
        seed: names the pile.
    """
    g = torch.Generator().manual_seed(seed)
    own, anywhere, chance = torch.rand(3, count, generator=g)
    home = 0.35 * own if kind == "horse" else 1 - 0.35 * own
    dry = torch.where(chance < bias, home, anywhere)
    coat = (kind == "zebra") + 0.06 * torch.randn(count, generator=g)
    return 2 * torch.stack([dry, coat], 1) - 1


def small_network(outputs: int, seed: int, width: int = 64) -> nn.Sequential:
    """Three linear layers: points (n, 2) -> (n, outputs). Draws its weights from `seed` alone."""
    g = torch.Generator().manual_seed(seed)
    sizes = [(2, width), (width, width), (width, outputs)]
    layers = [nn.Linear(a, b) for a, b in sizes]
    for layer in layers:
        bound = layer.in_features**-0.5
        nn.init.uniform_(layer.weight, -bound, bound, generator=g)
        nn.init.uniform_(layer.bias, -bound, bound, generator=g)
    return nn.Sequential(layers[0], nn.LeakyReLU(0.2), layers[1], nn.LeakyReLU(0.2), layers[2])


def adam(*networks: nn.Module, rate: float = 2e-3) -> torch.optim.Adam:
    """One Adam for all `networks`, with the momentum that is usual for GANs (0.5)."""
    return torch.optim.Adam([p for network in networks for p in network.parameters()], rate, betas=(0.5, 0.999))


def cool_down(step: int, steps: int, *optimizers: torch.optim.Optimizer, rate: float = 2e-3) -> None:
    """Set the learning rate: constant in the first half of the `steps`, then linearly towards 0."""
    for optimizer in optimizers:
        optimizer.param_groups[0]["lr"] = rate * min(1, 2 - 2 * step / steps)


def how_far(translated: Tensor, source: Tensor, target: Tensor, masks: tuple[Tensor, Tensor]) -> tuple:
    """How far translations have gone from S to T: the colour of their grass, and the stripes of their animals.

    Args:
        translated: translations of `source`, float (N, 3, H, W) in [-1, 1].
        source: horses, likewise. target: zebras, likewise.
        masks: of `source` and of `target`, (N, 1, H, W).

    Returns:
        Two numbers, each 0 where the translations are as the source is, 1 where they are as the target.
    """
    of_s, of_t = masks
    low, high = _grass(source, of_s), _grass(target, of_t)
    grass = (_grass(translated, of_s) - low) @ (high - low) / (high - low).square().sum()
    plain, striped = _contrast(source, of_s), _contrast(target, of_t)
    return grass.item(), ((_contrast(translated, of_s) - plain) / (striped - plain)).item()


def _grass(images: Tensor, masks: Tensor) -> Tensor:
    """Mean colour of the background in the lowest third: (3,)."""
    low = images.shape[-2] * 2 // 3
    where = (masks < 0.01)[:, :, low:]
    return (images[:, :, low:] * where).sum((0, 2, 3)) / where.sum()


def _contrast(images: Tensor, masks: Tensor) -> Tensor:
    """Standard deviation of the brightness on an image's animals, averaged over images."""
    where = (masks > 0.5).float()
    light, count = images.mean(1, keepdim=True), where.sum((2, 3), keepdim=True).clamp(min=1)
    mean = (light * where).sum((2, 3), keepdim=True) / count
    return (((light - mean).square() * where).sum((2, 3), keepdim=True) / count).sqrt().mean()


# ------------------------------------------------------------------------------------------------------------ exercises
def _draw_judge(axis: Axes, answer) -> None:
    """The loss of a judge who gives every real picture 1 and every fake the score on the axis; and the reverse."""
    scores = torch.linspace(-1, 2, 31)
    real_right = [float(answer(torch.ones(4), x.repeat(4))) for x in scores]
    fake_right = [float(answer(x.repeat(4), torch.zeros(4))) for x in scores]
    axis.plot(scores, real_right, color=ORANGE, lw=2, label="x = score of the fakes")
    axis.plot(scores, fake_right, color=BLUE, lw=2, ls="--", label="x = score of the real ones")
    axis.set(xlabel="score x, the other side perfect", ylabel="judge's loss", xticks=[-1, 0, 1, 2])
    axis.legend(fontsize=7, frameon=False, loc="upper center")
    axis.spines[["top", "right"]].set_visible(False)


@checks(
    "01.1",
    lsgan_discriminator,
    part="adversarial",
    equation="Eq. 2 as least squares (appendix A)",
    difficulty=1,
    minutes=6,
    hints=[
        "Two distances: of the real scores from 1, and of the fake scores from 0. Square each score's distance.",
        "`(real - 1).square().mean()` is one half of it. The other half has another target. Then halve the sum.",
    ],
    mistakes=[
        "Targets exchanged: that is nearly what the generator wants.",
        "Summing over the scores: then larger pictures, which have more patches, have larger losses.",
        "Forgetting the factor 1/2; it is in the released program and slows the judge down against the generator.",
    ],
    draw=_draw_judge,
)
def _judge(answer) -> Iterator[str]:
    g = torch.Generator().manual_seed(4)
    real = torch.randn(2, 1, 5, 5, generator=g).requires_grad_()
    fake = torch.randn(3, 1, 4, 4, generator=g).requires_grad_()
    on_real, on_fake = (real - 1).square().mean(), fake.square().mean()
    try:
        loss = answer(real, fake)
    except RuntimeError as error:
        if "between 0 and 1" in str(error):
            raise Wrong("those are logarithms (cross entropy); LSGAN squares each score's distance") from error
        if "of tensor" not in str(error):
            raise
        raise Wrong(
            "real and fake scores cannot be paired one to one, there may be more of one kind: take a mean over each, "
            "then add the two means"
        ) from error
    same(
        loss,
        0.5 * (on_real + on_fake),
        {
            "that is the generator's loss, which pulls fakes to 1; the judge's has two parts, real to 1, fakes to 0": (
                (fake - 1).square().mean()
            ),
            "that is half the generator's loss; the judge's has two parts, real to 1, fakes to 0": 0.5
            * (fake - 1).square().mean(),
            "the 1/2 stands before the first part only; put brackets around the sum": 0.5 * on_real + on_fake,
            "the 1/2 stands before the second part only; put brackets around the sum": on_real + 0.5 * on_fake,
            "the two parts are subtracted; both are distances to be made small, so add them": 0.5 * (on_real - on_fake),
            "the sign is turned: a loss is made small, and so are these distances": -0.5 * (on_real + on_fake),
            "all scores lie in one heap, and the larger pile weighs more; take a mean over each pile first": (
                (real - 1).square().sum() + fake.square().sum()
            )
            / (real.numel() + fake.numel()),
            "those are logarithms (cross entropy); LSGAN squares each score's distance": 0.5
            * (bce(real, torch.ones_like(real)) + bce(fake, torch.zeros_like(fake))),
            "those are logarithms (cross entropy), and not halved; LSGAN squares each score's distance": bce(
                real, torch.ones_like(real)
            )
            + bce(fake, torch.zeros_like(fake)),
            "the targets are exchanged: real scores should be pulled to 1, fake scores to 0": 0.5
            * (real.square().mean() + (fake - 1).square().mean()),
            "the factor 1/2 is missing: the average of the two halves is wanted, not their sum": on_real + on_fake,
            "only the real scores count here; a judge must also learn to refuse fakes": 0.5 * on_real,
            "only the fake scores count here; a judge must also learn to accept real pictures": 0.5 * on_fake,
            "fake scores are pulled to -1; their target is 0": 0.5 * (on_real + (fake + 1).square().mean()),
            "fake scores are pulled to 1, that is what the generator wants; the judge pulls them to 0": 0.5
            * (on_real + (fake - 1).square().mean()),
            "those are absolute distances; least squares asks for squared ones": 0.5
            * ((real - 1).abs().mean() + fake.abs().mean()),
            "the mean is taken before squaring; square each score's own distance, then take the mean": 0.5
            * ((real.mean() - 1).square() + fake.mean().square()),
            "scores are summed; take means, or a picture with more patches would weigh more": 0.5
            * ((real - 1).square().sum() + fake.square().sum()),
        },
        "the judge's loss",
    )
    yield "random scores, more real than fake"
    same(answer(torch.ones(2, 1, 3, 3), torch.zeros(2, 1, 3, 3)), 0.0, what="the loss of a perfect judge")
    yield "0 for a perfect judge"
    half = torch.full((2, 1, 3, 3), 0.5)
    same(answer(half, half), 0.25, what="the loss of a judge who always says one half")
    yield "0.25 for a judge who cannot tell"
    expect(isinstance(loss, Tensor) and loss.requires_grad, "no gradient leaves the loss: leave detach and item out")
    loss.backward()
    expect(real.grad is not None and fake.grad is not None, "a gradient must reach both real and fake scores")
    yield "gradients reach both"


def _draw_cycle(axis: Axes, answer) -> None:
    """The loss as a round trip misses by more and more."""
    x = torch.zeros(2, 3, 8, 8)
    misses = torch.linspace(-1, 1, 21)
    axis.plot(misses, [float(answer(x, x + d)) for d in misses], color=BLUE, lw=2)
    axis.set(xlabel="by how much s'' misses s, everywhere", ylabel="cycle loss", xticks=[-1, 0, 1])
    axis.spines[["top", "right"]].set_visible(False)


@checks(
    "01.2",
    cycle,
    part="cycle",
    equation="Eq. 3",
    difficulty=1,
    minutes=3,
    hints=[
        "How far apart are two pictures? Take the difference, its absolute value, and then the mean.",
        "`abs()` and `mean()`; no dimension needs to be named.",
    ],
    mistakes=[
        "Squares instead of absolute values: small errors then cost nearly nothing, and pictures get blurry.",
        "The sum, as the norm is printed: lambda would have to change with the size of the picture.",
        "Losing the sign problem: without abs, too bright and too dark cancel out.",
    ],
    draw=_draw_cycle,
)
def _cycle(answer) -> Iterator[str]:
    g = torch.Generator().manual_seed(5)
    x, back = (torch.rand(2, 3, 6, 4, generator=g) * 2 - 1 for _ in range(2))
    x.requires_grad_(), back.requires_grad_()
    difference = x - back
    loss = answer(x, back)
    same(
        loss,
        difference.abs().mean(),
        {
            "those are squares; the norm in Eq. 3 has the index 1: absolute differences": difference.square().mean(),
            "that is the sum; divide by the number of elements, so that the size of a picture does not matter": (
                difference.abs().sum()
            ),
            "differences of opposite sign cancel; take absolute values": difference.mean(),
            "that is one number per picture; the loss is the mean over all": difference.abs().mean((1, 2, 3)),
            "that is half of it: [-1, 1] is 2 wide, but the loss takes differences as they are": difference.abs().mean()
            / 2,
            "that is the largest difference; the mean is wanted": difference.abs().max(),
            "that is the L2 norm; Eq. 3 has index 1": difference.square().sum().sqrt(),
            "that is a root of mean squares; Eq. 3 has index 1: absolute differences": difference.square()
            .mean()
            .sqrt(),
            "lambda is in it already; the weight of 10 is multiplied outside, where the losses are added": 10
            * difference.abs().mean(),
            "each picture's differences are summed, then averaged over pictures; take the mean over everything": (
                difference.abs().sum((1, 2, 3)).mean()
            ),
        },
        "the cycle loss",
    )
    yield "random pictures"
    same(answer(x, x), 0.0, what="the loss of a perfect round trip")
    yield "0 for a perfect round trip"
    expect(isinstance(loss, Tensor) and loss.requires_grad, "no gradient leaves the loss: leave detach and item out")
    loss.backward()
    expect(back.grad is not None, "no gradient reaches s''; then nobody learns to come home")
    yield "a gradient reaches s''"


def round_trips(F_st: Translator, F_ts: Translator, s: Tensor, t: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Send both batches there and back: s', s'', t', t'' (CycleGAN: no attention, every pixel is repainted)."""
    s_prime, t_prime = F_st(s), F_ts(t)
    return s_prime, F_ts(s_prime), t_prime, F_st(t_prime)


class _Paint(nn.Module):
    """A translator that can be told apart from others: adds `shift` times the input's own colours, turned around."""

    def __init__(self, shift: float):
        super().__init__()
        self.shift, self.calls = nn.Parameter(torch.tensor(shift)), 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        return (x + self.shift * x.flip(1)).tanh()


def _draw_trips(axis: Axes, answer) -> None:
    """Two patches of colour on their way: there, and back."""
    s = torch.tensor([-0.6, 0.4, -0.5]).reshape(1, 3, 1, 1).expand(1, 3, 8, 8)
    t = torch.tensor([0.7, 0.4, -0.3]).reshape(1, 3, 1, 1).expand(1, 3, 8, 8)
    warmer = torch.tensor([0.5, 0.0, 0.1]).reshape(1, 3, 1, 1)
    found = answer(lambda x: x + warmer, lambda x: x - warmer, s, t)
    rows = [torch.cat([x, found[2 * i][:, :3], found[2 * i + 1][:, :3]], 3)[0] for i, x in enumerate((s, t))]
    axis.imshow(torch.cat(rows, 1).permute(1, 2, 0).add(1).div(2).clamp(0, 1))
    axis.set_xticks([3.5, 11.5, 19.5], ["given", "there ( ' )", "back ( '' )"])
    axis.set_yticks([3.5, 11.5], ["s", "t"])
    axis.tick_params(length=0)


@checks(
    "01.3",
    round_trips,
    part="generator",
    equation="Section 3",
    difficulty=2,
    minutes=6,
    hints=[
        "Follow one picture: s is a horse. Which generator makes a zebra of it? Which makes that zebra a horse again?",
        "The second half of a trip starts from the result of the first: keep s_prime in a variable and go on from it.",
        "Four calls in all, each generator twice: F_st on s and on t_prime, F_ts on t and on s_prime.",
    ],
    mistakes=[
        "The way back taken by the same generator: F_st(F_st(s)) is a zebra made of a zebra.",
        "The way back started from the original: F_ts(s) never saw what F_st did.",
        "Computing F_st(s) twice, which costs a forward pass. The released program does it for each update.",
        "Detaching s_prime: then F_st never hears about the failed return.",
    ],
    draw=_draw_trips,
)
def _round_trips(answer) -> Iterator[str]:
    g = torch.Generator().manual_seed(6)
    s, t = (torch.rand(2, 3, 4, 4, generator=g) * 2 - 1 for _ in range(2))
    kept = s.clone(), t.clone()
    there, back = _Paint(0.5), _Paint(-0.3)
    want = [x.detach() for x in round_trips(there, back, s, t)]
    there.calls = back.calls = 0
    found = answer(there, back, s, t)
    expect(found is not None, "the result is None: is a `return` missing?")
    expect(
        isinstance(found, tuple | list) and len(found) == 4,
        "four tensors are asked for, s', s'', t', t'', in this order",
    )
    same(
        found[0],
        want[0],
        {
            "s' came from F_ts; horses become zebras with F_st": back(s).detach(),
            "the first of the four is t'; the order is s', s'', t', t''": want[2],
        },
        "s'",
    )
    same(
        found[1],
        want[1],
        {
            "s'' came from F_st again: that makes a zebra of a zebra; the way back is F_ts": there(want[0]).detach(),
            "s'' starts from s; the way back has to start from s', or it never sees what F_st did": back(s).detach(),
            "s'' comes from t': each trip goes on from its own picture, s'' from s'": back(want[2]).detach(),
            "s'' is s itself; the way back has to be computed": s,
            "the second of the four is t'; the order is s', s'', t', t''": want[2],
        },
        "s''",
    )
    yield "s' and s''"
    same(found[2], want[2], {"t' came from F_st; zebras become horses with F_ts": there(t).detach()}, "t'")
    same(
        found[3],
        want[3],
        {
            "t'' came from F_ts again; the way back to T is F_st": back(want[2]).detach(),
            "t'' comes from s': each trip goes on from its own picture, t'' from t'": there(want[0]).detach(),
            "t'' is t itself; the way back has to be computed": t,
            "t'' starts from t; the way back has to start from t'": there(t).detach(),
        },
        "t''",
    )
    yield "t' and t''"
    trained = _Paint(0.5), _Paint(-0.3)
    cycled = answer(*trained, s, t)[1]
    expect(cycled.requires_grad, "s'' carries no gradient: leave detach and no_grad out, both generators learn from it")
    cycled.sum().backward()
    expect(
        all(network.shift.grad is not None for network in trained),
        "the gradient of s'' reaches one generator only: s' was detached, so F_st never hears about a failed return",
    )
    yield "both generators learn from s''"
    counted = _Paint(0.5), _Paint(-0.3)
    answer(*counted, s, t)
    calls = counted[0].calls + counted[1].calls
    expect(
        calls <= 4,
        f"the generators were called {calls} times; four calls are enough: keep s' and t' and go on from them",
    )
    yield "four calls"
    expect(
        torch.equal(s, kept[0]) and torch.equal(t, kept[1]), "your code changed s or t; leave the inputs as they are"
    )
    yield "the inputs are left alone"


def cheat(x: Tensor) -> Tensor:
    """A change of the whole picture that undoes itself: the photographic negative."""
    return -x


def _horses() -> tuple[Tensor, Tensor]:
    """Four drawn horses, (4, 3, 32, 32) in [-1, 1], and their masks."""
    images, masks = savanna.draw("horse", 4, 32, seed=3)
    return to_float(images), masks


def _draw_cheat(axis: Axes, answer) -> None:
    """A horse, cheated, cheated again, and what is then left to complain about."""
    image = _horses()[0][:1]
    once = answer(image.clone())
    twice = answer(once.clone())
    missed = (image - twice).abs() - 1
    canvas = torch.ones(3, 66, 66)
    for i, (name, picture) in enumerate({"s": image, "s'": once, "s''": twice, "|s - s''|": missed}.items()):
        top, left = 34 * (i // 2), 34 * (i % 2)
        canvas[:, top : top + 32, left : left + 32] = picture[0]
        box = {"facecolor": "white", "alpha": 0.8, "lw": 0, "pad": 1.5}
        axis.text(left + 1, top + 2.5, name, fontsize=8, va="center", bbox=box)
    axis.imshow(canvas.permute(1, 2, 0).add(1).div(2).clamp(0, 1))
    axis.set(xticks=[], yticks=[])
    axis.spines[:].set_visible(False)


@checks(
    "01.4",
    cheat,
    part="cycle",
    equation="Eq. 3",
    difficulty=2,
    minutes=8,
    hints=[
        "What is undone by doing it once more? Turning a coin over, looking into a mirror, exchanging two cups.",
        "A picture has colours that can be exchanged, axes that can be reversed, and numbers with a sign. Of the two "
        "axes only one moves much: a meadow in a mirror is still a meadow.",
    ],
    mistakes=[
        "Losing information, such as turning the picture grey: there is no way back from it.",
        "Using chance: the second call does something else than the first.",
        "Adding a constant: twice makes it worse, and the range [-1, 1] is left.",
    ],
    draw=_draw_cheat,
)
def _cheat(answer) -> Iterator[str]:
    images, masks = _horses()
    given = images.clone()
    once = answer(images)
    expect(once is not None, "the result is None: is a `return` missing?")
    expect(isinstance(once, Tensor), f"a picture is wanted, a tensor, not {type(once).__name__}")
    expect(
        once.shape == images.shape,
        f"the result has shape {tuple(once.shape)}; a translation keeps the shape, {tuple(images.shape)}",
    )
    expect(torch.equal(images, given), "your code changed the picture it was given; make a new one")
    yield "a picture of the same shape"
    expect(
        bool(once.isfinite().all()) and once.min() >= -1.001 and once.max() <= 1.001,
        f"the result leaves [-1, 1]: it lies in [{once.min():.2f}, {once.max():.2f}], which no generator can paint",
    )
    yield "within [-1, 1]"
    expect(
        torch.equal(once, answer(images)),
        "two calls with the same picture give different results; a generator does not throw dice",
    )
    yield "the same every time"
    alone = answer(images[:1].clone())
    expect(
        alone.shape == images[:1].shape and torch.allclose(alone, once[:1], atol=1e-5),
        "a picture's result depends on the other pictures of the batch; a generator sees one picture at a time",
    )
    yield "each picture by itself"
    missed = cycle(images, answer(once.clone())).item()
    expect(
        missed < 1e-4,
        f"the second call does not bring the picture back: cycle loss {missed:.3f}. Is information lost on the way, "
        "or does the second call go further instead of back?",
    )
    yield "the cycle loss is 0"
    error = background_error(images, once, masks)
    expect(
        error > 0.1 or not torch.equal(once, images.flip(3)),
        f"it comes home, but a left-right mirror moves too little of a meadow: background error {error:.3f}, more than "
        "0.1 is asked for. Another axis?",
    )
    expect(
        error > 0.1,
        f"Eq. 3 may be content, but the background hardly changed: error {error:.3f}, more than 0.1 is asked for",
    )
    yield "the background changes by more than 0.1"
