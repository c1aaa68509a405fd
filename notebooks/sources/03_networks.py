# Answers follow: this is the source of notebooks/03_networks.ipynb. If you came to learn, open that one.
# %% [markdown]
# # 03 · Networks
#
# **The paper describes its networks on one page. Built as printed, its attention network answers a picture of 64 x 64 pixels with
# a map of 128 x 128, and Eq. 1 refuses to run.**
#
# A layer string such as `c7s1-32-R, c3s2-64-R, r64, up2, ...` looks like a detail for the appendix. It decides how large the output
# is, which pixels an answer can depend on, and how fine an attention map can ever be. In this lesson you read that page by
# counting. Counting finds the slip of the pen, and it finds a surprise in the program the authors released.
#
# **You will be able to**
# * predict the output size, the receptive field and the parameter count of a network from its layer string;
# * say what instance norm, reflection padding, nearest-neighbour upsampling and a residual block each do for this method, and show it;
# * build the attention network $A_S$ yourself, mended;
# * tell apart what a paper says, what its program does, and what you do.
#
# **Time** about 90 minutes; the notebook itself runs in under 20 seconds. **You need** lesson 02 (Eq. 1) and PyTorch's `nn.Module`.
#
# The one equation of this lesson is the output size of a convolution with kernel $k$ and padding $p$ on $n$ pixels:
#
# $$ n' \;=\; \left\lfloor \frac{n + 2p - k}{\mathrm{stride}} \right\rfloor + 1 $$
# %%
import torch
import torch.nn as nn
import torch.nn.functional as F

from uagt_lib.method import networks, released
from uagt_lib.method.compose import compose
from uagt_lib.course import exercise, hint, progress, quiz, reveal
from uagt_lib.course.lessons.lesson_03.checks import MENDED, PRINTED, RELEASED_ATTENTION, SMALL, convolution, text
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
# **For teachers.** 90 minutes, or two sessions cut after 3.4. Let the class look at the figure below for two minutes before anybody reads on, and
# collect what they see: size, blocks, streaks. All three come back with a reason. Nothing is trained in this lesson, so nobody waits.
# %% [markdown]
# ## 3.1 One page, three networks
#
# Here is one picture and what three *untrained* attention networks make of it, each map stretched from its darkest to its brightest
# value. All three claim to be "the attention network of appendix A": the first is built letter by letter as printed, the second is
# the one in the authors' released program, the third is ours. The weights are random. Where you make out the animal, contrast is high, and
# nothing has been learned yet. Look at the **size** and the **grain**.
# %%
printed = fresh(networks.Attention())
printed.layers[0].stride = (1, 1)     # the appendix prints c7s1-32 for the first layer

names = ["picture", "as printed", "as released", "ours"]
with torch.no_grad():
    maps = [network(t)[0] for network in (printed, fresh(released.Attention()), fresh(networks.Attention()))]
stretched = [(m - m.amin()) / (m.amax() - m.amin()) for m in maps]
sizes = [f"{m.shape[-1]} x {m.shape[-2]} px" for m in (picture, *maps)]
figures.show(draw.panels(names, [picture[0], *stretched], sizes, to_scale=True),
             "A 64 px picture; from the printed network a map of 128 px; from the released one a map "
             "made of square blocks; from ours a fine one")
# %% [markdown]
# The first map is twice as large as the picture. The second is a mosaic: it cannot say anything finer than a tile. Eq. 1 needs one
# number *per pixel of the picture*, so at least one of these cannot be what anybody meant. Let us find out why, with a pencil.
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
# After every layer but the last comes an instance norm (section 3.5). The page in full, as data:
# %%
# NBVAL_CHECK_OUTPUT
for name, layers in PRINTED.items():
    print(f"{name:14}", text(layers))
print("\na convolution:", PRINTED["attention"][0])
print("an up2:       ", PRINTED["attention"][4])
# %% [markdown]
# (A residual block counts twice because it is two convolutions.) A `Layer` knows its `kernel`, `stride` and `up`. First `up`
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
    """layers: list of Layer; size: pixels of the picture -> list of the sizes after each layer"""
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
reveal(my_guess, float(min(output_sizes(PRINTED["attention"], 256))), "narrowest width inside, for 256 px")
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
             "Three staircases of sizes: as printed it ends at 512; with a first layer of stride 2, "
             "or with only one up2, it ends at 256")
