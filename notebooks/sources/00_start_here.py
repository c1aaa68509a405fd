# Answers follow: this is the source of notebooks/00_start_here.ipynb. If you came to learn, open that one.
# %% [markdown]
# # 00 · Start here
#
# Two programs were asked to turn horses into zebras, and zebras into horses. Both learned it from the same pictures. Look at the
# grass.
# %%
from uagt_lib.training.checkpoint import load_model
from uagt_lib.course import data, exercise, hint, progress, quiz, reveal
from uagt_lib.data.pairs import from_savanna, to_uint8
from uagt_lib.inference import translate_batch
from uagt_lib.course.lessons.lesson_00 import figures as show
from uagt_lib.show import figures, widgets

ours = load_model(data("checkpoints", "savanna-64.safetensors"))
cyclegan = load_model(data("checkpoints", "cyclegan-64.safetensors"))
# 16 of each kind that neither program has seen
pair = from_savanna(64, 72, images=8, held_out=16)
figures.show(
    show.opening(pair, {"with attention": ours, "CycleGAN": cyclegan}),
    "Three rows of drawn animals, four horses on the left and four zebras on the right: as "
    "they were given, then what each of the two programs made of them.",
)
# %% [markdown]
# Both learned stripes and coats. One of them left the meadow alone. The other moved the whole scene to another country, and nobody
# had asked for that. Why does CycleGAN do it, and how can a network find out, **without being told**, which pixels are horse? That
# is what you will build here, piece by piece: *Unsupervised Attention-guided Image-to-Image Translation* (Mejjati, Richardt,
# Tompkin, Cosker and Kim, NeurIPS 2018). We say UAGT.
#
# **After this lesson you will be able to**
# * say what unpaired translation asks for, and name its two questions;
# * turn pictures into the tensors that every network of this course eats, and back;
# * play with two trained models, and **measure** what one of them does to the background;
# * use the notebooks: exercises, hints, guesses, quiz, map.
#
# **Time** about 40 minutes, 17 of them exercises. **You need** Python and the basics of PyTorch (tensors, `nn.Module`, what a
# gradient is). You need no GPU, no internet, and no knowledge of GANs.
# %% [markdown] tags=["instructor"]
# **For teachers · plan.** 45 minutes in class: 10 for the opening picture and section 0.1 (let the class describe the difference before anyone
# reads on), 10 for the savanna with the guess about bias, 15 for the three exercises, 10 for playing. The cells run in about ten
# seconds in all. *Ask before scrolling:* "How would you find the horse's pixels if nobody had ever told you what a horse is?" Collect
# the answers on the board: contrast, centre of the picture, motion, "what differs between the piles". The last one is the paper.
# %% [markdown]
# ## 0.1 Two piles of pictures, two questions
#
# What does the learner get? Two piles, and nothing else. Pile S ("source") holds horses, pile T ("target") holds zebras.
# %%
figures.show(
    show.two_sides(
        [""],
        [pair.source.test[4:9]],
        [pair.target.test[4:9]],
        ("pile S: horses", "pile T: zebras"),
    ),
    "Five pictures of horses, four on green meadows and the fifth on dry grass, and five of "
    "zebras, most of them on dry grass.",
)
# %% [markdown]
# **Predict.** How many of the five zebra pictures show the same scene as one of the five horse pictures, apart from the animal? Replace the dots and run the
# two cells. (You can always leave the dots: everything runs, you only miss the fun.)
# %%
guess = ...  # 0 to 5
# %%
skies = [domain.test[4:9, :, :20].float() for domain in (pair.source, pair.target)]  # 20 rows
apart = (skies[0][:, None] - skies[1]).abs().mean((2, 3, 4))  # (5, 5), in grey levels
print(
    f"the two skies that are most alike differ by {apart.min():.0f} grey levels of 255 on "
    "average"
)
reveal(guess, (apart.min(0).values < 2).sum().item(), "zebra pictures with a partner")
# %% [markdown]
# Nothing links the two piles: that is what **unpaired** means. With pairs, translation would be
# ordinary learning: show the horse, compare with its zebra, follow the gradient. Nobody owns such pairs. Horses do not hold still while
# you paint stripes on them and take a second photograph.
#
# So a learner faces two questions, and nobody answers either of them:
#
# | question | who will answer it | lesson |
# |---|---|---|
# | **What** should be painted? Stripes, but how? | a generator: a network $F_{S\to T}$ that repaints a whole picture | 01 |
# | **Where** should it be painted? Which pixels are horse? | an attention network $A_S$ that gives each pixel a number from 0 to 1 | 02 |
#
# We write $s$ for a picture from pile S, and $s'$ ("s prime") for its translation. CycleGAN answers only the first question:
# $s' = F_{S\to T}(s)$, all of it paint.
# %% [markdown]
# ## 0.2 How these notebooks work
#
# Run the cells from top to bottom (Shift+Enter). Some are **exercises**: a function with a gap. You fill the gap, run the cell, and it
# is checked at once. One line tells you how it went:
#
#     ✓ 00.1 coverage: 4 checks passed, yours is used from here on
#     ○ 00.1 coverage: not attempted yet, the library's version is used; hint: hint('00.1')
#     ✗ 00.1 coverage: the channel is still there, shape (N, 1): average over dimension 1 as well
#
# * **✓** Yours passed. The cells below run *your* code.
# * **○** Still open. The cells below use the library's version, so an unsolved exercise never blocks you.
# * **✗** Something is off. The line names the thought that probably went wrong, and a picture shows your result beside the expected
#   one. Change it and run the cell again, as often as you like.
#
# Dots tell the difficulty: ●○○ a warm-up, ●●○ takes some thought, ●●● takes paper and pencil. The minutes are meant for thinking, not for
# typing. A hint costs nothing, and each call tells a little more:
# %%
# NBVAL_CHECK_OUTPUT
hint("00.1")
# %% [markdown]
# The other habits: cells marked **Predict** ask for a guess before an experiment, because a surprise needs an expectation. At the end
# a **quiz** gives a reason for every choice, right or wrong. And a **map** shows what you have built so far.
# %% [markdown]
# ## 0.3 The savanna
#
# We draw our pictures ourselves, with numpy. That has three advantages: they cost nothing, they come in any size, and since we paint the
# animals we know *exactly* which pixels they cover. This knowledge is the **mask**: 1 on the animal, 0 elsewhere, something between on its edge.
# %%
from uagt_lib.data import savanna

