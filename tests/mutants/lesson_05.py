"""Answers to the exercises of lesson 05, beside the mistakes that are registered and those that are generated."""

import copy
import random

import torch

from tests.mutants import accepted, rejected
from uagt_lib.method import losses
from uagt_lib.method.compose import compose
from uagt_lib.method.pool import Pool

# ------------------------------------------------------------------------------------------------ 05.1


@accepted("05.1")
def _by_hand(s, F_st, A_s, F_ts, A_t):
    s_a = A_s(s)
    x = s + s_a * (F_st(s) - s)
    a = A_t(x)
    return s_a, x, a * F_ts(x) + (1 - a) * x


@accepted("05.1")
def _by_a_helper(s, F_st, A_s, F_ts, A_t):
    def go(x, paint, attend):
        a = attend(x)
        return a, compose(x, paint(x), a)

    s_a, x = go(s, F_st, A_s)
    return [s_a, x, go(x, F_ts, A_t)[1]]


@accepted("05.1")
def _looks_twice(s, F_st, A_s, F_ts, A_t):
    x = torch.lerp(s, F_st(s), A_s(s))
    return A_s(s), x, torch.lerp(x, F_ts(x), A_t(x))


@rejected("05.1", "the gradient of s'' with respect to s at")
def _map_under_no_grad(s, F_st, A_s, F_ts, A_t):
    s_a = A_s(s)
    x = compose(s, F_st(s), s_a)
    with torch.no_grad():
        a = A_t(x)
    return s_a, x, compose(x, F_ts(x), a)


@rejected("05.1", "the gradient of s'' with respect to s at")
def _paint_under_no_grad(s, F_st, A_s, F_ts, A_t):
    s_a = A_s(s)
    x = compose(s, F_st(s), s_a)
    with torch.no_grad():
        paint = F_ts(x)
    return s_a, x, compose(x, paint, A_t(x))


@rejected("05.1", "no gradient of s_a reaches")
def _returned_map_detached(s, F_st, A_s, F_ts, A_t):
    s_a = A_s(s)
    x = compose(s, F_st(s), s_a)
    return s_a.detach(), x, compose(x, F_ts(x), A_t(x))


@rejected("05.1", "part of it is cut off, or something is added")
def _photo_detached_as_background(s, F_st, A_s, F_ts, A_t):
    s_a = A_s(s)
    x = compose(s.detach(), F_st(s), s_a)
    return s_a, x, compose(x, F_ts(x), A_t(x))


@rejected("05.1", "afterwards s at")
def _in_place(s, F_st, A_s, F_ts, A_t):
    s_a = A_s(s)
    x = compose(s, F_st(s), s_a)
    s.detach().copy_(x.detach())
    return s_a, x, compose(x, F_ts(x), A_t(x))


@rejected("05.1", "RuntimeError")
def _two_pictures(s, F_st, A_s, F_ts, A_t):
    s_a = A_s(s).reshape(2, 1, *s.shape[2:])
    x = compose(s, F_st(s), s_a)
    return s_a, x, compose(x, F_ts(x), A_t(x))


@rejected("05.1", "s_a is a tuple of 2")
def _maps_of_both(s, F_st, A_s, F_ts, A_t):
    s_a = A_s(s)
    x = compose(s, F_st(s), s_a)
    t_a = A_t(x)
    return (s_a, t_a), x, compose(x, F_ts(x), t_a)


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


@rejected("05.3", "a second call with the same inputs gives something else")
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
