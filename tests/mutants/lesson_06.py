"""Answers to the exercises of lesson 06, beside the mistakes that are registered and those that are generated."""

import torch

from tests.mutants import accepted, rejected
from uagt_lib.course.lessons.lesson_02.answers import there_and_back
from uagt_lib.method.compose import compose
from uagt_lib.method.model import frozen

# ------------------------------------------------------------------------------------------------ 06.1


@accepted("06.1")
def _where(image, attention, tau=0.1):
    return torch.where(attention > tau, image, torch.zeros_like(image))


@accepted("06.1")
def _as_numbers(image, attention, tau=0.1):
    return image * (attention.detach() > tau).float()


@accepted("06.1")
def _filled(image, attention, tau=0.1):
    return image.masked_fill(attention <= tau, 0)


@rejected("06.1", "afterwards image at")
def _in_place(image, attention, tau=0.1):
    image *= attention > tau
    return image


@rejected("06.1", "afterwards image at")
def _behind_its_back(image, attention, tau=0.1):
    out = image * (attention > tau)
    image.detach()[(attention <= tau).expand_as(image)] = 0
    return out


@rejected("06.1", "afterwards attention at")
def _map_in_place(image, attention, tau=0.1):
    attention.detach().copy_((attention > tau).to(attention.dtype))
    return image * (attention > 0.5)


@rejected("06.1", "no gradient reaches the picture")
def _cut(image, attention, tau=0.1):
    return image.detach() * (attention > tau)


@rejected("06.1", "a gradient of the foreground reaches attention, which should get none of it")
def _steep_sigmoid(image, attention, tau=0.1):
    soft = ((attention - tau) * 50).sigmoid()
    return image * ((attention > tau).to(image.dtype) + soft - soft.detach())


@rejected("06.1", "right for N, H, W = 2, 5, 4")
def _fits_two_pictures(image, attention, tau=0.1):
    return torch.stack([image[i] * (attention[i] > tau) for i in range(2)]) if len(image) > 1 else image


@rejected("06.1", "RuntimeError")
def _as_two(image, attention, tau=0.1):
    return image * (attention > tau).reshape(2, 1, *image.shape[2:])


@rejected("06.1", "the shape of the foreground")
def _kept_pixels_only(image, attention, tau=0.1):
    return image[(attention > tau).expand_as(image)]


@rejected("06.1", "the type of the foreground")
def _single(image, attention, tau=0.1):
    return image.float() * (attention > tau)


# ------------------------------------------------------------------------------------------------ 06.2


@accepted("06.2")
def _arithmetic(epoch, switch):
    return 1 + int(epoch >= switch)


@accepted("06.2")
def _looked_up(epoch, switch):
    return (2, 1)[epoch < switch]


@accepted("06.2")
def _early_return(epoch, switch):
    if switch > epoch:
        return 1
    return 2


@rejected("06.2", "stays at 30")
def _thirty_is_late_enough(epoch, switch):
    return 2 if epoch >= 30 else 1


@rejected("06.2", "is '1', expected 1")
def _in_words(epoch, switch):
    return "1" if epoch < switch else "2"


@rejected("06.2", "is a `return` missing?")
def _printed(epoch, switch):
    str(1 if epoch < switch else 2)


@rejected("06.2", "a switch at 0")
def _a_switch_of_zero_is_none(epoch, switch):
    return 1 if not switch or epoch < switch else 2