horses, masks = savanna.draw("horse", 16, 64, seed=2)
zebras, zebra_masks = savanna.draw("zebra", 16, 64, seed=2)
figures.show(
    show.two_sides(
        ["picture", "mask"],
        [horses[:5], masks[:5]],
        [zebras[:5], zebra_masks[:5]],
        ("S: horses", "T: zebras"),
    ),
    "Five horses and five zebras, with their masks below: white silhouettes on black.",
)
# %%
# NBVAL_CHECK_OUTPUT
for name, batch in (("pictures", horses), ("masks", masks)):
    low, high = batch.min().item(), batch.max().item()
    print(f"{name:8} {tuple(batch.shape)} {batch.dtype} from {low} to {high}")
# %% [markdown]
# Read the shapes aloud: 16 pictures, 3 colours, 64 rows, 64 columns. PyTorch's order is always **(N, C, H, W)**. A mask has one channel,
# C = 1: one number serves red, green and blue.
#
# Training never sees a mask. Masks are for *us*, to measure what the networks found by themselves.
#
# **Predict.** How much of such a picture is animal, as a share between 0 and 1? Look at the white silhouettes, then write a number.
# %%
guess = ...  # a share between 0 and 1
# %% [markdown]
# **Your turn · 00.1 · ●○○ · 3 min.** Write `coverage`: for each mask, the share of its picture that it covers. In go masks `(N, 1, H, W)`,
# out comes one number per picture, `(N,)`. `tensor.mean(dim=...)` takes one dimension or several, in brackets.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("00.1")
def coverage(masks):
    """masks (N, 1, H, W) in [0, 1] -> share of each picture that is covered, (N,)"""
    ### BEGIN SOLUTION
    return masks.mean(dim=(1, 2, 3))
    ### END SOLUTION
