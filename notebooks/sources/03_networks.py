# Answers follow: this is the source of notebooks/03_networks.ipynb. If you came to learn, open that one.
# %% [markdown]
# # 03 · Networks
#
# **The paper describes its networks on one page. Built as printed, its attention network answers a picture of 64 x 64 pixels with
# a map of 128 x 128, and Eq. 1 refuses to run.**
#
# A layer string such as `c7s1-32-R, c3s2-64-R, r64, up2, ...` looks like a detail for the appendix. It decides how large the output
# is, which pixels an answer can depend on, and what it costs. In this lesson you read that page by counting. Counting finds the slip
# of the pen. Then it finds a second slip, in the program the authors released, and what that one is worth.
#
# **You will be able to**
# * predict the output size, the receptive field and the cost of a network from its layer string;
# * find out from outside which kernels a program really has;
# * say when two layers may change places, and make an attention network cheaper without changing one pixel of its map;
# * mend the attention network $A_S$, and tell apart what a paper says, what its program does, and what you do.
#
# **Time** about 65 minutes (44 of them exercises), and 20 more if you like what stands under "Further"; the notebook itself runs in under 20 seconds. **You
# need** lesson 02 (Eq. 1) and PyTorch's `nn.Module`.
#
# The one equation of this lesson is the output size of a convolution with kernel $k$ and padding $p$ on $n$ pixels:
#
# $$ n' \;=\; \left\lfloor \frac{n + 2p - k}{\mathrm{stride}} \right\rfloor + 1 $$
# %%
from itertools import product

import torch
import torch.nn as nn
import torch.nn.functional as F

from uagt_lib.method import networks, released, size
from uagt_lib.method.compose import compose
from uagt_lib.course import exercise, hint, progress, quiz, reveal
from uagt_lib.course.lessons.lesson_03.toys import (
    MENDED,
    PRINTED,
    SMALL,
    convolution,
    parse,
    text,
)
from uagt_lib.data import savanna
from uagt_lib.data.pairs import to_float, to_uint8
from uagt_lib.show import figures
from uagt_lib.course.lessons.lesson_03 import figures as draw

picture, _ = savanna.draw("zebra", 1, 64, seed=2, start=18)  # uint8 (1, 3, 64, 64)
t = to_float(picture)                                       # float (1, 3, 64, 64) in [-1, 1]

def fresh(network):
    """Random weights, the same every time, as before training."""
    networks.initialise(network, torch.Generator().manual_seed(0))
    return network
# %% [markdown] tags=["instructor"]
# **For teachers.** 65 minutes, or two sessions cut after 3.4. Let the class look at the figure below for two minutes before anybody reads on, and
# collect what they see: size, blocks, streaks. All three come back with a reason. Nothing is trained in this lesson, so nobody waits.
# %% [markdown]
# ## 3.1 One page, three networks
#
# Here is one picture and what three *untrained* attention networks make of it, each map stretched from its darkest to its brightest
# value. All three claim to be "the attention network of appendix A": the first is built letter by letter as printed, the second is
# the one in the authors' released program, the third is ours. The weights are random: nothing has been learned yet. Look at the
# **size** and the **grain**.
# %%
printed = fresh(networks.Attention())
printed.layers[0].stride = (1, 1)     # the appendix prints c7s1-32 for the first layer

names = ["picture", "as printed", "as released", "ours"]
with torch.no_grad():
    maps = [
        network(t)[0]
        for network in (printed, fresh(released.Attention()), fresh(networks.Attention()))
    ]
stretched = [(m - m.amin()) / (m.amax() - m.amin()) for m in maps]
sizes = [f"{m.shape[-1]} x {m.shape[-2]} px" for m in (picture, *maps)]
figures.show(draw.panels(names, [picture[0], *stretched], sizes, to_scale=True),
             "A picture of a zebra and three grey maps of it: a large one, a coarse one, and a "
             "fine one")
# %% [markdown]
# The first map is twice as large as the picture. The second looks like a mosaic. Eq. 1 needs one number *per pixel of the picture*, so
# the first cannot be what anybody meant. Let us find out why, with a pencil; then come back to the second.
#
# ## 3.2 Reading a layer string
#
# | word | means |
# |---|---|
# | `c7s1-32-R` | convolution, kernel 7x7, stride 1, 32 filters, then ReLU (`S`: sigmoid, `T`: tanh, `LR`: leaky ReLU) |
# | `r64` | residual block: two 3x3 convolutions with 64 filters, and the input added |
# | `up2` | every pixel becomes a 2x2 block of itself |
# | `tc64s2` | transposed convolution 3x3 with 64 filters, which doubles height and width |
#
# After every layer but the last comes an instance norm (section 3.6). The page in full, as data:
# %%
# NBVAL_CHECK_OUTPUT
for name, layers in PRINTED.items():
    print(f"{name:14}", text(layers))
