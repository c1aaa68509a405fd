"""Progress over all lessons, remembered: one small JSON file."""

import json
import os
from pathlib import Path

from uagt_lib.course.places import writable

_RANK = ("open", "wrong", "passed")


def file() -> Path:
    """Where progress is kept: in the notebooks' folder, or in the folder that UAGT_PROGRESS names."""
    here = Path.cwd()
    return writable(Path(os.environ.get("UAGT_PROGRESS", here))) / f".progress-{here.name}.json"


def load() -> dict[str, str]:
    """The best that was reached per exercise, "open", "wrong" or "passed"; nothing where the file is damaged."""
    try:
        found = json.loads(file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {id: s for id, s in found.items() if s in _RANK} if isinstance(found, dict) else {}


def record(id: str, status: str) -> None:
    """Remember an exercise's status, unless a better one is remembered already. A full disk costs no lesson."""
    known = load()
    best = max(known.get(id, "open"), status, key=_RANK.index)
    if known.get(id) == best:
        return
    partial = file().with_name(f"{file().name}.{os.getpid()}")
    try:
        partial.write_text(json.dumps(known | {id: best}, indent=1, sort_keys=True), encoding="utf-8")
        partial.replace(file())
    except OSError:
        print(f"(progress could not be written to {file()})")
