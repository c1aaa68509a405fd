"""Answers to the exercises of lesson 05, beside the mistakes that are registered and those that are generated."""

import copy
import random

import torch

from tests.mutants import accepted, rejected
from uagt_lib.course.lessons.lesson_02.answers import there_and_back
from uagt_lib.course.lessons.lesson_05.checks import _Answer
from uagt_lib.method import losses
from uagt_lib.method.compose import compose
from uagt_lib.method.model import frozen
from uagt_lib.method.pool import Pool

# ------------------------------------------------------------------------------------------------ 05.1


def _go(x, paint, attend):
    return compose(x, paint(x), attend(x))


@accepted("05.1")
def _two_calls_unpacked(m, s, t):
    s_prime, s_cycled = there_and_back(s, m.F_st, m.A_s, m.F_ts, m.A_t)
    t_prime, t_cycled = there_and_back(t, m.F_ts, m.A_t, m.F_st, m.A_s)
    return [s_prime, s_cycled, t_prime, t_cycled]


@accepted("05.1")
def _written_out(m, s, t):
    s_prime, t_prime = _go(s, m.F_st, m.A_s), _go(t, m.F_ts, m.A_t)
    return s_prime, _go(s_prime, m.F_ts, m.A_t), t_prime, _go(t_prime, m.F_st, m.A_s)


@accepted("05.1")
def _added_up(m, s, t):
    road = (m.F_st, m.A_s), (m.F_ts, m.A_t)
    return there_and_back(s, *road[0], *road[1]) + there_and_back(t, *road[1], *road[0])


@rejected("05.1", "the gradient of s'' with respect to m.F_st.weight")
def _cut_off_on_the_way(m, s, t):
    s_prime, t_prime = _go(s, m.F_st, m.A_s), _go(t, m.F_ts, m.A_t)
    return s_prime, _go(s_prime, lambda x: m.F_ts(x.detach()), m.A_t), t_prime, _go(t_prime, m.F_st, m.A_s)


@rejected("05.1", "no gradient of t'' reaches m.A_s.weight")
def _map_home_under_no_grad(m, s, t):
    s_prime, t_prime = _go(s, m.F_st, m.A_s), _go(t, m.F_ts, m.A_t)
    with torch.no_grad():
        a = m.A_s(t_prime)
    return s_prime, _go(s_prime, m.F_ts, m.A_t), t_prime, compose(t_prime, m.F_st(t_prime), a)


@rejected("05.1", "afterwards t at")
def _in_place(m, s, t):
    out = there_and_back(s, m.F_st, m.A_s, m.F_ts, m.A_t) + there_and_back(t, m.F_ts, m.A_t, m.F_st, m.A_s)
    t.detach().copy_(out[2][: len(t)].detach())
    return out


@rejected("05.1", "RuntimeError")
def _both_in_one_batch(m, s, t):
    s, t = torch.stack([s, t])
    return there_and_back(s, m.F_st, m.A_s, m.F_ts, m.A_t) + there_and_back(t, m.F_ts, m.A_t, m.F_st, m.A_s)


@rejected("05.1", "the shape of t'")
def _as_many_as_horses(m, s, t):
    n = len(s)
    return there_and_back(s, m.F_st, m.A_s, m.F_ts, m.A_t) + there_and_back(t[:n], m.F_ts, m.A_t, m.F_st, m.A_s)


@rejected("05.1", "m.A_s.weight.requires_grad is False")
def _freezes_a_network(m, s, t):
    out = there_and_back(s, m.F_st, m.A_s, m.F_ts, m.A_t) + there_and_back(t, m.F_ts, m.A_t, m.F_st, m.A_s)
    m.A_s.requires_grad_(False)
    return out


@rejected("05.1", "the list of attributes of m")
def _keeps_them_on_the_model(m, s, t):
    out = there_and_back(s, m.F_st, m.A_s, m.F_ts, m.A_t) + there_and_back(t, m.F_ts, m.A_t, m.F_st, m.A_s)
    m.s_prime = out[0]
    return out


# ------------------------------------------------------------------------------------------------ 05.2


@accepted("05.2")
def _one_batch(D_t, t, s_prime):
    real, fake = D_t(torch.cat([t, s_prime.detach()])).split([len(t), len(s_prime)])
    return ((real - 1).square().mean() + fake.square().mean()) / 2


@accepted("05.2")
def _real_detached_too(D_t, t, s_prime):
    return losses.lsgan_discriminator(real=D_t(t.detach()), fake=D_t(s_prime.detach()))


