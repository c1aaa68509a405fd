# Answers follow: this is the source of notebooks/04_losses.ipynb. If you came to learn, open that one.
# %% [markdown]
# # 04 · Losses
#
# Six networks are about to fight over every patch of a picture, and all that each of them will ever hear about the others is one number.
# This lesson is about those numbers: who wants which one up, and how a single unlucky choice silences a player for good.
# One patch in a thousand, and a judge's weights are `nan` for ever: section 4.4 does it in a dozen lines.
#
# **You will be able to** read a discriminator's answer as a map · write the least-squares and the logarithmic game, the second one so
# that it survives any score · tell which gradient dies, and where · put Eq. 4 together and say who minimises what · predict
# what the dial $\lambda_{cyc}$ does, before you train anything.
#
# **Time** 50 min, 24 of them exercises; your computer works for about one · **Needs** lesson 02 (Eq. 1), lesson 03 (what a patch discriminator is)
#
# $$\mathcal L^{s}_{adv} = \mathbb E_t\big[\log D_T(t)\big] + \mathbb E_s\big[\log(1-D_T(s'))\big]\quad\text{(Eq. 2)}$$
#
# $$\mathcal L^{s}_{cyc} = \lVert s - s''\rVert_1\quad\text{(Eq. 3)}$$
# %%
import torch
import torch.nn.functional as F
from uagt_lib.training.checkpoint import load_model
from uagt_lib.method.compose import compose
from uagt_lib.course import carried, data, exercise, hint, progress, quiz, reveal
from uagt_lib.data.pairs import from_savanna, to_float
from uagt_lib.course.lessons.lesson_04 import figures as show
from uagt_lib.show import figures

# %%
pair = from_savanna(64, 64, images=64, held_out=16)
# 16 unseen horses, 16 unseen zebras
s, t = to_float(pair.source.test), to_float(pair.target.test)
masks = pair.source.masks
cyclegan = load_model(data("checkpoints", "cyclegan-64.safetensors"))
cyclegan.requires_grad_(False)

lower = masks[2:3].clone()
lower[:, :, :33] = 0  # of the two horses in picture 2, the mask of the lower one only
with torch.no_grad():
    painted = cyclegan.F_st(s)
    one = compose(s[2:3], painted[2:3], lower)
    shown = torch.cat([t[1:2], s[2:3], one, painted[2:3]])  # (4, 3, 64, 64)
    scores = cyclegan.D_t(shown)  # (4, 1, 14, 14)
    each = {  # the mean score of each picture, (16,)
        name: cyclegan.D_t(x).mean((1, 2, 3))
        for name, x in (("zebras", t), ("fakes", painted), ("horses", s))
    }
figures.show(
    show.score_maps(
        ["a real zebra", "two horses", "one of them painted", "CycleGAN's work"], shown, scores
    ),
    "Four pictures and their score maps of 14 by 14 patches. In the third, one horse has "
    "become a zebra, and a dark spot stays on the other.",
)
for name, x in each.items():
    print(
        f"16 {name}: mean score {x.mean():.2f}, single pictures {x.min():.2f} to {x.max():.2f}"
    )
