"""What a page with outputs is told once, so that everybody can read and reach it: style, and names for controls.

JupyterLab obeys it; where outputs may bring no style and no script (GitHub), it is dropped, and nothing is lost.
"""

import html

# Words of a message are not torn apart. A still (widgets/view.py) is for where its controls are dead: after a restart,
# in a notebook that was saved and opened again. "Disconnected" is what ipywidgets calls controls without a kernel.
_LIVE = ".jp-OutputArea:has(.uagt-view:not(.jupyter-widgets-disconnected))"
_STYLE = f"""
.jp-RenderedText pre, .jp-RenderedHTMLCommon pre {{ word-break: normal; overflow-wrap: anywhere; }}
{_LIVE} > .jp-OutputArea-child:has(.uagt-still) {{ display: none; }}
.jp-OutputArea:has(.uagt-still):not(:has(.uagt-view:not(.jupyter-widgets-disconnected)))
  > .jp-OutputArea-child:has(.jupyter-widgets) {{ display: none; }}
.uagt-view .widget-radio-box label, .uagt-view .widget-label {{ white-space: normal; }}
.uagt-view .widget-html-content {{ line-height: 1.5; padding: 2px 0; }}
.uagt-view [role="slider"]:focus-visible {{ outline: 2px solid var(--jp-brand-color1, #1976d2); outline-offset: 2px; }}
"""
# ipywidgets gives neither a slider's handle a name nor a picture a text.
_SCRIPT = """
(() => {
  if (window.uagtNames) return;
  window.uagtNames = true;
  let asked = 0;
  const name = () => {
    asked = 0;
    for (const slider of document.querySelectorAll(".widget-slider")) {
      const label = slider.querySelector(".widget-label")?.textContent;
      const parts = slider.querySelectorAll("[role=slider], .widget-readout");
      for (const part of parts) part.setAttribute("aria-label", label);
    }
    for (const image of document.querySelectorAll("img.widget-image"))
      image.alt = (image.nextElementSibling ?? image.previousElementSibling)?.innerText ?? "";
  };
  const soon = new MutationObserver(() => (asked ||= setTimeout(name, 200)));
  soon.observe(document.body, { childList: true, subtree: true });
  name();
})();
"""
PAGE = f"<style>{_STYLE}</style><script>{_SCRIPT}</script>"

# Mark, and the colour behind it: white on each has a contrast above 5, whatever theme the page is in.
MARKS = {"passed": ("✓", "#00664a"), "open": ("○", "#5a5a5a"), "wrong": ("✗", "#a33b00")}


def badge(status: str) -> str:
    """The mark of what was found, "passed", "open" or "wrong", as HTML: told apart by shape, and by colour."""
    mark, colour = MARKS[status]
    style = f"background:{colour};color:#fff;border-radius:4px;padding:0 6px;font-weight:bold"
    return f'<span style="{style}">{mark}</span>'


def verdict(status: str, text: str) -> str:
    """A sentence that begins with its mark, as HTML that breaks lines between words."""
    style = "line-height:1.5;white-space:pre-wrap;overflow-wrap:anywhere"
    return f'<div style="{style}">{badge(status)}{html.escape(text.removeprefix(MARKS[status][0]))}</div>'
