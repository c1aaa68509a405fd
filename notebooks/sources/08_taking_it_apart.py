# Answers follow: this is the source of notebooks/08_taking_it_apart.ipynb. If you came to learn, open that one.
# %% [markdown]
# # 08 · Taking it apart
#
# Six times the authors took one piece out of their system and trained it again. Once it fell off a cliff. Five times it hardly stumbled.
# %%
import json

import torch

from uagt_lib.training.checkpoint import load_model
from uagt_lib.course import data, exercise, hint, progress, quiz, reveal, runs, trained
from uagt_lib.data.pairs import from_savanna, sample, to_uint8
from uagt_lib.inference import translate_batch
from uagt_lib.method.methods import METHODS
from uagt_lib.method.model import Model, Pieces
from uagt_lib.method.pool import Pool
from uagt_lib.training.presets import preset
from uagt_lib.course.lessons.lesson_08 import figures as show
from uagt_lib.show import figures

figures.show(
    show.table_2(),
    "Table 2 of the paper. Without the cycle loss KID is 41 and 65; all other ablations lie between "
    "7.6 and 10.9, the full method "
    "at 6.9 and 8.9.",
)
# %% [markdown]
# Are five of six pieces decoration? Or does each do something that this picture cannot show?
#
# **After this lesson you will be able to**
# * read a system by its switches, and say **before training** which losses and which gradients change when one is off;
# * run an ablation of your own, and recognise a collapse by its curves;
# * rank methods from several runs honestly, and tell which differences of a table mean nothing;
# * say in one line each what CycleGAN, DiscoGAN, DualGAN, UNIT and RA do differently.
#
# **Time** about 80 minutes, 34 of them exercises. **You need** lessons 01 to 07: Eq. 1 to 7, stages, and what ± means. **From the paper** Section 4, Tables 1 and 2,
# and the objective that we take apart,
#
# $$ \mathcal L = \mathcal L^s_{adv} + \mathcal L^t_{adv} + \lambda_{cyc}\,(\mathcal L^s_{cyc} + \mathcal L^t_{cyc}), \qquad
# s' = s_a \odot F_{S\to T}(s) + (1 - s_a) \odot s . $$
# %% [markdown] tags=["instructor"]
# **For teachers · plan.** 80 minutes: 15 switches and the puzzle of Table 2, 20 losses and gradients, 15 the live ablation, 20 ranking, 10 the rivals. Start the
# training cell of 8.3 first thing: it takes one or two minutes the first time and is then kept. *Ask first:* "Which piece would you remove,
# and what would break?" Note the guesses by name on the board; 8.2 and 8.3 answer them.
# %% [markdown]
# ## 8.1 A system as a row of switches
#
# Taking a piece out, training again and comparing is called an **ablation**. In our library every piece has a switch, so a method is one small
# value of type `Pieces`. Everything on is the full method:
# %%
# NBVAL_CHECK_OUTPUT
Pieces()


# %% [markdown]
# | switch | on | off |
# |---|---|---|
# | `attention_s`, `attention_t` | $A_S$ and $A_T$ say where to paint | that map is all ones: repaint everything |
# | `cycle` | $\lVert s - s'' \rVert_1$ is paid for (Eq. 3) | nobody asks whether $s'$ can be undone |
# | `cycle_attention` | on the way back $A_T(s')$ looks afresh | $A_S(s)$ is used a second time |
# | `masked_discriminator` | in stage 2, $D$ sees attended pixels only (Eq. 7) | $D$ always sees whole images |
# | `stop_attention` | in stage 2, $A_S$ and $A_T$ stop learning | they learn to the end |
#
# (The last two, `raw_foreground` and `adversarial`, are readings of the paper, not ablations.) Table 2 has six rows. Two of them as switches:
# **-cycle** is `Pieces(cycle=False)`, and **-As**, without $A_S$, is `Pieces(attention_s=False)`.
#
# **Your turn · 08.1 · ●○○ · 6 min.** Add three more: **-cycleAtt** (the way back uses $A_S(s)$ again), **-D** (whole images for the discriminator, attention still stops) and
# **-D-A** (whole images, and attention never stops; the paper uses it to stand for Chen et al.'s Attention GAN).
# %%
# NBVAL_CHECK_OUTPUT
@exercise("08.1")
def pieces_of(name):
    """ "full", "-cycle", "-As", "-At", "-cycleAtt", "-D" or "-D-A" -> Pieces"""
    rows = {
        "full": Pieces(),
        "-cycle": Pieces(cycle=False),
        "-As": Pieces(attention_s=False),
        "-At": Pieces(attention_t=False),
    }
    ### BEGIN SOLUTION
    rows["-cycleAtt"] = Pieces(cycle_attention=False)
    rows["-D"] = Pieces(masked_discriminator=False)
    rows["-D-A"] = Pieces(masked_discriminator=False, stop_attention=False)
    ### END SOLUTION
    return rows[name]


