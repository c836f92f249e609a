"""Every way of being named, every access, before and after publication, in every output: only what was chosen is shown."""

import itertools
import logging
import re
from dataclasses import dataclass
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest

from service.campaigns.queries import get_campaign
from service.delivery.follow import follow_deliveries, send_waiting_press
from service.foundation.errors import Refused
from service.letter.compile import RENDERERS, compile_copy
from service.letter.copy import make_copy
from service.model.signature import Kind, Visibility
from service.schedules.opening import invite_at_opening
from service.signing.invite import import_signatories
from service.signing.listing import COLUMNS, list_signatories
from service.signing.mirror import mirror_copy
from service.signing.roll import letter_as_it_stands, letter_for_page
from service.signing.roll_export import write_signatories
from service.signing.roll_file import read_signatories
from service.store.transaction import reading, transaction
from tests.coalition import PUBLIC_URL, SLUG, letter_file
from tests.enclosing import ANNEXES, BESIDE, HEAD
from tests.letters.pdf_reader import read_letter
from tests.reminding import ask_for_proofs
from tests.stories.visitor import letter_page, public_rules, same
from tests.unit.letter.word_file import parts_of

# Each access as it is by default, and each other moment of showing names with some of them.
SETUPS = (
    ("link", "after_publication", "postgresql"),
    ("public", "live", "postgresql"),
    ("link", "after_publication", "sqlite"),
    ("invited", "after_publication", "sqlite"),
    ("public", "after_publication", "sqlite"),
    ("invited", "to_signatories", "sqlite"),
    ("public", "to_signatories", "sqlite"),
    ("link", "live", "sqlite"),
    ("public", "live", "sqlite"),
)
PUBLIC, FULL, NOBODY = frozenset({"public"}), frozenset({"public", "recipient"}), frozenset()
# What a signatory writes to be printed, and what it writes for us alone.
PRINTED = {
    Kind.ORGANIZATION: (
        "name",
        "name_latin",
        "acronym",
        "qualifier",
        "representative_name",
        "representative_title",
    ),
    Kind.PERSON: ("name", "name_latin", "position", "affiliation"),
}
FOR_US = ("filler_name", "note", "phone", "messenger")
TABLES = """
[signatories]
show_representative = true

[[recipients]]
role = "cc"
name = "The Other Office"
emails = ["other@office.example"]
copy = "public"

[[recipients]]
role = "press"
name = "The Daily Example"
emails = ["news@daily.example"]
"""
# What the letter's page and the form may be asked for besides.
ASKED = ("", "?q=canary", "?part=1", "?kind=organization", "?kind=person", "?text=fr", "?asked=yes")
# An approver is shown the full copy, and nobody else opens that page.
FOR_APPROVERS = "approve"
# These depend most on whose they are; of all others one owner of each kind is enough.
FOR_EACH = {"/confirm/<token>", "/manage/<token>"}
# A PDF is made of the same document; test_every_output_is_in_the_matrix.py reads it.
READABLE = sorted(set(RENDERERS) - {"pdf"})
# The reader of PDFs wants tagged ones; drawing an SVG would take a process for each setup.
ENCLOSED = {
    **BESIDE,
    "rivers.svg": BESIDE["logos/lakes.png"],
    "cases.pdf": (Path(__file__).parents[2] / "examples" / "river" / "readings.pdf").read_bytes(),
}
CANARY = re.compile(r"canary(organization|person)(public|recipient|counted)([a-z]+)", re.IGNORECASE)


@dataclass
class Setup:
    """A letter with one signatory of each kind and each way of being named."""

    coalition: object
    visitor: object
    access: str
    shown: str
    published: bool = False
    more: str = ""

    @property
    def to_all(self) -> frozenset[str]:
        """Who may be shown to everybody who sees the page."""
        return PUBLIC if self.published or self.shown == "live" else NOBODY

    @property
    def to_signatories(self) -> frozenset[str]:
        return PUBLIC if self.shown == "to_signatories" else self.to_all


def canaries(kind: Kind, visibility: Visibility) -> dict[str, str]:
    """Give what a signatory writes; wherever one of these words appears, it tells whose it is."""
    kind, visibility = Kind(kind), Visibility(visibility)
    mark = f"Canary{kind.value.capitalize()}{visibility.value.capitalize()}"
    given = {field: f"{mark}{field.replace('_', '').capitalize()}" for field in (*PRINTED[kind], *FOR_US)}
    return {**given, "email": f"{mark.lower()}email@members.example"}


def seen_in(text: str) -> set[str]:
    """Give the ways of being named of those whose printed words stand in a text; private words are named as such."""
    found = set()
    private = {field.replace("_", "") for field in (*FOR_US, "email")}
    for _, visibility, field in CANARY.findall(text):
        found.add("private" if field.lower().startswith(tuple(private)) else visibility.lower())
    return found


