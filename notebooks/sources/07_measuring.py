# Answers follow: this is the source of notebooks/07_measuring.ipynb. If you came to learn, open that one.
# %% [markdown]
# # 07 · Measuring
#
# Two programs turned the same horses into zebras. A number that papers trust is about to tell you which one did better. You will not
# believe it, and by the end of this lesson you will know why it said so.
# %%
import torch

from uagt_lib.training.checkpoint import load_model
from uagt_lib.course import data, exercise, hint, progress, quiz, reveal
from uagt_lib.data import savanna
from uagt_lib.data.pairs import to_float, to_uint8
from uagt_lib.evaluate.attention import background_error
from uagt_lib.evaluate.features import load_extractor
from uagt_lib.evaluate.kid import kernel, kid, mmd2
from uagt_lib.inference import translate_batch
from uagt_lib.course.lessons.lesson_07 import figures as show
from uagt_lib.show import figures, palette, widgets

horses, horse_masks = savanna.draw("horse", 128, 64, seed=2)  # inputs that neither program was trained on
zebras, _ = savanna.draw("zebra", 128, 64, seed=12)  # real zebras to compare with
models = {
    name: load_model(data("checkpoints", f"{name}-64.safetensors")) for name in ("savanna", "cyclegan")
}
result = {"A": translate_batch(models["savanna"], horses), "B": translate_batch(models["cyclegan"], horses)}
made = {name: to_uint8(r.translated) for name, r in result.items()}  # uint8 (128, 3, 64, 64), as one would save them

look = load_extractor("savanna")
score = {name: 100 * mmd2(look(to_float(x)), look(to_float(zebras))) for name, x in made.items()}
figures.show(
    figures.rows(
        ["horses", f"A: {score['A']:.1f} from zebras", f"B: {score['B']:.1f} from zebras", "real zebras"],
        [horses[:7], made["A"][:7], made["B"][:7], zebras[:7]],
    ),
    "Seven horses; A, which paints zebras onto the same meadow; B, which also turns the meadow into "
    "dry grass; real zebras.",
)
# %% [markdown]
# The number beside each row is a **Kernel Inception Distance** (KID × 100) to real zebras: lower is closer. B is called more than ten
# times closer. Yet B swapped the meadow for dry grass, and nobody had asked for that.
#
# **After this lesson you will be able to**
# * build KID from its kernel up, and say why it may fall below 0;
# * read the ± behind a score: of what is it the spread, and what makes it smaller;
# * say why KID and not FID when there are 120 test pictures, and show it with an experiment;
# * find out what a number rewards by trying to cheat it, and choose numbers that are hard to cheat **together**.
#
# **Time** about 95 minutes, 39 of them exercises. **You need** lessons 00 to 02 (what $s$, $s'$ and attention are). **From the paper**
# Section 4, Table 1: KID, which has no numbered equation. Here it is, to be taken apart below, for two sets of feature vectors
# $x_1 \dots x_n$ and $y_1 \dots y_m$ of $d$ numbers each:
#
# $$ k(x, y) = \left(\frac{x \cdot y}{d} + 1\right)^{3} \qquad\quad
# \widehat{\mathrm{MMD}^2} = \frac{1}{n(n-1)}\sum_{i \ne j} k(x_i, x_j) + \frac{1}{m(m-1)}\sum_{i \ne j} k(y_i, y_j)
# - \frac{2}{nm}\sum_{i,j} k(x_i, y_j) $$
# %% [markdown] tags=["instructor"]
# **For teachers · plan.** 95 minutes alone, 90 in class: 10 opening and pixels, 15 kernel, 20 MMD and bias, 15 ± and FID, 20 the plane and the
# cheat, 10 masks and the closing table. All cells together run in under half a minute. The heart is section 7.6. *Ask first:* "You are a
# reviewer. A paper shows row A, another row B, with these numbers. Which do you accept?" Let them vote, keep the vote on the board,
# and come back to it in 7.8.
# %% [markdown]
# ## 7.1 Pixels are no distance
#
# Nobody knows what *this* horse looks like as a zebra, so no output can be compared with its right answer. All we have are two **sets**: the
# outputs, and real zebras. Which set of outputs is closer?
#
# The first idea: subtract pixels. Take the mean absolute difference between each picture of a set and each of 128 real zebras, and average.
#
# **Predict first.** Three sets try it: other zebras, untouched horses, and 128 copies of one **blur**, the average of all zebra pictures (lesson 01 met it as the answer of a generator that knows only pixels). Which
# set will pixels call closest to zebras?
# %%
guess = ...  # "zebras", "horses" or "blur"
others, _ = savanna.draw("zebra", 128, 64, seed=2)
blur = others.float().mean(0).round().to(torch.uint8).expand_as(others)