# %% [markdown]
# Both repairs fit. Shapes alone cannot decide between them, so we ask a witness: the program the authors released.
# `uagt_lib.method.released` is that program's networks, number for number (its outputs are checked against the original in
# `tests/test_released.py`).
# %%
# NBVAL_CHECK_OUTPUT
witness = released.Attention()
print("first layer: kernel", witness.c1.conv.kernel_size, "stride", witness.c1.conv.stride)
print("map for 256 px:", tuple(witness(torch.zeros(1, 3, 256, 256)).shape))
# %% [markdown]
# Stride 2: the appendix should read `c7s2-32`. That is how we build it.
# %% [markdown] tags=["instructor"]
# **For teachers · after 3.2 (25 min so far).** Ask before the witness speaks: "Which repair would *you* choose, and what would differ?" The
# one with a single up2 computes at half, not quarter, resolution: finer maps, a smaller receptive field. Our small networks for 64 px take that way
# (`levels=1`), so it is a sensible design; it is only not what the authors ran. The general point: a paper underdetermines its program.
# %% [markdown]
# ## 3.3 The mosaic
#
# The witness has a surprise of its own. Look at its kernels, layer by layer, next to the appendix:
# %%
# NBVAL_CHECK_OUTPUT
convs = [module for module in witness.modules() if isinstance(module, nn.Conv2d)]
told = [layer for layer in PRINTED["attention"] if layer.filters]
for layer, conv in zip(told, convs, strict=True):
    k, stride = conv.kernel_size[0], conv.stride[0]
    mark = "" if (k, stride) == (layer.kernel, layer.stride) else "   <--"
    print(f"appendix {layer.name:9} program: kernel {k}x{k}, stride {stride}{mark}")
# %% [markdown]
# The first mark you know. The other three are new: after its first `up2`, the program has 1x1 kernels only. Think about what that does: `up2` copies every value into a 2x2 block, and a
# 1x1 kernel treats each pixel by itself, so equal pixels stay equal. Two doublings, no kernel that mixes neighbours, and so ...
#
# **Predict first.** We take a map of 64 x 64, cut it into tiles of 4x4 and measure the largest difference inside any tile. What is it
# for the released network, with random weights?
# %%
my_guess = ...   # a number, 0 or more
# %%
# NBVAL_CHECK_OUTPUT
def inside_tiles(map, side=4):
    tiles = map.unfold(1, side, side).unfold(2, side, side).flatten(-2)   # (1, H/side, W/side, side * side)
    return (tiles.amax(-1) - tiles.amin(-1)).max().item()

reveal(my_guess, inside_tiles(maps[1]), "largest difference inside a 4x4 tile, released")
print("the same for ours is larger than 0.01:", inside_tiles(maps[2]) > 0.01)
# %% [markdown]
# Exactly zero, and no training can change it. The program's line does ask for `(3, 3)`, but the numbers land in two different arguments,
# and only one of them sets the kernel. An easy slip; nothing crashes, and every shape is right. **Code that runs is not yet the code you meant.**
#
# A mosaic of 4 px is hard to see in a photograph of 256 px. In our pictures of 64 px a leg is two or three pixels wide. We follow the appendix: 3x3, 3x3, 7x7.
#
# ## 3.4 What can one output pixel see?
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
    "attention, released": RELEASED_ATTENTION,
    "attention, mended": MENDED["attention"],
    "attention, small": SMALL["attention"],
}
for name, layers in stacks.items():
    print(f"{name:22} {receptive_field(layers):3.0f} px")
