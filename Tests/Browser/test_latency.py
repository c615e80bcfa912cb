"""From a state at the server to pixels on the screen, and what a page costs over time."""

import statistics

import pytest

from console import observing

pytestmark = pytest.mark.live

# Collects the drawn states: how long after the server made it, and after its line came from the console,
# the screen's frame after drawing began. All of it is this machine's clock.
WATCH = """() => {
  window.drawn = [];
  window.addEventListener("peakgate:drawn", (event) => requestAnimationFrame(() => {
    if (event.detail.sequence !== window.drawn.at(-1)?.[0]) {
      const now = performance.timeOrigin + performance.now();
      window.drawn.push(
        [event.detail.sequence, now - event.detail.serverMs, now - event.detail.frameMs]);
    }
  }));
}"""


# Only counts: a list of what was drawn would be memory of its own.
COUNT = """() => {
  window.count = 0;
  window.addEventListener("peakgate:drawn", () => { window.count += 1; });
}"""


def percentile(ordered, share):
    return ordered[int(share * (len(ordered) - 1))]


def spread(ordered):
    return f"p50 {statistics.median(ordered):.1f} ms, p99 {percentile(ordered, 0.99):.1f} ms"


def watched(page, milliseconds):
    page.evaluate(WATCH)
    page.wait_for_timeout(milliseconds)  # A span to measure over, no wait for anything.
    return page.evaluate("window.drawn")


def test_pixelsFollowTheServer(operator, request, figures):
    operator.open()
    operator.take_control()
    operator.connect()
    seconds = request.config.getoption("--seconds")
    drawn = watched(operator.page, seconds * 1000)
    late = sorted(delay for _, delay, _ in drawn)
    whole = sorted(delay for _, _, delay in drawn)
    # Views are made 30 times a second; all but a few of them are drawn.
    assert len(late) >= 25 * seconds, f"only {len(late)} states drawn in {seconds} s"
    figures(
        f"{len(late) / seconds:.1f} drawn/s over {seconds} s; server to pixels {spread(late)}, "
        f"line of the console to pixels {spread(whole)}")
    # What is on the screen is never older than what would be UNKNOWN.
    assert percentile(whole, 0.99) < 250
    sequences = [sequence for sequence, _, _ in drawn]
    assert sequences == sorted(sequences)


def test_memoryOfPageAndServerStaysFlat(operator, request, figures):
    operator.open()
    operator.take_control()
    operator.connect()
    session = operator.page.context.new_cdp_session(operator.page)
    session.send("HeapProfiler.enable")

    def heap():
        session.send("HeapProfiler.collectGarbage")
        return session.send("Runtime.getHeapUsage")["usedSize"]

    # The chart's ring is made at the start, and whatever else a page makes once.
    seconds = request.config.getoption("--seconds")
    operator.page.wait_for_timeout(min(seconds, 60) * 1000)
    before, server = heap(), operator.console.resident_bytes()
    operator.page.evaluate(COUNT)
    operator.page.wait_for_timeout(seconds * 1000)
    drawn = operator.page.evaluate("window.count")
    after, later = heap(), operator.console.resident_bytes()
    figures(
        f"page's heap {before / 1e6:.2f} MB, server's memory {server / 1e6:.1f} MB; "
        f"{after / 1e6:.2f} and {later / 1e6:.1f} MB {seconds} s and {drawn} drawn states later, "
        f"{drawn / seconds:.1f} a second")
    assert drawn >= 25 * seconds
    assert after - before < 1_000_000
    assert later - server < 4_000_000


def test_twentyObserversSeeTheSame(operator, request, figures):
    operator.open()
    operator.take_control()
    operator.connect()
    alone = watched(operator.page, 3000)
    with observing(operator.console.url, 20) as counts:
        among = watched(operator.page, 3000)
    p50 = [statistics.median(delay for _, delay, _ in drawn) for drawn in (alone, among)]
    figures(
        f"20 observers read {min(counts)} to {max(counts)} states in 3 s; drawn "
        f"{len(alone)} alone, {len(among)} among them; p50 {p50[0]:.1f} and {p50[1]:.1f} ms")
    assert min(counts) > 0
    assert len(among) > 0