def in_pixels(a, b):
    """Mean absolute difference of every picture of a with every one of b, 0 to 1; both uint8 (N, 3, H, W)."""
    return (torch.cdist(a.float().flatten(1), b.float().flatten(1), p=1).mean() / a[0].numel() / 255).item()


found = {name: in_pixels(p, zebras) for name, p in (("zebras", others), ("horses", horses), ("blur", blur))}
print({name: round(value, 3) for name, value in found.items()})
reveal(guess, min(found, key=found.get), "closest in pixels")
# %% [markdown]
# In pixels a grey-brown smear is closer to zebras than zebras are. It is wrong everywhere, but never very wrong, while two sharp pictures
# disagree on every stripe and every bush. A number like this would train us to blur.
#
# **Predict first.** One more, with single pictures. Take a zebra. Move it three pixels to the right. Or paint it brown, with the shipped
# model. Which of the two is further, in pixels, from the zebra we started with?
# %%
guess = ...  # "moved by 3 px" or "painted brown"
zebra, moved = others[:6], others[:6].roll(3, dims=3)
browned = to_uint8(translate_batch(models["savanna"], zebra, "t2s").translated)


def apart(a, b):
    """Mean change of pixels (0 to 1), and mean distance of feature vectors."""
    a, b = to_float(a), to_float(b)
    return (a - b).abs().mean() / 2, (look(a) - look(b)).norm(dim=1).mean()


found = {"moved by 3 px": apart(zebra, moved), "painted brown": apart(zebra, browned)}
titles = [f"{name}\npixels {p:.3f}\nfeatures {f:.1f}" for name, (p, f) in found.items()]
figures.show(
    figures.rows(["zebra", *titles], [zebra, moved, browned]),
    "Six zebras; the same, moved three pixels; the same, painted brown. In pixels the brown ones are "
    "nearer, in features the moved ones.",
)
reveal(guess, max(found, key=lambda name: found[name][0]), "further in pixels")
# %% [markdown]
# Pixels say the brown one is the nearer. The second number beside each row is what we will use instead: a distance between **features**.
#
# ## 7.2 A picture becomes 128 numbers
#
# A feature network looks at a picture and gives a short vector $x$ that says what is in it. The paper takes Inception (2048 numbers, learned on
# photographs). Ours is small, ships with the course and knows our savanna: it was trained to name the animal (horse, zebra, none) and the
# colours of the background. We throw its answers away and keep what it computed just before them.
# %%
# NBVAL_CHECK_OUTPUT
sets = {
    "horses": horses,
    "other horses": savanna.draw("horse", 128, 64, seed=12)[0],
    "A": made["A"],
    "B": made["B"],
    "zebras": zebras,
    "other zebras": others,
}
features = {name: look(to_float(pictures)) for name, pictures in sets.items()}
{name: tuple(x.shape) for name, x in features.items()}


# %% [markdown]
# Keep in mind what it was taught. **A distance between features sees what the features see.** These see backgrounds, and that will matter.
#
# ## 7.3 How alike are two pictures? The kernel
#
# A dot product is a simple measure of likeness: large when two vectors are large in the same places. KID bends it a little:
#
# $$ k(x, y) = \left(\frac{x \cdot y}{d} + 1\right)^3 $$
#
# Dividing by $d$, the number of features, makes it an average over features, so that 128 and 2048 features give numbers of
# a similar size. What the third power is good for we will see in a minute.
#
# **Your turn · 07.1 · ●○○ · 5 min.** Write the kernel for all pairs at once: row $i$, column $j$ of the result is $k(x_i, y_j)$. No loop is needed.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("07.1")
def kernel(x, y):
    """features (n, d) and (m, d) -> similarities (n, m)"""
    ### BEGIN SOLUTION
    return (x @ y.T / x.shape[1] + 1) ** 3
    ### END SOLUTION


