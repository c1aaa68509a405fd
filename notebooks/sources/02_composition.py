# Answers follow: this is the source of notebooks/02_composition.ipynb. If you came to learn, open that one.
# %% [markdown]
# # 02 · Composition
#
# CycleGAN repaints the horse, and the meadow, and the sky. In this lesson you mend it without touching one of its weights: a single
# extra number per pixel, and a network that learns that number in half a minute although nobody shows it a horse.
#
# **You will be able to** put paint and photo together with Eq. 1, there and back · derive by hand the gradient that attention learns
# from · say why attention finds the object at all, and show it with a frozen discriminator · recognise a ghost, a cheating matte and a
# dead gradient.
#
# **Time** 50 min, 29 of them exercises; your computer works for half a minute, twice that if it is busy · **Needs** lesson 01 (CycleGAN: generators, discriminators, cycle loss)
#
# $$ s' \;=\; s_a \odot F_{S\to T}(s) \;+\; (1 - s_a)\odot s \qquad\text{(Eq. 1)}$$
# %%
import torch
from uagt_lib.training.checkpoint import load_model
from uagt_lib.course import data, exercise, hint, progress, quiz, reveal
from uagt_lib.data.pairs import from_savanna, to_float, to_uint8
from uagt_lib.evaluate.attention import background_error, inside, iou, outside
from uagt_lib.course.lessons.lesson_02 import figures as show
from uagt_lib.show import figures, widgets

# %%
pair = from_savanna(64, 64, images=64, held_out=16)  # drawn horses (S) and zebras (T)
s = to_float(pair.source.test)  # (16, 3, 64, 64): pictures of horses that no network has seen
masks = pair.source.masks  # (16, 1, 64, 64): where the horses are, for our eyes only
cyclegan = load_model(data("checkpoints", "cyclegan-64.safetensors"))
cyclegan.requires_grad_(False)  # frozen: in this lesson nothing changes its weights

with torch.no_grad():
    painted = cyclegan.F_st(s)
figures.show(
    figures.rows(["photo", "CycleGAN"], [to_uint8(s[:8]), to_uint8(painted[:8])]),
    "Eight horses on green meadows; CycleGAN made zebras of them, and dry grass of "
    "nearly every meadow.",
)
print(f"background error of CycleGAN: {background_error(s, painted, masks):.3f}")
# %% [markdown] tags=["instructor"]
# **For teachers · plan.** 25 + 25 minutes: 2.1 to 2.4, then 2.5 to 2.7. 2.8 and the quiz may be homework.
#
# **For teachers, 2.1 to 2.4 (25 min).** Ask before 2.1: "who taught the generator to leave the background alone?"
# Let them see the raw paint, then ask again. At the valley, let two people draw their expected curve on the board first, and ask whoever
# drew a straight line why: `compose` is linear in the matte, but is the judge?
# %% [markdown]
# **Background error**, the number of this lesson: how much the pixels that are no animal have changed, on average, where 0 means
# untouched and 1 means black became white. CycleGAN changes them by about 0.11. The stripes are good. The rest was not asked for.
#
# ## 2.1 A generator knows no restraint
#
# The course ships a second model, trained with attention from its first step. Its *results* have a background error below 0.001. So has its
# generator learned to leave the meadow alone?
#
# **Predict first.** You have seen its generator's raw paint $F_{S\to T}(s)$ in lesson 00, without the attention that puts it in place. Now
# put a number on it: what is its background error? CycleGAN's is 0.11.
# %%
guess = ...  # your number
# %%
finished = load_model(data("checkpoints", "savanna-64.safetensors"))
with torch.no_grad():
    wild, found = finished.F_st(s), finished.A_s(s)
figures.show(
    figures.rows(["photo", "its paint"], [to_uint8(s[:8]), to_uint8(wild[:8])]),
    "Photos, and the generator's raw paint: background error "
    f"{background_error(s, wild, masks):.2f}.",
)
reveal(guess, background_error(s, wild, masks), "background error of the raw paint")
kept = found * wild + (1 - found) * s
print(f"of its results, put together by its attention: {background_error(s, kept, masks):.4f}")
# %% [markdown]
# About twice CycleGAN's. What attention throws away reaches no judge, and teaches the generator nothing. It has
# not learned restraint: **somebody else exercises it.** That somebody is one multiplication.
#
# ## 2.2 Paste it back: the matte
#
# Film people put an actor before a painted sky with a *matte*: a grey picture that says, pixel by pixel, how much of which
# picture to take. Here a network $A_S$ will make it. $s_a = A_S(s)$ is one number in [0, 1] per pixel, the same for red, green and blue.
# %%
with torch.no_grad():
    pasted = masks * painted + (1 - masks) * s
