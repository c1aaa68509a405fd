# Answers follow: this is the source of notebooks/05_one_step.ipynb. If you came to learn, open that one.
# %% [markdown]
# # 05 · One training step
#
# Two programs train the same six networks on the same two pictures, with the same loss functions. After 80 steps one of them has
# turned a horse into a zebra; the other still shows a horse. And one of them reports a far smaller loss than the other.
# **Which is which?**
#
# **You will be able to**
# * write one step of Algorithm 1, stage 1, and say for every network which loss teaches it;
# * measure where gradients go, instead of hoping;
# * write the image pool, and say what it has to keep and why;
# * check a new training program in seconds, by overfitting one pair on purpose.
#
# **Time** about 50 minutes, 33 of them exercises; the computer needs less than one. **Before this** lessons 02 (Eq. 1, there and back) and 04 (the losses).
# %%
import torch
from uagt_lib.method import losses
from uagt_lib.method.compose import compose, foreground
from uagt_lib.course import carried, data, exercise, hint, progress, quiz, reveal
from uagt_lib.course.growing import difference, mistake_one_sum, step_attention, step_cyclegan
from uagt_lib.course.growing.overfit import overfit
from uagt_lib.data.pairs import from_savanna, to_float, to_uint8
from uagt_lib.training.presets import preset
from uagt_lib.course.lessons.lesson_05 import figures as draw
from uagt_lib.show import figures

# 32 px, small networks: a step takes less than a tenth of a second
config = preset("savanna-smoke")
pair = from_savanna(32, 36, images=1, held_out=4)
s, t = (to_float(domain.test[:1]) for domain in (pair.source, pair.target))
print("s", tuple(s.shape), " t", tuple(t.shape))
# %% [markdown]
# Here is what both programs make of this one horse in 80 steps. Only these two pictures exist for them: learning them by heart
# is allowed, and even the point. (About ten seconds on one core.)
#
# Who is who in this lesson: the **translators** are F and A together, the networks that make $s'$ and $t'$ (sometimes we call them
# the painter, or the forger); the **judge** is D, who tells real pictures from theirs.
# %%
runs = {
    "program A": overfit(step_attention.training_step, config, s, t),
    "program B": overfit(mistake_one_sum.training_step, config, s, t),
}
figures.show(
    draw.films(s, t, {name: film for name, (_, film) in runs.items()}, steps=80),
    "Two rows of pictures over 80 steps, one a program: at the left the horse's picture, then "
    "what the program makes of it, at the right the zebra's.",
)
# %% [markdown]
# **Predict.** Both programs report the translators' loss: fool the discriminators, and come home. Whose is lower after 80 steps?
# %%
guess = ...  # "A" or "B"
last = {}
for name, (records, _) in runs.items():
    last[name[-1]] = sum(value for loss, value in records[-1].items() if loss[0] != "D")