# %% [markdown]
# Now all pictures meet all pictures: 20 of each set, 80 × 80 similarities. The number in each block is its mean. Look for bright blocks
# that do **not** lie on the diagonal.
# %%
names = ["horses", "A", "B", "zebras"]
some = torch.cat([features[name][:20] for name in names])  # (80, 128)
figures.show(
    show.gram(kernel(some, some), names),
    "A heat map of similarities. Horses are alike among themselves and unlike everything else; A, B "
    "and zebras are alike.",
)
# %% [markdown]
# Horses are like horses; A, B and zebras form one large bright square. So both programs left the land of horses. On the diagonal of the
# whole map each picture meets itself. Keep that diagonal in mind as well.
#
# **Why a third power?** With $u = x \cdot y / d$ it is $1 + 3u + 3u^2 + u^3$. Averaged over two sets, $u$ compares the sets' *means*,
# $u^2$ their *products of two* features (how widely they spread, which features go together), $u^3$ their *products of three*
# (lopsidedness). Here are two sets with the same mean, one spread twice as wide. What does the dot product alone see?
# %%
g = torch.Generator().manual_seed(0)
narrow, wide = torch.randn(500, 2, generator=g), 2 * torch.randn(500, 2, generator=g)
for name, k in {"dot product": lambda a, b: a @ b.T / 2, "third power": kernel}.items():
    within = [(k(a, a).sum() - k(a, a).trace()) / (500 * 499) for a in (narrow, wide)]
    print(f"{name}: alike within {within[0]:5.2f} and {within[1]:5.2f}, across {k(narrow, wide).mean():5.2f}")
# %% [markdown]
# For the dot product nothing is to be seen. With the third power the narrow set is less alike within than across, and the wide set so much more
# that the **sum** of the two within exceeds twice the across: 24.9 against 13.9. That surplus is what we measure next.
# %% [markdown]
# ## 7.4 How far apart are two sets? Three block means
#
# Two sets are far apart if pictures are alike **within** each set and unlike **across**. So add the two means within and subtract
# twice the mean across. If both sets come from one **distribution** (one recipe that pictures are drawn by), within and across are the same kind of pair, and
# everything cancels.
#
# One care is needed. The pairs within include each picture with itself (the crosses below), and nothing is as like a picture as
# itself. Across the sets no picture meets itself. To be fair we leave the crosses out.
# %%
x, y = features["horses"][:7], features["zebras"][:7]
figures.show(
    show.three_blocks(kernel(x, x), kernel(y, y), kernel(x, y)),
    "Similarities among 7 horses and 7 zebras: two dark blocks within, two light ones across; the "
    "diagonal is crossed out.",
)


# %% [markdown]
# The result has a name, the squared **maximum mean discrepancy**, and this way of estimating it is called **unbiased**: on average over many
# samples it is right.
#
# **Your turn · 07.2 · ●●○ · 12 min.** Write it. `kernel` is the one from above. The two sets may differ in size. Ask yourself: a block within $x$
# has $n^2$ entries; how many are left without the crosses?
# %%
# NBVAL_CHECK_OUTPUT
@exercise("07.2")
def mmd2(x, y):
    """features (n, d) and (m, d) -> the unbiased squared MMD, one number"""
    ### BEGIN SOLUTION
    n, m = len(x), len(y)
    xx, yy = kernel(x, x), kernel(y, y)
    within_x = (xx.sum() - xx.trace()) / (n * (n - 1))
    within_y = (yy.sum() - yy.trace()) / (m * (m - 1))
    return within_x + within_y - 2 * kernel(x, y).mean()
    ### END SOLUTION


# %% [markdown]
# **Predict first.** Now a set against itself, so to speak. We draw 400 zebras, deal out two random hands of 30, and measure their distance. Then again, 300
# times. It is one distribution, so the truth is 0. In which share of the 300 deals will your estimate be **negative**?
# %%
guess = ...  # a number between 0 and 1
one_law = look(to_float(savanna.draw("zebra", 400, 64, seed=20)[0]))