figures.show(
    show.equation(s[1], painted[1], masks[1], pasted[1]),
    "Equation 1 in pictures: matte times paint plus inverted matte times photo is a zebra on "
    "the green meadow.",
)


# %% [markdown]
# Read the formula at the top of the page from left to right through the picture: **matte ⊙ paint + (1 − matte) ⊙ photo**. The sign ⊙ means:
# multiply pixel by pixel. Here the matte is the true mask, which we only have because we drew the pictures.
#
# | $s_a$ at a pixel | what $s'$ is there | everywhere like this, it is |
# |---|---|---|
# | 1 | the paint | CycleGAN |
# | 0 | the photo | the picture you came with |
# | 0.3 | 30 % paint, 70 % photo | a soft edge, or a ghost |
#
# **Your turn · 02.1 · ●○○ · 5 min.** Write Eq. 1. The matte's one channel has to serve all three colours; no loop is needed.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("02.1")
def compose(s, painted, s_a):
    """photo (N, 3, H, W), paint (N, 3, H, W), matte (N, 1, H, W) -> s' (N, 3, H, W)"""
    ### BEGIN SOLUTION
    return s_a * painted + (1 - s_a) * s
    ### END SOLUTION


# %% [markdown]
# What this bought you: ones give the paint, zeros give the photo to the last bit, and a gradient flows to the paint *and* to the
# matte. Keep that last one in mind; it is what section 2.5 is about.
#
# ## 2.3 Five mattes, one judge
#
# Same photo, same paint, five mattes, your `compose`:
# %%
titles = ["zeros", "ones", "0.5 everywhere", "horse", "all but the horse"]
mask = masks[1:2]
mattes = torch.cat([0 * mask, 0 * mask + 1, 0 * mask + 0.5, mask, 1 - mask])  # (5, 1, 64, 64)
with torch.no_grad():
    # the same picture five times: (5, 3, 64, 64)
    results = compose(s[[1] * 5], painted[[1] * 5], mattes)
figures.show(
    show.gallery(titles, mattes, results),
    "Five mattes and their results: the photo; CycleGAN's zebra on dry grass; a half "
    "transparent zebra; a zebra on the green meadow; a brown horse on dry grass.",
)
# %% [markdown]
# Now ask CycleGAN's own discriminator $D_T$, which learned to tell real zebra pictures from painted ones. It looks at many
# overlapping patches and gives each a score: towards 1 for "real", towards 0 for "fake"; it is a plain number, no probability, and may fall below 0. We average over patches, and over all 16
# pictures. It never saw a matte in its life.
#
# **Predict first.** Which of the five will it find the most real?
# %%
guess = ...  # one of the titles above, say "ones"


# %%
def score(images):
    """D_T's mean score of a batch of images."""
    with torch.no_grad():
        return cyclegan.D_t(images).mean().item()


zero = torch.zeros_like(masks)
all_mattes = [zero, zero + 1, zero + 0.5, masks, 1 - masks]
scores = [score(compose(s, painted, matte)) for matte in all_mattes]
notes = [f"$D_T$, mean of 16: {value:.2f}" for value in scores]
figures.show(
    show.gallery(titles, mattes, results, notes),
    "The same five results with scores: "
    + ", ".join(f"{title} {score:.2f}" for title, score in zip(titles, scores, strict=True)),
)
reveal(guess, titles[scores.index(max(scores))], "most real to D_T")
print(f"for comparison, real zebras: {score(to_float(pair.target.test)):.2f}")
# %% [markdown]
# The judge prefers the zebra on the *green* meadow to CycleGAN's own work, and finds a brown horse on a repainted meadow worse than the
# untouched photo. But careful: does it like the zebra, or the green? A control: more zebras and horses, untouched, by how green their
# meadows are.
# %%
from uagt_lib.data import savanna