# %% [markdown]
# The drawing shows three of them on a picture of 128 px. The paper's discriminators judge patches of 70 px, which is a fine size for
# photographs of 256 px. Our drawn savanna has 64 px: 70 would be more than all of it, so our small discriminators halve only twice and
# judge patches of 34 px. The released attention sees 27 px, ours 39: the difference is its missing 3x3 and 7x7 kernels.
#
# ### Trust, and verify
#
# A formula can be wrong. A gradient cannot: if output pixel $y$ does not depend on input pixel $x$, then $\partial y/\partial x = 0$. So
# take one pixel in the middle of the map, run `backward`, and look which input pixels got a gradient.
# %%
def influence(network, size=128):
    x = torch.rand(1, 3, size, size, generator=torch.Generator().manual_seed(1)).requires_grad_()
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
# %%
# NBVAL_CHECK_OUTPUT
bare = {"released attention": influence(without_norms(fresh(released.Attention()))),
        "mended attention": influence(without_norms(fresh(networks.Attention()))),
        "the paper's D": influence(without_norms(fresh(networks.Discriminator())))}
for name, gradient in bare.items():
    print(f"{name:19} {side(gradient)} px, measured")
# %% [markdown]
# 27, 39 and 70: the formula holds. You saw that we took the instance norms out for that. Now put them back.
#
# **Predict first.** One pixel of the mended attention map, *with* instance norms, in a picture of 128 x 128. Which share of the
# picture's pixels can move it?
# %%
my_guess = ...   # between 0 and 1
# %%
# NBVAL_CHECK_OUTPUT
whole = influence(fresh(networks.Attention()))
reveal(my_guess, (whole > 0).float().mean().item(), "share of pixels that can move one pixel of the map")
# %%
figures.show(draw.gradients({"released, without norms": bare["released attention"],
                             "mended, without norms": bare["mended attention"],
                             "mended, with instance norm": whole}),
             "Influence of each input pixel: a square of 27 px, one of 39 px, and with instance norm "
             "the square plus a faint glow over the whole picture")
# %% [markdown]
# **What just happened.** A norm subtracts a mean and divides by a standard deviation, and both are taken over the *whole* map. Every
# pixel has a say in them, so every pixel has a (faint) say in every output. Receptive fields of networks with instance norm are
# therefore: a square that sees details, plus a whisper about the picture as a whole.
#
# This is why the paper takes instance norm *out* of the discriminator in stage 2. There most of the picture is masked to zero, and
# the zeros would speak through the whisper. You will meet that in lesson 06.
# %% [markdown] tags=["instructor"]
# **For teachers · after 3.4 (50 min so far).** The third panel is the lesson's best moment; leave it on the wall for a minute. Ask: "A patch
# discriminator judges patches. Does it?" (With norms: mostly.) And: "Which of the two, square or whisper, lets attention know that a brown
# mound is no horse?" The square must do it. If somebody asks about generators: 169 px by the formula; a transposed convolution skips positions, so some
# pixels see 165.
# %% [markdown]
# ## 3.5 What instance norm throws away
#
# For each picture and each channel by itself, with $\mu$ and $\sigma$ over its pixels, and a learned scale and offset:
#
# $$ \mathrm{IN}(x) \;=\; \mathrm{scale}\cdot\frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \mathrm{offset} $$
#
# Give it three versions of one picture: as it is, with half the contrast, and half contrast plus brighter.
# %%
pale = 0.5 * t
bright = 0.5 * t + 0.4
versions = torch.cat([t, pale, bright])                       # (3, 3, 64, 64)
normed = F.instance_norm(versions)                            # mean 0, deviation 1 in every channel
figures.show(figures.rows(["before", "after\ninstance norm"],
                          [to_uint8(versions), to_uint8(normed / 3)], width=7.4),
             "Three versions of a picture, normal, pale and bright, look the same after instance norm")
print(f"largest difference between the three after the norm: {(normed - normed[:1]).abs().max():.4f}")
# %% [markdown]
# The same picture three times. Brightness and contrast are gone before the second layer begins. For translation that is what
# you want: a horse in shade and a horse in sun should get the same stripes. It is also a limit, and you can now predict one: a network of
# this kind cannot say "this picture is dark" by itself. What of a whole attention network?
# %%
# NBVAL_CHECK_OUTPUT
ours = fresh(networks.Attention())
with torch.no_grad():
    changes = (ours(versions) - ours(t)).abs().amax((1, 2, 3))    # largest change of each map
