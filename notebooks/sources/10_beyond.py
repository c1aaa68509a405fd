# Answers follow: this is the source of notebooks/10_beyond.ipynb. If you came to learn, open that one.
# %% [markdown]
# # 10 · Beyond
#
# **A model that has seen nothing but horses and zebras paints stripes on a red oval. So what did it learn?**
#
# You have built the method, trained it, measured it. In this last lesson you take it where it was not meant to go: to scenes without
# animals, to objects nobody trained it on, to a change of season, to a change of shape. Then you take it out of the notebook: to
# several GPUs, to a file that runs without PyTorch, to pictures of any size.
#
# **You will be able to**
# * say what attention does on a picture before you run it, and name the kinds of task it is the wrong tool for;
# * show *why* the cycle loss forbids a change of shape;
# * say what several GPUs average in every step, and check that it is the step of one;
# * ship a translator as one ONNX file, and feed it a picture of any size.
#
# **Time** about 75 minutes; the notebook runs in under a minute on a quiet core, most of it one small training. **You need** lessons 02, 05 and 06.
#
# Two equations come back: Eq. 1, $s' = s_a \odot F_{S\to T}(s) + (1 - s_a)\odot s$, and Eq. 3, $\mathcal{L}_{cyc} = \lVert s - s'' \rVert_1$.
# %%
import torch
import torch.nn as nn

from uagt_lib.training.checkpoint import load_model
from uagt_lib.course import data, exercise, hint, progress, quiz, reveal, runs, trained
from uagt_lib.data import savanna
from uagt_lib.data.pairs import from_savanna, to_float, to_uint8
from uagt_lib.evaluate import attention as score
from uagt_lib.inference import translate_batch
from uagt_lib.show import figures, widgets
from uagt_lib.course.lessons.lesson_10 import figures as draw

ours = load_model(data("checkpoints", "savanna-64.safetensors"))
cyclegan = load_model(data("checkpoints", "cyclegan-64.safetensors"))
horses = from_savanna(64, 72, images=8, held_out=64).source       # .test, .masks, .empty: 64 of each

# %%
colours = {"brown": (140, 74, 31), "red": (242, 25, 25), "grey": (140, 140, 140), "blue": (40, 80, 220)}
y, x = torch.meshgrid(torch.arange(64), torch.arange(64), indexing="ij")
oval = (((x - 32) / 11) ** 2 + ((y - 42) / 7) ** 2 < 1)[None, None]               # (1, 1, 64, 64)
paint = torch.tensor(list(colours.values()), dtype=torch.uint8)[:, :, None, None]  # (4, 3, 1, 1)
ovals = torch.where(oval, paint, horses.empty[2:3])                                # (4, 3, 64, 64)
found = translate_batch(ours, ovals)
figures.show(figures.rows(["input", "attention", "translated"],
                          [ovals, found.attention, to_uint8(found.translated)], width=6.6),
             "Ovals of four colours in a meadow. Attention finds the brown, red and grey one whole "
             "and half of the blue; the first two come out striped black and white")
# %% [markdown]
# It was never shown an oval, nor anything red or blue. Keep the question in mind; the next two sections answer it.
# %% [markdown] tags=["instructor"]
# **For teachers.** 75 minutes. Start the training cell of 10.3 before the lecture (it keeps its result and is found again). Ask at the picture above:
# "Is this a failure?" Keep the two camps apart until the end of 10.2. Everything here uses the shipped 64 px checkpoint, so numbers are the same for all.
# %% [markdown]
# ## 10.1 Nothing there
#
# The paper's Fig. 17 shows photographs without horses or zebras: its maps stay dark, and the pictures come back unchanged. Our savanna can
# be drawn without animals too, so the same can be measured.
#
# First the ordinary pictures, for comparison: how much is covered by horses, and how much is attended?
# %%
with_horses = translate_batch(ours, horses.test).attention.mean()
print(f"horses cover {horses.masks.mean():.0%} of their pictures, mean attention is {with_horses:.2f}")
# %% [markdown]
# **Predict first.** What is the mean attention on 64 scenes without any animal?
# %%
my_guess = ...   # mean attention, 0 to 1
# %%
empty, rival = translate_batch(ours, horses.empty), translate_batch(cyclegan, horses.empty)
reveal(my_guess, score.object_free(empty.attention), "mean attention on 64 empty scenes")
for name, result in (("ours", empty), ("CycleGAN", rival)):
    change = (result.translated - to_float(horses.empty)).abs().mean() / 2
    print(f"{name:9} changes a pixel by {change:.3f} on average (black to white would be 1)")
