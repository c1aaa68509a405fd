# Answers follow: this is the source of notebooks/07_measuring.ipynb. If you came to learn, open that one.
# %% [markdown]
# # 07 · Measuring
#
# Two programs turned the same horses into zebras. A number that papers trust is about to tell you which one did better. You may not
# believe it, and by the end of this lesson you will know why it said so.
# %%
import torch

from uagt_lib.course import exercise, hint, progress, quiz, reveal
from uagt_lib.course.lessons.lesson_07 import figures as show
from uagt_lib.course.lessons.lesson_07.toys import two_programs
from uagt_lib.data import savanna
from uagt_lib.data.pairs import to_float, to_uint8
from uagt_lib.evaluate.attention import background_error
from uagt_lib.evaluate.features import load_extractor
from uagt_lib.evaluate.kid import kernel, kid, mmd2
from uagt_lib.inference import translate_batch
from uagt_lib.show import figures, palette, widgets

# neither program was trained on these horses; the zebras are real ones to compare with
horses, horse_masks = savanna.draw("horse", 128, 64, seed=2)
zebras, _ = savanna.draw("zebra", 128, 64, seed=12)
# %%
programs = two_programs()  # "A" and "B"; who they are comes later
result = {name: translate_batch(model, horses) for name, model in programs.items()}
made = {name: to_uint8(r.translated) for name, r in result.items()}  # uint8 (128, 3, 64, 64)

look = load_extractor("savanna")
score = {
    name: 100 * mmd2(look(to_float(x)), look(to_float(zebras))) for name, x in made.items()
}
far = {name: f"{name}: {distance:.1f} from zebras" for name, distance in score.items()}
figures.show(
    figures.rows(
        ["horses", far["A"], far["B"], "real zebras"],
        [horses[:7], made["A"][:7], made["B"][:7], zebras[:7]],
    ),
    "Seven horses; A, which paints zebras onto the same meadow; B, which also turns the meadow "
    "into dry grass; real zebras.",
)
print(f"To zebras, B is {score['A'] / score['B']:.0f} times closer than A.")
# %% [markdown]
# The number beside each row is a **Kernel Inception Distance** (KID × 100) to real zebras: lower is closer. B wins by far. Which row
# would *you* accept? Write it down; section 7.8 comes back to it.
# %%
vote = ...  # "A" or "B"
# %% [markdown]
# Now look below the animals: B swapped the meadow for dry grass, and nobody had asked for that.
#
# **After this lesson you will be able to**
# * build KID from its kernel up, and say what its estimate does where the distance is 0;
# * read the ± behind a score: of what is it the spread, and what makes it smaller;
# * find out what a number rewards by trying to cheat it, and choose numbers that are hard to cheat **together**.
#
# **Time** about 55 minutes, 39 of them exercises; *Further*, at the end, is another five. **You need** lessons 00 to 02 (what $s$, $s'$ and
# attention are). **From the paper** Section 4, Table 1: KID, which has no numbered equation. Here it is, to be taken apart below, for two
# sets of feature vectors $x_1 \dots x_n$ and $y_1 \dots y_m$ of $d$ numbers each:
#
# $$ k(x, y) = \left(\frac{x \cdot y}{d} + 1\right)^{3} $$
#
# $$ \begin{aligned} \widehat{\mathrm{MMD}^2} ={} & \frac{1}{n(n-1)}\sum_{i \ne j} k(x_i, x_j) + \frac{1}{m(m-1)}\sum_{i \ne j} k(y_i, y_j) \\
# & - \frac{2}{nm}\sum_{i,\,j} k(x_i, y_j) \end{aligned} $$
# %% [markdown] tags=["instructor"]
# **For teachers · plan.** 70 minutes in class: 10 opening and pixels, 10 kernel, 20 MMD and subsets, 20 the plane and the cheat, 10 masks
# and the closing table; *Further* is for whoever is early. The heart is section 7.6. *Ask first:* "You are a reviewer. A paper shows row A,
# another row B, with these numbers. Which do you accept?" Let them vote, keep the vote on the board, and come back to it in 7.8.
# %% [markdown]
# ## 7.1 Pixels are no distance
#
# Nobody knows what *this* horse looks like as a zebra, so no output can be compared with its right answer. All we have are two **sets**: the
# outputs, and real zebras. Which set of outputs is closer?
#
# The first idea: subtract pixels. Take the mean absolute difference between each picture of a set and each of 128 real zebras, and average.
#
# **Predict first.** Three sets try it: other zebras, untouched horses, and 128 copies of one **blur**, the average of all zebra pictures.
# Which set will pixels call closest to zebras?
# %%
guess = ...  # "zebras", "horses" or "blur"
others, _ = savanna.draw("zebra", 128, 64, seed=2)
blur = others.float().mean(0).round().to(torch.uint8).expand_as(others)


