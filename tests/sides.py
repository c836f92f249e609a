"""Every carrier beside what it carries to: each way that leaves by itself is opened here, on its simulator."""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace

from service.delivery.asking import Asking
from service.delivery.channels.cwc import CHANNEL as CWC
from service.delivery.channels.lob.carrier import LobCarrier
from service.delivery.channels.pec.carrier import PecCarrier
from service.delivery.channels.pec.message import Words, make_documents
from service.delivery.channels.pingen.carrier import PingenCarrier
from service.delivery.channels.regulations.carrier import RegulationsCarrier
from service.delivery.channels.regulations.comment import Comment
from service.delivery.channels.regulations.comment import make_documents as make_comment
from service.delivery.channels.soapbox import CHANNEL as SOAPBOX
from service.delivery.congress.carrier import CongressCarrier
from service.delivery.congress.chamber import Chamber
from service.delivery.congress.letter import ConstituentLetter
from service.delivery.congress.rhythm import Rhythm
from service.delivery.congress.write import write_letter
from service.delivery.parcel import Carrier, Document, Parcel
from tests import congress, printing
from tests.carriers import ASKING, PATIENCE, Side, Trouble
from tests.constituents import SENATOR
from tests.doubles import lob, pec_provider, pingen, regulations_gov
from tests.doubles.congress import KEY as CONGRESS_KEY
from tests.doubles.congress import Trouble as Answer
from tests.doubles.congress import chamber_server
from tests.doubles.loopback_http import Fault, House, Manner, Reply, open_house
from tests.doubles.pec_house import PASSWORD, open_pec_house

NOW = pec_provider.NOW
_THE_LETTER = Document(name="letter.pdf", media_type="application/pdf", data=b"%PDF-1.7 the letter of 59")


@contextlib.contextmanager
def _lob() -> Iterator[Side]:
    house = lob.Lob(now=NOW)
    with open_house(house) as base:
        given = {
            "key": lob.LIVE,
            "sender": "Coalition\n12 Quay Street\nWashington, DC 20001",
            "url": f"{base}/v1",
        }
        sent = printing.parcel(settings=given, details=printing.AT_HOME)

        def elsewhere(port: int, s: str, asking: Asking) -> tuple[Carrier, Parcel]:
            return LobCarrier(asking), _set(sent, url=f"{_http(port, s)}/v1")

        yield Side(
            carrier=LobCarrier(ASKING),
            parcel=sent,
            letters=lambda: len(house.letters["live"]),
            heard=lambda: b"".join(one.body for one in house.asked),
            marks=(sent.documents[0].data,),
            goes_wrong=_at(
                house,
                "POST /v1/letters",
                refusal=house.error("failed_deliverability_strictness", "1 PALACE SQUARE is nowhere"),
            ),
            is_met=lambda: not house.faults,
            goes_well=house.faults.clear,
            elsewhere=elsewhere,
            secrets=(lob.LIVE, "Palace", "Quay", "Example"),
            knows_keys=True,
        )


@contextlib.contextmanager
def _pingen() -> Iterator[Side]:
    read = "Jürg Muster\nBundespräsident\nBundeskanzlei\nBundeshaus West 1\n3003 Bern"
    house = pingen.Pingen(now=NOW, reads=lambda _: (read, "CH"))
    with open_house(house) as base:
        house.base = base
        given = {
            "client_id": pingen.CLIENT,
            "client_secret": pingen.CLIENT_SECRET,
            "organisation": pingen.ORGANISATION,
            "mode": "production",
            "url": base,
            "identity_url": base,
        }
        letter = printing.document(letter_paper=False)
        sent = printing.parcel(letter, settings=given, details=printing.ABROAD)

        def elsewhere(port: int, s: str, asking: Asking) -> tuple[Carrier, Parcel]:
            there = _http(port, s)
            return PingenCarrier(asking, wait=_no_time), _set(sent, url=there, identity_url=there)

        yield Side(
            carrier=PingenCarrier(ASKING, wait=_no_time),
            parcel=sent,
            letters=lambda: len(house.sent),
            heard=lambda: b"".join(one.body for one in house.asked),
            marks=(letter.data,),
            goes_wrong=_at(
                house,
                r"PATCH /org.*send",
                refusal=pingen.error(422, "address_bad", "Bundeshaus West 1 is bad"),
            ),
            is_met=lambda: not house.faults,
            goes_well=house.faults.clear,
            elsewhere=elsewhere,
            secrets=(pingen.CLIENT_SECRET, pingen.TOKEN, "Muster", "Bundeshaus", "3003"),
            knows_keys=True,
        )


