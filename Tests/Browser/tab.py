"""A tab in a chromium of its own, driven over the devtools protocol alone.

Not through Playwright: that tells every page that it is seen and focused, whatever becomes of its
window, and a page that is never hidden cannot be tested for what it does then. The browser is a
child of the test, so that it can be stopped and killed as a whole.
"""

import json
import os
import pathlib
import signal
import subprocess
import tempfile

from websockets.sync.client import connect

from waiting import awaited


class View:
    """One page of a browser, and what it complained of."""

    def __init__(self, browser, port, target):
        self.browser = browser
        self.port = port
        self.target = target
        self.complaints = []
        self.socket = open_socket(f"ws://{port}/devtools/page/{target}")
        self.ask("Page.enable")
        self.ask("Runtime.enable")

    _count = 0

    def _ask(self, socket, method, **parameters):
        View._count += 1
        mine = View._count
        socket.send(json.dumps({"id": mine, "method": method, "params": parameters}))
        while True:
            answer = json.loads(socket.recv(timeout=20))
            if answer.get("method") == "Runtime.exceptionThrown":
                self.complaints.append(answer["params"]["exceptionDetails"])
            if answer.get("id") == mine:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]

    def ask(self, method, **parameters):
        return self._ask(self.socket, method, **parameters)

    def value(self, expression):
        answer = self.ask(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def until(self, expression, seconds=20):
        # Nothing is there yet while the page loads: that is no answer, and no error.
        guarded = f"(() => {{ try {{ return {expression} }} catch {{ return false }} }})()"
        awaited(
            lambda: self.value(guarded), seconds, f"within {seconds} s not so: {expression}")

    def attribute_is(self, name, *values):
        self.until(f"{json.dumps(values)}.includes(document.documentElement.dataset.{name})")

    def click(self, identity):
        self.value(f"document.getElementById('{identity}').click()")

    def key(self, kind, key):
        self.ask(
            "Input.dispatchKeyEvent", type=kind, key=key, code=f"Key{key.upper()}",
            windowsVirtualKeyCode=ord(key.upper()), text=key if kind == "keyDown" else "")

    def show(self):
        """Before the other pages of its window."""
        self.ask("Page.bringToFront")

    def another(self, url, beside):
        """One more page: `beside` this one in a window of its own, or before it in the same."""
        target = self._ask(
            self.browser, "Target.createTarget", url=url, newWindow=beside)["targetId"]
        return View(self.browser, self.port, target)


def open_socket(address):
    # No pings: a browser that is stopped on purpose does not answer.
    return connect(address, max_size=None, ping_interval=None).__enter__()


class Tab(View):
    """The first page of a browser of its own."""

    def __init__(self, program, url):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        # In a group of its own: to kill a browser is to kill all its processes.
        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--no-first-run", "--disable-gpu",
             "--remote-debugging-port=0", f"--user-data-dir={self.folder.name}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        endpoint = self._endpoint()
        browser = open_socket(endpoint)
        self.complaints = []
        targets = self._ask(browser, "Target.getTargets")["targetInfos"]
        target = next(each["targetId"] for each in targets if each["type"] == "page")
        super().__init__(browser, endpoint.split("/")[2], target)
        self.ask("Page.navigate", url=url)

    def _endpoint(self):
        """Where the browser listens, as it writes when it does."""
        file = pathlib.Path(self.folder.name) / "DevToolsActivePort"

        def written():
            lines = file.read_text().split() if file.exists() else []
            return lines if len(lines) == 2 else None

        port, path = awaited(written, 30, "chromium opened no devtools port within 30 s")
        return f"ws://127.0.0.1:{port}{path}"

    # The ways in which a person, or what stands between, can vanish.

    def close_tab(self):
        # Without another the browser would end with it.
        self._ask(self.browser, "Target.createTarget", url="about:blank", background=True)
        self._ask(self.browser, "Target.closeTarget", targetId=self.target)

    def hide(self):
        window = self.ask("Browser.getWindowForTarget")["windowId"]
        self.ask(
            "Browser.setWindowBounds", windowId=window, bounds={"windowState": "minimized"})

    def cut_network(self):
        self.ask("Network.enable")
        self.ask(
            "Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0,
            uploadThroughput=0)

    def freeze(self):
        self.ask("Page.setWebLifecycleState", state="frozen")

    def stop_renderers(self):
        """The page's process stands still, without a word."""
        for process in self._processes("--type=renderer"):
            os.kill(process, signal.SIGSTOP)

    def kill_browser(self):
        os.killpg(self.process.pid, signal.SIGKILL)

    def _processes(self, mark):
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                if os.getpgid(int(entry.name)) == self.process.pid \
                        and mark in (entry / "cmdline").read_bytes().decode():
                    found.append(int(entry.name))
            except OSError:
                continue
        assert found, "no renderer of this browser"
        return found

    def end(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait(10)
        self.folder.cleanup()
