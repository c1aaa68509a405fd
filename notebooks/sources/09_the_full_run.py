# Answers follow: this is the source of notebooks/09_the_full_run.ipynb. If you came to learn, open that one.
# %% [markdown]
# # 09 · The full run
#
# Everything you built in eight lessons now runs at once, for minutes on a laptop or for hours on a GPU, and you watch attention
# being born. Nobody will tell it where the horses are.
#
# **You will be able to** train the whole method on your own machine and steer it while it runs · tell from three curves whether a
# run is healthy · come back after a crash as if nothing had happened · report the paper's number honestly.
#
# **Time** 60 min, 3 to 4 of them training (savanna, two quiet processor cores), or some hours beside you (photographs, a GPU) ·
# **Needs** lessons 05 to 07.
#
# $$\min_{F, A}\;\max_{D}\;\; \underbrace{\mathcal L^s_{adv} + \mathcal L^t_{adv}}_{\text{Eq. 2, in stage 2 Eq. 7}}
# \;+\; \lambda_{cyc}\,\underbrace{(\mathcal L^s_{cyc} + \mathcal L^t_{cyc})}_{\text{Eq. 3}}$$
# %%
import torch
from IPython.display import display
from uagt_lib.course import capstone, data, exercise, hint, progress, quiz, reveal, runs
from uagt_lib.course.lessons.lesson_09 import figures as show
from uagt_lib.show import figures, widgets

# %%
from uagt_lib.data.pairs import from_savanna

unseen = from_savanna(64, 72, images=8, held_out=16)
figures.show(
    show.results(data("checkpoints", "savanna-64.safetensors"), unseen),
    "Three horses and three zebras with attention, paint and result. Attention is bright on the "
    "animals, and faintly on a rock; "
    "the paint alone is wrong in the background, the result keeps the background.",
)
# %% [markdown]
# This is where you are going: held-out pictures, translated by a run of 3200 steps (`data/README.md` has the command). Look at
# the third row. The **paint** is wrong nearly everywhere, and it does not matter: attention takes the animal from it and leaves the rest.
#
# ## 9.1 Choose a world
#
# | | `"savanna"` | `"horse2zebra"` |
# |---|---|---|
# | pictures | drawn, 64 px, 256 a domain | photographs, 1067 horses and 1334 zebras, 128 px |
# | networks | 0.8 M weights | the paper's, 11.5 M |
# | steps | 1600 | 133 400 |
# | where | any laptop: 3 to 4 minutes on two quiet cores | a GPU, and patience: nobody has timed this one for you |
# | what you can measure | attention against exact masks | KID, and your own eyes |
#
# `DRIVE` matters on Colab only: a machine that disconnects forgets its disk, Google Drive stays.
# %%
WORLD = "savanna"  # or "horse2zebra"
DRIVE = False  # on Colab: True keeps the run on your Google Drive

