"""What is old, lost, unknown or urgent is shown, and told, as that."""

import re

import pytest
from playwright.sync_api import expect

from staged import FAULT, STOPPED, Stage


@pytest.fixture
def stage(page, console):
    return Stage(page, console)


def text(page, identity):
    return page.locator(f"#{identity}").inner_text()


def test_guidanceIsShownOnlyWhileASearchGoesOn(stage, page):
    stage.show(searching=True)
    words = page.locator("#guide-words")
    expect(words).to_have_text("rotate +12° at 20°/s")
    expect(page.locator("#guide-note")).to_have_text(re.compile("roll .12.0°.*agree"))
    # The search is finished, whatever else the state may say.
    stage.show(searching=False, fit={"ageMs": 42_400})
    expect(words).to_have_text("search finished")
    expect(page.locator("#guide-note")).to_have_text(re.compile(r"fitted 42 s ago$"))
    stage.show(searching=True, stop=STOPPED)
    expect(words).to_have_text("none while stopped")
    stage.show(searching=False, fit=None, guidance=None)
    expect(words).to_have_text("begin a search")


def test_guidanceAndWayToGoAreUnknownOnceTheHandleIs(stage, page):
    """The cable is pulled: nobody knows where the handle is any more."""
    stage.show(searching=True, handle={"ageMs": 900})
    expect(page.locator("#guide-words")).to_have_text("UNKNOWN")
    expect(page.locator("#guide-words")).to_have_class(re.compile("is-stale"))
    expect(page.locator("#guide-note")).to_contain_text("no frame for 9")
    expect(page.locator("#guide-note")).to_contain_text("to go: roll UNKNOWN")
    stage.show(searching=False, handle={"ageMs": 900})
    expect(page.locator("#guide-note")).to_contain_text("to go: roll UNKNOWN")
    stage.show(searching=True, handle=None)
    expect(page.locator("#guide-note")).to_contain_text("no frame")
    assert "rotate" not in text(page, "guide-words")


def test_partOfAStateGrowsOldBeforeTheNextStateComes(stage, page):
    """The link lives, but what it told was old already, and is older by now (R29)."""
    stage.show(signal={"ageMs": 100})
    shown = page.evaluate("""() => new Promise((resolve) => {
      const peak = document.getElementById("figure-peak");
      const fresh = peak.textContent;
      new MutationObserver(() => {
        if (!peak.textContent.startsWith("UNKNOWN")) return;
        resolve([fresh, document.documentElement.dataset.link]);
      }).observe(peak, { childList: true, characterData: true, subtree: true });
      stage.state = null;
    })""")
    assert shown == ["58.2 dB", "live"]


# Takes control without asking the bench for it; what the bench says of it, the test makes up.
def take_control(page):
    for path in ("session", "control"):
        page.route(f"**/api/v1/{path}", lambda route: route.fulfill(
            status=200, content_type="application/json", body='{"done": true}'))
    page.click("#take")
    expect(page.locator("#take")).to_have_text("Give control back")


@pytest.mark.live
def test_controlIsWhatTheServerSaysAndUnknownWithoutALink(stage, page):
    stage.show()
    expect(page.locator("#fact-control")).to_have_text("another: session 1")
    take_control(page)
    expect(page.locator("#fact-control")).to_have_text("this page")
    expect(page.locator("html")).to_have_attribute("data-control", "mine")
    # The lease lapsed, and no answer to a beat has said so yet.
    stage.show(control={"held": False})
    expect(page.locator("#fact-control")).to_have_text("nobody")
    stage.show()
    expect(page.locator("#fact-control")).to_have_text("this page")
    took = page.evaluate("""() => new Promise((resolve, reject) => {
      const control = document.getElementById("fact-control");
      const since = performance.now();
      new MutationObserver(() => {
        if (control.textContent === "UNKNOWN") resolve(performance.now() - since);
      }).observe(control, { childList: true, characterData: true, subtree: true });
      setTimeout(() => reject(new Error(`control reads ${control.textContent}`)), 5_000);
      stage.state = null;
    })""")
    assert took <= 300
    expect(page.locator("html")).to_have_attribute("data-control", "unknown")