@accepted("05.2")
def _a_copy_of_the_fake(D_t, t, s_prime):
    with torch.no_grad():
        fake = s_prime.clone()
    return 0.5 * (D_t(t) - 1).pow(2).mean() + 0.5 * D_t(fake).pow(2).mean()


@rejected("05.2", "cut the picture s', never the scores")
def _scores_cut(D_t, t, s_prime):
    return losses.lsgan_discriminator(D_t(t), D_t(s_prime).detach())


@rejected("05.2", "cut the picture")
def _both_scores_cut(D_t, t, s_prime):
    return losses.lsgan_discriminator(D_t(t).detach(), D_t(s_prime).detach())


@rejected("05.2", "D_t is frozen here")
def _frozen_and_cut(D_t, t, s_prime):
    D_t.requires_grad_(False)
    return losses.lsgan_discriminator(D_t(t), D_t(s_prime.detach()))


@rejected("05.2", "afterwards s_prime at")
def _in_place(D_t, t, s_prime):
    fake = s_prime.detach()
    loss = losses.lsgan_discriminator(D_t(t), D_t(fake))
    fake.zero_()
    return loss


@rejected("05.2", "afterwards t at")
def _real_in_place(D_t, t, s_prime):
    loss = losses.lsgan_discriminator(D_t(t), D_t(s_prime.detach()))
    t.mul_(0.5)
    return loss


@rejected("05.2", "the shape of D's loss")
def _per_picture(D_t, t, s_prime):
    real, fake = D_t(t), D_t(s_prime.detach())
    return 0.5 * ((real - 1).square().mean((1, 2, 3)) + fake.square().mean((1, 2, 3)))


@rejected("05.2", "right for N, H, W = 2, 5, 4")
def _sums_of_forty(D_t, t, s_prime):
    real, fake = D_t(t), D_t(s_prime.detach())
    return 0.5 * ((real - 1).square().sum() + fake.square().sum()) / 40


# ------------------------------------------------------------------------------------------------ 05.3


class _Base:
    """What the lesson gives; answers fill in `exchange`."""

    def __init__(self, capacity, generator):
        self.capacity, self.generator, self.pairs = capacity, generator, []

    def __call__(self, images, attention):
        out = [self.exchange(image, a) for image, a in zip(images, attention, strict=True)]
        return torch.stack([image for image, _ in out]), torch.stack([a for _, a in out])

    def coin(self):
        return torch.rand((), generator=self.generator) < 0.5

    def place(self):
        return int(torch.randint(self.capacity, (), generator=self.generator))


@accepted("05.3")
class _Other(_Base):
    def exchange(self, image, attention):
        pair = (image.detach().clone(), attention.detach().clone())
        self.pairs.append(pair)
        if len(self.pairs) <= self.capacity:
            return pair
        return self.pairs.pop(self.place() if self.coin() else -1)


@rejected("05.3", "together")
class _LosesAttention(_Base):
    def exchange(self, image, attention):
        if len(self.pairs) < self.capacity:
            self.pairs.append(image.detach().clone())
            return image.detach(), attention.detach()
        if self.coin():
            return image.detach(), attention.detach()
        i = self.place()
        old, self.pairs[i] = self.pairs[i], image.detach().clone()
        return old, attention.detach()


@rejected("05.3", "never gives an old")
class _NeverSwaps(_Base):
    def exchange(self, image, attention):
        if len(self.pairs) < self.capacity:
            self.pairs.append((image.detach().clone(), attention.detach().clone()))
        return image.detach(), attention.detach()


@rejected("05.3", "always swaps")
class _AlwaysSwaps(_Base):
    def exchange(self, image, attention):
        pair = image.detach().clone(), attention.detach().clone()
        if len(self.pairs) < self.capacity:
            self.pairs.append(pair)
            return pair
        i = self.place()
        old, self.pairs[i] = self.pairs[i], pair
        return old


@rejected("05.3", "twice")
class _KeepsTheOld(_Base):
    def exchange(self, image, attention):
        pair = image.detach().clone(), attention.detach().clone()
        if len(self.pairs) < self.capacity:
            self.pairs.append(pair)
            return pair
        return pair if self.coin() else self.pairs[self.place()]


@rejected("05.3", "carries a graph")
class _NotDetached(Pool):
    def __call__(self, images, attention):
        out = [self._exchange(pair) for pair in zip(images, attention, strict=True)]
        return torch.stack([image for image, _ in out]), torch.stack([a for _, a in out])


