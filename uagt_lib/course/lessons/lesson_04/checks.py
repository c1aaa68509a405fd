"""Lesson 04, losses: what answers are tried on, and the mistakes that are recognised."""

from typing import Any

import torch
import torch.nn.functional as F

from uagt_lib.course.cases import Draw, at_sizes
from uagt_lib.course.exercises import define, mistake
from uagt_lib.course.lessons.lesson_04 import figures
from uagt_lib.course.lessons.lesson_04.answers import both_losses
from uagt_lib.method.losses import cycle, log_discriminator, lsgan_discriminator, lsgan_generator

# ------------------------------------------------------------------------------------------------ 04.1 the generator


def scores_of_fakes(draw: Draw) -> dict[str, Any]:
    """Some below 0, some above 1."""
    return {"fake": draw.normal(draw.n, 1, draw.height, draw.width) + 0.2}


define(
    "04.1",
    lsgan_generator,
    at_sizes(scores_of_fakes) | {"a fake of score 3: too real is wrong too": lambda: {"fake": torch.tensor([3.0])}},
    "the generator's loss",
    part="adversarial",
    equation="Appendix A",
    difficulty=1,
    minutes=4,
    hints=["The generator sees fakes only, and has one wish about their scores. It is not the judge's wish."],
    draw=figures.draw_painter,
)


@mistake("04.1", "this is the judge's loss with a minus sign; scores could run away to infinity for ever better")
def minus_the_judge(fake):
    return -fake.square().mean()


@mistake("04.1", "this is the judge's wish, fakes at 0, a generator that wants to be caught; it wants them at 1")
def wants_to_be_caught(fake):
    return fake.square().mean()


@mistake("04.1", "halved: the released program halves the judge's loss only; beside the cycle this would double lambda")
def halved(fake):
    return lsgan_generator(fake) / 2


@mistake("04.1", "this adds up all patches; take the mean")
def sum_of_patches(fake):
    return (fake - 1).square().sum()


@mistake("04.1", "this is the judge's loss with a minus sign, half included; scores could run away to infinity")
def minus_half_the_judge(fake):
    return -fake.square().mean() / 2


@mistake("04.1", "the scores went through a sigmoid; least squares takes them raw")
def squashed_fake(fake):
    return (fake.sigmoid() - 1).square().mean()


@mistake("04.1", "this is a distance, not a squared one")
def distance(fake):
    return (fake - 1).abs().mean()


@mistake("04.1", "the mean is taken before the square; every single patch should come near 1")
def mean_before_square(fake):
    return (fake.mean() - 1).square()


@mistake("04.1", "scores above 1 cost nothing here; in least squares too real is as wrong as not real enough")
def only_below_one(fake):
    return (1 - fake).clamp(min=0).square().mean()


@mistake("04.1", "that is one number per picture; the loss is the mean over all")
def one_per_picture(fake):
    return (fake - 1).square().flatten(1).mean(1) if fake.ndim > 1 else (fake - 1).square()


@mistake("04.1", "that raises the mean score, without end: a critic's game; least squares has a target, 1")
def critics_game(fake):
    return -fake.mean()


@mistake("04.1", "no gradient reaches the scores, so the generator could never learn: leave item() and detach() out")
def painter_without_gradient(fake):
    return lsgan_generator(fake).detach()


# ------------------------------------------------------------------------------------------------ 04.2 with logarithms


def two_piles_of_scores(draw: Draw) -> dict[str, Any]:
    """Real and fake scores, of which there are more and from larger pictures."""
    return {
        "real": draw.normal(draw.n, 1, draw.height, draw.width) + 0.6,
        "fake": draw.normal(draw.n + 1, 1, draw.height + 1, draw.width),
    }


def two_piles_of_logits(draw: Draw) -> dict[str, Any]:
    """Real and fake logits that a judge is fairly sure of."""
    return {name: 2 * x + 1 for name, x in two_piles_of_scores(draw).items()}


def wrong_by(score: float) -> dict[str, Any]:
    """Where the judge errs most: real pictures at -score, fakes at +score."""
    return {"real": torch.full((2, 1, 3, 2), -score), "fake": torch.full((1, 1, 4, 2), score)}