@pytest.mark.parametrize("word, parts", [
    ("FAULT", {"interlock": FAULT}), ("STOPPED", {"stop": STOPPED})])
def test_whatIsSaidOfTheDriveIsItsReadback(stage, page, word, parts):
    note, banner = page.locator("#state-note"), page.locator("#stop-text")
    for needle, said in [({"driveOn": False}, "The drive reads off."),
                         ({"driveOn": True}, "The drive reads ON."),
                         ({"ageMs": 400}, "The drive is UNKNOWN."), (None, "The drive is UNKNOWN.")]:
        stage.show(needle=needle, **parts)
        expect(page.locator("#state-word")).to_have_text(word)
        expect(note).to_contain_text(said)
        if word == "STOPPED":
            expect(banner).to_have_text(f"Stopped (by somebody). {said}")
    stage.fall_silent()
    expect(page.locator("#state-word")).to_have_text("UNKNOWN")
    for banner in ("stop-banner", "fault-banner"):
        expect(page.locator(f"#{banner}")).to_be_hidden()
    expect(page.locator("#latched-none")).to_have_text("UNKNOWN")
    assert "drive" not in text(page, "state-note")


def test_depthThatIsNotKnownIsNoDepthOfZero(stage, page):
    bar = page.locator("#needle-bar")
    stage.show(needle={"depthMM": 3.2})
    assert bar.evaluate("(bar) => [bar.value, bar.ariaValueText]") == [3.2, "3.2 mm"]
    expect(page.locator("#plot-side-text")).to_contain_text("Needle 3.20 mm.")
    for needle in (None, {"ageMs": 400, "depthMM": 3.2}):
        stage.show(needle=needle)
        expect(bar).to_have_class("is-stale")
        assert bar.evaluate("(bar) => [bar.hasAttribute('value'), bar.ariaValueText]") == [
            False, "UNKNOWN"]
        for plot in ("side", "cross"):
            expect(page.locator(f"#plot-{plot}-text")).to_contain_text("Needle UNKNOWN.")
        for reading in ("depth", "drive", "switch", "lease", "target"):
            expect(page.locator(f"#needle-{reading}")).to_have_text(re.compile("^UNKNOWN"))
    stage.show(needle={"depthMM": 0.0})
    expect(bar).not_to_have_class("is-stale")


def test_statesThatWereLongOnTheirWayAreOld(stage, page):
    """A network that stores much delivers states as often as ever, only late."""
    html = page.locator("html")
    stage.show()
    page.evaluate("stage.lateMs = 200")
    stage.show()
    page.evaluate("stage.lateMs = 400")
    expect(html).to_have_attribute("data-link", "unknown")
    expect(page.locator("#fact-link")).to_contain_text("UNKNOWN: nothing for")
    page.evaluate("stage.lateMs = 0")
    expect(html).to_have_attribute("data-link", "live")


def test_serverWithAnotherClockIsBelievedOnceItAnsweredSoon(stage, page):
    html = page.locator("html")
    stage.show()
    opened = page.evaluate("stage.opened")
    # Later by an hour than the server before: late, until a connection shows that it is not.
    page.evaluate("stage.lateMs = 3_600_000")
    expect(html).to_have_attribute("data-link", "unknown")
    expect(html).to_have_attribute("data-link", "live")
    assert page.evaluate("stage.opened") > opened


def test_firstStateThatComesLateProvesNothing(stage, page):
    """Whether it was made late or came late cannot be told: the page asks again."""
    page.evaluate("""() => new Promise((resume) => {
      // Silent for longer after the page asked than a state may be old.
      const silent = setInterval(() => {
        if (!stage.source || stage.opened > 1) return;
        clearInterval(silent);
        setTimeout(resume, 300);
      }, 10);
    })""")
    opened = page.evaluate("stage.opened")
    stage.show()
    assert page.evaluate("stage.opened") > opened