def biased(x, y):
    """The same with the crosses left in."""
    return kernel(x, x).mean() + kernel(y, y).mean() - 2 * kernel(x, y).mean()


g = torch.Generator().manual_seed(0)
deals = [torch.randperm(400, generator=g)[:60].split(30) for _ in range(300)]
estimates = {
    name: torch.tensor([float(f(one_law[i], one_law[j])) for i, j in deals])
    for name, f in (("with the crosses (biased)", biased), ("without (unbiased)", mmd2))
}
figures.show(
    show.around_zero(estimates),
    "Two histograms: with the crosses all estimates lie right of 0; without them they straddle 0 and "
    "average to it.",
)
reveal(guess, (estimates["without (unbiased)"] < 0).float().mean().item(), "share of negative estimates")


# %% [markdown]
# What just happened: about two thirds of the deals fall below 0, the rest reach further to the right, and the average is 0. A squared distance
# cannot be negative; an honest *estimate* of a distance of 0 must be, now and then. So **a slightly negative KID is no bug.** It says: with
# these features and this many pictures, nobody can tell the sets apart.
#
# The estimate with the crosses is never negative, and never right: 30 pictures give it about 0.5 (KID × 100)
# for nothing. Copies do harm too: if a picture of $x$ also lies in $y$, it meets itself across, the sets look closer than they are, and the
# estimate comes out too low. So look for duplicates before you compare test sets.
# %% [markdown]
# ## 7.5 Subsets, and what ± is
#
# The paper does not compare all pictures at once. It draws 10 random **subsets** of 50, without replacement, takes the unbiased
# distance for each, and reports the mean and the standard deviation of the ten.
#
# **Your turn · 07.3 · ●○○ · 6 min.** Write that. Use `mmd2` from above. Draw from each set separately, with
# `torch.randperm(n, generator=generator)`, so that anybody can repeat your number. Collect the values in a list, and make a tensor of it with `torch.tensor(values)`. The ± divides by the number of subsets: `.std(correction=0)`.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("07.3")
def kid(x, y, generator, subsets=10, size=50):
    """features (n, d) and (m, d) -> (mean, ±) of mmd2 over random subsets of `size` pictures"""
    ### BEGIN SOLUTION
    values = []
    for _ in range(subsets):
        i = torch.randperm(len(x), generator=generator)[:size]
        j = torch.randperm(len(y), generator=generator)[:size]
        values.append(mmd2(x[i], y[j]))
    values = torch.as_tensor(values)
    return values.mean(), values.std(correction=0)
    ### END SOLUTION


# %% [markdown]
# **Predict first.** With 10 subsets, horses against zebras has some ±. We ask for 300 subsets instead. Divide the old ± by the new one: what comes out?
# %%
guess = ...  # ± with 10 subsets divided by ± with 300


def plus_minus(pair, subsets, size):
    return float(kid(*(features[name] for name in pair), torch.Generator().manual_seed(0), subsets, size)[1])