@contextlib.contextmanager
def _regulations() -> Iterator[Side]:
    how: dict[Trouble, regulations_gov.How] = {
        Trouble.SILENT_BEFORE: "is_silent",
        Trouble.SILENT_AFTER: "takes_and_is_silent",
        Trouble.CUT: "is_cut_off",
        Trouble.CLOSES_BEFORE: "closes",
        Trouble.CLOSES_AFTER: "takes_and_closes",
        Trouble.HALF_BEFORE: "answers_half",
        Trouble.HALF: "takes_and_answers_half",
        Trouble.REFUSES: "repeats_what_it_got",
        Trouble.FAILS: "fails",
        Trouble.TAKES_AND_FAILS: "takes_and_fails",
        Trouble.THROTTLES: "is_throttled",
        Trouble.IS_CLOSED: "is_closed",
    }
    comment = Comment(
        document=regulations_gov.DOCUMENT,
        text="See the attached letter of 59 organizations.",
        organization="Coalition for Open Rivers",
        organization_type="Non-Governmental Organization",
        files=(_THE_LETTER,),
    )
    with regulations_gov.open_regulations_gov() as office:
        email = "secretariat@rivers.example"
        sent = Parcel(
            key=printing.KEY,
            details={"regulations_document": comment.document},
            settings={
                "api_key": regulations_gov.API_KEY,
                "mode": "live",
                "receipt_email": email,
                "url": f"{office.url}/v4",
            },
            documents=make_comment(comment),
        )

        def elsewhere(port: int, s: str, asking: Asking) -> tuple[Carrier, Parcel]:
            return RegulationsCarrier(asking=asking), _set(sent, url=f"{_http(port, s)}/v4")

        yield Side(
            carrier=RegulationsCarrier(asking=ASKING),
            parcel=sent,
            letters=lambda: len(office.comments),
            heard=lambda: b"".join(one.body for one in office.requests),
            marks=(_THE_LETTER.data, comment.text.encode()),
            goes_wrong=lambda trouble: office.misbehaves.update({"comment": how[trouble]}),
            is_met=lambda: not office.misbehaves,
            goes_well=office.misbehaves.clear,
            elsewhere=elsewhere,
            secrets=(regulations_gov.API_KEY, email),
            knows_keys=False,
        )


@contextlib.contextmanager
def _congress(chamber: Chamber, one: ConstituentLetter, *, is_senate: bool) -> Iterator[Side]:
    refusal = b"<Errors><Error>Message delivery is not enabled, alex@example.org</Error></Errors>"
    answers = {
        Trouble.SILENT_BEFORE: Answer(silent=True),
        Trouble.SILENT_AFTER: Answer(silent=True, takes=True),
        Trouble.CUT: Answer(cut=True),
        Trouble.CLOSES_BEFORE: Answer(),
        Trouble.CLOSES_AFTER: Answer(takes=True),
        Trouble.HALF_BEFORE: Answer(status=chamber.taken, body=b"Message Accepted", half=True),
        Trouble.HALF: Answer(status=chamber.taken, body=b"Message Accepted", takes=True, half=True),
        Trouble.REFUSES: Answer(status=400, body=refusal),
        Trouble.FAILS: Answer(status=500),
        Trouble.TAKES_AND_FAILS: Answer(status=500, takes=True),
        Trouble.THROTTLES: Answer(status=429, headers={"Retry-After": "120"}),
        Trouble.IS_CLOSED: Answer(status=503, body=b"<html>Down for maintenance</html>"),
    }

    def by(asking: Asking) -> CongressCarrier:
        return CongressCarrier(
            chamber=chamber, asking=asking, clock=lambda: congress.NOON, rhythm=Rhythm(1000)
        )

    letter = write_letter(one)
    with chamber_server(is_senate=is_senate, offices=dict.fromkeys((one.office, SENATOR), "")) as server:
        sent = Parcel(
            key=one.key,
            details={"office_code": one.office},
            settings={"mode": "live", "key": CONGRESS_KEY, "base": server.base},
            documents=[letter],
        )
        person = one.constituent
        yield Side(
            carrier=by(ASKING),
            parcel=sent,
            letters=lambda: len(server.letters),
            heard=lambda: b"".join(server.seen),
            marks=(letter.data,),
            goes_wrong=lambda trouble: server.troubles.append(answers[trouble]),
            is_met=lambda: not server.troubles,
            goes_well=server.troubles.clear,
            elsewhere=lambda port, s, asking: (by(asking), _set(sent, base=_http(port, s))),
            secrets=(CONGRESS_KEY, person.email, person.last_name, person.address, person.own_words),
            knows_keys=is_senate,
        )


