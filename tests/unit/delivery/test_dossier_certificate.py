"""The delivery certificate says what is known and no more, for machines and on paper, whatever words it is given."""

import io
import json
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import page
import pikepdf
import pytest

from service.delivery.dossier.certificate import (
    Certificate,
    Fact,
    RungTold,
    Seals,
    SendingTold,
    certificate_json,
    file_of,
)
from service.delivery.dossier.paper import certificate_paper, render_certificate
from service.delivery.dossier.read_me import write_read_me
from service.delivery.ladder import WORDS
from service.delivery.to_members import MemberCount
from service.foundation.sentence import Sentence
from service.letter.fonts import Fonts
from service.model.states import DeliveryState
from tests.required import tool

NOON = datetime(2026, 12, 7, 9, 0, 5, tzinfo=timezone(timedelta(hours=-5)))
FONTS = Fonts()
FILE = file_of("data/letter/full/letter.pdf", b"%PDF-", pages=2)
SENDING = SendingTold(
    office="Jane Q. Example",
    channel="email",
    copy="full",
    check_code="a" * 64,
    state=DeliveryState.HANDED_OVER,
    word=WORDS[DeliveryState.HANDED_OVER],
    rungs=[RungTold(rung="handed_over", word=Sentence("handed over"), at=NOON, known="queued as 9")],
    facts=[Fact(code="mail-1.relay", what=Sentence("Our relay"), says="mail.rivers.example:587")],
    files=[FILE],
)
CERTIFICATE = Certificate(
    language="en",
    slug="clean-river",
    title="Keep the river open",
    coalition="Coalition for Open Rivers",
    edition=1,
    kind="letter",
    fingerprint="f" * 64,
    revision=2,
    revision_sha256="e" * 64,
    organizations=59,
    individuals=2,
    frozen_at=NOON,
    released_at=NOON,
    made_at=NOON,
    letters=[FILE],
    sendings=[SENDING],
    members=[],
    proofs=[("data/letter/full/letter.json", "a" * 64)],
    head="12:" + "b" * 64,
    seals=Seals(),
)
MEMBER = MemberCount(
    office="Ada Member",
    channel="cwc",
    released=12,
    accepted=7,
    on_their_way=1,
    in_doubt=0,
    stopped=1,
    not_accepted=3,
)
HOSTILE = [
    '#read("/etc/passwd") $x$ <label> *not* \\ // /* */',
    "x" * 400,
    "a name that no font has \U000f0000, and ئۇيغۇر",
    "",
    "</script>{{ 7*7 }}",
]


def words_of(certificate):
    data = rendered(certificate)
    reader = tool("pdftotext", package="poppler-utils")
    done = subprocess.run([reader, "-layout", "-", "-"], input=data, capture_output=True, check=True)
    return " ".join(done.stdout.decode().replace("\u200b", "").split())


def rendered(certificate):
    paper = certificate_paper(certificate, language=certificate.language)
    return render_certificate(paper, fonts=FONTS, at=1_800_000_000)


def assert_is_archival(data):
    for profile in ("2a", "ua1"):
        report = page.validate_pdf_bytes(data, profile=profile)
        assert [one.message for one in report.failures if "STREAM-LENGTH" not in one.rule_id] == []


def test_all_times_are_in_utc():
    record = json.loads(certificate_json(CERTIFICATE))

    assert record["edition"]["released_at"] == "2026-12-07T14:00:05+00:00"
    assert record["sendings"][0]["rungs"][0]["at"] == "2026-12-07T14:00:05+00:00"
    assert "2026-12-07 14:00:05 UTC" in words_of(CERTIFICATE)


def test_handed_over_is_never_said_to_have_arrived():
    assert "That it reached the office is not known." in words_of(CERTIFICATE)


@pytest.mark.parametrize(
    ("seals", "says"),
    [
        (Seals(), "This dossier is not signed"),
        (Seals(), "This dossier has no time-stamp"),
        (Seals(signer="CN=Rivers", signer_sha256="c" * 64), "by the certificate of CN=Rivers"),
        (Seals(authority="https://time.example/tsr"), "of the authority https://time.example/tsr"),
    ],
)
def test_it_says_whether_it_is_sealed(seals, says):
    assert says in words_of(replace(CERTIFICATE, seals=seals))
    record = json.loads(certificate_json(replace(CERTIFICATE, seals=seals)))
    assert (record["signed"], record["time_stamped"]) == (bool(seals.signer), bool(seals.authority))


def test_the_read_me_has_the_commands_of_the_seals_that_there_are():
    plain = write_read_me(CERTIFICATE).decode()
    sealed = write_read_me(
        replace(CERTIFICATE, seals=Seals(signer="CN=Rivers", authority="https://time.example/tsr"))
    ).decode()

    assert "NOT SIGNED" in plain
    assert "NOT TIME-STAMPED" in plain
    assert "openssl" not in plain
    assert "NOT " not in sealed
    assert "openssl cms -verify" in sealed
    assert "openssl ts -verify" in sealed
    assert max(map(len, sealed.splitlines())) <= 76


def test_messages_to_members_are_told_in_numbers():
    words = words_of(replace(CERTIFICATE, members=[MEMBER, replace(MEMBER, office="Bo Member", released=1)]))

    assert "Constituents’ messages to their Members" in words
    assert "Ada Member" in words
    assert "Released: 12. Accepted: 7. On their way: 1. In doubt: 0. Not accepted: 3. Stopped: 1." in words
    assert words.index("Ada Member") < words.index("Bo Member")
    record = json.loads(certificate_json(replace(CERTIFICATE, members=[MEMBER])))
    assert record["messages_to_members"][0]["accepted"] == 7
    assert "Members" not in words_of(CERTIFICATE)


def test_what_was_never_sent_proves_nothing():
    unsent = replace(SENDING, state=DeliveryState.NOT_CONFIGURED, rungs=[], facts=[], files=[])

    words = words_of(
        replace(CERTIFICATE, sendings=[replace(unsent, word=WORDS[DeliveryState.NOT_CONFIGURED])])
    )

    assert "Not sent: this way is not set up here" in words
    assert "No step of this sending is proved." in words


@pytest.mark.parametrize("word", HOSTILE)
def test_whatever_words_it_is_given_it_is_set(word):
    rung = replace(SENDING.rungs[0], known=word)
    sending = replace(SENDING, office=word or "-", rungs=[rung], facts=[replace(SENDING.facts[0], says=word)])
    member = replace(MEMBER, office=word or "-")
    hostile = replace(
        CERTIFICATE, title=word or "-", coalition=word or "-", sendings=[sending], members=[member]
    )

    data = rendered(hostile)

    assert_is_archival(data)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert all(float(page.mediabox[2]) < 600 for page in pdf.pages)


@pytest.mark.parametrize("language", ["fr", "ar", "bo", "zh-Hans"])
def test_it_is_archival_in_other_scripts(language):
    assert_is_archival(rendered(replace(CERTIFICATE, language=language)))


def test_the_same_certificate_gives_the_same_bytes():
    later = replace(CERTIFICATE, made_at=NOON.astimezone(UTC))

    assert certificate_json(CERTIFICATE) == certificate_json(later)
    assert rendered(CERTIFICATE) == rendered(later)