@pytest.fixture
def database_url(request):
    """Give the database that the setup names: the rules do not depend on it, so most of them are tried on one."""
    return str(request.getfixturevalue(f"{request.node.callspec.params['setup'][2]}_url"))


@pytest.fixture(params=SETUPS, ids="-".join)
def setup(request, coalition, visitor):
    access, shown, _ = request.param
    return make_setup(coalition, visitor, access=access, shown=shown)


def make_setup(coalition, visitor, *, access, shown):
    """Open a letter, invite one, and let one of each kind sign with each way of being named."""
    more = f'admit = "everyone"\naccess = "{access}"\nnames_shown = "{shown}"'
    coalition.open(letter_file(more=more, tables=TABLES + HEAD + ANNEXES), ENCLOSED)
    rows = read_signatories(
        b"kind,name,email\norganization,Invited One,invited@members.example\n", attested=False
    )
    with transaction(coalition.engine) as session:
        import_signatories(session, coalition.keyring, SLUG, rows, attest="", by="test", now=coalition.now)
        invite_at_opening(session, coalition.keyring, get_campaign(session, SLUG), now=coalition.now)
    for kind, visibility in itertools.product(Kind, Visibility):
        coalition.sign_and_confirm(kind=kind, visibility=visibility, **canaries(kind, visibility))
    coalition.deliver_mail().wait(minutes=1)
    with transaction(coalition.engine) as session:
        # Each is shown its own printed line, and nobody else's.
        assert ask_for_proofs(session, coalition.keyring, SLUG, now=coalition.now)
    coalition.deliver_mail()
    return Setup(coalition, visitor, access, shown, more=more)


def test_every_output_shows_only_those_who_chose_it(setup, caplog):
    caplog.set_level(logging.DEBUG)
    wrong = [*pages(setup), *personal_pages(setup), *copies(setup), *mirrors(setup)]
    send_and_publish(setup)
    setup.published = True
    wrong += [
        *approval(setup),
        *pages(setup),
        *personal_pages(setup),
        *copies(setup),
        *mirrors(setup),
        *mails(setup),
    ]

    assert wrong == []
    assert seen_in(caplog.text) == set()
    # The words are there to be found: the secretariat's own list has them all.
    assert seen_in(exported(setup)) == {"public", "recipient", "counted", "private"}


def check(where: str, text: str, allowed: frozenset[str], *, all_of_them: bool = False):
    """Give a sentence where somebody is shown who must not be, or is missing who must be there."""
    seen = seen_in(text)
    if seen - allowed or (all_of_them and seen != allowed):
        yield f"{where}: shows {sorted(seen)}, may show {sorted(allowed)}"


def routes(setup, part):
    """Give the address of every page of the application that has such a part, however new it is."""
    rules = public_rules(setup.visitor._client.application)
    return sorted({rule.rule for rule in rules if f"<{part}>" in rule.rule and "GET" in rule.methods})


def pages(setup):
    """Look at everything that an outsider, and one who was given the address, can open."""
    letter = f"/letters/{SLUG}"
    key = letter_page(setup.coalition).partition("?")[2]
    nothing = setup.visitor.open("/letters/never-was")
    for rule, asked in itertools.product(routes(setup, "slug"), ASKED):
        if asked and rule not in {"/letters/<slug>", "/letters/<slug>/sign"}:
            continue
        file = "1.pdf" if "annexes" in rule else "1.png"
        path = rule.replace("<slug>", SLUG).replace("<name>", file) + asked
        answer = setup.visitor.open(path)
        if setup.published or setup.access == "public":
            yield from check(path, said_by(answer), setup.to_all, all_of_them=path == letter)
        elif not same(answer, nothing):
            yield f"{path}: an outsider learns that there is something"
        keyed = setup.visitor.open(f"{path}{'&' if asked else '?'}{key}")
        if keyed.status_code != 200 and "/ask" not in path:
            yield f"{path} with its key: {keyed.status_code}"
        yield from check(f"{path} with its key", said_by(keyed), setup.to_all)


def said_by(answer):
    """Give what an answer says: a page, each part of a ZIP file, all of a PDF; a picture says nothing."""
    if answer.mimetype == "application/pdf":
        return read_letter(answer.data).everything.decode("utf-8", "replace")
    if answer.mimetype == "application/zip":
        return "\n".join(part.decode("utf-8", "replace") for part in parts_of(answer.data).values())
    return "" if answer.mimetype == "image/png" else answer.text