untouched = {
    kind: savanna.draw(kind, 128, 64, seed=seed) for kind, seed in (("horse", 2), ("zebra", 12))
}
for kind, (images, where) in untouched.items():
    order = show.greenness(to_float(images), where).argsort(descending=True)
    thirds = [score(to_float(images[third])) for third in order.chunk(3)]
    print(f"{kind}s, greenest, middle, driest third:", *(f"{x:.2f}" for x in thirds))

images, where = untouched["horse"]
order = show.greenness(to_float(images), where).argsort(descending=True)
thirds = {}  # the horses' thirds again: pictures, masks, and CycleGAN's paint for them
for name, third in zip(("greenest", "middle", "driest"), order.chunk(3), strict=True):
    x, m = to_float(images[third]), where[third]
    with torch.no_grad():
        thirds[name] = x, m, cyclegan.F_st(x)
    x, m, paint = thirds[name]
    cut_out, whole = score(compose(x, paint, m)), score(paint)
    print(
        f"{name} third: zebra cut out by the mask {cut_out:.2f}, CycleGAN's whole picture "
        f"{whole:.2f}"
    )
# %% [markdown]
# Both. It likes zebras better than horses on any meadow, and it likes green, although green is the *horses'* land. So do not trust one ranking: how far
# the zebra cut out by the mask is ahead of CycleGAN's whole picture depends on the meadow too. Why would a judge of zebras like green? Not because its fakes stood on dry grass more often than its zebras:
# lesson 01 counted 84 and 83 %. We do not know. A judge learns whatever tells real from painted, and not what a zebra is. What of all this does attention feel? Section 2.5.
#
# Play with it. Start with *true mask* and drag *object → background*. Then choose *a disc of your own* and try to reach a background
# error below 0.01 with a zebra that you would still call one.
# %%
widgets.composition_playground(s[1], painted[1], masks[1])
# %% [markdown]
# ## 2.4 Ghosts
#
# "0.5 everywhere" deserves a second look. It is where a newborn attention network begins, since its last layer is a sigmoid of
# about 0.
#
# You have seen its score: below the photo's and below CycleGAN's. Between 0 and 1, everywhere alike, lies a valley.
#
# **Predict first.** Now raise the matte on the horse only, from 0 to 1, and leave the meadow alone. Is there a valley on this road too, or
# does the score climb all the way?
# %%
guess = ...  # "valley" or "climbs"
# %%
levels = [i / 20 for i in range(21)]
everywhere = [score(compose(s, painted, zero + level)) for level in levels]
on_horse = [score(compose(s, painted, level * masks)) for level in levels]
figures.show(
    show.valley(levels, everywhere, on_horse, score(to_float(pair.target.test))),
    "Scores as the matte rises from 0 to 1, on the horse only: "
    + " ".join(f"{x:.2f}" for x in on_horse[::4])
    + "; everywhere: " + " ".join(f"{x:.2f}" for x in everywhere[::4]),
)
reveal(guess, "climbs" if min(on_horse) >= on_horse[0] else "valley", "on the horse only")
print(
    f"0.4 everywhere: {everywhere[8]:.2f}; the photo: {everywhere[0]:.2f}; CycleGAN: "
    f"{everywhere[-1]:.2f}"
)
for name, (x, m, paint) in thirds.items():
    road = [score(compose(x, paint, level * m)) for level in (0, 0.1, 0.2, 0.3, 0.5, 1)]
    print(f"on the horse only, {name} meadows, 0 .1 .2 .3 .5 1:", *(f"{x:.3f}" for x in road))