# %%
share = coverage(masks)
print(", ".join(f"{x:.2f}" for x in share[:5].tolist()), "... of the first five pictures above")
reveal(guess, share.mean().item(), "share of a picture that is animal")
# %% [markdown]
# Keep it in mind: **most of every picture is background.** A method that repaints everything spends most of its
# paint where nothing should change, and a method that changes nothing would be right at most pixels.
#
# ### Where do they live?
#
# Look at the two piles again. They differ in more than the animals: horses stand mostly on green meadows, zebras mostly on dry grass, as
# in photographs people take. In our savanna this is a knob, the **bias**: the probability that a picture's grass comes from its
# own animal's country. Otherwise it is any colour between green and dry.
# %%
knob = {
    bias: [savanna.draw(kind, 128, 32, bias=bias, seed=13)[0] for kind in ("horse", "zebra")]
    for bias in (0.0, 0.7, 1.0)
}
figures.show(
    show.two_sides(
        [f"bias {bias}" for bias in knob],
        [pile[0][:5] for pile in knob.values()],
        [pile[1][:5] for pile in knob.values()],
        ("S: horses", "T: zebras"),
    ),
    "With bias 0, both animals stand on grass of all colours. With bias 0.7, most horses stand "
    "on green and most zebras on dry grass, with exceptions. With bias 1 all horses shown "
    "stand on green, all zebras on dry grass.",
)
# %% [markdown]
# **Predict.** A lazy judge covers the animal with a hand, looks at the lowest strip of grass only, and says "pile S" where it is more green than
# red, else "pile T". With bias 0 that is guessing: half of its verdicts are right. How large is the share of right
# verdicts at bias 0.7, the one this course uses?
# %%
guess = ...  # a share between 0.5 and 1

