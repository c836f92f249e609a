"""Every kind of mail, every command and every file shows only whom it may; one that is added and is not tried here fails."""

import json
import logging
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from datetime import timedelta
from email import policy
from email.parser import BytesParser

import click
import pytest
from sqlmodel import select

from service.campaigns.queries import get_campaign
from service.cli.main import commands
from service.delivery.messages import delivery_composers
from service.delivery.rehearse import rehearse
from service.kit.messages import kit_composers
from service.kit.send import send_kits
from service.letter.compile import compile_copy
from service.letter.copy import make_copy
from service.letter.fonts import Fonts
from service.mail.brakes.canary import UNDO
from service.model.edition import Decision
from service.model.message import Message
from service.model.update import UpdateAudience
from service.schedules.digest_mail import schedule_composers
from service.signing.commenting.guest_mails import guest_composers
from service.signing.decide import decide
from service.signing.fresh_link import send_asked_links
from service.signing.invitees.chase_mail import with_chase_mails
from service.signing.messages import signing_composers
from service.signing.mirror import make_mirror
from service.signing.organizations.asking import answer_inquiries
from service.signing.roll import letter_as_it_stands
from service.signing.update_words import UpdateWords
from service.signing.updates import keep_update_links, post_update, start_update
from service.store.transaction import reading, transaction
from tests.changing import NEW_WORDS, revised
from tests.chasing import chase
from tests.coalition import PUBLIC_URL, SLUG, letter_file
from tests.commenting import add_guest
from tests.desk_objects_members import chased
from tests.desk_objects_sends import try_sending
from tests.doubles.relay import free_port
from tests.operator import Operator
from tests.reminding import post_digest, remind_due
from tests.stories import test_nobody_is_shown_to_whom_they_did_not_choose as matrix
from tests.stories.visitor import letter_page

PUBLIC, FULL, NOBODY = matrix.PUBLIC, matrix.FULL, matrix.NOBODY
EVERYTHING = frozenset({"public", "recipient", "counted", "private"})
OFFICES = {"president@office.example": FULL, "other@office.example": PUBLIC, "news@daily.example": PUBLIC}
TO_US = {"letter@rivers.example": EVERYTHING, "ada@lakes.example": FULL, "ben@rivers.example": FULL}

# What looks: how it is asked, and whom it may show. The secretariat's own lists show everybody, that is what they are for.
LOOKS: dict[str, tuple[tuple[str, ...], frozenset[str]]] = {
    "campaign list": ((), NOBODY),
    "campaign show": ((SLUG,), NOBODY),
    "campaign mirror": ((SLUG, "--out", "mirror"), NOBODY),
    "signatories list": ((SLUG, "--json"), EVERYTHING),
    "signatories quarantine list": ((SLUG,), NOBODY),
    "signatories export": ((SLUG,), EVERYTHING),
    "signatories show": ((SLUG, "ID"), EVERYTHING),
    "signatories domain": ((SLUG, "ID"), EVERYTHING),
    "signatories calls": ((SLUG,), EVERYTHING),
    "abuse list": ((), NOBODY),
    "coordinator list": ((), NOBODY),
    "letter compile": ((SLUG, "--format", "txt", "--out", "-"), PUBLIC),
    "letter pack": ((SLUG, "--out", "pack.pdf"), NOBODY),
    "letter verify": (("keys/root.key", "--json"), NOBODY),
    "letter words": (("cy",), NOBODY),
    "deliver": ((SLUG, "--check"), NOBODY),
    "outbox show": (("--json",), NOBODY),
    "update show": ((SLUG, "news"), NOBODY),
    "schedule list": ((SLUG, "--json"), NOBODY),
    "schedule forecast": ((SLUG, "--json"), NOBODY),
    "schedule calendar": (("--json",), NOBODY),
    "purge plan": (("--json",), NOBODY),
    "purge letter": ((SLUG, "--json"), NOBODY),
    "dossier verify": ((".", "--json"), NOBODY),
    "show list": ((SLUG, "--json"), NOBODY),
    "audit list": ((SLUG, "--json"), NOBODY),
    "audit verify": ((SLUG, "--json"), NOBODY),
    "status": (("--json",), NOBODY),
    "doctor": ((), NOBODY),
}
# What acts tells in numbers, ids and slugs what it did; of none of these is it asked to show anybody.
ACTS = {
    *(
        "init",
        "run",
        "serve",
        "worker",
        "update send",
        "update stop",
        "update plan",
        "kit send",
        "letter template",
        "dossier make",
        "outbox retry",
        "outbox hold",
        "outbox resume",
    ),
    *(
        f"campaign {act}"
        for act in ("load", "freeze", "thaw", "open", "close", "reopen", "publish", "revise", "archive")
    ),
    *(
        f"schedule {act}"
        for act in ("add", "proof", "change", "approve", "pause", "resume", "cancel", "decide")
    ),
    *(f"purge {act}" for act in ("keep", "compact")),
    *(f"show {act}" for act in ("plan", "go", "skip", "stop", "resume")),
    *(f"coordinator {act}" for act in ("invite", "disable", "enable", "recover")),
    *(f"abuse {act}" for act in ("block", "allow", "no-mail", "forget", "attack")),
    *(f"signatories quarantine {act}" for act in ("release", "discard", "undo")),
    *(
        f"signatories {act}"
        for act in (
            *(
                "import",
                "code",
                "address",
                "vouch",
                "accept",
                "decline",
                "hold",
                "release",
                "another",
                "same",
            ),
            *("settle", "attest", "countersign", "agreed"),
        )
    ),
}


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def setup(coalition, visitor):
    """Give the letter of the matrix, private and unpublished, with one signatory for each way of being named."""
    return matrix.make_setup(coalition, visitor, access="link", shown="after_publication")


