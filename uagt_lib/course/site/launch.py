"""Where a lesson can be run: on Colab, in a codespace, on one's own machine."""

from html import escape

from uagt_lib.course import build
from uagt_lib.course.site.markup import button


def colab(name: str) -> str:
    """The address at which Colab opens a lesson's notebook, "02_composition", of this version."""
    address, tag = build.project()
    place = address.removeprefix("https://github.com/")
    return f"https://colab.research.google.com/github/{place}/blob/{tag}/notebooks/{name}.ipynb"


def codespace() -> str:
    """The address that makes a codespace of this version."""
    address, tag = build.project()
    return f"https://codespaces.new/{address.removeprefix('https://github.com/')}/tree/{tag}"


def commands() -> tuple[str, str]:
    """The two commands that open the course on one's own machine."""
    address, tag = build.project()
    folder = address.rsplit("/", 1)[1]
    return f"git clone -b {tag} {address}", f"cd {folder} && make lab"


def buttons(name: str) -> str:
    """What stands below a lesson's title: a button for Colab, and the commands for one's own machine."""
    both = escape("\n".join(commands()))
    return "\n".join(
        [
            '<div class="launch">',
            button("Open in Colab", colab(name), "button primary"),
            "<details>",
            '<summary class="button">On your own machine</summary>',
            f"<pre>{both}</pre>",
            f"<p>Then open <code>{name}.ipynb</code>. Linux or macOS, Python 3.10 or newer, git and make; "
            '<a href="../machine.html">for Windows, conda and codespaces</a>.</p>',
            "</details>",
            "</div>",
        ]
    )


def invitation(kind: str, text: str, name: str) -> str:
    """A sentence in a box, with a button that opens the lesson in Colab."""
    return f'<div class="invitation {kind}">\n<p>{escape(text)}</p>\n{button("Open in Colab", colab(name))}\n</div>'
