"""A network that swallows requests: the stop is asked for again, and nothing is held meanwhile.

Requests are swallowed by this test's own thread, while it waits for the page: nothing else may be
waited for meanwhile.
"""

import pytest
from playwright.sync_api import expect

from conftest import CHROMIUM
from console import Observer, switch_is_open
from operating import SOON
from tab import Tab

# Control lapses after a second without a beat, on a slow machine too.
pytestmark = pytest.mark.live


class Swallow:
    """Takes requests of one path and method and never answers, until it is let through."""

    def __init__(self, page, path, method="POST", first=None):
        self.taken = 0
        self.first = first
        self.method = method
        self.page = page
        self.pattern = f"**/api/v1/{path}"
        page.route(self.pattern, self._take)

    def _take(self, route):
        if route.request.method != self.method or self.taken == self.first:
            return route.continue_()
        self.taken += 1

    def end(self):
        self.page.unroute(self.pattern)


def test_stopIsAskedAgainWhileItsFirstRequestHangs(operator):
    operator.open()
    swallow = Swallow(operator.page, "stop", first=2)
    operator.page.keyboard.press("Escape")
    operator.state_is("stopped")
    assert operator.console.state()["stop"]["active"]
    assert swallow.taken == 2


def test_beatThatHangsIsFollowedByAnotherBeforeControlLapses(operator):
    operator.open()
    operator.take_control()
    swallow = Swallow(operator.page, "control", "PUT", first=1)
    with Observer(operator.console.url) as observer:
        silent = 0
        for state in observer.states():
            assert state["control"]["held"], "control lapsed for one beat that hung"
            silence = state["control"]["silentMs"]
            # The one that hangs is a longer silence than ever else, and the next is its end.
            if silent > 400 and silence < 200:
                break
            silent = max(silent, silence)
            operator.page.evaluate("0")  # Lets the routes of this page be called.
    assert swallow.taken == 1
    expect(operator.page.locator("html")).to_have_attribute("data-control", "mine")


def test_noBeatFollowsOneThatHungWhenControlWasGivenBackMeanwhile(operator):
    operator.open()
    operator.take_control()
    swallow = Swallow(operator.page, "control", "PUT", first=1)
    with operator.page.expect_request(lambda request: request.method == "PUT"):
        pass
    beats = []
    operator.page.on("request", lambda request: beats.append(request.url)
                     if request.method == "PUT" else None)
    operator.page.click("#take")
    expect(operator.page.locator("html")).to_have_attribute("data-control", "none")
    operator.page.wait_for_timeout(1_000)  # A span to watch: the one that hung is let go in it.
    assert swallow.taken == 1
    assert beats == []


def test_pageWhoseBeatsAllHangGivesUpAsTheServerDoes(operator):
    operator.open()
    operator.take_control()
    Swallow(operator.page, "control", "PUT")
    expect(operator.page.locator("#take")).to_have_text("Take control", timeout=5_000)
    assert not operator.console.until(lambda state: not state["control"]["held"])["control"]["held"]
    expect(operator.page.locator("html")).to_have_attribute("data-control", "none")


def test_releaseIsSaidUntilItIsHeard(holding):
    swallow = Swallow(holding.page, "commands/release", first=1)
    holding.page.evaluate("""() => {
      const hold = document.getElementById("hold");
      window.said = [];
      new MutationObserver(() => said.push(hold.textContent)).observe(hold, { childList: true });
    }""")
    with holding.page.expect_response("**/commands/release"):
        holding.page.keyboard.up("e")
    expect(holding.page.locator("#hold")).to_have_text("Hold to enable")
    assert holding.page.evaluate("said") == [
        "Hold to enable", "Let go; the server has not answered", "Hold to enable"]
    assert swallow.taken == 1
    holding.console.until(switch_is_open)
    # Heard in time: control goes on.
    expect(holding.page.locator("html")).to_have_attribute("data-control", "mine")
    assert holding.console.state()["control"]["held"]


def test_releaseThatIsNeverHeardSilencesThePageSoThatTheDeadManEndsIt(holding):
    """The release alone is lost; beats would go through, and keep the switch held."""
    swallow = Swallow(holding.page, "commands/release")
    beats = []
    holding.page.on("request", lambda request: beats.append(request.method)
                    if request.url.endswith("/control") else None)
    holding.page.keyboard.up("e")
    expect(holding.page.locator("#hold")).to_have_text("Let go; the server has not answered")
    beats.clear()
    # A press meanwhile holds nothing: the release has not been heard.
    holding.page.keyboard.press("e")
    expect(holding.page.locator("#hold")).to_have_attribute("aria-pressed", "false")
    state = holding.console.until(lambda state: not state["control"]["held"], 5)
    assert "PUT" not in beats
    assert switch_is_open(holding.console.until(switch_is_open, 5)), state
    swallow.end()
    expect(holding.page.locator("#hold")).to_have_text("Hold to enable", timeout=SOON)


# A browser has six connections to a server for all its pages: six streams leave none for a stop.
@pytest.mark.parametrize("beside", [False, True], ids=["hidden", "in sight"])
def test_stopGoesThroughWithFiveOtherPagesOpen(fresh, beside):
    tab = Tab(CHROMIUM, fresh.url)
    try:
        tab.attribute_is("link", "live")
        others = [tab.another(fresh.url, beside) for _ in range(5)]
        for other in others:
            other.attribute_is("link", "live" if beside or other is others[-1] else "unknown")
        if not beside:
            tab.attribute_is("link", "unknown")
            tab.show()
            others[-1].attribute_is("link", "unknown")
        # A page that is shown again hears the server again.
        tab.attribute_is("link", "live")
        tab.click("stop")
        fresh.until(lambda state: state["stop"]["active"], 5)
        tab.attribute_is("state", "stopped")
        for each in (tab, *others):
            assert each.complaints == []
    finally:
        tab.end()