@rejected("06.2", "ZeroDivisionError")
def _whole_division(epoch, switch):
    return min(2, 1 + int(epoch // switch))


# ------------------------------------------------------------------------------------------------ 06.3


@accepted("06.3")
def _cases(epoch, epochs, base):
    if epoch <= epochs / 2:
        return base
    return max(0.0, base * (epochs - epoch) / (epochs / 2))


@accepted("06.3")
def _clamped(epoch, epochs, base):
    return base * float(torch.tensor(2 - 2 * epoch / epochs, dtype=torch.float64).clamp(0, 1))


@accepted("06.3")
def _half_first(epoch, epochs, base):
    half = epochs / 2
    return base - base * min(max(epoch - half, 0) / half, 1)


@rejected("06.3", "rises again")
def _absolute(epoch, epochs, base):
    return base * min(1.0, abs(2 - 2 * epoch / epochs))


@rejected("06.3", "step 401 of 400")
def _forgets_the_end(epoch, epochs, base):
    return base if epoch <= epochs / 2 else 2 * base * (1 - epoch / epochs) if epoch <= epochs else base


@rejected("06.3", "epoch 75 of 100")
def _square(epoch, epochs, base):
    return base * min(1.0, 2 * max(0.0, 1 - epoch / epochs)) ** 2


@rejected("06.3", "epoch 75 of 100")
def _in_one_stair(epoch, epochs, base):
    return base if epoch <= epochs / 2 else base * 0.1 if epoch < epochs else 0.0


@rejected("06.3", "the rate is True")
def _whether(epoch, epochs, base):
    return epoch <= epochs / 2


# ------------------------------------------------------------------------------------------------ 06.4


@accepted("06.4")
def _weights_swapped_for_constants(s, F_st, A_s, F_ts, A_t, stage):
    if stage == 1:
        for p in (*A_s.parameters(), *A_t.parameters()):
            p.requires_grad_(True)
        return there_and_back(s, F_st, A_s, F_ts, A_t)

    def rest(A):
        constants = {name: p.detach() for name, p in A.named_parameters()}
        return lambda x: torch.func.functional_call(A, constants, (x,))

    return there_and_back(s, F_st, rest(A_s), F_ts, rest(A_t))


@accepted("06.4")
def _frozen_for_a_moment(s, F_st, A_s, F_ts, A_t, stage):
    if stage == 1:
        return there_and_back(s, F_st, A_s, F_ts, A_t)
    with frozen(A_s, A_t):
        return there_and_back(s, F_st, A_s, F_ts, A_t)


@accepted("06.4")
def _the_first_map_of_a_photo_may_be_cut(s, F_st, A_s, F_ts, A_t, stage):
    for p in A_t.parameters():
        p.requires_grad = stage == 1
    s_a = A_s(s)
    if stage == 2:
        s_a = s_a.detach()
    x = s + s_a * (F_st(s) - s)
    return [x, compose(x, F_ts(x), A_t(x))]


@rejected("06.4", "missing")
def _no_grad(s, F_st, A_s, F_ts, A_t, stage):
    if stage == 1:
        return there_and_back(s, F_st, A_s, F_ts, A_t)
    with torch.no_grad():
        s_a = A_s(s)
    x = compose(s, F_st(s), s_a)
    with torch.no_grad():
        back = A_t(x)
    return x, compose(x, F_ts(x), back)


@rejected("06.4", "missing")
def _frozen_and_cut(s, F_st, A_s, F_ts, A_t, stage):
    A_s.requires_grad_(stage == 1), A_t.requires_grad_(stage == 1)
    s_a = A_s(s)
    x = compose(s, F_st(s), s_a)
    return x, compose(x, F_ts(x), A_t(x) if stage == 1 else A_t(x.detach()))


@rejected("06.4", "nobody learns in stage 2")
def _everything(s, F_st, A_s, F_ts, A_t, stage):
    for network in (F_st, A_s, F_ts, A_t):
        network.requires_grad_(stage == 1)
    return there_and_back(s, F_st, A_s, F_ts, A_t)


@rejected("06.4", "too late")
def _in_the_end(s, F_st, A_s, F_ts, A_t, stage):
    out = there_and_back(s, F_st, A_s, F_ts, A_t)
    for network in (A_s, A_t):
        network.requires_grad_(stage == 1)
    return out


@rejected("06.4", "A_s.training is False")
def _evaluated(s, F_st, A_s, F_ts, A_t, stage):
    for network in (A_s, A_t):
        network.train(stage == 1)
        network.requires_grad_(stage == 1)
    out = there_and_back(s, F_st, A_s, F_ts, A_t)
    A_s.eval()
    return out


@rejected("06.4", "the gradient of s'' in stage 1 with respect to F_st.weight")
def _paint_back_cut(s, F_st, A_s, F_ts, A_t, stage):
    A_s.requires_grad_(stage == 1), A_t.requires_grad_(stage == 1)
    s_a = A_s(s)
    x = compose(s, F_st(s), s_a)
    return x, compose(x, F_ts(x).detach(), A_t(x))


@rejected("06.4", "the gradient of s'' in stage 1 with respect to F_st.weight")
def _background_cut(s, F_st, A_s, F_ts, A_t, stage):
    A_s.requires_grad_(stage == 1), A_t.requires_grad_(stage == 1)
    s_a = A_s(s)
    x = compose(s, F_st(s), s_a)
    return x, compose(x.detach(), F_ts(x), A_t(x))


@rejected("06.4", "two tensors")
def _only_the_end(s, F_st, A_s, F_ts, A_t, stage):
    return there_and_back(s, F_st, A_s, F_ts, A_t)[1]


@rejected("06.4", "afterwards s at")
def _in_place(s, F_st, A_s, F_ts, A_t, stage):
    A_s.requires_grad_(stage == 1), A_t.requires_grad_(stage == 1)
    out = there_and_back(s.clone(), F_st, A_s, F_ts, A_t)
    if stage == 1:
        s.mul_(1.0 + 1e-3)
    return out


# ------------------------------------------------------------------------------------------------ invented by readers


@rejected("06.1", "the foreground at")
def _attended_by_anybody(image, attention, tau=0.1):
    return image * (attention.amax(0, keepdim=True) > tau)


@rejected("06.1", "the foreground at")
def _steep_gate(image, attention, tau=0.1):
    return image * ((attention - tau) * 1e6).sigmoid()


@rejected("06.1", "the foreground at")
def _nothing_instead_of_grey(image, attention, tau=0.1):
    return torch.where(attention > tau, image, torch.nan)


@rejected("06.1", "a gradient of the foreground reaches attention")
def _a_little_gradient_added(image, attention, tau=0.1):
    return image * ((attention > tau).to(image.dtype) + 0.1 * (attention - attention.detach()))


@rejected("06.2", "the stage is '1', expected 1")
def _as_a_word(epoch, switch):
    return "1" if epoch < switch else "2"


@rejected("06.2", "a switch at 0")
def _by_division(epoch, switch):
    return 1 + int(epoch // max(switch, 1) >= 1)


@rejected("06.2", "epoch 30 itself")
def _never_switches(epoch, switch):
    return 1


@rejected("06.3", "epoch 49.9")
def _counts_from_one(epoch, epochs, base):
    return base * min(1.0, max(0.0, 2 * (1 - (epoch + 1) / epochs)))


@rejected("06.3", "epoch 99 of 100")
def _in_ten_stairs(epoch, epochs, base):
    return base if epoch < epochs / 2 else base * max(0, round(2 * (1 - epoch / epochs), 1))


@rejected("06.3", "epoch 100 of 100")
def _never_quite_stops(epoch, epochs, base):
    return base * min(1.0, max(0.01, 2 * (1 - epoch / epochs)))


@rejected("06.4", "can still learn in stage 2")
def _any_stage_is_true(s, F_st, A_s, F_ts, A_t, stage):
    A_s.requires_grad_(bool(stage)), A_t.requires_grad_(bool(stage))
    return there_and_back(s, F_st, A_s, F_ts, A_t)


@rejected("06.4", "no gradient of s'' in stage 2 reaches F_ts.weight")
def _painter_of_the_way_home_rests(s, F_st, A_s, F_ts, A_t, stage):
    for network in (A_s, A_t, F_ts):
        network.requires_grad_(stage == 1)
    return there_and_back(s, F_st, A_s, F_ts, A_t)


@rejected("06.4", "s'' in stage 2 at")
def _todays_map_on_the_way_home(s, F_st, A_s, F_ts, A_t, stage):
    A_s.requires_grad_(stage == 1), A_t.requires_grad_(stage == 1)
    s_prime, s_cycled = there_and_back(s, F_st, A_s, F_ts, A_t)
    return s_prime, s_cycled if stage == 1 else compose(s_prime, F_ts(s_prime), A_s(s))


@rejected("06.4", "the .grad of A_s.weight is emptied instead of left alone")
def _empties_gradients_too(s, F_st, A_s, F_ts, A_t, stage):
    for network in (A_s, A_t):
        network.requires_grad_(stage == 1)
        network.zero_grad()
    return there_and_back(s, F_st, A_s, F_ts, A_t)
