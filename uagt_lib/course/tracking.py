"""Progress over all lessons: one small JSON file, shown as a map of the system in which finished parts light up."""

import json
import os
from pathlib import Path

from uagt_lib.show import figures
from uagt_lib.show.system import system_map

_RANK = ("open", "wrong", "passed")


def file() -> Path:
    """Where progress is kept: in the notebooks' folder, or in the folder that UAGT_PROGRESS names."""
    here = Path.cwd()
    return Path(os.environ.get("UAGT_PROGRESS", here)) / f".progress-{here.name}.json"


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


def progress(lesson: str | None = None) -> None:
    """Show the map of the system: parts whose exercises are solved are lit, this lesson's are framed.

    Args:
        lesson: "02" to frame that lesson's parts; None for the whole course.
    """
    from uagt_lib.course import exercises  # which records progress here, so it cannot be imported first

    known, parts = load(), {}
    for name in exercises.LESSONS:
        for task in exercises.of_lesson(name):
            parts.setdefault(task.part, []).append(known.get(task.id) == "passed")
    share = {part: sum(solved) / len(solved) for part, solved in parts.items()}
    own = {task.part for task in exercises.of_lesson(lesson)} if lesson else set()
    done, total = (sum(map(f, parts.values())) for f in (sum, len))
    text = f"{done} of {total} exercises of the course solved"
    print(text)
    figures.show(
        system_map(share, own),
        f"Map of the system, {text}. Lit: {', '.join(p for p in share if share[p] == 1) or 'none'}",
    )