# %% [markdown]
# About 0.03, a third of what pictures with horses get, and it changes almost nothing. Means can hide things, so here are the six scenes with the **most** attention out of the 64:
# %%
worst = empty.attention.mean((1, 2, 3)).argsort(descending=True)[:6]
figures.show(figures.rows(["no animals", "attention", "ours", "CycleGAN"],
                          [horses.empty[worst], empty.attention[worst],
                           to_uint8(empty.translated[worst]),
                           to_uint8(rival.translated[worst])]),
             "Six empty scenes: attention finds stones, tree trunks and bits of the horizon and stripes "
             "them, and leaves the rest; CycleGAN turns everything into dry grass with black and "
             "white patches")
# %% [markdown]
# Good that we looked. Even on the worst six of 64, nearly all of meadow and sky is left alone, as the paper reports. But stones, tree trunks and bits of
# the horizon are taken for horses; the mean hid that. CycleGAN has no way to say "nothing here": it paints dry grass everywhere,
# and black and white patches where no animal ever was.
#
# ## 10.2 Something else there
#
# Now the ovals. Attention inside them, measured:
# %%
for i, name in enumerate(colours):
    s_a = found.attention[i : i + 1]
    print(f"{name:6} inside {score.inside(s_a, oval.float()):.2f}   outside {score.outside(s_a, oval.float()):.2f}")
# %% [markdown]
# An oval has no legs and no head, and is attended all the same. On a meadow, colour matters less than one would think: only blue, which is in every sky, gets away with half. Think about who
# taught the attention network: the discriminator and the cycle, on pictures where nearly *everything that is not landscape is an animal*. "Horse" and
# "does not belong to the landscape" were almost the same thing, and there was little to tell them apart by. The second is simpler.
#
# Stones could have taught it the difference: they lie in both domains, so painting one convinces nobody. But a few striped pixels cost next to
# nothing either, and a mistake that costs nothing stays. You met its victims above.
#
# The same holds for photographs: attention finds what separates the **domains you collected**, not what you had in mind. If all your
# zebras stand behind a fence, expect fences.
#
# ## 10.3 Everything is there
#
# The paper's Fig. 9 turns summer into winter. There is no object, the whole scene changes; is attention of any use? Our miniature: green season and dry
# season, with horses *and* zebras in both, so that nothing but the meadow tells the domains apart. As in the paper's own exception there is no
# Eq. 7; and here attention is never stopped either (`switch=1.0`).
#
# **Predict first.** The same attention networks that went looking for horses now learn from these pictures. What is their mean on the **animals**? 0 is
# "keep", 1 is "repaint".
# %%
my_guess = ...   # mean attention on animals
# %%
from uagt_lib.training.presets import preset

seasons = from_savanna(32, 36, images=128, bias=1.0, held_out=16, domains="seasons")   # green -> dry
holistic = preset("savanna-smoke").with_(steps=200, switch=1.0, rate=1e-3, savanna=0)
folder = trained(holistic, seasons, runs("seasons"))
# %%
model = load_model(folder)
S, T = seasons.source, seasons.target
dry, green = translate_batch(model, S.test), translate_batch(model, T.test, "t2s")
ground = S.masks < 0.1                                                    # (16, 1, 32, 32), no animal ...
ground[:, :, :16] = False                                                 # ... and no sky
reveal(my_guess, score.inside(dry.attention, S.masks), "mean attention on the animals, green to dry")
on_ground = dry.attention[ground].mean().item()
print(f"on the ground {on_ground:.2f}")

few = [0, 1, 2, 8, 9, 10, 11]                                             # horses, then zebras
titles = ["green season", "attention", "paint", "made dry", "dry season", "attention", "made green"]
batches = (S.test, dry.attention, to_uint8(dry.painted), to_uint8(dry.translated),
           T.test, green.attention, to_uint8(green.translated))
figures.show(figures.rows(titles, [batch[few] for batch in batches], width=8.6),
             "Meadows become dry grass and back, horses and zebras stay as they are; attention is middle grey "
             "on the ground, and black on animals, trees and stones; the paint is more orange than any dry grass")
