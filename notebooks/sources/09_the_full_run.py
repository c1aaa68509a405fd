# Answers follow: this is the source of notebooks/09_the_full_run.ipynb. If you came to learn, open that one.
# %% [markdown]
# # 09 · The full run
#
# Everything you built in eight lessons now runs at once, for minutes on a laptop or for hours on a GPU, and you watch attention
# being born. Nobody will tell it where the horses are.
#
# **You will be able to** train the whole method on your own machine, on drawn pictures or on photographs, and steer it while it
# runs · save a run so that it goes on as if nothing had happened · tell a healthy run from a sick one · report the paper's number honestly.
#
# **Time** 60 min, 34 of them exercises, while the run trains beside you · **Needs** lessons 05 to 07.
#
# $$\min_{F, A}\;\max_{D}\;\; \underbrace{\mathcal L^s_{adv} + \mathcal L^t_{adv}}_{\text{Eq. 2, in stage 2 Eq. 7}}
# \;+\; \lambda_{cyc}\,\underbrace{(\mathcal L^s_{cyc} + \mathcal L^t_{cyc})}_{\text{Eq. 3}}$$
# %%
import torch
from IPython.display import display
from uagt_lib.course import capstone, data, exercise, hint, progress, quiz, reveal
from uagt_lib.course.lessons.lesson_09 import figures as show
from uagt_lib.course.lessons.lesson_09 import story, toys
from uagt_lib.data.pairs import from_savanna
from uagt_lib.show import figures, widgets

unseen = from_savanna(64, 72, images=8, held_out=16)
figures.show(
    show.results(data("checkpoints", "savanna-64.safetensors"), unseen),
    "Three horses and three zebras with attention, paint and result.",
)
# %% [markdown] tags=["instructor"]
# **For teachers · plan.** 75 minutes in class, runs started before the break: 10 choose and start, 20 pull the plug, 15 healthy, 10 milestones, 15 the number, 5 quiz.
# %% [markdown]
# This is where you are going: held-out pictures, translated by the run that ships with the course. Compare the third row with the last:
# the **paint** fills the whole frame, and makes sense on the animal only. Attention takes the animal from it and leaves the rest.
#
# ## 9.1 Choose a world
#
# | | `"savanna"` | `"horse2zebra"` | `"mine"` |
# |---|---|---|---|
# | pictures | drawn, 64 px | photographs, downloaded (110 MB) | your own, two piles |
# | where | any laptop, in minutes | a GPU, or an hour of one core: other presets | the same |
# | what you can measure | attention against exact masks, KID | KID, and your own eyes | KID, and your own eyes |
#
# The next cell says what your choice will take **on this machine**: it does twenty steps, times them, and throws them away.
# `"mine"` asks for uploads on Colab, and elsewhere says where to put pictures.
# %%
WORLD = "savanna"  # or "horse2zebra", or "mine"

place = capstone.world(WORLD)
print(capstone.facts(place))
# %% [markdown]
# Is that more than you have? A run can be stopped at any time and goes on later, to the bit (section 9.3). On Colab, `DRIVE = True` in the
# set-up cell keeps it where a machine that disconnects cannot forget it.
#
# ## 9.2 Start it
#
# **Predict first.** Stage 2 will freeze both maps. At which share of the run, 0 to 1, will *both* cover their animals for the first time
# (IoU above 0.5)?
# %%
guess = ...  # a share of the run, say 0.5
# %% [markdown]
# The next cell starts training in a thread of its own and comes back at once. **Pause**, **resume** and **stop** act before the next step.
# A kernel can hear a button only while no cell is running, so no cell below waits for the run: each takes what there is by now, and
# can be run again later. Stop, close the lid, come back, run this cell again: the run goes on where it was.
#
# Google Colab does not show what a thread changes. There the cell itself trains (anywhere: `start(mode="here")`), and **■** stops
# and saves; run it again to go on.
# %%
dashboard = widgets.Dashboard(place.config, place.pair, place.run)
dashboard.start()
# %% [markdown]
# While it trains, watch three things, and guess how each will go:
#
# * **Mean attention** (right curves). Where does it start, and does it only ever fall?
# * **The samples.** What is the first thing that attention picks out?
# * **The losses** (left). Two sides of a game improve against each other. Which of these curves will sink, if any?
#
# ## 9.3 Pull the plug
#
# Meanwhile: long runs get interrupted. The cheap promise is "go on from the last weights". The promise kept here is stronger: the run that
# was interrupted ends in **the same bits** as the run that was not. What has to be saved for that? Here is a run so small that you can
# read all of it.
# %%
import inspect

