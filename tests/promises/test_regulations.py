"""The carrier to regulations.gov tells the truth, whatever the other side does; the simulator knows what really arrived."""

import dataclasses
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from service.delivery.asking import Asking
from service.delivery.channels.regulations.answers import meaning_of, without
from service.delivery.channels.regulations.carrier import RegulationsCarrier
from service.delivery.channels.regulations.comment import Comment, make_documents
from service.delivery.parcel import Document, InDoubt, NotNow, NotTaken, Parcel
from service.model.states import DeliveryState
from tests.doubles.regulations_gov import API_KEY, DOCUMENT, RegulationsGov, open_regulations_gov

PDF = Document(name="letter.pdf", media_type="application/pdf", data=b"%PDF-1.7 the letter")
ANNEX = Document(name="annex 1.pdf", media_type="application/pdf", data=b"%PDF-1.7 an annex")
EMAIL = "secretariat@rivers.example"
COMMENT = Comment(
    document=DOCUMENT,
    text="See the attached letter of 59 organizations — “rivers”.",
    organization="Coalition for Open Rivers",
    organization_type="Non-Governmental Organization",
    files=(PDF, ANNEX),
    items=59,
)
STEPS = ("key", "place", "upload", "comment")
NOON = datetime(2026, 12, 8, 12, tzinfo=UTC)


@pytest.fixture
def office() -> Iterator[RegulationsGov]:
    with open_regulations_gov() as service:
        yield service


def parcel(comment=COMMENT, **settings):
    given = {"api_key": API_KEY, "mode": "live", "receipt_email": EMAIL, **settings}
    return Parcel(
        key="k" * 32,
        details={"regulations_document": comment.document},
        settings={name: value for name, value in given.items() if value},
        documents=make_documents(comment),
    )


class Fence:
    """Knows how much the other side had heard when it was passed."""

    def __init__(self, office):
        self.office = office
        self.passed: list[int] = []

    def __call__(self):
        self.passed.append(len(self.office.requests))


def carry(office, given=None, fence=None):
    base = f"{office.url}/v4"
    carrier = RegulationsCarrier(asking=Asking(), live=base, staging=base)
    return carrier.carry(given or parcel(), fence=fence or (lambda: None))


def test_a_comment_arrives_with_its_files_and_gives_its_tracking_number(office):
    fence = Fence(office)

    receipt = carry(office, fence=fence)

    (comment,) = office.comments
    assert receipt.number == comment["number"]
    assert receipt.rung is DeliveryState.HANDED_OVER
    assert comment["comment"] == COMMENT.text
    assert (comment["files"], comment["email"], comment["sendEmailReceipt"]) == (
        ["letter.pdf", "annex 1.pdf"],
        EMAIL,
        True,
    )
    assert office.uploaded[comment["submissionKey"]] == {PDF.name: PDF.data, ANNEX.name: ANNEX.data}
    assert fence.passed == [0]
    assert office.steps() == [
        f"GET {DOCUMENT}",
        "POST submission-keys",
        "POST file-upload-urls",
        "PUT letter.pdf",
        "POST file-upload-urls",
        "PUT annex%201.pdf",
        "POST comments",
    ]


def test_the_key_goes_to_the_service_in_a_header_and_nowhere_else(office):
    receipt = carry(office)

    for sent in office.requests:
        assert API_KEY not in sent.path
        assert API_KEY.encode() not in sent.body
        assert sent.headers.get("x-api-key") == (None if sent.method == "PUT" else API_KEY)
    assert_clean(receipt.exchange, receipt.said, receipt.number)


def test_evidence_names_what_was_asked_by_its_hash(office):
    receipt = carry(office)

    assert receipt.exchange.asked.startswith(f"POST {office.url}/v4/comments, ")
    assert ", SHA-256 " in receipt.exchange.asked
    assert json.loads(receipt.exchange.answered)["data"]["id"] == receipt.number


def test_without_an_address_no_receipt_is_asked_for(office):
    carry(office, parcel(receipt_email=""))

    assert "email" not in office.comments[0]
    assert "sendEmailReceipt" not in office.comments[0]