print("\na convolution:", PRINTED["attention"][0])
print("an up2:       ", PRINTED["attention"][4])
# %% [markdown]
# A `Layer` knows its `kernel`, `stride` and `up`. (A residual block is two convolutions, so in the list it stands as two layers.) First `up`
# enlarges the picture, then the convolution with its padding $p = \lfloor (k-1)/2 \rfloor$ goes over it:
#
# $$ n' \;=\; \left\lfloor \frac{\mathrm{up}\cdot n + 2p - k}{\mathrm{stride}} \right\rfloor + 1 $$
#
# **Predict first.** A picture of 256 x 256 goes into the attention network *as printed*. How wide is it where it is narrowest, deep
# inside? Read the string above with a pencil and write your number down. The cell after your exercise comes back to it.
# %%
my_guess = ...   # pixels
# %% [markdown]
# **Your turn · 03.1 · ●○○ · 8 min.** The sizes after each layer, one number per layer. The loop is there; what happens inside?
# %%
# NBVAL_CHECK_OUTPUT
@exercise("03.1")
def output_sizes(layers, size):
    """list of Layer, pixels of the picture -> list of the sizes after each layer"""
    sizes = []
    for layer in layers:
        ### BEGIN SOLUTION
        padding = (layer.kernel - 1) // 2
        size = (layer.up * size + 2 * padding - layer.kernel) // layer.stride + 1
        sizes.append(size)
        ### END SOLUTION
    return sizes
# %%
# NBVAL_CHECK_OUTPUT
reveal(
    my_guess,
    float(min(output_sizes(PRINTED["attention"], 256))),
    "narrowest width inside, for 256 px",
)
# %% [markdown]
# One layer halves (`c3s2`), two layers double (`up2`, `up2`). 256 px become 512, and Eq. 1 has no use for them:
# %%
# NBVAL_CHECK_OUTPUT
with torch.no_grad():
    s_a = printed(t)
try:
    compose(t, t, s_a)
except ValueError as error:
    print(error)
# %% [markdown]
# So the printed page holds a slip. Where? Counting alone offers more than one way out:
# %%
first, *rest = PRINTED["attention"]
ways = {
    "as printed": PRINTED["attention"],
    "first layer with stride 2": [first._replace(name="c7s2-32", stride=2), *rest],
    "only one up2": [layer for i, layer in enumerate(PRINTED["attention"]) if i != 4],
}
stairs = {title: ([layer.name for layer in layers], output_sizes(layers, 256))
          for title, layers in ways.items()}
figures.show(draw.staircases(stairs, 256),
             "Three staircases of sizes: as printed it ends at 512; with a first layer of "
             "stride 2, or with only one up2, it ends at 256")
# %% [markdown]
# Both repairs fit. Shapes alone cannot decide between them, so we ask a witness: the program the authors released.
# `uagt_lib.method.released` is that program's networks, number for number.
# %%
# NBVAL_CHECK_OUTPUT
witness = released.Attention()
print("first layer: kernel", witness.c1.conv.kernel_size, "stride", witness.c1.conv.stride)
print("map for 256 px:", tuple(witness(torch.zeros(1, 3, 256, 256)).shape))
# %% [markdown]
# Stride 2: the appendix should read `c7s2-32`. That is how we build it.
# %% [markdown] tags=["instructor"]
# **For teachers · after 3.2 (20 min so far).** Ask before the witness speaks: "Which repair would *you* choose, and what would differ?" The
# one with a single up2 computes at half, not quarter, resolution: finer maps, a smaller receptive field. Our small networks for 64 px take that way
# (`levels=1`), so it is a sensible design; it is only not what the authors ran. The general point: a paper underdetermines its program.
# %% [markdown]
# ## 3.3 What can one output pixel see?
#
# Kernels do more than set sizes: they set how far an output pixel can see. Its **receptive field** is the square of input
# pixels that can reach it. Two rules give its side:
#
# * a kernel of $k$ reaches $k - 1$ steps further;
# * a step is one pixel long at first. Each stride of 2 doubles the step **for the layers behind it**, each `up2` halves it again.
#
# Take `c3s2, c3s1`. One pixel sees itself: 1. The first layer adds $2 \cdot 1$: 3. Behind it neighbours are 2 pixels apart, so the second adds $2 \cdot 2$: 7.
#
# **Your turn · 03.2 · ●●○ · 10 min.** The side of the receptive field. (For a `Layer`: first `up`, then the kernel, then the stride.)
# %%
# NBVAL_CHECK_OUTPUT
@exercise("03.2")
def receptive_field(layers):
    """list of Layer -> side of the receptive field in input pixels, norms ignored"""
    ### BEGIN SOLUTION
    field, jump = 1, 1
    for layer in layers:
        jump = jump / layer.up
        field += (layer.kernel - 1) * jump
        jump *= layer.stride
    return field
    ### END SOLUTION
