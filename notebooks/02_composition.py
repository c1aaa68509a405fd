# %% [markdown]
# # 02 · Composition
#
# stub
# %%
from uagt_lib.course import exercise, hint, progress, quiz

# %%
# NBVAL_CHECK_OUTPUT
@exercise("02.1")
def compose(s, painted, s_a):
    """images (N, 3, H, W), (N, 3, H, W), matte (N, 1, H, W) -> s' (N, 3, H, W)"""
    ### BEGIN SOLUTION
    return s_a * painted + (1 - s_a) * s
    ### END SOLUTION
# %%
quiz("02")
# %%
progress("02")
