"""What a returned mail does to the message it is about, on each database: once, and never more than it says."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from service.mail.bounce import Report
from service.mail.returned import Settled, settle_report
from service.model.message import Message, MessageEvent, MessageKind
from service.model.report_kind import ReportKind
from service.model.states import MessageState
from service.model.suppression import Suppression, SuppressionReason
from service.signing.messages import signing_mailbox
from service.store.transaction import reading, transaction
from tests.coalition import Coalition, letter_file
from tests.doubles.house import BREAKS, CONFIRM, DELIVERY, House, Interrupted, Killed, in_parallel, kill
from tests.doubles.postbox import Fault
from tests.reminding import remind_due

AFTER = [
    (ReportKind.HARD, "bounced"),
    (ReportKind.SOFT, "bounced"),
    (ReportKind.POLICY, "bounced"),
    (ReportKind.COMPLAINT, "complained"),
    (ReportKind.DELIVERED, "delivered"),
    (ReportKind.DELAYED, "delayed"),
    (ReportKind.RELAYED, "relayed"),
    (ReportKind.AT_MX, "relayed"),
    (ReportKind.DISPLAYED, "delivered"),
    (ReportKind.AUTO_REPLY, "answered_by_machine"),
]


@pytest.fixture
def house(engine: Engine) -> House:
    return House(engine)


def report_on(row: Message | None, kind: ReportKind = ReportKind.HARD, *, number: int = 1) -> Report:
    return Report(
        kind=kind,
        code="5.1.1" if kind is ReportKind.HARD else "",
        row_id=row.id if row else None,
        message_ids=(),
        fingerprint=bytes([number]) * 32,
    )


def nobody(session: Session, message: Message) -> bytes | None:
    del session, message
    return None


def settle(house: House, report: Report) -> Settled:
    with transaction(house.engine) as session:
        return settle_report(session, report, mailbox=nobody, now=house.time)


@pytest.mark.parametrize(("kind", "event"), AFTER)
def test_it_is_noted_beside_the_state(house: House, kind: ReportKind, event: str) -> None:
    house.post()
    house.send()

    settle(house, report_on(house.row(), kind))

    assert house.moves()[-1] == event
    assert house.state() is MessageState.ACCEPTED


def test_an_unknown_mail_says_nothing_of_the_message(house: House) -> None:
    house.post(kind=DELIVERY)
    house.postbox.fail_next(BREAKS)
    house.send()

    settle(house, report_on(house.row(), ReportKind.UNKNOWN))

    assert house.state() is MessageState.UNCERTAIN


def test_the_same_mail_twice_is_one_report(house: House) -> None:
    house.post()
    house.send()
    report = report_on(house.row())

    first, again = settle(house, report), settle(house, report)

    assert (first.is_new, again.is_new) == (True, False)
    assert house.moves().count("bounced") == 1


def test_the_same_mail_at_the_same_time_is_one_report(house: House) -> None:
    house.post()
    house.send()
    report, new = report_on(house.row()), list[bool]()

    in_parallel(6, lambda _: new.append(settle(house, report).is_new))

    assert sorted(new) == [False] * 5 + [True]
    assert house.moves().count("bounced") == 1


@pytest.mark.parametrize("kind", [kind for kind, _ in AFTER])
def test_what_came_back_was_handed_over(house: House, kind: ReportKind) -> None:
    house.post(kind=DELIVERY)
    house.postbox.fail_next(BREAKS)
    house.send()
    assert house.state() is MessageState.UNCERTAIN

    settle(house, report_on(house.row(), kind))

    assert house.state() is MessageState.ACCEPTED


def test_evidence_stops_the_second_copy(house: House) -> None:
    house.post()
    house.postbox.fail_next(Fault(stage=BREAKS.stage, arrives=True))
    house.send()
    assert house.state() is MessageState.QUEUED

    settle(house, report_on(house.row(), ReportKind.AUTO_REPLY))
    house.wait(house.row().due_at - house.time)

    assert (house.send(), len(house.postbox.kept)) == (0, 1)


def test_evidence_stops_a_second_copy_that_is_already_in_hand(house: House) -> None:
    house.post()
    house.postbox.fail_next(Fault(stage=BREAKS.stage, arrives=True))
    house.send()
    house.wait(house.row().due_at - house.time)

    report = report_on(house.row(), ReportKind.DELIVERED)
    house.send(by=Interrupted(house.postbox, before=lambda: settle(house, report)))

    assert (house.state(), len(house.postbox.kept)) == (MessageState.ACCEPTED, 1)


def test_evidence_outlives_a_crash_behind_the_fence(house: House) -> None:
    house.post(kind=DELIVERY)
    with pytest.raises(Killed):
        house.send(by=Interrupted(house.postbox, after=kill), owner="forerunner")

    settle(house, report_on(house.row(), ReportKind.DELIVERED))

    assert (house.free(owner="here"), house.state()) == (0, MessageState.ACCEPTED)


def test_what_was_never_sent_stays_as_it_is(house: House) -> None:
    house.post()

    settle(house, report_on(house.row()))

    assert house.state() is MessageState.QUEUED


def test_without_a_return_path_the_message_id_tells(house: House) -> None:
    house.post()
    house.send()
    named = replace(report_on(None), message_ids=("<nobody@elsewhere.example>", house.row().message_id or ""))

    assert settle(house, named).message_ref == house.row().id


def test_a_message_that_is_gone_is_nobodys(house: House) -> None:
    assert settle(house, replace(report_on(None), row_id="f" * 32)) == Settled(message_ref=None, is_new=True)


# Suppression


@pytest.fixture
def coalition(engine, root, noon) -> Coalition:
    return Coalition(engine, root, noon).open()


def come_back(coalition: Coalition, kind: ReportKind, *, of: MessageKind = CONFIRM) -> None:
    with transaction(coalition.engine) as session:
        newest = select(Message).where(col(Message.kind) == of).order_by(col(Message.id).desc()).limit(1)
        row = session.execute(newest).scalar_one()
        mailbox = signing_mailbox(coalition.keyring)
        number = len(session.execute(select(MessageEvent)).all()) % 256
        settle_report(session, report_on(row, kind, number=number), mailbox=mailbox, now=coalition.now)


def suppressions(coalition: Coalition) -> list[SuppressionReason]:
    with reading(coalition.engine) as session:
        return list(session.execute(select(col(Suppression.reason))).scalars())


@pytest.mark.parametrize(
    ("kind", "reasons"),
    [
        (ReportKind.HARD, [SuppressionReason.BOUNCED]),
        (ReportKind.COMPLAINT, [SuppressionReason.COMPLAINED]),
        *((kind, []) for kind in ReportKind if kind not in {ReportKind.HARD, ReportKind.COMPLAINT}),
    ],
)
def test_only_a_hard_bounce_or_a_complaint_suppresses(coalition, kind, reasons) -> None:
    coalition.sign().deliver_mail()

    come_back(coalition, kind)

    assert suppressions(coalition) == reasons


@pytest.mark.parametrize("kind", [ReportKind.HARD, ReportKind.COMPLAINT])
def test_a_suppressed_mailbox_is_not_reminded(coalition, kind) -> None:
    coalition.sign().deliver_mail()
    come_back(coalition, kind)

    before = len(coalition.postbox.kept)
    coalition.wait(days=11)
    with transaction(coalition.engine) as session:
        lead = timedelta(days=1)
        remind_due(session, coalition.keyring, lead=lead, now=coalition.now)
    coalition.deliver_mail()

    assert len(coalition.postbox.kept) == before


@pytest.mark.parametrize(("kind", "written"), [(ReportKind.HARD, 1), (ReportKind.COMPLAINT, 0)])
def test_who_signs_again_gets_the_link_unless_the_mailbox_complained(coalition, kind, written) -> None:
    coalition.sign().deliver_mail()
    come_back(coalition, kind)
    before = len(coalition.postbox.kept)

    coalition.wait(hours=25).sign().deliver_mail()

    assert len(coalition.postbox.kept) == before + written


def test_a_complaint_takes_the_place_of_a_bounce(coalition) -> None:
    coalition.sign().deliver_mail()

    come_back(coalition, ReportKind.HARD)
    come_back(coalition, ReportKind.COMPLAINT)
    come_back(coalition, ReportKind.HARD)

    assert suppressions(coalition) == [SuppressionReason.COMPLAINED]


def test_an_office_is_never_suppressed(engine, root, noon) -> None:
    coalition = Coalition(engine, root, noon).open(letter_file(more='admit = "everyone"'))
    coalition.sign_and_confirm("Lake Alliance").deliver_mail().close().propose()
    coalition.approve_all().release()
    coalition.deliver_mail()

    come_back(coalition, ReportKind.HARD, of=MessageKind.DELIVERY)
    come_back(coalition, ReportKind.HARD, of=MessageKind.APPROVAL)

    assert suppressions(coalition) == []