# The step that goes wrong, how, what must be told, and how many comments the office then has.
FAULTS = [
    *((step, "closes", NotNow, 0) for step in STEPS[:3]),
    *((step, "takes_and_closes", NotNow, 0) for step in STEPS[:3]),
    *((step, "takes_and_fails", NotNow, 0) for step in STEPS[:3]),
    *((step, "fails", NotNow, 0) for step in STEPS[:3]),
    *((step, "is_throttled", NotNow, 0) for step in STEPS),
    *((step, "is_closed", NotNow, 0) for step in STEPS),
    *((step, "is_closed_without_a_word", NotNow, 0) for step in STEPS[:3]),
    *((step, "sends_elsewhere", NotTaken, 0) for step in STEPS[:3]),
    *((step, "conflicts", NotTaken, 0) for step in STEPS[:3]),
    *((step, "repeats_what_it_got", NotTaken, 0) for step in STEPS),
    *((step, "takes_and_answers_half", NotNow, 0) for step in STEPS[:2]),
    *((step, "takes_and_says_nonsense", NotNow, 0) for step in STEPS[:2]),
    *((step, "answers_a_page", NotNow, 0) for step in STEPS[:2]),
    *(
        ("look", how, NotNow, 0)
        for how in ("closes", "fails", "is_throttled", "is_closed", "takes_and_answers_half")
    ),
    *(("look", how, NotTaken, 0) for how in ("conflicts", "sends_elsewhere", "repeats_what_it_got")),
    ("upload", "expires", NotNow, 0),
    ("comment", "closes", InDoubt, 0),
    ("comment", "takes_and_closes", InDoubt, 1),
    ("comment", "takes_and_answers_half", InDoubt, 1),
    ("comment", "takes_and_fails", InDoubt, 1),
    ("comment", "takes_and_says_nonsense", InDoubt, 1),
    ("comment", "takes_and_means_another", InDoubt, 1),
    ("comment", "fails", InDoubt, 0),
    ("comment", "is_closed_without_a_word", InDoubt, 0),
    ("comment", "answers_a_page", InDoubt, 0),
    ("comment", "conflicts", InDoubt, 0),
    ("comment", "sends_elsewhere", InDoubt, 0),
]


@pytest.mark.parametrize(("step", "how", "told", "arrived"), FAULTS)
def test_what_is_told_is_true(office, step, how, told, arrived):
    office.misbehaves = {step: how}
    fence = Fence(office)

    with pytest.raises(told) as caught:
        carry(office, fence=fence)

    assert len(office.comments) == arrived
    assert fence.passed == [0]
    assert office.steps().count("POST comments") <= 1
    assert_clean(caught.value.exchange, str(caught.value), *getattr(caught.value, "faults", ()))


@pytest.mark.parametrize(("step", "how"), [(step, how) for step, how, told, _ in FAULTS if told is NotNow])
def test_what_may_go_again_makes_one_comment_when_it_does(office, step, how):
    office.misbehaves = {step: how}
    with pytest.raises(NotNow):
        carry(office)

    carry(office)

    assert len(office.comments) == 1


@pytest.mark.parametrize(
    ("how", "least"), [("is_throttled", timedelta(seconds=30)), ("is_closed", timedelta(1))]
)
def test_it_waits_as_long_as_it_is_told(office, how, least):
    office.misbehaves = {"comment": how}

    with pytest.raises(NotNow) as caught:
        carry(office)

    assert caught.value.again_after is not None
    # A date far away holds nothing up for years.
    assert least <= caught.value.again_after <= timedelta(days=2)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"text": "é" * 2_501}, "comment must be less than or equal to 5000 characters/bytes"),
        ({"text": "Clean water 💧"}, "comment holds an invalid character"),
        ({"organization": "ö" * 61}, "organization must be less than or equal to 120 characters/bytes"),
        ({"document": "EPA-1-1"}, "Document EPA-1-1 was not found"),
    ],
)
def test_what_the_office_refuses_is_told_in_its_own_words(office, other, said):
    with pytest.raises(NotTaken) as caught:
        carry(office, parcel(dataclasses.replace(COMMENT, **other)))

    assert any(said in fault for fault in caught.value.faults)
    assert office.comments == []


def test_a_wrong_key_is_refused_by_the_gateway_in_its_own_dialect(office):
    with pytest.raises(NotTaken, match="does not know the key") as caught:
        carry(office, parcel(api_key="another"))

    assert caught.value.faults[0].startswith("API_KEY_INVALID: ")


def test_a_file_of_another_kind_than_was_said_is_refused_by_the_store(office):
    first = office._place

    def place(asked):
        answer = first(asked)
        office._places = {name: (key, file, "image/png") for name, (key, file, _) in office._places.items()}
        return answer

    office._place = place
    with pytest.raises(NotTaken, match="refused a file") as caught:
        carry(office)

    assert caught.value.faults == (
        "SignatureDoesNotMatch: The request signature we calculated does not match",
    )
    assert "s1gn" not in caught.value.exchange.answered


@pytest.mark.parametrize(
    "place", ["", "letters", "ftp://files.example/a", "http://[::1", "https://files.example:x/"]
)
def test_a_place_that_is_none_gets_no_file(office, place):
    def answer(asked):
        told = {"data": {"id": place, "type": "file-upload-urls"}}
        return 201, {}, json.dumps(told).encode()

    office._place = answer

    with pytest.raises(NotNow):
        carry(office)

    assert not any(step.startswith("PUT") for step in office.steps())


@pytest.mark.parametrize("mode", ["test", "", "LIVE"])
def test_a_trial_is_never_a_receipt(office, mode):
    with pytest.raises(NotTaken, match="no more than a trial"):
        carry(office, parcel(mode=mode))