def test_every_kind_of_mail_shows_nobody_to_whom_they_did_not_choose(setup, caplog):
    caplog.set_level(logging.DEBUG)
    collect(setup)
    carry_on(setup)

    coalition = setup.coalition
    with reading(coalition.engine) as session:
        kinds = dict(session.exec(select(Message.message_id, Message.kind)).all())
    wrong, seen = [], set()
    for envelope in coalition.postbox.kept:
        message = BytesParser(policy=policy.default).parsebytes(envelope.data)
        kind, to = kinds[str(message["Message-ID"])], str(message["To"])
        seen.add(kind)
        wrong += matrix.check(f"{kind} to {to}", without_owner(words_of_mail(message), to), may_see(to))
    written = {
        *signing_composers(coalition.keyring, public_url=PUBLIC_URL),
        *delivery_composers(coalition.keyring, public_url=PUBLIC_URL, fonts=Fonts()),
        *kit_composers(coalition.keyring, public_url=PUBLIC_URL),
        *schedule_composers(coalition.keyring, public_url=PUBLIC_URL, lead=timedelta(days=1)),
        *guest_composers(coalition.keyring, public_url=PUBLIC_URL),
        *with_chase_mails({}, coalition.keyring, public_url=PUBLIC_URL),
    }

    assert wrong == []
    assert seen == written, "a kind of mail that is not brought about here"
    assert matrix.seen_in(caplog.text) == set()


def may_see(to: str) -> frozenset[str]:
    return OFFICES.get(to) or TO_US.get(to) or NOBODY


def without_owner(text: str, to: str) -> str:
    """Take out of a text what its reader wrote: it is its own."""
    owner = matrix.CANARY.match(to)
    return re.sub(f"canary{owner[1]}{owner[2]}[a-z]+", "", text, flags=re.IGNORECASE) if owner else text


def words_of_mail(message) -> str:
    """Give all that a mail says: every header, every part that is text, and what an attached PDF says."""
    said = [f"{name}: {value}" for name, value in message.items() if name != "To"]
    for part in message.walk():
        if part.get_content_maintype() == "text":
            said.append(part.get_content())
        elif part.get_content_type() == "application/pdf":
            said.append(words_of_pdf(part.get_content()))
    return "\n".join(said)


