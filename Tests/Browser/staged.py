"""A page whose states a test makes up: for what a bench cannot be brought to when a test wants it."""

import copy
import json
import pathlib

from playwright.sync_api import expect

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "Sources/OperatorConsole/example-state.json"

# In place of the stream from the server: every 33 ms the state that the test chose, with the time
# at which it is made, less what it is said to have been on its way.
STREAM = """(() => {
  const stage = window.stage = { source: null, state: null, sequence: 0, lateMs: 0, opened: 0, isStill: false };
  window.EventSource = class extends EventTarget {
    constructor() { super(); stage.source = this; stage.opened += 1; }
    close() { if (stage.source === this) stage.source = null; }
  };
  stage.tell = (type, data, lastEventId = "") => stage.source?.dispatchEvent(
    new MessageEvent(type, { data: JSON.stringify(data), lastEventId }));
  stage.send = () => {
    if (!stage.state) return;
    const now = performance.now();
    if (!stage.isStill) {
      stage.sequence += 1;
      stage.time = { unixMs: Date.now(), monotonicMs: now, madeMs: now - stage.lateMs };
    }
    stage.tell("state", { ...stage.state, sequence: stage.sequence, time: stage.time });
  };
  setInterval(stage.send, 33);
})()"""


class Stage:
    """Requests still go to the console; what the page shows is what the test says."""

    def __init__(self, page, console):
        self.page = page
        page.add_init_script(STREAM)
        page.goto(console.url)

    def show(self, **changes):
        """The example of the contract with these parts of it changed: None leaves a part out."""
        state = copy.deepcopy(json.loads(EXAMPLE.read_text()))
        for name, value in changes.items():
            if isinstance(value, dict) and isinstance(state.get(name), dict):
                state[name] |= value
            elif value is None:
                state.pop(name, None)
            else:
                state[name] = value
        self.page.evaluate("(state) => { stage.state = state; }", state)
        expect(self.page.locator("html")).to_have_attribute("data-link", "live")
        # What was chosen is on the screen once two more states were drawn.
        self.page.evaluate("""() => new Promise((resume) => {
          const from = stage.sequence;
          window.addEventListener("peakgate:drawn", function seen(event) {
            if (event.detail.sequence < from + 2) return;
            window.removeEventListener("peakgate:drawn", seen);
            resume();
          });
        })""")

    def fall_silent(self):
        self.page.evaluate("stage.state = null")
        expect(self.page.locator("html")).to_have_attribute("data-link", "unknown")

    def log(self, number, level, text):
        self.page.evaluate(
            "([number, level, text]) => stage.tell('log', "
            "{ number, time: Date.now(), level, text }, `test-${number}`)",
            [number, level, text])


FAULT = {
    "state": "faulted",
    "fault": {
        "id": "console.drive_readback", "title": "drive readback", "value": "on", "limit": "off",
        "remedy": "switch the bench off"},
}
STOPPED = {"active": True, "id": "stop-1", "by": "somebody"}