reveal(guess, min(last, key=last.get), "the program with the lower loss")
print(f"A: {last['A']:.2f}   B: {last['B']:.2f}")
figures.show(
    draw.loss_curves({name: records for name, (records, _) in runs.items()}),
    f"Three panels of losses over 80 steps. At the end A's sum is {last['A']:.2f}, B's "
    f"{last['B']:.2f}.",
)
# %% [markdown]
# B reports the lower loss, and its horse stays a horse. **In a game, a low loss is no proof of
# success.** By the end of this lesson you will know which lines made B do
# that, and a way to catch such a program before you give it a night on a GPU.
#
# Everything here serves one line of the paper, its whole goal in a formula (Eq. 4 and 5):
#
# $$ \arg\min_{F_{S\to T},\,F_{T\to S},\,A_S,\,A_T}\;\arg\max_{D_S,\,D_T}\;\;
# \mathcal{L}^s_{adv}+\mathcal{L}^t_{adv}+\lambda_{cyc}\left(\mathcal{L}^s_{cyc}+\mathcal{L}^t_{cyc}\right) $$
#
# min and max of **one** formula: four networks push it down while two push it up. PyTorch's `backward()` knows only down, and
# knows nothing of sides. Keeping the sides apart is our work, and this lesson's subject.
# %% [markdown] tags=["instructor"]
# **For teachers.** Timing, 80 minutes in all: opening 10 min, trips 5, matrix 10, detach 12, pool 18, freezing 10, assembly and one pair 10, quiz 5.
# Let the class vote on A or B before the curves. Do not explain B yet, the class finds it in the matrix. Those who
# object that program A merely copied the zebra's picture, stone and all, are right: with one zebra, that is what "zebra" means.
# %% [markdown]
# ## 5.1 There and back, twice
#
# A step begins with two trips: $s$ travels to T and home, $t$ travels to S and home. The first you have written in lesson 02:
#
#     s ──▶  A_S(s)   F_S→T(s)  ──▶ s' ──▶  A_T(s')   F_T→S(s')  ──▶ s''
#            └──── Eq. 1 ────┘              └─ Eq. 1 once more ─┘
# %%
# NBVAL_CHECK_OUTPUT
there_and_back = carried("02.3")
# %% [markdown]
# (If you solved 02.3, that is your own code, read from your notebook. It goes on into the training step below, and into lesson 06.)
#
# **Your turn · 05.1 · ●○○ · 4 min.** Send both batches. `m` has the networks: `m.F_st`, `m.A_s`, `m.F_ts`, `m.A_t`.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("05.1")
def both_trips(m, s, t):
    """four networks, s (N, 3, H, W), t (M, 3, H, W) -> s', s'' (like s), t', t'' (like t)"""
    ### BEGIN SOLUTION
    s_prime, s_cycled = there_and_back(s, m.F_st, m.A_s, m.F_ts, m.A_t)
    t_prime, t_cycled = there_and_back(t, m.F_ts, m.A_t, m.F_st, m.A_s)
    return s_prime, s_cycled, t_prime, t_cycled
    ### END SOLUTION
# %% [markdown]
# The picture above shows a trained model on both trips. The check also asked where the cycle loss can be felt: in all **four**
# networks, on each trip. `F_ts` is told how to paint horses; `F_st` is told to leave enough behind for the way home; and `A_t` has to find
# the animal again that `A_s` had marked. The paper's authors tried the short cut of reusing $s_a$ on
# the way back, and measured it to be worse in both directions (*Ours-cycleAtt* against *Ours* in Table 2).
#
# ### From CycleGAN to attention: seven lines
#
# `uagt_lib/course/growing/` holds the training program in three sizes. The first is CycleGAN. This is all it takes to reach the
# second, the paper's stage 1 (blue with + is new, orange with - goes):
# %%
difference(step_cyclegan.training_step, step_attention.training_step)
# %% [markdown]
# Everything else in the step, the two turns and who learns when, is CycleGAN's. So it is worth a closer look.
#
# ## 5.2 Who gets which gradient?
#
# Six losses, six networks. Each loss is computed from the outputs of several networks, and `backward()` follows **all** of them.
#
# **Predict.** For each of the six losses below, count the networks that take part in computing it, and add up. How many of the
# 36 cells of the table "loss by network" get a gradient, if we do nothing about it?
# %%
guess = ...  # a number from 6 to 36
m = config.model()  # six fresh networks: m.F_st, m.A_s, m.D_t, ...
s_prime, s_cycled, t_prime, t_cycled = both_trips(m, s, t)
naive = {
    "adversarial_t": losses.lsgan_generator(m.D_t(s_prime)),
    "adversarial_s": losses.lsgan_generator(m.D_s(t_prime)),
    "cycle_s": 10 * losses.cycle(s, s_cycled),
    "cycle_t": 10 * losses.cycle(t, t_cycled),
    "D_t": losses.lsgan_discriminator(m.D_t(t), m.D_t(s_prime)),
    "D_s": losses.lsgan_discriminator(m.D_s(s), m.D_s(t_prime)),
}
# %%
def norms(terms):
    """How strong a gradient each loss gives each network: {loss: {network: norm}}."""
    found = {}
    for name, loss in terms.items():
        m.zero_grad()
        loss.backward(retain_graph=True)  # keep the graph, the next loss shares it
        found[name] = {
            network: draw.gradient_norm(getattr(m, network)) for network in draw.NETWORKS
        }
    return found