pairs = {"horses and zebras": ("horses", "zebras"), "zebras and zebras": ("zebras", "other zebras")}
figures.show(
    show.spread(
        {name: {m: plus_minus(pair, 100, m) for m in (5, 10, 20, 40, 80)} for name, pair in pairs.items()},
        {name: {n: plus_minus(pair, n, 50) for n in (10, 30, 100, 300)} for name, pair in pairs.items()},
    ),
    "Left: ± falls as subsets get larger. Right: with more subsets the lines do not fall; with ten, "
    "± is too low by up to half.",
)
few, many = (plus_minus(("horses", "zebras"), subsets, 50) for subsets in (10, 300))
reveal(guess, few / many, "± of 10 over ± of 300")
# %% [markdown]
# More subsets do **not** shrink the ±; they only measure it better. (The green line even doubles from 10 to 300: ten subsets measure a ± badly, and
# this time they measured too little.) Larger subsets do: about $1/\sqrt m$ for sets that differ, and about
# $1/m$ for sets that do not. (When a subset is the whole set, the ± is 0. That does not mean certainty, only that there was nothing left to vary.)
#
# So before you compare two tables, ask for $m$. And ask what the ± is a spread **of**. Three answers are common:
#
# | ± is the standard deviation ... | it answers | for our method, KID × 100 to zebras |
# |---|---|---|
# | over subsets (the paper) | how much one subset's value jumps | below, first number |
# | of their mean, the one above over $\sqrt{10}$: standard error | how well the mean of the subsets is known | below, second number |
# | over trainings with other seeds | what *you* may get when you train it again | 6.2 ± 2.1 over seeds 5, 6, 7, 1600 steps each (`data/reproduced/README.md`, "The paper's number: KID") |
# %%
mean, spread, *_ = kid(features["A"], features["zebras"], torch.Generator().manual_seed(0))
mean, spread = 100 * float(mean), 100 * float(spread)
print(f"A to zebras: {mean:.1f} ± {spread:.2f} over 10 subsets of 50; standard error {spread / 10**0.5:.2f}")
# %% [markdown]
# (A is closer than the 6.2 of the table: the shipped model trained twice as long, 3200 steps.) The honest ± of the method is several times the ± in the table, for training again changes more than counting again. If two
# methods of a paper lie within a few ± of each other, and every one was trained once, the table has not decided between them.
#
# Now try all of it by hand. First one picture of it, then the controls: set A and B against zebras, then move $m$ and the number of
# subsets, and switch to the biased estimate.
# %%
from uagt_lib.evaluate.kid import draw, values

g = torch.Generator().manual_seed(0)
a, z = features["A"], features["zebras"]
figures.show(
    figures.kid_histogram(
        {m: values(a, z, draw(128, m, 200, g), draw(128, m, 200, g)) for m in (10, 50)}, float(mmd2(a, z))
    ),
    "200 subsets of 10 pictures scatter widely around the value of all pictures, 200 subsets of 50 "
    "much less.",
)
# %%
widgets.kid_explorer(features, {"A": "A (with attention)", "B": "B (CycleGAN)"})
# %% [markdown] tags=["instructor"]
# **For teachers · if you are short of time.** 7.3's expansion and the explorer can be skipped. Do not skip the deal of 300: *ask* "can a distance be
# negative?" before it, and "which of the two histograms would you rather publish?" after it. A frequent confusion: unbiased does not mean small error.
# The two histograms are about equally wide; only one of them has its middle at the truth.
# %% [markdown]
# ### Why not FID?
#
# The better known **Fréchet Inception Distance** compares means $\mu$ and covariances $C$ of the features:
# $\lVert\mu_x - \mu_y\rVert^2 + \mathrm{tr}\,(C_x + C_y - 2\,(C_x C_y)^{1/2})$. For 50 000 pictures it is fine. Horse2zebra has 120 test
# horses, and Inception 2048 features: a covariance of 2048 × 2048 numbers, from 120 pictures. Ours has only 128 features, so FID has it much
# easier here.
#
# **Predict first.** Which FID will be larger: that of two hands of 50 zebras dealt from **one distribution**, or that of 200 zebras against 200 from **another
# distribution** (zebras on greener grass, `bias=0.4`)?
# %%
guess = ...  # "one distribution" or "another distribution"
greener = look(to_float(savanna.draw("zebra", 400, 64, seed=21, bias=0.4)[0]))


def fid(x, y):
    x, y = x.double(), y.double()
    c_x, c_y = x.T.cov(), y.T.cov()
    root = torch.linalg.eigvals(c_x @ c_y).real.clamp(min=0).sqrt().sum()  # the trace of (C_x C_y)^(1/2)
    return (x.mean(0) - y.mean(0)).square().sum() + c_x.trace() + c_y.trace() - 2 * root


def both(x, y):
    return torch.tensor([float(fid(x, y)), float(mmd2(x, y))])


g, table = torch.Generator().manual_seed(1), {"one distribution": {}, "another distribution": {}}
for n in (20, 50, 100, 150, 200):
    deals = [torch.randperm(400, generator=g) for _ in range(20)]
    table["one distribution"][n] = torch.stack([both(one_law[p[:n]], one_law[p[n : 2 * n]]) for p in deals])
    table["another distribution"][n] = torch.stack([both(one_law[p[:n]], greener[p[:n]]) for p in deals])