# %%
# NBVAL_CHECK_OUTPUT
stacks = {
    "discriminator, paper": PRINTED["discriminator"],
    "discriminator, small": SMALL["discriminator"],
    "attention, mended": MENDED["attention"],
    "attention, small": SMALL["attention"],
}
for name, layers in stacks.items():
    print(f"{name:22} {receptive_field(layers):3.0f} px")
# %% [markdown]
# The paper's discriminators judge patches of 70 px, of photographs of 256 px. Our drawn savanna has 64 px: 70 would be more
# than all of it, so our small discriminators halve only twice and judge patches of 34 px. (The small attention network is the one for 32 px.)
#
# **Trust, and verify.** A formula can be wrong. A gradient cannot: if output pixel $y$ does not depend on input pixel $x$, then $\partial y/\partial x = 0$. So
# take one pixel in the middle of the map, run `backward`, and look which input pixels got a gradient. We take the instance norms out first.
# %%
# NBVAL_CHECK_OUTPUT
def influence(network, size=128):
    x = torch.rand(
        1, 3, size, size, generator=torch.Generator().manual_seed(1)
    ).requires_grad_()
    y = network(x)                                         # (1, 1, h, w)
    y[0, 0, y.shape[2] // 2, y.shape[3] // 2].backward()   # one pixel in the middle
    return x.grad.abs().sum(1)[0]                          # (size, size)

def without_norms(network):
    for module in list(network.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.InstanceNorm2d):
                setattr(module, name, nn.Identity())
    return network

def side(gradient):
    return int((gradient.sum(0) > 0).sum())

bare = {"the paper's D": influence(without_norms(fresh(networks.Discriminator()))),
        "mended attention": influence(without_norms(fresh(networks.Attention())))}
for name, gradient in bare.items():
    print(f"{name:19} {side(gradient)} px, measured")
# %% [markdown]
# The formula holds. Now put the norms back.
#
# **Predict first.** One pixel of the mended attention map, *with* instance norms, in a picture of 128 x 128. Which share of the
# picture's pixels can move it?
# %%
my_guess = ...   # between 0 and 1
# %%
# NBVAL_CHECK_OUTPUT
whole = influence(fresh(networks.Attention()))
reveal(
    my_guess,
    (whole > 0).float().mean().item(),
    "share of pixels that can move one pixel of the map",
)
# %%
figures.show(draw.gradients({"the paper's D, without norms": bare["the paper's D"],
                             "mended attention, without norms": bare["mended attention"],
                             "mended, with instance norm": whole}),
             "Influence of each input pixel: a large square, a smaller one, and with instance "
             "norm the smaller square plus a faint glow over the whole picture")
# %% [markdown]
# A norm subtracts a mean and divides by a standard deviation, and both are taken over the *whole* map: every
# pixel has a say in every output. Receptive fields of networks with instance norm are
# a square that sees details, plus a say of the whole picture: a whisper in this untrained network; lesson 04 listens to a trained one. (In stage 2 most of the picture is masked to zero, and
# the paper then takes instance norm *out* of the discriminators: lesson 06.)
# %% [markdown] tags=["instructor"]
# **For teachers · after 3.3 (35 min so far).** The third panel is one of the lesson's two best moments; leave it on the wall for a minute. Ask: "A patch
# discriminator judges patches. Does it?" (With norms, lesson 04 will measure: hardly.) If somebody asks about generators: 169 px by the formula; a transposed convolution skips positions, so some
# pixels see 165.
# %% [markdown]
# ## 3.4 What the program sees
#
# Back to the mosaic. With its stride mended, the appendix's string promises what you just measured, 39 px. And the program itself?
#
# **Predict first.** The same measurement on the witness, the authors' own network. How many pixels?
# %%
my_guess = ...   # pixels
# %%
# NBVAL_CHECK_OUTPUT
seen = side(influence(without_norms(fresh(released.Attention()))))
reveal(my_guess, float(seen), "receptive field of the released attention network")
# %% [markdown]
# It sees less than the page says. So some kernel in it is smaller. Which one? Your `receptive_field` can tell without opening the program. The strides
# up to the residual block show in the size of the map; take the kernels up to there as printed. Behind it come three convolutions, printed 3x3, 3x3, 7x7.
#
# **Predict first.** What are they in the program?
# %%
my_guess = ...   # three kernels in quotes, such as "3, 3, 7"
# %%
# NBVAL_CHECK_OUTPUT
suspects = []
for a, b, c in product((1, 3, 5, 7), repeat=3):
    layers = parse(f"c7s2-32, c3s2-64, r64, up2, c{a}s1-64, up2, c{b}s1-32, c{c}s1-1")
    if receptive_field(layers) == seen:
        suspects.append(f"{a}, {b}, {c}")
print(f"of {4**3} combinations, {len(suspects)} fits: {suspects[0]}")
kernels = [conv.kernel_size[0] for conv in witness.modules() if isinstance(conv, nn.Conv2d)]
print("the program, opened:", kernels)
reveal(my_guess, suspects[0], "the last three kernels")
# %% [markdown]
# After its first `up2` the program has 1x1 kernels only. Its line does ask for `(3, 3), (1, 1)`, a kernel and a stride, one would think. But
# the arguments of the function it calls are, in this place, a kernel's height and its width; and of the two, only the width sets the
# kernel: `(1, 1)`. An easy slip. Nothing crashes, and every shape is right. **Code that runs is not yet the code you meant.**
#
# **Predict first.** We take the map of 64 x 64, cut it into tiles of 4x4 and measure the largest difference inside any tile.
# %%
my_guess = ...   # a number, 0 or more
# %%
# NBVAL_CHECK_OUTPUT
def inside_tiles(map, side=4):
    # (1, H/side, W/side, side * side)
    tiles = map.unfold(1, side, side).unfold(2, side, side).flatten(-2)
    return (tiles.amax(-1) - tiles.amin(-1)).max().item()

reveal(my_guess, inside_tiles(maps[1]), "largest difference inside a 4x4 tile, released")
print("the same for ours is larger than 0.01:", inside_tiles(maps[2]) > 0.01)
# %% [markdown]
# Exactly zero, whatever the weights. So the mosaic explains itself: `up2` copies a value into a 2x2 block, and a 1x1 kernel treats equal pixels alike.
# %% [markdown] tags=["instructor"]
# **For teachers · after 3.4 (42 min so far).** Worth playing as a detective story: who needs to see the source at all? A receptive field is evidence
# that a program cannot hide. Ask what else could be found from outside (padding: a flat picture, section 3.6).
# %% [markdown]
# ## 3.5 What the slip costs, and what it saves
#
# What does a decoder cost? At one position, a filter multiplies and adds (number of channels that come in) times $k^2$ numbers. There are as many
# filters as channels that come out, and a layer has `size * size` positions for each pixel of the picture, where `size` is the height of its map as a share
# of the picture's: behind two halvings 1/4, behind one `up2` more 1/2.
#
# **Predict first.** How many times cheaper is the decoder (all that comes behind the residual block) with 1x1 kernels than as printed?
# %%
my_guess = ...   # 1: the same
# %% [markdown]
# **Your turn · 03.3 · ●●○ · 8 min.** Multiply-adds for each pixel of the picture. An `up2` has `filters == 0`: it costs nothing, and the channels stay what they are.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("03.3")
def multiply_adds(layers, channels, size):
    """list of Layer, channels and size (a share) that go in -> multiply-adds a pixel"""
    total = 0
    ### BEGIN SOLUTION
    for layer in layers:
        size = size * layer.up / layer.stride
        total += size**2 * channels * layer.filters * layer.kernel**2
        channels = layer.filters or channels
    ### END SOLUTION
    return total
# %%
# NBVAL_CHECK_OUTPUT
decoders = {
    "as printed": "up2, c3s1-64, up2, c3s1-32, c7s1-1",
    "as released": "up2, c1s1-64, up2, c1s1-32, c1s1-1",
}
costs = {
    name: multiply_adds(parse(string), channels=64, size=1 / 4)
    for name, string in decoders.items()
}
for name, cost in costs.items():
    print(f"decoder {name:12} {cost:8,.0f} multiply-adds for each pixel")
print(
    f"all before it         {multiply_adds(MENDED['attention'][:4], channels=3, size=1):7,.0f}"
)
reveal(my_guess, costs["as printed"] / costs["as released"], "times cheaper")
# %% [markdown]
# And still there is waste in it. Here is the decoder in the program's order. A tile's sixteen pixels are equal, and so each layer
# computes the same numbers again and again:
# %%
def double(x):
    """up2"""
    return F.interpolate(x, scale_factor=2)

def as_released(c4, c5, c6, features):
    """c4, c5: 1x1 convolution and instance norm; c6: 1x1 convolution; features (N, 64, h, w)"""
    x = F.relu(c4(double(features)))
    x = F.relu(c5(double(x)))
    return c6(x)                       # logits (N, 1, 4h, 4w)
# %% [markdown]
# Which of these steps may change places with `double`, so that the result is exactly the same?
# %%
# NBVAL_CHECK_OUTPUT
noise = torch.Generator().manual_seed(2)
x = torch.randn(1, 64, 8, 8, generator=noise, dtype=torch.float64)
steps = {
    "ReLU": nn.ReLU(),
    "instance norm": nn.InstanceNorm2d(64),
    "convolution 1x1": nn.Conv2d(64, 64, 1),
    "convolution 3x3": nn.Conv2d(64, 64, 3, padding=1, padding_mode="reflect"),
}
with torch.no_grad():
    for name, step in steps.items():
        apart = (step.double()(double(x)) - double(step.double()(x))).abs().max()
        print(f"{name:16}", "may change places" if apart < 1e-12 else "may not")
# %% [markdown]
# (Of the norm this is the surprising one: its mean runs over all pixels. But if each of them occurs four times, mean and deviation stay what they were.)
#
# **Your turn · 03.4 · ●●○ · 8 min.** Write the same decoder so that no layer works on more pixels than `features` has. The check compares with the
# program's own network in 64-bit numbers, and watches how large the pictures are that your layers get.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("03.4")
def decode(c4, c5, c6, features):
    """three layers, features (N, C, h, w) -> what `as_released` gives, (N, 1, 4h, 4w)"""
    ### BEGIN SOLUTION
    x = F.relu(c4(features))
    x = F.relu(c5(x))
    return F.interpolate(c6(x), scale_factor=4)
    ### END SOLUTION
# %%
# NBVAL_CHECK_OUTPUT
exact = fresh(released.Attention()).double()
layers = exact.c4, exact.c5, exact.c6
with torch.no_grad():
    apart = (decode(*layers, x) - as_released(*layers, x)).abs().max().item()
print("exactly the program's logits:", apart < 1e-12)

small = multiply_adds(parse("c1s1-64, c1s1-32, c1s1-1, up2, up2"), channels=64, size=1 / 4)
print(
    f"multiply-adds for each pixel: {costs['as printed']:,.0f}, {costs['as released']:,.0f}, "
    f"{small:,.0f}"
)

# the library counts as the layers run
image = torch.zeros(1, 3, 256, 256)
for name, network in (
    ("as printed", networks.Attention()),
    ("as released", released.Attention()),
    ("yours", networks.Attention(decoder="released")),
):
    counted = list(size.multiply_adds(network, image).values())[-3:]
    print(f"{name:12} counted in the running network: {sum(counted) / 256**2:8,.0f}")
# %% [markdown]
# An identity, not an approximation: the slip made the decoder nine times cheaper, and what you wrote makes it eight times cheaper once
# more. (A 3x3 kernel may *not* change places, as you saw. Where kernels mix neighbours, doubling first is another computation.)
#
# ### How fast can a map move?
#
# One more number changes with the kernels. Training with Adam moves every weight by about the learning rate in each step, however small
# the gradient. `logit_speed` moves all weights by the rate 0.0001, ten times, each in the direction that changes the *mean logit*
# (the map before its sigmoid) most, and says how far that mean went in a step.
#
# **Predict first.** How many times faster is the printed decoder's network than the released one's?
# %%
my_guess = ...   # 1: the same
# %%
from uagt_lib.method.speed import logit_speed

speeds, feeding = {}, {}
for name in ("appendix", "released"):
    network = fresh(networks.Attention(decoder=name))
    speeds[name] = logit_speed(network, t, rate=1e-4)
    feeding[name] = network.layers[-1].weight.numel()      # weights of the last layer
    print(f"{name:9} {speeds[name]:.4f} logits a step; last layer: {feeding[name]:,} weights")
reveal(my_guess, speeds["appendix"] / speeds["released"], "times faster")
# %% [markdown]
# Before any training, from the kernels alone. Keep that number. What a map does with its speed once six networks pull at it is a
# question that only training can answer; and whether the weights of the last layer explain the factor is one that you can
# test here: `logit_speed` takes any network you give it.
#
# A mosaic of 4 px is hard to see in a photograph of 256 px. In our pictures of 64 px a leg is two or three pixels wide. For them attention halves the picture only
# once, keeps the slip's 1x1 layers, and enlarges the logits smoothly instead of copying them into blocks (`enlarge="bilinear"`).
# %% [markdown] tags=["instructor"]
# **For teachers · after 3.5 (58 min so far).** Two facts worth separating on the board: what is *computed* (a function: the same before and after 03.4) and what it
# *costs*. Students who say "then let us always put layers before the up2" have the table of the four steps to answer them. On speed: no more than the
# cell shows; the figures of whole runs belong to later lessons.
# %% [markdown]
# ## 3.6 Mend it
#
# Two experiments, then you repair a network.
#
# **What a norm forgets.** For each picture and channel by itself, with $\mu$ and $\sigma$ over its pixels, and a learned scale and offset:
#
# $$ \mathrm{IN}(x) \;=\; \mathrm{scale}\cdot\frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \mathrm{offset} $$
#
# **Predict first.** Three changes of the zebra's picture: half the *contrast*; half the contrast and *brighter*; red and blue *exchanged*. Which
# of them does an attention network notice?
# %%
my_guess = "..."   # "contrast", "contrast, brighter", "exchanged", ... or "none"
# %%
# NBVAL_CHECK_OUTPUT
ours = fresh(networks.Attention())
changed = {"contrast": 0.5 * t, "brighter": 0.5 * t + 0.4, "exchanged": t.flip(1)}
noticed = []
with torch.no_grad():
    for name, other in changed.items():
        moved = (ours(other) - ours(t)).abs().max().item()
        noticed += [name] * (moved > 0.01)
        print(f"{name:10} the map changes by {'more' if moved > 0.01 else 'less'} than 0.01")
reveal(my_guess, ", ".join(noticed) or "none", "noticed")
# %% [markdown]
# Brightness and contrast of a whole picture are gone before the second layer begins. A picture taken in shade and one taken in sun look the same to it. Colour is
# another matter: what differs *between* channels stays. (You have seen it: lesson 00's blue horses.)
#
# **What stands beyond the edge.** A 7x7 kernel at the border hangs over by 3 pixels. Something must stand there: zeros, or the picture **reflected**. The paper does not
# say. Show the network something without any content, one flat colour, and look for an edge.
# %%
def zero_padded(network):
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            module.padding_mode = "zeros"
    return network

flat = torch.full((1, 3, 64, 64), 0.6)
with torch.no_grad():
    edge = [
        fresh(networks.Attention())(flat)[0],
        zero_padded(fresh(networks.Attention()))(flat)[0],
    ]
ranges = [f"values {m.min():.2f} to {m.max():.2f}" for m in edge]
figures.show(draw.panels(["picture: one colour", "map, reflected border", "map, zero padding"],
                         [to_uint8(flat)[0], *edge], ["", *ranges], width=7.4),
             "Reflection gives a flat grey map for a flat picture; zero padding paints a frame "
             "along the border")
# %% [markdown]
# With zeros, a picture without any content gets a frame. (The released program reflects in the attention network's first
# layer and residual block, and pads its generators with zeros. CycleGAN reflects; so do we, in both.)
#
# **Three slips.** Somebody has typed the page in. `convolution(n_in, n_out, kernel, stride=1)` is one of its layers: convolution with a reflected border, instance
# norm, ReLU. The list holds three slips: one is the page's, two are the typist's. Each has a symptom.
# %%
# NBVAL_CHECK_OUTPUT
def typed_in(w):
    """Appendix A's attention network (there w = 32), typed in in a hurry, as a list"""
    return [
        *convolution(3, w, 7, stride=1),                   # c7s1-32-R
        *convolution(w, 2 * w, 3, stride=2),               # c3s2-64-R
        networks.ResidualBlock(2 * w),                     # r64
        nn.Upsample(scale_factor=2),                       # up2
        *convolution(2 * w, 2 * w, 3),                     # c3s1-64-R
        nn.Upsample(scale_factor=2),                       # up2
        *convolution(2 * w, w, 3),                         # c3s1-32-R
        nn.Conv2d(w, 1, 7, padding=3, bias=False),         # c7s1-1
        nn.InstanceNorm2d(1, affine=True),
        nn.ReLU(),
        nn.Sigmoid(),                                      # S
    ]

def symptoms(network):
    """Of a network that has learned something: its norms have offsets"""
    for module in network.modules():
        if isinstance(module, nn.InstanceNorm2d):
            nn.init.constant_(module.bias, 0.1)
    with torch.no_grad():
        map, of_flat = network(t), network(flat)
    print("map of a 64 px picture:", tuple(map.shape[-2:]))
    print(f"smallest value: {map.min():.1f}")
    print("a flat picture's map is flat:", bool(of_flat.max() - of_flat.min() < 0.01))

symptoms(fresh(nn.Sequential(*typed_in(32))))
# %% [markdown]
# The map is too large, it never falls below 1/2 (a sigmoid of 0, so the background could never be left alone), and there is a frame.
#
# **Your turn · 03.5 · ●●○ · 10 min.** Mend the list. Little is to be typed: a list's entries can be replaced (`layers[0] = ...`), and so can its end (`layers[-4:] = [...]`).
# %%
# NBVAL_CHECK_OUTPUT
@exercise("03.5")
class Attention(nn.Module):
    """images (N, 3, H, W) in [-1, 1], H and W divisible by 4 -> (N, 1, H, W) in [0, 1]"""

    def __init__(self, width=32):
        super().__init__()
        layers = typed_in(width)
        ### BEGIN SOLUTION
        layers[0] = convolution(3, width, 7, stride=2)[0]
        layers[-4:] = [nn.Conv2d(width, 1, 7, padding=3, padding_mode="reflect"), nn.Sigmoid()]
        ### END SOLUTION
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x)
# %% [markdown]
# It goes straight into Eq. 1, which refused the printed one:
# %%
# NBVAL_CHECK_OUTPUT
symptoms(fresh(Attention()))
with torch.no_grad():
    s_a = fresh(Attention())(t)                              # (1, 1, 64, 64)
    s_prime = compose(t, fresh(networks.Generator(8, 1))(t), s_a)