def personal_pages(setup):
    """Look at what each personal link opens, with every page below it, and at what comes of a form sent empty."""
    sent = set()
    for rule, mail, token in links(setup):
        path = rule.replace("<token>", token)
        owner = CANARY.match(mail.to)
        # Its own words are its own business.
        mine = re.compile(f"canary{owner[1]}{owner[2]}[a-z]+" if owner else "(?!)", re.IGNORECASE)
        allowed = setup.to_signatories if owner else setup.to_all
        text = said_by(setup.visitor.open(path))
        whole = rule == "/invitation/<token>"
        yield from check(f"{rule} of {mail.to}", mine.sub("", text), allowed, all_of_them=whole)
        if rule not in sent:
            sent.add(rule)
            yield from check(f"a form at {rule}", mine.sub("", setup.visitor.post(path, {}).text), allowed)


def links(setup):
    """Give every personal link with the mail that brought it; most pages of one owner of each kind."""
    rules, seen = routes(setup, "token"), set()
    for mail in setup.coalition.mails():
        found = re.findall(rf"{PUBLIC_URL}/([a-z-]+)/([A-Za-z0-9_-]{{43}})", mail.text)
        for purpose, token in dict.fromkeys(found):
            for rule in rules if purpose != FOR_APPROVERS else ():
                here = (rule, mail.to if rule in FOR_EACH else mail.to[:12])
                if rule.split("/")[1] == purpose and here not in seen:
                    seen.add(here)
                    yield rule, mail, token


def copies(setup):
    """Look at what `letter compile` gives, in every format that can be read here."""
    coalition = setup.coalition
    with reading(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        letters = [
            make(session, coalition.keyring, campaign, now=coalition.now)
            for make in (letter_as_it_stands, letter_for_page)
        ]
    for letter, (audience, allowed), form in itertools.product(
        letters, (("public", PUBLIC), ("full", FULL), ("unnamed", NOBODY)), READABLE
    ):
        text = read(compile_copy(make_copy(letter, audience=audience, office=None), form=form).data)
        yield from check(f"{audience} copy as {form}", text, allowed, all_of_them=True)


def read(data):
    """Read a file as text; of a Word file every part, its properties too."""
    if not data.startswith(b"PK"):
        return data.decode()
    return b"\n".join(parts_of(data).values()).decode("utf-8", "replace")


def mirrors(setup):
    """Look at what a mirror spreads, with names and without."""
    coalition = setup.coalition
    for names in (False, True):
        allowed = setup.to_all if names else NOBODY
        may = (setup.published or setup.access == "public") and bool(allowed or not names)
        with reading(coalition.engine) as session:
            try:
                copy = mirror_copy(session, coalition.keyring, SLUG, names=names, now=coalition.now)
            except Refused:
                if may:
                    yield f"mirror, names {names}: was refused"
                continue
        if not may:
            yield f"mirror, names {names}: was not refused"
        for form in READABLE:
            text = read(compile_copy(copy, form=form).data)
            yield from check(f"mirror, names {names}, {form}", text, allowed, all_of_them=True)


def approval(setup):
    """Look at what an approver sees: the full copy."""
    token = setup.coalition.tokens("approve")[0]
    yield from check(
        "approval", setup.visitor.open(setup.coalition.approval(token)).text, FULL, all_of_them=True
    )


def mails(setup):
    """Look at every mail: the office gets the full copy, cc and press the public one, a signatory itself alone."""
    letters = {
        "president@office.example": FULL,
        "other@office.example": PUBLIC,
        "news@daily.example": PUBLIC,
    }
    got = set()
    for envelope in setup.coalition.postbox.kept:
        message = BytesParser(policy=policy.default).parsebytes(envelope.data)
        to, parts = (
            str(message["To"]),
            [part for part in message.walk() if part.get_content_maintype() == "text"],
        )
        text = f"{message['Subject']}\n" + "\n".join(part.get_content() for part in parts)
        got.add(to)
        if to in letters:
            yield from check(f"letter to {to}", text, letters[to], all_of_them=True)
        elif own := CANARY.match(to):
            others = [one for one in CANARY.findall(text) if one[:2] != own.groups()[:2]]
            if {(kind.lower(), visibility.lower()) for kind, visibility, _ in others} - {own.groups()[:2]}:
                yield f"mail to {to}: shows others {others}"
        else:
            yield from check(f"mail to {to}", text, FULL if "approv" in text.lower() else NOBODY)
    if not letters.keys() <= got:
        yield f"mails: nothing came to {sorted(letters.keys() - got)}"


def exported(setup) -> str:
    with reading(setup.coalition.engine) as session:
        rows = list_signatories(session, setup.coalition.keyring, get_campaign(session, SLUG))
    return write_signatories(rows, COLUMNS)


def send_and_publish(setup):
    coalition = setup.coalition
    coalition.close()
    coalition.propose()
    coalition.approve_all()
    release_and_publish(coalition)


def release_and_publish(coalition):
    coalition.release()
    coalition.deliver_mail()
    with transaction(coalition.engine) as session:
        follow_deliveries(session, now=coalition.now)
    coalition.publish()
    with transaction(coalition.engine) as session:
        send_waiting_press(session, coalition.keyring, now=coalition.now)
    coalition.deliver_mail()