# %% [markdown] tags=["instructor"]
# **For teachers · plan.** 25 + 25 + 15 minutes: 4.1 to 4.3, 4.4 and 4.5, 4.6 and 4.7.
#
# **For teachers, 4.1 to 4.3 (25 min).** Have the table of 4.2 filled in by the class on the board, term by term, before it is scrolled into
# view. The question that sorts people out: "why does $\log D_T(t)$ not reach $A_T$, although $A_T$ looks at $t$?" In stage 1 the judge
# sees the whole $t$; in stage 2 it sees $t$ masked by $A_T(t)$, and then the threshold cuts the gradient.
# On the half: let them argue first, many tutorials state the wrong story.
# %% [markdown]
# ## 4.1 A judge that answers with a map
#
# A discriminator is usually drawn as a box with one number coming out. This one, $D_T$ of lesson 01's CycleGAN, gives **14 × 14 numbers** for
# a picture of 64 × 64. Each is a *score* for one patch of 34 × 34 pixels: towards 1 for "from a real zebra picture", towards 0 for "fake".
# Every loss in this lesson starts by averaging over these patches.
#
# Now look at the third picture, where one horse is a zebra and the other is still a horse. There is a dark spot in its map, on the brown horse.
# **Here the map says where to look for the mistake.** That is the signal attention lives on (lesson 02). (It is an opinion, not a measurement: in the second map the darkest patches are sky, and while the means
# above differ, single pictures overlap.)
#
# But something else happened. Painting the lower horse changed scores *everywhere*, even in the corners. You know the culprit from lesson
# 03: instance norm takes its mean over the whole picture. How loud is that whisper?
#
# **Predict first.** Compare patches that do not contain a single changed pixel with those that do: how much of the change of a score do they get on average?
# %%
guess = ...  # a share: 0 none, 1 as much
# %%
before, after = shown[1:2], shown[2:3]
with torch.no_grad():
    local = [cyclegan.D_t(x, normalise=False) for x in (before, after)]  # its norms left out
    change = (cyclegan.D_t(after) - cyclegan.D_t(before)).abs()
# without norms: equal to the last bit where no changed pixel is in reach
untouched = local[0] == local[1]
print(f"{untouched.sum()} of {untouched.numel()} patches contain no changed pixel")
touched, whisper = (change[where].mean().item() for where in (~untouched, untouched))
print(f"mean change of a score: {touched:.2f} where pixels changed, {whisper:.2f} elsewhere")
reveal(guess, whisper / touched, "elsewhere, as a share")


# %% [markdown]
# A patch judge with instance norm is less local than its name says. Keep it in mind: in stage 2 most of a picture is
# blanked out, and the paper then removes the norm (lesson 06).
#
# ## 4.2 Who wants what
#
# Read Eq. 2 like a tug of war over one number. $\mathbb E_t$ means "on average over zebras $t$". $\log D_T(t)$ is high where the judge believes in a
# real zebra; $\log(1-D_T(s'))$ is high where it sees through a fake. The judge pulls the sum **up**, the painters pull it **down** (Eq. 5:
# $\min_{F,A}\max_{D}$).
#
# | term | $F_{S\to T}$ | $A_S$ | $D_T$ | whom does it reach through $s'$? |
# |---|---|---|---|---|
# | real zebras, $\log D_T(t)$ | · | · | **+** | nobody: no painter made $t$ |
# | fakes, $\log(1 - D_T(s'))$ | **−** | **−** | **+** | $F_{S\to T}$ and $A_S$, by Eq. 1 |
# | round trip, $\lambda_{cyc}\lVert s - s''\rVert_1$ | **−** | **−** | · | $F_{S\to T}, A_S$, and $F_{T\to S}, A_T$ on the way home |
#
# **+** wants it larger, **−** wants it smaller, **·** cannot change it. The other direction, with $t$, $D_S$ and so on, is the same table again.
#
# Two remarks. Optimizers only *minimise*, so the judge will minimise the negative of its wish. And Eq. 2 is not what was run:
# the appendix says that a **least-squares** game took its place, and the released program agrees. We build both.
#
# ## 4.3 Least squares
#
# Simple wishes, no logarithms. The judge: real scores should be 1, fake scores 0. The generator: my fakes should be 1. Each pays the
# mean *squared* distance. The released program halves the judge's loss and not the generator's, and so does our library.
#
# The judge's half you have written already: exercise 01.1. It goes on from here, yours if it is saved in lesson 01 beside this notebook.
# %%
lsgan_discriminator = carried("01.1")
# %% [markdown]
# **Your turn · 04.1 · ●○○ · 4 min.** The generator's loss. Not halved.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("04.1")
def lsgan_generator(fake):
    """raw scores of fakes, any shape -> a scalar for F and A to minimise"""
    ### BEGIN SOLUTION
    return (fake - 1).square().mean()
    ### END SOLUTION