def in_pixels(a, b):
    """Of all pairs: mean absolute difference, and the share of numbers more than 1/4 apart."""
    change = ((x.float() - b.float()).abs() / 255 for x in a[:32])  # one picture of a, all of b
    means = [(c.mean(), (c > 0.25).float().mean()) for c in change]
    return torch.tensor(means).mean(0).tolist()


found = {
    name: in_pixels(p, zebras)
    for name, p in (("zebras", others), ("horses", horses), ("blur", blur))
}
for name, (mean, far) in found.items():
    print(f"{name:7} differ from zebras by {mean:.3f}; {far:.0%} of the numbers by over 1/4")
reveal(guess, min(found, key=lambda name: found[name][0]), "closest in pixels")
# %% [markdown]
# A smear is closer to zebras than zebras are: it is hardly anywhere far off, while two sharp pictures disagree wherever one has a stripe
# and the other has not. A number like this would train us to blur.
#
# **Predict first.** One more, with single pictures. Take a zebra. Move it three pixels to the right. Or paint it brown, with the shipped
# model. Which of the two is further, in pixels, from the zebra we started with?
# %%
guess = ...  # "moved by 3 px" or "painted brown"
zebra, moved = others[:6], others[:6].roll(3, dims=3)
browned = to_uint8(translate_batch(programs["A"], zebra, "t2s").translated)


def apart(a, b):
    """Mean change of pixels (0 to 1), and mean distance of feature vectors."""
    a, b = to_float(a), to_float(b)
    return (a - b).abs().mean() / 2, (look(a) - look(b)).norm(dim=1).mean()