config, pair = capstone.world(WORLD)
run = capstone.folder(config.preset, DRIVE)
print("this machine has", torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU")
# %% [markdown]
# **Your turn · 09.1 · ●○○ · 5 min.** Before you start something long, count. How many steps does a run take? Algorithm 1 walks
# through the source set, the released program through the *larger* of the two sets; we follow the program, so that no picture is left out.
# A step shows `batch` pictures of each domain to each of `processes` GPUs. The last batch of an epoch may be incomplete, it still
# costs a step.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("09.1")
def steps_of_run(horses, zebras, batch, processes, epochs):
    """Numbers of pictures, batch size, processes and epochs -> steps of the whole run."""
    ### BEGIN SOLUTION
    per_step = batch * processes
    return epochs * -(-max(horses, zebras) // per_step)
    ### END SOLUTION
# %%
# NBVAL_CHECK_OUTPUT
print("horse2zebra, the paper's 100 epochs:", steps_of_run(1067, 1334, 1, 1, 100), "steps")
print("on four GPUs with batch 2:", steps_of_run(1067, 1334, 2, 4, 100), "steps")
# %% [markdown]
# Multiply by the seconds one step takes on your machine (the dashboard below shows them), and you know when to come back.
#
# ## 9.2 Start it
#
# **Predict first.** Both attention maps start near 0.7 on every pixel (their last bias starts at +1), and stage 2 will freeze them
# three quarters through the run. At which share of the savanna run, 0 to 1, will *both* maps cover their animals (IoU above 0.5)?
# %%
guess = ...  # a share of the run, say 0.5
# %% [markdown]
# The next cell starts training in a thread of its own and comes back at once. **Pause**, **resume** and **stop** act before the next step.
# A kernel can hear a button only while no cell is running, so nothing below this cell will make you wait: cells that want a
# checkpoint take the newest there is, and can be run again later. Stop, close the lid, come back, run this cell again: the run
# goes on where it was.
# %%
dashboard = widgets.Dashboard(config, pair, run)
dashboard.start()
# %% [markdown]
# While it trains, watch three things.
#
# * **Mean attention** (right curves). First it drifts, then it drops: most pixels are background, and attention is leaving them.
# * **The samples.** Grey fog, then a blob on the animal, then legs.
# * **The losses** (left). They do *not* fall steadily. Two sides of a game improve against each other; a flat adversarial loss is
#   a fair fight, not a stuck run. Only the cycle loss should sink.
# %%
history = list(dashboard.trainer.history)
if history:
    figures.show(
        figures.training_curves(history, dashboard.trainer.steps),
        "Losses and mean attention over the steps so far. "
        "Attention starts high and falls to the share of pixels that animals cover.",
    )
else:
    print("The run has no record yet: run this cell again in a minute.")
# %% [markdown] tags=["instructor"]
# **For teachers.** Let the class start their runs *before* the break, then discuss the curves together. Good questions: why does mean
# attention settle near 0.1 (animals cover about a tenth of the pixels)? Why would a generator loss that falls to 0 be bad news
# (the discriminator has given up)? With a projector, press pause and ask what must now be in memory to go on.
# %% [markdown]
# ## 9.3 Is it healthy?
#
# A run fails quietly. Three ways are known from lesson 06: **ones** (everything is repainted), **zeros** (nothing is), and **grey** (a
# half-transparent zebra everywhere). `collapse(mean, spread)` names them; *spread* is the standard deviation of a map over its pixels.
# The dashboard prints a sentence when one of them lasts.
#
# What we would like to know before stage 2 freezes attention: *since when have both maps been healthy, for good?* A run may find its
# animals, lose them again (many of ours first attend to the background and then flip), and find them once more.
#
# **Your turn · 09.2 · ●●○ · 12 min.** Walk through the records of a run. Return the `step` of the first record from which on neither
# map is collapsed any more, up to the last record; `None` if there is no such step.
# %%
# NBVAL_CHECK_OUTPUT
from uagt_lib.training.watch import collapse  # None, "ones", "zeros" or "grey"

@exercise("09.2")
def healthy_since(records):
    """Records with step, attention_s, spread_s, attention_t, spread_t -> a step, or None."""
    ### BEGIN SOLUTION
    found = None
    for record in records:
        healthy = all(collapse(record[f"attention_{x}"], record[f"spread_{x}"]) is None for x in "st")
        if not healthy:
            found = None
        elif found is None:
            found = record["step"]
    return found
    ### END SOLUTION
# %%
history = list(dashboard.trainer.history)
print("both maps are healthy, for good, since step", healthy_since(history))
covered = show.covered_since(dashboard.trainer.scores)
if covered is None:
    print("Where the animals are, they have not found yet, or nobody knows: run this cell again later.")
else:
    reveal(guess, covered / dashboard.trainer.steps, "both maps cover their animals after a share of the run of")
# %% [markdown]
# Two very different numbers. In the stored solution both maps are healthy from the first record on, and yet the strip in 9.5 shows one of
# them on the *background* at step 160. **Healthy means decided, not right.** Only masks can tell whether a map decided for the animal, and
# photographs bring none: that is why we draw our own pictures, and why you should look at the samples with your own eyes.
#
# The switch waits far beyond that point on purpose: freezing a blob would keep the blob. On photographs the paper waits for
# 30 of 100 epochs. It is the same decision.
#
# ## 9.4 Pull the plug
#
# Long runs are interrupted. The cheap promise is "go on from the last weights". The promise kept here is stronger: the run that was
# interrupted ends in **the same bits** as the run that was not. We test it on 24 tiny steps: once straight through, once stopped
# after step 10 and resumed by a new trainer, as a new machine would.
#
# **Think first.** A checkpoint that held only the six networks would also go on training. What would be different?
# %%
import tempfile
from pathlib import Path
from uagt_lib.training.presets import preset
from uagt_lib.training import Trainer

tiny = preset("savanna-smoke").with_(steps=24, savanna=16)
few = from_savanna(32, 36, images=16, held_out=4)
folder = Path(tempfile.mkdtemp())

straight = Trainer.open(tiny, few, folder / "straight", progress=False)
straight.run()
Trainer.open(tiny, few, folder / "cut", progress=False).run(until=10)
resumed = Trainer.open(tiny, few, folder / "cut", progress=False)
resumed.run()
# %%
# NBVAL_CHECK_OUTPUT
pairs = list(zip(straight.model.parameters(), resumed.model.parameters(), strict=True))
print(sum(torch.equal(a, b) for a, b in pairs), "of", len(pairs), "weight tensors are equal to the bit")
# %% [markdown]
# Now break it. Take the weights of step 10 alone, and give the optimizers, the pools and the random states a fresh start, which is what
# loading "the model" amounts to:
# %%
# NBVAL_CHECK_OUTPUT
from uagt_lib.training.checkpoint import load_model

Trainer.open(tiny, few, folder / "again", progress=False).run(until=10)
careless = Trainer.open(tiny, few, folder / "careless", progress=False)
careless.model.load_state_dict(load_model(folder / "again").state_dict())
careless.learner.step = 10
careless.run()
pairs = list(zip(straight.model.parameters(), careless.model.parameters(), strict=True))
print(sum(torch.equal(a, b) for a, b in pairs), "of", len(pairs), "weight tensors are equal to the bit")
# %% [markdown]
# Not one. Adam forgot its moments, the pool forgot its fakes, the sampler drew other pictures. Nothing crashed, and no message
# told you: that is why a checkpoint folder here has three files (look into `checkpoints/step-.../`), and why a test compares bits.
#
# ## 9.5 Look back: milestones
#
# Attention over the run, one horse and one zebra. The columns are steps. (All that is needed to *go on* is large, so only the two newest
# checkpoints are kept. To *look back* F and A are enough: a run keeps those at twelve moments, its milestones.)
# %%
milestones = capstone.so_far(run)
figures.show(
    show.attention_over_time(milestones, pair),
    "One horse and one zebra, and their attention maps at the milestones of the run: "
    "grey and undecided at first, then a blob, then the animal.",
)
# %% [markdown]
# Look at step 160. In the run stored in the solution notebook, $A_S$ had chosen the *background* by then, and turned itself
# inside out before step 320. That is common: in the beginning either side of the picture will do, and only the animal can be
# repainted at a price the cycle loss accepts. Did yours do it too?
#
# And with your hands: any milestone, any picture, both directions. Drag the slider slowly; then move $\tau$ and see what the
# discriminator of stage 2 is allowed to look at.
# %%
widgets.attention_explorer(capstone.so_far(run), pair)
# %% [markdown]
# ## 9.6 The number for the paper
#
# Lesson 07 built KID. Table 1 prints one number per system and direction: KID of the translations to real *target* pictures, averaged with
# KID to real *source* pictures (did it keep what it should?), over ten splits of 50 pictures, times 100, with the spread over the splits.
#
# **Your turn · 09.3 · ●●○ · 8 min.** From the two KIDs of each split, compute the paper's number and its ±. Mind the order:
# the two columns of a split share the same 50 translations, so they do not vary independently. As in lesson 07, ± divides by the
# number of splits (`unbiased=False`).
# %%
# NBVAL_CHECK_OUTPUT
@exercise("09.3")
def papers_number(to_source, to_target):
    """KID of each split, two tensors (splits,) -> mean and standard deviation, times 100."""
    ### BEGIN SOLUTION
    per_split = 100 * (to_source + to_target) / 2
    return per_split.mean().item(), per_split.std(unbiased=False).item()
    ### END SOLUTION
# %% [markdown]
# Your run against the shipped checkpoint (twice the steps) and CycleGAN (same pictures, no attention). **Predict** before you run it: by
# which single column does CycleGAN look best?
# %%
favourite = ...  # the column that flatters CycleGAN: "target" or "source"
# %%
from uagt_lib.training.checkpoint import checkpoints as finished
from uagt_lib.evaluate.compare import compare

mine = finished(run)[-1:]  # nothing yet? Then the table has the other two only: run this cell again later
rivals = [data("checkpoints", name) for name in ("savanna-64.safetensors", "cyclegan-64.safetensors")]
if config.savanna:
    report = compare([*mine, *rivals], runs("capstone-report"), extractor="savanna")
    names = ["your run"] * len(mine) + ["shipped, 3200 steps", "CycleGAN, 1600 steps"]
    display(show.scoreboard(report, names))
    reveal(favourite, "target", "the column that flatters CycleGAN")
else:
    print(f"In a terminal: uagt evaluate {run} --data data/downloads/horse2zebra")
# %% [markdown]
# **The column to the target** loves CycleGAN: it turns meadow into dry grass, so its pictures sit closer to real zebra pictures, grass and
# all. The column rewards exactly what we set out to avoid. **The column to the source** and the background error see it.
#
# And now the uncomfortable part. Compare your run with the shipped one, which trained twice as long and has the better masks. In the
# stored solution the shipped run's mean is *worse* than the shorter run's (58 against 54 from horse to zebra), level with CycleGAN's: bolder zebras are further from the
# source pictures, and the mean punishes that as much as a ruined meadow. Over three seeds of equal length attention wins by this mean
# every time (`data/reproduced/README.md`, first table of KID); between a careful and a bold run it decides nothing. Keep the masks beside the number.
#
# Here is the paper's own table, for photographs:
# %%
show.papers_table()
# %% [markdown]
# **Do not compare a row of one table with a row of the other.** The paper's features come from an Inception network trained on photographs,
# ours from a small network trained on the savanna; its pictures are 120 horses and 140 zebras at 256 px; it does not say
# which of many checkpoints was scored. What you may compare is the *order* within each table, and the size of ±: theirs says how splits
# differ, and says nothing about training again with another seed. `data/reproduced/README.md` has five seeds of this run.
# %% [markdown] tags=["instructor"]
# **For teachers.** Ask who would submit which number, and why. The strongest students notice that ± over splits can be made small by
# drawing many splits from the same 64 pictures. A good homework: train seeds 1, 2 and 3 (`uagt train --preset savanna --seed N`), then
# `uagt evaluate` all of them at once; the report adds a table over seeds.
# %% [markdown]
# ## 9.7 The same from a terminal
#
#     uagt train --preset savanna --seed 1 --out runs/mine        # Ctrl-C, then again with --resume
#     uagt translate --checkpoint runs/mine --input photo.jpg --out out
#     uagt evaluate runs/mine data/checkpoints/cyclegan-64.safetensors
#     accelerate launch -m uagt_lib train --preset paper           # several GPUs
#
# ## Check yourself
# %%
quiz("09")
# %% [markdown]
# ## What you built
# %%
progress("09")
# %% [markdown]
# **To take away.** You froze attention at a share of the run that somebody chose by looking at other runs. What would a rule look like that
# decides by itself, and which failure of lesson 06 would fool it?
#
# **Read on.** Paper, Section 3.3 and Algorithm 1 · `uagt_lib/training/trainer.py`, the loop you just steered · `tests/test_resume.py`, what "to the bit"
# is tested with: Ctrl-C, crashes, full disks.