# %% [markdown]
# Everywhere alike, 0.4 is not in between, but **below both**. Half a zebra over half a horse is neither, and this judge likes it less than either. Two things to keep:
#
# * From a matte near 0 everywhere, each small step up makes the score *worse*. The shipped model began at 0.73, on the right of this valley
#   (`attention_start`; lesson 06 watches attention sink; these networks are trained, and where a newborn judge has its valley nobody has measured).
# * On the horse alone the first steps are paid where the meadow is green. On the driest third, look at the last line, even this road begins with a small dip. An average over all meadows would have hidden that.
# %% [markdown] tags=["instructor"]
# **For teachers, 2.5 to 2.7 (25 min).** The sentence to get out of the class: *attention is where the discriminator cares and the paint differs*.
# Good questions: What if the discriminator cared about backgrounds only (bias 1 in the savanna)? Attention would cover the background:
# the paper's "objects or areas" is meant literally. What if the generator could copy perfectly? The cycle would push nothing away.
# Let fast groups run `teach` for 300 steps and tell what becomes of the map on the horses: this judge has nothing new to say. In full training $D_T$ keeps learning.
# %% [markdown]
# ## 2.5 Why attention can learn at all
#
# Nobody tells $A_S$ where the horse is. What *does* reach it? Let $\ell$ be any loss that looks at $s'$. Take one pixel and one colour:
#
# $$ s' = s_a\,F + (1-s_a)\,s \qquad\Rightarrow\qquad \frac{\partial s'}{\partial s_a} \;=\; F - s $$
#
# So the matte feels the loss only through the **difference the paint makes**. Then the chain rule: multiply by $\partial \ell/\partial s'$, which
# comes from upstream, that is, from the judge. One thing is left to think about: $s_a$ is *one* number that is used for *three* colours.
#
# **Your turn · 02.2 · ●●○ · 10 min.** Write down the gradient of $\ell$ with respect to $s_a$. No autograd: one line of arithmetic.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("02.2")
def matte_gradient(upstream, s, painted):
    """upstream (the loss's gradient w.r.t. s'), s, painted (N, 3, H, W) -> (N, 1, H, W)"""
    ### BEGIN SOLUTION
    return (upstream * (painted - s)).sum(1, keepdim=True)
    ### END SOLUTION


# %% [markdown]
# Now the real thing: 16 horses, a matte of 0.5 everywhere, and the wish that $D_T$ should score every patch with 1, "real". We
# measure the wish as a mean square (why a square is lesson 04). `inside` is the mean over the pixels of the horses, `outside` the mean over all others.
#
# **Predict first.** Gradient descent moves the matte *against* the gradient. Averaged over pixels, where will the matte be pulled up:
# on the "horse", on the "meadow", or on "both" alike?
# %%
guess = ...  # "horse", "meadow" or "both"
# %%
s_a = torch.full_like(masks, 0.5).requires_grad_()
s_prime = compose(s, painted, s_a)
wish = (cyclegan.D_t(s_prime) - 1).square().mean()
upstream, by_autograd = torch.autograd.grad(wish, [s_prime, s_a])
gradient = matte_gradient(upstream, s, painted)

print("the same as autograd's:", torch.allclose(gradient, by_autograd, atol=1e-8))
# `wish` is a mean over 16 pictures: times 16, the pull is that on one picture's matte
on, off = (1e6 * len(s) * -measure(gradient, masks) for measure in (inside, outside))
print(f"mean pull on a picture's matte, in millionths: {on:.0f} on horses, {off:.0f} elsewhere")
reveal(
    guess,
    "horse" if on > 3 * abs(off) else "meadow" if off > 3 * abs(on) else "both",
    "pulled up",
)
for name, x in (("the paint differs", painted - s), ("the judge cares", upstream)):
    size = x.abs().mean(1, keepdim=True)
    ratio = inside(size, masks) / outside(size, masks)
    print(f"{name} {ratio:.1f} times as much on horses")
# %%
few = [0, 3, 5, 7, 9, 15]
figures.show(
    show.pull(s[few], painted[few], gradient[few], masks[few]),
    f"Maps of the pull on the matte; its mean, in millionths, is {on:.0f} on horses and "
    f"{off:.0f} elsewhere.",
)
# %% [markdown]
# Users of the authors' program ask first: *why does attention find the object at all?* By the formula two factors must both be large: **the paint differs** from the photo, and **the judge cares**.
# The meadow is repainted from edge to edge, yet the pull there is small. Read the last two lines above the maps: on horses the paint differs more, **and** the judge cares more. Elsewhere both are smaller, and
# neighbouring pixels often pull in opposite directions, which nearly cancel in the mean. The paper says it in words
# (Section 3.1): attention goes to the areas that the *discriminator* finds most descriptive. Not to objects as such.
#
# Look closely, though: neighbouring pixels disagree inside a horse as well. Only on average does the horse point upwards. And is it so on every meadow, for a judge that likes green, and wherever the matte stands?
# The control of 2.3 again:
# %%
for name in ("greenest", "driest"):
    x, m, paint = thirds[name]
    for height in (0.1, 0.25, 0.5, 1.0):
        s_a = torch.full_like(m, height).requires_grad_()
        wish = (cyclegan.D_t(compose(x, paint, s_a)) - 1).square().mean()
        [found] = torch.autograd.grad(wish, s_a)
        on, off = (1e6 * len(x) * -measure(found, m) for measure in (inside, outside))
        print(
            f"{name} third, matte {height}: pull on a picture's matte {on:.0f} on horses, "
            f"{off:.0f} elsewhere"
        )
