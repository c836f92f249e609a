"""As the secretariat I note what the office answers, and decide who is told: signatories, then everybody; no clock does."""

import io
from datetime import date

import pytest
from sqlmodel import Session, select

from service.campaigns.contents import open_file
from service.delivery.answers import remind
from service.delivery.answers.chase import send_chase
from service.delivery.answers.clock import ClockSeen, chase_ready, set_clock
from service.delivery.answers.gone import gone_to
from service.delivery.answers.remind import remind_of_answers
from service.delivery.answers.replies import Reply, keep_reply
from service.delivery.follow import follow_deliveries
from service.delivery.offices.identity import office_key
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.model.anchor import Anchor
from service.model.campaign import Campaign
from service.model.delivery import Delivery
from service.model.office import AnswerClock
from service.model.states import DeliveryState
from service.model.update import UpdateAudience
from service.schedules.audience import Audience
from service.schedules.built_in import schedules_of
from service.schedules.due import Timing
from service.schedules.plan import Plan, approve_schedule
from service.schedules.planned_updates import UpdateText, plan_update
from service.signing.update_words import UpdateWords
from service.store.sealed import open_record, seal_record
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague, form_of
from tests.stories.visitor import Door, Visitor, letter_page, words_of

CLOCK = [
    (None, [], False, "2026-12-31", (0, False)),
    ("2026-12-10", [], False, "2026-12-10", (1, False)),
    ("2026-12-10", [], False, "2026-12-11", (1, True)),
    ("2026-12-10", ["2026-12-11"], False, "2026-12-17", (2, False)),
    ("2026-12-10", ["2026-12-11"], False, "2026-12-18", (2, True)),
    ("2026-12-10", ["2026-12-11", "2026-12-18", "2026-12-25"], False, "2027-03-01", (0, False)),
    ("2026-12-10", [], True, "2026-12-11", (0, False)),
]


@pytest.mark.parametrize(("due", "sent", "is_answered", "today", "wanted"), CLOCK)
def test_three_polite_questions_at_most_a_week_apart(due, sent, is_answered, today, wanted) -> None:
    found = chase_ready(
        date.fromisoformat(due) if due else None,
        [date.fromisoformat(day) for day in sent],
        has_gone=True,
        is_answered=is_answered,
        today=date.fromisoformat(today),
    )

    assert (found.number, found.is_ready) == wanted


def test_whom_nothing_has_reached_is_asked_nothing() -> None:
    day = date.fromisoformat("2026-12-10")

    found = chase_ready(day, [], has_gone=False, is_answered=False, today=date.fromisoformat("2027-01-01"))

    assert (found.number, found.ready_on, found.is_ready, found.is_spent) == (0, None, False, False)


@pytest.fixture
def sent(coalition: Coalition) -> Coalition:
    coalition.open(letter_file(more='admit = "everyone"')).sign_and_confirm("Lake Alliance").close().propose()
    coalition.approve_all().release()
    coalition.deliver_mail()
    with transaction(coalition.engine) as session:
        follow_deliveries(session, now=coalition.now)
    return coalition


def path(coalition: Coalition) -> str:
    with reading(coalition.engine) as session:
        campaign = coalition.campaign()
        file = open_file(session, coalition.keyring, campaign)
        key = office_key(coalition.keyring.of(session, campaign.id), file.recipients[0])
    return f"recipients/{key}/answer"


def states(coalition: Coalition) -> list[DeliveryState]:
    with reading(coalition.engine) as session:
        return [row.state for row in session.exec(select(Delivery)).all()]


