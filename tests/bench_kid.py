"""What KID costs beside torch-fidelity: the same features, CPU time, medians interleaved in one run. Nothing is a test.

`python -m tests.bench_kid`, or with everything else by `make bench`.
"""

import torch

from tests.stopwatch import show, timed
from uagt_lib.evaluate import kid

THEIRS = {"kid_kernel": "poly", "kid_kernel_poly_degree": 3, "kid_kernel_poly_gamma": None, "kid_kernel_poly_coef0": 1}


def kids(rounds: int) -> None:
    try:
        from torch_fidelity.metric_kid import kid_features_to_metric
    except ImportError:
        print("\nKID: torch-fidelity is not installed, there is nothing to compare with")
        return
    generator = torch.Generator().manual_seed(0)
    x, y = (torch.randn(1000, 2048, generator=generator).clamp(min=0) for _ in range(2))
    for size, subsets in ((50, 100), (1000, 10)):
        how = THEIRS | {"kid_subsets": subsets, "kid_subset_size": size, "rng_seed": 0, "verbose": False}
        seconds = timed(
            {
                "torch-fidelity": lambda how=how: kid_features_to_metric(x, y, **how),
                "ours": lambda s=subsets, m=size: kid.kid(x, y, generator, s, m),
            },
            rounds,
        )
        show(f"KID, 1000 and 1000 features of 2048, {subsets} subsets of {size}", seconds, "torch-fidelity")


def main() -> None:
    torch.set_num_threads(1)
    print(f"torch {torch.__version__}, one thread")
    kids(9)


if __name__ == "__main__":
    main()
