"""What is shown when the server freezes, goes, or comes back: UNKNOWN, and never the last value."""

import os
import signal
import urllib.parse

import pytest
from playwright.sync_api import expect

from console import started
from operating import Operator

pytestmark = pytest.mark.live

# When the page last had a state, and when it said UNKNOWN, by the page's own clock.
WATCH = """() => {
  window.told = new Promise((resolve) => new MutationObserver(() => {
    if (document.documentElement.dataset.link === "unknown") resolve(performance.now());
  }).observe(document.documentElement, { attributes: true }));
  window.addEventListener("peakgate:drawn", (event) => {
    if (event.detail.sequence !== window.lastSequence) {
      window.lastSequence = event.detail.sequence;
      window.lastAt = performance.now();
    }
  });
}"""


@pytest.fixture
def own(request, results):
    """A console that this test may freeze and kill."""
    with started(request, results, "link") as console:
        yield console
        if console.process.poll() is None:
            os.kill(console.process.pid, signal.SIGCONT)


def test_frozenServerIsUnknownWithin300ms(own, page, pictures, figures):
    operator = Operator(page, own)
    operator.open()
    operator.take_control()
    operator.connect()
    # Something must be there that could be shown on as if it still held.
    expect(page.locator('tr[data-verdict="pass"]')).not_to_have_count(0)
    html = page.locator("html")
    page.evaluate(WATCH)
    # A few states after the watch began.
    seen = page.evaluate("window.lastSequence ?? -1")
    while page.evaluate("window.lastSequence ?? -1") < seen + 3:
        page.wait_for_timeout(20)
    os.kill(own.process.pid, signal.SIGSTOP)
    told = page.evaluate("window.told")
    after = told - page.evaluate("window.lastAt")
    figures(f"UNKNOWN {after:.0f} ms after the last state was drawn")
    assert after <= 300
    expect(page.locator("#state-word")).to_have_text("UNKNOWN")
    expect(page.locator("#alert")).to_contain_text("Link lost")
    for reading in page.locator(".reading").all():
        assert reading.inner_text().startswith("UNKNOWN"), reading.get_attribute("id")
    assert page.locator('tr[data-verdict="pass"]').count() == 0
    pictures(page, "link-lost")
    os.kill(own.process.pid, signal.SIGCONT)
    expect(html).to_have_attribute("data-link", "live", timeout=15_000)


def test_deadServerIsUnknownAndTheStopAsksUntilItIsHeard(own, page, request, results):
    page.goto(own.url)
    expect(page.locator("html")).to_have_attribute("data-link", "live", timeout=15_000)
    own.process.kill()
    expect(page.locator("html")).to_have_attribute("data-link", "unknown", timeout=5_000)
    expect(page.locator("#stop")).to_be_enabled()
    page.click("#stop")
    expect(page.locator("#stop-text")).to_have_text("Stop asked for; no answer yet")
    # Whoever comes back at that address is told to stop, and the page knows it again.
    port = urllib.parse.urlsplit(own.url).port
    with started(request, results, "link-again", port) as again:
        again.until(lambda state: state["stop"]["active"])
        expect(page.locator("html")).to_have_attribute("data-state", "stopped", timeout=15_000)
