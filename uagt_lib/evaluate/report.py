"""What an evaluation leaves behind: a table to read, the same as JSON, and a sheet of pictures for the eye."""

import json
import statistics
from pathlib import Path
from typing import Any

from PIL import Image

from uagt_lib.data.sheets import contact_sheet
from uagt_lib.evaluate.kid import Kid
from uagt_lib.files import to_bytes
from uagt_lib.training.checkpoint import write_bytes, write_json

NOTES = """\
KID x 100 ± standard deviation x 100 over subsets: the spread of one subset's score, not of training again. Lower is
better; around 0 two sets cannot be told apart, and values below 0 are as likely as values above. `mean` is the
paper's number, the mean of both columns; leaving the source untouched already halves the distance between the
domains, so read the columns too. all: the same to target / to source from all pictures at once, without subsets. n:
outputs / source / target; m: pictures a subset; where m is the whole set, every subset is the same and ± says
nothing. The real rows are the ends of the scale; a domain against itself is one random half against the other, in
subsets of at most half its pictures. Scores of other extractors, other m or other pictures are on other scales."""
ATTENTION_NOTES = """\
IoU: overlap of {attention > 0.5 (0.1)} with the object. inside, outside: mean attention on and off objects. undecided:
share of pixels with attention in (0.1, 0.9). object-free: mean attention on pictures without objects. background
error (0 to 1) and PSNR (dB): what happened to pixels that are no object's. collapse: attention is all ones, all zeros
or stuck grey. -: no ground truth."""
KIDS = ("kid_to_target", "kid_to_source", "kid_mean")
COLUMNS = {
    "iou@0.5": "IoU@0.5",
    "iou@0.1": "IoU@0.1",
    "attention_inside": "inside",
    "attention_outside": "outside",
    "undecided": "undecided",
    "object_free_attention": "object-free",
    "background_error": "background error",
    "background_psnr": "PSNR outside",
    "collapse": "collapse",
}


def kid_values(kid: Kid | None) -> dict[str, float] | None:
    """Mean and standard deviation as plain values, not times 100."""
    return kid and {"mean": round(kid.mean, 8), "std": kid.std if kid.std is None else round(kid.std, 8)}


def write(
    out: Path,
    kid: list[dict[str, Any]],
    attention: list[dict[str, Any]],
    sheet: tuple[list[str], list[list[Image.Image]]],
    name: str = "report",
) -> dict[str, Any]:
    """Write NAME.md, NAME.json and contact_sheet.png to `out`; the same values give the same bytes.

    Args:
        out: an existing folder.
        kid, attention: rows of the two tables; either may be empty.
        sheet: captions of the sheet's rows, and its columns of pictures.
        name: of the two files.

    Returns:
        What the JSON holds, and the Markdown as `markdown`.
    """
    captions, columns = sheet
    text = []
    if kid:
        text += [_kid_table(kid), *_sizes(kid), NOTES, *_over_seeds(kid)]
    if attention:
        text += [_attention_table(attention), ATTENTION_NOTES]
    text.append("contact_sheet.png, from top to bottom: " + "; ".join(captions) + ".")
    markdown = "\n\n".join(text) + "\n"
    values = {"kid": kid, "attention": attention, "contact_sheet": captions}
    contact_sheet(columns).save(out / "contact_sheet.png")
    write_json(out / f"{name}.json", values)
    write_bytes(out / f"{name}.md", to_bytes(markdown))
    return values | {"markdown": markdown}


def table(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table; columns of numbers are aligned to the right."""
    rule = [
        "---:" if all(c[0].isdigit() or c[0] == "-" for c in column) else "---" for column in zip(*rows, strict=True)
    ]
    return "\n".join("| " + " | ".join(row) + " |" for row in (header, rule, *rows))


def _kid_table(rows: list[dict[str, Any]]) -> str:
    header = [
        "",
        "direction",
        "KID to target",
        "KID to source",
        "mean",
        "all",
        "n",
        "m",
        "subsets",
        "seed",
        "extractor",
    ]
    lines = [
        [
            row["name"],
            row["direction"],
            *(kid_text(row[key]) for key in KIDS),
            " / ".join("-" if v is None else f"{100 * v:.2f}" for v in row["kid_of_all"]),
            f"{row['n_outputs']} / {row['n_source']} / {row['n_target']}",
            *(str(row[key]) for key in ("subset_size", "subsets", "seed", "extractor")),
            row["selection"] if row["checkpoint"] is None else f"{row['checkpoint']} ({row['selection']})",
        ]
        for row in rows
    ]
    return table([*header, "checkpoint (selection)"], lines)


def _over_seeds(rows: list[dict[str, Any]]) -> list[str]:
    """A table of runs that differ in their seed alone, if there are any: what training again changes."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row.get("trained"):
            groups.setdefault(json.dumps([row["trained"]["config"], row["direction"]]), []).append(row)
    lines = []
    for runs in groups.values():
        seeds = sorted({run["trained"]["seed"] for run in runs})
        if 1 < len(seeds) == len(runs):
            means = ([run[key]["mean"] for run in runs] for key in KIDS)
            spread = (plus_minus(100 * statistics.mean(m), 100 * statistics.stdev(m)) for m in means)
            config = runs[0]["trained"]["config"]
            title = f"{config['preset']}, {config['method']}"
            lines.append([title, runs[0]["direction"], *spread, ", ".join(map(str, seeds)), runs[0]["extractor"]])
    header = ["", "direction", "KID to target", "KID to source", "mean", "training seeds", "extractor"]
    note = "Here ± is the standard deviation over training runs (dividing by their number - 1)."
    return [table(header, lines), note] if lines else []


def _attention_table(rows: list[dict[str, Any]]) -> str:
    lines = [[row["name"], row["direction"], *(_plain(row.get(key)) for key in COLUMNS)] for row in rows]
    return table(["", "direction", *COLUMNS.values()], lines)


def _sizes(rows: list[dict[str, Any]]) -> list[str]:
    """A warning for each row whose pictures differ in size: features see blur as well as content."""
    return [
        f"Warning: {row['name']} {row['direction']}: outputs have {sizes[0]} px, the source {sizes[1]}, the target "
        f"{sizes[2]}. Part of these scores is sharpness and shape, not content."
        for row in rows
        if len(set(sizes := row.get("pixels", ()))) > 1 or "sizes" in "".join(sizes)
    ]


def plus_minus(mean: float, spread: float | None, digits: int = 2) -> str:
    """A mean and, where one is known, a spread.

    >>> plus_minus(6.93, 0.27), plus_minus(6.93, None, digits=1)
    ('6.93 ± 0.27', '6.9')
    """
    return f"{mean:.{digits}f}" + ("" if spread is None else f" ± {spread:.{digits}f}")


def kid_text(value: dict[str, float] | None, digits: int = 2) -> str:
    """What `kid_values` gave, times 100."""
    if value is None:
        return "-"
    return plus_minus(100 * value["mean"], None if value["std"] is None else 100 * value["std"], digits)


def _plain(value: float | str | None) -> str:
    if value is None:
        return "-"
    return value if isinstance(value, str) else f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"