# %% [markdown]
# At one half, where a newborn attention stands, the pull on horses is strong on green and on dry meadows alike, and far above the pull elsewhere: scores of whole pictures depended on the grass, **this hardly does.** At 1, where all is painted, it is small, and reversed. Lower down
# it does depend on the grass. On green a matte that has sunk to a tenth is still pulled up on horses, on dry grass it is pulled *down*: the valley of 2.4, seen from the slope.
#
# ## 2.6 Let it learn: a cheat and a network
#
# **First attempt.** Give every pixel a number of its own and let gradient descent do what it wants: 4 pictures, 4096 numbers each.
# The generator and the judge stay frozen.
# %%
few = [0, 3, 5, 9]
numbers = torch.zeros(4, 1, 64, 64, requires_grad=True)  # the sigmoid of 0 is 0.5
optimizer = torch.optim.Adam([numbers], lr=0.1)
for _ in range(40):
    optimizer.zero_grad()
    wish = (cyclegan.D_t(compose(s[few], painted[few], numbers.sigmoid())) - 1).square().mean()
    wish.backward()
    optimizer.step()

free = numbers.sigmoid().detach()
figures.show(
    figures.rows(
        ["matte", "s'"], [free, to_uint8(compose(s[few], painted[few], free))], width=7.5
    ),
    "The free mattes are black and white noise, on two of the meadows mostly black; the "
    "results are speckled zebras.",
)
print(
    f"distance from 'all real': {wish.item():.2f}, IoU with the horses: "
    f"{iou(free, masks[few]):.2f}"
)
# %% [markdown]
# A failure on purpose, and a famous one. The wish came true: nearly every patch scores 1, better than real zebras. And the matte is noise:
# it has found the horses no better than one that attends everywhere; what you see of the zebra is speckled. (IoU,
# *intersection over union*: how well attention above 0.5 and the true mask cover each other. 1 is perfect; attending everywhere
# would get about 0.1 here.) Thousands of free numbers per picture found a speckle pattern that this one frozen judge happens to
# like: an *adversarial example*. Remember how to recognise it: **excellent loss, senseless matte.**
#
# **Second attempt.** The paper does not let every picture have its own numbers. It trains a *network* $A_S$, which must use one and the same
# rule on every picture. Can it still find such speckles? Here is a small one, newborn, and a few lines that train nothing else.
# %%
from uagt_lib.method.networks import Attention, initialise

horses = to_float(pair.source.train)  # 64 pictures to learn from; the 16 in `s` stay unseen


def newborn(seed):
    # image (N, 3, H, W) -> matte (N, 1, H, W)
    network = Attention(width=8, levels=1, end_kernel=5)
    initialise(network, torch.Generator().manual_seed(seed))
    return network


def teach(loss_of, *networks, steps=100):
    """Adam on these networks alone; every 10 steps, where the first attends on new pictures."""
    optimizer = torch.optim.Adam(
        [p for n in networks for p in n.parameters()], lr=3e-3, betas=(0.5, 0.999)
    )
    dice, records = torch.Generator().manual_seed(0), []
    for step in range(steps + 1):
        if step % 10 == 0:
            with torch.no_grad():
                s_a = networks[0](s)
            on, off = inside(s_a, masks), outside(s_a, masks)
            records.append({"step": step, "inside": on, "outside": off})
        if step == steps:
            return records
        optimizer.zero_grad()
        loss_of(horses[torch.randint(64, (4,), generator=dice)]).backward()
        optimizer.step()


# %%
A_s = newborn(0)


def fool(batch):
    s_prime = compose(batch, cyclegan.F_st(batch), A_s(batch))
    return (cyclegan.D_t(s_prime) - 1).square().mean()


