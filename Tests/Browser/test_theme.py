"""Dark or light: as the system is set, until the person chooses."""

import pytest
from playwright.sync_api import expect


def theme_is(page, theme):
    expect(page.locator("html")).to_have_attribute("data-theme", theme)
    expect(page.locator("#theme")).to_have_attribute("aria-pressed", str(theme == "light").lower())


@pytest.mark.parametrize("theme, other", [("dark", "light"), ("light", "dark")])
def test_themeFollowsTheSystemUntilOneIsChosen(page, console, theme, other):
    page.emulate_media(color_scheme=theme)
    page.goto(console.url)
    theme_is(page, theme)
    page.emulate_media(color_scheme=other)
    theme_is(page, other)
    page.click("#theme")
    theme_is(page, theme)
    # Chosen is chosen, and is known again.
    page.reload()
    theme_is(page, theme)
    page.emulate_media(color_scheme=theme)
    page.emulate_media(color_scheme=other)
    theme_is(page, theme)


def test_themeCanBeChosenWhereNothingIsKept(page, console):
    page.add_init_script("""Object.defineProperty(window, "localStorage", {
      get() { throw new DOMException("nothing is kept here", "SecurityError"); } })""")
    page.emulate_media(color_scheme="dark")
    page.goto(console.url)
    theme_is(page, "dark")
    page.click("#theme")
    theme_is(page, "light")


def test_plotsTakeTheirColoursFromTheTheme(page, console):
    page.emulate_media(color_scheme="dark")
    page.goto(console.url)
    colour = "async () => (await import('/sheet.js')).colours.text"
    dark = page.evaluate(colour)
    page.click("#theme")
    theme_is(page, "light")
    assert page.evaluate(colour) != dark