found = {"moved by 3 px": apart(zebra, moved), "painted brown": apart(zebra, browned)}
titles = [f"{name}\npixels {p:.3f}\nfeatures {f:.1f}" for name, (p, f) in found.items()]
figures.show(
    figures.rows(["zebra", *titles], [zebra, moved, browned]),
    "Six zebras; below them the same, "
    + "; and ".join(title.replace("\n", ", ") for title in titles),
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
# Keep in mind what it was taught. **A distance between features sees what the features see.**
#
# ## 7.3 How alike are two pictures? The kernel
#
# A dot product is a simple measure of likeness: large when two vectors are large in the same places. KID bends it a little:
#
# $$ k(x, y) = \left(\frac{x \cdot y}{d} + 1\right)^3 $$
#
# Dividing by $d$, the number of features, makes it an average over features, which does not grow with their number. The third power lets
# it see more than the average picture of a set (*Further*, 7.9).
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
# Now all pictures meet all pictures: 20 of each set, 80 × 80 similarities. **Bright means alike.** The number in each block is its mean.
# Look for bright blocks that do **not** lie on the diagonal.
# %%
names = ["horses", "A", "B", "zebras"]
some = torch.cat([features[name][:20] for name in names])  # (80, 128)
figures.show(
    show.gram(kernel(some, some), names),
    "A heat map of similarities, bright where pictures are alike. Horses are alike among "
    "themselves and unlike everything else; A, B and zebras are alike.",
)
# %% [markdown]
# Horses are like horses; A, B and zebras form one large bright square. So both programs left the land of horses. On the diagonal of the
# whole map each picture meets itself. Keep that diagonal in mind.
#
# ## 7.4 How far apart are two sets? Three block means
#
# Two sets are far apart if pictures are alike **within** each set and unlike **across**. So add the two means within and subtract
# twice the mean across. If both sets come from one **distribution** (one recipe that pictures are drawn by), within and across are the
# same kind of pair, and everything should cancel.
#
# One care is needed. The pairs within include each picture with itself (the crosses below). Across the sets no picture meets itself. To be
# fair we leave the crosses out. Again, bright means alike.
# %%
x, y = features["horses"][:7], features["zebras"][:7]
figures.show(
    show.three_blocks(kernel(x, x), kernel(y, y), kernel(x, y)),
    "Similarities among 7 horses and 7 zebras: two bright blocks within, two dark ones across; "
    "the diagonal is crossed out.",
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
# **Predict first.** Now a set against itself, so to speak. We draw 400 zebras, deal out two random hands of 30, and measure their distance.
# Then again, 300 times. It is one distribution, so the truth is 0. In which share of the 300 deals will your estimate be **negative**?
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
    "Two histograms of 300 estimates, with the crosses and without, and their averages; the "
    "legend says how many lie below 0.",
)
reveal(
    guess,
    (estimates["without (unbiased)"] < 0).float().mean().item(),
    "share of negative estimates",
)


# %% [markdown]
# What just happened: many deals fall below 0, a few reach far to the right, and the average is near 0 (the dashed line; the legend has the
# numbers). A squared distance cannot be negative; an honest *estimate* of a distance of 0 must be, now and then. So **a slightly negative KID
# is no bug.** It says: with these features and this many pictures, the sets cannot be told apart.
#
# The estimate with the crosses is never negative, and here never right either: all of its deals lie to the right of 0.
# %% [markdown]
# ## 7.5 Subsets, and what ± is
#
# The paper does not compare all pictures at once. It draws 10 random **subsets** of 50, without replacement, takes the unbiased
# distance for each, and reports the mean and the standard deviation of the ten.
#
# **Your turn · 07.3 · ●○○ · 6 min.** Write that. Use `mmd2` from above. Draw from each set separately, with
# `torch.randperm(n, generator=generator)`, so that anybody can repeat your number. Collect the values in a list, and make a tensor of it with
# `torch.tensor(values)`. The ± divides by the number of subsets: `.std(correction=0)`.
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
    g = torch.Generator().manual_seed(0)
    return float(kid(*(features[name] for name in pair), g, subsets, size)[1])


pairs = {
    "horses and zebras": ("horses", "zebras"),
    "zebras and zebras": ("zebras", "other zebras"),
}
by_size = {
    name: {m: plus_minus(pair, 300, m) for m in (5, 10, 20, 40, 80)}
    for name, pair in pairs.items()
}
by_count = {
    name: {n: plus_minus(pair, n, 50) for n in (10, 30, 100, 300)}
    for name, pair in pairs.items()
}
figures.show(
    show.spread(by_size, by_count),
    "± × 100 for subsets of 5 to 80 pictures, and for 10 to 300 subsets.",
)
for name in pairs:
    count, size = by_count[name][10] / by_count[name][300], by_size[name][5] / by_size[name][20]
    print(f"{name}: ± of 10 subsets is {count:.2f} times that of 300;", end=" ")
    print(f"± of 5 pictures is {size:.1f} times that of 20")
few, many = (by_count["horses and zebras"][n] for n in (10, 300))
reveal(guess, few / many, "± of 10 over ± of 300")
# %% [markdown]
# If more subsets made the ± smaller, the first factor would be $\sqrt{30} \approx 5.5$. It is not: more subsets only measure the ± better, and ten
# measure it badly (another seed, another factor). Larger subsets do make it smaller. Four times as many pictures divide it by about $\sqrt 4$
# where the sets differ, and by about 4 where they do not; compare with your factors.
#
# So before you compare two tables, ask for $m$. And ask what the ± is a spread **of**. Three answers are common:
#
# | ± is the standard deviation ... | it answers | our method, KID × 100 to zebras |
# |---|---|---|
# | over subsets (the paper) | how much one subset's value jumps | below, first number |
# | of their mean, the one above over $\sqrt{10}$: standard error | how well the mean of the subsets is known | below, second number |
# | over trainings with other seeds | what *you* may get when you train it again | 4.5 ± 1.5 (the project's seeds 5, 6, 7, 1600 steps each: `data/reproduced/README.md`) |
# %%
mean, spread, *_ = kid(features["A"], features["zebras"], torch.Generator().manual_seed(0))
mean, spread = 100 * float(mean), 100 * float(spread)
print(f"A to zebras: {mean:.1f} ± {spread:.2f} over 10 subsets of 50")
print(f"standard error of that mean: {spread / 10**0.5:.2f}")
print(f"Training again: ± 1.5, {1.5 / spread * 10**0.5:.0f} times this standard error.")
# %% [markdown]
# (A, the shipped model, trained for 3200 steps; the three runs of the table for 1600.) If two methods of a paper lie within a few ± of each
# other, and every one was trained once, the table has not decided between them.
# %% [markdown] tags=["instructor"]
# **For teachers · if you are short of time.** Do not skip the deal of 300: *ask* "can a distance be negative?" before it, and "which of the two
# histograms would you rather publish?" after it. A frequent confusion: unbiased does not mean small error. The two histograms are about
# equally wide; only one of them has its middle at the truth.
# %% [markdown]
# ## 7.6 Closer to what?
#
# Back to row A and row B. Why is B closer to zebras? It differs from A in two things: its animals, and its meadow. We have the masks, so we can
# exchange one of them at a time.
#
# **Predict first.** Take A's animals and put them on B's meadow. Will that be closer to zebras than A, and than B?
# %%
guess = ...  # "than neither", "than A", "than B" or "than both"
to_zebras = {}
for animals in "AB":
    for meadow in "AB":
        inside, around = result[animals].translated, result[meadow].translated
        mixed = horse_masks * inside + (1 - horse_masks) * around
        found = 100 * float(mmd2(look(to_float(to_uint8(mixed))), features["zebras"]))
        print(f"{animals}'s animals on {meadow}'s meadow: {found:.1f} from zebras")
        to_zebras[animals, meadow] = found
closer = [name for name in "AB" if to_zebras["A", "B"] < to_zebras[name, name]]
which = "both" if len(closer) == 2 else "".join(closer) or "neither"
reveal(guess, f"than {which}", "A's animals on B's meadow are closer to zebras")
# %% [markdown]
# It is the grass. B's animals alone, on A's meadow, are farther from zebras than A's; on B's meadow there is little between the two. What makes B win is its meadow,
# whoever's animals stand on it. Our features see grass, and most real zebras stand on dry grass. KID to the target *rewards the very thing we
# hold against B*.
#
# "Close to zebras" is not what we asked for. We asked for a zebra **in the horse's place**: animal from the target, everything else from the
# source. So the paper measures the distance to both sets, and reports **the mean of KID to the source and KID to the target**.
#
# Two numbers make a point in a plane. Where would you want to be? Bottom left. Here are some candidates; "doing nothing" hands back the horses.
# %%
source, target = features["other horses"], features["zebras"]  # no output meets its own input
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
points = {
    name: (float(mmd2(x, source)), float(mmd2(x, target))) for name, x in candidates.items()
}
gap = float(mmd2(source, target))
for name, (to_source, to_target) in points.items():
    print(f"{name:14} to source {100 * to_source:6.1f}", end="   ")
    print(f"to target {100 * to_target:6.1f}   mean {50 * (to_source + to_target):5.1f}")
# %% [markdown]
# By **the mean** this pair of checkpoints is hardly told apart, and doing nothing is not far behind. With three
# trainings each, the project found 53.7 ± 2.9 for attention, 60.9 ± 5.8 for CycleGAN and 61.5 for doing nothing (`data/reproduced/README.md`,
# 64 pictures). There the mean leans the right way.
#
# **Predict first.** Now a cheat. It translates nothing. For every second horse it hands back the horse; for the others it hands out a real zebra picture
# that has nothing to do with it. What mean will it score?
# %%
guess = ...  # KID x 100, mean of source and target
cheat = torch.cat([features["horses"][::2], features["other zebras"][::2]])
points["cheat"] = float(mmd2(cheat, source)), float(mmd2(cheat, target))
colors["cheat"] = palette.PURPLE
figures.show(
    show.plane(points, colors, gap),
    "KID to the source and to the target as points in a plane, beside the curve of mixtures: "
    + ", ".join(f"{name} {100 * x:.0f} and {100 * y:.0f}" for name, (x, y) in points.items()),
)
best = min(50 * sum(xy) for name, xy in points.items() if name != "cheat")
print(f"the lowest mean of all others: {best:.1f}")
print(f"a quarter of the distance between the domains: {25 * gap:.1f}")
reveal(guess, 50 * sum(points["cheat"]), "the cheat's mean")


# %% [markdown]
# The cheat beats everything. Three lines with block means show why. Write $ss$, $tt$, $st$ for the mean similarity
# within horses, within zebras, across. The cheat $p$ is half of each, so
#
# $$ pp = \tfrac14 (ss + 2\,st + tt), \qquad ps = \tfrac12 (ss + st), $$
#
# $$ pp + ss - 2\,ps = \tfrac14 (ss + tt - 2\,st). $$
#
# A quarter of the whole distance, to each side. In general a share $w$ of zebras scores $w^2$ of it to the source and $(1-w)^2$ to the target:
# that is the grey curve, and, but for noise, **no set can lie below it** (MMD, the root, obeys the triangle inequality). Its lowest mean is in
# the middle, a quarter of the distance between the domains; its ends, where doing nothing lies, score half.
#
# KID looks at sets. It never asks whether output 17 came from input 17. A method that fails on every second picture looks, to the mean,
# like one that does half of the job everywhere.
#
# **Does this happen with other features?** The project scored the same runs with EfficientNet, which never saw a drawing: doing nothing has a
# mean of 25.8, attention 34.0 ± 2.5, CycleGAN 67.0 ± 2.1 (`data/reproduced/README.md`). By the mean doing nothing wins. Table 1 of the paper
# has no such row. Ours always does, and so has every report of `uagt evaluate`: "source untouched".
# %% [markdown] tags=["instructor"]
# **For teachers · discussion.** *Ask:* "Is the paper's number useless, then?" KID to either side means something, but a mean hides which of the
# two moved: read both columns, and always show the row of doing nothing. *Ask:* "Could a generator learn the cheat?" It sees one picture at a
# time, and the cycle loss wants its way back. But what if it translates half of the horses well and ignores the others? Let them score it:
# `torch.cat([features["horses"][::2], features["A"][1::2]])`.
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
    "Seven horses with attention over them; IoU " + ", ".join(f"{score:.2f}" for score in each),
)
low, mid, high = (
    float(iou(attention, horse_masks, threshold)) for threshold in (0.1, 0.5, 0.9)
)
print(f"IoU at threshold 0.1: {low:.2f}, at 0.5: {mid:.2f}, at 0.9: {high:.2f}")
everywhere = torch.ones_like(horse_masks)
print(f"CycleGAN, which attends everywhere: {float(iou(everywhere, horse_masks)):.2f}")