filled = norms(naive)
reveal(
    guess, sum(value > 0 for row in filled.values() for value in row.values()), "filled cells"
)
# %%
wanted = {
    "adversarial_t": {"F_st", "A_s"}, "adversarial_s": {"F_ts", "A_t"},
    "cycle_s": {"F_st", "A_s", "F_ts", "A_t"}, "cycle_t": {"F_st", "A_s", "F_ts", "A_t"},
    "D_t": {"D_t"}, "D_s": {"D_s"},
}
figures.show(
    draw.gradient_matrix(filled, wanted),
    "Who gets a gradient. "
    + "; ".join(
        f"{loss}: {', '.join(n for n, x in row.items() if x)}" for loss, row in filled.items()
    ),
)
# %% [markdown]
# The numbers are norms: how long each network's gradient is. Fourteen cells are meant (blue). Six are not (orange, hatched), and
# they lie in the two corners where the sides meet:
#
# * **lower left**: the judge's loss reaches `F_st` and `A_s`. Going down it, the painter learns to paint fakes that are easy to
#   recognise. He helps the police.
# * **upper right**: the forger's loss reaches `D_t`. Going down it, the judge learns to call forgeries real. She takes bribes.
#
# In Eq. 5 these corners exist too, but with the opposite sign: that is what min and max mean. We use two separate losses and two
# separate descents instead, so both corners must be **empty**. Exercises 05.2 and 05.4 empty them.
# %% [markdown] tags=["instructor"]
# **For teachers.** Ask who counted 14 (thinking of what is wanted) and who 20 (thinking of what the program does): the difference
# is the lesson. The count by row is 3, 3, 4, 4, 3, 3. A good question: why are the cells of `D` empty in the cycle rows?
# (No discriminator looks at $s''$.) And why does `cycle_s` reach `A_t`? (It is asked about $s'$.)
# %% [markdown]
# ## 5.3 Cut the picture: `detach`
#
# What does PyTorch say when we forget it? One naive step: the translators descend, then the judge takes her turn on the same $s'$.
# %%
def naive_turns(keep):
    m = config.model()
    optimizer = step_attention.adam(m.F_st, m.A_s, rate=config.rate)
    s_prime = compose(s, m.F_st(s), m.A_s(s))
    losses.lsgan_generator(m.D_t(s_prime)).backward(retain_graph=keep)
    optimizer.step()
    losses.lsgan_discriminator(m.D_t(t), m.D_t(s_prime)).backward()

for keep in (False, True):
    try:
        naive_turns(keep)
    except RuntimeError as error:
        print(f"keep={keep}:", str(error).split(" (")[0].split(":")[0])
# %% [markdown]
# Many people meet the first message, look it up, and are told to add `retain_graph=True`. Then they meet the second. Both say the
# same thing in PyTorch's words: *you asked the judge's loss to travel on into the painter, and that road is gone, or changed under
# your feet.* The answer is not to keep the road open. The answer is that this gradient should not travel at all.
#
# `x.detach()` is the same picture without its history: same memory, no road back.
#
# **Your turn · 05.2 · ●○○ · 6 min.** Write what $D_T$ minimises. `losses.lsgan_discriminator(real_scores, fake_scores)` does the
# arithmetic; you decide what is cut.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("05.2")
def judge_loss(D_t, t, s_prime):
    """a discriminator, real t, fake s' (N, 3, H, W) -> a scalar that teaches D_t alone"""
    ### BEGIN SOLUTION
    return losses.lsgan_discriminator(D_t(t), D_t(s_prime.detach()))
    ### END SOLUTION
