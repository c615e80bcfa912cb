"""The rig of an emulated console, as a test reaches it: over its link, out of band."""

import json
import socket
import subprocess
import time


class Rig:
    """The rig's link: one JSON object a line."""

    def __init__(self, address, console):
        kind, _, rest = address.partition(":")
        if kind == "unix":
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.connect(rest)
        else:
            host, _, port = rest.rpartition(":")
            self.socket = socket.create_connection((host, int(port)))
        self.console = console
        self.lines = self.socket.makefile("r")
        self.newest = 0

    def ask(self, action):
        self.newest += 1
        request = {"id": self.newest, "console": self.console, "action": action}
        self.socket.sendall((json.dumps(request) + "\n").encode())
        while True:
            line = self.lines.readline()
            if not line:
                raise ConnectionError("the rig has gone away")
            reply = json.loads(line)
            if reply.get("error"):
                raise RuntimeError(reply["error"])
            if reply.get("id") == self.newest:
                return reply["state"]

    def look(self):
        return self.ask({"look": {}})


def off_instant(state):
    """When the drive last went off, ns on the machine's monotonic clock; None while it is on."""
    report = state["report"]
    if report["isEnergised"] or report.get("driveOffAt") is None:
        return None
    return state["startedAt"] + int(report["driveOffAt"] * 1e9)


def await_console(options):
    """Until the console that was plugged in again is there to be opened, or 10 s are over."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        found = subprocess.run([options.peakgate, "devices", "--json"], capture_output=True, text=True)
        if any(device["backend"] == "usb" and device["access"] == "ready"
               for device in json.loads(found.stdout or "[]")):
            return
        time.sleep(0.1)
