"""Pictures to look at, in every state, size and theme: results/browser/*.png."""

import pytest
from playwright.sync_api import expect

from operating import SOON


def test_picturesOfWhatIsRefusedAndStopped(operator, pictures):
    page = operator.page
    operator.open()
    operator.take_control()
    operator.connect()
    operator.make_healthy()
    page.click("#begin-search")
    page.click("#arm")
    expect(page.locator("#refusal")).to_be_visible()
    pictures(page, "refused")
    operator.press_stop()
    pictures(page, "stopped")
    operator.page.check("#reset-ready")
    operator.page.click("#reset")
    expect(page.locator("#stop-banner")).to_be_hidden(timeout=SOON)


@pytest.mark.live
def test_picturesOfACrossing(operator, pictures):
    operator.ready_to_arm()
    operator.arm()
    operator.hold()
    operator.state_is("enabled")
    operator.let_go()
    pictures(operator.page, "aligned")