define(
    "04.2",
    log_discriminator,
    at_sizes(two_piles_of_logits)
    | {
        f"logits of {score:.0f} on the wrong side": lambda score=score: wrong_by(score)
        for score in (30.0, 200.0, 5000.0)
    }
    | {
        "a judge that says one half to everything": lambda: wrong_by(0.0),
        "a judge that is sure and right": lambda: wrong_by(-500.0),
    },
    "the judge's loss",
    part="adversarial",
    equation="Eq. 2",
    difficulty=2,
    minutes=8,
    hints=[
        "-log sigmoid(x) = log(1 + exp(-x)). PyTorch has a function for log(1 + exp(x)) that never overflows.",
        "1 - sigmoid(x) = sigmoid(-x), so the fakes' term is the same function with the other sign.",
        "F.softplus(x) is log(1 + exp(x)). Which of the two wants softplus(-score)?",
    ],
    draw=figures.draw_log,
)

ROUNDED = "the sigmoid was rounded to 0 or 1 before the logarithm saw it: use F.softplus, which never forms the sigmoid"
EPSILON = "an epsilon inside the logarithm keeps it finite, but the slope is cut off where the judge errs most"
OVERFLOWS = "exp(200) is larger than any float32, and a sigmoid of -200 is 0: F.softplus never forms either of them"


@mistake("04.2", ROUNDED)
def one_minus_sigmoid(real, fake):
    return -(torch.log(torch.sigmoid(real)).mean() + torch.log(1 - torch.sigmoid(fake)).mean()) / 2


@mistake("04.2", OVERFLOWS)
def sigmoid_of_minus(real, fake):
    return -(torch.log(torch.sigmoid(real)).mean() + torch.log(torch.sigmoid(-fake)).mean()) / 2


@mistake("04.2", EPSILON)
def cushioned(real, fake):
    return -(torch.log(real.sigmoid() + 1e-8).mean() + torch.log(1 - fake.sigmoid() + 1e-8).mean()) / 2


@mistake("04.2", EPSILON)
def clamped(real, fake):
    probable, improbable = real.sigmoid().clamp(min=1e-8), (1 - fake.sigmoid()).clamp(min=1e-8)
    return -(probable.log().mean() + improbable.log().mean()) / 2


@mistake("04.2", "the logarithms of F.binary_cross_entropy are cut off at -100, where no gradient is left: take logits")
def cross_entropy_of_probabilities(real, fake):
    bce = F.binary_cross_entropy
    return (bce(real.sigmoid(), torch.ones_like(real)) + bce(fake.sigmoid(), torch.zeros_like(fake))) / 2


@mistake("04.2", "real and fake are exchanged: this judge is happy to call fakes real")
def exchanged(real, fake):
    return (F.softplus(real).mean() + F.softplus(-fake).mean()) / 2


@mistake("04.2", OVERFLOWS)
def exp_overflows(real, fake):
    return (torch.log(1 + torch.exp(-real)).mean() + torch.log(1 + torch.exp(fake)).mean()) / 2


@mistake("04.2", OVERFLOWS)
def exp_overflows_in_log1p(real, fake):
    return (torch.log1p(torch.exp(-real)).mean() + torch.log1p(torch.exp(fake)).mean()) / 2


@mistake("04.2", "this is twice the value asked for; halve it, like the least squares above")
def log_not_halved(real, fake):
    return 2 * log_discriminator(real, fake)


@mistake("04.2", "the sign is turned round: Eq. 2 is raised by D, and we minimise, so take its negative")
def as_printed(real, fake):
    return -log_discriminator(real, fake)


@mistake("04.2", "the sign is turned round, and half of it is asked for")
def as_printed_not_halved(real, fake):
    return -2 * log_discriminator(real, fake)


@mistake("04.2", "both terms have the same sign: a judge wants real scores up and fake scores down")
def same_sign(real, fake):
    return (F.softplus(-real).mean() + F.softplus(-fake).mean()) / 2


@mistake("04.2", "only the real pictures are judged; the fakes' logits should go down")
def log_only_real(real, fake):
    return F.softplus(-real).mean() / 2 + 0 * fake.mean()


@mistake("04.2", "only the fakes are judged; the real pictures' logits should go up")
def log_only_fakes(real, fake):
    return F.softplus(fake).mean() / 2 + 0 * real.mean()


@mistake("04.2", "this adds up all patches; a mean makes pictures of any size weigh the same")
def log_summed(real, fake):
    return (F.softplus(-real).sum() + F.softplus(fake).sum()) / 2


@mistake("04.2", "one mean over all logits together lets the larger pile weigh more; take a mean of each pile")
def log_one_mean(real, fake):
    return F.softplus(torch.cat([-real.flatten(), fake.flatten()])).mean()


@mistake("04.2", "no gradient reaches the fakes' logits: detach s' before D looks at it, the logit is D's own work")
def log_fake_detached(real, fake):
    return log_discriminator(real, fake.detach())