print("s_a", tuple(s_a.shape), "  s'", tuple(s_prime.shape))
print(f"mean of the untrained map {s_a.mean():.1f}")
# %% [markdown]
# An untrained map is near sigmoid(0) = 1/2, undecided. (Our small networks begin with a last bias of 1 instead, `attention_start`: a map of about
# 0.7, further from zero, where nothing is painted and nothing costs.)
# %% [markdown] tags=["instructor"]
# **For teachers · around 03.5 (70 min with discussion).** The most common stumble: the norm goes, the border of zeros stays; the check names it. Students who finish
# early: build the `levels=1` variant (drop one halving and one up2) and compare receptive fields: 23 px with 5x5 ends, in `SMALL["attention"]`.
# %% [markdown]
# ## 3.7 Paper, program, we
#
# The first column is the appendix; where it names a kernel, that is quoted. Everything else is measured from running networks, now:
# %%
# NBVAL_CHECK_OUTPUT
def kernel(network, i):
    found = [m for m in network.modules() if isinstance(m, nn.Conv2d | nn.ConvTranspose2d)]
    return f"{found[i].kernel_size[0]}x{found[i].kernel_size[0]}, stride {found[i].stride[0]}"

def patches(network):
    return "{} x {}".format(*network(torch.zeros(1, 3, 256, 256)).shape[-2:])