# %% [markdown]
# Note what it is **not**: the judge's loss with a minus sign. In this game both sides minimise something of their own.
#
# So what does that half buy? The usual story: *it slows the judge down, so that the generator can keep up.*
#
# **Predict first.** All networks of this course are trained with Adam. How many times smaller is the judge's first step with the half than without?
# %%
guess = ...  # a factor: 1 means the same, 2 means half as large


# %%
def first_step(scale, method, **options):
    """Length of the first step on a copy of D_T when its loss is multiplied by `scale`."""
    judge = load_model(data("checkpoints", "cyclegan-64.safetensors"))
    weights = list(judge.D_t.requires_grad_().parameters())
    old = [w.detach().clone() for w in weights]
    optimizer = method(weights, lr=1e-4, **options)
    (scale * lsgan_discriminator(judge.D_t(t[:4]), judge.D_t(painted[:4]))).backward()
    optimizer.step()
    return sum((w - o).square().sum() for w, o in zip(weights, old, strict=True)).sqrt().item()


adam, plain = (torch.optim.Adam, {"betas": (0.5, 0.999)}), (torch.optim.SGD, {})
ratio = {
    m.__name__: first_step(2.0, m, **o) / first_step(1.0, m, **o) for m, o in (adam, plain)
}
print("step without the half / with it:", ", ".join(f"{n} {r:.2f}" for n, r in ratio.items()))
reveal(guess, ratio["Adam"], "with Adam")
# %% [markdown]
# Adam divides every gradient by a running average of its own size, so a constant factor in front of a *whole* loss cancels.
# Under plain gradient descent (SGD) the usual story is true. A factor matters where losses are **added**: halve the generator's adversarial term and
# leave the cycle alone, and you have silently doubled $\lambda_{cyc}$.
# %% [markdown] tags=["instructor"]
# **For teachers, 4.4 and 4.5 (25 min).** The `inf` cell is worth running live with 10, 17, 20: where does it break first? (Near 17: float32 keeps
# seven digits.) For 4.5 collect guesses by hand-raising before the reveals; the second one goes against most textbooks, so
# let the class explain the table's last row in their own words: "she says *go*, but the ground is level". Fast groups: try `start=-1.0`, or three judge
# steps per generator step.
# %% [markdown]
# ## 4.4 The logarithmic game, and how to break it
#
# In Eq. 2, $D_T(t)$ is a probability, but the network gives any number $x$. The usual bridge is the sigmoid, $D = \sigma(x) = 1/(1+e^{-x})$; the raw $x$
# is then called a *logit*. 0 means "fifty-fifty", +5 "surely real", −5 "surely fake". For the judge we minimise
# $-\log\sigma(x_{real}) - \log(1-\sigma(x_{fake}))$. Typed in as it stands, on three fakes the judge was ever more wrong about:
# %%
# NBVAL_CHECK_OUTPUT
for wrong in (5.0, 30.0, 200.0):
    x = torch.tensor([wrong], requires_grad=True)
    loss = -torch.log(1 - torch.sigmoid(x)).mean()
    loss.backward()
    print(f"fake with logit {wrong:3.0f}: loss {loss.item():.4g}, gradient {x.grad.item():.4g}")

weight = torch.ones(1, requires_grad=True)  # of a judge, which sees a thousand fakes
logits = weight * torch.cat([torch.zeros(999), torch.tensor([200.0])])
(-torch.log(1 - torch.sigmoid(logits)).mean()).backward()
print("999 harmless fakes and one at 200: gradient of the judge's weight", weight.grad.item())