@pytest.mark.parametrize("how", [how for step, how, told, _ in FAULTS if told is InDoubt])
def test_of_a_trial_nothing_is_ever_in_doubt(office, how):
    office.misbehaves = {"comment": how}

    with pytest.raises(NotTaken, match="no more than a trial") as caught:
        carry(office, parcel(mode="test"))

    assert_clean(caught.value.exchange, str(caught.value), *caught.value.faults)


@pytest.mark.parametrize(
    "other",
    [
        {"settings": {"mode": "live"}},
        {"settings": {"mode": "live", "api_key": "schlüssel"}},
        {"documents": (PDF,)},
        # The office names another document by now than the comment was made for.
        {"details": {"regulations_document": "EPA-2020-0001-0001"}},
    ],
)
def test_what_is_not_whole_does_not_even_reach_the_fence(office, other):
    fence = Fence(office)
    given = dataclasses.replace(parcel(), **other)

    with pytest.raises(NotTaken):
        carry(office, given, fence)

    assert fence.passed == []
    assert office.requests == []


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("The key k3y is wrong, k3y.", "The key … is wrong, …."),
        ("Ask help@agency.example <a@b>", "Ask … <…>"),
        ("Nothing to hide", "Nothing to hide"),
    ],
)
def test_evidence_loses_keys_and_every_address(said, kept):
    assert without(said, ("k3y", "")) == kept


def test_before_the_comment_is_asked_for_nothing_is_ever_in_doubt():
    for step in STEPS[:3]:
        for status in range(100, 600):
            for says_when in (True, False):
                assert meaning_of(step, status, says_when=says_when) != "in_doubt"


def test_the_comment_is_taken_by_one_status_only_and_goes_again_after_two():
    taken = [status for status in range(100, 600) if meaning_of("comment", status, says_when=True) == "taken"]
    again = [
        status for status in range(100, 600) if meaning_of("comment", status, says_when=True) == "not_now"
    ]

    assert (taken, again) == ([201], [429, 503])


def test_a_published_comment_is_heard_of_once_and_proves_that_the_agency_has_it(office):
    receipt = carry(office)
    carrier = RegulationsCarrier(asking=Asking(), live=f"{office.url}/v4", staging=f"{office.url}/v4")

    def ask(number=receipt.number):
        return carrier.ask_posted(number, settings=parcel().settings, now=NOON)

    assert ask() == ()
    # Somebody else's comment, which only speaks of ours.
    office.posted["FDA-2009-N-0501-0098"] = {"trackingNbr": "m4b-other", "comment": f"See {receipt.number}."}
    assert ask() == ()
    office.posted["FDA-2009-N-0501-0099"] = {"trackingNbr": receipt.number, "withdrawn": False}
    [first], [second] = ask(), ask()
    assert first == second
    assert (first.rung, first.number, first.at) == (DeliveryState.DELIVERED, receipt.number, NOON)
    assert ask("another") == ()
    office.posted["FDA-2009-N-0501-0099"]["withdrawn"] = True
    assert ask()[0].rung is None
    with pytest.raises(NotTaken):
        carrier.ask_posted(receipt.number, settings={"api_key": "wrong", "mode": "live"}, now=NOON)
    office.misbehaves = {"look": "fails"}
    with pytest.raises(NotNow, match="did not say what"):
        ask()


@pytest.mark.parametrize(
    ("told", "is_open"),
    [
        ({"openForComment": True, "title": "Rivers", "commentEndDate": "2026-12-31T04:59:59Z"}, True),
        ({"openForComment": False, "title": "Rivers", "allowLateComments": True}, True),
        ({"openForComment": False, "title": "Rivers", "allowLateComments": False}, False),
        ({"openForComment": None, "title": "Rivers"}, None),
    ],
)
def test_it_can_be_asked_before_whether_the_document_is_open(office, told, is_open):
    carrier = RegulationsCarrier(asking=Asking(), live=f"{office.url}/v4")
    office.documents = {DOCUMENT: told}

    found = carrier.ask_document(DOCUMENT, settings=parcel().settings)

    assert (found.is_open if found else None) is is_open
    assert carrier.ask_document("EPA-1-1", settings=parcel().settings) is None


def test_a_comment_on_a_closed_document_never_leaves(office):
    office.documents = {DOCUMENT: {"openForComment": False, "allowLateComments": False}}

    with pytest.raises(NotTaken, match="not open for comment; no comment was submitted"):
        carry(office)

    assert [one.method for one in office.requests] == ["GET"]


@pytest.mark.parametrize("told", [{}, {DOCUMENT: {"title": "Rivers"}}])
def test_what_nobody_tells_of_a_document_holds_no_comment_up(office, told):
    office.documents = told

    assert carry(office).number


def assert_clean(exchange, *texts):
    """See to it that evidence and words hold no key, no address, and nothing by which a file could be written."""
    for text in (exchange.asked, exchange.answered, *texts):
        for secret in (API_KEY, EMAIL, "s1gn-", "X-Amz-Signature", "kex-d31z"):
            assert secret not in text