def test_serverWhoseBenchStandsStillIsNotBelievedByConnectingAnew(stage, page):
    """It has the same old state for every new connection."""
    stage.show()
    seen = page.evaluate("""() => new Promise((resolve, reject) => {
      const html = document.documentElement;
      const seen = [html.dataset.link];
      new MutationObserver(() => {
        if (html.dataset.link !== seen.at(-1)) seen.push(html.dataset.link);
      }).observe(html, { attributes: true });
      const before = stage.opened;
      stage.isStill = true;
      setInterval(() => { if (stage.opened > before + 1) resolve(seen); }, 50);
      setTimeout(() => reject(new Error(`opened ${stage.opened - before} times`)), 10_000);
    })""")
    assert seen == ["live", "unknown"]


# What the one assertive region says, in order.
HEARD = """() => {
  window.heard = [];
  const region = document.getElementById("urgent");
  new MutationObserver(() => {
    if (region.textContent !== "") heard.push(region.textContent);
  }).observe(region, { childList: true, characterData: true, subtree: true });
}"""


def test_whatIsUrgentIsSaidAtOnceAndOnce(stage, page, console):
    stage.show()
    page.evaluate(HEARD)
    stage.show(interlock=FAULT)
    stage.show(interlock=FAULT | {"fault": FAULT["fault"] | {"value": "on, still"}})
    stage.show(stop=STOPPED)
    stage.show()
    page.click("#retract")
    expect(page.locator("#refusal")).to_be_visible()
    stage.fall_silent()
    heard = page.evaluate("heard")
    assert [each.split(" ")[0].strip(".:") for each in heard] == [
        "Fault", "Stopped", "Retract", "Link"], heard
    assert "switch the bench off" in heard[0]
    assert "The drive reads off." in heard[1]
    assert "session" in heard[2]


def test_pageThatJustOpensOrIsHealthySaysNothingUrgent(stage, page):
    assert text(page, "urgent") == ""
    stage.show(interlock={"state": "faulted", "fault": FAULT["fault"] | {
        "id": "interlock.power_up"}})
    assert text(page, "urgent") == ""


def test_levelOfAnEventIsAWordAndAMark(stage, page):
    stage.show()
    for number, level in enumerate(("info", "warning", "fault"), start=1):
        stage.log(number, level, f"text {number}")
    rows = page.locator("#event-rows li")
    expect(rows).to_have_count(3)
    told = [re.sub(r"^[\d:.]+\s*", "", row) for row in rows.all_inner_texts()]
    assert told == ["■ fault text 3", "▲ warning text 2", "· info text 1"]


def test_keyHoldsNothingOnARealBench(stage, page):
    """There the switch is under a hand: no button, and no request that could only be refused."""
    asked = []
    page.on("request", lambda request: asked.append(request.url)
            if "/commands/" in request.url else None)
    stage.show(device={"simulated": False})
    expect(page.locator("#hold")).to_be_hidden()
    page.keyboard.press("e")
    stage.fall_silent()
    expect(page.locator("#hold")).to_be_hidden()
    page.keyboard.press("e")
    assert asked == []
    expect(page.locator("#refusal")).to_be_hidden()
    # On a simulated one the key does ask.
    stage.show()
    page.keyboard.press("e")
    expect(page.locator("#refusal")).to_be_visible()
    assert [url.rsplit("/", 1)[1] for url in asked][:1] == ["enable"]


def test_stopOfAnotherLetsTheHoldGo(stage, page):
    stage.show()
    for command in ("enable", "release"):
        page.route(f"**/api/v1/commands/{command}", lambda route: route.fulfill(
            status=200, content_type="application/json", body='{"done": true}'))
    page.keyboard.down("e")
    expect(page.locator("#hold")).to_have_attribute("aria-pressed", "true")
    with page.expect_request("**/commands/release"):
        stage.show(stop=STOPPED)
    expect(page.locator("#hold")).to_have_attribute("aria-pressed", "false")