only_fooling = teach(fool, A_s)
with torch.no_grad():
    s_a = A_s(s)
    s_prime = compose(s, painted, s_a)
figures.show(
    figures.rows(
        ["photo", "attention", "s'"], [to_uint8(s[:8]), s_a[:8], to_uint8(s_prime[:8])]
    ),
    f"Attention, on average {inside(s_a, masks):.2f} on the horses and "
    f"{outside(s_a, masks):.2f} elsewhere.",
)
print(f"attention on horses {inside(s_a, masks):.2f}, elsewhere {outside(s_a, masks):.2f}")
print(f"IoU {iou(s_a, masks):.2f}, background error {background_error(s, s_prime, masks):.3f}")


# %% [markdown]
# Far more attention on horses than elsewhere, and nobody pointed at one: the only teacher was a discriminator that had been trained for something else.
# But the map is generous. Nothing in our wish says "leave the rest alone".
#
# ## 2.7 Eq. 1 twice: there and back
#
# What does say so is the cycle. Translate $s'$ home with the other two networks, and ask for the photo you started from:
#
# $$ s'' \;=\; a' \odot F_{T\to S}(s') \;+\; (1 - a')\odot s', \qquad a' = A_T(s') $$
#
# Note what is *not* in this formula: $s$. On the way back the photo is gone; $s'$ is the picture, what both networks look at, and the
# background. The cycle loss (Eq. 3) is the mean of $|s'' - s|$. A repainted meadow must be painted back, and no generator does that
# perfectly. An untouched meadow costs nothing. **Being open has a price; keeping shut is free.** Will the map shut, then? We shall train it with both losses, and, as a control, with the cycle loss alone.
#
# **Your turn · 02.3 · ●●○ · 10 min.** The whole trip, with your `compose`. All four networks are functions: `A_s(s)` is a matte.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("02.3")
def there_and_back(s, F_st, A_s, F_ts, A_t):
    """photo (N, 3, H, W) and four networks -> s' and s'', both (N, 3, H, W)"""
    ### BEGIN SOLUTION
    s_prime = compose(s, F_st(s), A_s(s))
    s_cycled = compose(s_prime, F_ts(s_prime), A_t(s_prime))
    return s_prime, s_cycled
    ### END SOLUTION


# %% [markdown]
# Start again with two newborns, $A_S$ and $A_T$. The loss is the wish from before plus $\lambda_{cyc} = 10$ times the cycle loss. Generators
# and judge are still the frozen CycleGAN.
# %%
A_s, A_t = newborn(0), newborn(50)


def fool_and_return(batch):
    s_prime, s_cycled = there_and_back(batch, cyclegan.F_st, A_s, cyclegan.F_ts, A_t)
    return (cyclegan.D_t(s_prime) - 1).square().mean() + 10 * (s_cycled - batch).abs().mean()


def only_return(batch):
    _, s_cycled = there_and_back(batch, cyclegan.F_st, A_s, cyclegan.F_ts, A_t)
    return 10 * (s_cycled - batch).abs().mean()


only_cycle = teach(only_return, A_s, A_t, steps=40)
A_s, A_t = newborn(0), newborn(50)
with_cycle = teach(fool_and_return, A_s, A_t)
courses = {
    "wish alone": only_fooling,
    "wish + cycle loss": with_cycle,
    "cycle loss alone": only_cycle,
}
figures.show(
    show.taught(courses),
    "Mean attention at the end, on horses and elsewhere. "
    + "; ".join(
        f"{n}: {r[-1]['inside']:.2f}, {r[-1]['outside']:.2f}" for n, r in courses.items()
    ),
)
# %%
with torch.no_grad():
    s_a = A_s(s)
    s_prime = compose(s, painted, s_a)
titles = ["photo", "CycleGAN", "attention", "s'"]
figures.show(
    figures.rows(
        titles, [to_uint8(s[:8]), to_uint8(painted[:8]), s_a[:8], to_uint8(s_prime[:8])]
    ),
    f"Photos, CycleGAN's repainted pictures, attention (IoU {iou(s_a, masks):.2f}), and what "
    "Eq. 1 makes of them.",
)
print(f"attention on horses {inside(s_a, masks):.2f}, elsewhere {outside(s_a, masks):.2f}")
print(f"IoU {iou(s_a, masks):.2f}, background error {background_error(s, s_prime, masks):.3f}")
with torch.no_grad():
    print(
        "the shipped model, where everything learned together: IoU "
        f"{iou(finished.A_s(s), masks):.2f}"
    )