# %% [markdown]
# The right answers are 5, 30 and 200 (to a hundredth), with a gradient of nearly 1. In 32-bit numbers $\sigma(30)$ is *exactly* 1, its complement 0, the logarithm
# infinite. One such patch in a batch of a thousand, and the judge's weights are "not a number" after the step.
# **Recognise it:** a loss that is fine for hours and then prints `inf`, then `nan`, for ever.
#
# Two identities mend it: $1-\sigma(x) = \sigma(-x)$, and $-\log\sigma(x) = \log(1+e^{-x})$. The function $\log(1+e^{x})$ is called *softplus*: about 0 on the
# far left, about $x$ on the far right, and `F.softplus` computes it without ever forming $e^{200}$.
#
# **Your turn · 04.2 · ●●○ · 8 min.** The judge's loss with logits, halved like the least squares. It must survive any score.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("04.2")
def log_discriminator(real, fake):
    """logits of real pictures and of fakes, any shape -> a scalar for D to minimise"""
    ### BEGIN SOLUTION
    return 0.5 * (F.softplus(-real).mean() + F.softplus(fake).mean())
    ### END SOLUTION


# %% [markdown]
# Do the two judges disagree? Make the world so small that we know the best answer. Pictures are single numbers; real ones lie around 2,
# fakes around 0.5. If $p$ and $q$ are the two densities, the chance that a number is real is $p/(p+q)$. We train a small judge with each loss.
# %%
def line_judge(seed):
    """A judge of numbers, not pictures, (n, 1) -> scores (n, 1); its optimizer and dice."""
    a, b, c = (torch.nn.Linear(i, o) for i, o in ((1, 32), (32, 32), (32, 1)))
    judge = torch.nn.Sequential(a, torch.nn.Tanh(), b, torch.nn.Tanh(), c)
    dice = torch.Generator().manual_seed(seed)
    for weight in judge.parameters():
        torch.nn.init.normal_(weight, std=0.5, generator=dice)
    return judge, torch.optim.Adam(judge.parameters(), lr=2e-3, betas=(0.5, 0.999)), dice


def trained_judge(loss, middle, steps=300):
    """A judge that has seen real numbers around 2 and fakes around `middle`."""
    judge, optimizer, dice = line_judge(0)
    for _ in range(steps):
        real, fake = (m + 0.5 * torch.randn(128, 1, generator=dice) for m in (2, middle))
        optimizer.zero_grad()
        loss(judge(real), judge(fake)).backward()
        optimizer.step()
    return judge


# %%
x = torch.linspace(-1.2, 3.8, 200)[:, None]
p, q = (torch.exp(-2 * (x - m) ** 2) for m in (2.0, 0.5))  # bell curves of width 0.5
answers = {
    "log judge, sigmoid of its logit": trained_judge(log_discriminator, 0.5)(x)
    .sigmoid()
    .detach(),
    "least-squares judge, its raw score": trained_judge(lsgan_discriminator, 0.5)(x).detach(),
}
figures.show(
    show.judges(x, (2.0, 0.5), p / (p + q), answers),
    "Both judges rise from 0 over the fakes to 1 over the real numbers, close to the best "
    "curve p / (p + q).",
)
likely = (p + q) > 0.2  # where there are numbers to learn from
for name, found in answers.items():
    off = (found - p / (p + q))[likely].abs().mean()
    print(f"{name}: off by {off:.2f} on average")
