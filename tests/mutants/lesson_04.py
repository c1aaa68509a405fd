"""Answers to the exercises of lesson 04, beside the mistakes that are registered and those that are generated."""

import torch
import torch.nn.functional as F

from tests.mutants import accepted, rejected
from uagt_lib.course.lessons.lesson_04.answers import both_losses
from uagt_lib.method.losses import log_discriminator, lsgan_discriminator, lsgan_generator

# ------------------------------------------------------------------------------------------------ 04.1


@accepted("04.1")
def _expanded_square(fake):
    return (fake * fake - 2 * fake + 1).mean()


@accepted("04.1")
def _mse_to_ones(fake):
    return F.mse_loss(fake, torch.ones_like(fake))


@accepted("04.1")
def _sum_over_count(fake):
    return sum((x - 1).pow(2).sum() for x in fake) / fake.numel()


@rejected("04.1", "afterwards fake at")
def _score_in_place(fake):
    fake -= 1
    return fake.square().mean()


@rejected("04.1", "gradient")
def _number_of_painter(fake):
    return ((fake - 1) ** 2).mean().item()


@rejected("04.1", "right for N, H, W = 2, 5, 4")
def _forty_patches(fake):
    return (fake - 1).square().sum() / 40


@rejected("04.1", "the type of the generator's loss")
def _painter_in_float32(fake):
    return lsgan_generator(fake.float())


@rejected("04.1", "above 1 cost nothing")
def _enough_is_enough(fake):
    return F.relu(1 - fake).pow(2).mean()


@rejected("04.1", "part of it is cut off, or something is added")
def _half_the_gradient(fake):
    return (lsgan_generator(fake) + lsgan_generator(fake.detach())) / 2


# ------------------------------------------------------------------------------------------------ 04.2


@accepted("04.2")
def _logsigmoid(real, fake):
    return -(F.logsigmoid(real).mean() + F.logsigmoid(-fake).mean()) / 2


@accepted("04.2")
def _cross_entropy_of_logits(real, fake):
    loss = F.binary_cross_entropy_with_logits
    return (loss(real, torch.ones_like(real)) + loss(fake, torch.zeros_like(fake))) / 2


@accepted("04.2")
def _logaddexp(real, fake):
    return (torch.logaddexp(torch.zeros_like(real), -real).mean() + torch.logaddexp(0 * fake, fake).mean()) / 2


@rejected("04.2", "rounded to 0 or 1")
def _typed_in(real, fake):
    return 0.5 * (-(real.sigmoid().log()).mean() - (1 - fake.sigmoid()).log().mean())


@rejected("04.2", "fakes' logits: detach s'")
def _detached_fakes(real, fake):
    return 0.5 * (F.softplus(-real).mean() + F.softplus(fake.detach()).mean())


@rejected("04.2", "no gradient of the judge's loss reaches real")
def _detached_real(real, fake):
    return log_discriminator(real.detach(), fake)


@rejected("04.2", "for logits of 200 on the wrong side")
def _logits_cut_off(real, fake):
    return log_discriminator(real.clamp(-100, 100), fake.clamp(-100, 100))


@rejected("04.2", "no gradient")
def _value_right_slope_gone(real, fake):
    return log_discriminator(real, fake.clamp(max=29.0)) + (F.softplus(fake.detach()) - F.softplus(
        fake.detach().clamp(max=29.0))).mean() / 2  # fmt: skip


@rejected("04.2", "afterwards real at")
def _sign_in_place(real, fake):
    return (F.softplus(real.neg_()).mean() + F.softplus(fake).mean()) / 2


@rejected("04.2", "RuntimeError")
def _piles_of_one_size(real, fake):
    return (F.softplus(-real) + F.softplus(fake)).mean() / 2


@rejected("04.2", "the type of the judge's loss")
def _logits_in_float32(real, fake):
    return log_discriminator(real.float(), fake.float())


# ------------------------------------------------------------------------------------------------ 04.3


