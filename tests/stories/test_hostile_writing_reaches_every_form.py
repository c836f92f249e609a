"""As anybody who fills in a form, I get one clear sentence and my words back, or my words stand there as they are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from examples.demo.forms import Form, read_forms
from service.delivery.follow import follow_deliveries
from service.foundation.sealing import KEY_BYTES, RootKey
from service.signing.abuse.visit import Caution
from service.signing.invite import import_signatories
from service.signing.roll_file import read_signatories
from service.store.engine import make_engine
from service.store.transaction import transaction
from service.web.forms import shown_again
from service.web.over import RENEWED
from tests.carrying import set_up
from tests.changing import NEW_WORDS, file_of, revised
from tests.coalition import SLUG, Coalition, letter_file
from tests.commenting import add_guest
from tests.constituents import ASKED, OFFICE, SETTINGS, list_offices, member, sign_as_person
from tests.corpus.addresses import MAILBOXES, NO_MAILBOXES, NO_SITES, SITES
from tests.corpus.markup import foreign_markup
from tests.corpus.writing import HIDDEN, LITERAL, OTHER_LINE_ENDS, SEVERAL_LINES, all_of
from tests.desk_objects_members import chased
from tests.doubles.databases import copy_sqlite
from tests.reminding import ask_for_proofs
from tests.stories.visitor import ORGANIZATION, PERSON, Door, Visitor, form_of, letter_page, public_rules

WRITING = (*all_of(LITERAL), *all_of(SEVERAL_LINES), *all_of(HIDDEN), *OTHER_LINE_ENDS)
ADDRESSES = (*MAILBOXES, *NO_MAILBOXES, *SITES, *NO_SITES)
# What no form can bring: a body is bytes, and these are no text of any. Broken bytes are tried where requests are.
CORPUS = tuple(text for text in (*WRITING, *ADDRESSES) if not any("\ud800" <= c <= "\udfff" for c in text))
ON_A_LINE = (
    "name",
    "name_latin",
    "sort_name",
    "acronym",
    "qualifier",
    "representative_name",
    "representative_title",
)


@dataclass(frozen=True, kw_only=True)
class Target:
    """One form: where it is sent, on whose page it stands, which of its fields take hostile text, and how much of it."""

    to: str
    fields: tuple[str, ...]
    on: str = ""
    having: str = "nonce"
    answer: str = ""
    good: Mapping[str, str] | None = None
    stride: int = 1


class Place:
    """A coalition whose letter goes through its life, and somebody hostile at its door."""

    def __init__(self, coalition: Coalition) -> None:
        self.coalition = coalition
        self.visitor = Visitor(Door(coalition, caution=Caution(a_minute=100_000)).app())
        self.reached: set[str] = set()
        self.refused = self.taken = 0

    def attack(self, target: Target, *, rule: str, offset: int = 0) -> None:
        """Send the form with everything hostile in each of its fields, and look at every answer."""
        self.reached.add(rule)
        page = self.visitor.open(target.on or target.to)
        form = form_of(page, having=target.having, answer=target.answer)
        whole = dict(form.filled(target.good or {}))
        texts = CORPUS[offset % target.stride :: target.stride]
        for place in range(0, len(texts), len(target.fields)):
            written = dict(zip(target.fields, texts[place : place + len(target.fields)], strict=False))
            # A name of a field is a stranger's word as well.
            entries = {**whole, **written, next(iter(written.values())): "x"}
            self.look_at(self.visitor.post(target.to, entries), written, target)

    def look_at(self, answer: TestResponse, written: Mapping[str, str], target: Target) -> None:
        told = f"{target.to.split('?')[0][:20]} {[ascii(text)[:60] for text in written.values()]}"
        assert answer.status_code in {200, 303, 413, 422}, f"{told}: {answer.status_code}"
        assert "evil.example" not in answer.headers.get("Location", ""), told
        if answer.status_code == 303:
            self.taken += 1
            return
        assert foreign_markup(answer.text) == [], told
        if answer.status_code == 200:
            self.taken += 1
            return
        self.refused += 1
        assert 'role="alert"' in answer.text or "<h1>" in answer.text, told
        if answer.status_code == 422:
            for form in read_forms(answer.text):
                self.loses_nothing(form, written, told)

    def loses_nothing(self, form: Form, written: Mapping[str, str], told: str) -> None:
        """See that a form that came back holds what was typed, but for what nobody can see."""
        for control in form.fields:
            typed = written.get(control.name)
            # A code that does not fit is not worth keeping; of several forms the one comes back filled that was sent.
            is_left_out = control.name in {"code", "question"} and not control.value
            if typed is not None and not is_left_out and control.kind in {"text", "email", "url", "textarea"}:
                assert control.value == shown_again({"x": typed})["x"], f"{told}: lost {control.name}"


@pytest.fixture
def place(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Place]:
    """Give a letter with all kinds of links in its mail; the rules under trial do not depend on the database."""
    engine = make_engine(copy_sqlite(migrated_sqlite, tmp_path / "undersigned.db"))
    root = RootKey(bytes(range(KEY_BYTES)))
    coalition = Coalition(engine=engine, root=root, now=datetime(2026, 11, 24, 12, tzinfo=UTC))
    coalition.open(letter_file(more='admit = "everyone"', tables=member("Ada Member", OFFICE, role="cc")))
    set_up(coalition, "cwc", SETTINGS)
    list_offices(coalition, SETTINGS, OFFICE)
    rows = b"kind,name,email\norganization,Dale Union,office@dale.example\norganization,Invited,office@invited.example\n"
    with transaction(engine) as session:
        import_signatories(
            session,
            coalition.keyring,
            SLUG,
            read_signatories(rows, attested=False),
            attest="",
            by="test",
            now=coalition.now,
        )
    yield Place(coalition)
    engine.dispose()


def test_every_form_answers_everything_hostile_with_a_sentence_or_takes_it_as_it_is(place: Place) -> None:
    coalition, visitor = place.coalition, place.visitor
    coalition.sign_and_confirm("Dale Union", email="x@mail.example")
    coalition.sign_and_confirm("Standing Stone").sign("Pending Pond").deliver_mail()
    manage, confirm = coalition.newest_token("manage"), coalition.newest_token("confirm")
    officer = {"officer_name": "Ben Board", "officer_email": "ben@lakes.example"}
    visitor.send(f"/manage/{manage}/evidence", officer, having="officer_email")
    coalition.deliver_mail()
    constituent = sign_as_person(coalition)
    waiting = visitor.send(letter_page(coalition, "/sign", kind="person"), PERSON).location

    before = coalition.counts()
    drafted(place)
    open_letter(place, waiting=waiting, manage=manage, confirm=confirm)
    asking(place, constituent)
    changed_letter(place)
    proofed(place)
    sent_letter(place)
    over(place)

    rules = {rule.rule for rule in public_rules(Door(coalition).app()) if "POST" in (rule.methods or ())}
    # No page has a form for what the other side of a way of sending tells: it is signed, and tests/promises tries it.
    rules -= {"/hooks/<channel>/<slug>"}
    assert place.reached == rules, "a form that is not tried here, or one that is no more"
    assert place.refused > 150
    assert place.taken > 30
    assert coalition.deliver_mail().counts() == before


def drafted(place: Place) -> None:
    """Try the form of a guest who comments on a draft."""
    path = add_guest(place.coalition)
    comment = Target(
        to=path, on=f"{path}?at=body-1", fields=("comment", "proposed"), having="comment", stride=5
    )
    place.attack(comment, rule="/comment/<token>")
    place.attack(
        Target(
            to=path,
            on=f"{path}?at=body-1",
            fields=("at", "text", "seen", "nonce"),
            having="comment",
            stride=20,
        ),
        rule="/comment/<token>",
        offset=2,
    )


def open_letter(place: Place, *, waiting: str, manage: str, confirm: str) -> None:
    """Try the forms of a letter that collects sign-ons."""
    coalition = place.coalition
    for kind, good, fields in (
        (
            "organization",
            ORGANIZATION,
            (*ON_A_LINE, "website", "email", "approver_email", "filler_name", "condition"),
        ),
        ("person", PERSON, ("name", "name_latin", "sort_name", "position", "affiliation", "place", "email")),
    ):
        page = letter_page(coalition, "/sign", kind=kind)
        place.attack(Target(to=page, fields=fields, good=good), rule="/letters/<slug>/sign")
        whole = {
            "fields": ("visibility", "country", "keeps_on_change", "kind", "nonce"),
            "good": good,
            "stride": 20,
        }
        place.attack(Target(to=page, **whole), rule="/letters/<slug>/sign", offset=len(kind))
    check = Target(to="/verify", fields=("check",), having="check", stride=25)
    place.attack(check, rule="/verify", offset=4)
    link = letter_page(coalition, "/link")
    place.attack(Target(to=link, fields=("email",), stride=25), rule="/letters/<slug>/link", offset=1)
    place.attack(
        Target(to=waiting, fields=("code",), having="code", stride=25), rule="/waiting/<token>", offset=2
    )
    address = Target(to=f"{waiting}/address", on=waiting, fields=("address",), having="address", stride=25)
    place.attack(address, rule="/waiting/<token>/address", offset=3)
    again = Target(to=f"{waiting}/again", on=waiting, fields=("nonce",), stride=120)
    place.attack(again, rule="/waiting/<token>/again")
    invited(place, coalition.newest_token("invitation"))
    owned(place, manage)
    pressed(place, confirm)


def invited(place: Place, token: str) -> None:
    path, rule = f"/invitation/{token}", "/invitation/<token>"
    good = {name: text for name, text in ORGANIZATION.items() if name not in {"name", "email"}}
    fields = (*ON_A_LINE[1:], "website", "condition")
    place.attack(Target(to=path, fields=fields, answer="sign", good=good, stride=8), rule=rule)
    day = Target(to=path, fields=("decision_by",), answer="intend", stride=30)
    place.attack(day, rule=rule, offset=5)
    question = Target(to=path, fields=("question",), answer="question", stride=30)
    place.attack(question, rule=rule, offset=6)
    chased(place.coalition, most=1)
    own = f"/chase/{place.coalition.deliver_mail().newest_token('chase')}"
    said = Target(
        to=own, fields=("said", "decides_on", "note"), having="said", good={"said": "yes"}, stride=10
    )
    place.attack(said, rule="/chase/<token>", offset=7)
    place.attack(Target(to=path, fields=("answer", "nonce"), answer="decline", stride=50), rule=rule)


def owned(place: Place, token: str) -> None:
    own = f"/manage/{token}"
    line = Target(to=f"{own}/line", fields=ON_A_LINE, having="name", stride=3)
    place.attack(line, rule="/manage/<token>/line")
    place.attack(
        Target(to=f"{own}/mail", fields=("language", "nonce"), stride=40), rule="/manage/<token>/mail"
    )
    officer = Target(
        to=f"{own}/evidence",
        fields=("officer_name", "officer_title", "officer_email"),
        having="officer_email",
        stride=10,
    )
    place.attack(officer, rule="/manage/<token>/evidence", offset=1)
    place.attack(Target(to=own, fields=("answer",), stride=50), rule="/manage/<token>", offset=7)
    place.attack(Target(to=f"{own}/erase", fields=("nonce",), stride=120), rule="/manage/<token>/erase")


def asking(place: Place, own: str) -> None:
    fields = tuple(name for name in ASKED if name not in {"office", "prefix", "state"})
    target = Target(to=f"{own}/member", fields=fields, having="city", good=ASKED, stride=4)
    place.attack(target, rule="/manage/<token>/member")
    place.visitor.send(f"{own}/member", ASKED, having="city")
    code = Target(to=f"{own}/member", fields=("code",), having="code", stride=25)
    place.attack(code, rule="/manage/<token>/member", offset=3)


def pressed(place: Place, confirm: str) -> None:
    """Try the forms that are one button."""
    tokens = {
        name: place.coalition.newest_token(name)
        for name in ("not-me", "objection", "countersign", "unsubscribe")
    }
    for name, token in {**tokens, "confirm": confirm}.items():
        field = "word" if name == "countersign" else "nonce"
        place.attack(Target(to=f"/{name}/{token}", fields=(field,), stride=100), rule=f"/{name}/<token>")
    anew = Target(to=f"/confirm/{confirm}/anew", on=f"/confirm/{confirm}", fields=("nonce",), stride=120)
    place.attack(anew, rule="/confirm/<token>/anew")


def changed_letter(place: Place) -> None:
    revised(place.coalition, file_of(NEW_WORDS), hours=48)
    path = f"/change/{place.coalition.deliver_mail().newest_token('change')}"
    place.attack(
        Target(to=path, fields=("answer", "nonce"), answer="agree", stride=50), rule="/change/<token>"
    )
    for token in place.coalition.tokens("change"):
        place.visitor.send(f"/change/{token}", {}, answer="agree")


def proofed(place: Place) -> None:
    """Try the forms of the proof round."""
    coalition = place.coalition.wait(minutes=1)
    with transaction(coalition.engine) as session:
        assert ask_for_proofs(session, coalition.keyring, SLUG, now=coalition.now)
    own = f"/proof/{coalition.deliver_mail().newest_token('proof')}"
    line = Target(to=f"{own}/line", fields=ON_A_LINE, having="name", stride=6)
    place.attack(line, rule="/proof/<token>/line")
    answer = Target(to=own, fields=("answer", "nonce"), answer="right", stride=50)
    place.attack(answer, rule="/proof/<token>")


def sent_letter(place: Place) -> None:
    """Try the forms of a letter that is before its approvers, and those of one that is published."""
    coalition = place.coalition.wait(hours=1).deliver_mail().close()
    coalition.propose()
    coalition.deliver_mail()
    approve = coalition.newest_token("approve")
    note = Target(
        to=coalition.approval(approve), fields=("note", "decision"), good={"decision": "approved"}, stride=25
    )
    place.attack(note, rule="/approve/<token>", offset=8)
    code = Target(
        to=f"/approve/{approve}/code", on=f"/approve/{approve}", fields=("code",), having="code", stride=120
    )
    place.attack(code, rule="/approve/<token>/code")
    coalition.approve_all().release()
    coalition.deliver_mail()
    with transaction(coalition.engine) as session:
        follow_deliveries(session, now=coalition.now)
    coalition.publish()
    ask = letter_page(coalition, "/ask")
    place.attack(Target(to=ask, fields=("organization",), stride=25), rule="/letters/<slug>/ask", offset=9)


def over(place: Place) -> None:
    """Try the button on the page of a link that is over."""
    for name in RENEWED:
        path = f"/{name}/{'A' * 43}"
        anew = Target(to=f"{path}/anew", on=path, fields=("nonce",), stride=120)
        place.attack(anew, rule=f"/{name}/<token>/anew")