# %% [markdown]
# An IoU without a baseline means little: attending to *everything* already scores the animals' share of the pixels. On photographs of horses that
# is 0.25, and a disc in the middle of the picture scores 0.43 (245 and 327 photographs, `data/reproduced/README.md`). Report the threshold, too.
#
# The second question: **was the animal changed, and everything else left alone?** You wrote the background error in lesson 00. But a mean over the
# whole pile lets pictures left alone hide pictures that are ruined. So let us judge every picture for itself and count.
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
    animal, background = (
        (change * part).sum((1, 2, 3)) / part.sum((1, 2, 3)) for part in parts
    )
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
outputs["cheat"] = torch.where(
    torch.arange(128)[:, None, None, None] % 2 == 0, s, to_float(others)
)
right = {name: float(done_right(s, image, horse_masks)) for name, image in outputs.items()}
figures.show(
    show.change_maps(
        s[:7], {name: image[:7] for name, image in outputs.items()}, horse_masks[:7]
    ),
    "Where outputs differ from inputs. Done right: "
    + ", ".join(f"{name} {x:.2f}" for name, x in right.items()),
)
reveal(guess, right["cheat"], "the cheat's pictures done right")
# %% [markdown]
# ## 7.8 Which number do you trust?
#
# All candidates now, all numbers. Change **on** the animals is new, the opposite of background error. And one more candidate: a painter who makes
# every animal purple.
# %%
violet = torch.tensor([0.4, -0.6, 0.6])[None, :, None, None].expand_as(s)
outputs["purple"] = torch.where(horse_masks > 0.5, violet, s)
painted = look(outputs["purple"])
points["purple"] = float(mmd2(painted, source)), float(mmd2(painted, target))