# %% [markdown]
# Both say nearly the same: *the probability that this is real*. What differs is what a **generator** hears from them.
#
# ## 4.5 Which gradient dies?
#
# Three ways to tell a generator about the score $x$ of its fake:
#
# | name | it minimises | with a logit |
# |---|---|---|
# | as printed in Eq. 2 | $\log(1 - D)$ | $-\mathrm{softplus}(x)$ |
# | the usual flip | $-\log D$ | $\mathrm{softplus}(-x)$ |
# | least squares | $(x - 1)^2$ | |
#
# All three want the same thing, a fake that passes. At the start of training, though, fakes are bad and the judge sees
# through them: scores far on the left. (A logit of −6 means 0.2 %. A least-squares judge aims at 0 for fakes and hardly ever says −6; that
# comes back in a moment.)
#
# **Predict first.** At a score of −6, which of the three has hardly any gradient left?
# %%
guess = "..."  # "log(1 - D)", "-log D" or "least squares"
# %%
painters = {
    "log(1 - D)": lambda fake: -F.softplus(fake).mean(),
    "-log D": lambda fake: F.softplus(-fake).mean(),
    "least squares": lsgan_generator,
}
x = torch.linspace(-8, 5, 131)
losses, slopes = {}, {}
for name, loss in painters.items():
    each = x.clone().requires_grad_()
    losses[name] = torch.stack([loss(value[None]) for value in each])
    [slopes[name]] = torch.autograd.grad(losses[name].sum(), each)
    losses[name] = losses[name].detach()
figures.show(
    show.curves(x, losses, slopes, mark=-6),
    "Left: three falling losses against the score of a fake. Right: the size of their "
    "gradients, on a logarithmic axis.",
)
at = (x + 6).abs().argmin()
print(
    "gradient at -6:", ", ".join(f"{name}: {slope[at]:.3g}" for name, slope in slopes.items())
)
reveal(guess, min(slopes, key=lambda name: slopes[name][at].abs()), "no gradient left")
# %% [markdown]
# The printed form is flat just where the generator needs help most, and so `losses.py` has the flip.
# Many texts stop here and conclude: *least squares cannot die.* Let us not stop. A generator does not move scores, it moves
# **pictures**, and the chain rule has two factors:
#
# $$\frac{\partial \ell}{\partial s'} \;=\; \underbrace{\frac{\partial \ell}{\partial x}}_{\text{the curves above}}\cdot\underbrace{\frac{\partial x}{\partial s'}}_{\text{the judge's own slope}}$$
#
# **Predict first.** Back to the line, with fakes around −2, far away from the real numbers around 2. The judge is trained until it is
# sure. Whose push on the fakes themselves is the strongest now?
# %%
guess = "..."  # "log(1 - D)", "-log D" or "least squares"
# %%
sure = {name: trained_judge(log_discriminator, -2.0) for name in list(painters)[:2]}
sure["least squares"] = trained_judge(lsgan_discriminator, -2.0)
push = {}
heads = ("score", "on the score", "judge slope", "on the fake", "homeward")
print(f"{'':15}" + "".join(f"{head:>14}" for head in heads))
for name, judge in sure.items():
    fake = torch.linspace(-2.5, -1.5, 64)[:, None].requires_grad_()
    score = judge(fake)
    slope = torch.autograd.grad(score.sum(), fake, retain_graph=True)[0].abs().mean()
    both = torch.autograd.grad(painters[name](score), (score, fake))
    on_score, on_fake = (64 * g.abs().mean() for g in both)  # 64 numbers share the mean
    # descent then moves a fake to the right
    push[name], home = on_fake, (both[1] < 0).float().mean()
    numbers = (score.mean(), on_score, slope, on_fake)
    print(f"{name:15}" + "".join(f"{number:14.3f}" for number in numbers) + f"{home:14.0%}")
reveal(guess, max(push, key=push.get), "strongest push")


# %% [markdown]
# Read the columns from left to right: a push on the *score*, times the judge's slope, is the push on the *fake*; "homeward" is the share of fakes that it sends towards the
# real numbers. The least-squares loss does its part on the score. But a least-squares judge is
# perfectly happy with a score of 0 for *every* fake, and has little slope there. The log judge is never happy enough; look at its score and its slope. With $-\log D$ that
# slope arrives in full; with $\log(1-D)$ it is multiplied by nearly nothing.
#
# Does it matter in a real game, where both sides move? The generator of numbers has two weights: $\text{fake} = \text{middle} + \text{width}\cdot z$, $z$ random. It moves by
# plain gradient descent (SGD) first, then by Adam, which takes steps of about one size however small the gradient. The judges always use Adam.
#
# **Predict first.** Far away, with SGD, only some of the three games arrive. Which of the others does Adam rescue?
# %%
guess = "..."  # "log(1 - D)", "least squares", "both" or "none"