@contextlib.contextmanager
def _pec() -> Iterator[Side]:
    faults = {
        Trouble.SILENT_BEFORE: Fault(of="END", manner="silent before"),
        Trouble.SILENT_AFTER: Fault(of="END", manner="silent after"),
        Trouble.CUT: Fault(of="MIDDLE", manner="cut"),
        Trouble.CLOSES_BEFORE: Fault(of="END", manner="break before"),
        Trouble.CLOSES_AFTER: Fault(of="END", manner="break after"),
        Trouble.HALF_BEFORE: Fault(of="END", manner="half before"),
        Trouble.HALF: Fault(of="END", manner="half"),
        Trouble.REFUSES: _says("RCPT", 550, "5.1.1 presidency@pec.office.example is unknown"),
        Trouble.FAILS: _says("END", 554, "5.6.0 not this one, of coalition"),
        # What was answered no is not there, whatever it was: there is no such thing as this in SMTP but a connection lost.
        Trouble.TAKES_AND_FAILS: Fault(of="END", manner="break after"),
        Trouble.THROTTLES: _says("MAIL", 450, "4.7.1 Too many messages, slow down"),
        Trouble.IS_CLOSED: _says("CONNECT", 421, "4.3.2 Service shutting down for maintenance"),
    }
    with open_pec_house() as house:
        # So that its keys are made now, and not while somebody waits for an answer.
        assert house.provider
        words = Words(
            subject="An open letter",
            text="Keep the river clean, say 59.\n",
            sender_name="Coalition",
            language="en",
        )
        sent = Parcel(
            key=printing.KEY,
            details={"pec": house.office},
            settings=house.settings,
            documents=make_documents(words, _THE_LETTER),
        )

        def by(asking: Asking) -> PecCarrier:
            # Before it answers, the provider signs its receipts.
            return PecCarrier(asking=asking, now=NOW, seconds=PATIENCE, seconds_at_the_end=3 * PATIENCE)

        def elsewhere(port: int, s: str, asking: Asking) -> tuple[Carrier, Parcel]:
            return by(asking), _set(sent, smtp_url=f"smtp{s}://coalition:{PASSWORD}@127.0.0.1:{port}")

        yield Side(
            carrier=by(ASKING),
            parcel=sent,
            letters=lambda: len(house.letters),
            heard=lambda: bytes(house.heard),
            marks=(b"Keep the river clean",),
            goes_wrong=lambda trouble: house.faults.append(faults[trouble]),
            is_met=lambda: not house.faults,
            goes_well=house.faults.clear,
            elsewhere=elsewhere,
            secrets=(PASSWORD, pec_provider.OURS, house.office),
            knows_keys=True,
            says_when=False,
        )


SIDES: dict[str, Callable[[], AbstractContextManager[Side]]] = {
    "lob": _lob,
    "pingen": _pingen,
    "regulations": _regulations,
    "cwc": lambda: _congress(CWC.chamber, congress.letter(), is_senate=False),
    "soapbox": lambda: _congress(SOAPBOX.chamber, congress.senate_letter(), is_senate=True),
    "pec": _pec,
}
"""How each way that leaves by itself is opened, on its simulator."""


def _at(house: House, step: str, *, refusal: Reply) -> Callable[[Trouble], None]:
    """Arrange troubles of one step of a house that speaks HTTP."""
    broken, page = (
        Reply(status=500, body=b"oops"),
        Reply(status=503, body=b"<html>Down for maintenance</html>"),
    )
    manners: dict[Trouble, tuple[Manner, Reply]] = {
        Trouble.SILENT_BEFORE: ("silent before", Reply()),
        Trouble.SILENT_AFTER: ("silent after", Reply()),
        Trouble.CUT: ("cut", Reply()),
        Trouble.CLOSES_BEFORE: ("break before", Reply()),
        Trouble.CLOSES_AFTER: ("break after", Reply()),
        Trouble.HALF_BEFORE: ("half before", Reply(body=b'{"id": "ltr_0000000000000000"}')),
        Trouble.HALF: ("half", Reply()),
        Trouble.REFUSES: ("instead", refusal),
        Trouble.FAILS: ("instead", broken),
        Trouble.TAKES_AND_FAILS: ("afterwards", broken),
        Trouble.THROTTLES: ("instead", Reply(status=429, headers={"Retry-After": "120"})),
        Trouble.IS_CLOSED: ("instead", page),
    }

    def arrange(trouble: Trouble) -> None:
        manner, reply = manners[trouble]
        house.faults.append(Fault(of=step, manner=manner, reply=reply))

    return arrange


def _says(command: str, status: int, words: str) -> Fault:
    return Fault(of=command, manner="instead", reply=Reply(status=status, body=words.encode()))


def _set(sent: Parcel, **others: str) -> Parcel:
    return replace(sent, settings={**sent.settings, **others})


def _http(port: int, s: str) -> str:
    return f"http{s}://127.0.0.1:{port}"


def _no_time(_: float) -> None:
    """Wait for nobody."""
