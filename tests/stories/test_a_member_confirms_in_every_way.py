"""A member confirms by the button, by the code, by an answer; mends a wrong address; or says that it was somebody else."""

import re
from collections.abc import Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from examples.demo.forms import read_forms
from service.foundation.sealing import RootKey
from service.model.update import UpdateAudience
from service.store.engine import make_engine
from tests.coalition import Coalition, letter_file
from tests.house.repository import ROOT
from tests.promises.test_every_kind_leaves_well import invited, told
from tests.stories.test_a_member_signs_in_a_browser import (
    DESK,
    PHONE,
    SECONDS,
    Site,
    engine,
    fits,
    site,
)
from tests.stories.visitor import ORGANIZATION, PERSON, Door, Visitor, form_of, letter_page, words_of
from tests.waiting_page import another, newest_code

# Fixtures of the other story, which a test finds by these names.
__all__ = ["engine", "site"]

PICTURES = ROOT / "build" / "pages"


@pytest.fixture(params=[(True, PHONE), (False, DESK)], ids=["script-phone", "plain-desk"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Open a window, on a phone with JavaScript and at a desk without."""
    with_script, width = request.param
    context = browser.new_context(java_script_enabled=with_script, viewport={"width": width, "height": 760})
    context.set_default_timeout(SECONDS * 1000)
    yield context.new_page()
    context.close()


def picture(page: Page, name: str) -> None:
    """Keep what the page looks like."""
    assert page.viewport_size is not None
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}-{page.viewport_size['width']}.png", full_page=True)
    fits(page)


def sign(site: Site, page: Page, *, email: str) -> None:
    page.goto(f"{site.url}{letter_page(site.coalition, '/sign', kind='person')}")
    page.get_by_label("Your name", exact=True).fill("Tsering Example")
    page.get_by_label("Named only to the addressee").check()
    page.get_by_label("Your e-mail address").fill(email)
    page.get_by_label("Write to me discreetly").check()
    page.get_by_role("button", name="Send the sign-on").click()
    page.get_by_role("heading", name="Check your e-mail").wait_for()


@pytest.mark.browser
def test_a_wrong_address_is_mended_and_the_code_is_typed_in_the_open_tab(site: Site, page: Page) -> None:
    sign(site, page, email="tsering@vally.example")
    page.get_by_text("t…@vally.example").wait_for()
    picture(page, "waiting")
    page.locator("summary", has_text="The address has a mistake").click()
    page.get_by_label("The right e-mail address").fill("tsering@valley")
    page.get_by_role("button", name="Write to this address").click()
    page.get_by_role("heading", name="There is a problem").wait_for()
    picture(page, "waiting-wrong-address")
    page.get_by_label("The right e-mail address").fill("tsering@valley.example")
    page.get_by_role("button", name="Write to this address").click()
    page.get_by_text("From now on we write to the other address").wait_for()
    picture(page, "waiting-mended")

    code = newest_code(site.coalition)
    mail = site.coalition.mails()[-1]
    assert (mail.to, mail.subject) == ("tsering@valley.example", "Please confirm your request")
    page.get_by_label("Code from the message").fill(another(code))
    page.get_by_role("button", name="Confirm with the code").click()
    page.get_by_role("link", name="This code does not fit").click()
    page.wait_for_url("**#code")
    picture(page, "waiting-wrong-code")
    page.get_by_label("Code from the message").fill(f" {code[:3]} {code[3:]} ")
    page.get_by_role("button", name="Confirm with the code").click()
    page.get_by_role("heading", name="The sign-on is confirmed").wait_for()

    picture(page, "confirmed-by-code")
    assert site.coalition.counts().individuals == 1


PASTE = """(field, text) => {
  const data = new DataTransfer();
  data.setData("text", text);
  return field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.mark.browser
def test_of_what_is_pasted_or_typed_the_six_digits_are_left_and_nothing_is_sent(
    browser: Browser, site: Site
) -> None:
    context = browser.new_context(viewport={"width": PHONE, "height": 760})
    page = context.new_page()
    sign(site, page, email="tsering@valley.example")
    field, address = page.get_by_label("Code from the message"), page.url
    for pasted in ("Your code is 123 456, for 90 minutes.", "\u200e123\u2013456\n", "123456"):
        field.fill("")
        assert field.evaluate(PASTE, pasted) is False
        assert field.input_value() == "123456"
    # Which of them is meant nobody can tell: the paste is left to the browser.
    assert field.evaluate(PASTE, "123456 or: 654321") is True
    field.fill("")
    field.press_sequentially(" 12 34-56")

    assert field.input_value() == "123456"
    assert page.url == address
    assert site.coalition.counts().individuals == 0
    context.close()


@pytest.mark.browser
def test_whoever_did_not_sign_ends_it(site: Site, page: Page) -> None:
    sign(site, page, email="stranger@valley.example")
    page.goto(site.newest("not-me"))
    page.get_by_role("heading", name="This was not me").wait_for()
    picture(page, "not-me")
    assert "Tsering" not in page.content()
    page.get_by_role("button", name="End this sign-on").click()
    page.get_by_role("heading", name="The sign-on has ended").wait_for()

    picture(page, "not-me-ended")
    page.goto(site.url + "/confirm/" + site.coalition.newest_token("confirm"))
    page.get_by_role("heading", name="There is nothing to confirm").wait_for()


def waiting_page_of(coalition: Coalition, visitor: Visitor, entries: dict[str, str], kind: str) -> str:
    """Send the form, and give the path of the page that waits."""
    answer = visitor.send(letter_page(coalition, "/sign", kind=kind), entries)
    assert answer.status_code == 303
    return str(answer.location)


@pytest.fixture
def everyone(everywhere: Engine, root: RootKey, noon: datetime) -> Coalition:
    """Give a letter that is open for weeks and takes everyone, on each of the two databases."""
    coalition = Coalition(engine=everywhere, root=root, now=noon, bounce_domain="bounces.rivers.example")
    return coalition.open(letter_file(more='admit = "everyone"', deadline="2026-12-30T17:00:00"))


@pytest.fixture
def everywhere(database_url: str) -> Iterator[Engine]:
    """Open a database without rows, on each of the two systems."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def visitor(everyone: Coalition) -> Visitor:
    """Give somebody at that letter's door."""
    return Visitor(Door(everyone).app())


def test_the_page_answers_the_same_whoever_has_signed(everyone: Coalition, visitor: Visitor) -> None:
    known = waiting_page_of(everyone, visitor, PERSON, "person")
    code = newest_code(everyone)
    done = visitor.send(known, {"code": code}, having="code")
    assert "The sign-on is confirmed" in words_of(done)
    everyone.wait(minutes=100)

    known = waiting_page_of(everyone, visitor, PERSON, "person")
    new = waiting_page_of(everyone, visitor, {**PERSON, "email": "tashi@valley.example"}, "person")

    for answers in (
        [visitor.open(path) for path in (known, new)],
        [visitor.send(path, {"code": code}, having="code") for path in (known, new)],
        [visitor.send(path, {"code": "12"}, having="code") for path in (known, new)],
        [visitor.send(path, {"address": "nowhere"}, having="address") for path in (known, new)],
    ):
        texts = [bare(answer.text) for answer in answers]
        assert answers[0].status_code == answers[1].status_code
        assert texts[0] == texts[1]
        assert len(answers[0].data) == len(answers[1].data)
    for path in (known, new):
        form = next(form for form in read_forms(visitor.open(path).text) if form.action.endswith("/again"))
        assert visitor.post(form.action, dict(form.filled({}))).location == f"{path}?done=again"


def test_the_page_shows_the_line_that_the_form_leads_to(everyone: Coalition, visitor: Visitor) -> None:
    person = {**PERSON, "affiliation": "University of the Valley"}
    network = {**ORGANIZATION, "signs_for": "members", "members": "Upper Lake\nLower Lake"}
    hidden = {**PERSON, "name": "Hidden Hermit", "visibility": "counted"}
    shown = [
        words_of(visitor.open(waiting_page_of(everyone, visitor, entries, kind)))
        for entries, kind in ((person, "person"), (network, "organization"), (hidden, "person"))
    ]

    assert "Tenzin Example, University of the Valley" in shown[0]
    assert all(name in shown[1] for name in ("Lake Alliance", "Upper Lake", "Lower Lake"))
    assert "Printed as" not in shown[2]
    assert "your name stands nowhere in the letter" in shown[2]


def test_whoever_typed_the_code_is_offered_the_receipt(everyone: Coalition, visitor: Visitor) -> None:
    path = waiting_page_of(everyone, visitor, PERSON, "person")
    done = visitor.send(path, {"code": newest_code(everyone)}, having="code")

    [link] = re.findall(r'href="(/confirm/[\w-]{43}/receipt)"', done.text)
    receipt = visitor.open(link)

    assert receipt.status_code == 200
    assert "Receipt of a sign-on" in words_of(receipt)
    assert PERSON["name"] in words_of(receipt)


def bare(text: str) -> str:
    """Leave out what is another on every page: its own token, and the marks of its forms."""
    return re.sub(r'/waiting/[\w-]{43}|value="[\w.-]{20,}"', "…", text)


def test_a_form_that_was_open_too_long_keeps_what_was_typed(everyone: Coalition, visitor: Visitor) -> None:
    path = waiting_page_of(everyone, visitor, ORGANIZATION, "organization")
    code = newest_code(everyone)
    form = form_of(visitor.open(path), having="code")
    everyone.wait(minutes=61)

    late = visitor.post(path, dict(form.filled({"code": code})))

    assert late.status_code == 422
    assert f'value="{code}"' in late.text
    assert "The sign-on is confirmed" in words_of(visitor.send(path, {"code": code}, having="code"))


@pytest.mark.parametrize("page", ["", "/again", "/address"])
def test_no_form_of_the_page_is_taken_without_its_mark(
    everyone: Coalition, visitor: Visitor, page: str
) -> None:
    path = waiting_page_of(everyone, visitor, ORGANIZATION, "organization")
    code = newest_code(everyone)
    sent = len(everyone.mails())

    answer = visitor.post(path + page, {"code": code, "address": "other@lakes.example"})

    everyone.deliver_mail()
    assert (answer.status_code, len(everyone.mails())) == (422, sent)
    assert everyone.counts().signatories == 0


def test_a_link_whose_time_is_over_offers_a_new_one(everyone: Coalition, visitor: Visitor) -> None:
    waiting_page_of(everyone, visitor, ORGANIZATION, "organization")
    everyone.deliver_mail()
    old = f"/confirm/{everyone.newest_token('confirm')}"
    everyone.wait(days=14)
    assert "A new link is needed" in words_of(visitor.open(old))

    asked = visitor.send(old, {})

    assert asked.location == f"{old}?asked=yes"
    everyone.deliver_mail()
    assert everyone.mails()[-1].to == ORGANIZATION["email"]
    # The link is the same, and lives on.
    assert "The sign-on is confirmed" in words_of(visitor.follow(visitor.send(old, {})))
    assert everyone.counts().organizations == 1


def test_every_mail_of_a_discreet_sign_on_says_nothing_on_the_outside(
    everyone: Coalition, visitor: Visitor
) -> None:
    discreet = {**PERSON, "discreet": "yes", "news": "yes"}
    path = waiting_page_of(everyone, visitor, discreet, "person")
    visitor.send(path, {"code": newest_code(everyone)}, having="code")
    waiting_page_of(everyone, visitor, PERSON, "person")
    told(everyone, UpdateAudience.SIGNATORIES)
    told(everyone, UpdateAudience.NEWS)
    everyone.deliver_mail()

    outsides = [mail.data.decode().partition("\r\n\r\n")[0] for mail in everyone.postbox.kept]
    assert len(outsides) == 5
    for outside in outsides:
        assert "\r\nTo: tenzin@valley.example" in outside
        assert not re.search(r"Open Rivers|river open|Tuesday|letter@rivers", outside)
        assert outside.startswith("From: letters@rivers.example\r\n")


def test_who_was_invited_confirms_by_the_code_as_well(everyone: Coalition, visitor: Visitor) -> None:
    invited(everyone)
    everyone.deliver_mail()
    path = f"/invitation/{everyone.newest_token('invitation')}"

    known = ("name", "email")
    entries = {name: value for name, value in ORGANIZATION.items() if name not in known}
    answer = visitor.send(path, entries, answer="sign")

    assert "o…@dale.example" in visitor.open(answer.location).text
    done = visitor.send(answer.location, {"code": newest_code(everyone)}, having="code")
    assert "The sign-on is confirmed" in words_of(done)
    assert everyone.counts().organizations == 1
