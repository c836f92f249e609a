"""Returned mail is understood as a careful postmaster would: in doubt milder, and never with a crash."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mail.bounce import Report, read_report
from service.mail.failure_code import find_code, kind_of_failure
from service.model.report_kind import ReportKind
from tests.unit.mail.bounces.formal import FORMAL
from tests.unit.mail.bounces.informal import INFORMAL
from tests.unit.mail.bounces.shapes import DOMAIN, KEY, OUR_ID, PATH, ROW, Sample, dsn, status

SAMPLES = [*FORMAL, *INFORMAL]
NAMES = [sample.name for sample in SAMPLES]
WHOLE = FORMAL[0].data


def read(data: bytes, recipient: str = "") -> Report:
    return read_report(data, recipient=recipient, site_key=KEY, bounce_domain=DOMAIN)


def test_the_corpus_is_large_and_its_names_tell_apart() -> None:
    assert len(SAMPLES) >= 40
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_it_is_classified(sample: Sample) -> None:
    report = read(sample.data)

    assert (report.kind, report.code) == (sample.kind, sample.code)


@pytest.mark.parametrize(
    "sample", [sample for sample in SAMPLES if sample.by != "any"], ids=lambda sample: sample.name
)
def test_our_mail_is_found(sample: Sample) -> None:
    report = read(sample.data)

    by_path, by_id = report.row_id == ROW, OUR_ID in report.message_ids
    assert (by_path, by_id) == (sample.by in {"both", "verp"}, sample.by in {"both", "id"})
    assert report.row_id in {ROW, None}


@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_the_envelope_says_which_mail_it_is_whatever_is_inside(sample: Sample) -> None:
    assert read(sample.data, recipient=PATH.upper()).row_id == ROW


@pytest.mark.parametrize(
    ("block", "host"),
    [
        ("Remote-MTA: dns; mx.lakes.example", "mx.lakes.example"),
        ("Remote-MTA: DNS;MX.Lakes.Example (192.0.2.1)", "mx.lakes.example"),
        ("Remote-MTA: x-local; mx.lakes.example", ""),
        ("Remote-MTA: dns; localhost", ""),
        ("", ""),
    ],
)
def test_a_relayed_mail_names_who_took_it(block: str, host: str) -> None:
    report = read(dsn(status("relayed", "2.0.0") + f"{block}\n").encode())

    assert (report.kind, report.taken_by) == (ReportKind.RELAYED, host)


def test_where_two_took_it_or_it_failed_nobody_is_named() -> None:
    took = "Remote-MTA: dns; mx{}.lakes.example\n"
    both = dsn(
        status("relayed", "2.0.0") + took.format(1),
        status("relayed", "2.0.0", to="b@lakes.example") + took.format(2),
    )
    failed = dsn(status("failed", "5.1.1", "550 5.1.1 User unknown") + took.format(1))

    assert [read(one.encode()).taken_by for one in (both, failed)] == ["", ""]


@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_no_sample_takes_long(sample: Sample) -> None:
    began = time.process_time()
    read(sample.data)

    assert time.process_time() - began < 2


@given(st.binary(max_size=400))
def test_any_bytes_are_read(data: bytes) -> None:
    assert read(data).kind in ReportKind
    assert read(WHOLE[:400] + data).kind in ReportKind


@given(st.integers(0, len(WHOLE)), st.integers(0, len(WHOLE)), st.binary(max_size=60))
def test_any_damage_is_survived(start: int, end: int, put: bytes) -> None:
    report = read(WHOLE[: min(start, end)] + put + WHOLE[max(start, end) :], recipient=PATH)

    assert report.row_id == ROW


@given(st.sampled_from([sample.data for sample in SAMPLES if len(sample.data) < 20_000]), st.data())
def test_any_cut_is_survived(data: bytes, drawn: st.DataObject) -> None:
    report = read(data[: drawn.draw(st.integers(0, len(data)))])

    assert report.kind in ReportKind


def test_the_same_mail_has_the_same_fingerprint_after_another_way() -> None:
    again = b"Received: from another by mx; Mon, 23 Nov 2026 11:00:00 +0000\r\n" + WHOLE

    assert read(again, PATH).fingerprint == read(WHOLE, PATH).fingerprint
    assert read(FORMAL[1].data, PATH).fingerprint != read(WHOLE, PATH).fingerprint


def test_no_report_holds_an_address_of_a_person() -> None:
    assert all("signer@" not in repr(read(sample.data)) for sample in SAMPLES)


@pytest.mark.parametrize("junk", [b"\0", b"\x1b", b"\xff", b" ", b"+00", b"+0A", b"+3E"])
def test_only_plain_ids_are_looked_for(junk: bytes) -> None:
    hostile = b"a" + junk + b"b@rivers.example"
    head = b"In-Reply-To: <" + hostile + b">\r\n"
    status = b"\r\nOriginal-Envelope-Id: " + hostile + b"\r\nReporting-MTA:"

    report = read(head + FORMAL[0].data.replace(b"\r\nReporting-MTA:", status))

    assert all(re.fullmatch(r"<[!-~]+>", found) for found in report.message_ids)
    assert OUR_ID in report.message_ids


CODES = [
    ("5.1.1", "", ReportKind.HARD),
    ("5.1.10", "", ReportKind.HARD),
    ("5.1.6", "", ReportKind.HARD),
    ("5.2.1", "", ReportKind.HARD),
    ("5.2.2", "", ReportKind.SOFT),
    ("5.2.3", "", ReportKind.SOFT),
    ("5.3.0", "user unknown", ReportKind.SOFT),
    ("5.4.1", "", ReportKind.SOFT),
    ("5.6.1", "", ReportKind.SOFT),
    ("5.7.1", "user unknown", ReportKind.POLICY),
    ("5.7.509", "", ReportKind.POLICY),
    ("5.1.7", "", ReportKind.POLICY),
    ("4.2.2", "user unknown", ReportKind.SOFT),
    ("", "550 no such user here", ReportKind.HARD),
    ("", "550 <spam@blocked.example> no such user", ReportKind.HARD),
    ("", "550 rejected", ReportKind.SOFT),
    ("5.0.0", "550 listed in an RBL, user unknown", ReportKind.POLICY),
]


@pytest.mark.parametrize(("code", "words", "kind"), CODES)
def test_a_failure_is_judged_by_its_code_and_words(code: str, words: str, kind: ReportKind) -> None:
    assert kind_of_failure(code, words) is kind


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        (["5.0.0", "550 5.1.1 unknown"], "5.1.1"),
        (["5.2.2", "550 5.1.1 unknown"], "5.2.2"),
        (["5.0.0", "550 unknown"], "5.0.0"),
        (["(#5.1.1)"], "5.1.1"),
        (["unknown 5.1.1."], "5.1.1"),
        (["host 10.5.1.1 and 5.1.1.9 and 2.1.5"], ""),
    ],
)
def test_the_most_telling_code_is_found(texts: list[str], code: str) -> None:
    assert find_code(texts) == code