@mistake("04.2", "no gradient reaches the logits, so the judge could never learn: leave item() and detach() out")
def log_without_gradient(real, fake):
    return log_discriminator(real, fake).detach()


# ------------------------------------------------------------------------------------------------ 04.3 the whole bill


def scores_and_pictures(draw: Draw) -> dict[str, Any]:
    """Domain T has a picture more than S, and higher ones; real and fake scores are of as many patches as pictures."""
    sizes = {"s": (draw.n, draw.height), "t": (draw.n + 1, draw.height + 2)}
    made_of = {"t": "t", "s'": "s", "s": "s", "t'": "t"}
    scores = {name: draw.normal(n, 1, h, draw.width) + 0.4 for name, (n, h) in _of(made_of, sizes)}
    came_home = {"s": "s", "s''": "s", "t": "t", "t''": "t"}
    pictures = {name: draw.uniform(n, 3, h, draw.width, low=-1) for name, (n, h) in _of(came_home, sizes)}
    return {"scores": scores, "pictures": pictures, "weight": {1: 0.0, 3: 2.5}.get(draw.n, 10.0)}


def _of(names: dict[str, str], sizes: dict[str, tuple]) -> list[tuple[str, tuple]]:
    return [(name, sizes[domain]) for name, domain in names.items()]


def weight_left_out() -> dict[str, Any]:
    """The default, the paper's 10."""
    given = scores_and_pictures(Draw(2, 3, 4, torch.float64))
    del given["weight"]
    return given


define(
    "04.3",
    both_losses,
    at_sizes(scores_and_pictures) | {"the weight left out": weight_left_out},
    ("what F and A minimise", "what D minimises"),
    part="cycle",
    equation="Eq. 3, 4, 5",
    difficulty=2,
    minutes=12,
    hints=[
        "Sort the terms first. Which of them can F and A change? Which of them can D change?",
        "F and A: two fakes that should pass, two round trips that should come home. D: two judges, each with its own "
        "real pictures and its own fakes.",
        "D_T compares t with s', D_S compares s with t'. The weight belongs to the cycle terms only, to both of them.",
    ],
)


def _fool(scores):
    return lsgan_generator(scores["s'"]) + lsgan_generator(scores["t'"])


def _homes(pictures):
    return [cycle(pictures[name], pictures[f"{name}''"]) for name in "st"]


def _judges(scores):
    return both_losses(scores, dict.fromkeys(("s", "s''", "t", "t''"), torch.zeros(1)))[1]


@mistake("04.3", "the weight multiplies everything; it belongs to the cycle alone")
def weight_on_all(scores, pictures, weight=10.0):
    return weight * (_fool(scores) + sum(_homes(pictures))), _judges(scores)


@mistake("04.3", "only one of the two cycle losses carries the weight; in Eq. 4 a bracket belongs around both")
def weight_on_first(scores, pictures, weight=10.0):
    home_s, home_t = _homes(pictures)
    return _fool(scores) + weight * home_s + home_t, _judges(scores)


@mistake("04.3", "only one of the two cycle losses carries the weight; in Eq. 4 a bracket belongs around both")
def weight_on_second(scores, pictures, weight=10.0):
    home_s, home_t = _homes(pictures)
    return _fool(scores) + home_s + weight * home_t, _judges(scores)


@mistake("04.3", "the cycle loss is in D's loss too, dead weight in its log; no weight of a discriminator changes it")
def cycle_for_all(scores, pictures, weight=10.0):
    painters, judges = both_losses(scores, pictures, weight)
    return painters, judges + weight * sum(_homes(pictures))


@mistake("04.3", "the cycle loss is a sum here, so lambda depends on the pictures' size; Eq. 3 is taken as a mean")
def cycle_as_sum(scores, pictures, weight=10.0):
    long = sum((pictures[name] - pictures[f"{name}''"]).abs().sum() for name in "st")
    return _fool(scores) + weight * long, _judges(scores)


@mistake("04.3", "the order is turned round: first F and A's loss, then D's")
def judges_first(scores, pictures, weight=10.0):
    return both_losses(scores, pictures, weight)[::-1]


@mistake("04.3", "the weight stands at the adversarial terms; it belongs to the cycle")
def weight_on_fool(scores, pictures, weight=10.0):
    return weight * _fool(scores) + sum(_homes(pictures)), _judges(scores)


