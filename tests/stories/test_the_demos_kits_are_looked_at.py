"""The kits of the demonstration's letter, for a member that reads French and one that reads Arabic.

Each is looked at as its page, wide and narrow, and as its picture; all of them are left under build/kits. River, country
and members are invented (examples/river), and only its slug is another here.
"""

import io
import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from examples.demo.people import Signer, read_cast
from service.campaigns.queries import get_campaign
from service.delivery.follow import follow_deliveries
from service.foundation.sealing import RootKey
from service.model.signature import Kind, Visibility
from service.signing.decide import decide
from service.signing.party import SignOn
from service.store.engine import make_engine
from service.store.transaction import transaction
from tests.coalition import SLUG, Coalition
from tests.make import make_signature
from tests.stories.at_a_browser import served
from tests.stories.gallery import RIVER, files_beside
from tests.stories.test_a_member_publishes_the_kit import sent_kits
from tests.stories.visitor import Door, Visitor, letter_page

pytestmark = pytest.mark.browser

PICTURES = Path(__file__).parents[2] / "build" / "kits"
WIDTHS = (360, 1280)
ADDRESSEE = "Her Excellency Ilse Maradan, Prime Minister of the Republic of Orvessa"
PUBLIC_PAGE = f"http://127.0.0.1/letters/{SLUG}"
PLACES = ("headline", "paragraph", "alternative", "post-1", "post-2", "post-3")
TITLE = "Prime Minister Maradan: let the Tamarel be measured in the open"


@dataclass(frozen=True, kw_only=True)
class Member:
    """Who signs in which language, and how that says what its kit has to say; `{n}` is a number."""

    name: str
    language: str
    direction: str
    letter_to: str
    open_letter: str
    along_with: str
    signed_by: str