def words_of_pdf(data: bytes) -> str:
    """Read a PDF where a reader is installed; without one, its document is tried in every other format."""
    reader = shutil.which("pdftotext")
    if reader is None:
        return ""
    done = subprocess.run([reader, "-", "-"], input=data, capture_output=True, check=True)
    # A long word is broken over lines, and the name goes on.
    return done.stdout.decode().replace("\N{SOFT HYPHEN}", "").replace("-\n", "").replace("\u200b", "")


def collect(setup) -> None:
    """Bring about every kind of mail that comes while a letter collects sign-ons."""
    coalition, visitor = setup.coalition, setup.visitor
    one = matrix.canaries("organization", "public")
    coalition.sign(**{**one, "kind": matrix.Kind.ORGANIZATION, "wants_news": True}).deliver_mail()
    visitor.send(letter_page(coalition, "/link"), {"email": one["email"]})
    with transaction(coalition.engine) as session:
        assert send_asked_links(session, coalition.keyring, now=coalition.now)
    visitor.send(
        f"/invitation/{coalition.newest_token('invitation')}", {"question": "When?"}, answer="question"
    )
    chased(coalition)
    # Somebody else signs for the one who was invited, its contact says no, and a second officer is asked.
    coalition.sign_and_confirm("Invited One", email="x@mail.example").deliver_mail()
    officer = {"officer_name": "Ben Board", "officer_email": "ben.board@lakes.example"}
    visitor.send(f"/manage/{coalition.newest_token('manage')}/evidence", officer, having="officer_email")
    visitor.send(f"/objection/{coalition.newest_token('objection')}", {})
    coalition.sign("Late Lake").deliver_mail()
    coalition.sign_and_confirm("Declined Delta").deliver_mail()
    with transaction(coalition.engine) as session:
        rows = json.loads(session_list(session, coalition))
        named = [row["id"] for row in rows if row["name"] == "Declined Delta"]
        decide(session, coalition.keyring, SLUG, named, act="decline", by="test", now=coalition.now)
    coalition.deliver_mail().wait(days=10, hours=12)
    with transaction(coalition.engine) as session:
        lead = coalition.campaign().deadline_at - coalition.now
        assert remind_due(session, coalition.keyring, lead=lead, now=coalition.now)
        post_digest(session, get_campaign(session, SLUG), now=coalition.now)
    try_sending(coalition)
    news = "/manage/" + re.findall(r"/manage/([\w-]{43})", mail_to(coalition, one["email"]))[0]
    visitor.send(f"{news}/mail", {"language": "en", "news": "yes"}, having="language")
    for audience in UpdateAudience:
        told(coalition, audience)
    add_guest(coalition)
    file = letter_file(more=setup.more, tables=matrix.TABLES).replace(*NEW_WORDS)
    revised(coalition, file, hours=24)
    coalition.deliver_mail()
    for token in coalition.tokens("change"):
        visitor.send(f"/change/{token}", {}, answer="agree")
    coalition.deliver_mail()


def session_list(session, coalition) -> str:
    return json.dumps(matrix.list_signatories(session, coalition.keyring, get_campaign(session, SLUG)))


def mail_to(coalition, address: str) -> str:
    return "\n".join(mail.text for mail in coalition.mails() if mail.to == address)


def told(coalition, audience: UpdateAudience) -> None:
    words = UpdateWords(subject="We go on Tuesday", body="The **office** will see us.")
    with transaction(coalition.engine) as session:
        update = start_update(
            session, coalition.keyring, SLUG, words, audience=audience, by="test", now=coalition.now
        )
        keep_update_links(session, coalition.keyring, update.update, now=coalition.now)
        post_update(session, coalition.keyring, update, after=None, now=coalition.now)
    coalition.now += UNDO