# %%
def play(name, start, moves, seed, steps=200):
    """A game on the line: where the middle of the fakes is, step by step. Real: around 2."""
    judge, optimizer, dice = line_judge(seed)
    judge_loss = lsgan_discriminator if name == "least squares" else log_discriminator
    middle, width = (
        torch.tensor(start, requires_grad=True),
        torch.tensor(0.5, requires_grad=True),
    )
    painter, path = moves([middle, width], lr=0.05), []
    for _ in range(steps):
        real, z = (
            2 + 0.5 * torch.randn(64, 1, generator=dice),
            torch.randn(64, 1, generator=dice),
        )
        fake = middle + width * z
        optimizer.zero_grad()
        # this step is the judge's alone
        judge_loss(judge(real), judge(fake.detach())).backward()
        optimizer.step()
        painter.zero_grad()
        painters[name](judge(fake)).backward()
        painter.step()
        path.append(middle.item())
    return path


# %%
sgd, adam = torch.optim.SGD, torch.optim.Adam
starts = {
    "far, SGD": (-2.0, sgd),
    "far, Adam": (-2.0, adam),
    "near, SGD": (0.5, sgd),
}
games = {
    title: {name: [play(name, *how, seed) for seed in (0, 1, 2)] for name in painters}
    for title, how in starts.items()
}
figures.show(
    show.games(games, goal=2.0),
    "Three panels of curves: where the middle of the fakes is over 200 steps, for three losses "
    "and three seeds each.",
)
arrived = {
    title: {name: sum(abs(path[-1] - 2) < 1 for path in paths) for name, paths in runs.items()}
    for title, runs in games.items()
}
for title, counts in arrived.items():
    print(f"{title:10} within 1 of 2: {', '.join(f'{n} {c} of 3' for n, c in counts.items())}")
rescued = [n for n, c in arrived["far, Adam"].items() if c > 1 >= arrived["far, SGD"][n]]
reveal(guess, "both" if len(rescued) > 1 else rescued[0] if rescued else "none", "rescued")


# %% [markdown]
# (Our runs, seeds 0 to 5. Far with SGD: $-\log D$ 6 of 6, least squares 2, $\log(1-D)$ none. Far with Adam: both logarithms 6 of 6, least squares none. Near: all.)
#
# Two different deaths. The push of $\log(1-D)$ is *small*, but points home, and to Adam size is nothing. Least squares under a sure judge is left with a push that does not even
# point home reliably: no optimizer mends a wrong direction. **Near**, where fakes and real numbers overlap, no judge can be sure of every fake, and all three arrive.
#
# So why do CycleGAN and this paper get on so well with least squares? Perhaps they live near: a fake starts as a *photograph*, and the judge in 4.1
# is far from a confident 0 and 1. That is a guess; a line is not a picture. But remember the recipe: **if the judge wins, look at the
# gradient on the fake, its size and its direction, not only at the score.**
# %% [markdown] tags=["instructor"]
# **For teachers, 4.6 and 4.7 (15 min).** The straight lines are worth drawing by hand: intercept = adversarial, slope = cycle. Ask what a generator
# that copies perfectly would do to the slopes (all level: no pull away from ones, CycleGAN's world), and what a stronger judge would do
# to the intercepts. The second question leads to lesson 05: the prices move in every step.
# %% [markdown]
# ## 4.6 The whole bill
#
# Eq. 4 adds up both directions; the weight belongs to *both* cycle losses:
#
# $$\mathcal L = \mathcal L^s_{adv} + \mathcal L^t_{adv} + \lambda_{cyc}\,(\mathcal L^s_{cyc} + \mathcal L^t_{cyc}),\qquad \lambda_{cyc} = 10$$
#
# The norm of Eq. 3 becomes a **mean** of absolute differences, as in the released program and in CycleGAN, so that 10 means the same at every size.
#
# **Your turn · 04.3 · ●●○ · 12 min.** Two numbers: what $F$ and $A$ minimise together, and what the two $D$ minimise. Use your losses
# from 01.1 and 04.1. `scores["s'"]` is $D_T(s')$, `scores["t"]` is $D_T(t)$; `scores["t'"]` and `scores["s"]` come from $D_S$. The table
# in 4.2 tells which term belongs to whom.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("04.3")
def both_losses(scores, pictures, weight=10.0):
    """scores of "s", "t", "s'", "t'"; pictures "s", "s''", "t", "t''" -> for F and A, for D"""
    ### BEGIN SOLUTION
    fool = lsgan_generator(scores["s'"]) + lsgan_generator(scores["t'"])
    home = (pictures["s"] - pictures["s''"]).abs().mean() + (
        pictures["t"] - pictures["t''"]
    ).abs().mean()
    judges = lsgan_discriminator(scores["t"], scores["s'"]) + lsgan_discriminator(
        scores["s"], scores["t'"]
    )
    return fool + weight * home, judges
    ### END SOLUTION