# %% [markdown]
# The animals are **black**. The same networks that lit them up all through this course, trained on other piles, now spare them, and trees and stones with them. Nobody said so:
# animals are the same in both seasons. Attention never meant "animal". It marks where the domains differ, and a horse can be all of that or nothing of it.
#
# (The paper's Fig. 9 shows maps that cover the entire picture; ours cover what changes. At 32 px they are blunt and leave a green rim around animals. At 64 px,
# after 1600 steps, three seeds, attention is 0.02 to 0.03 on animals and 0.4 to 0.5 elsewhere: `data/reproduced/fig9.md`, made by `uagt reproduce fig9`.)
# With the controls you can watch it happen, checkpoint by checkpoint:
# %%
widgets.attention_explorer(folder, seasons)
# %% [markdown]
# And look at the grey. Why not 1? Let us ask how far the ground has moved from green to dry, in colour:
# %%
def colour(images, where):               # mean colour of the ground, (3,)
    return (images * where).sum((0, 2, 3)) / where.sum()

there = T.masks < 0.1
there[:, :, :16] = False
s, t = to_float(S.test), to_float(T.test)
way = colour(t, there) - colour(s, ground)
moved = (colour(dry.translated, ground) - colour(s, ground)) @ way / (way @ way)
print(f"the ground went {moved:.0%} of the way from green to dry, with attention {on_ground:.2f} on it")
# %% [markdown]
# Most of the way, with a map that keeps almost half of the green. The generator has simply **over-painted**, as the row *paint* shows: so dry that the mixture comes out right.
# Eq. 1 allows many pairs of map and paint with one result, and a small change of colour prefers none of them. A large one does. Paint ends at
# -1, so half of the blackest paint over half of a brown coat is still brown: black stripes *need* a map near 1.
#
# So on a holistic change attention does no harm, and what the domains share comes through it nearly untouched. Where *everything* changes, it is one more network
# to train for a map that protects nothing, and CycleGAN is the simpler tool.
# %% [markdown] tags=["instructor"]
# **For teachers · after 10.3 (30 min so far).** "Map and paint are only known through their product" is worth the blackboard: $a\,(p - x)$ is
# what Eq. 1 adds to the picture, so $(a, p - x)$ and $(2a, (p - x)/2)$ look alike. Ask what could break the tie (a prior on $a$, stage 2, tanh's limit at
# [-1, 1] for the paint). Over seeds 0 to 2 attention was 0.54 to 0.57 on the
# ground and 0.06 to 0.07 on the animals, and the way 88 to 94 %.
# %% [markdown]
# ## 10.4 Another shape
#
# Zebra to lion, the paper's Fig. 6, fails: attention can only repaint where it attends, and the cycle wants the old picture back. The second
# reason is the deeper one, and we can isolate it with a perfect forger.
#
# The forger erases the horse and puts a **real zebra in another pose** on the same meadow. $D_T$ has nothing to complain about: it
# *is* a zebra. Then the trained way back, $F_{T\to S}$ with $A_T$, makes $s''$, and Eq. 3 compares it with $s$.
# %%
horse, _ = savanna.draw("horse", 24, 64, seed=2, objects=1)
scene, _ = savanna.draw("horse", 24, 64, seed=2, objects=0)              # the same scenes, nobody there
zebra, shape = savanna.draw("zebra", 24, 64, seed=5, objects=1)          # other animals, other poses
s = to_float(horse)                                                      # (24, 3, 64, 64)
with torch.no_grad():
    honest = ours.translate(s).translated
    forged = shape * to_float(zebra) + (1 - shape) * to_float(scene)
    made = {"honest": honest, "forged": forged, "left alone": s}
    back = {name: ours.translate(picture, "t2s").translated for name, picture in made.items()}
figures.show(figures.rows(["the horse s", "translated s'", "and back, s''", "forged s'", "and back, s''"],
                          [to_uint8(batch[:6]) for batch in (s, honest, back["honest"], forged, back["forged"])],
                          width=7.6),
             "Horses; their translations, which keep the pose and come back as the same horses; "
             "forged zebras in other poses, which come back as other horses")