print(inspect.getsource(toys.TinyRun))
# %% [markdown]
# **Your turn · 09.1 · ●●○ · 10 min.** Return a dictionary, name of the attribute -> value, from which `load` makes *any other* `TinyRun` go on exactly as
# this one would have. Two questions decide it. On what does the next step depend? And what of it will have **changed in your
# dictionary** by the time somebody loads it, because the run went on in between?
# %%
# NBVAL_CHECK_OUTPUT
@exercise("09.1")
def snapshot(run):
    """A run -> what another run needs to go on in its place, bit by bit."""
    ### BEGIN SOLUTION
    return {
        "weights": run.weights.clone(),
        "momentum": run.momentum.clone(),
        "pool": list(run.pool),
        "generator": run.generator.get_state(),
        "step": run.step,
    }
    ### END SOLUTION
# %% [markdown]
# Now with the real thing. The whole method, 24 tiny steps: once straight through, once stopped after step 10 and taken up by a
# new trainer, as on a new machine.
# %%
import tempfile
from pathlib import Path
from uagt_lib.training import Trainer
from uagt_lib.training.presets import preset

tiny = preset("savanna-smoke").with_(steps=24, savanna=16)
few = from_savanna(32, 36, images=16, held_out=4)
folder = Path(tempfile.mkdtemp())

straight = Trainer.open(tiny, few, folder / "straight", progress=False)
straight.run()
Trainer.open(tiny, few, folder / "cut", progress=False).run(until=10)
resumed = Trainer.open(tiny, few, folder / "cut", progress=False)
resumed.run()

def equal(a, b):
    pairs = list(zip(a.model.parameters(), b.model.parameters(), strict=True))
    return f"{sum(torch.equal(x, y) for x, y in pairs)} of {len(pairs)} weight tensors"
# %%
# NBVAL_CHECK_OUTPUT
print("equal to the bit:", equal(straight, resumed))
# %% [markdown]
# That is a promise for processors. On a GPU some backward passes add their numbers in no fixed order (PyTorch's documentation names
# `ReflectionPad2d`), so there two runs may part even without an interruption.
#
# Now break it. Take the weights of step 10 alone, and give optimizers, pools and random states a fresh start, which is what
# loading "the model" amounts to. **Predict:** how many tensors will still be equal?
# %%
my_guess = ...  # a number of tensors
# %%
from uagt_lib.training.checkpoint import checkpoints, load_model

Trainer.open(tiny, few, folder / "again", progress=False).run(until=10)
careless = Trainer.open(tiny, few, folder / "careless", progress=False)
careless.model.load_state_dict(load_model(folder / "again").state_dict())
careless.learner.step = 10
careless.run()
same = sum(map(torch.equal, straight.model.parameters(), careless.model.parameters()))
reveal(my_guess, same, "weight tensors equal to the bit")
files = sorted(file.name for file in checkpoints(folder / "again")[-1].iterdir())
print("a checkpoint holds", *files)
# %% [markdown]
# Nothing crashed, and no message told you. That is why a test of a resume compares bits, not curves.
#
# ## 9.4 Is it healthy?
#
# Back to your run, and to your three guesses.
# %%
history = list(dashboard.trainer.history)
if history:
    figures.show(
        figures.training_curves(history, dashboard.trainer.steps),
        "Losses and mean attention over the steps so far.",
    )
    display(story.losses(history))
else:
    print("The run has no record yet: run this cell again in a minute.")