# %% [markdown]
# The library computes the same in `Model.generator_loss`, term by term and with names, so that a log can show them. Side by side, on
# the CycleGAN (its attention is 1 everywhere):
# %%
with torch.no_grad():
    trips = cyclegan.trips(s, t)  # both round trips: s, s', s'' and t, t', t''
    terms = cyclegan.generator_loss(trips, stage=1)
    there, back = trips.values()
    scores = {
        "s": cyclegan.D_s(s),
        "t": cyclegan.D_t(t),
        "s'": cyclegan.D_t(there.translated),
        "t'": cyclegan.D_s(back.translated),
    }
    pictures = {"s": s, "s''": there.cycled, "t": t, "t''": back.cycled}
    mine, judges = both_losses(scores, pictures, weight=10.0)
for name, value in terms.items():
    print(f"{name:15}{value:8.3f}")
print(f"{'sum':15}{sum(terms.values()):8.3f}   yours: {mine:.3f}")
# %% [markdown]
# ## 4.7 The dial: what λ can and cannot buy
#
# Eq. 4 is a price list, and one can read it *before* training anything. Take the frozen CycleGAN once more, and three mattes for Eq. 1:
# **zeros** (do nothing), **ones** (repaint everything), **horse** (the true mask, on the way there and back). What does each cost?
# %%
mattes = {"zeros": 0 * masks, "ones": 0 * masks + 1, "horse": masks}
prices = {}
with torch.no_grad():
    for name, matte in mattes.items():
        s_prime = compose(s, painted, matte)
        s_cycled = compose(s_prime, cyclegan.F_ts(s_prime), matte)
        prices[name] = (
            lsgan_generator(cyclegan.D_t(s_prime)).item(),
            (s - s_cycled).abs().mean().item(),
        )
for name, (adversarial, cycle) in prices.items():
    total = adversarial + 10 * cycle
    print(
        f"{name:6} adversarial {adversarial:.2f}   cycle {cycle:.3f}   with λ = 10: {total:.2f}"
    )