# %% [markdown]
# A method of the library is one such row, in `uagt_lib/method/methods.py`. `uagt train --method uagt-As` trains one. Are its rows yours?
# %%
# NBVAL_CHECK_OUTPUT
names = ["-cycle", "-cycleAtt", "-As", "-At", "-D", "-D-A"]
{f"uagt{name}": METHODS[f"uagt{name}"].pieces == pieces_of(name) for name in names}
# %% [markdown]
# **A puzzle in Table 2.** Look at the enlarged half of the first figure again, at *-As*. Without $A_S$ the way $S \to T$ is repainted whole, background and all; $T \to S$
# still has its attention. If S is *horse* and T is *zebra*, which direction should suffer most from -As?
# %%
guess = ...  # "horse to zebra" or "zebra to horse"
# %%
reveal(guess, "horse to zebra", "by our reading of -As, the direction that should suffer")
# %% [markdown]
# And the table says the opposite: with -As, *zebra to horse* is the worst of all six (10.90), while horse to zebra is the second best. Two readings mend it. Either S is the
# zebra there (in the released program, domain A is built from the zebras). Or "-As" means **only** $A_S$ is left: the text speaks of "a single attention network" for these two rows.
# We cannot know. We say *without*, with S the horse, and whoever compares with us has to know that. **A minus sign in a table is a sentence somebody left out.**
# %% [markdown]
# ## 8.2 Before training: what vanishes, who learns
#
# You can tell a lot about an ablation without a single training step. First: which **terms** of the loss are left? `Model.generator_loss` returns what $F$ and $A$ minimise, by
# name: `adversarial_t` ($s'$ should fool $D_T$), `cycle_s` ($s''$ should be $s$), and the same two for the other way, `adversarial_s` and `cycle_t`.
#
# **Predict.** In how many of the six ablations does a term vanish?
# %%
guess = ...  # 0 to 6


# %% [markdown]
# **Your turn · 08.2 · ●○○ · 4 min.** Say which terms are left.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("08.2")
def loss_terms(pieces):
    """Pieces -> the set of names of the generators' loss terms"""
    ### BEGIN SOLUTION
    names = {"adversarial_s", "adversarial_t"}
    return names | {"cycle_s", "cycle_t"} if pieces.cycle else names
    ### END SOLUTION


# %%
reveal(guess, sum(len(loss_terms(pieces_of(name))) < 4 for name in names), "ablations that lose a term")


# %% [markdown]
# One. That is the cliff. The other five keep all four terms and change what is **inside** them: which map, which pixels, which gradient. So look at gradients.
#
# **Your turn · 08.3 · ●●○ · 8 min.** Which of the four networks `F_st`, `F_ts`, `A_s`, `A_t` learn, that is, get a gradient from that loss, in which stage? (The discriminators always learn; they have a
# loss of their own.)
# %%
# NBVAL_CHECK_OUTPUT
@exercise("08.3")
def learners(pieces, stage):
    """Pieces and a stage, 1 or 2 -> the set of networks that learn"""
    ### BEGIN SOLUTION
    found = {"F_st", "F_ts"}
    if stage == 1 or not pieces.stop_attention:
        found |= {"A_s"} if pieces.attention_s else set()
        found |= {"A_t"} if pieces.attention_t else set()
    return found
    ### END SOLUTION