def numbers(name):
    image, (to_source, to_target) = outputs[name], points[name]
    on_animals = (
        ((s - image).abs() * (horse_masks > 0.5)).sum() / (3 * (horse_masks > 0.5).sum()) / 2
    )
    return {
        "KID to target": 100 * to_target,
        "mean of both": 50 * (to_source + to_target),
        "background": background_error(s, image, horse_masks),
        "on animals": float(on_animals),
        "done right": float(done_right(s, image, horse_masks)),
    }


table = {name: numbers(name) for name in outputs}
print(f"{'':14}" + "".join(f"{column:>15}" for column in table["cheat"]))
for name, row in table.items():
    print(f"{name:14}" + "".join(f"{value:15.3f}" for value in row.values()))
for column in table["cheat"]:
    top = max if column in ("on animals", "done right") else min
    best = top(row[column] for row in table.values())
    print(f"best {column}:", ", ".join(n for n, row in table.items() if row[column] == best))
reveal(
    vote,
    "A" if table["attention"]["done right"] > table["CycleGAN"]["done right"] else "B",
    "more done right",
)
# %% [markdown]
# | column | how it is fooled |
# |---|---|
# | KID to target | repaint the background as well (7.6) |
# | mean of both | leave half of the pictures alone, replace the others: the cheat |
# | background | touch nothing |
# | on animals, done right | paint the animals anything: purple |
#
# There is no column that nothing fools, and not only by cheats made up for a lesson: on photographs, four of fifteen trainings of CycleGAN and its relatives came out as photographic *negatives*. Their means, KID × 100 of
# 21.5 to 23.4 from horses to zebras, are hardly worse than the eleven others', 16.8 to 22.7 (`data/reproduced/README.md`).
#
# Nor does it take a cheat. For a while we ourselves scored networks that look at 112 px after enlarging their results to photographs of 256. But zebras that
# are only shrunk to 112 px are KID 5.0 away from other zebras, and 0.04 as they are: so whatever was repainted paid for its blur, and our horses seemed hardly nearer to zebras than doing
# nothing, 18.8 of 21.7. At the networks' own size it is 12.7 of 19.3. Before you compare two sets, compare their sizes.
#
# No column alone, then. But *together* they are hard to fool: every picture done right **and** KID to target below a tenth of doing
# nothing. Who passes both? That is why every score in this course comes as a row, with the pictures beside it. Where no masks exist, as in the
# paper, the row is shorter, so the pictures weigh more.
#
# Go back to the first figure. Now you can say what the number was looking at, and what you were.
# %%
quiz("07")
# %%
progress("07")
# %% [markdown]
# **One question to take away.** You want to compare two methods on your own photographs. You have no masks, 80 test pictures of each kind, and time to train each
# method three times. Which numbers go into your table, which ± stands behind them, and which rows do you add that are no method at all?
#
# **Read on.** The paper's Section 4 (what it reports) · Bińkowski et al., *Demystifying MMD GANs*, ICLR 2018 (KID) · the top of `uagt_lib/evaluate/kid.py`,
# where our KID is held against torch-fidelity's, torchmetrics' and clean-fid's · `uagt_lib/evaluate/attention.py`. Next: lesson 08, which takes the system
# apart, and needs a number for every piece that is missing. Or first:
# %% [markdown]
# ## Further
#
# Five minutes, without exercises: what the third power is for, all of KID by hand, and why the paper does not use the better known FID.
#
# ### 7.9 Why a third power?
#
# With $u = x \cdot y / d$ it is $1 + 3u + 3u^2 + u^3$. Averaged over two sets, $u$ compares the sets' *means*,
# $u^2$ their *products of two* features (how widely they spread, which features go together), $u^3$ their *products of three*
# (lopsidedness). Here are two sets with the same mean, one spread twice as wide. What does the dot product alone see?
# %%
g = torch.Generator().manual_seed(0)
narrow, wide = torch.randn(500, 2, generator=g), 2 * torch.randn(500, 2, generator=g)
for name, k in {"dot product": lambda a, b: a @ b.T / 2, "third power": kernel}.items():
    within = [float((k(a, a).sum() - k(a, a).trace()) / (500 * 499)) for a in (narrow, wide)]
    across = float(k(narrow, wide).mean())
    print(f"{name}: within {within[0]:.2f} + {within[1]:.2f} = {sum(within):.2f};", end=" ")
    print(f"across, twice, {2 * across:.2f}")