def both(what, *arguments):
    """Of the program's network and of ours."""
    return [
        what(getattr(they, arguments[0])(), *arguments[1:]) for they in (released, networks)
    ]

seen_by = [f"{seen} px", f"{side(bare['mended attention'])} px"]
rows = [
    ("attention, first layer", "7x7, stride 1", *both(kernel, "Attention", 0)),
    ("attention, map of a 64 px picture", *(f"{map.shape[-1]} px" for map in maps)),
    ("attention, last layer", "7x7, stride 1", *both(kernel, "Attention", -1)),
    ("attention, receptive field", "-", *seen_by),
    ("attention, constant on 4x4 tiles", *(str(inside_tiles(map) == 0) for map in maps)),
    ("generator, last layer", "3x3, stride 1", *both(kernel, "Generator", -1)),
    ("discriminator, scores for 256 px", "as CycleGAN", *both(patches, "Discriminator")),
]
for name, *columns in [("", "paper", "program", "we"), *rows]:
    print(f"{name:38}" + "".join(f"{column:16}" for column in columns))
# %% [markdown]
# (35 x 35 scores against 30 x 30: the program pads its discriminators by 2 pixels, we by 1.)
#
# Here is what counting cannot do: the generator's last layer, 3x3 on the page, 7x7 in the program. Both fit every shape. We take 7x7, since CycleGAN and the
# program agree on it. None of this makes the paper worse. It makes a habit: **before you build on a paper, count its shapes, and ask its program.**
# %%
quiz("03")
# %%
progress("03")
# %% [markdown]
# **One question to take away.** The released attention network cannot draw anything finer than a 4x4 tile. How fine does a matte need to be, and in which
# pictures would you look for the tiles?
#
# **Read on.** The paper's appendix A; `uagt_lib/method/networks.py` (its docstring lists the mended slips) beside `uagt_lib/method/released.py`;
# `uagt_lib/method/speed.py`. Next, lesson 04: what these networks are asked to want.
# %% [markdown]
# ## Further
#
# Three more questions the page raises, for whoever has another twenty minutes.
#
# ### Why `r64` adds its input
#
# Between the halvings and the doublings sit the blocks `r64` and `r128`: two convolutions $f$, and the input added.
#
# $$ r(x) \;=\; x + f(x), \qquad f = \text{conv, norm, ReLU, conv, norm} $$
#
# A block that has nothing to say sets $f = 0$ and is the identity. Translation is mostly keeping things, so that is a good thing to find easy.
#
# **Your turn · 03.6 · ●●○ · 10 min.** The block. No ReLU after the second norm, and none after the sum. The drawing sends a picture
# through nine of your blocks with small random weights: it must survive.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("03.6")
class ResidualBlock(nn.Module):
    """(N, channels, H, W) -> the same shape: x + f(x)"""

    def __init__(self, channels):
        super().__init__()
        ### BEGIN SOLUTION
        self.f = nn.Sequential(
            *convolution(channels, channels, 3), *convolution(channels, channels, 3)[:-1]
        )
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return x + self.f(x)
        ### END SOLUTION
