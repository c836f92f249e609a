"""Look at one page as everybody sees it: narrow and wide, light and dark, from the left and from the right."""

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

PICTURES = Path(__file__).parents[2] / "build" / "pages"
WIDTHS = {"phone": 360, "desk": 1280}
# Each of width, scheme and direction is seen with each of the others.
LOOKS = {"phone": (("light", "ltr"), ("dark", "rtl")), "desk": (("dark", "ltr"), ("light", "rtl"))}
AXE_IN = {"phone": "dark", "desk": "light"}
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


def faults_in(page: Page, name: str, width: str) -> list[str]:
    """Tell what is wrong with an open page at a width, and keep a picture of each of its looks."""
    faults = []
    for scheme, direction in LOOKS[width]:
        page.emulate_media(color_scheme=scheme)
        page.evaluate("direction => { document.documentElement.dir = direction }", direction)
        if scheme == AXE_IN[width]:
            faults += [f": {fault}" for fault in axe_faults(page)]
        if page.evaluate("document.documentElement.scrollWidth") > WIDTHS[width]:
            faults.append(f", {direction}: something sticks out")
        picture = PICTURES / f"{name}-{width}-{scheme}-{direction}.jpg"
        # This takes much less time than a PNG does.
        page.screenshot(path=picture, full_page=True, type="jpeg", quality=85, caret="initial")
    return faults


def axe_faults(page: Page) -> list[str]:
    """Tell what axe-core finds on an open page."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{fault['id']}: {[node['target'] for node in fault['nodes']][:3]}" for fault in found]