# %% [markdown]
# **Predict first.** By what factor is the forger's cycle loss larger than the honest one?
# %%
my_guess = ...   # a factor
# %%
from uagt_lib.method import losses
from uagt_lib.method.compose import foreground

def price(s_prime, s_cycled):
    """The two terms F and A pay in stage 2: adversarial (Eq. 7) and lambda_cyc times Eq. 3."""
    with torch.no_grad():
        seen = foreground(s_prime, ours.A_t(s_prime), ours.tau)          # only the animal, for both
        scores = ours.D_t(seen, normalise=False)
    return losses.lsgan_generator(scores).item(), ours.cycle_weight * losses.cycle(s, s_cycled).item()

costs = {name: price(made[name], back[name]) for name in made}
reveal(my_guess, costs["forged"][1] / costs["honest"][1], "forged over honest cycle loss")
figures.show(draw.prices(costs), "Two bars each: the adversarial terms of honest and forged are nearly equal, a horse left alone "
             "costs more; the forger's cycle term is many times larger than the honest one")
# %% [markdown]
# The discriminator prefers the forgery by a hair (and both to a horse that was left alone, though it is no severe judge: all its answers lie close together).
# The cycle sees the difference: the way back cannot know where the first horse stood. A generator that changes shapes would have to *hide* the old shape in the
# new picture, as faint noise that the way back can read (lesson 01 met such codes), and attention would have to cover both. It is not that the
# networks could not learn it; **the objective pays them not to**. The honest pair shows the other side of that: same outline there and back.
# %%
with torch.no_grad():
    same_outline = score.iou(ours.A_t(honest), (ours.A_s(s) > 0.5).float())
print(f"IoU of where A_S saw the horse and where A_T sees the zebra made of it: {same_outline:.2f}")
# %% [markdown]
# This is what made "keeps the pose" work in every lesson, and what closes the door to lions. One loss, a gift and a limit.
#
# ## 10.5 Several GPUs
#
# Training on photographs takes a GPU, and there may be more than one. The command is one line, and nothing else changes:
#
#     accelerate launch --num_processes 2 -m uagt_lib train --preset horse2zebra-128 --data DIR
#
# Each process holds all six networks and draws its own pictures. They meet once per update: **each gradient is replaced by its mean over all
# processes** (`average_gradients`). Is that the step a single GPU would take with both batches together? You can find out here, with one
# process that plays all parts.
#
# **Your turn · 10.1 · ●●○ · 10 min.** `parts` holds one batch for each process, all of one size. Return the averaged gradients, one per parameter.
# No process may see another's batch. (`torch.autograd.grad(value, parameters)` returns gradients as a tuple and leaves `.grad` alone.)
# %%
# NBVAL_CHECK_OUTPUT
@exercise("10.1")
def averaged_gradients(loss, parameters, parts):
    """loss: a batch -> scalar; parameters: list of tensors; parts: list of batches -> list of gradients"""
    ### BEGIN SOLUTION
    found = [torch.autograd.grad(loss(part), parameters) for part in parts]
    return [sum(gradients) / len(parts) for gradients in zip(*found, strict=True)]
    ### END SOLUTION
# %% [markdown]
# Now with the real loss of real networks: four pairs of pictures on one GPU, against two GPUs with two pairs each. And a second time with every
# instance norm exchanged for a **batch norm**, which takes its mean and deviation over all pictures of a batch.
#
# **Predict first.** Do the averaged gradients still equal those of the whole batch with batch norm: "yes" or "no"?
# %%
my_guess = ...   # "yes" or "no"
# %%
# NBVAL_CHECK_OUTPUT
def with_batch_norm(network):
    for module in list(network.modules()):
        for name, child in list(module._modules.items()):
            if isinstance(child, nn.InstanceNorm2d):
                module._modules[name] = nn.BatchNorm2d(child.num_features)
    return network

def disagreement(model):
    """Largest difference between averaged and whole-batch gradients, relative to the largest gradient."""
    def loss(batch):                                        # (N, 2, 3, H, W): pairs of s and t
        return sum(model.generator_loss(model.trips(batch[:, 0], batch[:, 1]), 1).values())

    batch = torch.rand(4, 2, 3, 32, 32, generator=torch.Generator().manual_seed(0)) * 2 - 1
    weights = model.translators()
    whole = torch.autograd.grad(loss(batch), weights)
    halves = averaged_gradients(loss, weights, list(batch.chunk(2)))
    worst = max((a - b).abs().max() for a, b in zip(halves, whole, strict=True))
    return (worst / max(g.abs().max() for g in whole)).item()