@accepted("04.3")
def _with_l1_loss(scores, pictures, weight=10.0):
    painters = sum((scores[f"{n}'"] - 1).pow(2).mean() for n in "st")
    painters = painters + weight * sum(F.l1_loss(pictures[f"{n}''"], pictures[n]) for n in "st")
    pairs = (("t", "s'"), ("s", "t'"))
    return painters, sum(((scores[a] - 1).pow(2).mean() + scores[b].pow(2).mean()) / 2 for a, b in pairs)


@accepted("04.3")  # a sum over reals and fakes does not mind
def _paired_by_letter(scores, pictures, weight=10.0):
    painters, _ = both_losses(scores, pictures, weight)
    return painters, sum(lsgan_discriminator(scores[name], scores[f"{name}'"]) for name in "st")


@accepted("04.3")
def _as_a_list_of_sums(scores, pictures, weight=10.0):
    fakes = torch.stack([lsgan_generator(scores[name]) for name in ("s'", "t'")])
    home = torch.stack([(pictures[f"{n}''"] - pictures[n]).abs().mean() for n in "st"])
    judges = [lsgan_discriminator(scores["t"], scores["s'"]), lsgan_discriminator(scores["s"], scores["t'"])]
    return [(fakes + weight * home).sum(), judges[0] + judges[1]]


@rejected("04.3", 'afterwards scores["s\'"] at')
def _bill_in_place(scores, pictures, weight=10.0):
    result = both_losses(scores, pictures, weight)
    scores["s'"] -= 1
    return result


@rejected("04.3", "afterwards pictures['s'] at")
def _difference_in_place(scores, pictures, weight=10.0):
    judges = both_losses(scores, pictures, weight)[1]
    fool = lsgan_generator(scores["s'"]) + lsgan_generator(scores["t'"])
    home = sum(pictures[n].sub_(pictures[f"{n}''"]).abs().mean() for n in "st")
    return fool + weight * home, judges


@rejected("04.3", "the list of keys of scores is")
def _popped(scores, pictures, weight=10.0):
    fake = scores.pop("s'")
    return both_losses(scores | {"s'": fake}, pictures, weight)


@rejected("04.3", "detach s', not D_T(s')")
def _scores_detached_for_the_judge(scores, pictures, weight=10.0):
    painters, _ = both_losses(scores, pictures, weight)
    judge = lsgan_discriminator
    return painters, judge(scores["t"], scores["s'"].detach()) + judge(scores["s"], scores["t'"].detach())


@rejected("04.3", "no gradient is left from which D could learn")
def _judges_under_no_grad(scores, pictures, weight=10.0):
    painters, _ = both_losses(scores, pictures, weight)
    with torch.no_grad():
        return painters, both_losses(scores, pictures, weight)[1]


@rejected("04.3", "no gradient of what D minimises reaches scores['t']")
def _real_scores_detached(scores, pictures, weight=10.0):
    real = {name: scores[name].detach() for name in "st"}
    return both_losses(scores, pictures, weight)[0], both_losses(scores | real, pictures, weight)[1]


@rejected("04.3", "gets through to s'' and t''")
def _deaf(scores, pictures, weight=10.0):
    return both_losses(scores, {name: x.detach() if "''" in name else x for name, x in pictures.items()}, weight)


@rejected("04.3", "RuntimeError")
def _all_trips_in_one_batch(scores, pictures, weight=10.0):
    painters, judges = both_losses(scores, pictures, weight)
    before, after = (torch.cat([pictures[f"{n}{mark}"] for n in "st"]) for mark in ("", "''"))
    return painters + 0 * (before - after).abs().mean(), judges


@rejected("04.3", "two numbers are asked for")
def _total(scores, pictures, weight=10.0):
    painters, judges = both_losses(scores, pictures, weight)
    return painters + judges


@rejected("04.3", "(for the weight left out; right for N, H, W = 2, 5, 4")
def _another_default(scores, pictures, weight=1.0):
    return both_losses(scores, pictures, weight)