for name, change in zip(("pale", "bright"), changes[1:], strict=True):
    print(f"{name:6} picture: the map changes by less than 0.01: {bool(change < 0.01)}")
# %% [markdown]
# Attention does not notice either. In this course horses and zebras therefore have to be told apart by *pattern*, never by light.
#
# Four questions are left before you can build the attention network: what stands in its middle (3.6), what lies beyond its border
# (3.7), how it doubles (3.8) and how it ends (3.9). Each gets one experiment, and exercise 03.4 needs all four answers.
#
# ## 3.6 The residual block: leave it as it is
#
# Between the halvings and the doublings sit the blocks `r64` and `r128`: two convolutions $f$, and the input added.
#
# $$ r(x) \;=\; x + f(x), \qquad f = \text{conv, norm, ReLU, conv, norm} $$
#
# Nine of them in a row, and still the picture comes through, since each block only *adds a correction*. A block that has nothing to
# say sets $f = 0$ and is the identity. Translation is mostly keeping things, so that is a good thing to find easy.
#
# `convolution(n_in, n_out, kernel, stride=1)` gives one layer as a list of three modules, with reflection at the border:
# %%
# NBVAL_CHECK_OUTPUT
print([type(module).__name__ for module in convolution(64, 64, 3)])
# %% [markdown]
# (No bias: the norm behind it would subtract it at once.)
#
# **Your turn · 03.3 · ●●○ · 10 min.** The block. No ReLU after the second norm, and none after the sum. The drawing sends a picture
# through nine of your blocks with small random weights: it must survive.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("03.3")
class ResidualBlock(nn.Module):
    """(N, channels, H, W) -> the same shape: x + f(x)"""

    def __init__(self, channels):
        super().__init__()
        ### BEGIN SOLUTION
        self.f = nn.Sequential(*convolution(channels, channels, 3), *convolution(channels, channels, 3)[:-1])
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
# With the ReLU a block cannot be the identity for negative numbers. Both kinds train; ours follows the appendix's "two convolutions".
#
# ## 3.7 The edge of the picture
#
# A 7x7 kernel at the border hangs over by 3 pixels. Something must stand there: zeros, or the picture **reflected**. The paper does not
# say. To see why it matters, show the attention network something without any content, one flat colour, and look for an edge.
# %%
def zero_padded(network):
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            module.padding_mode = "zeros"
    return network

flat = torch.full((1, 3, 64, 64), 0.6)
with torch.no_grad():
    edge = [fresh(networks.Attention())(flat)[0], zero_padded(fresh(networks.Attention()))(flat)[0]]
ranges = [f"values {m.min():.2f} to {m.max():.2f}" for m in edge]
figures.show(draw.panels(["picture: one colour", "map, reflected border", "map, zero padding"],
                         [to_uint8(flat)[0], *edge], ["", *ranges], width=7.4),
             "Reflection gives a flat grey map for a flat picture; zero padding paints a frame along "
             "the border")
# %% [markdown]
# With zeros, a picture without any content gets a frame. Training can make use of that frame, and maps then leak into strips along the
# border. With reflection there is nothing to hold on to. (The released program reflects in the attention network's first
# layer and residual block, and pads its generators with zeros. CycleGAN reflects; so do we, in both.)
#
# ## 3.8 Two ways to double
#
# The generator doubles with transposed convolutions (`tc64s2`), the attention network with `up2` and a 3x3 convolution. Why not the same? Let every
# weight and every input be 1. Then each output pixel shows *how many kernel weights reached it*.
#
# **Predict first.** For the transposed 3x3 convolution with stride 2, is that number the same for all pixels away from the border: "yes" or "no"?
# %%
my_guess = ...   # "yes" or "no"
# %%
# NBVAL_CHECK_OUTPUT
ones, kernel = torch.ones(1, 1, 5, 5), torch.ones(1, 1, 3, 3)
transposed = F.conv_transpose2d(ones, kernel, stride=2, padding=1, output_padding=1)[0, 0, 1:9, 1:9]
doubled = F.interpolate(ones, scale_factor=2)
doubled = F.conv2d(F.pad(doubled, (1, 1, 1, 1), "reflect"), kernel)[0, 0, 1:9, 1:9]
reveal(my_guess, "yes" if transposed.unique().numel() == 1 else "no", "the same number everywhere")
figures.show(draw.number_maps(["transposed convolution", "up2, then a 3x3 convolution"],
                              [transposed, doubled], width=6.4),
             "Transposed: a checkerboard of 1, 2, 2 and 4. up2 and convolution: 9 everywhere")
