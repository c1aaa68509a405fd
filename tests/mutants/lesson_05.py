"""Answers to the exercises of lesson 05."""

import copy
import random

import torch

from tests.mutants import accepted, rejected
from uagt_lib.method import losses
from uagt_lib.method.compose import compose
from uagt_lib.method.pool import Pool


@accepted("05.1")
def _by_hand(s, F_st, A_s, F_ts, A_t):
    s_a = A_s(s)
    x = s + s_a * (F_st(s) - s)
    a = A_t(x)
    return s_a, x, a * F_ts(x) + (1 - a) * x


@rejected("05.1", "reuses s_a")
def _same_map(s, F_st, A_s, F_ts, A_t):
    s_a = A_s(s)
    x = compose(s, F_st(s), s_a)
    return s_a, x, compose(x, F_ts(x), s_a)


@rejected("05.1", "ask A_t")
def _wrong_attention(s, F_st, A_s, F_ts, A_t):
    x = compose(s, F_st(s), A_s(s))
    return A_s(s), x, compose(x, F_ts(x), A_s(x))


@rejected("05.1", "starts from s'")
def _back_onto_s(s, F_st, A_s, F_ts, A_t):
    x = compose(s, F_st(s), A_s(s))
    return A_s(s), x, compose(s, F_ts(x), A_t(x))


@rejected("05.1", "F_st and A_s")
def _cut(s, F_st, A_s, F_ts, A_t):
    x = compose(s, F_st(s), A_s(s))
    y = x.detach()
    return A_s(s), x, compose(y, F_ts(y), A_t(y))


@rejected("05.1", "raw paint")
def _cyclegan(s, F_st, A_s, F_ts, A_t):
    x = F_st(s)
    return A_s(s), x, F_ts(x)


@rejected("05.1", "three tensors")
def _only_one(s, F_st, A_s, F_ts, A_t):
    x = compose(s, F_st(s), A_s(s))
    return compose(x, F_ts(x), A_t(x))


@accepted("05.2")
def _one_batch(D_t, t, s_prime):
    real, fake = D_t(torch.cat([t, s_prime.detach()])).chunk(2)
    return ((real - 1).square().mean() + fake.square().mean()) / 2


@rejected("05.2", "forgot detach")
def _no_detach(D_t, t, s_prime):
    return losses.lsgan_discriminator(D_t(t), D_t(s_prime))


@rejected("05.2", "no gradient reaches D_t")
def _no_grad(D_t, t, s_prime):
    with torch.no_grad():
        return losses.lsgan_discriminator(D_t(t), D_t(s_prime))


@rejected("05.2", "scores")
def _scores_cut(D_t, t, s_prime):
    return losses.lsgan_discriminator(D_t(t), D_t(s_prime).detach())


@rejected("05.2", "swapped")
def _swapped(D_t, t, s_prime):
    return losses.lsgan_discriminator(D_t(s_prime.detach()), D_t(t))


@rejected("05.2", "in place")
def _underscore(D_t, t, s_prime):
    return losses.lsgan_discriminator(D_t(t), D_t(s_prime.detach_()))


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


@rejected("05.3", "graph")
class _NotDetached(Pool):
    def __call__(self, images, attention):
        out = [self._exchange(pair) for pair in zip(images, attention, strict=True)]
        return torch.stack([image for image, _ in out]), torch.stack([a for _, a in out])


@rejected("05.3", "what you return")
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


@rejected("05.3", "what the pool keeps")
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


@rejected("05.3", "never swaps place 3")
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


@rejected("05.3", "only once it is full")
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


@rejected("05.3", "global")
class _GlobalDice(_Base):
    def coin(self):
        return torch.rand(()) < 0.5

    exchange = _Other.exchange


@rejected("05.3", "same generator")
class _PythonDice(_Base):
    def coin(self):
        return random.random() < 0.5

    exchange = _Other.exchange


@accepted("05.4")
def _a_copy(D_t, s_prime):
    return (copy.deepcopy(D_t)(s_prime) - 1).square().mean()


@rejected("05.4", "no_grad")
def _nothing_flows(D_t, s_prime):
    with torch.no_grad():
        return losses.lsgan_generator(D_t(s_prime))


@rejected("05.4", "before F_st")
def _cut_picture(D_t, s_prime):
    loss = losses.lsgan_generator(D_t(s_prime.detach().requires_grad_()))
    return loss


@rejected("05.4", "still frozen")
def _never_thawed(D_t, s_prime):
    D_t.requires_grad_(False)
    return losses.lsgan_generator(D_t(s_prime))


@rejected("05.4", "not frozen")
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