# %% [markdown] tags=["instructor"]
# **For teachers.** Let the class start their runs *before* the break, then discuss the curves together. Good questions: what would mean
# attention be if a map were exactly the mask (the share of pixels that animals cover: `place.pair.source.masks.mean()`)? What would it
# mean if the generators' adversarial loss fell to 0? With a projector, press pause and ask what must now be in memory to go on.
# %% [markdown]
# A run fails quietly. Three ways are known from lesson 06: **ones** (everything is repainted), **zeros** (nothing is), and **grey** (a
# half-transparent zebra everywhere). `collapse(mean, spread)` names them; *spread* is the standard deviation of a map over its pixels.
# The dashboard prints a sentence when one of them lasts.
#
# What we would like to know before stage 2 freezes attention: *since when have both maps been healthy, for good?*
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
        levels = [(record[f"attention_{x}"], record[f"spread_{x}"]) for x in "st"]
        if any(collapse(mean, spread) for mean, spread in levels):
            found = None
        elif found is None:
            found = record["step"]
    return found
    ### END SOLUTION
# %%
history = list(dashboard.trainer.history)
since = healthy_since(history)
if since is None:
    print("One map of your run, at least, has collapsed, or there is no record yet.")
else:
    print("both maps of your run are healthy, for good, since step", since)
covered = story.covered_since(dashboard.trainer.scores)
if covered is None:
    print("Both have not covered their animals yet, or there are no masks that could tell.")
else:
    reveal(guess, covered / dashboard.trainer.steps, "both cover their animals at a share of")
# %% [markdown]
# Two questions, two numbers, and they need not agree: **healthy means not collapsed: neither decided nor right.** Look in 9.5 at the
# milestone nearest to that step. Whether a map decided for the *animal* only masks can tell, and photographs bring none. That is why we
# draw our own pictures, and why you should look at samples with your own eyes. Lesson 06 froze one map that had decided nothing (Z), and
# one that had decided for the meadow (Y); the paper waits for 30 of its 100 epochs.
#
# ## 9.5 Look back: milestones
#
# Attention over your run, one picture of each pile. (All that is needed to *go on* is large, so only the two newest checkpoints are
# kept. To *look back* F and A are enough: a run keeps those at twelve moments, close together at first.)
# %%
milestones = capstone.so_far(place)
if milestones:
    figures.show(
        show.attention_over_time(milestones, place.pair),
        "One picture of each pile and its attention at up to eight milestones.",
    )
    display(story.milestones_table(milestones, place.pair))
# %% [markdown]
# A run may first attend to the *background* and turn itself inside out later. Did yours? Where there are masks, the next cell looks.
# %%
if place.pair.source.masks is not None:
    found = story.inside_out(milestones, place.pair)
    print("\n".join(found) or "Both maps are brighter on the animals at every milestone.")
# %% [markdown]
# And with your hands: any milestone, any picture, both directions. Drag the slider slowly; then move $\tau$ and see what the
# discriminator of stage 2 is allowed to look at.
# %%
if milestones:
    display(widgets.attention_explorer(milestones, place.pair))
# %% [markdown]
# ## 9.6 The number for the paper
#
# Lesson 07 built KID. Table 1 prints one number per system and direction: KID of the translations to real *target* pictures, averaged with
# KID to real *source* pictures (did it keep what it should?), over ten splits of 50 pictures, times 100, with the spread over the splits.
#
# Two runs have numbers that differ by less than their ±. Is one ahead? The two ± do not tell: both are scored on **the same ten
# splits**, and a split that is hard for one may be hard for the other. So look at the lead, split by split.
#
# **Your turn · 09.3 · ●●● · 12 min.** From the KIDs of two systems compute the mean lead of the first, its ±, and in how many splits it wins.
# As in lesson 07, ± divides by the number of splits (`correction=0`).
# %%
# NBVAL_CHECK_OUTPUT
@exercise("09.3")
def lead(mine, rival):
    """KIDs to source and target, each (splits, 2) -> mean lead x 100, its ±, splits won."""
    ### BEGIN SOLUTION
    ahead = 100 * (rival.mean(1) - mine.mean(1))
    return ahead.mean().item(), ahead.std(correction=0).item(), int((ahead > 0).sum())
    ### END SOLUTION