MEMBERS = (
    Member(
        name="Réseau des Sept Rives",
        language="fr",
        direction="ltr",
        letter_to="une lettre ouverte adressée à",
        open_letter="lettre ouverte",
        along_with="avec {n} autres organisations et personnes",
        signed_by="Signée par {n} organisations et personnes.",
    ),
    Member(
        name="جمعية ضفاف الكلمة",
        language="ar",
        direction="rtl",
        letter_to="رسالة مفتوحة إلى",
        open_letter="رسالة مفتوحة|الرسالة المفتوحة",
        along_with="إلى جانب {n} من المنظمات والأفراد الآخرين",
        signed_by="الموقّعون: {n} من المنظمات والأفراد.",
    ),
)


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    """Stay on one database: the browser does not see which it is."""
    engine = make_engine(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def published(engine: Engine, root: RootKey, noon: datetime) -> Coalition:
    """Give the demonstration's letter, signed by its whole cast, sent and published, and its kits on their way."""
    coalition = Coalition(engine=engine, root=root, now=noon)
    file = RIVER.read_text().replace('slug      = "tamarel"', f'slug = "{SLUG}"')
    coalition.open(file.encode(), files_beside())
    visitor = Visitor(Door(coalition).app())
    for member in MEMBERS:
        sign_at_the_form(coalition, visitor, member)
    add_the_others(coalition)
    with transaction(engine) as session:
        decide(session, coalition.keyring, SLUG, None, act="accept", by="test", now=coalition.now)
    coalition.wait(days=13).close().propose()
    coalition.approve_all().release()
    coalition.deliver_mail()
    with transaction(engine) as session:
        follow_deliveries(session, now=coalition.now)
    coalition.wait(days=1).publish()
    sent_kits(coalition)
    return coalition.deliver_mail()


def test_each_member_publishes_in_its_own_language(browser: Browser, published: Coalition) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with served(published) as url:
        for member in MEMBERS:
            context = browser.new_context(locale="en-US")
            page = context.new_page()
            path = f"{url}/kit/{kit_of(published, member)}"
            look_at(page, path, member)
            picture, bundle = (
                context.request.get(f"{path}/{name}").body() for name in ("share.png", "kit.zip")
            )
            (PICTURES / f"{member.language}-share.png").write_bytes(picture)

            assert struct.unpack(">II", picture[16:24]) == (1200, 630)
            says_what_it_should(page, member)
            holds_the_same(page, bundle, picture)
            context.close()


def look_at(page: Page, path: str, member: Member) -> None:
    """Open a kit wide and narrow, and keep a picture of each."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(path)
        page.screenshot(path=PICTURES / f"{member.language}-page-{width}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.get_attribute("html", "lang") == member.language
        assert page.get_attribute("html", "dir") == member.direction
        assert page.get_attribute("#paragraph", "dir") == member.direction
        # Code runs from left to right on every page.
        assert page.get_attribute("#letter-html", "dir") == "ltr"
        shown = page.evaluate(
            "(({naturalWidth: w, naturalHeight: h}) => [w, h])(document.querySelector('.share-picture'))"
        )
        assert shown == [1200, 630]


def says_what_it_should(page: Page, member: Member) -> None:
    """See that headline, paragraph and posts are in the member's language, with the right number and both nouns."""
    counted = len(read_cast().counted)
    headline, paragraph, alternative, *posts = (bare(page.input_value(f"#{place}")) for place in PLACES)
    letter_to = f"{member.letter_to} {ADDRESSEE}"
    assert member.name in headline
    assert headline.endswith(letter_to)
    assert member.name in paragraph
    assert letter_to in paragraph
    assert all(member.along_with.format(n=counted - 1) in words for words in (paragraph, posts[0]))
    assert alternative.endswith(member.signed_by.format(n=counted))
    assert all(
        re.search(member.open_letter, words, re.IGNORECASE) for words in (paragraph, alternative, *posts)
    )
    assert all(TITLE in words for words in (paragraph, alternative, posts[0], posts[2]))
    assert all(post.endswith(f"\n{PUBLIC_PAGE}") for post in posts)
    # The letter's own words stand as they were written; of ours none is left in English.
    ours = " ".join((headline, *posts)).replace(ADDRESSEE, "").replace(TITLE, "").replace(PUBLIC_PAGE, "")
    assert not re.search(r"\b(co-signed|public|letter|along|other|read|what)\b", ours, re.IGNORECASE)
    # What was cut ends in three dots, and in no full stop after them.
    assert paragraph.endswith("…")


def holds_the_same(page: Page, bundle: bytes, picture: bytes) -> None:
    """See that the file has what the page shows, to the letter, and the page's picture."""
    archive = zipfile.ZipFile(io.BytesIO(bundle))
    files = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    posts = [page.input_value(f"#post-{place}") for place in (1, 2, 3)]
    shown = {
        "headline.txt": page.input_value("#headline"),
        "text.txt": page.input_value("#paragraph"),
        "posts.txt": "\n\n---\n\n".join(posts),
        "press.txt": page.input_value("#press"),
        "about.txt": page.input_value("#about"),
        "share-description.txt": page.input_value("#alternative"),
        "letter.html": page.input_value("#letter-html"),
    }
    assert {name: files[name].decode() for name in shown} == {
        name: f"{text}\n" for name, text in shown.items()
    }
    assert files["share.png"] == picture
    assert files["annex-1.pdf"] == (RIVER.parent / "readings.pdf").read_bytes()
    assert set(files) == {*shown, "share.png", "annex-1.pdf", "README.txt"}


def sign_at_the_form(coalition: Coalition, visitor: Visitor, member: Member) -> None:
    """Sign as the cast's file says, at the form in the member's language, and confirm."""
    path = letter_page(coalition, "/sign", kind="organization", lang=member.language)
    sent = visitor.send(path, signer_called(member.name).entries())
    assert sent.status_code == 303
    coalition.deliver_mail().confirm(coalition.newest_token("confirm"))


def add_the_others(coalition: Coalition) -> None:
    """Add everybody else of the cast who confirms."""
    ours = {member.name for member in MEMBERS}
    with transaction(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        keys = coalition.keyring.of(session, campaign.id)
        for number, signer in enumerate(read_cast().counted):
            if signer.name in ours:
                continue
            given = SignOn(
                kind=Kind(signer.kind),
                name=signer.name,
                name_latin=signer.row["name_latin"],
                country=signer.row["country"],
                email=f"n{number}@names.example",
                visibility=Visibility(signer.visibility),
            )
            make_signature(session, keys, campaign, now=coalition.now, sign_on=given)


def kit_of(coalition: Coalition, member: Member) -> str:
    """Give the token of the kit that was mailed to a member."""
    address = signer_called(member.name).row["email"]
    texts = [mail.text for mail in coalition.mails() if mail.to == address and "/kit/" in mail.text]
    found = re.search(r"/kit/([\w-]{43})", texts[-1])
    assert found is not None
    return found[1]


def signer_called(name: str) -> Signer:
    return next(signer for signer in read_cast().everybody if signer.name == name)


def bare(words: str) -> str:
    """Leave out the marks that only say in which direction words run."""
    return re.sub("[\u2066-\u2069\u200e\u200f]", "", words)
