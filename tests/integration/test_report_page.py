"""The report in a real browser: it opens without errors, works by keyboard, and runs no names.

Chromium is found on the PATH; without it, or without the Python package ``playwright`` (extra
``browser``), these tests are skipped.
"""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from tests.unit.report.people import hostile, many

playwright = pytest.importorskip(
    "playwright.sync_api", reason="needs the package playwright: pip install 'rmatch[browser]'"
)
BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome on the PATH")

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DAY = date(2026, 11, 25)


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=BROWSER, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The files: two pairs of attackers, and 2,000 pairs."""
    folder = tmp_path_factory.mktemp("pages")
    hostile().report(folder / "hostile.html", about=["department"], dated=DAY)
    many().report(folder / "many.html", dated=DAY)
    return folder


@pytest.fixture
def visit(browser, pages):
    """Open a page; at the end, nothing may have gone wrong in it or left for the network."""
    contexts, wrong = [], []

    def opened(name, **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith("file:") else
                wrong.append(asked.url))  # fmt: skip
        page.goto((pages / name).as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def shown(page, table):
    return page.locator(f"#{table} tbody tr:visible")


def scores(page):
    """The scores of all pairs as they stand, listed or not."""
    return page.evaluate(
        """() => Array.from(document.querySelectorAll("#pairs-table td.num strong"),
            (each) => each.textContent)"""
    )


def test_names_do_not_run(visit):
    """A script in a name, a goal and a department is text to the browser."""
    page = visit("hostile.html")
    assert page.evaluate("window.ran") is None
    assert page.locator("img").count() == 0
    assert "<script>window.ran = 1</script>" in page.locator("#pairs-table").inner_text()


def test_the_policy_stops_a_script_that_gets_in_all_the_same(browser, pages, tmp_path):
    """Were something not escaped, the browser would still refuse to run it."""
    source = (pages / "hostile.html").read_text("utf-8")
    planted = tmp_path / "planted.html"
    planted.write_text(source.replace("</main>", "<script>window.ran = 1</script></main>"), "utf-8")
    page = browser.new_page()
    page.goto(planted.as_uri())
    assert page.evaluate("window.ran") is None
    page.close()


def test_search_finds_words_in_any_order_and_without_accents(visit):
    """Rows that lack one of the words go; the status says how many stay."""
    page = visit("many.html")
    search = page.locator('[data-search="pairs-table"]')
    search.fill("1234")
    assert shown(page, "pairs-table").count() == 1
    assert page.locator('[data-status="pairs-table"]').inner_text() == "1 of 2000 rows found"
    search.fill("ai mentee 77")
    texts = shown(page, "pairs-table").all_inner_texts()
    assert texts
    assert all("Mentee 77" in text or "77" in text for text in texts)
    search.fill("")
    assert shown(page, "pairs-table").count() == 100
    assert page.locator('[data-status="pairs-table"]').inner_text() == (
        "2000 rows, the first 100 listed"
    )
    page.locator('[data-more="pairs-table"]').click()
    assert shown(page, "pairs-table").count() == 2000
    page = visit("hostile.html")
    page.locator('[data-search="mentees-table"]').fill("zoe")
    assert shown(page, "mentees-table").count() == 1


def test_a_header_sorts_by_keyboard_and_says_so(visit):
    """Enter on the header sorts, again turns it round; aria-sort tells which way."""
    page = visit("many.html")
    names = page.locator("#pairs-table tbody tr:visible td:nth-child(2)")
    head = page.locator("#pairs-table thead th:nth-child(2)")
    head.locator("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert names.first.inner_text() == "Mentee 0"
    assert names.nth(2).inner_text() == "Mentee 2"  # by number, not by letter
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert names.first.inner_text() == "Mentee 1999"
    score = page.locator("#pairs-table thead th:nth-child(3)")
    score.locator("button").click()
    assert score.get_attribute("aria-sort") == "descending"
    assert head.get_attribute("aria-sort") == "none"
    values = [float(cell) for cell in scores(page)]
    assert len(values) == 2000
    assert values == sorted(values, reverse=True)


def test_a_filter_shows_the_weakest(visit):
    """The choice and the search work together."""
    page = visit("many.html")
    page.locator('[data-filter="pairs-table"]').select_option("weak")
    lowest = shown(page, "pairs-table").locator("td.num strong").all_inner_texts()
    assert lowest
    assert set(lowest) == {min(scores(page))}


def test_two_thousand_pairs_stay_responsive(visit):
    """What is typed is shown and laid out at once: the median of five times for each text.

    Measured in the page. The bound is for a machine that is busy with six times as much as it can
    do, where it takes 0.13 s, and 2.2 s with all rows laid out at once.
    """
    page = visit("many.html")
    took = page.evaluate(
        """() => {
            const field = document.querySelector('[data-search="pairs-table"]');
            const table = document.getElementById("pairs-table");
            const typed = ["m", "men", "mentee 1", "mentee 19", "x", ""];
            return typed.concat(typed, typed, typed, typed).map((text) => {
                const before = performance.now();
                field.value = text;
                field.dispatchEvent(new Event("input"));
                table.getBoundingClientRect();
                return [text, performance.now() - before];
            });
        }"""
    )
    medians = {text: sorted(ms for key, ms in took if key == text)[2] for text, _ in took}
    assert max(medians.values()) < 500, medians


def test_a_search_builds_no_row_anew(visit):
    """The rows are the same elements before and after: that is what keeps typing quick."""
    page = visit("many.html")
    page.evaluate(
        """() => {
            window.added = 0;
            new MutationObserver((changes) => {
                for (const each of changes) window.added += each.addedNodes.length;
            }).observe(document.querySelector("#pairs-table tbody"), {childList: true});
        }"""
    )
    page.locator('[data-search="pairs-table"]').fill("mentee 19")
    page.locator('[data-search="pairs-table"]').fill("")
    assert page.evaluate("window.added") == 0


CONTRAST = """() => {
    const lamp = (c) => {
        const [r, g, b] = c.map((v) => v / 255)
            .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const parse = (text) => text.match(/[\\d.]+/g).map(Number);
    const behind = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const colour = parse(getComputedStyle(at).backgroundColor);
            if (colour.length === 3 || colour[3] > 0) return colour.slice(0, 3);
        }
        return [255, 255, 255];
    };
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || ["SCRIPT", "TITLE"].includes(element.tagName) ||
            element.closest("title")) continue;
        const style = getComputedStyle(element);
        const inSvg = element instanceof SVGElement;
        const front = lamp(parse(inSvg ? style.fill : style.color).slice(0, 3));
        const back = lamp(behind(element));
        const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
        found.push([ratio, element.tagName, walker.currentNode.data.slice(0, 40)]);
    }
    return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_contrast(visit, scheme):
    """WCAG 2.2, 1.4.3: at least 4.5 to 1 between text and what is behind it, in both themes."""
    page = visit("hostile.html", color_scheme=scheme)
    found = page.evaluate(CONTRAST)
    assert len(found) > 100
    assert [each for each in found if each[0] < 4.5] == []
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, dark[4:-1].split(","))) < 384) == (scheme == "dark")


def test_on_paper_everything_is_unfolded_and_in_ink(visit):
    """Printed from a dark screen: light, no controls, no scrolled-away rows."""
    page = visit("many.html", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("#pairs-table tbody tr[hidden], details:not([open])").count() == 0
    assert page.locator(".tools:visible, nav:visible").count() == 0
    ink = page.evaluate("getComputedStyle(document.body).color")
    assert sum(map(int, ink[4:-1].split(","))) < 384
    cut = page.evaluate(
        """() => Array.from(document.querySelectorAll(".scroll"))
            .filter((each) => getComputedStyle(each).maxHeight !== "none").length"""
    )
    assert cut == 0


def test_a_phone_scrolls_down_only(visit):
    """Nothing is wider than the screen; tables scroll in their own frames."""
    page = visit("hostile.html", viewport={"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_without_script_everything_is_there_to_read(visit):
    """The controls that would do nothing are hidden."""
    page = visit("many.html", java_script_enabled=False)
    assert shown(page, "pairs-table").count() == 2000
    assert page.locator(".tools:visible, .more:visible").count() == 0
