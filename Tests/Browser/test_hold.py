"""Hold to enable, with mouse and finger: held by the console's own word, and not a moment longer."""

import pytest
from playwright.sync_api import expect

from console import switch_is_held, switch_is_open

# Control lapses after a second without a beat, on a slow machine too.
pytestmark = pytest.mark.live


@pytest.fixture
def ready(operator):
    operator.ready_to_hold()
    return operator


def pressed(page, isHeld):
    expect(page.locator("#hold")).to_have_attribute("aria-pressed", str(isHeld).lower())


def middle(page):
    page.locator("#hold").scroll_into_view_if_needed()
    box = page.locator("#hold").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_mouseHoldsAsLongAsItIsDown(ready):
    page = ready.page
    page.mouse.move(*middle(page))
    page.mouse.down()
    pressed(page, True)
    ready.console.until(switch_is_held)
    # Wherever the pointer goes meanwhile: it was pressed there, and is not let go.
    page.mouse.move(5, 5)
    pressed(page, True)
    page.mouse.up()
    pressed(page, False)
    ready.console.until(switch_is_open)


def test_otherButtonsOfAMouseHoldNothing(ready):
    page = ready.page
    page.mouse.move(*middle(page))
    page.mouse.down(button="right")
    pressed(page, False)
    page.mouse.up(button="right")
    assert not switch_is_held(ready.console.state())


@pytest.mark.parametrize("end", ["touchEnd", "touchCancel"])
def test_fingerHoldsUntilItIsLiftedOrTakenAway(ready, end):
    """Taken away, as when the system makes a gesture of it: pointercancel."""
    page = ready.page
    session = page.context.new_cdp_session(page)
    x, y = middle(page)
    page.evaluate("""() => document.getElementById("hold").addEventListener(
      "pointercancel", () => { window.wasCancelled = true; })""")
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [
        {"x": x, "y": y}]})
    pressed(page, True)
    ready.console.until(switch_is_held)
    session.send("Input.dispatchTouchEvent", {"type": end, "touchPoints": []})
    pressed(page, False)
    ready.console.until(switch_is_open)
    assert page.evaluate("window.wasCancelled === true") == (end == "touchCancel")


def test_windowThatLosesTheFocusLetsGo(holding):
    """No key is seen to come up any more."""
    holding.page.evaluate("window.dispatchEvent(new Event('blur'))")
    pressed(holding.page, False)
    holding.console.until(switch_is_open)