# %% [markdown]
# Now measure. We take a half-trained full method (step 200 of 400 of the little run that several lessons share; with its discriminators, which no milestone keeps), put its weights into each of the seven systems, send the same
# 16 horses and 16 zebras through, and write down the size (norm) of every network's gradient.
#
# **Predict.** -As paints the whole horse picture with $F_{S\to T}$, where the full method painted a horse. By which factor does $F_{S\to T}$'s gradient in stage 1 grow?
# %%
guess = ...  # a factor
# %%
pair = from_savanna(32, 36)
config = preset("savanna-smoke")
half = load_model(trained(config, pair, runs("smoke-half"), until=200))


def gradients(pieces, stage):
    """The size of each network's gradient on one batch; None where there is no such network."""
    m = Model(config.architecture, pieces, cycle_weight=config.cycle_weight, tau=config.tau)
    m.load_state_dict({name: w for name, w in half.state_dict().items() if name in m.state_dict()})
    m.enter_stage(stage)
    g = torch.Generator().manual_seed(0)
    trips = m.trips(*(sample(domain.train, 16, 32, g) for domain in (pair.source, pair.target)))
    sum(m.generator_loss(trips, stage).values()).backward()
    sum(m.discriminator_loss(trips, (Pool(0, g), Pool(0, g)), stage).values()).backward()
    sizes = {}
    for name in ("F_st", "F_ts", "A_s", "A_t", "D_s", "D_t"):
        network = getattr(m, name)
        found = [] if network is None else [p.grad.norm() for p in network.parameters() if p.grad is not None]
        sizes[name] = None if network is None else torch.stack(found).norm().item() if found else 0.0
    return sizes


tables = [{name: gradients(pieces_of(name), stage) for name in ("full", *names)} for stage in (1, 2)]
# %%
figures.show(
    show.strengths(tables),
    "Gradient sizes. Stage 1: -D and -D-A equal the full method; -As and -At have ten to twenty "
    "times larger gradients in one generator. "
    "Stage 2: attention is at 0 everywhere but in -D-A; without the cycle loss the generators' "
    "gradients almost vanish.",
)
reveal(guess, tables[0]["-As"]["F_st"] / tables[0]["full"]["F_st"], "F_st's gradient, -As over full")
learn = {name: {n for n in ("F_st", "F_ts", "A_s", "A_t") if tables[1][name][n]} for name in tables[1]}
print("stage 2 as you predicted:", all(learn[name] == learners(pieces_of(name), 2) for name in learn))
# %% [markdown]
# Read it row by row, against the row "full":
#
# * **-D and -D-A** equal the full method in stage 1, everywhere. They *are* the full method until the switch. With the same seed their weights agree to the bit up to there. In stage 2
#   -D-A is the only one whose attention still gets a gradient.
# * **-As, -At**: one generator's gradient grows more than tenfold. It suddenly pays, through the cycle loss, for every blade of grass it cannot restore. ($F_{S\to T}$ was never
#   trained to paint grass; a system trained that way from the start would have learned to.)
# * **-cycleAtt** changes sizes a little and stops nobody. Expect little from it.
# * **-cycle**: in stage 1 attention's gradients are twice as large; something that pulled the other way is gone. In stage 2 the generators' nearly vanish: at this moment the masked
#   discriminators are not yet trained for what they see, and nothing else pulls.
#
# Sizes are no verdict. They tell where to look. Where a system ends after 400 steps, only training can tell.
# %% [markdown] tags=["instructor"]
# **For teachers · discussion.** *Ask:* "Why must -D equal the full method in stage 1?" (Both switches act in stage 2.) *Ask:* "What would it mean if the table's -D were much worse already at epoch 30?" (Another
# seed, another machine, or a bug: it is a free test of anybody's ablation study.) *Ask:* "The weights come from the full method. What does that hide?" It shows the first step away from a trained
# system, not the end of the road.
# %% [markdown]
# ## 8.3 One ablation, live: without the cycle loss
#
# The cycle loss asks that $s''$ be $s$. It never mentions attention. So remove it and look at attention.
#
# **Predict.** In the full method attention **outside** the animals ends near 0.02. Without the cycle loss, after the same 400 steps from the same seed, mean over horses?
# %%
guess = ...  # 0 to 1
# %%
smoke = trained(preset("savanna-smoke"), pair, runs("smoke"))
without_cycle = preset("savanna-smoke").with_(method="uagt-cycle")
ablated = trained(without_cycle, pair, runs("smoke-uagt-cycle"))
both = {"full": smoke, "-cycle": ablated}
scores = {name: json.loads((run / "history.json").read_text())["scores"] for name, run in both.items()}
figures.show(
    show.inside_and_outside(scores, 400),
    "Mean attention over the steps. Full: inside rises, outside falls to 0. Without the cycle loss "
    "outside stays at two thirds.",
)
reveal(
    guess,
    scores["-cycle"][-1]["source"]["attention_outside"],
    "attention outside the animals without the cycle loss",
)
# %%
models = {"full": load_model(smoke), "-cycle": load_model(ablated)}
batches = [pair.source.test[:8]]
for model in models.values():
    there = translate_batch(model, batches[0])
    back = translate_batch(model, to_uint8(there.translated), "t2s")
    batches += [there.attention, to_uint8(there.translated), to_uint8(back.translated)]
