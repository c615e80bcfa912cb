"""Control belongs to one page: a second tab of the same browser is somebody else."""

import re

import pytest
from playwright.sync_api import expect

from operating import SOON, Operator

# Control lapses after a second without a beat, on a slow machine too.
pytestmark = pytest.mark.live


def test_aSecondTabOfTheSameBrowserIsRefusedControlAndDoesNotBeatForTheFirst(operator, console):
    first = operator.page
    operator.open()
    operator.take_control()
    other = Operator(first.context.new_page(), console)
    other.open()
    html = other.page.locator("html")
    expect(html).not_to_have_attribute("data-control", "mine")
    with other.page.expect_response(re.compile("/api/v1/control$")) as answered:
        other.page.click("#take")
    # The browser sends the same cookie for both: what differs is the page's own name.
    assert answered.value.status == 409
    assert answered.value.json()["reasons"][0]["id"] == "console.control"
    expect(html).not_to_have_attribute("data-control", "mine")
    expect(first.locator("html")).to_have_attribute("data-control", "mine")
    # Once the first is gone control lapses, and the second may have it.
    first.close()
    console.until(lambda state: not state["control"]["held"])
    other.page.click("#take")
    expect(html).to_have_attribute("data-control", "mine", timeout=SOON)
    other.page.close()
