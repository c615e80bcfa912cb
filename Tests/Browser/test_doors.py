"""Who may not come in stays out, arms nothing, and is no burden to the tracker."""

import contextlib
import json
import re
import socket
import statistics
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest

from console import observing, started
from waiting import awaited

CONNECTIONS = 1000


class Script:
    """A program that operates the console past the page."""

    def __init__(self, url):
        self.url = url
        self.token = self.ask("session", {"role": "operator"})["token"]

    def ask(self, path, body=None, **headers):
        fields = {"Content-Type": "application/json", "X-Peakgate": "script",
                  "X-Peakgate-Page": "script-of-a-test"} | headers
        if hasattr(self, "token"):
            fields["Authorization"] = f"Bearer {self.token}"
        text = body if isinstance(body, str) else json.dumps(body or {})
        request = urllib.request.Request(
            f"{self.url}/api/v1/{path}", method="POST", data=text.encode(), headers=fields)
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.loads(response.read() or b"{}")

    def refusal(self, path, body):
        """The status that is answered, and why; a body that is text goes out as it is."""
        try:
            return 200, self.ask(path, body)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def status(self, path, body, **headers):
        try:
            self.ask(path, body, **headers)
            return 200
        except urllib.error.HTTPError as error:
            return error.code


@contextlib.contextmanager
def streaming(request, results, name):
    """A console of its own, connected, whose tracker has results."""
    with started(request, results, name) as console:
        script = Script(console.url)
        script.ask("control")
        script.ask("commands/connect")
        awaited(lambda: metric(console, "tracker_delay_seconds_count", 0) > 100, 30,
                "the tracker has no results")
        yield console, script


def metric(console, name, otherwise=None):
    found = re.search(rf"^peakgate_{re.escape(name)} (\S+)$", console.get("/metrics"), re.M)
    return float(found[1]) if found else otherwise


def raw(console, text=b""):
    where = urllib.parse.urlsplit(console.url)
    connection = socket.create_connection((where.hostname, where.port), timeout=10)
    if text:
        connection.sendall(text)
    return connection


def answer(connection):
    """The status that comes, or None where the console closes instead."""
    try:
        line = connection.recv(4096).split(b"\r\n")[0].split()
        return int(line[1]) if len(line) > 1 else None
    except ConnectionError:
        return None


@pytest.fixture
def own(request, results):
    with streaming(request, results, "doors") as pair:
        yield pair


def test_whatIsNotTakenIsRefusedAndArmsNothing(own):
    console, script = own
    arm = "commands/arm"
    assert script.status(arm, {}, Origin="http://elsewhere.example") == 403
    assert script.status(arm, {}, Host="rebound.example") == 403
    assert script.status(arm, {"x": "y" * 100_000}) == 413
    # Forged by a page: without the header that it cannot set.
    head = b"POST /api/v1/commands/arm HTTP/1.1\r\nHost: localhost\r\n"
    assert answer(raw(console, head + b"Content-Length: 2\r\n\r\n{}")) == 403
    # No HTTP, heads without end, a body that says another length.
    assert answer(raw(console, b"\x16\x03\x01\x02\x00\x01\x00\x01")) in (400, None)
    assert answer(raw(console, head + b"X: " + b"y" * 40_000 + b"\r\n\r\n")) in (400, 413, 431, None)
    assert answer(raw(console, head + b"Content-Length: -1\r\n\r\n")) in (400, None)
    state = console.state()
    assert state["interlock"]["state"] not in ("armed", "enabled")
    assert metric(console, "permits_total") == 0


# Right names of fields, and nothing that could be meant by them.
MALFORMED = [
    ("commands/advance", '{"toMM": "x"}'), ("commands/advance", '{"toMM": NaN}'),
    ("commands/advance", '{"toMM": Infinity}'), ("commands/advance", '{"toMM": 1e999}'),
    ("commands/advance", '{"toMM": 1e300}'), ("commands/advance", '{"toMM": -0.001}'),
    ("commands/advance", '{"toMM": 12.001}'), ("commands/advance", '{"toMM": true}'),
    ("commands/advance", '{"toMM": [1]}'), ("commands/advance", '{"toMM": null}'),
    ("commands/advance", '{"toMM": 1, "depthMM": 2}'), ("commands/advance", '{"tomm": 1}'),
    ("commands/advance", "[1]"), ("commands/advance", "1"), ("commands/advance", ""),
    ("commands/advance", '{"toMM": 1'), ("commands/retract", '{"toMM": "x"}'),
    ("commands/retract", '{"tomm": 3}'), ("commands/acknowledge", '{"fault": 3}'),
    ("commands/acknowledge", "{}"), ("stop/reset", '{"stop": 1}'), ("stop/reset", "{}"),
    ("rig/turn", '{"byDeg": "x"}'), ("rig/turn", '{"byDeg": 1e9}'), ("rig/turn", "{}"),
    ("rig/turn", '{"byDeg": 1, "speedDegPerS": "fast"}'), ("rig/move", '{"byMM": NaN}'),
    ("rig/move", '{"byMM": 1e9}'), ("rig/switch", '{"held": "yes"}'), ("rig/switch", '{"held": 1}'),
    ("session", '{"role": "master"}'), ("session", '{"role": 1}'), ("session", "{}"),
]