titles = ["horses", *(f"{name}: {what}" for name in models for what in ("attention", "s'", "s''"))]
figures.show(
    figures.rows(titles, batches),
    "Eight horses; with the full method attention on the animals, zebras on the same meadow, horses "
    "again; without the cycle loss "
    "attention spreads and the way back leads elsewhere.",
)
# %% [markdown]
# Attention covers most of the picture and stays there. Every output is nearly the same field of yellow noise, and the way back leads to the same green one: where the horse stood, nothing remembers. (The authors call it the onset of mode collapse.) Surprising at first: the cycle loss says nothing about attention. But look at what a pixel **costs**. Where neither $A_S(s)$ nor, on the way back, $A_T(s')$ attends, $s'' = s$ exactly, and the pixel costs
# nothing. Where it is painted, it has to be restored, which never works perfectly, at ten times the error. So the cycle loss is the **price of paint**. It makes attention shrink to where paint earns more than it costs: the animals.
#
# Take the price away, and paint is free. Stage-1 discriminators see whole images, and dry grass is a sign of zebras. So painting grass pays, and attention opens. When stage 2 freezes it, it is frozen open.
#
# That fits the paper: it credits the cycle loss with sharp maps. What we can add is *when* it goes wrong: look at the dashed orange curve, which never falls. A longer and larger run,
# 800 steps at 64 px, ended the same way (attention outside 0.67 and 0.70: `uagt train --preset savanna --steps 800 --method uagt-cycle --seed 10`).
#
# **Recognise it**: attention outside stays high. Inside alone tells you nothing: 0.97 would look like a triumph.
# %% [markdown]
# ## 8.4 Who is better? Ranking honestly
#
# Now the five that hardly stumble. Their KIDs differ by a few tenths, and every one was trained, as far as the paper says, once. Lesson 07: the ± in the table is over *subsets*. What we need is a ± over **runs**.
#
# **Your turn · 08.4 · ●●○ · 10 min.** From `{method: [one score a run]}`, lower is better, make the rows of an honest table: name, mean, and ± over runs, the best mean first. With so few runs, ± divides by one less than their number
# (`statistics.stdev`). Of a single run nobody knows the spread: `None`.
# %%
# NBVAL_CHECK_OUTPUT
from statistics import mean, stdev


@exercise("08.4")
def rank(scores):
    """{name: [score, ...]} -> [(name, mean, ± or None), ...], lowest mean first"""
    ### BEGIN SOLUTION
    rows = [(name, mean(runs), stdev(runs) if len(runs) > 1 else None) for name, runs in scores.items()]
    return sorted(rows, key=lambda row: row[1])
    ### END SOLUTION


