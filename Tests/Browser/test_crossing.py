"""From connect to the needle in the vein by the page alone, and what is refused on the way."""

import re

import pytest
from playwright.sync_api import expect

from console import drive_is_off
from operating import Operator, SOON


def test_armingIsRefusedWithEveryReasonBeforeASearch(operator):
    page = operator.page
    operator.open()
    operator.take_control()
    operator.connect()
    operator.make_healthy()
    page.click("#begin-search")
    page.click("#arm")
    expect(page.locator("#refusal")).to_be_visible()
    refused = page.locator("#refusal-list")
    expect(refused).to_contain_text("alignment.bracketed")
    # Each with what to do about it.
    for reason in refused.locator("li").all_text_contents():
        assert re.search(r"→ \S+", reason), reason
    operator.state_is("locked")
    assert drive_is_off(operator.console.state())


def test_whoHasNoControlCommandsNothing(operator):
    operator.open()
    operator.console.until(lambda state: not state["control"]["held"])
    before = operator.state()
    for button in ("connect", "begin-search", "arm", "advance", "retract"):
        operator.page.click(f"#{button}")
        expect(operator.page.locator("#refusal")).to_be_visible()
        assert operator.state() == before
    status, _ = operator.console.post("commands/arm")
    assert status in (401, 403, 409)


@pytest.mark.live
def test_needleGoesIntoTheVeinByThePageAlone(operator, figures):
    page = operator.page
    operator.ready_to_arm()
    target = float(page.locator("#figure-distance").inner_text().split()[0])
    operator.advance_to(target)
    operator.console.until(
        lambda state: abs((state["needle"] or {}).get("depthMM", 99) - target) < 0.3)
    # Held, the drive stays on where it is; let go, it does not.
    operator.let_go()
    expect(page.locator("#needle-drive")).to_have_text("off", timeout=SOON)
    depth = float(page.locator("#needle-depth").inner_text().split()[0])
    figures(f"target {target:.2f} mm, needle {depth:.2f} mm")
    assert abs(depth - target) < 0.3
    page.click("#disarm")
    operator.state_is("locked", "faulted")
    # Back again for the tests that follow.
    operator.hold()
    page.click("#retract")
    expect(page.locator("#needle-depth")).to_have_text(
        re.compile(r"^[−]?0\.0\d mm"), timeout=SOON)
    operator.let_go()


def test_stopWorksBeforeAnyoneIsConnected(fresh, page):
    """No session, no control, no device."""
    operator = Operator(page, fresh)
    operator.open()
    assert fresh.state()["connection"]["state"] == "closed"
    page.click("#stop")
    operator.state_is("stopped")
    stopped = fresh.until(lambda state: state["stop"]["active"])
    assert stopped["connection"]["state"] == "closed" and stopped["control"]["held"] is False
    # Nothing reads the drive back yet: nothing is said of it.
    expect(page.locator("#stop-text")).to_contain_text("The drive is UNKNOWN.")


@pytest.mark.parametrize("state", ["faulted", "stopped"] + [
    pytest.param(state, marks=pytest.mark.live)
    for state in ("searching", "locked", "armed", "enabled", "advancing", "retracting")])
def test_stopWorksFromEveryState(operator, state):
    page = operator.page
    operator.open()
    operator.take_control()
    operator.connect()
    if state == "searching":
        operator.make_healthy()
        page.click("#begin-search")
        page.click("#follow")
        expect(page.locator("#rig-position")).to_contain_text("moving", timeout=SOON)
    elif state in ("locked", "armed", "enabled"):
        operator.ready_to_arm()
        if state != "locked":
            operator.arm()
        if state == "enabled":
            operator.hold()
            operator.state_is("enabled")
    elif state in ("advancing", "retracting"):
        operator.ready_to_arm()
        operator.hold()
        page.click("#retract")
        operator.console.until(lambda state: depth(state) < 0.1 and drive_is_off(state))
        operator.let_go()
        operator.advance_to(11)
        if state == "retracting":
            operator.console.until(lambda state: depth(state) > 6)
            page.click("#disarm")
            page.click("#retract")
            # On its way back, and far from its end.
            operator.console.until(lambda state: depth(state) < 5.5)
    elif state == "stopped":
        operator.press_stop()
    page.keyboard.press("Escape")
    operator.state_is("stopped")
    stopped = operator.console.until(lambda state: state["stop"]["active"] and drive_is_off(state))
    assert stopped["interlock"]["state"] in ("faulted", "locked")
    if state in ("advancing", "retracting"):
        # It was on its way, and stands where the stop met it.
        later = operator.console.until(lambda state: state["sequence"] > stopped["sequence"] + 15)
        assert 0.1 < depth(later) < 10.9 and abs(depth(later) - depth(stopped)) < 0.3
    expect(page.locator("#hold")).to_have_attribute("aria-pressed", "false")


def depth(state):
    return (state["needle"] or {}).get("depthMM", 99)


def test_stopOfAnObserverWorksAndOnlyControlResetsIt(operator, browser):
    operator.open()
    operator.page.locator("#stop").click()
    operator.state_is("stopped")
    operator.page.check("#reset-ready")
    operator.page.click("#reset")
    expect(operator.page.locator("#refusal")).to_be_visible()
    operator.state_is("stopped")
    operator.take_control()
    operator.page.check("#reset-ready")
    operator.page.click("#reset")
    expect(operator.page.locator("#stop-banner")).to_be_hidden(timeout=SOON)


def test_twoOperatorsCannotHoldControlAtOnce(operator, browser):
    operator.open()
    operator.take_control()
    other = browser.new_context().new_page()
    other.goto(operator.console.url)
    expect(other.locator("html")).to_have_attribute("data-link", "live", timeout=SOON)
    other.click("#take")
    expect(other.locator("#refusal")).to_be_visible()
    expect(other.locator("html")).to_have_attribute("data-control", "none")
    operator.page.click("#take")
    expect(operator.page.locator("html")).to_have_attribute("data-control", "none")
    other.click("#take")
    expect(other.locator("html")).to_have_attribute("data-control", "mine", timeout=SOON)
    other.context.close()