# %% [markdown]
# For the dot product there is nothing to see. With the third power the two within exceed twice the across: a distance.
#
# ### 7.10 KID by hand
#
# First one picture of it, then the controls: set A and B against zebras, then move $m$ and the number of subsets, and switch to the biased estimate.
# %%
from uagt_lib.evaluate.kid import draw, values

g = torch.Generator().manual_seed(0)
a, z = features["A"], features["zebras"]
drawn = {m: values(a, z, draw(128, m, 200, g), draw(128, m, 200, g)) for m in (10, 50)}
figures.show(
    figures.kid_histogram(drawn, float(mmd2(a, z))),
    "KID of 200 subsets of 10 pictures, and of 50, around the value of all pictures.",
)
# %%
widgets.kid_explorer(features, {"A": "A (with attention)", "B": "B (CycleGAN)"})
# %% [markdown]
# ### 7.11 Why not FID?
#
# The better known **Fréchet Inception Distance** compares means $\mu$ and covariances $C$ of the features:
#
# $$ \lVert\mu_x - \mu_y\rVert^2 + \mathrm{tr}\,(C_x + C_y - 2\,(C_x C_y)^{1/2}) $$
#
# Horse2zebra has 120 test horses, and Inception 2048 features: a covariance of 2048 × 2048 numbers, from 120 pictures. Ours has only 128 features.
#
# **Predict first.** Which FID will be larger: that of two hands of 50 zebras dealt from **one distribution**, or that of 200 zebras against 200 from **another
# distribution** (zebras on greener grass, `bias=0.4`)?
# %%
guess = ...  # "one distribution" or "another distribution"
greener = look(to_float(savanna.draw("zebra", 400, 64, seed=21, bias=0.4)[0]))