# %% [markdown]
# Two overlapping ± still leave you guessing. A plainer question: **if I train each method once, how often will A come out ahead of B?** Let every run of A meet every run of B.
#
# **Your turn · 08.5 · ●●○ · 6 min.** The share of such games that A wins, lower is better. A tie counts half.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("08.5")
def beats(a, b):
    """two lists of scores, one a run -> how often a is lower, 0 to 1"""
    ### BEGIN SOLUTION
    games = [1.0 if x < y else 0.5 if x == y else 0.0 for x in a for y in b]
    return mean(games)
    ### END SOLUTION


# %% [markdown]
# A tryout on five trainings of the full method at 64 px, seeds 5 to 9, and three of CycleGAN, seeds 5 to 7, horses only (`data/reproduced/README.md`: `uagt train --preset savanna --seed 5` and so on).
# %%
# NBVAL_CHECK_OUTPUT
background = {"uagt": [0.001, 0.006, 0.001, 0.003, 0.001], "cyclegan": [0.122, 0.125, 0.109]}
missed = {"horses": [0.20, 0.30, 0.18, 0.21, 0.19], "zebras": [0.22, 0.21, 0.20, 0.17, 0.23]}  # 1 - IoU
for table in (background, missed):
    for name, centre, spread in rank(table):
        print(f"{name:9} {centre:.3f} ± {spread:.3f}")
    first, second = (name for name, *_ in rank(table))
    print(f"{first} beats {second} in {beats(table[first], table[second]):.0%} of all games\n")
# %% [markdown]
# Background error: every game is won, no ± needed. Which animal is found better? The zebras have the better mean, and yet they
# win *fewer* than half of the games: one unlucky run on horses (0.30) moved the mean. Both sentences are worth printing.
#
# **Back to the paper's five.** Suppose the horse-to-zebra means of Table 2, -cycle left out, were the exact truth: 6.93, 7.62, 7.77, 7.79, 7.80, 8.28. Suppose each method
# is trained **once**, and trainings differ with a ± of 0.5. **Predict.** In what share of such tables does the truly best method stand first?
# %%
guess = ...  # 0 to 1
# %%
truth = torch.tensor([6.93, 7.62, 7.77, 7.79, 7.80, 8.28])
g, first, order = torch.Generator().manual_seed(0), [], []
spreads = [0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0]
for spread in spreads:
    drawn = truth + spread * torch.randn(4000, 6, generator=g)  # 4000 tables
    first.append((drawn.argmin(1) == 0).float().mean().item())
    order.append((drawn.diff(dim=1) > 0).all(1).float().mean().item())
figures.show(
    show.luck(spreads, first, order),
    "The best method stands first in all tables while trainings hardly differ, in two thirds at ± "
    "0.5, in less than half at ± 1. "
    "The whole order is right in a quarter of the tables at best.",
)
reveal(guess, first[spreads.index(0.5)], "share of tables with the best one first")
# %% [markdown]
# In about two thirds, and the whole order is right in 2 of 100. The paper does not say how much its trainings differ. On our savanna, three trainings of the full method
# give 51.8 ± 3.5 for this mean (`data/reproduced/README.md`): 7 % of it, which for Table 2's scores would be about half a point. So read Table 2 like this: **-cycle breaks the system; the full method is likely the best; the order of the other five is not known.**
# %% [markdown]
# ## 8.5 All of them, on the savanna
#
# First the three systems that this notebook trained itself: 32 px, 400 steps, **one run each**. KID uses the savanna features of lesson 07, on 64 held-out pictures; "untouched" hands back
# the horses.
# %%
from uagt_lib.data import savanna
from uagt_lib.data.pairs import to_float
from uagt_lib.evaluate.attention import background_error
from uagt_lib.evaluate.features import load_extractor
from uagt_lib.evaluate.kid import mmd2