@pytest.mark.parametrize("steps", ["open", "closed", "released"])
def test_an_office_is_asked_nothing_before_the_letter_has_left(
    coalition: Coalition, door: Door, steps: str
) -> None:
    coalition.open(letter_file(more='admit = "everyone"')).sign_and_confirm("Lake Alliance")
    if steps != "open":
        coalition.close()
    if steps == "released":
        coalition.propose()
        coalition.approve_all().release()
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    there = path(coalition)
    key = there.split("/")[1]

    shown = olga.open(there)

    assert "The letter has not gone to this recipient yet" in words_of(shown)
    assert "due_on" not in shown.text
    for action in ("clock", "chase"):
        values = {"csrf": olga.mark(), "due_on": "2026-11-01", "text": "Please."}
        assert olga.post(there.replace("/answer", f"/{action}"), values).status_code == 422
    clock = ClockSeen(due_on=date(2026, 11, 1), receipt="")
    with (
        pytest.raises(Refused, match="has not gone to this recipient"),
        transaction(coalition.engine) as session,
    ):
        set_clock(session, coalition.keyring, SLUG, key, clock, by="test", now=coalition.now)
    with (
        pytest.raises(Refused, match="has not gone to this recipient"),
        transaction(coalition.engine) as session,
    ):
        send_chase(session, coalition.keyring, SLUG, key, text="Please.", by="test", now=coalition.now)


def test_a_question_goes_by_a_press_alone_and_only_when_it_is_ready(sent: Coalition, door: Door) -> None:
    olga = AtTheDesk(door.app(), sent, add_colleague(sent))
    there = path(sent)
    olga.send(there, {"due_on": "2026-12-01", "receipt": "R-77"}, having="due_on")
    assert "R-77" in words_of(olga.open(there))
    before = len(sent.mails())
    early = olga.post(there.replace("/answer", "/chase"), {"csrf": olga.mark(), "text": "Please answer."})
    assert early.status_code == 422

    sent.wait(days=9)
    sent.deliver_mail()
    assert len(sent.mails()) == before
    olga = AtTheDesk(door.app(), sent, add_colleague(sent, name="Otto Owner"))
    assert "ready for your press" in words_of(olga.open("answers"))
    chased = olga.send(there, to=there.replace("/answer", "/chase"), having="text")
    assert "Question 1" in words_of(olga.follow(chased))
    again = olga.post(there.replace("/answer", "/chase"), {"csrf": olga.mark(), "text": "Please answer."})
    assert again.status_code == 422
    mail = sent.deliver_mail().mails()[-1]
    assert (mail.to, "Keep the river open" in mail.text) == ("president@office.example", True)
    assert len(sent.mails()) == before + 1


def test_an_answer_is_the_secretariats_until_each_further_press(
    sent: Coalition, door: Door, visitor: Visitor
) -> None:
    sent.publish()
    olga = AtTheDesk(door.app(), sent, add_colleague(sent))
    there = path(sent)
    reply = {
        "came_on": "2026-11-25",
        "text": "We open the archives.",
        "file": (io.BytesIO(b"%PDF-"), "answer.pdf"),
    }

    empty = olga.send(there, {"came_on": "2026-11-25"}, having="came_on")
    assert empty.status_code == 422
    kept = words_of(olga.follow(olga.send(there, reply, having="came_on")))
    assert "only the secretariat knows" in kept
    assert states(sent) == [DeliveryState.ANSWERED]
    assert sent.campaign().outcome == "answered"
    assert "We open the archives." not in words_of(visitor.open(letter_page(sent)))
    file = olga.open("answers").text.split('/file"')[0].rpartition('href="')[2]
    assert olga.open(f"{file}/file").data == b"%PDF-"

    olga.send("answers", having="text")
    assert "We open the archives." in words_of(visitor.open(letter_page(sent)))
    olga.post(f"{file}/take-back", {"csrf": olga.mark()})
    assert "We open the archives." not in words_of(visitor.open(letter_page(sent)))


def test_signatories_hear_of_it_by_an_update_that_another_approves(sent: Coalition, door: Door) -> None:
    olga = AtTheDesk(door.app(), sent, add_colleague(sent))
    olga.send(path(sent), {"came_on": "2026-11-25", "text": "We open the archives."}, having="came_on")

    told = olga.send("answers", {"subject": "An answer came", "at": "2026-11-26T09:00"}, having="subject")

    assert "Another coordinator approves it" in words_of(olga.follow(told))
    with transaction(sent.engine) as session:
        (planned,) = [one for one in schedules_of(session, sent.campaign()) if one.update_id]
        assert planned.state.value == "proposed"
        approve_schedule(session, sent.keyring, SLUG, planned.name, by="test", now=sent.now)


