"""A dossier's signature and time-stamp are such as openssl accepts, and nothing else is taken for one."""

import hashlib
import subprocess

import pytest

from service.delivery.asking import Asking
from service.delivery.dossier import der
from service.delivery.dossier.signature import read_signer
from service.delivery.dossier.time_stamp import Authority, ask_for_stamp, read_answer, write_query
from service.delivery.parcel import NotNow, NotTaken
from service.foundation.errors import Refused
from tests.doubles import time_stamps
from tests.doubles.time_stamps import TimeStamps, make_certificate, make_rsa_key
from tests.required import tool

DATA = b"00ff  data/letter.pdf\n"
DIGEST = hashlib.sha512(DATA).digest()
NONCE = 0x7EDC_BA98_7654_3210


@pytest.fixture(scope="module")
def openssl():
    path = tool("openssl", package="openssl")

    def ask(*arguments, cwd, stdin=None):
        return subprocess.run([path, *arguments], cwd=cwd, input=stdin, capture_output=True, check=False)

    return ask


@pytest.fixture(scope="module")
def authority(tmp_path_factory, openssl):
    with TimeStamps(tmp_path_factory.mktemp("authority")).serving() as serving:
        yield serving


def stamped(authority, data=DATA):
    asked = Authority(url=authority.url, certificates=authority.root)
    return ask_for_stamp(data, asked, asking=Asking(), nonce=lambda: NONCE)


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_openssl_accepts_the_signature_and_no_other_bytes(kind, openssl, tmp_path):
    _, certificate, key = make_certificate("Coalition", key=make_rsa_key() if kind == "rsa" else None)
    signer = read_signer(certificate, key)

    (tmp_path / "s.p7s").write_bytes(signer.sign(DATA))

    (tmp_path / "ca.pem").write_bytes(certificate)
    (tmp_path / "data").write_bytes(DATA)
    (tmp_path / "other").write_bytes(DATA + b"\n")
    given = ("cms", "-verify", "-binary", "-inform", "DER", "-in", "s.p7s", "-CAfile", "ca.pem")
    assert openssl(*given, "-purpose", "any", "-content", "data", cwd=tmp_path).returncode == 0
    assert openssl(*given, "-purpose", "any", "-content", "other", cwd=tmp_path).returncode != 0
    assert DATA not in signer.sign(DATA)
    assert signer.name == "CN=Coalition"
    if kind == "rsa":
        assert signer.sign(DATA) == signer.sign(DATA)


def test_the_certificates_above_go_with_the_signature(openssl, tmp_path):
    root, above, _ = make_certificate("Root")
    _, own, key = make_certificate("Coalition", signed_by=root)

    (tmp_path / "s.p7s").write_bytes(read_signer(own + above, key).sign(DATA))

    listed = openssl("pkcs7", "-inform", "DER", "-in", "s.p7s", "-print_certs", "-noout", cwd=tmp_path).stdout
    assert b"Coalition" in listed
    assert b"Root" in listed


def test_what_cannot_sign_is_refused_and_no_key_is_shown():
    _, certificate, key = make_certificate("Coalition")
    _, _, other = make_certificate("Somebody else")

    for given, says in (
        ((b"nothing", key), "certificate"),
        ((certificate, b"nothing"), "key"),
        ((certificate, other), "not the one"),
    ):
        with pytest.raises(Refused, match=says):
            read_signer(*given)
    assert "key" not in repr(read_signer(certificate, key))


def test_openssl_reads_the_question(openssl, tmp_path):
    (tmp_path / "q").write_bytes(write_query(DIGEST, nonce=NONCE))

    said = openssl("ts", "-query", "-in", "q", "-text", cwd=tmp_path).stdout.decode()

    assert "Hash Algorithm: sha512" in said
    assert "Certificate required: yes" in said
    assert f"Nonce: 0x{NONCE:X}" in said


def test_a_time_stamp_is_taken_and_openssl_accepts_it(authority, openssl, tmp_path):
    stamp = stamped(authority)

    (tmp_path / "r").write_bytes(stamp.answer)
    (tmp_path / "data").write_bytes(DATA)
    (tmp_path / "other").write_bytes(b"other")
    (tmp_path / "root.pem").write_bytes(authority.root)
    given = ("ts", "-verify", "-in", "r", "-CAfile", "root.pem")
    assert openssl(*given, "-data", "data", cwd=tmp_path).returncode == 0
    assert openssl(*given, "-data", "other", cwd=tmp_path).returncode != 0
    said = openssl("ts", "-reply", "-in", "r", "-text", cwd=tmp_path).stdout.decode()
    assert f"{stamp.at:%b} {stamp.at.day:2} {stamp.at:%H:%M:%S %Y} GMT" in said
    assert DATA not in authority.asked[-1]


@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        (time_stamps.BUSY, NotNow),
        (time_stamps.HANGS_UP, NotNow),
        (time_stamps.GONE, NotTaken),
        (time_stamps.GARBAGE, NotTaken),
        (time_stamps.HALF, NotTaken),
        (time_stamps.OF_ANOTHER, NotTaken),
        (time_stamps.REFUSES, NotTaken),
    ],
)
def test_nothing_else_is_taken_for_a_time_stamp(fault, raised, authority, monkeypatch):
    monkeypatch.setattr(authority, "fault", fault)

    with pytest.raises(raised, match=r"dossier|asked again"):
        stamped(authority)


def test_an_authority_that_is_not_there_is_said_so():
    nobody = Authority(url="http://127.0.0.1:9/tsr", certificates=b"")

    with pytest.raises(NotNow, match="could not be reached"):
        ask_for_stamp(DATA, nobody, asking=Asking(), nonce=lambda: NONCE)


def test_a_stamp_of_another_question_is_not_taken(authority):
    answer = stamped(authority).answer

    for digest, nonce in ((DIGEST, NONCE - 1), (hashlib.sha512(b"").digest(), NONCE)):
        with pytest.raises(ValueError, match="something else"):
            read_answer(answer, digest=digest, nonce=nonce)
    assert read_answer(answer, digest=DIGEST, nonce=NONCE).answer == answer


def test_an_answer_that_is_cut_or_spoilt_raises_only_what_is_foreseen(authority):
    answer = stamped(authority).answer

    for place in range(400):
        spoilt = bytearray(answer)
        spoilt[place] ^= 0xFF
        for given in (bytes(spoilt), answer[:place]):
            try:
                read_answer(given, digest=DIGEST, nonce=NONCE)
            except ValueError:
                continue


@pytest.mark.parametrize("number", [0, 1, 127, 128, 255, 256, 2**62, 2**63 - 1])
def test_numbers_come_back(number):
    assert der.read(der.write_number(number)).number == number


@pytest.mark.parametrize("length", [0, 1, 127, 128, 255, 256, 65_536])
def test_long_values_come_back(length):
    written = der.write(der.OCTETS, bytes(length))

    assert der.read(written).content == bytes(length)
    with pytest.raises(ValueError, match="value"):
        der.read(written + written)


@pytest.mark.parametrize("oid", ["2.16.840.1.101.3.4.2.3", "1.2.840.113549.1.7.2", "1.2.3.4.300"])
def test_object_identifiers_are_written_as_openssl_writes_them(oid, openssl, tmp_path):
    (tmp_path / "oid").write_bytes(der.write_oid(oid))

    said = openssl("asn1parse", "-inform", "DER", "-in", "oid", cwd=tmp_path).stdout.decode()

    names = {"2.16.840.1.101.3.4.2.3": "sha512", "1.2.840.113549.1.7.2": "pkcs7-signedData"}
    assert names.get(oid, oid) in said