look, s = load_extractor("savanna"), to_float(pair.source.test)
others = [savanna.draw(kind, 128, 32, seed=12)[0] for kind in ("horse", "zebra")]
real = [look(to_float(pictures)) for pictures in others]
rival = trained(preset("savanna-smoke").with_(method="cyclegan"), pair, runs("smoke-cyclegan"))
models["cyclegan"] = load_model(rival)
outputs = {name: translate_batch(model, pair.source.test).translated for name, model in models.items()}
outputs["untouched"] = s
kids = {name: [100 * float(mmd2(look(x), side)) for side in real] for name, x in outputs.items()}
single = {
    "KID × 100, mean of both": {name: [sum(both) / 2] for name, both in kids.items()},
    "to horses": {name: both[:1] for name, both in kids.items()},
    "to zebras": {name: both[1:] for name, both in kids.items()},
    "background error": {name: [background_error(s, x, pair.source.masks)] for name, x in outputs.items()},
}
figures.show(
    show.league(single),
    "Four numbers of four systems, one run each: the full method, without the cycle loss, CycleGAN, "
    "and untouched horses.",
)
# %% [markdown]
# Look at the left panel: by the paper's number the yellow noise **beats** the full method. Lesson 07 warned of it. Noise is unlike zebras, but it is also less
# unlike horses than a clean zebra is, and the mean takes that for merit. CycleGAN wins by its grass. The right panel needs no discussion: only one of the three left the meadow alone.
#
# (These features were made for 64 px; 32-px pictures are enlarged for them, which blurs the noise. At 64 px, after 800 steps, seed 10, they are not fooled from horses to zebras, 199 without the cycle loss against 47 with it, and nearly fooled on the way from zebras to
# horses, 53 against 46: the collapsed picture happens to show a brown animal on a meadow. Both are in the tables below.)
#
# One run each is an anecdote. The whole of Table 2, three seeds each, takes an hour of a laptop, so it is made once by a command and kept: `uagt reproduce table2`. The next cell shows what is
# stored in `data/reproduced/`, ranked by your own two functions.
# %%
def reproduced(name):
    return json.loads(data("reproduced", f"{name}.json").read_text(encoding="utf-8"))


def table_again(name, way):
    panels = show.panels(reproduced(name), way)
    print(f"{name}, {way}")
    figures.show(show.league(panels), f"{name} on the savanna, {way}: a dot for each training, a bar at the mean.")
    scores = panels["KID × 100, mean of both"]
    rows = rank({method: runs for method, runs in scores.items() if method != "untouched"})
    for (method, centre, spread), after in zip(rows, [*rows[1:], None], strict=True):
        share = beats(scores[method], scores[after[0]]) if after else None
        games = "" if share is None else f"beats the next in {share:.0%} of all games"
        print(f"{method:14} {centre:6.1f} ± {'unknown' if spread is None else f'{spread:4.1f}'}   {games}")


for way in ("S→T", "T→S"):
    table_again("table2", way)