ANSWERED = {"subject": "An answer came", "body": "They **open** the archives.", "at": "2026-11-26T09:00"}


def test_the_second_coordinator_sees_the_mail_before_it_approves(sent: Coalition, door: Door) -> None:
    olga = AtTheDesk(door.app(), sent, add_colleague(sent))
    otto = AtTheDesk(door.app(), sent, add_colleague(sent, name="Otto Owner"))
    olga.send(path(sent), {"came_on": "2026-11-25", "text": "We open the archives."}, having="came_on")
    planned = olga.send("answers", ANSWERED, having="subject").location.partition("?")[0]

    page = otto.open(planned)

    assert "the archives." in words_of(page)
    assert "As Lake Alliance would get it" in words_of(page)
    assert 'action="' + planned + "/approve" in page.text
    assert "<strong>open</strong>" in otto.open(f"{planned}/mail").text
    otto.post(f"{planned}/test", {"csrf": otto.mark()})
    mail = sent.deliver_mail().mails()[-1]
    assert (mail.to, mail.subject) == (otto.colleague.email, "[Test] An answer came")
    assert "archives" in mail.text


def test_a_placeholder_that_means_nothing_reaches_nobody(sent: Coalition, door: Door) -> None:
    olga = AtTheDesk(door.app(), sent, add_colleague(sent))
    olga.send(path(sent), {"came_on": "2026-11-25", "text": "We open the archives."}, having="came_on")

    wrong = olga.send("answers", {**ANSWERED, "body": "About ((titel))."}, having="subject")
    right = olga.send("answers", {**ANSWERED, "body": "About ((title))."}, having="subject")

    assert wrong.status_code == 422
    assert "There is no placeholder ((titel))" in words_of(wrong)
    assert "About ((titel))." in wrong.text, "what was written is not lost"
    assert "About Keep the river open." in words_of(olga.follow(right))


def test_the_words_of_an_update_planned_by_command_are_seen_too(sent: Coalition, door: Door) -> None:
    otto = AtTheDesk(door.app(), sent, add_colleague(sent, name="Otto Owner"))
    plan = Plan(
        name="by-command", timing=Timing(anchor=Anchor.AT, local="2026-11-26T09:00:00"), audience=Audience()
    )
    words = UpdateWords(subject="News by command", body="It goes *well*.")
    text = UpdateText(words=words, audience=UpdateAudience.SIGNATORIES)
    with transaction(sent.engine) as session:
        made = plan_update(session, sent.keyring, SLUG, plan, text, by="test", now=sent.now).id

    assert "It goes" in words_of(otto.open(f"sends/{made}"))
    assert "<em>well</em>" in otto.open(f"sends/{made}/mail").text


def test_what_was_cancelled_can_be_told_again(sent: Coalition, door: Door) -> None:
    olga = AtTheDesk(door.app(), sent, add_colleague(sent))
    olga.send(path(sent), {"came_on": "2026-11-25", "text": "We open the archives."}, having="came_on")
    tell = form_of(olga.open("answers"), having="subject").action
    first = olga.send("answers", ANSWERED, having="subject").location.partition("?")[0]
    twice = olga.post(tell, {"csrf": olga.mark(), **ANSWERED})
    assert twice.status_code == 422
    assert "cancel that one first" in words_of(twice)
    assert first in olga.open("answers").text

    olga.post(f"{first}/cancel", {"csrf": olga.mark()})

    assert "was cancelled" in words_of(olga.open("answers"))
    second = olga.send("answers", ANSWERED, having="subject").location.partition("?")[0]
    assert second != first
    assert second in olga.open("answers").text
    assert tell not in olga.open("answers").text


def test_that_no_answer_came_can_be_told_again_after_it_was_cancelled(sent: Coalition, door: Door) -> None:
    olga = AtTheDesk(door.app(), sent, add_colleague(sent))
    olga.send("answers", to="outcome", having="outcome")
    words = {"subject": "No answer", "body": "None came.", "at": "2026-11-26T09:00"}
    for _ in range(3):
        planned = olga.send("answers", words, to="outcome/tell", having="subject").location.partition("?")[0]
        assert planned in olga.open("answers").text
        olga.post(f"{planned}/cancel", {"csrf": olga.mark()})

    with reading(sent.engine) as session:
        names = [one.name for one in schedules_of(session, sent.campaign()) if one.update_id]
    assert names == ["no-answer", "no-answer-2", "no-answer-3"]