@rejected("05.3", "travels on into F and A")
class _ReturnsTheRaw(_Base):
    def exchange(self, image, attention):
        pair = image.detach().clone(), attention.detach().clone()
        if len(self.pairs) < self.capacity:
            self.pairs.append(pair)
            return image, attention
        if self.coin():
            return image, attention
        i = self.place()
        old, self.pairs[i] = self.pairs[i], pair
        return old


@rejected("05.3", "carries a graph")
class _KeepsTheGraph(_Base):
    def exchange(self, image, attention):
        pair = image.clone(), attention.clone()
        if len(self.pairs) < self.capacity:
            self.pairs.append(pair)
            return pair
        if self.coin():
            return pair
        i = self.place()
        old, self.pairs[i] = self.pairs[i], pair
        return old


@rejected("05.3", "queue")
class _Queue(_Base):
    def exchange(self, image, attention):
        pair = image.detach().clone(), attention.detach().clone()
        if len(self.pairs) < self.capacity:
            self.pairs.append(pair)
            return pair
        if self.coin():
            return pair
        self.pairs.append(pair)
        return self.pairs.pop(0)


@rejected("05.3", "n is the capacity itself")
class _SparesTheLast(_Base):
    def exchange(self, image, attention):
        pair = image.detach().clone(), attention.detach().clone()
        if len(self.pairs) < self.capacity:
            self.pairs.append(pair)
            return pair
        if self.coin():
            return pair
        i = int(torch.randint(self.capacity - 1, (), generator=self.generator))
        old, self.pairs[i] = self.pairs[i], pair
        return old


@rejected("05.3", "while the pool fills")
class _CoinWhileFilling(_Base):
    def exchange(self, image, attention):
        pair = image.detach().clone(), attention.detach().clone()
        if self.coin():
            return pair
        if len(self.pairs) < self.capacity:
            self.pairs.append(pair)
            return pair
        i = self.place()
        old, self.pairs[i] = self.pairs[i], pair
        return old


@rejected("05.3", "clone")
class _Shares(_Base):
    def exchange(self, image, attention):
        pair = image.detach(), attention.detach()
        if len(self.pairs) < self.capacity:
            self.pairs.append(pair)
            return pair
        if self.coin():
            return pair
        i = self.place()
        old, self.pairs[i] = self.pairs[i], pair
        return old


@rejected("05.3", "not draw random numbers from torch's global generator")
class _GlobalDice(_Base):
    def coin(self):
        return torch.rand(()) < 0.5

    exchange = _Other.exchange


@rejected("05.3", "leave the state of Python's random numbers as it is")
class _PythonDice(_Base):
    def coin(self):
        return random.random() < 0.5

    exchange = _Other.exchange


@accepted("05.3")
class _TwoLists:
    def __init__(self, capacity, generator):
        self.capacity, self.generator, self.images, self.maps = capacity, generator, [], []

    def __call__(self, images, attention):
        images, attention = images.detach().clone(), attention.detach().clone()
        for i in range(len(images)):
            if len(self.images) < self.capacity:
                self.images.append(images[i].clone()), self.maps.append(attention[i].clone())
            elif torch.rand((), generator=self.generator) > 0.5:
                place = torch.randint(self.capacity, (1,), generator=self.generator).item()
                picture, a = self.images[place], self.maps[place]
                self.images[place], self.maps[place] = images[i].clone(), attention[i].clone()
                images[i], attention[i] = picture, a
        return images, attention


@accepted("05.3")
class _OneDie(_Base):
    """A die with twice as many sides as places: the upper half passes the new one."""

    def exchange(self, image, attention):
        with torch.no_grad():
            new = image.clone(), attention.clone()
        if len(self.pairs) < self.capacity:
            self.pairs.append(new)
            return new
        side = int(torch.randint(2 * self.capacity, (), generator=self.generator))
        if side >= self.capacity:
            return new
        old, self.pairs[side] = self.pairs[side], new
        return old


@rejected("05.3", "steps are still in memory")
class _KeepsTheGraphInSecret(_Base):
    def exchange(self, image, attention):
        if len(self.pairs) < self.capacity:
            self.pairs.append((image.clone(), attention.clone()))
            return image.detach(), attention.detach()
        if self.coin():
            return image.detach(), attention.detach()
        i = self.place()
        old, self.pairs[i] = self.pairs[i], (image.clone(), attention.clone())
        return old[0].detach(), old[1].detach()


@rejected("05.3", "steps are still in memory")
class _KeepsTheGraphOfMaps(_Base):
    def exchange(self, image, attention):
        new = image.detach().clone(), attention.clone()
        self.pairs.append(new)
        old = new
        if len(self.pairs) > self.capacity:
            old = self.pairs.pop(self.place() if self.coin() else -1)
        return old[0], old[1].detach()