# %% [markdown]
# Read the dots before the bars. **In one of three trainings our full method translates nothing:** its attention fell to zero (IoU 0, KID to target as far away as the untouched horses), and *-D* and *-D-A*,
# the same training up to the switch, fell with it. The same seed with twice the warm-up did not fall (IoU 0.71; `data/reproduced/README.md`). Now look what the mean of both says about that run: 61, better than all three trainings of
# CycleGAN. The mean cannot tell "nothing happened" from "well done"; the columns can.
#
# What survives all of this: *-cycle* is broken in both directions by background error and IoU, and by the mean in one direction only. *-As* has the best mean of all from horses to zebras, and a background nearly as
# repainted as CycleGAN's; *-At* likewise. *-cycleAtt* is as good as the full method. *-D* and *-D-A* cannot be told apart by three runs. Is that the order you predicted in 8.2?
#
# Three questions to any such table, ours included. Is the gap to the next row larger than the ± over runs, and how many games does it win? Where does "untouched" stand (lesson 07: the mean can be
# fooled)? And does another column, background error or IoU, tell the same story? A piece has shown its worth when all three agree.
# %% [markdown] tags=["instructor"]
# **For teachers · a small project.** Three groups, one ablation each: `uagt train --preset savanna-smoke --method uagt-As --seed 1` (then `-At`, `-D-A`), three seeds a group, half a minute to a few minutes a
# run. Each group predicts from 8.2, trains, and fills one row. Put the rows together with `rank` and `beats`. Expect the class to find that -cycle stands out and the rest needs more seeds than one lesson has.
# %% [markdown]
# ## 8.6 Five rivals in five cards
#
# Table 1 compares with five methods. Each is one idea; in our notation each differs from the full method in a line or two. All lines say what the **generators** minimise for $s$; the other direction is the same.
#
# | rival | its idea | what differs from ours | its loss, in our notation |
# |---|---|---|---|
# | **CycleGAN** (Zhu et al., 2017) | two translators that undo each other | no attention: $s_a = 1$, so $s' = F_{S\to T}(s)$ | $(D_T(s') - 1)^2 + 10\,\lVert s - s'' \rVert_1$ |
# | **DiscoGAN** (Kim et al., 2017) | the same, found independently, to discover relations | everything passes through a small code (encoder, decoder, no skips); log loss; the cycle counts as much as the game | $-\log D_T(s') + 1 \cdot \lVert s - s'' \rVert$ |
# | **DualGAN** (Yi et al., 2017) | the same, from machine translation | U-Net generators; a Wasserstein critic with clipped weights | $-D_T(s') + \lambda\,\lVert s - s'' \rVert_1$ |
# | **UNIT** (Liu et al., 2017) | both kinds of pictures share one code $z$ | $z = E_S(s) + \text{noise}$, $s' = G_T(z)$; decoding $z$ at home must give $s$ back; codes stay near 0 | $(D_T(s') - 1)^2 + 10\,\lVert s - G_S(z) \rVert_1 + 10\,\lVert s - s'' \rVert_1 + 0.01\,\lVert E_S(s) \rVert^2 + \dots$ |
# | **RA** (Wang et al., 2017, inside CycleGAN) | attention on features, not on pixels | after the first layer, features $h$ become $(1 + M(h))\,h$ with a learned $M(h)$ in [0, 1] | as CycleGAN |
#
# Look for the term that protects the background. There is none: in all five every pixel of $s'$ comes out of the generator, and only the cycle loss asks it to be *recoverable*, which is not the same as *unchanged*. RA has attention in its
# name, but $(1 + M)$ only makes features louder. Nothing is ever copied from $s$. (These are miniatures: our versions, where they differ from the rivals' own papers, say so at the top of their modules.)
#
# **A question for every rival in every table, ours included**: was it trained with settings chosen for it, or for us?
#
# **Predict.** The same rerun exists for Table 1: three trainings of each, horses to zebras. The pixels that are no animal change by 0.003 of the whole range with the full method. By how much with the rival that is most careful?
# %%
guess = ...  # a change, 0 to 1
# %%
found = {name: by["S→T"]["background_error"] for name, by in reproduced("table1")["attention"].items()}
careful = min(mean(found[name]) for name in found if name != "uagt")
reveal(guess, careful, "background error of the most careful rival")
table_again("table1", "S→T")
# %% [markdown]
# Thirty times as much, and four of the five lie close together: they lack the same thing. By the mean of both KIDs the full method stands first, although one of its three dots is the run that translates nothing. By KID to
# target it stands last, even without that run, because dry grass counts there. And which rival is second? Look at how few games decide it.
# %% [markdown]
# ## 8.7 What taking apart cannot tell
#
# Removing one piece shows what the *others* cannot make up for. The cycle loss is alone in its job, so its loss is a cliff. Composition (Eq. 1) protects the background, Eq. 7 protects it again, stopping attention a third time: each alone may look
# superfluous because two others stand in for it. "Hardly stumbles" does not mean "does nothing". To see that, you would take out two at a time: 15 pairs of six pieces, several seeds each. Now you know why papers
# do not.
# %%
quiz("08")
# %%
progress("08")
# %% [markdown]
# **One question to take away.** You may train the full system 21 times. Would you rather have all six ablations with three seeds each, or three ablations with six? What would each table allow you to say?
#
# **Read on.** The paper's Section 4 (ablation study) and its Figure 10 · `uagt_lib/method/methods.py` (every row) and `uagt_lib/method/model.py` (where each switch acts) · `tests/test_methods.py`, which holds every method to what you predicted in 8.2.
# Next: lesson 09, the full run.
