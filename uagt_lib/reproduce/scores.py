"""What a finished run scores: the evaluation of one run, kept in its folder and made once."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from uagt_lib.evaluate.compare import compare

PHOTOGRAPHS = "efficientnet-lite0"


def extractors() -> list[str]:
    """The feature networks that can be used here and now: ours, and one trained on photographs if it is installed."""
    return ["savanna"] + ([PHOTOGRAPHS] if find_spec("efficientnet_lite_pytorch") else [])


def score(run: str | Path, extractor: str) -> dict[str, Any]:
    """The report of `compare` on a run: rows of KID (real pictures first, then S to T and T to S) and of attention."""
    out = Path(run) / "evaluation" / extractor
    kept = out / "report.json"
    if kept.is_file():
        return json.loads(kept.read_text(encoding="utf-8"))
    return compare([run], out, extractor=extractor)
