"""A console to test against, and what it says of itself when asked past the page."""

import contextlib
import http.client
import json
import os
import pathlib
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request

import pytest

from waiting import awaited


@contextlib.contextmanager
def started(request, results, name, port=None):
    """A console of a test's own, on the simulated rig; what it says lies in console-NAME.log."""
    if request.config.getoption("--url"):
        pytest.skip("only with a console that it starts itself")
    with open(results / f"console-{name}.log", "w") as log:
        console = Console(program=request.config.getoption("--program"), log=log, port=port)
        try:
            yield console
        finally:
            console.stop()


class Console:
    """`peakgate console` on the simulated rig, or a server that runs already.

    Everything here is a second opinion: it reads the server's own states, never the page's.
    """

    def __init__(self, url=None, program=None, log=None, port=None):
        self.process = None
        if url is None:
            port = port or free_port()
            url = f"http://127.0.0.1:{port}"
            self.process = subprocess.Popen(
                [program, "console", "--backend", "simulated", "--listen", f"127.0.0.1:{port}"],
                stdout=log, stderr=subprocess.STDOUT)
        self.url = url.rstrip("/")
        self.wait_until_up()

    def wait_until_up(self):
        """Returns once the server answers; fails when it ends first, or within 30 s."""
        def answers():
            if self.process is not None and self.process.poll() is not None:
                raise AssertionError(
                    f"the console ended with {self.process.returncode}: see its log")
            try:
                self.state()
                return True
            except OSError:
                return False

        awaited(answers, 30, f"no answer from {self.url} within 30 s")

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()

    def resident_bytes(self):
        """Memory of the server's process; only of one that was started here."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()
        return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")

    def get(self, path):
        with urllib.request.urlopen(f"{self.url}{path}", timeout=5) as response:
            return response.read().decode()

    def state(self):
        return json.loads(self.get("/api/v1/state"))

    def post(self, path, body=None):
        """As somebody without a session; what is answered, and with which status."""
        request = urllib.request.Request(
            f"{self.url}/api/v1/{path}", method="POST", data=json.dumps(body or {}).encode(),
            headers={"Content-Type": "application/json", "X-Peakgate": "console"})
        try:
            with urllib.request.urlopen(request, timeout=5) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def until(self, condition, seconds=30):
        """The first state of the stream that satisfies `condition`."""
        with Observer(self.url) as observer:
            return observer.until(condition, seconds)


class Observer:
    """One more reader of the stream of states."""

    def __init__(self, url):
        where = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(where.hostname, where.port, timeout=10)
        self.connection.request("GET", "/api/v1/events", headers={"Accept": "text/event-stream"})
        self.stream = self.connection.getresponse()
        assert self.stream.status == 200, f"events: {self.stream.status}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def states(self):
        kind, data = None, []
        while line := self.stream.readline().decode():
            line = line.rstrip("\r\n")
            if line.startswith("event:"):
                kind = line[6:].strip()
            elif line.startswith("data:"):
                data.append(line[5:].strip())
            elif line == "":
                if kind == "state" and data:
                    yield json.loads("\n".join(data))
                kind, data = None, []

    def until(self, condition, seconds=30):
        end = time.monotonic() + seconds
        state = None
        for state in self.states():
            if condition(state):
                return state
            if time.monotonic() > end:
                break
        raise AssertionError(f"within {seconds} s: not so; last: {brief(state)}")


@contextlib.contextmanager
def observing(url, observers):
    """So many readers of the stream of states; yields how many states each has read so far."""
    counts = [0] * observers
    end = threading.Event()

    def read(index):
        with Observer(url) as observer:
            for _ in observer.states():
                counts[index] += 1
                if end.is_set():
                    return

    threads = [threading.Thread(target=read, args=(index,)) for index in range(observers)]
    for thread in threads:
        thread.start()
    try:
        yield counts
    finally:
        end.set()
        for thread in threads:
            thread.join()


def drive_is_on(state):
    return (state["needle"] or {}).get("driveOn") is True


def drive_is_off(state):
    """Known to be off: what is not known does not count."""
    return (state["needle"] or {}).get("driveOn") is False


def switch_is_held(state):
    return (state["needle"] or {}).get("switchHeld") is True


def switch_is_open(state):
    """Known to be open."""
    return (state["needle"] or {}).get("switchHeld") is False


def server_seconds(state):
    """The server's wall clock when it made the state; it is this machine's."""
    return state["time"]["unixMs"] / 1000


def brief(state):
    if state is None:
        return "no state came"
    told = ("connection", "stop", "control", "needle", "handle")
    return {key: state.get(key) for key in told} | {
        "interlock": state["interlock"]["state"], "fault": state["interlock"].get("fault")}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
