"""What a finished run scores: the evaluation of one run, kept in its folder and made once."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from uagt_lib.evaluate.compare import compare
from uagt_lib.evaluate.features import load_extractor
from uagt_lib.reproduce.photographs import Photographs

PHOTOGRAPHS = "efficientnet-lite0"


def extractors(photographs: bool = False) -> list[str]:
    """The feature networks that can be used here and now: ours, and one trained on photographs if it is installed.

    Raises:
        UagtError: for photographs, which ours knows nothing of, if the other is not installed.
    """
    if photographs:
        load_extractor(PHOTOGRAPHS)
        return [PHOTOGRAPHS]
    return ["savanna"] + ([PHOTOGRAPHS] if find_spec("efficientnet_lite_pytorch") else [])


def score(run: str | Path, extractor: str, photographs: Photographs | None = None) -> dict[str, Any]:
    """The report of `compare` on a run: rows of KID (real pictures first, then S to T and T to S) and of attention.

    A run on photographs is scored against theirs; its rows of attention are of those that have masks.
    """
    out = Path(run) / "evaluation" / extractor
    kept = out / "report.json"
    if kept.is_file():
        report = json.loads(kept.read_text(encoding="utf-8"))
    else:
        report = compare([run], out, data=photographs and photographs.data, extractor=extractor)
    return report | {"attention": photographs.attention(Path(run))} if photographs else report
