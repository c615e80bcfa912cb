"""One console and one browser for all tests; a page of its own for each."""

import os
import pathlib

import pytest
from playwright.sync_api import sync_playwright

from console import Console, started, switch_is_held
from operating import Operator

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
RESULTS = ROOT / "results" / "browser"
SIZES = {"phone": (390, 844), "desk": (1280, 900), "wall": (2560, 1440)}


def pytest_addoption(parser):
    parser.addoption("--url", help="a console that runs already; else one is started")
    parser.addoption("--program", default=str(ROOT / ".build/release/peakgate"))
    parser.addoption("--rounds", type=int, default=2, help="of each way to vanish (20 for all)")
    parser.addoption("--seconds", type=int, default=10, help="of watching memory and latency")


@pytest.fixture(scope="session")
def results():
    RESULTS.mkdir(parents=True, exist_ok=True)
    return RESULTS


@pytest.fixture(scope="session")
def console(request, results):
    with open(results / "console.log", "w") as log:
        console = Console(
            url=request.config.getoption("--url"), program=request.config.getoption("--program"),
            log=log)
        yield console
        console.stop()


@pytest.fixture
def fresh(request, results):
    """A console for one test: not connected yet, and with nothing latched by another."""
    with started(request, results, "fresh") as console:
        yield console


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    """What a page complains of fails its test: a script error, a breach of the content policy."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text)
            if "Content Security Policy" in message.text else None)
    yield page
    context.close()
    assert complaints == [], complaints


@pytest.fixture
def operator(page, console):
    return Operator(page, console)


@pytest.fixture
def holding(operator):
    """A page that holds the enable switch, by the console's own word."""
    operator.ready_to_hold()
    operator.hold()
    operator.console.until(switch_is_held)
    return operator


@pytest.fixture
def figures(results, request):
    """Writes what was measured to results/browser/figures.txt, and to the terminal."""
    def write(line):
        with open(results / "figures.txt", "a") as file:
            file.write(f"{request.node.name}: {line}\n")
        print(line)
    return write


def shoot(page, path):
    page.evaluate("scrollTo(0, 0)")
    # Two frames of the screen: one for the size, one for what is drawn in it.
    page.evaluate("""() => new Promise((resume) =>
      requestAnimationFrame(() => requestAnimationFrame(resume)))""")
    page.screenshot(path=path)
    assert path.stat().st_size > 10_000


@pytest.fixture
def pictures(results):
    """Takes the picture of one state in all sizes and both themes."""
    def take(page, state):
        for name, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            for theme in ("dark", "light"):
                if page.locator("html").get_attribute("data-theme") != theme:
                    page.locator("#theme").focus()
                    page.keyboard.press("Enter")
                shoot(page, results / f"{name}-{theme}-{state}.png")
                if name == "phone":
                    # What a telephone shows without being scrolled is not all that there is.
                    whole = page.evaluate("document.documentElement.scrollHeight")
                    page.set_viewport_size({"width": width, "height": whole})
                    shoot(page, results / f"{name}-whole-{theme}-{state}.png")
                    page.set_viewport_size({"width": width, "height": height})
        page.set_viewport_size({"width": 1280, "height": 900})
    return take