@rejected("05.3", "afterwards images")
class _InPlace(_Other):
    def __call__(self, images, attention):
        out = super().__call__(images, attention)
        images.copy_(out[0])
        return out


@rejected("05.3", "torch.float64")
class _Single(_Other):
    def __call__(self, images, attention):
        return super().__call__(images.float(), attention.float())


@rejected("05.3", "return two tensors")
class _Pairs(_Other):
    def __call__(self, images, attention):
        return [self.exchange(image, a) for image, a in zip(images, attention, strict=True)]


@rejected("05.3", "is a `return` missing?")
class _NoReturn(_Other):
    def __call__(self, images, attention):
        super().__call__(images, attention)


@rejected("05.3", "more than its capacity")
class _Grows(_Base):
    def exchange(self, image, attention):
        self.pairs.append((image.detach().clone(), attention.detach().clone()))
        if len(self.pairs) <= self.capacity or self.coin():
            return self.pairs[-1]
        return self.pairs.pop(int(torch.randint(len(self.pairs) - 1, (), generator=self.generator)))


@rejected("05.3", "it should be about half")
class _OftenSwaps(_Other):
    def coin(self):
        return torch.rand((), generator=self.generator) < 0.8


# ------------------------------------------------------------------------------------------------ 05.4


@accepted("05.4")
def _a_copy(D_t, s_prime):
    return (copy.deepcopy(D_t)(s_prime) - 1).square().mean()


@accepted("05.4")
def _constants(D_t, s_prime):
    constants = {name: p.detach() for name, p in D_t.named_parameters()}
    return losses.lsgan_generator(torch.func.functional_call(D_t, constants, (s_prime,)))


@accepted("05.4")
def _parameter_by_parameter(D_t, s_prime):
    for p in D_t.parameters():
        p.requires_grad = False
    scores = D_t(s_prime)
    for p in D_t.parameters():
        p.requires_grad = True
    return (1 - scores).pow(2).mean()


@rejected("05.4", "no_grad")
def _nothing_flows(D_t, s_prime):
    with torch.no_grad():
        return losses.lsgan_generator(D_t(s_prime))


@rejected("05.4", "no gradient reaches s'")
def _cut_picture(D_t, s_prime):
    loss = losses.lsgan_generator(D_t(s_prime.detach().requires_grad_()))
    return loss


@rejected("05.4", "still frozen")
def _never_thawed(D_t, s_prime):
    D_t.requires_grad_(False)
    return losses.lsgan_generator(D_t(s_prime))


@rejected("05.4", "was not frozen")
def _not_frozen(D_t, s_prime):
    return losses.lsgan_generator(D_t(s_prime))


@rejected("05.4", "use requires_grad_(False)")
def _no_underscore(D_t, s_prime):
    D_t.requires_grad = False
    loss = losses.lsgan_generator(D_t(s_prime))
    D_t.requires_grad = True
    return loss


@rejected("05.4", "score 1")
def _minimises_the_score(D_t, s_prime):
    D_t.requires_grad_(False)
    loss = 0.5 * D_t(s_prime).square().mean()
    D_t.requires_grad_(True)
    return loss


@rejected("05.4", "calls backward(); return the loss")
def _backward_once(D_t, s_prime):
    D_t.requires_grad_(False)
    loss = losses.lsgan_generator(D_t(s_prime))
    loss.backward(retain_graph=True)
    D_t.requires_grad_(True)
    return loss


@rejected("05.4", "no gradient can reach F and A")
def _item(D_t, s_prime):
    D_t.requires_grad_(False)
    scores = D_t(s_prime.detach()).detach()
    D_t.requires_grad_(True)
    return losses.lsgan_generator(scores)


@rejected("05.4", "still frozen")
def _thaws_too_late(D_t, s_prime):
    D_t.requires_grad_(False)
    return losses.lsgan_generator(D_t(s_prime))
    D_t.requires_grad_(True)


@rejected("05.4", "afterwards s_prime at")
def _in_place(D_t, s_prime):
    D_t.requires_grad_(False)
    loss = losses.lsgan_generator(D_t(s_prime))
    D_t.requires_grad_(True)
    s_prime.detach().zero_()
    return loss


@rejected("05.4", "afterwards s_prime.requires_grad")
def _detached_in_place(D_t, s_prime):
    D_t.requires_grad_(False)
    loss = losses.lsgan_generator(D_t(s_prime))
    D_t.requires_grad_(True)
    s_prime.detach_()
    return loss