def fid(x, y):
    x, y = x.double(), y.double()
    c_x, c_y = x.T.cov(), y.T.cov()
    root = (
        torch.linalg.eigvals(c_x @ c_y).real.clamp(min=0).sqrt().sum()
    )  # of the product's root
    return (x.mean(0) - y.mean(0)).square().sum() + c_x.trace() + c_y.trace() - 2 * root


def both(x, y):
    return torch.tensor([float(fid(x, y)), float(mmd2(x, y))])


g = torch.Generator().manual_seed(1)
tries = {"one distribution": {}, "another distribution": {}}
for n in (20, 50, 100, 150, 200):
    deals = [torch.randperm(400, generator=g) for _ in range(20)]
    tries["one distribution"][n] = torch.stack(
        [both(one_law[p[:n]], one_law[p[n : 2 * n]]) for p in deals]
    )
    tries["another distribution"][n] = torch.stack(
        [both(one_law[p[:n]], greener[p[:n]]) for p in deals]
    )
# %%
one, another = tries.values()
figures.show(
    show.fid_and_kid(tries),
    "FID and KID of one distribution and of two, for 20 to 200 pictures, with their spread.",
)
few, many = one[50][:, 0].mean(), another[200][:, 0].mean()
print(f"FID of one distribution, 50 pictures: {few:.2f}")
print(f"FID of another distribution, 200 pictures: {many:.2f}")
least = min(v[:, 0].min() for v in one.values())
print(f"FID of one distribution, truth 0: at least {least:.3f} in {20 * len(one)} tries")
reveal(guess, "one distribution" if few > many else "another distribution", "the larger FID")
# %% [markdown]
# FID's answer depends on how many pictures you counted, here more than on what is in them. Where the truth is 0 it came out above 0 in every try,
# so no averaging removes the error: both FID curves fall together, while KID's stay level. The paper gives this reason for KID: it is unbiased, which matters when there are
# fewer test pictures than features. (And never compare FIDs of different $n$.)
