"""For everybody: by keyboard alone, with a screen reader, in both themes, with enough contrast."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from conftest import SIZES
from operating import SOON
from staged import FAULT, STOPPED, Stage


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", SIZES)
def test_axeFindsNothingSerious(operator, theme, size, figures):
    page = operator.page
    page.set_viewport_size(dict(zip(("width", "height"), SIZES[size])))
    page.emulate_media(color_scheme=theme)
    operator.open()
    nothing_serious(page, figures)


# With everything in sight that comes and goes.
@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("shown", ["refusal", "fault", "stop", "link lost", "nothing known"])
def test_axeFindsNothingSeriousInWhatComesAndGoes(page, console, shown, theme, figures):
    page.emulate_media(color_scheme=theme)
    stage = Stage(page, console)
    stage.show(
        interlock=FAULT if shown == "fault" else {}, stop=STOPPED if shown == "stop" else {},
        **({"needle": None, "signal": None, "handle": None} if shown == "nothing known" else {}))
    for number, level in enumerate(("info", "warning", "fault"), start=1):
        stage.log(number, level, "an entry")
    seen = {"refusal": "#refusal", "fault": "#fault-banner", "stop": "#stop-banner",
            "link lost": "#alert", "nothing known": "#needle-bar.is-stale"}
    if shown == "refusal":
        page.click("#arm")
    elif shown == "link lost":
        stage.fall_silent()
    expect(page.locator(seen[shown])).to_be_visible()
    nothing_serious(page, figures)


def nothing_serious(page, figures):
    found = Axe().run(page).response["violations"]
    grave = [each for each in found if each["impact"] in ("serious", "critical")]
    names = ", ".join(f"{each['id']} ({each['impact']})" for each in found) or "nothing found"
    figures(f"{names}; {len(grave)} serious")
    assert grave == [], json.dumps(
        [(each["id"], [node["html"][:120] for node in each["nodes"]]) for each in grave], indent=1)


# Relative luminance and ratio as WCAG 2.2 defines them, of what is really computed for the page.
CONTRAST = """() => {
  const luminance = (colour) => {
    const channels = colour.match(/[\\d.]+/g).slice(0, 3).map((text) => {
      const part = text / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2];
  };
  const style = getComputedStyle(document.documentElement);
  const probe = document.createElement("i");
  document.body.append(probe);
  const of = (name) => {
    probe.style.color = style.getPropertyValue(`--${name}`);
    return luminance(getComputedStyle(probe).color);
  };
  const pairs = [
    ["text", "panel"], ["faint", "panel"], ["good", "panel"], ["warn", "panel"], ["bad", "panel"],
    ["info", "panel"], ["text", "button"], ["faint", "button"], ["on-accent", "accent"],
    ["on-stop", "stop"], ["stale-text", "stale"], ["faint", "sunk"], ["info", "sunk"],
    ["fit", "sunk"], ["limit", "sunk"], ["good", "sunk"], ["warn", "sunk"], ["text", "sunk"],
    ["bad", "sunk"],
    // What is no text: edges of buttons on both sides, and the ring of the focus wherever it goes.
    ["button-edge", "panel", 3], ["button-edge", "button", 3], ["button-edge", "sunk", 3],
    ["limit", "panel", 3], ["limit", "ground", 3], ["limit", "button", 3], ["on-stop", "stop", 3],
    ["bad", "panel", 3],
  ].map(([front, back, least = 4.5]) => {
    const [one, two] = [of(front), of(back)];
    const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    return [`${front} on ${back}`, ratio, least];
  });
  probe.remove();
  return pairs;
}"""


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_everyColourHasContrast(operator, theme, figures):
    operator.page.emulate_media(color_scheme=theme)
    operator.open()
    pairs = operator.page.evaluate(CONTRAST)
    figures(", ".join(f"{name} {ratio:.1f}" for name, ratio, _ in pairs))
    for name, ratio, least in pairs:
        assert ratio >= least, f"{name}: {ratio:.2f}"


@pytest.mark.parametrize("size", SIZES)
def test_nothingIsWiderThanTheScreenAndTargetsCanBeTouched(operator, size):
    page = operator.page
    page.set_viewport_size(dict(zip(("width", "height"), SIZES[size])))
    operator.open()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = page.evaluate("""() => [...document.querySelectorAll("button")]
      .filter((each) => each.checkVisibility())
      .map((each) => [each.id, each.getBoundingClientRect()])
      .filter(([, box]) => box.width < 44 || box.height < 44).map(([id]) => id)""")
    assert small == []


@pytest.mark.parametrize("size", SIZES)
def test_nothingCoversTheStop(operator, size):
    page = operator.page
    page.set_viewport_size(dict(zip(("width", "height"), SIZES[size])))
    operator.open()
    page.click("#arm")
    for place in ("0", "document.body.scrollHeight"):
        page.evaluate(f"scrollTo(0, {place})")
        on_top = page.evaluate("""() => {
          const box = document.getElementById("stop").getBoundingClientRect();
          const within = box.top >= 0 && box.bottom <= innerHeight && box.right <= innerWidth;
          const places = [[0.1, 0.1], [0.9, 0.1], [0.5, 0.5], [0.1, 0.9], [0.9, 0.9]];
          const hits = places.every(([x, y]) =>
            document.elementFromPoint(box.left + x * box.width, box.top + y * box.height)
              ?.closest("#stop"));
          return within && hits;
        }""")
        assert on_top
    assert page.locator("#stop").is_enabled()


# How often the plots are emptied for a new drawing, for each state that is drawn.
PLOTTED = """() => new Promise((resolve) => {
  let cleared = 0, drawn = 0;
  const pen = CanvasRenderingContext2D.prototype;
  const clear = pen.clearRect;
  pen.clearRect = function (...box) { cleared += 1; clear.apply(this, box); };
  window.addEventListener("peakgate:drawn", () => {
    drawn += 1;
    if (drawn < 40) return;
    pen.clearRect = clear;
    resolve(cleared / drawn);
  });
})"""


def test_whoWantsLessMotionGetsLess(operator):
    operator.open()
    usual = operator.page.evaluate(PLOTTED)
    operator.page.emulate_media(reduced_motion="reduce")
    operator.open()
    calm = operator.page.evaluate(PLOTTED)
    assert usual > 5
    assert calm < usual / 2


@pytest.mark.live
def test_crossingByKeyboardAlone(operator):
    """Letter keys and Tab: not one click."""
    page = operator.page
    operator.open()
    html = page.locator("html")
    page.keyboard.press("t")
    expect(html).to_have_attribute("data-control", "mine")
    page.keyboard.press("c")
    expect(page.locator("#fact-link")).to_have_text(re.compile("connected"), timeout=SOON)
    if operator.state() == "stopped":
        tab_to(page, "reset-ready")
        page.keyboard.press("Space")
        tab_to(page, "reset")
        page.keyboard.press("Enter")
        expect(page.locator("#stop-banner")).to_be_hidden(timeout=SOON)
    page.keyboard.press("x")
    expect(operator.check("console.self_test")).to_have_attribute(
        "data-verdict", "pass", timeout=SOON)
    if operator.state() == "faulted":
        page.keyboard.press("k")
        operator.state_is("locked")
    page.keyboard.press("b")
    tab_to(page, "follow")
    page.keyboard.press("Enter")
    expect(page.locator("#guide-note")).to_have_text(re.compile("^aligned"), timeout=120_000)
    page.keyboard.press("f")
    page.keyboard.press("a")
    operator.state_is("armed")
    target = float(page.locator("#figure-distance").inner_text().split()[0])
    tab_to(page, "depth")
    page.keyboard.type(f"{target:.1f}")
    page.keyboard.press("Tab")
    page.keyboard.down("e")
    operator.state_is("enabled")
    page.keyboard.press("v")
    # Into the vein: as deep as the distance that was measured.
    operator.console.until(
        lambda state: abs((state["needle"] or {}).get("depthMM", 99) - target) < 0.3)
    page.keyboard.up("e")
    expect(page.locator("#hold")).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#needle-drive")).to_have_text("off", timeout=SOON)
    page.keyboard.press("d")
    operator.state_is("locked", "faulted")
    # And out again.
    page.keyboard.down("e")
    expect(page.locator("#hold")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("r")
    operator.console.until(lambda state: (state["needle"] or {}).get("depthMM", 99) < 0.1)
    page.keyboard.up("e")
    page.keyboard.press("Escape")
    operator.state_is("stopped")


def tab_to(page, identity):
    for _ in range(60):
        if page.evaluate("document.activeElement?.id") == identity:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {identity}")


def test_everyControlHasANameAndOneLiveRegionSpeaks(operator):
    page = operator.page
    operator.open()
    nameless = page.evaluate("""() =>
      [...document.querySelectorAll("button, input, canvas, progress")]
      .filter((each) => !(each.textContent.trim() || each.labels?.length || each.ariaLabel
        || each.getAttribute("aria-describedby"))).map((each) => each.id)""")
    assert nameless == []
    assert page.locator('[aria-live="assertive"]').count() == 1