share = prices["horse"][1] / prices["ones"][1]
print(f"horse: {masks.mean():.0%} of the pixels, {share:.0%} of the cycle loss of ones")
# %% [markdown]
# *Zeros* pay nothing for the round trip, because there is none. *Ones* pay for every blade of grass. *Horse* pays for a few pixels only. Compare the sums.
#
# **Predict first.** Turn λ up. From which value on is doing nothing the cheapest of the three?
# %%
guess = ...  # a value of λ
# %%
figures.show(
    show.bill(prices),
    "Cost against lambda, three straight lines: zeros are level, ones climb steeply, horse "
    "slowly.",
)
(nothing, _), (fooling, trip), (everything, long_trip) = (
    prices["zeros"],
    prices["horse"],
    prices["ones"],
)
reveal(guess, (nothing - fooling) / trip, "doing nothing is cheapest from λ")
print(f"ones are dearer than zeros already from λ = {(nothing - everything) / long_trip:.1f}")
# %% [markdown]
# Two things to see.
#
# * **λ = 0**: only the judge counts, and nothing else keeps paint off the meadow. **λ = 100**: nobody may move. Between lies a window
#   in which the true mask is the cheapest of the three *and* the background has a price. Does the paper's 10 sit in it?
# * The second line is the **zero trap** of a small attention network. When it is born it knows no horse; its map is nearly one grey
#   value (step 0 below). Turned up, it becomes ones, turned down, zeros: compare those two at λ = 10. If it follows the price before it
#   has found the horse, it ends at zero.
#
# A price list is no proof: training may never get to the cheapest place. So we try. Lesson 02's experiment, with your round trip from there: newborn attention
# on the frozen CycleGAN, once with λ = 10 and once with 100.
# %%
from uagt_lib.evaluate.attention import inside, outside
from uagt_lib.method.networks import Attention, initialise

there_and_back = carried("02.3")
horses = to_float(pair.source.train)


def newborn(weight, steps=80):
    """Train A_S and A_T alone with this λ; attention on horses and elsewhere, and the bill."""
    A_s, A_t = Attention(8, 1, 5), Attention(8, 1, 5)
    for seed, network in ((0, A_s), (50, A_t)):
        initialise(network, torch.Generator().manual_seed(seed))
    weights = [*A_s.parameters(), *A_t.parameters()]
    optimizer = torch.optim.Adam(weights, lr=3e-3, betas=(0.5, 0.999))
    dice = torch.Generator().manual_seed(0)
    for step in range(steps + 1):
        if step % 20 == 0:
            with torch.no_grad():
                s_a = A_s(s)
            on, off = inside(s_a, masks), outside(s_a, masks)
            print(f"λ {weight:3}, step {step:2}: on horses {on:.2f}, elsewhere {off:.2f}")
        batch = horses[torch.randint(64, (4,), generator=dice)]
        s_prime, s_cycled = there_and_back(batch, cyclegan.F_st, A_s, cyclegan.F_ts, A_t)
        fool, home = lsgan_generator(cyclegan.D_t(s_prime)), (s_cycled - batch).abs().mean()
        optimizer.zero_grad()
        (fool + weight * home).backward()
        optimizer.step()
    print(f"       last batch: adversarial {fool.item():.2f}, cycle {home.item():.3f}\n")


# %%
newborn(10)
newborn(100)
# %% [markdown]
# Compare with the price list. With 100, maps go black, pictures stay unchanged, and the cycle loss is nearly 0: **a perfect round trip, for staying at home.** The adversarial
# part of the bill is still open, and no longer counts. When you train on your own pictures and see that, you know which dial to look at first.
#
# *Honestly:* in real training $F$ learns too, its round trips get cheaper, and the window moves. The two numbers above belong to this one
# checkpoint. What does not depend on it: as long as no round trip is perfect, there is a λ beyond which doing nothing wins.
# %% [markdown]
# ## What do you take with you?
# %%
quiz("04")
# %%
progress("04")
# %% [markdown]
# **One question to take away.** DualGAN (Table 1 of the paper) plays a Wasserstein game: the judge maximises mean real score minus mean fake
# score, and nothing else. `losses.py` has it. Which column of 4.5's second table, the one with the judge's slope, would be constant by construction, and what stops the judge's
# scores from running away?
#
# **Read more.** Paper, Sections 3.1 (Eq. 2 to 5) and appendix A · `uagt_lib/method/losses.py`, all three games on one screen · `Model.generator_loss`
# and `judge_loss` in `uagt_lib/method/model.py` · next: lesson 05, where these
# numbers become one training step.
