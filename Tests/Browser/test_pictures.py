"""Pictures to look at, in every state, size and theme: results/browser/*.png."""

import re

import pytest
from playwright.sync_api import expect

from operating import SOON
from test_access import SIZES


@pytest.fixture(scope="module")
def pictures(browser, console, results):
    """Takes the picture of one state in all sizes and both themes."""
    def take(page, state):
        for name, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            for theme in ("dark", "light"):
                if page.locator("html").get_attribute("data-theme") != theme:
                    page.locator("#theme").focus()
                    page.keyboard.press("Enter")
                page.evaluate("scrollTo(0, 0)")
                # Two frames of the screen: one for the size, one for what is drawn in it.
                page.evaluate("""() => new Promise((resume) =>
                  requestAnimationFrame(() => requestAnimationFrame(resume)))""")
                path = results / f"{name}-{theme}-{state}.png"
                page.screenshot(path=path)
                assert path.stat().st_size > 10_000
        page.set_viewport_size({"width": 1280, "height": 900})
    return take


def test_picturesOfACrossing(operator, pictures):
    page = operator.page
    operator.open()
    operator.take_control()
    operator.connect()
    operator.make_healthy()
    page.click("#begin-search")
    page.click("#arm")
    expect(page.locator("#refusal")).to_be_visible()
    pictures(page, "refused")
    operator.follow_guidance()
    operator.arm()
    operator.hold()
    operator.state_is("enabled")
    operator.let_go()
    pictures(page, "aligned")
    operator.press_stop()
    pictures(page, "stopped")
    operator.page.check("#reset-ready")
    operator.page.click("#reset")
    expect(page.locator("#stop-banner")).to_be_hidden(timeout=SOON)