# %% [markdown]
# 1, 2, 2, 4: a checkerboard that the weights have to learn to cancel. A trace of it in a repainted coat is texture among texture. A matte
# should be smooth, and there it would print its pattern on the result.
#
# ## 3.9 The last layer of attention
#
# The map's last layer has neither norm nor ReLU, and ends in a **sigmoid**: $\mathrm{S}(z) = 1/(1 + e^{-z})$ turns any number into one between 0 and 1.
# A norm just before it would give every picture the same mean $z$, object or no object. A ReLU would keep the map at 1/2 and above.
#
# Before training $z$ is small, so the map starts near $\mathrm{S}(0) = 1/2$: undecided, and where the sigmoid is steepest. Our small networks begin with a
# last bias of 1 instead (`attention_start`), a little further from zero. A map that has fallen to zero paints nothing, and what is not
# painted costs no cycle loss: a comfortable place to get stuck.
# %%
# NBVAL_CHECK_OUTPUT
with torch.no_grad():
    for start in (-2.0, 0.0, 1.0):
        untrained = fresh(networks.Attention(start=start))(t)
        print(f"attention_start {start:+.0f}: mean of the untrained map {untrained.mean():.1f}")
# %% [markdown]
# **Your turn · 03.4 · ●●○ · 15 min.** All parts are on the table. Build the mended attention network:
#
# `c7s2-w, c3s2-2w, r2w, up2, c3s1-2w, up2, c3s1-w, c7s1-1-S`
#
# You have `convolution`, your `ResidualBlock`, `nn.Upsample(scale_factor=2)`; the last layer is an
# `nn.Conv2d(w, 1, 7, padding=3, padding_mode="reflect")`.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("03.4")
class Attention(nn.Module):
    """images (N, 3, H, W) in [-1, 1] -> attention (N, 1, H, W) in [0, 1]; H and W divisible by 4"""

    def __init__(self, width=32):
        super().__init__()
        w = width
        ### BEGIN SOLUTION
        self.layers = nn.Sequential(
            *convolution(3, w, 7, stride=2),
            *convolution(w, 2 * w, 3, stride=2),
            ResidualBlock(2 * w),
            nn.Upsample(scale_factor=2),
            *convolution(2 * w, 2 * w, 3),
            nn.Upsample(scale_factor=2),
            *convolution(2 * w, w, 3),
            nn.Conv2d(w, 1, 7, padding=3, padding_mode="reflect"),
            nn.Sigmoid(),
        )
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return self.layers(x)
        ### END SOLUTION
# %% [markdown]
# It goes straight into Eq. 1, which refused the printed one:
# %%
# NBVAL_CHECK_OUTPUT
with torch.no_grad():
    s_a = fresh(Attention())(t)                              # (1, 1, 64, 64)
    s_prime = compose(t, fresh(networks.Generator(8, 1))(t), s_a)