instance = disagreement(preset("savanna-smoke").model())
batch_norm = disagreement(with_batch_norm(preset("savanna-smoke").model()))
reveal(my_guess, "yes" if batch_norm < 1e-3 else "no", "equal with batch norm, too")
print("instance norm: equal to 4 digits:", instance < 1e-4)
print("batch norm: off by more than 1 %:", batch_norm > 0.01)
# %% [markdown]
# Two facts make it exact. Losses are *means* over a batch, and the mean of two halves' means is the mean of all. And **instance norm knows no
# batch**: what happens to one picture does not depend on its neighbours. Batch norm breaks the second; it would need its statistics exchanged between GPUs too.
# Our test runs two processes for real: `tests/test_processes.py`.
#
# ## 10.6 One graph
#
# A photo app has no PyTorch. What it needs of the six networks is little: $F_{S\to T}$, $A_S$, and Eq. 1. The discriminators and the way back were scaffolding.
#
# **Your turn · 10.2 · ●○○ · 6 min.** A module that takes an image and gives the translated image, nothing else. Without an attention network (CycleGAN) `self.attend`
# is `None`.
# %%
# NBVAL_CHECK_OUTPUT
from uagt_lib.method.compose import compose

@exercise("10.2")
class Translator(nn.Module):
    """images (N, 3, H, W) in [-1, 1] -> translated images, same shape; H and W divisible by 4"""

    def __init__(self, model, direction="s2t"):
        super().__init__()
        route = model.route(direction)
        self.paint, self.attend = route.paint, route.attend

    def forward(self, image):
        ### BEGIN SOLUTION
        painted = self.paint(image)
        return painted if self.attend is None else compose(image, painted, self.attend(image))
        ### END SOLUTION
# %% [markdown]
# **ONNX** is a file format for such graphs, understood by phones, browsers and C++ programs. The exporter runs the module once and writes down every operation. On
# the command line: `uagt export --checkpoint X --out FILE.onnx`. It then reads the file back, runs it without PyTorch, and refuses to keep it if a pixel differs
# by more than 1e-4.
# %%
from uagt_lib.errors import UagtError
from uagt_lib.export import export_onnx, run_onnx

graph = runs("export") / "horse-to-zebra.onnx"
try:
    difference = export_onnx(data("checkpoints", "savanna-64.safetensors"), graph)
    print(f"{graph.name}: {graph.stat().st_size / 1e6:.1f} MB, differs from PyTorch by at most {difference:.0e}")
    images = to_float(horses.test[:6])
    without_torch = run_onnx(graph, images.numpy())                        # numpy in, numpy out
    with_torch = Translator(ours)(images)
    gap = (with_torch - torch.from_numpy(without_torch)).abs().max()
    print("and from your Translator by less than 1e-4:", bool(gap < 1e-4))
except UagtError as error:
    print(error)                   # says what to install; the lesson goes on without
# %% [markdown]
# ## 10.7 Your own pictures
#
# The graph takes heights and widths divisible by 4 only, since the generator halves twice and doubles twice (lesson 03). People's pictures have 1023 pixels. One way out: pad by
# **reflection** up to the next multiple, translate, and crop the padding away again.
#
# **Your turn · 10.3 · ●●○ · 12 min.** `network` is any function from images to images. Add no more than is missing.
# `torch.nn.functional.pad(image, (left, right, top, bottom), mode="reflect")` does the reflecting.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("10.3")
def any_size(network, image, multiple=4):
    """network: images -> images, H and W multiples; image of any size -> its answer, same H and W"""
    ### BEGIN SOLUTION
    height, width = image.shape[-2:]
    below, right = -height % multiple, -width % multiple
    padded = nn.functional.pad(image, (0, right, 0, below), mode="reflect")
    return network(padded)[..., :height, :width]
    ### END SOLUTION
