"""As a sender I want to remind the missing twelve, stop it in the middle and let it go on, and each of them has exactly one."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from service.campaigns.queries import get_campaign
from service.mail.envelope import Envelope
from service.mail.transport import Receipt
from service.model.coordinator import Role
from service.model.schedule import Schedule
from service.model.signature import Kind
from service.schedules.audience import Audience
from service.schedules.sends.compose import MOST_ALONE, change_draft
from service.schedules.sends.composed import Composed, What
from service.signing.update_words import UpdateWords
from service.store.transaction import transaction
from service.web.desk.sends import pages
from tests.coalition import SLUG, Coalition
from tests.desk import AtTheDesk, add_colleague, form_of
from tests.doubles.postbox import Postbox
from tests.make import make_sign_on, make_signature
from tests.reminding import pass_time
from tests.stories.visitor import Door, words_of

MISSING = [f"member{number}@members.example" for number in range(12)]
TEXT = {"subject-en": "Are you with us?", "body-en": "The letter ((title)) goes on **Monday**."}


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    coalition.open()
    for number, email in enumerate(MISSING):
        coalition.sign(f"Organization {number}", email=email)
    coalition.deliver_mail().wait(days=2)
    coalition.postbox.kept.clear()
    return coalition


@pytest.fixture
def sena(coalition: Coalition, door: Door) -> AtTheDesk:
    return AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.SENDER, name="Sena Sender"))


def composed(who: AtTheDesk, **more: str) -> str:
    """Compose a reminder to who has not confirmed, and give the address of its draft."""
    answer = who.send("sends/new?what=reminder", {**TEXT, **more}, having="body-en")
    assert answer.status_code == 303, words_of(answer)
    return answer.location.partition("?")[0]


def has_signed(coalition: Coalition, **given: object) -> None:
    with transaction(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        keys = coalition.keyring.of(session, campaign.id)
        came = coalition.now - timedelta(hours=1)
        make_signature(session, keys, campaign, now=came, sign_on=make_sign_on(**given))


def fires(coalition: Coalition) -> int:
    return pass_time(coalition.engine, coalition.keyring, lead=timedelta(days=1), now=coalition.now)


def reminded(coalition: Coalition) -> Counter[str]:
    return Counter(mail.to for mail in coalition.mails() if mail.subject == "Are you with us?")


class InterruptedPostbox(Postbox):
    """A relay during whose fifth mail something happens."""

    def __init__(self, kept: list[Envelope], happens: Callable[[], None]) -> None:
        super().__init__()
        self.kept, self._happens = kept, happens

    def send(self, envelope: Envelope, *, before_data: Callable[[], None]) -> Receipt:
        if self.tries == 4:
            self._happens()
        return super().send(envelope, before_data=before_data)


def test_it_is_foretold_paused_in_mid_send_resumed_and_each_has_exactly_one(
    coalition: Coalition, door: Door, sena: AtTheDesk
) -> None:
    draft = composed(sena)
    seen = words_of(sena.open(draft))
    assert "to 12 readers" in seen
    assert "The letter Keep the river open goes on" in seen
    tomorrow = coalition.now + timedelta(days=1)
    planned = sena.send(draft, {"day": f"{tomorrow:%Y-%m-%d}", "hour": "09:00"}, having="day")
    assert planned.status_code == 303
    listed = words_of(sena.open("sends"))
    assert "Are you with us?" in listed
    assert "to 12 readers" in words_of(sena.open(draft))

    coalition.wait(days=1, hours=3)
    sena = AtTheDesk(door.app(), coalition, sena.colleague)
    assert fires(coalition) == 12
    mark, paused = sena.mark(), []
    interrupted = InterruptedPostbox(
        coalition.postbox.kept, lambda: paused.append(sena.post(f"{draft}/pause", {"csrf": mark}).status_code)
    )
    coalition.deliver_mail(by=interrupted)

    assert paused == [303]
    assert 4 <= sum(reminded(coalition).values()) < 12
    assert "Paused" in words_of(sena.open(draft))
    coalition.wait(minutes=20).deliver_mail()
    assert sum(reminded(coalition).values()) < 12

    assert sena.send(draft, to=f"{draft}/resume").status_code == 303
    coalition.deliver_mail()
    assert reminded(coalition) == Counter(MISSING)
    assert "12 of 12 have gone" in words_of(sena.open(draft))


def test_what_goes_now_can_be_undone_for_a_minute(coalition: Coalition, sena: AtTheDesk) -> None:
    draft = composed(sena)

    page = sena.follow(sena.send(draft, having="when"))
    assert "It goes in a minute" in words_of(page)
    coalition.wait(seconds=59)
    assert fires(coalition) == 0
    undo = form_of(page, having="back")
    back = sena.post(undo.action, dict(undo.filled({})))
    again, kept = sena.post(undo.action, dict(undo.filled({}))), words_of(sena.follow(back))
    coalition.wait(minutes=5)

    assert fires(coalition) == 0
    assert "Cancelled" in words_of(sena.open(draft))
    assert "Kept as a draft" in kept
    assert "Are you with us?" in kept
    assert draft in again.location, "pressed twice, there is one draft"


def test_an_update_that_was_taken_back_goes_once_when_it_is_sent_again(
    coalition: Coalition, sena: AtTheDesk
) -> None:
    has_signed(coalition, name="Signer", email="signer@members.example")
    words = {"subject-en": "Are you with us?", "body-en": "It goes well."}
    first = sena.send("sends/new?what=update", words, having="body-en").location.partition("?")[0]
    undo = form_of(sena.follow(sena.send(first, having="when")), having="back")
    second = sena.post(undo.action, dict(undo.filled({}))).location.partition("?")[0]
    assert second != first

    sena.send(second, having="when")
    coalition.wait(seconds=62)
    fires(coalition)

    coalition.wait(minutes=2).deliver_mail()
    assert reminded(coalition) == Counter({"signer@members.example": 1})
    assert "1 of 1 have gone" in words_of(sena.open(second))


def test_what_has_begun_to_go_is_not_a_draft_once_more(coalition: Coalition, sena: AtTheDesk) -> None:
    draft = composed(sena)
    page = sena.follow(sena.send(draft, having="when"))
    coalition.wait(seconds=62)
    assert fires(coalition) > 0

    undo = form_of(page, having="back")
    back = sena.post(undo.action, dict(undo.filled({})))

    assert back.location.startswith(draft)
    assert "does not go" in words_of(sena.follow(back))


def test_the_page_leads_through_its_readers_and_its_html_is_of_the_same_one(
    coalition: Coalition, door: Door
) -> None:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    draft = composed(olga)
    seen = set[str]()

    for row in range(7):
        page = olga.open(f"{draft}?row={row}")
        seen |= set(re.findall(r"As ([\w ]+) would get it", words_of(page)))
        assert f'href="{draft}/mail?row={row}"' in page.text
        assert f'href="{draft}?row={(row + 1) % 7}"' in page.text
        assert olga.open(f"{draft}/mail?row={row}").status_code == 200

    assert len(seen) == 7


def test_a_reminder_to_one_country_names_nobody_of_another(
    coalition: Coalition, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    coalition.sign("Yak Herders", email="yaks@members.example", country="NP").wait(days=2)
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    draft = composed(olga, country="NP")

    assert "As Yak Herders would get it" in words_of(olga.open(draft))
    named = words_of(olga.open(f"{draft}/readers"))
    assert "Yak Herders" in named
    assert "Organization" not in named
    assert "only some were looked through" not in named

    monkeypatch.setattr("service.schedules.reach._OPENED_AT_MOST", 12)
    assert "As an example" in words_of(olga.open(draft))
    named = words_of(olga.open(f"{draft}/readers"))
    assert "Yak Herders" not in named
    assert "only some were looked through" in named


def test_an_update_to_many_waits_for_another_coordinator(
    coalition: Coalition, door: Door, sena: AtTheDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.schedules.sends.compose.ALONE", 1)
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    for number, kind in enumerate((Kind.ORGANIZATION, Kind.ORGANIZATION, Kind.PERSON)):
        has_signed(coalition, kind=kind, name=f"Signer {number}", email=f"signer{number}@members.example")
    entries = {**TEXT, "csrf": sena.mark(), "what": "update", "kinds": "organization"}
    answer = sena.post("sends/new", entries)
    draft = answer.location.partition("?")[0]
    assert "to 2 readers" in words_of(sena.open(draft))

    page = sena.follow(sena.send(draft, having="when"))
    assert "another coordinator approves it" in words_of(page)
    assert sena.post(f"{draft}/approve", {"csrf": sena.mark()}).status_code == 422
    coalition.wait(minutes=10)
    assert fires(coalition) == 0
    assert olga.send(draft, to=f"{draft}/approve").status_code == 303
    coalition.wait(seconds=62)

    assert fires(coalition) == 2
    coalition.wait(minutes=2).deliver_mail()
    assert sorted(reminded(coalition)) == ["signer0@members.example", "signer1@members.example"]


def test_a_mail_has_no_gap_where_the_letter_has_no_event(coalition: Coalition, sena: AtTheDesk) -> None:
    gap = {"subject-en": "Soon", "body-en": "The letter arrives before ((event))."}

    wrong = sena.send("sends/new?what=update", gap, having="body-en")
    draft = composed(sena)
    again = sena.send(f"{draft}/words", {"body-en": "Before (( event ))."}, having="body-en")

    for form in (wrong, again):
        assert form.status_code == 422
        assert "The letter has no event" in words_of(form)
    assert "arrives before ((event))." in wrong.text


def test_only_what_was_looked_at_is_approved(
    coalition: Coalition, door: Door, sena: AtTheDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.schedules.sends.compose.ALONE", 1)
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    draft = composed(sena)
    sena.send(draft, having="when")
    approval = form_of(olga.open(draft), to=f"{draft}/approve")
    assert sena.send(f"{draft}/rule", {"spare": "1"}, having="spare").status_code == 303

    late = olga.post(approval.action, dict(approval.filled({})))

    assert late.status_code == 422
    assert "look at it again before you decide" in words_of(late)
    assert "Waits for an approval" in words_of(olga.open(draft))
    assert olga.send(draft, to=f"{draft}/approve").status_code == 303


def test_two_who_write_a_draft_do_not_write_over_one_another(
    coalition: Coalition, door: Door, sena: AtTheDesk
) -> None:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    draft = composed(sena)
    first, second = (form_of(who.open(f"{draft}/words"), having="body-en") for who in (sena, olga))
    planned = form_of(olga.open(draft), having="when")
    sena.post(first.action, dict(first.filled({"body-en": "The words of Sena."})))

    lost = olga.post(second.action, dict(second.filled({"body-en": "The words of Olga."})))

    assert lost.status_code == 422
    assert "Somebody else has changed this draft" in words_of(lost)
    assert "The words of Olga." in lost.text
    assert "The words of Sena." in sena.open(draft).text
    assert olga.post(planned.action, dict(planned.filled({}))).status_code == 422, "she saw other words"
    again = form_of(lost, having="body-en")
    olga.post(again.action, dict(again.filled({})))
    assert "The words of Olga." in sena.open(draft).text


def test_what_is_changed_while_a_page_is_made_is_not_planned_unseen(
    coalition: Coalition, sena: AtTheDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, shows = composed(sena), pages._preview

    def changes_after(*given: Any) -> Any:
        shown = shows(*given)
        with transaction(coalition.engine) as session:
            row = session.exec(select(Schedule).where(Schedule.id == draft.rpartition("/")[2])).one()
            text = {"en": UpdateWords(subject="Are you with us?", body="Other words.")}
            meant = Composed(what=What.REMINDER, text=text, audience=Audience.from_record(row.audience))
            change_draft(session, coalition.keyring, row, meant, by="ben", now=coalition.now)
        return shown

    with monkeypatch.context() as patch:
        patch.setattr(pages, "_preview", changes_after)
        page = sena.open(draft)
    form = form_of(page, having="when")

    assert "Other words." not in page.text
    assert sena.post(form.action, dict(form.filled({}))).status_code == 422


@pytest.mark.parametrize("more", [{}, {"kinds": "organization", "spare": "48"}])
@pytest.mark.parametrize("what", ["reminder", "update"])
def test_whoever_changes_a_draft_by_two_presses_is_not_taken_for_somebody_else(
    sena: AtTheDesk, what: str, more: dict[str, str]
) -> None:
    draft = sena.send(f"sends/new?what={what}", TEXT, having="body-en").location.partition("?")[0]
    form = form_of(sena.open(f"{draft}/words"), having="body-en")
    sent = dict(form.filled({"body-en": "The words of Sena.", **more}))
    first = sena.post(form.action, sent)
    assert first.status_code == 303, words_of(first)

    again = sena.post(form.action, sent)

    assert again.status_code == 303
    assert "The draft is changed" in words_of(sena.follow(again))
    assert sena.post(form.action, {**sent, "body-en": "Older words."}).status_code == 422


def test_nobody_writes_to_many_alone_by_writing_to_a_few_again_and_again(
    coalition: Coalition, door: Door, sena: AtTheDesk
) -> None:
    for _ in range(MOST_ALONE):
        sena.send(composed(sena), {"when": "now"}, having="when")

    page = sena.follow(sena.send(composed(sena), {"when": "now"}, having="when"))

    assert "another coordinator approves it" in words_of(page)
    # Whoever else may send has done nothing alone yet.
    another = AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.SENDER, name="Ben Sender"))
    page = another.follow(another.send(composed(another), {"when": "now"}, having="when"))
    assert "It goes in a minute" in words_of(page)


def test_a_test_goes_to_oneself_and_counts_for_nothing(coalition: Coalition, sena: AtTheDesk) -> None:
    draft = composed(sena)

    sena.post(f"{draft}/test", {"csrf": sena.mark()})
    coalition.deliver_mail()

    (mail,) = coalition.mails()
    assert (mail.to, mail.subject) == (sena.colleague.email, "[Test] Are you with us?")
    assert "it went to you alone" in mail.text
    assert "Organization" not in mail.text
    assert "Draft" in words_of(sena.open(draft))


def test_an_unknown_placeholder_is_named_and_nothing_typed_is_lost(sena: AtTheDesk) -> None:
    answer = sena.send(
        "sends/new?what=reminder", {**TEXT, "body-en": "Dear ((name)), come."}, having="body-en"
    )

    assert answer.status_code == 422
    assert "There is no placeholder ((name))" in words_of(answer)
    assert "Dear ((name)), come." in answer.text