# %%
figures.show(
    show.fid_and_kid(table),
    "FID of one distribution falls from 0.4 at 20 pictures towards 0 but stays above it; KID of one "
    "distribution lies at 0 for every n.",
)
few, many = table["one distribution"][50][:, 0].mean(), table["another distribution"][200][:, 0].mean()
print(f"FID: one distribution, 50 pictures {few:.2f}; another distribution, 200 pictures {many:.2f}")
reveal(guess, "one distribution" if few > many else "another distribution", "the larger FID")
# %% [markdown]
# FID's answer depends on how many pictures you counted, more than on what is in them. Its error has always the same sign, so no averaging
# removes it. The two FID curves fall together; KID's stay level, the other distribution's clearly above 0 from about 100 pictures on. That is why the paper, with 120
# to 140 test pictures, reports KID. (More features make it worse. And never compare FIDs of different $n$.)
# %% [markdown]
# ## 7.6 Closer to what? The number that a coin can beat
#
# Back to row A and row B. "Close to zebras" is not what we asked for. We asked for a zebra **in the horse's place**: animal from the target,
# everything else from the source. So the paper measures the distance to both sets, and reports **the mean of KID to the source and KID to the target**.
# (People asked the authors which one it was. It is both.)
#
# Two numbers make a point in a plane. Where would you want to be? Bottom left. Here are some candidates; "doing nothing" hands back the horses.
# %%
source, target = features["other horses"], features["zebras"]  # fresh pictures: no output meets its own input
candidates = {
    "doing nothing": features["horses"],
    "attention": features["A"],
    "CycleGAN": features["B"],
    "real zebras": features["other zebras"],
}
colors = {
    "doing nothing": palette.BLACK,
    "attention": palette.GREEN,
    "CycleGAN": palette.ORANGE,
    "real zebras": palette.BLUE,
}
points = {name: (float(mmd2(x, source)), float(mmd2(x, target))) for name, x in candidates.items()}
gap = float(mmd2(source, target))
for name, (to_source, to_target) in points.items():
    mean = (to_source + to_target) / 2
    print(f"{name:14} to source {100 * to_source:6.1f}   to target {100 * to_target:6.1f}   mean {100 * mean:5.1f}")
blurred = torch.nn.functional.avg_pool2d(to_float(others), 3, 1, 1, count_include_pad=False)
print(f"real zebras, blurred over 3 x 3 pixels: to target {100 * float(mmd2(look(blurred), target)):.1f}")
# %% [markdown]
# By KID **to the target** CycleGAN wins, and rightly so by its own lights: our features see grass, its grass is the zebras' grass, and
# attention's is not. It is *rewarded for the very thing we hold against it*. The eye sees CycleGAN's smears as well, and the number
# does not. Not because the features overlook every blur: a blur of 3 × 3 pixels costs real zebras dozens of points. They learned to name animals and
# grass, and notice the damage that disturbs this, no other. By **the mean** the two are about level on this pair of checkpoints,
# and doing nothing is hardly worse. With three trainings each, `data/reproduced/README.md` finds 51.8 ± 3.5 for attention and 62.6 ± 5.1 for CycleGAN; so the mean leans the
# right way, faintly.
#
# **Predict first.** Now a cheat. It translates nothing. For every second horse it hands back the horse; for the others it hands out a real zebra picture
# that has nothing to do with it. What mean will it score? (The four above score 55 to 59.)
# %%
guess = ...  # KID x 100, mean of source and target
cheat = torch.cat([features["horses"][::2], features["other zebras"][::2]])
points["cheat"] = float(mmd2(cheat, source)), float(mmd2(cheat, target))
colors["cheat"] = palette.PURPLE
figures.show(
    show.plane(points, colors, gap),
    "KID to the source against KID to the target. Doing nothing at one end, zebras, CycleGAN and "
    "attention at the other; "
    "the cheat in the middle of the curve, with half of everybody's mean.",
)
reveal(guess, 50 * sum(points["cheat"]), "the cheat's mean")