# %% [markdown]
# %%
# NBVAL_CHECK_OUTPUT
odd = to_float(horses.test[:1, :, 3:, 1:])                              # 63 x 61 px
answer = any_size(lambda picture: ours.translate(picture).translated, odd)
print("in", tuple(odd.shape), "  out", tuple(answer.shape))
# %% [markdown]
# Padding keeps every pixel, but it does not change the **scale**: a horse of 200 px is nothing our networks have ever seen. The library's
# `translate_image` (and `uagt translate`) therefore looks at a small copy, as small as the training pictures, enlarges attention and paint,
# and applies Eq. 1 at full size. Where attention is 0, the result is your picture to the bit.
#
# Change the first line to a photograph of your own. (With this checkpoint do not hope for much: it has only ever seen drawings.)
# %%
MY_PICTURE = data("samples", "testA", "0003.png")       # or "holiday.jpg"

import numpy as np

from uagt_lib.data.folders import read_image
from uagt_lib.inference import translate_image

mine = torch.from_numpy(np.array(read_image(MY_PICTURE))).permute(2, 0, 1)[None]      # uint8 (1, 3, H, W)
wide, _ = savanna.draw("horse", 2, 256, seed=9)
wide = wide[..., 96:, :]                                                # 256 x 160 px: large, not square
tiles = torch.randint(0, 256, (1, 3, 3, 4), generator=torch.Generator().manual_seed(2)).byte()
quilt = tiles.repeat_interleave(32, 2).repeat_interleave(32, 3)         # no scene at all
shown = []
for picture in (mine, wide[:1], wide[1:], quilt):
    result = translate_image(ours, to_float(picture))
    shown.append([picture[0], result.attention[0], to_uint8(result.translated)[0]])
sizes = [f"{column[0].shape[-1]} x {column[0].shape[-2]} px" for column in shown]
figures.show(draw.columns(shown, ["input", "attention", "result"], sizes),
             "A sample picture and two wider ones are translated, and two brown stones with them; "
             "of a quilt of coloured squares one is attended and filled with a striped pattern")
# %% [markdown]
# Even horses cut off by the border are found, in pictures four times as large as any of training. Brown stones get stripes once more. And one square
# of the quilt is "horse", while the others, just as foreign, are not: where there is no landscape, nothing stands out from it. The networks have an answer for every input, and no way to say "this is nothing I know".
#
# For photographs, train on photographs: `uagt data download horse2zebra`, then `uagt train --preset horse2zebra-128` on a GPU, or lesson 09's patient CPU preset.
# %% [markdown] tags=["instructor"]
# **For teachers · after 10.7 (65 min so far).** Let everybody try a picture of their own and collect the strangest attention map. The discussion to aim at: a method without labels has no
# notion of "my object"; the two collections of pictures *are* the label. That is the sentence to leave the course with.
# %%
quiz("10")
# %% [markdown]
# ## What you have built
#
# The whole map, all lessons:
# %%
progress()
# %% [markdown]
# | lesson | you built | it showed |
# |---|---|---|
# | 00, 01 | unpaired pictures, and CycleGAN's way with them | the background is repainted as well |
# | 02 | Eq. 1 | one map turns CycleGAN into a method that can leave things alone |
# | 03 | the networks | papers hold slips; counting finds them |
# | 04, 05 | losses, one training step | who gets which gradient decides who learns what |
# | 06 | two stages | when to stop attention, and what the discriminator may see |
# | 07, 08 | measures, ablations | no single number settles it; taking a piece away tells what it was for |
# | 09 | the full run | patience, and looking at it while it trains |
# | 10 | the way out | attention finds where domains differ; the cycle forbids new shapes |
#
# **Where to read on.** In the paper: Fig. 17 and Fig. 9 beside sections 10.1 and 10.3, and the end of its conclusion beside 10.4. In the library: `uagt_lib/export.py`,
# `uagt_lib/inference.py`, `average_gradients` in `uagt_lib/training/step.py`; tests `tests/test_export.py`, `tests/test_processes.py`. Later work, by what you met here: InstaGAN
# (Mo et al., ICLR 2019) lets shapes change by carrying instance masks along; U-GAT-IT (Kim et al., ICLR 2020) puts attention on features and asks for changes of shape;
# CUT (Park et al., ECCV 2020) replaces the cycle by comparing patches.
#
# **One question to take away.** You collect two folders of pictures, and that is all the supervision there is. Look at any two folders
# you have: what, besides the thing you mean, tells them apart?