# %% [markdown]
# Cut the **picture**, never the scores: between the picture and the scores lies $D_T$, and she is the one who is to learn.
#
# The lower left corner is empty now. But there is more to say about the fakes that D meets.
#
# ## 5.4 A memory for the judge: the image pool
#
# The worry: if D meets only the newest fakes, she may forget yesterday's tricks, and the painter may return to them, in
# circles. So CycleGAN, and the authors' program with it, shows D a mixture: the step's fakes and older ones. (The paper
# does not mention this pool. The released program has it, with a capacity of 50. Whether the worry is real for our pictures, no cell here asks; a run with `pool=0` would.)
#
# The rule, for one fake at a time:
#
# | the pool is ... | what happens to the new fake | what D gets |
# |---|---|---|
# | not full | it is kept | the new fake |
# | full, and a coin says "keep going" | nothing | the new fake |
# | full, and the coin says "swap" | it takes the place of a random old one | that old one, which leaves the pool |
#
# A fake here is a **pair**: the picture and the attention it was made with. You will see in a minute why.
#
# **Your turn · 05.3 · ●●○ · 15 min.** Write the exchange of one pair. Toss the coin with
# `torch.rand((), generator=self.generator) < 0.5`, draw the place with `torch.randint(..., generator=self.generator)`: a run with
# its own generator can be repeated to the bit. Think about what a kept fake may still be attached to.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("05.3")
class Pool:
    """A bounded memory of fakes: Pool(50, torch.Generator()) makes a batch of a batch."""

    def __init__(self, capacity, generator):
        self.capacity, self.generator = capacity, generator
        self.pairs = []  # of (image, attention)

    def __call__(self, images, attention):
        """images (N, 3, H, W), attention (N, 1, H, W) -> the same shapes, some of them older"""
        out = [self.exchange(image, a) for image, a in zip(images, attention, strict=True)]
        return torch.stack([image for image, _ in out]), torch.stack([a for _, a in out])

    def exchange(self, image, attention):
        """one image (3, H, W), its attention (1, H, W) -> a pair, this one or an older one"""
        ### BEGIN SOLUTION
        new = (image.detach().clone(), attention.detach().clone())
        if len(self.pairs) < self.capacity:
            self.pairs.append(new)
            return new
        if self.capacity == 0 or torch.rand((), generator=self.generator) < 0.5:
            return new
        place = int(torch.randint(self.capacity, (), generator=self.generator))
        old, self.pairs[place] = self.pairs[place], new
        return old
        ### END SOLUTION
# %% [markdown]
# **Predict.** One fake a step, a pool of 50. How many steps old is the *average* fake that D meets? (Half of them are fresh, with
# age 0. A stored one is replaced with probability $\frac12\cdot\frac1{50}$ a step.)
# %%
guess = ...  # a number of steps
pool, ages = Pool(50, torch.Generator().manual_seed(0)), []
for step in range(3000):
    # a picture whose colour is the step it was made at
    fake = torch.full((1, 3, 1, 1), float(step))
    came_out, _ = pool(fake, fake[:, :1])
    ages.append(step - int(came_out[0, 0]))
reveal(guess, sum(ages) / len(ages), "mean age in steps")
figures.show(
    draw.pool_ages(ages),
    f"Histogram of ages: {sum(age == 0 for age in ages) / len(ages):.0%} are fresh, the oldest "
    f"{max(ages)} steps.",
)
# %% [markdown]
# By arithmetic: a stored fake waits 100 steps on average, every second fake is a stored one, so 50 steps. The count above differs a little, as counts of chance do; note the long tail.
#
# ### Why the map travels with its picture
#
# In stage 2 (lesson 06) D will see only the attended part of a fake. Attended by which map? Below, old fakes came out of a pool
# (top). They are cut out with the map that came with them (middle), and with the map of the fake that went **in** at that moment
# (bottom), which is what a pool of bare pictures would have to use.
# %%
from uagt_lib.training.checkpoint import load_model
from uagt_lib.inference import translate_batch

trained_model = load_model(data("checkpoints", "savanna-64.safetensors"))
horses = from_savanna(64, 72, images=1, held_out=24).source.test
done = translate_batch(trained_model, horses)
pool, columns = Pool(6, torch.Generator().manual_seed(0)), []
for new, new_map in zip(done.translated.split(1), done.attention.split(1), strict=True):
    old, old_map = pool(new, new_map)
    if not torch.equal(old, new):  # an older fake came out
        columns.append((old, foreground(old, old_map), foreground(old, new_map)))