# %% [markdown]
# The cheat beats everything, by a factor of two. Three lines with block means show why. Write $ss$, $tt$, $st$ for the mean similarity
# within horses, within zebras, across. The cheat $p$ is half of each, so
#
# $$ pp = \tfrac14 (ss + 2\,st + tt), \qquad ps = \tfrac12 (ss + st), \qquad
# pp + ss - 2\,ps = \tfrac14 (ss + tt - 2\,st). $$
#
# A quarter of the whole distance, to each side. In general a share $w$ of zebras scores $w^2$ to the source and $(1-w)^2$ to the target:
# that is the grey curve, and, but for noise, **no set can lie below it**. Its lowest mean is a quarter of the distance between the domains, in the middle, and the ends score half:
# $100 \times$ `gap` here is about 115, so doing nothing scores half of that, about 57.
#
# KID looks at sets. It never asks whether output 17 came from input 17. A method that fails on every second picture looks, to the mean,
# like one that does half of the job everywhere.
#
# **Does this happen to published numbers?** For horse2zebra photographs, with EfficientNet features and the paper's protocol, the untouched horses
# score a mean of 10.99. Translations that others published of CycleGANs score 9.23, 11.37 and 11.41 (120 test horses; only 50 in the first case): two of three lose to doing nothing.
# (`uagt evaluate OUTPUTS --data horse2zebra --features efficientnet-lite0`; every report of that command holds the row "source untouched".)
# Table 1 of the paper, in Inception's scale, has no such row. Ours always does.
# %% [markdown] tags=["instructor"]
# **For teachers · discussion.** *Ask:* "Is the paper's number useless, then?" No: among honest methods that translate every picture it leans the right way, and
# KID to either side means something. But a mean hides which of the two moved, so read both columns, and always show the row of
# doing nothing. *Ask:* "What would EfficientNet's features say?" (`data/reproduced/README.md`: to target attention 21.5, CycleGAN 57.0, the reverse of ours; it never saw a drawing.)
# *Ask:* "Could a generator learn the cheat?" Hardly: it sees one picture at a time, and the cycle loss wants its way back. But an
# unlucky one that translates half of the horses well and ignores the others lands close to it: half A, half horses scores about 29.
# %% [markdown]
# ## 7.7 Numbers that need masks
#
# We drew the savanna, so we know every animal's pixels. That allows questions that no distance between sets can ask. The first: **did attention
# find the animal?** Threshold the map, and compare with the mask by *intersection over union*: pixels in both, over pixels in at least one.
#
# **Your turn · 07.4 · ●●○ · 8 min.** A pixel is attended where attention exceeds the threshold, and object where the mask exceeds 0.5. Score each
# picture, then average. A picture without any animal should score 1 if nothing is attended there, else 0.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("07.4")
def iou(attention, masks, threshold=0.5):
    """attention and masks, (N, 1, H, W) in [0, 1] -> one number in [0, 1]"""
    ### BEGIN SOLUTION
    found, objects = attention > threshold, masks > 0.5
    shared = (found & objects).flatten(1).sum(1)
    union = (found | objects).flatten(1).sum(1)
    return torch.where(union == 0, 1.0, shared / union.clamp(min=1)).mean()
    ### END SOLUTION


# %%
attention = result["A"].attention
each = [float(iou(attention[i : i + 1], horse_masks[i : i + 1])) for i in range(7)]
figures.show(
    show.overlap(horses[:7], attention[:7], horse_masks[:7], 0.5, each),
    "Seven horses with attention over them: nearly all of each animal is found, some legs and ears "
    "are missed.",
)
low, mid, high = (float(iou(attention, horse_masks, threshold)) for threshold in (0.1, 0.5, 0.9))
print(f"IoU at threshold 0.1: {low:.2f}, at 0.5: {mid:.2f}, at 0.9: {high:.2f}")
print(f"CycleGAN, which attends everywhere: {float(iou(torch.ones_like(horse_masks), horse_masks)):.2f}")


