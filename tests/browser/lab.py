"""JupyterLab on a free port with a fresh profile, and what a test does in it with a browser."""

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

#: Browsers that Playwright can drive, best first.
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
#: No toast about news that covers the notebook, and `window.jupyterapp` for the tests.
_PAGE = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
_PAGE |= {"exposeAppInBrowser": True}
#: Every cell is in the page, whether in sight or not.
_WHOLE = {"windowingMode": "none"}


def find_browser():
    """Return the path of the first browser of BROWSERS on this machine, or None."""
    return next((path for path in map(shutil.which, BROWSERS) if path), None)


#: A picture's bytes as a digest. One that is replaced while it is read is read again.
DIGEST = """async (picture) => {
    for (let tries = 0; ; ++tries)
        try {
            await picture.decode();
            const bytes = await (await fetch(picture.src)).arrayBuffer();
            const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
            return [...digest].map(b => b.toString(16).padStart(2, '0')).join('');
        } catch (error) {
            if (tries === 20) throw error;
            await new Promise(done => setTimeout(done, 50));
        }
}"""


class Lab:
    """A JupyterLab server that shows the folder `notebooks`; profile and logs go to `profile`.

    With `beside`, a folder of packages, it is a Notebook 7 server that finds these too.
    """

    def __init__(self, notebooks, profile, beside=None):
        self.token, self.profile = secrets.token_hex(16), Path(profile)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        tracker = "settings/@jupyterlab/notebook-extension/tracker.jupyterlab-settings"
        for place, settings in (("config/labconfig/page_config.json", _PAGE), (tracker, _WHOLE)):
            (self.profile / place).parent.mkdir(parents=True)
            (self.profile / place).write_text(json.dumps(settings))
        command = [
            sys.executable, "-m", "notebook" if beside else "jupyterlab",
            "--no-browser", "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={self.port}", "--ServerApp.port_retries=0",
            f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={notebooks}",
            "--LabApp.collaborative=False",
        ]  # fmt: skip
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--allow-root")
        places = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_RUNTIME_DIR": "runtime"}
        places |= {"JUPYTER_DATA_DIR": "data", "IPYTHONDIR": "ipython"}
        places |= {"JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "spaces"}
        env = os.environ | {name: str(self.profile / place) for name, place in places.items()}
        env["OPENBLAS_NUM_THREADS"] = "1"
        env.pop("PYTHONPATH", None)  # with it a student's notebook would find the teacher's checks
        if beside:
            env["PYTHONPATH"] = str(beside)
            env["JUPYTER_PATH"] = str(beside / "share" / "jupyter")
            env["JUPYTER_CONFIG_PATH"] = str(beside / "etc" / "jupyter")
        self.log = open(self.profile / "lab.log", "w")
        quiet = {"stdin": subprocess.DEVNULL, "stdout": self.log, "stderr": self.log}
        self.process = subprocess.Popen(command, cwd=notebooks, env=env, **quiet)

    def ask(self, path, method="GET"):
        """Return the JSON answer of the server's REST interface."""
        request = urllib.request.Request(f"{self.url}/{path}", method=method)
        request.add_header("Authorization", f"token {self.token}")
        with urllib.request.urlopen(request, timeout=10) as answer:
            body = answer.read()
        return json.loads(body) if body else None

    def wait(self, seconds=120):
        """Return when the server answers; raise, with its log, when it does not."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.process.poll() is None:
            try:
                return self.ask("api/status")
            except OSError:
                time.sleep(0.2)
        log = (self.profile / "lab.log").read_text()
        raise RuntimeError(f"JupyterLab did not start:\n{log[-3000:]}")

    def stop(self):
        """End all kernels and the server."""
        with contextlib.suppress(OSError):
            for kernel in self.ask("api/kernels"):
                self.ask(f"api/kernels/{kernel['id']}", "DELETE")
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


class Notebook:
    """One notebook open in a page of the browser, `at` JupyterLab's address or another's."""

    def __init__(self, lab, page, path, at="lab/tree"):
        self.lab, self.page, self.path = lab, page, path
        page.goto(f"{lab.url}/{at}/{path}?reset&token={lab.token}")
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        # a run asked for before the kernel has answered is dropped without a word
        page.wait_for_function(_KERNEL_READY, timeout=60_000)
        page.wait_for_selector(".jp-Spinner", state="detached")

    def run_all(self, seconds=120):
        """Run all cells from the menu and wait until every one has run or one has failed."""
        self.page.locator(".lm-MenuBar-itemLabel").get_by_text("Run", exact=True).click()
        self.page.click(".lm-Menu [data-command='runmenu:run-all']")
        self.page.wait_for_function(_FINISHED, timeout=1000 * seconds, polling=100)
        self.idle()

    def idle(self, seconds=60):
        """Wait until the kernel has nothing to do, in its own words and the notebook's."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            shown = self.page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").count()
            if shown and all(k["execution_state"] == "idle" for k in self.lab.ask("api/kernels")):
                return
            time.sleep(0.05)
        raise TimeoutError(f"the kernel of {self.path} stays busy")

    def rest(self):
        """Wait until the kernel is idle and no explorer has changed for half a second."""
        self.idle()
        self.page.evaluate(_AT_REST)

    def errors(self):
        """Return the text of every error output."""
        return self.page.locator(
            "[data-mime-type='application/vnd.jupyter.stderr']"
        ).all_inner_texts()

    def ask_kernel(self, code):
        """Run code in the notebook's kernel, beside its cells; return what it prints as JSON."""
        return json.loads(self.page.evaluate(_EXECUTE, f"exec({code!r}, {{}})"))

    def explorers(self):
        """Return the explorers on the page, each a locator of its box."""
        return self.page.locator(".widget-vbox:has(> .widget-box + img.widget-image)").all()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """End the kernel and close the page."""
        for kernel in self.lab.ask("api/kernels"):
            self.lab.ask(f"api/kernels/{kernel['id']}", "DELETE")
        self.page.close()


# Half a second by the page's own clock: on a busy machine the page lags behind the kernel.
_AT_REST = """() => new Promise(done => {
    let timer = setTimeout(done, 500);
    const observer = new MutationObserver(() => {
        clearTimeout(timer);
        timer = setTimeout(() => { observer.disconnect(); done(); }, 500);
    });
    for (const box of document.querySelectorAll('.widget-vbox'))
        observer.observe(box, {subtree: true, childList: true, characterData: true,
                               attributes: true, attributeFilter: ['src', 'aria-valuetext']});
})"""
_KERNEL_READY = """() => {
    const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
    return context?.isReady && context.session?.kernel?.status === 'idle';
}"""
_FINISHED = """() => {
    const failed = document.querySelector(
        ".jp-Notebook [data-mime-type='application/vnd.jupyter.stderr']");
    const panel = window.jupyterapp.shell.currentWidget;
    const cells = [...panel.content.model.cells].filter(
        cell => cell.type === 'code' && cell.sharedModel.source.trim());
    return failed || cells.every(cell => cell.executionCount !== null);
}"""
_EXECUTE = """async (code) => {
    const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const future = kernel.requestExecute({code, store_history: false});
    let printed = '';
    future.onIOPub = message => {
        if (message.header.msg_type === 'stream') printed += message.content.text;
        if (message.header.msg_type === 'error') throw new Error(message.content.evalue);
    };
    const reply = await future.done;
    if (reply.content.status !== 'ok') throw new Error(reply.content.evalue);
    return printed;
}"""