figures.show(
    figures.rows(
        ["out of the pool", "with its own map", "with today's map"],
        [to_uint8(torch.cat(row)) for row in zip(*columns[:5], strict=True)],
    ),
    "Fakes that came out of the pool; cut out with their own map; cut out with the map of the "
    "fake that went in.",
)
# %% [markdown]
# Real pictures come with maps that fit. From the bottom row D could tell fakes at a glance, by what fills them. No error message would tell you.
# %% [markdown] tags=["instructor"]
# **For teachers.** Ask what D would learn from the bottom row: to tell fakes by what their outlines hold, grass and sky, which F cannot mend. A common wish
# is to store the *cut-out* instead of picture and map: that breaks at the switch, when fakes stored whole in stage 1 are judged in
# stage 2. Storing the map leaves the choice to whoever looks.
# %% [markdown]
# ## 5.5 The other corner: D judges, but does not learn
#
# Upper right: the forger's loss fills gradients of `D_t`. With two optimizers this is not a crime: the translators' optimizer does
# not hold D's weights, and D's own turn begins with `zero_grad()`. But it is work for nothing, and a trap for whoever forgets that
# `zero_grad()`. Here `detach` does not help: the gradient must travel **through** D to reach the picture.
#
# `network.requires_grad_(False)` says: pass gradients through, but do not compute any for your own weights. You may thaw D before
# anybody calls `backward()`: the graph was built while its parameters asked for no gradient, and that is what the graph remembers.
#
# **Your turn · 05.4 · ●●○ · 8 min.** Write the forger's loss with D frozen while she judges, and thawed before you return.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("05.4")
def fool(D_t, s_prime):
    """a discriminator, fakes (N, 3, H, W) -> a scalar; gradient goes through D_t, not to it"""
    ### BEGIN SOLUTION
    D_t.requires_grad_(False)
    loss = losses.lsgan_generator(D_t(s_prime))
    D_t.requires_grad_(True)
    return loss
    ### END SOLUTION
# %% [markdown]
# **Predict.** Which share of the arithmetic of this pass, $D_T$ forward and backward, does freezing save? Think of what
# `backward()` computes in one layer: a gradient for what came in, and one for the weights.
# %%
guess = ...  # a share from 0 to 1
# %%
from torch.utils.flop_counter import FlopCounterMode

def flops(loss):
    with FlopCounterMode(display=False) as counter:
        loss(m.D_t, s_prime.detach().requires_grad_()).backward()
    return counter.get_total_flops()

free, froze = flops(lambda D, x: losses.lsgan_generator(D(x))), flops(fool)
reveal(guess, 1 - froze / free, "share of the arithmetic saved")
# %% [markdown]
# Forward, gradient for the input, gradient for the weights: three parts of equal size, and we dropped one. It is a third of
# *this* pass; in a whole step, with both generators and attention networks there and back, the share is smaller; try it with `flops`. You get it
# for two lines. The library does the same (`uagt_lib.method.model.frozen`), and has D look at real and fake pictures in one batch.
#
# Now measure again, with your `judge_loss` and your `fool`:
# %%
protected = naive | {
    "adversarial_t": fool(m.D_t, s_prime), "adversarial_s": fool(m.D_s, t_prime),
    "D_t": judge_loss(m.D_t, t, s_prime), "D_s": judge_loss(m.D_s, s, t_prime),
}
figures.show(
    draw.gradient_matrix(norms(protected), wanted),
    "The same table with your two losses: both corners where the sides meet are empty.",
)
# %% [markdown]
# ## 5.6 Put it together
#
# Your four pieces are a training step. Read it beside lines 3 to 6 of Algorithm 1: sample (done by whoever calls), compute
# $s'$, update.
# %%
# NBVAL_CHECK_OUTPUT
def training_step(m, optimizers, pools, s, t):
    translators, judges = optimizers
    s_a, t_a = m.A_s(s), m.A_t(t)  # for the pools; your trips keep their maps to themselves
    s_prime, s_cycled, t_prime, t_cycled = both_trips(m, s, t)

    terms = {
        "adversarial_t": fool(m.D_t, s_prime), "adversarial_s": fool(m.D_s, t_prime),
        "cycle_s": 10 * losses.cycle(s, s_cycled), "cycle_t": 10 * losses.cycle(t, t_cycled),
    }
    step_attention.descend(translators, sum(terms.values()))  # zero_grad, backward, step

    fake_t, _ = pools[0](s_prime, s_a)
    fake_s, _ = pools[1](t_prime, t_a)
    judge_terms = {"D_t": judge_loss(m.D_t, t, fake_t), "D_s": judge_loss(m.D_s, s, fake_s)}
    step_attention.descend(judges, sum(judge_terms.values()))
    return terms | judge_terms