# %% [markdown]
# The released program differs here too: it has a ReLU after the sum. Turn both blocks' $f$ to zero and send numbers of both signs through:
# %%
# NBVAL_CHECK_OUTPUT
mine, theirs = ResidualBlock(1), released.Residual(1, reflect=True)
for block in (mine, theirs):
    for parameter in block.parameters():
        nn.init.zeros_(parameter)
x = torch.linspace(-1, 1, 9).reshape(1, 1, 3, 3)
with torch.no_grad():
    for name, block in (("ours", mine), ("released", theirs)):
        print(f"{name:9}", [round(v, 2) for v in block(x).flatten().tolist()])
# %% [markdown]
# With the ReLU a block cannot be the identity for negative numbers. Ours follows the appendix's "two convolutions".
#
# ### Two ways to double
#
# The generator doubles with transposed convolutions (`tc64s2`), the attention network with `up2` and a 3x3 convolution. Why not the same? Let every
# weight and every input be 1. Then each output pixel shows *how many kernel weights reached it*.
#
# **Predict first.** For the transposed 3x3 convolution with stride 2, is that number the same for all pixels away from the border: "yes" or "no"?
# %%
my_guess = ...   # "yes" or "no"
# %%
# NBVAL_CHECK_OUTPUT
ones, kernel3 = torch.ones(1, 1, 5, 5), torch.ones(1, 1, 3, 3)
transposed = F.conv_transpose2d(ones, kernel3, stride=2, padding=1, output_padding=1)
transposed = transposed[0, 0, 1:9, 1:9]
doubled = F.conv2d(F.pad(double(ones), (1, 1, 1, 1), "reflect"), kernel3)[0, 0, 1:9, 1:9]
reveal(
    my_guess, "yes" if transposed.unique().numel() == 1 else "no", "the same number everywhere"
)
figures.show(draw.number_maps(["transposed convolution", "up2, then a 3x3 convolution"],
                              [transposed, doubled], width=6.4),
             "Two squares of numbers: on the left a pattern of 1, 2, 2 and 4, on the right 9 "
             "everywhere")
