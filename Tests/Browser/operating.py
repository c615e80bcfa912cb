"""What a person does on the page, and nothing else: from connect to the needle in the vein."""

import re

from playwright.sync_api import expect

from console import switch_is_open

# What a search and a crossing may take, ms; the simulated rig runs in real time.
SEARCH = 120_000
SOON = 15_000


class Operator:
    """A person at a page. Waits for conditions, never for time."""

    def __init__(self, page, console):
        self.page = page
        self.console = console

    def open(self):
        self.page.goto(self.console.url)
        expect(self.page.locator("html")).to_have_attribute("data-link", "live", timeout=SOON)

    def state_is(self, *states, timeout=SOON):
        expect(self.page.locator("html")).to_have_attribute(
            "data-state", re.compile("^(" + "|".join(states) + ")$"), timeout=timeout)

    def state(self):
        return self.page.locator("html").get_attribute("data-state")

    def take_control(self):
        """Every press has to be granted. A machine that hangs for a second lets it lapse: then again."""
        root = self.page.locator("html")
        if root.get_attribute("data-control") == "mine":
            return
        for _ in range(3):
            # Who held it before may just have gone; the server waits a second for such.
            self.console.until(lambda state: not state["control"]["held"])
            with self.page.expect_response(
                lambda response: response.url.endswith("/api/v1/control")
                and response.request.method == "POST") as answer:
                self.page.click("#take")
            assert answer.value.ok, answer.value.text()
            try:
                expect(root).to_have_attribute("data-control", "mine", timeout=5_000)
                return
            except AssertionError:
                continue
        raise AssertionError("control was granted three times, and lapsed each time")

    def connect(self):
        self.page.click("#connect")
        expect(self.page.locator("#fact-link")).to_have_text(
            re.compile("live, connected"), timeout=SOON)

    def make_healthy(self):
        """To LOCKED: resets a stop, proves the trips, and acknowledges what is latched."""
        if self.page.locator("#stop-banner").is_visible():
            self.reset_stop()
        if self.check("console.self_test").get_attribute("data-verdict") != "pass":
            self.page.click("#self-test")
        expect(self.check("console.self_test")).to_have_attribute(
            "data-verdict", "pass", timeout=SOON)
        if self.state() == "faulted":
            # The standing checks come good when the console has told all about itself.
            expect(self.page.locator('tr[data-verdict="pass"]')).not_to_have_count(0)
            for _ in range(20):
                self.page.click("#acknowledge")
                try:
                    self.state_is("locked", timeout=500)
                    return
                except AssertionError:
                    continue
        if self.state() in ("armed", "enabled"):
            self.page.click("#disarm")
        self.state_is("locked")

    def ready_to_hold(self):
        """Control, a connection, and no stop: enough for the enable switch."""
        self.open()
        self.take_control()
        self.connect()
        if self.page.locator("#stop-banner").is_visible():
            self.reset_stop()
        self.console.until(switch_is_open)

    def reset_stop(self):
        self.page.check("#reset-ready")
        self.page.click("#reset")
        expect(self.page.locator("#stop-banner")).to_be_hidden(timeout=SOON)

    def check(self, identity):
        return self.page.locator(f'tr[data-check="{identity}"]')

    def follow_guidance(self):
        """A search from its beginning to its end, with the handle as the guidance says."""
        self.page.click("#begin-search")
        if self.page.locator("#follow").get_attribute("aria-pressed") != "true":
            self.page.click("#follow")
        expect(self.page.locator("#guide-note")).to_have_text(
            re.compile("^aligned"), timeout=SEARCH)
        self.page.click("#finish-search")
        if self.page.locator("#follow").get_attribute("aria-pressed") == "true":
            self.page.click("#follow")

    def arm(self):
        self.page.click("#arm")
        self.state_is("armed", "enabled")

    def set_depth(self, millimetres):
        self.page.fill("#depth", str(millimetres))
        self.page.locator("#depth").press("Tab")

    def hold(self):
        self.page.locator("#hold").focus()
        self.page.keyboard.down("e")
        expect(self.page.locator("#hold")).to_have_attribute("aria-pressed", "true")

    def let_go(self):
        self.page.keyboard.up("e")
        expect(self.page.locator("#hold")).to_have_attribute("aria-pressed", "false")

    def ready_to_arm(self):
        """Everything up to a finished search."""
        self.open()
        self.take_control()
        self.connect()
        self.make_healthy()
        if self.check("alignment.peak").get_attribute("data-verdict") != "pass":
            self.follow_guidance()

    def advance_to(self, millimetres):
        """Armed and held, on its way: returns once the drive is on."""
        self.arm()
        self.set_depth(millimetres)
        self.hold()
        self.state_is("enabled")
        self.page.click("#advance")
        expect(self.page.locator("#needle-drive")).to_have_text("ON", timeout=SOON)

    def press_stop(self):
        self.page.keyboard.press("Escape")
        self.state_is("stopped")