mine, film = overfit(training_step, config, s, t, pool=Pool)
theirs, _ = runs["program A"]
off = max(
    abs(a[name] - b[name]) for a, b in zip(mine[:10], theirs[:10], strict=True) for name in a
)
print("the first ten steps: your losses are program A's:", off < 1e-3)
# %% [markdown]
# **Honesty box.** The paper's Algorithm 1 updates F, A and D together, and gives one direction only. The released program makes
# four updates in turn ($F_{S\to T}$ with $A_S$, then $D_T$, then the other direction) and computes the whole forward pass again for
# each. We make two updates from one forward pass (`uagt_lib/reproduce/as_released.py` does it their way).
#
# ## 5.7 Overfit one pair on purpose
#
# You have just used the best few seconds of any training project: give the program one pair and see whether it can learn it **by
# heart**. It cannot generalise, and need not. What to see:
# %%
figures.show(
    draw.films(s, t, {"your step": film}, steps=80),
    "What your step makes of the horse's picture in 80 steps; the last differs from "
    f"the zebra's by {(film[-1:] - t).abs().mean() / 2:.2f}, the first by "
    f"{(film[:1] - t).abs().mean() / 2:.2f}.",
)
ends = ", ".join(f"{name} {value:.2f}" for name, value in mine[-1].items())
figures.show(
    draw.loss_curves({"your step": mine}), f"Losses over 80 steps, at the end: {ends}."
)
# %% [markdown]
# | what you see | what it means | seen |
# |---|---|---|
# | `come home` falls, $s'$ becomes $t$, `fool` and `judge` wobble | two opponents, and both learn | above |
# | every loss falls quickly, then stands still; the horse stays a horse | nobody plays against anybody | program B |
# | $s'$ and `come home` stand still | no gradient arrives | make it happen: `detach` something in `training_step` that must not be |
# | `judge` falls towards 0 and stays, `fool` stays high | D wins | make it happen: let D step three times as often |
#
# The last two are yours: break the step on purpose, overfit again, and see whether the table is right.
#
# Look at the grass in the film: it becomes the zebra's grass. By Eq. 1 that can only happen where attention lets the painter
# paint, so here attention is not on the animal alone. With one pair the meadow gives a horse away as reliably as the horse does.
# What zebras have in common can only be learned from many zebras.
#
# ### So what was program B?
# %%
difference(step_attention.training_step, mistake_one_sum.training_step, context=1)
# %% [markdown]
# One sum, one `backward()`: no detach, nobody frozen. It looks tidy, and both corners of the matrix are full. Call D's score of
# the fake $f$. **Both** sides now go down the same sum,
#
# $$ \underbrace{(f-1)^2}_{\text{fool}} + \underbrace{\tfrac12 f^2}_{\text{judge}} \quad\text{which is least at}\quad
# 2(f-1)+f=0,\; f=\tfrac23 . $$
#
# There is no game left: everybody agrees on $f=\tfrac23$, whatever the picture looks like. **Predict** B's final `fool` loss from it.
# %%
guess = ...  # a number
tail = runs["program B"][0][-20:]
fooling = sum(r["adversarial_t"] + r["adversarial_s"] for r in tail) / (2 * len(tail))
judging = sum(r["D_t"] + r["D_s"] for r in tail) / (2 * len(tail))
reveal(guess, fooling, "B's loss for fooling D")
print(f"at f = 2/3:  (f - 1)^2 = {1 / 9:.3f},  half of f^2 = {2 / 9:.3f}")
print(f"B's loss for judging: {judging:.3f}")
# %% [markdown]
# Compare the two lines: that is how you recognise it. The losses settle near constants that have nothing to do with the pictures. A GAN's losses are the
# score of a match. Watch the match.
# %% [markdown] tags=["instructor"]
# **For teachers.** Let a strong group forget only one of the two protections inside `training_step` and overfit again. Without
# `fool`'s freezing nothing changes but time, since `descend` calls `zero_grad`. Without `detach` nothing changes either, since the pool's fakes are cut off already; give D `s_prime` in their place, and the program stops with the message
# of 5.3. The silent disaster needs one sum, or one optimizer for all: ask who has written `loss = loss_G + loss_D` before.
# %%
quiz("05")
# %%
progress("05")
# %% [markdown]
# **One question to take away.** Stage 2 will freeze attention. Freeze how: like $D_T$ while she judges, gradients passing through, or
# like a picture that is cut off? Think about $A_T(s')$ on the way home. Lesson 06 has the answer, and a measurement.
#
# **Read more.** Paper: Section 3.1, Eq. 4 and 5, Algorithm 1. Library: `uagt_lib/method/model.py` (one step), `uagt_lib/method/pool.py`,
# `uagt_lib/training/trainer.py`; `uagt_lib/course/growing/` (the program in three sizes).
