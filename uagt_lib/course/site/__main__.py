"""Build the site: `make site`.

python -m uagt_lib.course.site                 build/site, for readers: no answers in it
python -m uagt_lib.course.site --solutions     build/site-solutions, for teachers: executed solutions and their notes
"""

import argparse
import importlib.util
import shutil
import sys
from pathlib import Path

from uagt_lib.course import build
from uagt_lib.course.places import ROOT
from uagt_lib.course.site import lessons, models, packages, pages, start
from uagt_lib.errors import UagtError

HERE = Path(__file__).parent
BUILD = ROOT / "build"
NPM = BUILD / "npm"


def write_sources(folder: Path, files: Path, answers: bool = False) -> None:
    """Write every page's source below `folder`, as Sphinx wants it, and the pictures it shows below `files`."""
    made = [lessons.lesson_page(source, answers) for source in build.sources()]
    texts = {f"lessons/{page.name}.md": page.markdown for page in made}
    texts |= {f"{name}.md": text for name, text in pages.results().items()}
    texts |= {f"{name}.rst": text for name, text in pages.reference().items()}
    texts |= {f"{name}.md": pages.document(path) for name, path in pages.DOCUMENTS.items()}
    texts |= {"index.md": start.start_page(made), "machine.md": start.machine(), "play.md": start.play()}
    for name, text in texts.items():
        write_bytes(folder / name, text.encode())
    pictures = {f"lessons/{name}": png for page in made for name, png in page.pictures.items()}
    pictures |= {f"results/{path.name}": path.read_bytes() for path in pages.REPRODUCED.glob("*.png")}
    pictures["pictures/savanna.png"] = (ROOT / "data" / "savanna.png").read_bytes()
    for name, png in pictures.items():
        write_bytes(files / name, png)


def write_static(folder: Path) -> None:
    """Put what pages load besides themselves below `folder`: mathematics, the runtime, models and samples."""
    for package in (packages.MATHJAX, packages.ONNXRUNTIME):
        packages.unpack(package, folder, NPM)
    models.write(folder / "models")
    start.write_pictures(folder / "start")


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def build_site(out: Path, answers: bool = False) -> None:
    """Build the site to `out`, a folder that is made anew.

    Raises:
        UagtError: if a package is missing, npm's files cannot be had, or Sphinx warns.
    """
    if missing := [name for name in ("sphinx", "myst_parser", "furo") if importlib.util.find_spec(name) is None]:
        raise UagtError(f"{', '.join(missing)} missing: pip install -e '.[site]', with Python 3.11 or newer")
    from sphinx.cmd.build import build_main

    work = out.with_name(f"{out.name}-work")
    for folder in (work, out):
        shutil.rmtree(folder, ignore_errors=True)
    write_sources(work / "pages", work / "files", answers)
    write_static(work / "files" / "_static")
    words = ["-q", "-W", "--keep-going", "-b", "html", "-c", str(HERE), "-d", str(work / "doctrees")]
    if build_main([*words, str(work / "pages"), str(out)]):
        raise UagtError("the site was not built: Sphinx says why above")
    shutil.copytree(work / "files", out, dirs_exist_ok=True)
    (out / ".nojekyll").touch()  # GitHub Pages would leave out folders that begin with an underscore


def main() -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m uagt_lib.course.site", description="Build the site.")
    parser.add_argument("--solutions", action="store_true", help="the teachers' site, to build/site-solutions")
    options = parser.parse_args()
    out = BUILD / ("site-solutions" if options.solutions else "site")
    try:
        build_site(out, options.solutions)
    except UagtError as error:
        print(f"site: {error}", file=sys.stderr)
        return 2
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    print(f"{out.relative_to(ROOT)}: {len(list(out.rglob('*.html')))} pages, {size / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
