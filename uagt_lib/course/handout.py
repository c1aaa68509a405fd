"""The zip for students, dist/uagt-course-handout.zip: `make handout`.

What a student may look at: the library. Its functions are what many exercises ask for, and the last hint of each names
the one. What nobody should come across by accident is left out - sources, solution notebooks, wrong answers - or
closed: checks, answers and quizzes of the lessons are needed at every check, so they are there, zipped once more.
That keeps them out of file lists, searches and editors. It does not keep out whoever unzips them.
"""

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

from uagt_lib.course.places import ROOT

HANDOUT = ROOT / "dist" / "uagt-course-handout.zip"
LESSONS = ROOT / "uagt_lib" / "course" / "lessons"
KEPT = (
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "CITATION.cff", "LICENSE"),
    *("Makefile", "pyproject.toml", "constraints.txt", "environment.yml"),
)


def handout(path: Path) -> None:
    """Write the zip for students: notebooks, library and data; the same bytes every time."""
    files = [ROOT / name for name in KEPT] + sorted((ROOT / "notebooks").glob("*.ipynb"))
    for folder in ("uagt_lib", "data"):
        files += sorted(p for p in (ROOT / folder).rglob("*") if p.is_file() and _ships(p.relative_to(ROOT)))
    closed = [file for file in files if file.is_relative_to(LESSONS) and file.parent != LESSONS]
    members = {f"uagt-course/{f.relative_to(ROOT).as_posix()}": f.read_bytes() for f in files if f not in closed}
    inner = _zip((file.relative_to(LESSONS).as_posix(), file.read_bytes()) for file in closed)
    members[f"uagt-course/{LESSONS.relative_to(ROOT).as_posix()}/closed.zip"] = inner
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_zip(members.items()))


def _ships(path: Path) -> bool:
    return not any(part.startswith(".") or part in ("__pycache__", "runs", "downloads") for part in path.parts)


def _zip(members: Iterable[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            entry = zipfile.ZipInfo(name, (2018, 12, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()


if __name__ == "__main__":
    handout(HANDOUT)
    print(HANDOUT.relative_to(ROOT))