def test_bodyThatMeansNothingIsAnsweredWith400AndChangesNothing(own):
    """By the holder of control, so that nothing else could be the reason."""
    console, script = own
    script.ask("control")
    before = console.state()
    for path, body in MALFORMED:
        script.ask("control")
        status, refusal = script.refusal(path, body)
        assert status == 400, f"{path} {body}: {status} {refusal}"
        assert refusal["kind"] == "malformed", f"{path} {body}: {refusal}"
        assert all(reason["remedy"] for reason in refusal["reasons"]), refusal
    after = console.state()
    for part in ("stop", "device"):
        assert after[part] == before[part]
    assert after["control"]["holder"] == before["control"]["holder"]
    assert after["interlock"]["state"] == before["interlock"]["state"]
    assert after["handle"]["rollDeg"] == before["handle"]["rollDeg"]
    assert after["handle"]["levelMM"] == before["handle"]["levelMM"]
    assert after["needle"]["switchHeld"] is False and after["needle"]["depthMM"] == 0


# Half a minute for the head, as long again for the body, and some to spare.
LET_GO = 75


@pytest.mark.live
@pytest.mark.parametrize("text", [
    b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    b"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nX-Peakgate: slow\r\n"
    b"Content-Length: 4000\r\n\r\n",
], ids=["head", "body"])
def test_requestThatTricklesIsLetGo(console, text, figures):
    """A byte now and then keeps a connection no longer than any other request."""
    begun = time.monotonic()
    with raw(console, text) as connection:
        # Waits for what the server says for as long as a byte is due, and sends the next.
        connection.settimeout(1)
        while time.monotonic() - begun < LET_GO:
            try:
                said = connection.recv(4096)
                if said == b"":
                    break
            except TimeoutError:
                with contextlib.suppress(OSError):
                    connection.sendall(b"y")
            except ConnectionError:
                break
        else:
            raise AssertionError(f"still connected after {LET_GO} s")
    figures(f"closed by the server after {time.monotonic() - begun:.0f} s")


@pytest.mark.live
def test_aThousandConnectionsAndSlowOnesAreNoBurden(own, figures):
    console, _ = own
    late = [metric(console, name) for name in ("tracker_overruns_total", "frames_lost_total")]
    frames = metric(console, "frames_total")
    held = [raw(console) for _ in range(CONNECTIONS)]
    # Half a request each, and no more: those that were let in.
    for connection in held:
        with contextlib.suppress(OSError):
            connection.sendall(b"GET /healthz HT")
    # One more is heard all the same, if it stops.
    assert answer(raw(console, b"POST /api/v1/stop HTTP/1.1\r\nHost: localhost\r\n\r\n")) == 200
    closed = sum(is_closed(connection) for connection in held)
    for connection in held:
        connection.close()
    assert closed >= CONNECTIONS - 128
    # The console is itself again, and a stop is heard.
    awaited(lambda: answers(console), 30, "no answer after the connections were closed")
    assert metric(console, "connections_refused_total") >= CONNECTIONS - 128
    assert console.post("stop")[0] == 200
    assert console.state()["interlock"]["state"] not in ("armed", "enabled")
    assert metric(console, "frames_total") > frames
    assert late == [metric(console, name) for name in ("tracker_overruns_total", "frames_lost_total")]
    figures(f"{closed} of {CONNECTIONS} connections closed at once, tracker: none lost, none overrun")


def is_closed(connection):
    connection.settimeout(0.05)
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def answers(console):
    try:
        console.state()
        return True
    except OSError:
        return False


@pytest.mark.live
def test_twentyObserversDoNotHoldTheTrackerUp(request, results, figures):
    """The tracker's 99 % over so many seconds without observers and with 20, in turn."""
    seconds = request.config.getoption("--seconds")
    ratios, lines = [], []
    for pair in range(3):
        without = delay(request, results, 0, seconds)
        among = delay(request, results, 20, seconds)
        ratios.append(among / without)
        lines.append(f"{without * 1e6:.0f} and {among * 1e6:.0f} us")
    figures(
        f"tracker's 99 % without and with 20 observers, {seconds} s each: {', '.join(lines)}; "
        f"ratio {statistics.median(ratios):.2f}")
    assert statistics.median(ratios) <= 1.1


def delay(request, results, observers, seconds):
    with streaming(request, results, "observers") as (console, _):
        with observing(console.url, observers) as counts:
            frames = metric(console, "tracker_delay_seconds_count")
            awaited(
                lambda: metric(console, "tracker_delay_seconds_count") > frames + 900 * seconds,
                3 * seconds + 10, "the tracker has fallen behind")
            most = metric(console, 'tracker_delay_seconds{quantile="0.99"}')
            assert metric(console, "tracker_overruns_total") == 0
        assert all(count > 10 * seconds for count in counts), counts
        return most