# %% [markdown]
# 1, 2, 2, 4: a checkerboard that the weights have to learn to cancel. In a repainted coat it would be texture among texture. In a matte, it would
# be multiplied into the result.
#
# ### How much is there to learn?
#
# A filter looks at all channels that come in: $c_{in} \cdot k \cdot k$ weights. There are $c_{out}$ filters, each with two numbers of an instance norm, or a bias, or both.
#
# **Predict first.** What share of all parameters of the paper's system do its two attention networks hold?
# %%
my_guess = ...   # between 0 and 1
# %% [markdown]
# **Your turn · 03.7 · ●○○ · 8 min.** Count. `layer.filters` is $c_{out}$; `layer.norm` and `layer.bias` say what a filter has besides its weights. An
# `up2` learns nothing.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("03.7")
def count_parameters(layers, channels=3):
    """list of Layer, channels that go in -> how many numbers are learned"""
    total = 0
    ### BEGIN SOLUTION
    for layer in layers:
        if layer.filters == 0:
            continue
        total += channels * layer.filters * layer.kernel**2
        total += layer.filters * (layer.bias + 2 * layer.norm)
        channels = layer.filters
    ### END SOLUTION
    return total
# %% [markdown]
# The system has two of each network, so shares are those of one. Then your count against PyTorch's, for the paper's sizes (mended) and our small ones:
# %%
# NBVAL_CHECK_OUTPUT
from uagt_lib.training.presets import preset

counts = {name: count_parameters(layers) for name, layers in MENDED.items()}
reveal(my_guess, counts["attention"] / sum(counts.values()), "share of the attention networks")
systems = {
    "the paper": (
        MENDED,
        [networks.Generator(), networks.Attention(), networks.Discriminator()],
    ),
    "ours, small": (
        SMALL,
        [preset("savanna-smoke").model().get_submodule(n) for n in ("F_st", "A_s", "D_t")],
    ),
}
for name, (strings, built) in systems.items():
    counted = 2 * sum(count_parameters(layers) for layers in strings.values())
    print(
        f"{name:12} by formula {counted:10,}   built {2 * sum(map(size.parameters, built)):10,}"
    )
# %% [markdown]
# That share is all that the paper adds to CycleGAN's weights.
