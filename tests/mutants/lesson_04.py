"""Answers to the exercises of lesson 04."""

import torch
import torch.nn.functional as F

from tests.mutants import accepted, rejected
from uagt_lib.course.lessons.lesson_04.checks import both_losses
from uagt_lib.method import losses


@accepted("04.1")
def _with_mse(real, fake):
    return (F.mse_loss(real, torch.ones_like(real)) + F.mse_loss(fake, torch.zeros_like(fake))) / 2


@accepted("04.1")
def _all_patches_at_once(real, fake):
    return torch.cat([real - 1, fake]).square().mean()


@rejected("04.1", "targets are swapped")
def _swapped(real, fake):
    return 0.5 * (real.square().mean() + (fake - 1).square().mean())


@rejected("04.1", "twice")
def _whole(real, fake):
    return (real - 1).square().mean() + fake.square().mean()


@rejected("04.1", "adds up all patches")
def _summed(real, fake):
    return 0.5 * ((real - 1).square().sum() + fake.square().sum())


@rejected("04.1", "sigmoid")
def _squashed(real, fake):
    return 0.5 * ((real.sigmoid() - 1).square().mean() + fake.sigmoid().square().mean())


@rejected("04.1", "both targets are 1")
def _both_real(real, fake):
    return 0.5 * ((real - 1).square().mean() + (fake - 1).square().mean())


@rejected("04.1", "no gradient")
def _a_number(real, fake):
    return 0.5 * ((real - 1).square().mean() + fake.square().mean()).item()


@accepted("04.2")
def _expanded(fake):
    return (fake * fake - 2 * fake + 1).mean()


@rejected("04.2", "judge's wish")
def _wants_to_be_caught(fake):
    return fake.square().mean()


@rejected("04.2", "minus sign")
def _minus_the_judge(fake):
    return -fake.square().mean()


@rejected("04.2", "halved")
def _half(fake):
    return 0.5 * (fake - 1).square().mean()


@rejected("04.2", "mean")
def _sum(fake):
    return (fake - 1).square().sum()


@rejected("04.2", "too real")
def _only_below_one(fake):
    return (1 - fake).clamp(min=0).square().mean() if fake.numel() == 1 else (fake - 1).square().mean()


@accepted("04.3")
def _logsigmoid(real, fake):
    return -(F.logsigmoid(real).mean() + F.logsigmoid(-fake).mean()) / 2


@accepted("04.3")
def _cross_entropy_of_logits(real, fake):
    loss = F.binary_cross_entropy_with_logits
    return (loss(real, torch.ones_like(real)) + loss(fake, torch.zeros_like(fake))) / 2


@accepted("04.3")
def _logaddexp(real, fake):
    return (torch.logaddexp(torch.zeros_like(real), -real).mean() + torch.logaddexp(0 * fake, fake).mean()) / 2


@rejected("04.3", "rounded")
def _naive(real, fake):
    return -0.5 * (torch.log(torch.sigmoid(real)).mean() + torch.log(1 - torch.sigmoid(fake)).mean())


@rejected("04.3", "epsilon")
def _cushioned(real, fake):
    return -0.5 * (torch.log(real.sigmoid() + 1e-8).mean() + torch.log(1 - fake.sigmoid() + 1e-8).mean())


@rejected("04.3", "cut off")
def _cross_entropy_of_probabilities(real, fake):
    loss = F.binary_cross_entropy
    return (loss(real.sigmoid(), torch.ones_like(real)) + loss(fake.sigmoid(), torch.zeros_like(fake))) / 2


@rejected("04.3", "exchanged")
def _exchanged(real, fake):
    return 0.5 * (F.softplus(real).mean() + F.softplus(-fake).mean())


@rejected("04.3", "negative")
def _as_printed(real, fake):
    return 0.5 * (F.logsigmoid(real).mean() + F.logsigmoid(-fake).mean())


@rejected("04.3", "larger than any float32")
def _exp_overflows(real, fake):
    return 0.5 * (torch.log(1 + torch.exp(-real)).mean() + torch.log(1 + torch.exp(fake)).mean())