def test_no_answer_is_kept_by_a_person_and_published_by_nobody(
    sent: Coalition, door: Door, visitor: Visitor
) -> None:
    sent.publish()
    olga = AtTheDesk(door.app(), sent, add_colleague(sent))
    before = words_of(visitor.open(letter_page(sent)))

    olga.send("answers", to="outcome", having="outcome")

    assert sent.campaign().outcome == "no_answer"
    assert words_of(visitor.open(letter_page(sent))) == before


NONE_CAME = "no answer to this letter had come"


def test_that_no_answer_came_stands_on_the_page_by_a_press_and_until_an_answer_is_kept(
    sent: Coalition, door: Door, visitor: Visitor
) -> None:
    sent.publish()
    olga = AtTheDesk(door.app(), sent, add_colleague(sent))
    olga.send(path(sent), {"due_on": "2026-12-01"}, having="due_on")
    sent.wait(days=9)
    olga = AtTheDesk(door.app(), sent, add_colleague(sent, name="Otto Owner"))
    olga.send("answers", to="outcome", having="outcome")
    assert NONE_CAME not in words_of(visitor.open(letter_page(sent)))
    assert 'value="2026-12-01"' in olga.open("answers").text

    said = olga.send("answers", having="until")

    assert "no answer had come by that day" in words_of(olga.follow(said))
    assert f"By December 1, 2026 {NONE_CAME}." in words_of(visitor.open(letter_page(sent)))
    olga.post("outcome", {"csrf": olga.mark(), "outcome": "no_answer"})
    assert NONE_CAME not in words_of(visitor.open(letter_page(sent)))

    olga.send("answers", having="until")
    assert NONE_CAME in words_of(visitor.open(letter_page(sent)))
    olga.send(path(sent), {"came_on": "2026-12-03", "text": "We open the archives."}, having="came_on")
    page = words_of(visitor.open(letter_page(sent)))
    assert NONE_CAME not in page
    assert "archives" not in page.partition("Respectfully,")[2]


@pytest.mark.parametrize(
    ("outcome", "until", "told"),
    [
        ("no_answer", "2026-11-25", "still to come"),
        ("no_answer", "2026-11-23", "had not been sent by that day"),
        ("answered", "2026-11-24", "Note first that no answer came"),
        ("", "2026-11-24", "Note first that no answer came"),
        ("no_answer", "soon", "Give the day like"),
    ],
)
def test_no_day_is_said_on_which_it_was_not_so(
    sent: Coalition, door: Door, outcome: str, until: str, told: str
) -> None:
    sent.publish()
    olga = AtTheDesk(door.app(), sent, add_colleague(sent))

    answer = olga.post("outcome", {"csrf": olga.mark(), "outcome": outcome, "until": until})

    assert answer.status_code == 422
    assert told in words_of(answer)
    assert sent.campaign().silent_until is None


def test_of_a_letter_that_is_not_public_nobody_is_told_that_no_answer_came(
    sent: Coalition, door: Door
) -> None:
    olga = AtTheDesk(door.app(), sent, add_colleague(sent))

    answer = olga.post("outcome", {"csrf": olga.mark(), "outcome": "no_answer", "until": "2026-11-24"})

    assert answer.status_code == 422
    assert "once it is" in words_of(answer)


def reminded(coalition: Coalition) -> list[str]:
    """Let the clock look, and give all mail to the secretariat in words."""
    with transaction(coalition.engine) as session:
        remind_of_answers(session, coalition.keyring, now=coalition.now)
    coalition.deliver_mail()
    return [" ".join(mail.text.split()) for mail in coalition.mails() if mail.to == "letter@rivers.example"]


