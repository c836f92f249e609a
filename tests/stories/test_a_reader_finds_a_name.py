"""As a reader I want a letter of thousands of names to be one light page, and to find the name I look for."""

import json
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import update

from service.campaigns.queries import get_campaign
from service.model.campaign import Campaign
from service.model.signature import Kind, Visibility
from service.signing.party import SignOn
from service.store.transaction import transaction
from tests.coalition import PUBLIC_URL, SLUG, letter_file
from tests.make import make_signature
from tests.stories.visitor import Door, Visitor, letter_page, same, words_of

LIVE = 'admit = "everyone"\naccess = "public"\nnames_shown = "live"\ngoal = 1000\ngoal_public = true'
LETTER, COUNT = f"/letters/{SLUG}", f"/letters/{SLUG}/count.json"
ATOM = "{http://www.w3.org/2005/Atom}"
MANY = 520


@pytest.fixture
def coalition(coalition):
    """Give a letter with some names that everybody may see, and one that nobody may."""
    coalition.open(letter_file(more=LIVE))
    add(coalition, "Łódź Forum", "River Watch 0000", "River Watch 0001")
    add(coalition, "Hidden Spring", visibility=Visibility.RECIPIENT)
    return coalition


def add(coalition, *names, visibility=Visibility.PUBLIC):
    with transaction(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        keys = coalition.keyring.of(session, campaign.id)
        for name in names:
            address = f"{name.split()[-1].lower()}@names.example"
            party = SignOn(kind=Kind.ORGANIZATION, name=name, email=address, visibility=visibility)
            make_signature(session, keys, campaign, now=coalition.now, sign_on=party)


@pytest.fixture
def crowd(coalition):
    """Make them many."""
    add(coalition, *(f"River Watch {number:04}" for number in range(2, MANY)))
    return coalition


def test_the_page_holds_the_first_names_and_leads_to_all_others(crowd, visitor):
    page = visitor.open(LETTER)

    assert len(page.data) < 100_000
    assert "River Watch 0100" in page.text
    assert "River Watch 0400" not in page.text
    assert "… and 271 more names" in words_of(page)
    assert f'href="{LETTER}?part=3"' in page.text
    listed = "".join(visitor.open(f"{LETTER}?part={part}").text for part in (1, 2, 3))
    assert all(f"River Watch {number:04}<" in listed for number in range(MANY))
    assert "Hidden Spring" not in listed


def test_a_name_is_found_as_it_is_typed_and_another_is_not(crowd, visitor):
    found = visitor.open(f"{LETTER}?q=lodz")
    assert "Łódź Forum" in found.text
    assert "One name matches" in words_of(found)

    many = visitor.open(f"{LETTER}?q=river+watch")
    assert f"{MANY} names match" in words_of(many)
    assert "the first 250" in words_of(many)

    for nothing in ("hidden+spring", "forum%40names", "%3Cscript%3E"):
        answer = visitor.open(f"{LETTER}?q={nothing}")
        assert "No name matches" in words_of(answer)
        assert "<script>" not in answer.text
        assert answer.headers["X-Robots-Tag"]


@pytest.mark.parametrize(
    "query",
    ["part=0", "part=-1", "part=x", "part=9999999999", "q=", "q=%00", "q=%20", "part=%D9%A3", "part=1e3"],
)
def test_whatever_makes_no_sense_shows_the_letter(query, coalition, visitor):
    answer = visitor.open(f"{LETTER}?{query}")

    assert answer.status_code == 200
    assert "Keep the river open" in words_of(answer)


def test_a_part_that_is_not_there_any_more_is_the_last_one(coalition, visitor):
    assert "River Watch 0001" in visitor.open(f"{LETTER}?part=99").text


def test_a_search_works_with_the_key_of_a_private_letter_and_keeps_it(coalition, visitor):
    with transaction(coalition.engine) as session:
        session.execute(update(Campaign).values(access="link"))

    assert visitor.open(f"{LETTER}?q=lodz").status_code == 404
    answer = visitor.open(letter_page(coalition, q="lodz"))

    assert "Łódź Forum" in answer.text
    assert f'name="k" value="{coalition.key()}"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_while_names_are_not_shown_a_search_finds_out_nothing(coalition, visitor):
    with transaction(coalition.engine) as session:
        session.execute(update(Campaign).values(names_shown="after_publication"))

    letter = visitor.open(LETTER)

    for query in ("q=lodz", "q=nobody", "part=2"):
        assert visitor.open(f"{LETTER}?{query}").data == letter.data


def test_the_second_answer_is_the_first_one(coalition, visitor):
    for path in (LETTER, COUNT):
        assert same(visitor.open(path), visitor.open(path))
    first = visitor.open(LETTER)

    known = visitor.open(LETTER, headers={"If-None-Match": first.headers["ETag"]})
    head = visitor.open(LETTER, method="HEAD")

    assert (known.status_code, known.data) == (304, b"")
    assert (head.status_code, head.data) == (200, b"")
    assert dict(head.headers) == dict(first.headers)


def test_what_was_answered_once_is_answered_no_more_once_it_may_not_be_seen(coalition, visitor):
    assert visitor.open(LETTER).status_code == visitor.open(COUNT).status_code == 200
    with transaction(coalition.engine) as session:
        session.execute(update(Campaign).values(access="link"))

    nothing = visitor.open("/letters/never-was")
    assert same(visitor.open(LETTER), nothing)
    assert same(visitor.open(COUNT), nothing)
    assert visitor.open(letter_page(coalition)).status_code == 200
    assert same(visitor.open(f"{LETTER}?k=x"), nothing)
    assert visitor.open(LETTER, headers={"Host": "evil.example"}).status_code == 400


def test_the_count_is_for_every_site_and_of_this_second(coalition, visitor):
    answer = visitor.open(COUNT)

    assert json.loads(answer.text) == {
        "signatories": 4,
        "organizations": 4,
        "individuals": 0,
        "as_of": "2026-11-24T12:00:00+00:00",
    }
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    coalition.wait(seconds=1)
    assert json.loads(visitor.open(COUNT).text)["as_of"] == "2026-11-24T12:00:01+00:00"
    with transaction(coalition.engine) as session:
        session.execute(update(Campaign).values(access="link"))
    keyed = visitor.open(letter_page(coalition, "/count.json"))
    assert "Access-Control-Allow-Origin" not in keyed.headers


def test_the_goal_is_shown_where_the_coalition_wants_it(coalition, visitor):
    assert '<progress id="goal" max="1000" value="4">' in visitor.open(LETTER).text


def read_feed(answer):
    return ET.fromstring(answer.text)  # noqa: S314 -- our own answer


def test_the_feed_tells_what_happened_and_names_nobody(coalition, visitor):
    answer = visitor.open(f"{LETTER}/feed")
    feed = read_feed(answer)

    assert answer.mimetype == "application/atom+xml"
    assert feed.findtext(f"{ATOM}title") == "Keep the river open"
    assert [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")] == ["Open for sign-ons"]
    assert {link.get("href") for link in feed.findall(f"{ATOM}link")} == {
        f"{PUBLIC_URL}{LETTER}",
        f"{PUBLIC_URL}{LETTER}/feed",
    }
    assert "River Watch" not in answer.text


def test_the_feed_speaks_the_language_of_its_reader(coalition, visitor):
    (entry,) = read_feed(visitor.open(f"{LETTER}/feed?lang=fr")).iter(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "Ouverte aux signatures"
    assert entry.findtext(f"{ATOM}summary").startswith("Date limite de signature\xa0: 5 décembre 2026")


@pytest.mark.parametrize(
    ("embed_on", "ancestors"),
    [("", "'none'"), ("*", "*"), ("https://lakes.example https://rivers.example", None)],
)
def test_a_letter_is_framed_only_where_the_operator_says(embed_on, ancestors, coalition):
    visitor = Visitor(Door(coalition, embed_on=embed_on).app())

    card = visitor.open(f"/embed/{SLUG}")

    assert card.headers["Content-Security-Policy"].endswith(f"frame-ancestors {ancestors or embed_on}")
    assert card.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Set-Cookie" not in card.headers
    assert "4 organizations" in words_of(card)
    assert "River Watch" not in card.text
    assert visitor.open(LETTER).headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")
