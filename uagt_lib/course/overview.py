"""Progress over all lessons, shown: the map of the system, in which finished parts light up."""

from uagt_lib.course import exercises, tracking
from uagt_lib.show import figures
from uagt_lib.show.system import system_map


def progress(lesson: str | None = None) -> None:
    """Show the map of the system: parts whose exercises are solved are lit, this lesson's are framed.

    Args:
        lesson: "02" to frame that lesson's parts; None for the whole course.
    """
    known, parts = tracking.load(), {}
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
