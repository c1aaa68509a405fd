"""Notebooks in a real JupyterLab in a real, headless Chromium: what a learner sees, clicked by a test."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).parents[1]
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
SETTINGS = {
    # no question whether to fetch news, and no look at the network for updates
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": (
        '{"fetchNews": "false", "checkForUpdates": false}'
    ),
    # a test that opens the course's own notebooks must not change them
    "@jupyterlab/docmanager-extension/plugin.jupyterlab-settings": '{"autosave": false}',
    # or cells out of sight would not be on the page
    "@jupyterlab/notebook-extension/tracker.jupyterlab-settings": '{"windowingMode": "none"}',
}


def chromium() -> str | None:
    """A Chromium to be driven: the system's, Chrome, or the one that `playwright install` fetched; None without any."""
    for name in ("/usr/bin/chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


@contextmanager
def as_started(words: list[str], cwd: Path, scratch: Path, width: int = 1280, height: int = 900) -> Iterator[Page]:
    """What a person's browser shows after `jupyter lab WORDS`.

    Args:
        words: what follows `jupyter lab`.
        cwd: the folder in which it is started.
        scratch: an empty folder for settings and logs; nobody's own settings are read or changed.
        width, height: pixels.
    """
    browser, opened = scratch / "browser", scratch / "opened"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}.part && mv {opened}.part {opened}\n')
    browser.chmod(0o755)
    with _server(words, cwd, scratch, BROWSER=str(browser)) as (_, alive):
        while not opened.exists():
            alive()
        with _page(opened.read_text().strip(), width, height) as page:
            yield page


@contextmanager
def _page(url: str, width: int, height: int) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS])
        try:
            page = browser.new_page(viewport={"width": width, "height": height})
            page.set_default_timeout(30_000)
            page.goto(url)
            page.wait_for_function("window.jupyterapp !== undefined")
            page.evaluate("window.jupyterapp.restored.then(() => {})")
            yield page
        finally:
            browser.close()


def open_notebook(page: Page, path: str) -> None:
    """Open a notebook, by its path in the folder, and wait for its kernel, or for a dialog that asks something."""
    page.evaluate("path => void window.jupyterapp.commands.execute('docmanager:open', {path})", path)
    wait_for_kernel(page, path)


def wait_for_kernel(page: Page, path: str) -> None:
    """Wait until the notebook in front is `path` and its kernel is ready, or until a dialog asks something."""
    page.wait_for_function(
        """path => {
            const panel = window.jupyterapp.shell.currentWidget;
            const ready = panel?.context?.path === path && panel.sessionContext?.session?.kernel?.status === "idle";
            return ready || document.querySelector(".jp-Dialog");
        }""",
        arg=path,
        timeout=60_000,
    )


def close_notebook(page: Page) -> None:
    """End the kernel of the notebook in front and close it, without saving."""
    page.evaluate("""async () => {
        const panel = window.jupyterapp.shell.currentWidget;
        await panel.sessionContext.shutdown();
        panel.context.model.dirty = false;
        panel.close();
    }""")
    expect(page.locator(".jp-NotebookPanel")).to_have_count(0)


def run_all(page: Page, seconds: float = 120) -> None:
    """Run all cells of the notebook in front and wait until they have run; threads they started may go on."""
    page.evaluate("""() => {
        window.cellsRan = false;
        window.jupyterapp.commands.execute("notebook:run-all-cells").finally(() => (window.cellsRan = true));
    }""")
    page.wait_for_function("window.cellsRan", timeout=1000 * seconds)


def assert_no_dialog(page: Page) -> None:
    """No window asks for anything: a kernel, which of two versions of a file, whether to trust it."""
    dialogs = page.locator(".jp-Dialog")
    assert dialogs.count() == 0, dialogs.first.inner_text()


def assert_no_error(page: Page) -> None:
    """In the notebook in front no cell ended in an error, and every widget is there."""
    book = page.evaluate("window.jupyterapp.shell.currentWidget.content.model.toJSON()")
    outputs = [output for cell in book["cells"] for output in cell.get("outputs", [])]
    errors = ["\n".join(output["traceback"]) for output in outputs if output["output_type"] == "error"]
    assert not errors, errors[0]
    widgets = sum("application/vnd.jupyter.widget-view+json" in output.get("data", {}) for output in outputs)
    panel = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    expect(panel.locator(".jp-OutputArea-output > .jupyter-widgets")).to_have_count(widgets)
    expect(panel.locator(".jp-OutputArea", has_text=re.compile("Error (displaying|creating) widget"))).to_have_count(0)


@contextmanager
def _server(words: list[str], cwd: Path, scratch: Path, **more: str) -> Iterator[tuple[str, Callable[[], None]]]:
    """`jupyter lab WORDS` in `cwd`: its address, and what waits a little and fails once the server is dead or late."""
    settings = scratch / "settings"
    for name, text in SETTINGS.items():
        (settings / name).parent.mkdir(parents=True, exist_ok=True)
        (settings / name).write_text(text)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = uuid4().hex
    places = {"CONFIG": "config", "RUNTIME": "runtime", "DATA": "data"}
    environment = os.environ | {
        **{f"JUPYTER_{kind}_DIR": str(scratch / name) for kind, name in places.items()},
        "JUPYTERLAB_SETTINGS_DIR": str(settings),
        "JUPYTERLAB_WORKSPACES_DIR": str(scratch / "workspaces"),
        "IPYTHONDIR": str(scratch / "ipython"),
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        **more,
    }
    environment.pop("UAGT_HEADLESS", None)  # somebody is there to press buttons
    command = [
        *(sys.executable, "-m", "jupyterlab", *words, "--allow-root", "--expose-app-in-browser"),
        *(f"--port={port}", "--ServerApp.port_retries=0", "--ip=127.0.0.1"),
        *(f"--IdentityProvider.token={token}", "--LabApp.extension_manager=readonly"),
    ]
    log = scratch / "server.log"
    with log.open("w") as file:
        server = subprocess.Popen(
            command, env=environment, stdout=file, stderr=subprocess.STDOUT, start_new_session=True, cwd=cwd
        )
    end = time.monotonic() + 120

    def alive() -> None:
        assert server.poll() is None and time.monotonic() < end, log.read_text()
        time.sleep(0.1)

    try:
        while not _answers(f"http://127.0.0.1:{port}/api"):
            alive()
        yield f"http://127.0.0.1:{port}/lab?token={token}", alive
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except (urllib.error.URLError, ConnectionError):
        return False
    return True