# %% [markdown]
# The same frozen CycleGAN, an attention network that is 100 steps old, and compare the background error with CycleGAN's at the top. (When we ran it with `newborn(0)` to `newborn(4)`, it was between 0.001 and 0.008, the IoU between 0.61 and 0.65.) Who did what? Read the three panels.
#
# * **Right**: the cycle loss alone shuts the map, on the horses too. Zeros are the best map it knows.
# * **Left**: the wish alone already tells horses from the rest. **The judge does the finding.**
# * **Middle**: with both, less is attended than with the wish alone, elsewhere *and* on the horses. **The cycle takes a toll everywhere**; only where the judge pays more does the map stay open. It is a bargain, pixel by pixel, between two losses.
#
# *What is different in the real method.* There nothing is frozen: six networks learn at once, the judge gets used to composed
# pictures, and the generator to being seen through a matte (lessons 05, 06). Our experiment removes all that to show one mechanism. Does the toll go on, if you train longer (`steps=300`)? And from other births (`newborn(1)`)?
# %% [markdown]
# ## 2.8 Matte or mask?
#
# Why not make our mattes black and white, with a threshold $\tau$? The paper needs such a hard mask later,
# for what the *discriminator* may see (Eq. 6): 1 where attention is above $\tau$, else 0.
#
# **Your turn · 02.4 · ●○○ · 4 min.** Write that mask: same shape, same type of numbers as the matte.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("02.4")
def attended(s_a, tau=0.1):
    """matte (N, 1, H, W) in [0, 1] -> 1 where it is above tau, else 0, same shape and type"""
    ### BEGIN SOLUTION
    return (s_a > tau).to(s_a.dtype)
    ### END SOLUTION


# %% [markdown]
# **Predict first.** Put it into Eq. 1: `compose(s, painted, attended(A_s(s), 0.5))`, with the wish as the loss. Our small network $A_S$
# has 17 tensors of weights. How many of them receive a gradient?
# %%
guess = ...  # a number


# %%
# NBVAL_CHECK_OUTPUT
def taught_tensors(matte):
    """How many of A_S's weight tensors get a gradient when `matte` is used in Eq. 1."""
    wish = (cyclegan.D_t(compose(s[:2], painted[:2], matte)) - 1).square().mean()
    if not wish.requires_grad:  # nothing in this loss depends on a weight of A_S
        return 0
    found = torch.autograd.grad(wish, list(A_s.parameters()), allow_unused=True)
    return sum(g is not None for g in found)


print("with the soft matte:", taught_tensors(A_s(s[:2])), "of", len(list(A_s.parameters())))
reveal(guess, taught_tensors(attended(A_s(s[:2]), 0.5)), "with the hard mask")
# %% [markdown]
# A step is flat wherever it does not jump: its slope is 0, and PyTorch does not even start. With a hard mask in Eq. 1 attention could
# never have been learned; that is the first reason for a matte. The paper gives two
# more: a network that may say 0.5 can be *unsure* while it learns, and it can blend the edge of an animal into the meadow instead of
# cutting it out with scissors.
#
# Later, in stage 2 (lesson 06), the hard mask does enter the training, in front of the discriminator. No gradient passes it there either,
# and none is missed: the paper freezes attention in that stage.
#
# ## What do you take with you?
# %%
quiz("02")
# %%
progress("02")
# %% [markdown]
# **One question to take away.** We only went from horses to zebras. Ask the other judge about its domain: compare `cyclegan.D_s(t).mean()` for
# untouched zebras `t = to_float(pair.target.test)` with `cyclegan.D_s(s).mean()` for real horses. What will an attention network $A_T$
# learn from such a judge? Swap the roles in `fool_and_return` and see.
#
# **Read more.** Paper, Section 3.1, with the paragraph on the intuition of attention maps · `uagt_lib/method/compose.py`, thirty lines ·
# `Model.trips` in `uagt_lib/method/model.py`, your `there_and_back` for both directions · next: lesson 03 builds the networks, lesson 04 the losses we just called "the wish".
