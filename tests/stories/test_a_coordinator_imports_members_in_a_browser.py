"""A coordinator brings 60 members from a spreadsheet in a real browser: seven rows are named, 53 come in, and go again."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Browser
from sqlmodel import col, func, select

from service.foundation.sealing import RootKey
from service.model.signature import Signature
from service.store.engine import make_engine
from service.store.transaction import reading
from tests.coalition import Coalition
from tests.desk import add_colleague
from tests.desk_objects_members import workbook
from tests.stories.at_a_browser import served
from tests.stories.hands import DESK, PHONE, Hands, hands

pytestmark = pytest.mark.browser

HEADER = ("Organisation", "Wohin", "Land", "Sprache", "Kontaktperson", "Beitrag 2026")
GOOD = [
    (
        f"Flussverein {n}",
        f"buero@verein{n}.example",
        ("AT", "FR", "TR")[n % 3],
        ("en", "fr", "es")[n % 3],
        "",
        n,
    )
    for n in range(53)
]
# On the letter already, but for one letter of its name.
LIKE = ("Lake Aliance", "office@aliance.example", "AT", "en", "", 7)
BAD = [
    ("Bad Address", "office at bad.example", "FR", "fr", "", 1),
    ("FLUSSVEREIN 7", "again@verein7.example", "FR", "fr", "", 2),
    (None, "nobody@lost.example", "FR", "fr", "", 3),
    ("Unknown Tongue", "office@tongue.example", "FR", "Elbisch?", "", 4),
    ("Unknown Land", "office@land.example", "Mittelerde", "fr", "", 5),
    ("Sum of Others", '=CONCATENATE("office","@sum.example")', "AT", "en", "", 6),
]
ROWS = [*GOOD[:20], *BAD, LIKE, *GOOD[20:]]
FIRST_BAD = 3 + 20
FILE = workbook(("Mitglieder, Stand November",), HEADER, *ROWS)


@pytest.fixture
def coalition(sqlite_url: str, root: RootKey, noon: datetime) -> Iterator[Coalition]:
    """Open a letter that one organization has signed; the browser does not see which database it is."""
    engine = make_engine(sqlite_url)
    yield Coalition(engine=engine, root=root, now=noon).open().sign_and_confirm("Lake Alliance")
    engine.dispose()


@pytest.mark.parametrize(
    ("with_script", "width"), [(True, DESK), (False, PHONE)], ids=["script", "phone without a script"]
)
def test_sixty_members_are_looked_at_imported_and_taken_back(
    browser: Browser, coalition: Coalition, *, with_script: bool, width: int
) -> None:
    assert len(ROWS) == 60
    olga, before = add_colleague(coalition), members(coalition)
    way = {"story": "import", "with_script": with_script, "width": width}
    with served(coalition) as url, hands(browser, coalition, url, olga, **way) as mine:
        mine.page.goto(f"{url}/desk/")
        mine.follow("Keep the river open")
        mine.turn_to("Members")
        mine.look("1-members")
        mine.follow("Import a spreadsheet")
        mine.attach("The spreadsheet", "mitglieder.xlsx", FILE)
        mine.press("Look at the file")
        say_what_columns_hold(mine)
        look_at_every_row(mine)
        assert members(coalition) == before
        mine.press("Invite 53 members")
        mine.reads("53 members are on the list", "The file is imported")
        mine.look("6-imported")
        assert members(coalition) == before + 53
        mine.turn_to("Members")
        mine.reads("missing 53", "Flussverein 0", "b…@verein0.example")
        mine.look("7-listed")

        mine.page.go_back()
        mine.press("Undo this import")
        mine.reads("53 taken back: nobody of this file is left.")
        mine.look("8-undone")
    assert members(coalition) == before
    coalition.wait(minutes=5).deliver_mail()
    assert not [mail for mail in coalition.mails() if "@verein" in mail.to]


def say_what_columns_hold(mine: Hands) -> None:
    """Correct what could not be guessed of the columns."""
    chosen = mine.page.locator("select").evaluate_all("all => all.map(one => one.value)")
    assert chosen[:6] == ["name", "", "country", "language", "representative_name", ""]
    mine.look("2-columns")
    mine.press("Check every row")
    where = mine.page.locator("tr", has_text="Wohin")
    assert "Say which column holds the e-mail address." in where.inner_text()
    mine.look("3-columns-refused")
    where.get_by_role("combobox").select_option(label="E-mail address")
    mine.press("Check every row")


def look_at_every_row(mine: Hands) -> None:
    """Read what is wrong with each row, by its line in the file; leave out what cannot be mended here."""
    mine.reads("Nothing has happened yet.", "6 rows have a fault")
    rows = mine.page.locator("tbody tr")
    found = [" ".join(one.split()) for one in rows.all_inner_texts()]
    told = (
        ("Bad Address", "B “Wohin” is not one that mail can be sent to"),
        ("FLUSSVEREIN 7", "same organization as on line 10"),
        ("n…@lost.example", "A “Organisation” is missing"),
        ("Unknown Tongue", "D “Sprache”", "language"),
        ("Unknown Land", "C “Land”", "country"),
        ("Sum of Others", "B “Wohin” holds a formula that came to no value"),
    )
    assert len(found) == len(told)
    for place, (row, words) in enumerate(zip(found, told, strict=True)):
        for one in (str(FIRST_BAD + place), *words):
            assert one in row, (one, row)
    mine.look("4-faults")
    mine.press("Leave all of them out")
    mine.reads("6 rows are left out", "All 54 rows are in order", "1 name looks like that of another")
    assert rows.count() == 1
    mine.reads("Lake Aliance", "like Lake Alliance")
    mine.look("5-alike")
    mine.press("Leave out")
    mine.reads("All 53 rows are in order")


def members(coalition: Coalition) -> int:
    with reading(coalition.engine) as session:
        return session.exec(select(func.count(col(Signature.id)))).one()
