"""What a run of show promises, on each database: every step once and in its turn, and a person asked where one fails."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlmodel import select

from service.campaigns.halt import ask_to_end_emergency, begin_emergency, end_emergency
from service.campaigns.life import publish
from service.coordinators.second_look import decide_look
from service.foundation.errors import Refused
from service.model.campaign import Campaign
from service.model.edition import Edition
from service.model.message import Message, MessageKind
from service.model.second_look import Verdict
from service.model.show import ShowStep, Step, Word
from service.model.states import DeliveryState, MessageState, ShowState
from service.schedules.calendar import calendar
from service.schedules.digest import waiting_of
from service.schedules.forecast import forecast
from service.schedules.show_run import note_failure
from service.schedules.show_word import resume_show, stop_show
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.doubles.house import in_parallel
from tests.on_show import DAILY, MEMBER, MORE, OFFICE, PRESS, PUBLISH_AT, SECOND, SEND_AT, Killed, Show


@pytest.fixture
def show(engine, root, noon):
    return Show(Coalition(engine=engine, root=root, now=noon))


def test_everything_goes_in_its_turn_once_and_the_page_at_its_minute(show):
    show.at(SEND_AT - SECOND)
    assert show.states() == ["waiting"] * 6
    show.at(SEND_AT)
    assert show.states() == ["done", *["waiting"] * 5]
    assert len(show.told(OFFICE)) == 1

    show.copies_are(DeliveryState.DELIVERED)
    show.at(SEND_AT + 60 * SECOND)
    show.at(SEND_AT + 200 * SECOND)
    assert show.states() == ["done", "done", "done", "done", "waiting", "waiting"]
    final, kit = show.told(MEMBER)[-2:]
    assert "Your letter has gone out" in final
    assert "embargo" in kit
    show.at(PUBLISH_AT - SECOND)
    assert (show.told(DAILY), show.coalition.campaign().published_at) == ([], None)

    show.at(PUBLISH_AT)
    assert show.states() == ["done"] * 6
    assert len(show.told(DAILY)) == 1
    assert show.coalition.campaign().published_at == PUBLISH_AT
    assert show.look() == 0
    assert show.alerts() == []


def test_a_copy_that_fails_stops_all_after_it_and_asks_once(show):
    show.at(SEND_AT)
    show.copies_are(DeliveryState.FAILED)
    for minute in range(5):
        show.at(SEND_AT + minute * 60 * SECOND)

    assert show.states() == ["done", "asking", *["waiting"] * 4]
    assert [mail for mail in show.told(MEMBER) if "gone out" in mail or "embargo" in mail] == []
    (alert,) = show.alerts()
    assert f"undersigned show skip {SLUG} delivered" in alert

    # What settles itself goes on by itself.
    show.copies_are(DeliveryState.DELIVERED)
    show.at(SEND_AT + 600 * SECOND)
    show.at(SEND_AT + 700 * SECOND)
    assert show.states()[:4] == ["done"] * 4


def test_a_page_whose_minute_is_at_risk_asks_before_it_and_at_it_and_is_not_published(show):
    show.at(SEND_AT)
    show.copies_are(DeliveryState.FAILED)
    show.at(PUBLISH_AT - timedelta(hours=1))
    before = len(show.alerts())
    show.at(PUBLISH_AT)
    show.at(PUBLISH_AT + 120 * SECOND)
    show.at(PUBLISH_AT + timedelta(days=1))

    assert before == 2
    assert len(show.alerts()) == 3
    assert "is to become public on December 8, 2026 at 10:00" in show.alerts()[1]
    assert f"undersigned show go {SLUG} page" in show.alerts()[2]
    assert show.coalition.campaign().published_at is None
    assert show.told(DAILY) == []

    # Even once the copies have arrived, a minute that was missed is a person's to choose anew.
    show.copies_are(DeliveryState.DELIVERED)
    show.at(PUBLISH_AT + timedelta(days=2))
    show.at(PUBLISH_AT + timedelta(days=2, minutes=5))
    assert show.states() == ["done"] * 4 + ["asking", "asking"]
    assert show.says(Word.GO, Step.PRESS) is True
    show.look()
    assert show.says(Word.GO, Step.PAGE) is True
    show.look()
    assert show.states() == ["done"] * 6


def test_a_letter_sent_a_way_that_nobody_goes_is_never_called_delivered(engine, root, noon):
    coalition = Coalition(engine=engine, root=root, now=noon)
    file = letter_file(tables=PRESS, more=MORE).replace(
        b'channels = ["email"]', b'channels = ["email", "lob"]'
    )
    show = Show(coalition, file=file)
    show.at(SEND_AT)

    assert show.states() == ["asking", *["waiting"] * 5]
    assert "not set up here" in show.alerts()[0]
    assert show.says(Word.SKIP, Step.DELIVERED) is False
    with pytest.raises(Refused, match="somebody else"):
        show.says(Word.SKIP, Step.DELIVERED)
    show.look()
    assert show.states()[0] == "asking"
    assert show.says(Word.SKIP, Step.DELIVERED, by="ben") is True
    show.at(SEND_AT + timedelta(hours=4))
    assert show.states()[:2] == ["skipped", "done"]


def test_what_a_person_is_still_to_bring_holds_nothing_up_once_the_letter_is_sent(engine, root, noon):
    coalition = Coalition(engine=engine, root=root, now=noon)
    file = letter_file(tables=PRESS, more=MORE).replace(
        b'channels = ["email"]', b'channels = ["email", "post"]'
    )
    show = Show(coalition, file=file)
    show.at(SEND_AT)

    assert show.states()[0] == "done"
    assert show.alerts() == []


def test_a_letter_that_only_a_person_brings_is_waited_for(engine, root, noon):
    coalition = Coalition(engine=engine, root=root, now=noon)
    file = letter_file(tables=PRESS, more=MORE).replace(b'channels = ["email"]', b'channels = ["post"]', 1)
    show = Show(coalition, file=file)
    show.at(SEND_AT)

    assert show.states()[0] == "waiting"
    with pytest.raises(Refused, match="still to leave"):
        show.says(Word.SKIP, Step.DELIVERED)


def test_nobody_takes_copies_as_they_are_that_have_still_to_leave_nor_for_good(show):
    show.at(SEND_AT - SECOND)
    with pytest.raises(Refused, match="still to leave"):
        show.says(Word.SKIP, Step.DELIVERED)
    show.at(SEND_AT)
    assert [show.says(Word.SKIP, Step.DELIVERED, by=by) for by in ("ada", "ben")] == [False, True]
    with pytest.raises(Refused, match="left out already"):
        show.says(Word.SKIP, Step.DELIVERED)

    show.coalition.wait(minutes=1)
    show.copies_are(DeliveryState.FAILED)
    show.look()
    assert show.states()[:3] == ["skipped", "asking", "waiting"]
    assert len(show.alerts()) == 1
    assert [show.says(Word.SKIP, Step.DELIVERED, by=by) for by in ("ada", "ben")] == [False, True]
    show.look()
    assert show.states()[:3] == ["skipped", "done", "under_way"]


def test_copies_that_do_not_leave_are_told_of_with_a_word_that_is_taken(show):
    show.coalition.now = SEND_AT + timedelta(minutes=61)
    while show.take(show.coalition.campaign().id):
        pass
    show.coalition.deliver_mail()

    assert f"undersigned deliver {SLUG} --stop" in show.alerts()[0]
    assert "show skip" not in show.alerts()[0]


def test_what_fails_a_second_time_is_told_a_second_time(show):
    show.at(SEND_AT)
    for minute, state in enumerate((DeliveryState.FAILED, DeliveryState.HANDED_OVER, DeliveryState.FAILED)):
        show.copies_are(state)
        show.at(SEND_AT + minute * 60 * SECOND)
        show.look()

    assert show.states()[1] == "asking"
    assert [f"undersigned show skip {SLUG} delivered" in alert for alert in show.alerts()] == [True, True]


def test_one_that_was_begun_early_and_asks_comes_to_rest(show):
    show.at(SEND_AT)
    show.says(Word.GO, Step.KITS)
    show.says(Word.GO, Step.KITS, by="ben")
    show.mails_are(MessageKind.KIT, MessageState.HELD)
    moves = [show.take(show.coalition.campaign().id) for _ in range(4)]

    assert moves[-1] is False
    assert show.states()[3] == "asking"


def test_mails_of_which_none_has_left_are_not_handed_over(show):
    show.at(SEND_AT)
    show.copies_are(DeliveryState.DELIVERED)
    letter = show.coalition.campaign().id
    while show.rows()[Step.COPY].posted_at is None:
        assert show.take(letter)
    show.mails_are(MessageKind.UPDATE, MessageState.EXPIRED)
    show.look()

    assert show.states()[2:4] == ["asking", "waiting"]
    assert f"undersigned show go {SLUG} final-copy" in show.alerts()[0]
    assert show.says(Word.GO, Step.COPY) is True
    show.look()
    assert show.states()[2] == "done"


def test_a_final_copy_that_was_stopped_in_the_middle_goes_on_to_its_end_by_one_word(show):
    show.at(SEND_AT)
    show.copies_are(DeliveryState.DELIVERED)
    letter = show.coalition.campaign().id
    while show.rows()[Step.COPY].began_at is None:
        assert show.take(letter)
    with transaction(show.coalition.engine) as session:
        stop_show(session, SLUG, by="ada", now=show.coalition.now)

    assert show.says(Word.GO, Step.COPY) is True
    show.look()
    show.at(SEND_AT + 200 * SECOND)
    assert show.states()[2] == "done"
    assert any("gone out" in subject for subject in show.told(MEMBER))


def test_a_final_copy_names_no_moment_of_publication_that_has_passed(show):
    show.at(SEND_AT)
    show.at(PUBLISH_AT + timedelta(hours=1))
    show.at(PUBLISH_AT + timedelta(hours=1, minutes=2))

    (final,) = [mail.text for mail in show.coalition.mails() if "gone out" in mail.subject]
    assert "becomes public on" not in final
    assert "not public yet" in final


def test_the_digest_knows_nothing_of_an_edition_that_was_voided(show):
    show.at(SEND_AT)
    show.copies_are(DeliveryState.FAILED)
    show.look()
    with transaction(show.coalition.engine) as session:
        assert waiting_of(session, show.coalition.campaign()).show_asks is True
        edition = session.exec(select(Edition)).one()
        edition.voided_at = show.coalition.now
        session.add(edition)
    with reading(show.coalition.engine) as session:
        assert waiting_of(session, show.coalition.campaign()).show_asks is False


def test_going_on_early_takes_two_people_or_one_who_is_alone(show, engine, root, noon):
    show.at(SEND_AT)
    assert show.says(Word.GO, Step.KITS) is False
    assert show.says(Word.GO, Step.KITS, by="ben") is True
    show.look()

    assert show.states() == ["done", "waiting", "waiting", "done", "waiting", "waiting"]
    assert "embargo" in show.told(MEMBER)[-1]
    with pytest.raises(Refused, match="only seen"):
        show.says(Word.GO, Step.RECEIPT)
    with pytest.raises(Refused, match="done already"):
        show.says(Word.GO, Step.KITS)
    with pytest.raises(Refused, match="Say why"):
        show.says(Word.SKIP, Step.COPY, why=" ")


def test_what_is_stopped_rests_even_over_its_minute_and_goes_on_when_resumed(show):
    show.at(SEND_AT)
    with transaction(show.coalition.engine) as session:
        assert stop_show(session, SLUG, by="ada", now=show.coalition.now) == 5
    show.at(PUBLISH_AT + 60 * SECOND)
    assert show.states() == ["done", *["stopped"] * 5]
    assert show.coalition.campaign().published_at is None

    with transaction(show.coalition.engine) as session:
        resume_show(session, SLUG, by="ada", now=show.coalition.now)
    show.look()
    show.at(PUBLISH_AT + 180 * SECOND)
    assert show.states()[:4] == ["done"] * 4


def test_what_is_resumed_long_after_its_minute_asks_before_anything_is_public(show):
    show.at(SEND_AT)
    show.copies_are(DeliveryState.DELIVERED)
    show.at(SEND_AT + 60 * SECOND)
    show.at(SEND_AT + 200 * SECOND)
    assert show.states() == ["done"] * 4 + ["waiting"] * 2
    with transaction(show.coalition.engine) as session:
        stop_show(session, SLUG, by="ada", now=show.coalition.now)
    show.at(PUBLISH_AT + timedelta(days=2))

    with transaction(show.coalition.engine) as session:
        resume_show(session, SLUG, by="ada", now=show.coalition.now)
    show.at(PUBLISH_AT + timedelta(days=2, minutes=5))

    assert show.states()[4] == "asking"
    assert (show.told(DAILY), show.coalition.campaign().published_at) == ([], None)
    show.says(Word.GO, Step.PRESS)
    show.at(PUBLISH_AT + timedelta(days=2, minutes=10))
    assert (len(show.told(DAILY)), show.coalition.campaign().published_at) == (1, None)
    show.says(Word.GO, Step.PAGE)
    assert show.coalition.campaign().published_at == show.coalition.now


def test_what_is_resumed_before_its_minute_comes_at_it(show):
    show.at(SEND_AT)
    show.copies_are(DeliveryState.DELIVERED)
    show.at(SEND_AT + 60 * SECOND)
    show.at(SEND_AT + 200 * SECOND)
    for verb in (stop_show, resume_show):
        with transaction(show.coalition.engine) as session:
            verb(session, SLUG, by="ada", now=show.coalition.now)
    show.at(PUBLISH_AT)

    assert show.coalition.campaign().published_at == PUBLISH_AT


def test_a_press_that_is_skipped_gets_nothing_even_when_the_page_is_public(show):
    show.at(SEND_AT)
    show.says(Word.SKIP, Step.PRESS)
    show.says(Word.SKIP, Step.PRESS, by="ben")
    show.at(SEND_AT + timedelta(hours=4))
    show.at(SEND_AT + timedelta(hours=4, minutes=5))
    show.at(PUBLISH_AT)

    assert show.coalition.campaign().published_at == PUBLISH_AT
    assert show.told(DAILY) == []


def test_two_workers_that_look_at_one_moment_do_each_step_once(show):
    show.at(SEND_AT)
    show.copies_are(DeliveryState.DELIVERED)
    show.coalition.now = SEND_AT + SECOND
    letter = show.coalition.campaign().id

    for _ in range(6):
        with pytest.raises(Killed):
            show.take_and_die(letter)
        in_parallel(2, lambda _: show.take(letter))
    show.at(SEND_AT + 120 * SECOND)

    with reading(show.coalition.engine) as session:
        found = session.exec(select(Message.kind, Message.recipient_ref)).all()
    counted = Counter(kind for kind, _ in found)
    assert (counted[MessageKind.UPDATE], counted[MessageKind.KIT]) == (1, 1)
    assert show.states()[:4] == ["done"] * 4


def test_a_step_that_cannot_be_done_asks_and_is_tried_again(show):
    show.at(SEND_AT)
    show.coalition.now += timedelta(hours=4)
    letter = show.coalition.campaign().id
    assert show.take(letter)
    with transaction(show.coalition.engine) as session:
        note_failure(session, letter, now=show.coalition.now)
    assert show.look() == 0

    assert show.states()[2] == "asking"
    assert f"undersigned show go {SLUG} final-copy" in show.alerts()[0]
    show.at(SEND_AT + timedelta(hours=4, minutes=5))
    show.at(SEND_AT + timedelta(hours=4, minutes=7))
    assert show.states()[:4] == ["done"] * 4
    assert len(show.alerts()) == 1


def test_a_letter_without_a_run_of_show_goes_as_before(engine, root, noon):
    coalition = Coalition(engine=engine, root=root, now=noon)
    show = Show(coalition, tables=PRESS.replace("[show]\nreceipt_hours = 4\n", ""))
    show.at(SEND_AT)
    show.at(PUBLISH_AT)

    with reading(engine) as session:
        assert session.exec(select(ShowStep)).all() == []
    assert coalition.campaign().published_at == PUBLISH_AT
    assert len(show.told(DAILY)) == 1
    assert not any("gone out" in subject for subject in show.told(MEMBER))


def hidden(coalition, moment):
    with transaction(coalition.engine) as session:
        begin_emergency(session, SLUG, by="ada", now=moment)


def shown_again(coalition):
    at = {"campaign_id": coalition.campaign().id, "now": coalition.now}
    with transaction(coalition.engine) as session:
        look = ask_to_end_emergency(session, SLUG, by="ada", now=coalition.now).id
        decide_look(session, look, verdict=Verdict.APPROVED, by="ben", **at)
        end_emergency(session, SLUG, look, by="ben", now=coalition.now)


@pytest.mark.parametrize("tables", [PRESS, PRESS.replace("[show]\nreceipt_hours = 4\n", "")])
def test_nothing_becomes_public_by_the_clock_in_an_emergency_nor_at_its_end(engine, root, noon, tables):
    coalition = Coalition(engine=engine, root=root, now=noon)
    show = Show(coalition, tables=tables)
    show.at(SEND_AT)
    show.copies_are(DeliveryState.DELIVERED)
    show.at(PUBLISH_AT - 3600 * SECOND)
    hidden(coalition, PUBLISH_AT - 1800 * SECOND)
    show.at(PUBLISH_AT)
    with transaction(engine) as session, pytest.raises(Refused):
        publish(session, SLUG, by="ada", now=coalition.now)
    show.at(PUBLISH_AT + 7200 * SECOND)
    assert coalition.campaign().published_at is None

    shown_again(coalition)

    show.at(coalition.now + 60 * SECOND)
    assert coalition.campaign().published_at is None
    with transaction(engine) as session:
        publish(session, SLUG, by="ada", now=coalition.now)
    assert coalition.campaign().published_at == coalition.now


@pytest.mark.parametrize("tables", [PRESS, PRESS.partition("[[recipients]]")[0]])
def test_a_run_of_show_that_was_ready_in_time_asks_after_an_emergency(engine, root, noon, tables):
    coalition = Coalition(engine=engine, root=root, now=noon)
    show = Show(coalition, tables=tables)
    show.at(SEND_AT)
    show.copies_are(DeliveryState.DELIVERED)
    for minutes in (60, 55, 50, 45):
        show.at(PUBLISH_AT - minutes * 60 * SECOND)
    assert show.rows()[Step.KITS].ended_at < PUBLISH_AT
    hidden(coalition, PUBLISH_AT - 1800 * SECOND)
    coalition.now = PUBLISH_AT + 7200 * SECOND
    shown_again(coalition)

    show.at(coalition.now + 60 * SECOND)

    assert coalition.campaign().published_at is None
    assert show.told(DAILY) == []
    assert show.rows()[Step.PAGE].state is ShowState.ASKING
    if tables == PRESS:
        assert show.says(Word.GO, Step.PRESS)
        show.at(coalition.now + 60 * SECOND)
    assert show.says(Word.GO, Step.PAGE)
    show.at(coalition.now + 60 * SECOND)
    assert coalition.campaign().published_at is not None


def test_after_an_emergency_a_letter_becomes_public_at_another_minute(engine, root, noon):
    coalition = Coalition(engine=engine, root=root, now=noon)
    show = Show(coalition, tables=PRESS.replace("[show]\nreceipt_hours = 4\n", ""))
    show.at(SEND_AT)
    hidden(coalition, SEND_AT + SECOND)
    coalition.now = PUBLISH_AT + SECOND
    shown_again(coalition)
    later = PUBLISH_AT + 86_400 * SECOND
    with transaction(engine) as session:
        session.get_one(Campaign, coalition.campaign().id).publish_at = later

    show.at(later - SECOND)
    assert coalition.campaign().published_at is None
    show.at(later)
    assert coalition.campaign().published_at == later


def test_it_stands_in_the_forecast_as_it_then_happens(show):
    with reading(show.coalition.engine) as session:
        planned = forecast(
            session,
            show.coalition.keyring,
            show.coalition.campaign(),
            lead=timedelta(days=1),
            until=PUBLISH_AT,
            now=show.coalition.now,
        )
        entries = calendar(
            session,
            show.coalition.keyring,
            lead=timedelta(days=1),
            until=PUBLISH_AT,
            now=show.coalition.now,
        )
    foretold = [
        (one.name, one.due.at, len(one.whom)) for one in planned if one.name in {"final-copy", "kits"}
    ]
    shown = [entry.what for entry in entries]
    show.at(SEND_AT)
    show.at(SEND_AT + timedelta(hours=4))
    show.at(SEND_AT + timedelta(hours=4, minutes=2))

    assert foretold == [
        ("final-copy", SEND_AT + timedelta(hours=4), 1),
        ("kits", SEND_AT + timedelta(hours=4), 1),
    ]
    assert show.rows()[Step.COPY].began_at == SEND_AT + timedelta(hours=4)
    assert {"grace for confirmations ends", "copies to the press", "becomes public"} <= set(shown)