# %% [markdown]
# An IoU without a baseline means little: attending to *everything* already scores the animals' share of the pixels. On photographs with large
# animals that is 0.25, and a disc in the middle of the picture scores 0.43 (`data/reproduced/README.md`, `uagt evaluate attention`). Always report the threshold too.
#
# The second question: **was the animal changed, and everything else left alone?** You wrote the background error in lesson 00. A mean over the whole
# pile is what the cheat lives on, though: what it leaves alone in one picture hides what it ruins in the next. So let us judge every picture for itself
# and count.
#
# **Your turn · 07.5 · ●●○ · 8 min.** The share of pictures that are *done right*: the mean change of the animal (mask above 0.5) is more than
# `changed`, and that of the background (mask below 0.01) is less than `kept`. Change is the absolute difference, averaged over colours, and black to
# white counts 1.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("07.5")
def done_right(source, translated, masks, changed=0.1, kept=0.02):
    """images (N, 3, H, W) in [-1, 1], masks (N, 1, H, W) in [0, 1] -> one number in [0, 1]"""
    ### BEGIN SOLUTION
    change = (source - translated).abs().mean(1, keepdim=True) / 2
    parts = (masks > 0.5, masks < 0.01)
    animal, background = ((change * part).sum((1, 2, 3)) / part.sum((1, 2, 3)) for part in parts)
    return ((animal > changed) & (background < kept)).float().mean()
    ### END SOLUTION


# %% [markdown]
# **Predict first.** Half of the cheat's pictures are untouched horses, the others are real zebras. What share of them is done right?
# %%
guess = ...  # a number between 0 and 1
s = to_float(horses)
outputs = {
    "attention": result["A"].translated,
    "CycleGAN": result["B"].translated,
    "doing nothing": s,
}
outputs["cheat"] = torch.where(torch.arange(128)[:, None, None, None] % 2 == 0, s, to_float(others))
figures.show(
    show.change_maps(s[:7], {name: image[:7] for name, image in outputs.items()}, horse_masks[:7]),
    "Where outputs differ from inputs: attention inside the animals' outlines only, CycleGAN "
    "everywhere, the cheat in every second picture.",
)
reveal(guess, float(done_right(s, outputs["cheat"], horse_masks)), "the cheat's pictures done right")
# %% [markdown]
# ## 7.8 Which number do you trust?
#
# None of the cheat's: one half leaves the animal alone, the other replaces the meadow too. All candidates now, all numbers. Change **on** the
# animals is new, the opposite of background error.
# %%
print(f"{'':14} {'KID to target':>13} {'mean of both':>13} {'background':>11} {'on animals':>11} {'done right':>11}")
for name, image in outputs.items():
    to_source, to_target = points[name]
    background = background_error(s, image, horse_masks)
    animals = ((s - image).abs() * (horse_masks > 0.5)).sum() / (3 * (horse_masks > 0.5).sum()) / 2
    right = float(done_right(s, image, horse_masks))
    row = f"{100 * to_target:13.1f} {50 * (to_source + to_target):13.1f} {background:11.3f} {float(animals):11.2f}"
    print(f"{name:14} {row} {right:11.2f}")
# %% [markdown]
# | column | who wins | how it is fooled |
# |---|---|---|
# | KID to target | CycleGAN | repaint the background as well: then the whole picture looks like the target |
# | mean of both | the cheat | leave half of the pictures alone |
# | background error | doing nothing | touch nothing |
# | change on animals | whoever changes most | paint anything, if only it is different |
# | share done right | attention | paint the animal purple and keep the rest |
#
# There is no column that nothing fools. But *together* they are hard to fool: every picture done right **and** KID to target far below doing
# nothing. Only attention passes both. That is why every score in this course comes as a row, with the pictures beside it. Where no masks exist, as in the paper,
# the row is shorter, so the pictures weigh more.
#
# Go back to the first figure. Your vote and the number disagreed. Now you can say what each of them was looking at.
# %%
quiz("07")
# %%
progress("07")
# %% [markdown]
# **One question to take away.** You want to compare two methods on your own photographs. You have no masks, 80 test pictures of each kind, and time to train each
# method three times. Which numbers go into your table, which ± stands behind them, and which rows do you add that are no method at all?
#
# **Read on.** The paper's Section 4 (what it reports) · Bińkowski et al., *Demystifying MMD GANs*, ICLR 2018 (KID) · the top of `uagt_lib/evaluate/kid.py`, where our KID is
# held against torch-fidelity's, torchmetrics' and clean-fid's · `uagt_lib/evaluate/attention.py` · `tests/test_kid.py`, where `test_unbiased_means_zero_on_average_and_biased_does_not` is the histogram of 7.4.
# Next: lesson 08, which takes the system apart, and needs a number for every piece that is missing.