def carry_on(setup) -> None:
    """Bring about every kind of mail to the secretariat, the approvers, the offices, and who is asked about."""
    coalition = setup.coalition.wait(days=2).close()
    with transaction(coalition.engine) as session:
        rehearse(session, coalition.keyring, SLUG, by="test", now=coalition.now)
    coalition.propose()
    first = coalition.deliver_mail().tokens("approve")[-1]
    coalition.approve(first, Decision.CHANGES).deliver_mail()
    coalition.approve_all()
    matrix.release_and_publish(coalition)
    with transaction(coalition.engine) as session:
        send_kits(session, coalition.keyring, SLUG, under_embargo=False, by="test", now=coalition.now)
    asked = {"organization": matrix.canaries("organization", "public")["name"]}
    setup.visitor.send(letter_page(coalition, "/ask"), asked)
    with transaction(coalition.engine) as session:
        assert answer_inquiries(session, coalition.keyring, now=coalition.now)
    chase(coalition)
    coalition.deliver_mail()


def test_every_command_shows_nobody_whom_it_may_not(setup, database_url, tmp_path):
    coalition = setup.coalition
    operator = Operator(tmp_path, smtp_port=free_port(), web_port=free_port(), database_url=database_url)
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "root.key").write_bytes(coalition.root.secret)
    operator.does("init")
    with reading(coalition.engine) as session:
        row_id = json.loads(session_list(session, coalition))[-1]["id"]

    assert set(LOOKS) | ACTS == set(all_commands(commands)), "a command that stands in neither list"
    wrong = []
    for name, (arguments, allowed) in LOOKS.items():
        given = [row_id if argument == "ID" else argument for argument in arguments]
        done = operator.run(*name.split(), *given)
        said = done.stdout + done.stderr
        assert "Traceback" not in said, name
        wrong += matrix.check(f"undersigned {name}", said, allowed)
    seen = {
        name: matrix.seen_in(operator.run(*name.split(), *LOOKS[name][0]).stdout)
        for name in ("signatories export", "letter compile")
    }

    assert wrong == []
    assert seen == {"signatories export": EVERYTHING, "letter compile": PUBLIC}
    full = operator.does("letter", "compile", SLUG, "--format", "txt", "--copy", "full", "--out", "-")
    assert matrix.seen_in(full) == FULL


def all_commands(command: click.Command, path: Sequence[str] = ()) -> Iterator[str]:
    """Give every command that can be typed, by its whole name."""
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from all_commands(below, (*path, name))
    else:
        yield " ".join(path)


def test_every_file_shows_nobody_whom_it_may_not(setup):
    coalition = setup.coalition
    matrix.send_and_publish(setup)
    with reading(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        letter = letter_as_it_stands(session, coalition.keyring, campaign, now=coalition.now)
        mirrors = {
            names: make_mirror(
                session,
                coalition.keyring,
                SLUG,
                names=names,
                address=PUBLIC_URL,
                fonts=Fonts(),
                now=coalition.now,
            ).files
            for names in (False, True)
        }
    wrong = []
    for audience, allowed in (("public", PUBLIC), ("full", FULL), ("unnamed", NOBODY)):
        data = compile_copy(make_copy(letter, audience=audience, office=None), form="pdf").data
        wrong += matrix.check(
            f"{audience} copy as PDF",
            words_of_pdf(data),
            allowed,
            all_of_them=bool(shutil.which("pdftotext")),
        )
        assert matrix.seen_in(data.decode("latin-1")) == set()
    for names, files in mirrors.items():
        for name, data in files.items():
            text = words_of_pdf(data) if name.endswith(".pdf") else data.decode("utf-8", "replace")
            wrong += matrix.check(f"mirror, names {names}: {name}", text, PUBLIC if names else NOBODY)
    # What a signatory takes along is its own and nobody else's.
    for kind, visibility in ((k, v) for k in matrix.Kind for v in matrix.Visibility):
        own = matrix.canaries(kind, visibility)
        token = re.findall(r"/manage/([\w-]{43})", mail_to(coalition, own["email"]))[-1]
        data = setup.visitor.send(f"/manage/{token}", {}, answer="data").text
        assert own["name"] in data
        wrong += matrix.check(f"data of {kind} {visibility}", without_owner(data, own["email"]), NOBODY)

    assert wrong == []