def test_the_secretariat_is_told_once_of_each_question_and_at_the_end(sent: Coalition, door: Door) -> None:
    there = path(sent)
    with transaction(sent.engine) as session:
        key = there.split("/")[1]
        clock = ClockSeen(due_on=date(2026, 12, 1), receipt="R-77")
        set_clock(session, sent.keyring, SLUG, key, clock, by="test", now=sent.now)
    before = len(reminded(sent))
    for number in (1, 2, 3):
        sent.wait(days=9)
        told = reminded(sent)
        assert len(told) == before + number
        assert f"Question {number} of at most three" in told[-1]
        assert "Jane Q. Example" in told[-1]
        assert reminded(sent) == told
        with transaction(sent.engine) as session:
            send_chase(session, sent.keyring, SLUG, key, text="Please.", by="test", now=sent.now)
        sent.deliver_mail()

    sent.wait(days=9)
    told = reminded(sent)
    assert "asked three times" in told[-1]
    assert reminded(sent) == told
    olga = AtTheDesk(door.app(), sent, add_colleague(sent))
    assert "asked three times: decide how it ended" in words_of(olga.open("answers"))
    offices = [mail for mail in sent.mails() if mail.to == "president@office.example"]
    assert len(offices) == 1 + 3


def test_nobody_is_reminded_once_an_answer_is_noted(sent: Coalition, door: Door) -> None:
    olga = AtTheDesk(door.app(), sent, add_colleague(sent))
    olga.send(path(sent), {"due_on": "2026-12-01"}, having="due_on")
    olga.send(path(sent), {"came_on": "2026-11-25", "text": "We open the archives."}, having="came_on")
    before = reminded(sent)
    sent.wait(days=30)

    assert reminded(sent) == before


def test_what_has_gone_out_is_looked_up_once_for_all_offices_of_a_letter(
    sent: Coalition, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = path(sent).split("/")[1]
    with transaction(sent.engine) as session:
        clock = ClockSeen(due_on=date(2026, 12, 1), receipt="")
        set_clock(session, sent.keyring, SLUG, key, clock, by="test", now=sent.now)
        row = session.exec(select(AnswerClock)).one()
        other = AnswerClock(**{**row.model_dump(), "id": "0" * 26, "office_index": b"0" * 32})
        keys = sent.keyring.of(session, row.campaign_id)
        other.details = seal_record(keys, other, "details", open_record(keys, row, "details"))
        session.add(other)
    sent.wait(days=9)
    looked = []

    def look(session: Session, keys: CampaignKeys, campaign: Campaign) -> frozenset[bytes]:
        looked.append(campaign.id)
        return gone_to(session, keys, campaign)

    monkeypatch.setattr(remind, "gone_to", look)

    with transaction(sent.engine) as session:
        assert remind_of_answers(session, sent.keyring, now=sent.now) == 1

    assert len(looked) == 1


def test_a_word_that_waited_is_not_sent_once_an_answer_is_noted(sent: Coalition, door: Door) -> None:
    AtTheDesk(door.app(), sent, add_colleague(sent)).send(
        path(sent), {"due_on": "2026-12-01"}, having="due_on"
    )
    before = reminded(sent)
    sent.wait(days=9)
    with transaction(sent.engine) as session:
        assert remind_of_answers(session, sent.keyring, now=sent.now) == 1
        key = path(sent).split("/")[1]
        reply = Reply(came_on=date(2026, 12, 2), text="Yes.")
        keep_reply(session, sent.keyring, SLUG, key, reply, by="test", now=sent.now)

    assert reminded(sent) == before


def test_those_who_signed_are_told_that_no_answer_came_only_after_that_was_noted(
    sent: Coalition, door: Door
) -> None:
    olga = AtTheDesk(door.app(), sent, add_colleague(sent))
    words = {"subject": "No answer", "body": "None came.", "at": "2026-11-26T09:00"}
    early = olga.post("outcome/tell", {"csrf": olga.mark(), **words})
    assert early.status_code == 422

    olga.send("answers", to="outcome", having="outcome")
    told = olga.send("answers", words, to="outcome/tell", having="subject")

    assert "Another coordinator approves it" in words_of(olga.follow(told))
    with reading(sent.engine) as session:
        (planned,) = [one for one in schedules_of(session, sent.campaign()) if one.update_id]
    assert planned.state.value == "proposed"