print("s_a", tuple(s_a.shape), "  s'", tuple(s_prime.shape))
# %% [markdown] tags=["instructor"]
# **For teachers · around 03.4 (75 min so far).** The most common stumble is to use `convolution` for the last layer as well; the check names it. Students who finish
# early: build the `levels=1` variant (drop one halving and one up2) and compare receptive fields: 23 px with 5x5 ends, in `SMALL["attention"]`.
# %% [markdown]
# ## 3.10 How much is there to learn?
#
# A filter looks at all channels that come in: $c_{in} \cdot k \cdot k$ weights. There are $c_{out}$ filters, each with two numbers of an instance norm, or a bias, or both.
# (Both, in the discriminators: the norm subtracts the bias in stage 1, but stage 2 takes the norm away, and then the bias counts.)
#
# **Predict first.** What share of all parameters of the paper's system do its two attention networks hold?
# %%
my_guess = ...   # between 0 and 1
# %% [markdown]
# **Your turn · 03.5 · ●○○ · 8 min.** Count. `layer.filters` is $c_{out}$; `layer.norm` and `layer.bias` say what a filter has besides its weights. An
# `up2` has `filters == 0`: it learns nothing and leaves the channels as they are.
# %%
# NBVAL_CHECK_OUTPUT
@exercise("03.5")
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
for name, strings in (("paper", MENDED), ("savanna", SMALL)):
    counted = 2 * sum(count_parameters(layers) for layers in strings.values())
    built = sum(p.numel() for p in preset(name).model().parameters())
    print(f"preset {name:8} by formula {counted:10,}   built {built:10,}")
# %% [markdown]
# 11.5 million against 0.8 million: that is how a laptop can follow. And what the paper adds to CycleGAN is under three per cent of its weights.
#
# Here is what counting cannot do. The appendix ends the generator with `c3s1-3`, the program (like CycleGAN) with a 7x7 kernel.
# Both fit every shape, and 867 or 4,707 parameters are both reasonable. No arithmetic decides. We take 7x7, since CycleGAN and the program agree on it.
#
# ## 3.11 Paper, program, we
#
# The first column is the appendix; where it names a kernel, that is quoted. Everything else is measured from running networks, now:
# %%
# NBVAL_CHECK_OUTPUT
def kernel(network, i):
    found = [m for m in network.modules() if isinstance(m, nn.Conv2d | nn.ConvTranspose2d)]
    return f"{found[i].kernel_size[0]}x{found[i].kernel_size[0]}, stride {found[i].stride[0]}"

def patches(network):
    return "{} x {}".format(*network(torch.zeros(1, 3, 256, 256)).shape[-2:])

they, we = released, networks
tiles = [str(inside_tiles(map) == 0) for map in maps]
wide = [f"{map.shape[-1]} px" for map in maps]
fields = [f"{side(bare[name])} px" for name in ("released attention", "mended attention")]
identity = [str(torch.equal(block(x), x)) for block in (theirs, mine)]
rows = [
    ("attention, first layer", "7x7, stride 1", kernel(they.Attention(), 0), kernel(we.Attention(), 0)),
    ("attention, map of a 64 px picture", *wide),
    ("attention, last layer", "7x7, stride 1", kernel(they.Attention(), -1), kernel(we.Attention(), -1)),
    ("attention, receptive field", "-", *fields),
    ("attention, constant on 4x4 tiles", *tiles),
    ("residual block with f = 0: identity", "not said", *identity),
    ("generator, last layer", "3x3, stride 1", kernel(they.Generator(), -1), kernel(we.Generator(), -1)),
    ("discriminator, scores for 256 px", "as CycleGAN", patches(they.Discriminator()),
                                                        patches(we.Discriminator())),
]
for name, *columns in [("", "paper", "program", "we"), *rows]:
    print(f"{name:38}" + "".join(f"{column:16}" for column in columns))
# %% [markdown]
# (35 x 35 scores against 30 x 30: the program pads its discriminators by 2 pixels, CycleGAN and we by 1. The patches are 70 px either way.)
#
# None of this makes the paper worse. It makes a habit: **before you build on a paper, count its shapes, and ask its program.**
# %%
quiz("03")
# %%
progress("03")
# %% [markdown]
# **One question to take away.** The released attention network cannot draw anything finer than a 4x4 tile, and its users got good
# pictures all the same. How fine does a matte need to be, and in which pictures would you look for the tiles?
#
# **Read on.** The paper's appendix A; `uagt_lib/method/networks.py` (its docstring lists the mended slips) beside `uagt_lib/method/released.py`;
# `tests/test_released.py` for the program's own numbers and `tests/test_pieces.py` for the 70 pixels. Next, lesson 04: what these
# networks are asked to want.