# %% [markdown]
# In the savanna, your run meets two that ship: ours, trained twice as long, and CycleGAN. **Predict:** by which column does CycleGAN look
# best beside ours, "target" or "source"?
# %%
favourite = ...  # "target" or "source"
# %%
mine = {"your run": place.run} if checkpoints(place.run) else {}  # none yet? Again later
halves = story.halves(place)
report = story.scored(place, mine | place.shipped | halves)
shown = [*mine, *place.shipped]
if report:
    display(story.scoreboard(report, shown))
# %%
if report:
    for way in ("S→T", "T→S"):
        print(story.best(report, shown, way))
        for rival in place.shipped if mine else ():
            scores = [story.splits(report, name, way) for name in ("your run", rival)]
            ahead, spread, won = lead(*scores)
            print(f"  lead over {rival}: {ahead:.1f} ± {spread:.1f}, {won} of 10 splits won")
    if "CycleGAN" in shown:
        found = story.flattered_by(report, "CycleGAN", "shipped")
        reveal(favourite, found, "CycleGAN's best column beside ours")
# %% [markdown]
# Look at the first row, too: whoever changes nothing gets that mean. A low mean alone is no merit.
#
# Ten splits of 50 pictures out of the same 64 overlap: "ten of ten" is less than it sounds. And it says nothing about other *training
# seeds* (`data/reproduced/README.md` has three of ours and of CycleGAN).
#
# What brings CycleGAN so near to the target, its animals or the meadow that it repaints? We can cut its pictures in two along the true
# masks, and put the other half back as it was. **Predict:** which half, put in alone, comes closer, "animals" or "meadow"?
# %%
my_guess = ...  # "animals" or "meadow"
# %%
if report and halves:
    display(story.scoreboard(report, [*place.shipped, *halves]))
    nearer = min(halves, key=lambda name: story.to_target(report, name))
    reveal(my_guess, nearer.split()[-1], "nearer to the target")
# %% [markdown]
# In the savanna its animals bring it most of the way. The meadow brings the rest: left alone, CycleGAN would stand behind the shipped run by this column, clearly
# for horses (S→T), by little for zebras. Where does your run stand? (No contradiction to 7.6: there the question was what sets A apart from B. Here it is what leads
# from an untouched horse to zebras.) And look at the column to source, and at the background, which is untouched: CycleGAN's own animals alone lie closer to where they came from than all of CycleGAN does. That is what Eq. 1 is for. (By the mean they are even ahead of the shipped run. 7.6 said how far to trust that: who goes half of the way has a low mean.)
#
# Report both columns, and the masks where there are any. Here is the paper's own table, for photographs:
# %%
story.papers_table()
# %% [markdown]
# **Do not compare a row of one table with a row of the other.** The paper's features come from an Inception network trained on photographs,
# ours for drawings from a small network trained on the savanna, for photographs from EfficientNet; it does not say which of many
# checkpoints was scored. What you may compare is the *order* within each table.
# %% [markdown] tags=["instructor"]
# **For teachers.** Ask who would submit which number, and why. The strongest students notice that ± over splits can be made small by
# drawing larger subsets of the same 64 pictures. A good homework: train seeds 1, 2 and 3 (`uagt train --preset savanna --seed N`), then
# `uagt evaluate` all of them at once; the report adds a table over seeds.
# %% [markdown]
# ## 9.7 The same from a terminal
#
# The paths are those of your run, seen from the notebook's folder (on Colab, in a cell, put `!` before a line).
# %%
from uagt_lib.files import from_here

run = from_here(place.run)
photographs = f" --data {from_here(place.photographs)}" if place.photographs else ""
print(f"uagt train --preset {place.config.preset} --seed 1 --out runs/mine{photographs}")
print(f"uagt train --out runs/mine --resume{photographs}        # after Ctrl-C")
print(f"uagt translate --checkpoint {run} --input photo.jpg --out out")
print(f"uagt evaluate {run} runs/mine{photographs}")
print(f"accelerate launch -m uagt_lib train --preset paper{photographs}       # several GPUs")
# %% [markdown]
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
# **Read on.** Paper, Section 3.2 and Algorithm 1 · `uagt_lib/training/trainer.py`, the loop you just steered, and `state.py` beside it, your
# `snapshot` for six networks.
