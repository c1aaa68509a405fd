"""Controls for lessons: core ipywidgets, versions 7.7 (Colab) and 8 (JupyterLab 4), pictures as PNG bytes.

Each is a `View`: displayed, it leaves a still picture for wherever nobody can move it. A kernel handles no click while
a cell runs, so what takes long (`Dashboard`) runs in a thread of its own. Where ipywidgets is missing, all of them are
shown as they would look at first, and do not move (`still`).
"""

from uagt_lib.show.widgets.dashboard import Dashboard
from uagt_lib.show.widgets.explorer import attention_explorer
from uagt_lib.show.widgets.kid import kid_explorer
from uagt_lib.show.widgets.playground import composition_playground

__all__ = ["Dashboard", "attention_explorer", "composition_playground", "kid_explorer"]