@rejected("05.4", "right for N, H, W = 2, 5, 4")
def _sum_of_forty(D_t, s_prime):
    D_t.requires_grad_(False)
    loss = (D_t(s_prime) - 1).square().sum() / 40
    D_t.requires_grad_(True)
    return loss


# ------------------------------------------------------------------------------------------------ invented by readers


@rejected("05.1", "no gradient of t'' reaches m.F_st.weight")
def _frozen_for_the_second_trip(m, s, t):
    first = there_and_back(s, m.F_st, m.A_s, m.F_ts, m.A_t)
    with frozen(m.F_st):
        return first + there_and_back(t, m.F_ts, m.A_t, m.F_st, m.A_s)


@rejected("05.1", "s'' at")
def _one_map_both_ways(m, s, t):
    s_a = m.A_s(s)
    s_prime = compose(s, m.F_st(s), s_a)
    second = there_and_back(t, m.F_ts, m.A_t, m.F_st, m.A_s)
    return s_prime, compose(s_prime, m.F_ts(s_prime), s_a), *second


@rejected("05.1", "AttributeError")
def _asks_the_library(m, s, t):
    return m.trips(s, t)


@rejected("05.2", "no gradient reaches D_t")
def _judged_by_a_copy(D_t, t, s_prime):
    D_t = copy.deepcopy(D_t)
    return losses.lsgan_discriminator(D_t(t), D_t(s_prime.detach()))


@rejected("05.2", "D's loss is")
def _first_fake_only(D_t, t, s_prime):
    return losses.lsgan_discriminator(D_t(t), D_t(s_prime.detach()[:1]))


@rejected("05.3", "global generator")
class _EverybodysCoin(Pool):
    def __call__(self, images, attention):
        torch.rand(())
        return super().__call__(images, attention)


@rejected("05.3", "should draw random numbers from generator")
class _CoinOfItsOwn(Pool):
    def __init__(self, capacity, generator):
        super().__init__(capacity, torch.Generator().manual_seed(0))


@rejected("05.3", "holds one fake more than its capacity")
class _FullOneTooLate(Pool):
    def __init__(self, capacity, generator):
        super().__init__(capacity, generator)
        self.pairs = []

    def __call__(self, images, attention):
        out = [self.exchange(x.detach().clone(), a.detach().clone()) for x, a in zip(images, attention, strict=True)]
        return tuple(torch.stack(each) for each in zip(*out, strict=True))

    def exchange(self, image, attention):
        if len(self.pairs) <= self.capacity:
            self.pairs.append((image, attention))
            return image, attention
        if torch.rand((), generator=self.generator) < 0.5:
            return image, attention
        place = int(torch.randint(self.capacity, (), generator=self.generator))
        old, self.pairs[place] = self.pairs[place], (image, attention)
        return old


@rejected("05.4", "the .grad of D_t.weight is emptied instead of left alone")
def _empties_instead_of_freezing(D_t, s_prime):
    loss = losses.lsgan_generator(D_t(s_prime))
    D_t.zero_grad()
    return loss


@rejected("05.4", "D_t.training is False")
def _evaluates(D_t, s_prime):
    D_t.eval()
    with frozen(D_t):
        return losses.lsgan_generator(D_t(s_prime))


@rejected("05.4", "no gradient can reach F and A")
def _a_new_leaf(D_t, s_prime):
    with frozen(D_t):
        return losses.lsgan_generator(D_t(s_prime.detach().requires_grad_()))


# ---- 05.3, right in a small pool, or nearly


@rejected("05.3", "pool of 60")
class _LowPlacesMoreOften(_Answer):
    def place(self):
        return min(super().place(), super().place())


@rejected("05.3", "full at its capacity")
class _NeverMoreThanFifty(_Answer):
    def __init__(self, capacity, generator):
        super().__init__(min(capacity, 50), generator)


@rejected("05.3", "never swaps 10 of its places")
class _FiftyPlaces(_Answer):
    def place(self):
        return int(torch.randint(min(50, self.capacity), (), generator=self.generator))


@rejected("05.3", "% of the time, in 6000 steps")
class _ACoinOfFortyFour(_Answer):
    def coin(self):
        return torch.rand((), generator=self.generator) < 0.56


@rejected("05.3", "to the last bit")
class _HalfPrecision(_Answer):
    def kept(self, image, attention):
        image, attention = super().kept(image, attention)
        return (image.half().to(image.dtype) if len(self.pairs) == self.capacity else image), attention


@rejected("05.1", "m.F_st.training is False instead of True")
def _translators_at_rest(m, s, t):
    trips = _written_out(m, s, t)
    m.F_st.eval()
    return trips