def looks_dry(pictures):
    """uint8 (N, 3, H, W) -> (N,), True where the lowest eighth is more red than green."""
    grass = pictures[:, :, -pictures.shape[-1] // 8 :].float()
    return grass[:, 0].mean(dim=(1, 2)) > grass[:, 1].mean(dim=(1, 2))

def verdicts(pile_s, pile_t):
    """The share of right verdicts over both piles."""
    return ((~looks_dry(pile_s)).float().mean() + looks_dry(pile_t).float().mean()).item() / 2

right_verdicts = {bias: verdicts(*piles) for bias, piles in knob.items()}
print("  ".join(f"bias {bias}: {share:.2f}" for bias, share in right_verdicts.items()))
reveal(guess, right_verdicts[0.7], "right verdicts at bias 0.7")
# %% [markdown]
# (By hand: 0.7 of the pictures give themselves away, and of the remaining 0.3 half are guessed right: 0.7 + 0.15 = 0.85. The measured one differs a little: 256 pictures are a sample, and even at bias 1 this judge errs on a few.)
#
# So the grass alone tells the piles apart, most of the time. Stripes do so always (we draw them on every zebra, and on no horse), but **grass is most of the picture, and the animal, stripes and all, is a
# tenth of it.** Whoever has never been told what a zebra is has two good signs to choose from. Our learner is in exactly this
# position. Is that why CycleGAN repainted the meadow? Lesson 01 looks into it.
# %% [markdown] tags=["instructor"]
# **For teachers · ask here.** "Which photographs on the internet have the same problem?" (Cows on grass and camels on sand; wolves in snow and
# huskies in gardens.) "Would you rather train with bias 0?" It is the honest laboratory condition, but no collection of photographs is
# like that: the data set horse2zebra has its zebras in the savanna too. Students who ask for a bias of 1: there nothing in the pictures can say
# that grass is not part of what makes a zebra. Lesson 08 shows what attention does then.
# %% [markdown]
# ## 0.4 Pictures as networks see them
#
# Files hold bytes: `uint8`, whole numbers from 0 (black) to 255 (white). Networks want floats, centred at zero. Every image in this
# course, and in the paper, lives in **[-1, 1]**:
#
# | | black | mid-grey | white |
# |---|---|---|---|
# | byte | 0 | 127.5 | 255 |
# | float | -1 | 0 | 1 |
#
# Why so? The generators end in a tanh, whose output lies in [-1, 1] as well, so paint and photograph speak the same language and can
# be mixed. And mid-grey becomes 0, which will matter in lesson 06, where "hidden" pixels are set to zero.
#
# **Your turn · 00.2 · ●○○ · 4 min.** Convert. Mind that bytes cannot hold what you need: `200 * 2` is 144 in `uint8`, without a word of warning.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("00.2")
def to_float(images):
    """uint8 in 0..255, any shape -> float32 in [-1, 1], the same shape"""
    ### BEGIN SOLUTION
    return images.float() / 127.5 - 1
    ### END SOLUTION
# %%
# NBVAL_CHECK_OUTPUT
batch = to_float(horses)
print(tuple(batch.shape), batch.dtype, "within [-1, 1]:", bool((batch.abs() <= 1).all()))
print("back to the same bytes:", bool((to_uint8(batch) == horses).all()))
# %% [markdown]
# What just happened: the check tried every byte value and went back with the library's `to_uint8`. A conversion that is off by a hair
# (dividing by 128, say) would lighten or darken each picture a little, every time it passes. From here on your function feeds the models.
# %% [markdown]
# ## 0.5 Look inside a trained model
#
# The model with attention, $A$ and $F$ together, on six horses it has never seen. Top to bottom: the picture, what
# $A_S$ attends to (white: 1, black: 0), what $F_{S\to T}$ paints when it repaints everything, and the result: **paint where attention is white, the given picture where it is black.**
# %%
found = translate_batch(ours, horses[:6])
figures.show(
    figures.rows(
        ["picture $s$", "attention $s_a$", "paint $F(s)$", "result $s'$"],
        [horses[:6], found.attention, to_uint8(found.painted), to_uint8(found.translated)],
    ),
    "Six horses; attention maps, white on the animals and on a brown mound; paint, "
    "striped animals in wrong surroundings; results with striped animals in the untouched "
    "scene.",
)
# %% [markdown]
# Nobody showed this model a mask. It found the horses. Why them, and not the grass? Section 0.7 and lesson 02 look into it. Look closely at the paint: the
# generator does as it likes where nobody is looking.
#
# Now play. Switch between the two models with *checkpoint*, choose pictures and a direction. Three things to find:
# 1. CycleGAN's attention. Which map does it have, and why is "paint" the same picture as "result" there?
# 2. A picture in which **our** model repaints something that is no horse. What is it, and why might it be mistaken for one?
# 3. Zebra to horse: what is harder about this direction?
#
# (Leave τ alone until lesson 06; IoU comes in lesson 02.)
# %%
checkpoints = [
    data("checkpoints", f"{name}-64.safetensors") for name in ("cyclegan", "savanna")
]
widgets.attention_explorer(checkpoints, pair, pictures=16)
# %% [markdown] tags=["instructor"]
# **For teachers · what they find.** (1) CycleGAN has no attention network: the map is all ones, so the result is the paint. (2) A brown mound: in the
# first picture one stands behind the horse's head, and turns pale. It is as brown as a horse; most mounds of other pictures stay what they are. (3) Stripes have to be *removed*: faint bands remain on many backs. The slider τ
# belongs to lesson 06; here it may be left alone.
# %% [markdown]
# ## 0.6 Do not trust your eyes: measure
#
# "The background stays" is what we saw in a few pictures. How much does it stay, over all of them? Take every pixel that is background and ask how far
# it moved. With $M$ the set of background pixels of the whole batch (mask below 0.01, so the animals' soft edges are left out):
#
# $$\text{background error} \;=\; \frac{1}{|M|}\sum_{p\,\in\,M}\; \frac{1}{3}\sum_{c=1}^{3} \frac{|\,s'_{c,p} - s_{c,p}\,|}{2}$$
#
# Inside the sums: the change of one colour $c$ at one pixel $p$, halved since [-1, 1] is two wide. So 0 means untouched and 1
# means black became white. This is the number that will accompany you through the whole course.
#
# **Your turn · 00.3 · ●●○ · 10 min.** Three lines are enough: the change of each pixel, which pixels count, the mean over those.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("00.3")
def background_error(source, translated, masks):
    """images (N, 3, H, W) in [-1, 1], twice, and masks (N, 1, H, W) in [0, 1] -> one number"""
    ### BEGIN SOLUTION
    change = (source - translated).abs().mean(dim=1, keepdim=True) / 2
    background = masks < 0.01
    return change[background].mean()
    ### END SOLUTION
# %% [markdown]
# **Predict.** With attention the error is less than one grey level out of 255, which nobody can see. And CycleGAN's?
# %%
guess = ...  # 0: untouched, 1: black became white

s = to_float(horses)
errors = [
    float(background_error(s, translate_batch(model, horses).translated, masks))
    for model in (ours, cyclegan)
]
for name, error in zip(("with attention", "CycleGAN"), errors, strict=True):
    print(f"{name:14} {error:.4f}, {255 * error:.1f} grey levels of 255 at a background pixel")
reveal(guess, errors[1], "CycleGAN's background error")
# %% [markdown]
# **Your first measured result**, and the reason why the paper was written. Divide the two numbers. (To be fair: ours was trained for 3200 steps, this CycleGAN for 1600. After 1600 ours is at 0.002 to 0.004, five seeds: `data/reproduced/README.md`.)
#
# How large is CycleGAN's? Some comparisons with the same function help to read it:
# %%
scenery = {
    "another horse's picture instead": horses.roll(1, 0),
    "some zebra's picture instead": zebras,
    "a grey sheet instead": horses * 0 + 127,
}
# leave out animals of all pictures involved
both = (masks + masks.roll(1, 0) + zebra_masks).clamp(0, 1)
for name, pictures in scenery.items():
    print(f"{name:32} {float(background_error(s, to_float(pictures), both)):.3f}")
# %% [markdown]
# Compare with CycleGAN's number above: would you have said that its meadows are *this* far from the given ones? Look at the opening picture again. What did it keep of each scene, what not?
# %% [markdown]
# ## 0.7 Break it
#
# A model that works invites trust. So before we believe in it, we try to make it fail. Three changes: the sixteen horses upside down; red and blue exchanged, which makes **blue horses**; and meadows
# without any horse.
#
# We measure mean attention on the animals' pixels: 1 would be perfect. On ordinary pictures it is above 0.8.
#
# **Predict.** What will it be on blue horses?
# %%
guess = ...  # mean attention on the animal, 0 to 1

from uagt_lib.evaluate.attention import inside, outside

empty, _ = savanna.draw("horse", 16, 64, seed=3, objects=0)
changed = {
    "ordinary": (horses, masks),
    "upside down": (horses.flip(2), masks.flip(2)),
    "blue horses": (horses.flip(1), masks),
    # "on animals" is then the place where one stood in the other picture
    "no horse": (empty, masks),
}
maps = {
    name: translate_batch(ours, pictures).attention for name, (pictures, _) in changed.items()
}
for name, (_, where) in changed.items():
    on, off = inside(maps[name], where), outside(maps[name], where)
    print(f"{name:12} attention on animals {on:.2f}, elsewhere {off:.3f}")
reveal(guess, inside(maps["blue horses"], masks), "attention on blue horses")
# %%
figures.show(
    show.two_sides(
        list(changed),
        [pictures[:5] for pictures, _ in changed.values()],
        [found[:5] for found in maps.values()],
        ("what it was given", "what it attends to"),
    ),
    "Four rows: pictures on the left, attention maps on the right, for ordinary horses, "
    "upside-down ones, blue ones, and meadows without any.",
)
# %% [markdown]
# Upside down: no trouble. Blue: much of the horse is lost, and attention goes to the sky, which the exchange has made brown.
#
# No horse: patches of the meadow light up, and bits of trees and hills. Beside a horse all that was ignored. Is attention *relative*, given to the
# most horse-like thing in sight? A suspicion like this one can be tested. We paste the sixteen horses into the sixteen empty scenes:
# %%
pasted = (masks * horses + (1 - masks) * empty).round().to(horses.dtype)
found = translate_batch(ours, pasted).attention
alone, beside = outside(maps["no horse"], masks), outside(found, masks)
print(f"attention elsewhere, no horse: {alone:.4f}, horse pasted in: {beside:.4f}")
print(f"with a horse in sight, {alone / beside:.0f} times less")
figures.show(
    show.two_sides(
        ["no horse", "pasted in"],
        [empty[:5], pasted[:5]],
        [maps["no horse"][:5], found[:5]],
        ("what it was given", "what it attends to"),
    ),
    "The same scenes without and with a horse: with a horse in sight, all the rest goes dark.",
)
# %% [markdown]
# Relative it is: with a horse in sight, the same meadow is dark. (Whether *most horse-like* is what counts, a horse alone cannot say. Paste something else.) How can a network know, at one place, that there is a horse elsewhere? (Lesson 03 has a suspect.)
#
# So what did the network learn? Not "horse": nobody ever said that word. It learned **what tells pile S from pile T**. You have seen that colour is part of it, and that standing upright is not.
# The same happens with photographs: CycleGAN's authors show a rider who was given stripes together with his horse. Their piles had no riders.
# When a map surprises you, change one thing at a time (our blue horses came with a brown sky: those are two), and ask the network what it looks at.
# %% [markdown]
# ## 0.8 The road
#
# Eleven lessons, about ten hours with the exercises; each builds one part of the same system.
#
# | lesson | the question | you build | about |
# |---|---|---|---|
# | **00 Start here** | what is asked, and how is it measured? | background error | 40&nbsp;min |
# | **01 Unpaired translation** | how to learn without pairs, and why does the meadow turn dry? | CycleGAN: cycle loss, round trip | 50&nbsp;min |
# | **02 Composition** | how does attention protect the background? | Eq. 1, the matte | 50&nbsp;min |
# | **03 Networks** | what do the six networks look like, and where is the paper's list wrong? | attention, read, counted and mended | 65&nbsp;min |
# | **04 Losses** | what does each network want? | the objective, Eq. 2 to 5 | 50&nbsp;min |
# | **05 One training step** | who gets which gradient? | Algorithm 1, image pool | 50&nbsp;min |
# | **06 Two stages** | what happens when discriminators see attended pixels only? | Eq. 6 and 7 | 45&nbsp;min |
# | **07 Measuring** | can a number say which picture is better? | KID, attention against masks | 55&nbsp;min |
# | **08 Taking it apart** | which piece does what? | every ablation, every rival | 55&nbsp;min |
# | **09 The full run** | does it work from nothing? | a run of your own, watched live | 60&nbsp;min |
# | **10 Beyond** | where does it end? | your own photographs, failures, several GPUs | 50&nbsp;min |
#
# In a hurry? 00, 01, 02, 05 and 09 are the spine. Nothing is locked: every lesson brings the library's version of what earlier ones built.
# %% [markdown] tags=["instructor"]
# **For teachers · discussion after 0.7.** "Is a network that loses blue horses broken?" Good answers separate three things: what was asked (tell the piles
# apart), what was shown (only brown horses), and what we hoped (find horses). The gap between the first and the third is the theme of the
# course. A short homework: let students invent one more change (noise, darkness, a zebra given as a horse) and predict before measuring.
# %% [markdown]
# ## Quiz
# %%
quiz("00")
# %%
progress("00")
# %% [markdown]
# **A question to take away.** Nobody told CycleGAN to touch the grass; whoever judged its zebra pictures did not mind that it did. Suppose you could give that judge a single instruction. Which one would keep the
# meadow green, without telling anybody where the horses are?
#
# **Read more.** The paper's introduction and its Figure 1 · `uagt_lib/data/savanna.py`, how the pictures are drawn ·
# `uagt_lib/evaluate/attention.py`, where the library keeps `background_error` · next:
# **01 · Unpaired translation**.