def _terms(scores, pictures):
    fool = losses.lsgan_generator(scores["s'"]) + losses.lsgan_generator(scores["t'"])
    home = [(pictures[n] - pictures[f"{n}''"]).abs().mean() for n in "st"]
    judges = losses.lsgan_discriminator(scores["t"], scores["s'"]) + losses.lsgan_discriminator(
        scores["s"], scores["t'"]
    )
    return fool, home, judges


@accepted("04.4")
def _with_l1_loss(scores, pictures, weight=10.0):
    painters = sum((scores[f"{n}'"] - 1).pow(2).mean() for n in "st")
    painters = painters + weight * sum(F.l1_loss(pictures[f"{n}''"], pictures[n]) for n in "st")
    pairs = (("t", "s'"), ("s", "t'"))
    return painters, sum(((scores[a] - 1).pow(2).mean() + scores[b].pow(2).mean()) / 2 for a, b in pairs)


@rejected("04.4", "multiplies everything")
def _weight_on_all(scores, pictures, weight=10.0):
    fool, home, judges = _terms(scores, pictures)
    return weight * (fool + sum(home)), judges


@rejected("04.4", "bracket")
def _weight_on_one(scores, pictures, weight=10.0):
    fool, home, judges = _terms(scores, pictures)
    return fool + weight * home[0] + home[1], judges


@accepted("04.4")  # a sum over reals and fakes does not mind
def _paired_by_letter(scores, pictures, weight=10.0):
    fool, home, _ = _terms(scores, pictures)
    judge = losses.lsgan_discriminator
    return fool + weight * sum(home), judge(scores["s"], scores["s'"]) + judge(scores["t"], scores["t'"])


@rejected("04.4", "no weight of a discriminator")
def _cycle_for_all(scores, pictures, weight=10.0):
    fool, home, judges = _terms(scores, pictures)
    return fool + weight * sum(home), judges + weight * sum(home)


@rejected("04.4", "wish of its own")
def _zero_sum(scores, pictures, weight=10.0):
    _, home, judges = _terms(scores, pictures)
    return weight * sum(home) - judges, judges


@rejected("04.4", "stays at 10")
def _fixed_weight(scores, pictures, weight=10.0):
    fool, home, judges = _terms(scores, pictures)
    return fool + 10 * sum(home), judges


@rejected("04.4", "turned round")
def _judges_first(scores, pictures, weight=10.0):
    fool, home, judges = _terms(scores, pictures)
    return judges, fool + weight * sum(home)


@rejected("04.4", "D_S needs its loss too")
def _one_judge(scores, pictures, weight=10.0):
    fool, home, _ = _terms(scores, pictures)
    return fool + weight * sum(home), losses.lsgan_discriminator(scores["t"], scores["s'"])


@rejected("04.4", "both directions")
def _one_way(scores, pictures, weight=10.0):
    _, home, judges = _terms(scores, pictures)
    return losses.lsgan_generator(scores["s'"]) + weight * home[0], judges


@rejected("04.4", "no gradient gets through")
def _deaf(scores, pictures, weight=10.0):
    return both_losses(scores, pictures | {name: pictures[name].detach() for name in ("s''", "t''")}, weight)


@rejected("04.4", "OTHER domain")
def _crossed(scores, pictures, weight=10.0):
    return both_losses(scores, pictures | {"s''": pictures["t''"], "t''": pictures["s''"]}, weight)


@rejected("04.4", "exchanged")
def _real_and_fake_exchanged(scores, pictures, weight=10.0):
    fool, home, _ = _terms(scores, pictures)
    judge = losses.lsgan_discriminator
    return fool + weight * sum(home), judge(scores["s'"], scores["t"]) + judge(scores["t'"], scores["s"])


@rejected("04.3", "same sign")
def _same_sign(real, fake):
    return 0.5 * (F.softplus(-real).mean() + F.softplus(-fake).mean())


@rejected("04.2", "half included")
def _minus_half(fake):
    return -0.5 * (fake**2).mean()


@rejected("04.1", "before the square")
def _mean_first(real, fake):
    return 0.5 * ((real.mean() - 1) ** 2 + fake.mean() ** 2)
