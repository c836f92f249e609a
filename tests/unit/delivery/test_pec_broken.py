"""Receipts of certified mail that are broken, byte by byte: no other proof is made of them, and nothing breaks."""

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.delivery.channels.pec.receipt import Sent, hear
from service.delivery.channels.pec.signed import read_authorities
from tests.doubles.pec_provider import MESSAGE_ID, NOW, OFFICE, OURS, Says, make_authority

ROOT = make_authority()
PROVIDER = ROOT.provider()
AUTHORITIES = read_authorities(ROOT.pem)
SENT = {MESSAGE_ID: Sent(number="parcel-1", sender=OURS, is_for=OFFICE.__eq__)}
GENUINE = Says()


def told(raw):
    return hear(raw, sent=SENT.get, authorities=AUTHORITIES, now=NOW)


def heard(raw):
    return told(raw).heard


WHOLE = PROVIDER.receipt()
PROVED = heard(WHOLE)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(place=st.integers(0, len(WHOLE) - 1), change=st.integers(1, 255))
def test_no_changed_byte_makes_another_proof_of_it(place, change):
    changed = WHOLE[:place] + bytes([WHOLE[place] ^ change]) + WHOLE[place + 1 :]

    found = told(changed)

    assert found is None or found.heard.rung is None or found.heard == PROVED


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(signature=st.binary(max_size=400) | st.just(PROVIDER.sign(b"x")), cut=st.integers(0, 400))
def test_no_signature_of_rubbish_is_ever_taken_or_breaks_anything(signature, cut):
    raw = PROVIDER.mail(GENUINE, PROVIDER.content(GENUINE), signature[: max(0, len(signature) - cut)])

    assert heard(raw).rung is None


SIGNATURE = PROVIDER.sign(PROVIDER.content(GENUINE))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(place=st.integers(0, len(SIGNATURE) - 1), change=st.integers(1, 255))
def test_no_changed_byte_of_a_signature_breaks_anything(place, change):
    changed = SIGNATURE[:place] + bytes([SIGNATURE[place] ^ change]) + SIGNATURE[place + 1 :]

    found = heard(PROVIDER.mail(GENUINE, PROVIDER.content(GENUINE), changed))

    assert found.rung is None or found == PROVED


PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "multipart/signed",
                ";",
                "boundary",
                "*",
                "=",
                "0*",
                "''",
                "utf-8''%ff",
                '"',
                "----08FC",
                "protocol",
            ),
            *(
                "application/pkcs7-signature",
                "\r\n ",
                "\r\nX-Ricevuta: accettazione",
                "=?utf-8?b?/w==?=",
                "\udcff",
                "<",
                "@",
            ),
        ]
    ),
    max_size=12,
)  # fmt: skip -- what is put together reads best in two rows


@settings(max_examples=300, deadline=None)
@given(name=st.sampled_from(["Content-Type", "From", "X-Riferimento-Message-ID"]), value=PIECES)
def test_no_header_breaks_anything(name, value):
    written = "".join(value).encode("utf-8", "surrogateescape")
    raw = re.sub(rb"\r\n" + name.encode() + rb":[^\r]*", b"\r\n" + name.encode() + b": ", WHOLE, count=1)

    found = told(raw.replace(name.encode() + b": ", name.encode() + b": " + written, 1))

    assert found is None or found.heard.rung is None or found.heard == PROVED