@mistake("04.3", "the weight is missing: Eq. 4 multiplies the cycle losses by lambda")
def weight_missing(scores, pictures, weight=10.0):
    return _fool(scores) + sum(_homes(pictures)), _judges(scores)


@mistake("04.3", "the weight is an argument; yours stays at 10")
def weight_fixed(scores, pictures, weight=10.0):
    return both_losses(scores, pictures, 10.0)


@mistake("04.3", "only the way S -> T -> S is paid for; Eq. 4 has both directions")
def one_way(scores, pictures, weight=10.0):
    return lsgan_generator(scores["s'"]) + weight * _homes(pictures)[0], _judges(scores)


@mistake("04.3", "the cycle losses are missing")
def without_cycle(scores, pictures, weight=10.0):
    return _fool(scores), _judges(scores)


@mistake("04.3", "only the cycle is paid for: nobody would have to become a zebra")
def only_cycle(scores, pictures, weight=10.0):
    return weight * sum(_homes(pictures)), _judges(scores)


@mistake("04.3", "this raises what the judges minimise; each side has a wish of its own (04.1)")
def zero_sum(scores, pictures, weight=10.0):
    return weight * sum(_homes(pictures)) - _judges(scores), _judges(scores)


@mistake("04.3", "each picture is compared with the OTHER domain's round trip; s belongs to s'', t to t''")
def crossed(scores, pictures, weight=10.0):
    return both_losses(scores, pictures | {"s''": pictures["t''"], "t''": pictures["s''"]}, weight)


@mistake("04.3", "the cycle loss is squared here; Eq. 3 takes absolute differences")
def cycle_squared(scores, pictures, weight=10.0):
    squares = sum((pictures[name] - pictures[f"{name}''"]).square().mean() for name in "st")
    return _fool(scores) + weight * squares, _judges(scores)


@mistake("04.3", "F and A are asked about real pictures too; they made none of them")
def asked_about_real(scores, pictures, weight=10.0):
    painters, judges = both_losses(scores, pictures, weight)
    return painters + lsgan_generator(scores["s"]) + lsgan_generator(scores["t"]), judges


@mistake("04.3", "real and fake are exchanged in lsgan_discriminator(real, fake)")
def real_and_fake_exchanged(scores, pictures, weight=10.0):
    painters = both_losses(scores, pictures, weight)[0]
    exchanged = {"t": scores["s'"], "s'": scores["t"], "s": scores["t'"], "t'": scores["s"]}
    return painters, _judges(exchanged)


@mistake("04.3", "only one judge is there; D_S needs its loss too")
def one_judge(scores, pictures, weight=10.0):
    return both_losses(scores, pictures, weight)[0], lsgan_discriminator(scores["t"], scores["s'"])


@mistake("04.3", "D's loss is doubled; each judge's loss is halved already (01.1)")
def judges_doubled(scores, pictures, weight=10.0):
    painters, judges = both_losses(scores, pictures, weight)
    return painters, 2 * judges


@mistake("04.3", "D's loss is halved once more; lsgan_discriminator has its half inside")
def judges_halved(scores, pictures, weight=10.0):
    painters, judges = both_losses(scores, pictures, weight)
    return painters, judges / 2


@mistake("04.3", "both in one sum: D would have to minimise what F and A minimise; two numbers are asked for")
def one_sum(scores, pictures, weight=10.0):
    return sum(both_losses(scores, pictures, weight))


@mistake("04.3", "no gradient of D's loss reaches the fakes' scores, so D never hears of them; detach s', not D_T(s')")
def judges_deaf_to_fakes(scores, pictures, weight=10.0):
    return both_losses(scores, pictures, weight)[0], _judges(scores | {x: scores[x].detach() for x in ("s'", "t'")})


@mistake("04.3", "D's loss is detached, or was computed under no_grad: no gradient is left from which D could learn")
def judges_detached(scores, pictures, weight=10.0):
    painters, judges = both_losses(scores, pictures, weight)
    return painters, judges.detach()


@mistake("04.3", "no gradient of what F and A minimise gets through to s'' and t'', so a bad return teaches nobody")
def returns_detached(scores, pictures, weight=10.0):
    return both_losses(scores, pictures | {x: pictures[x].detach() for x in ("s''", "t''")}, weight)


@mistake("04.3", "no gradient of what F and A minimise gets through to the fakes' scores, so nobody learns to pass")
def painters_deaf(scores, pictures, weight=10.0):
    deaf = scores | {x: scores[x].detach() for x in ("s'", "t'")}
    return both_losses(deaf, pictures, weight)[0], _judges(scores)
