"""As a sender I want to remind the missing twelve, stop it in the middle and let it go on, and each of them has exactly one."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from service.campaigns.queries import get_campaign
from service.mail.envelope import Envelope
from service.mail.transport import Receipt
from service.model.coordinator import Role
from service.model.signature import Kind
from service.schedules.sends.compose import MOST_ALONE
from service.store.transaction import transaction
from tests.coalition import SLUG, Coalition
from tests.desk import AtTheDesk, add_colleague
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

    page = sena.follow(sena.post(f"{draft}/plan", {"csrf": sena.mark(), "when": "now"}))
    assert "It goes in a minute" in words_of(page)
    coalition.wait(seconds=59)
    assert fires(coalition) == 0
    sena.post(f"{draft}/cancel", {"csrf": sena.mark()})
    coalition.wait(minutes=5)

    assert fires(coalition) == 0
    assert "Cancelled" in words_of(sena.open(draft))


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

    page = sena.follow(sena.post(f"{draft}/plan", {"csrf": sena.mark(), "when": "now"}))
    assert "another coordinator approves it" in words_of(page)
    assert sena.post(f"{draft}/approve", {"csrf": sena.mark()}).status_code == 422
    coalition.wait(minutes=10)
    assert fires(coalition) == 0
    assert olga.send(draft, to=f"{draft}/approve").status_code == 303
    coalition.wait(seconds=62)

    assert fires(coalition) == 2
    coalition.wait(minutes=2).deliver_mail()
    assert sorted(reminded(coalition)) == ["signer0@members.example", "signer1@members.example"]


def test_nobody_writes_to_many_alone_by_writing_to_a_few_again_and_again(
    coalition: Coalition, door: Door, sena: AtTheDesk
) -> None:
    for _ in range(MOST_ALONE):
        sena.post(f"{composed(sena)}/plan", {"csrf": sena.mark(), "when": "now"})

    one_more = composed(sena)
    page = sena.follow(sena.post(f"{one_more}/plan", {"csrf": sena.mark(), "when": "now"}))

    assert "another coordinator approves it" in words_of(page)
    # Whoever else may send has done nothing alone yet.
    another = AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.SENDER, name="Ben Sender"))
    page = another.follow(another.post(f"{composed(another)}/plan", {"csrf": another.mark(), "when": "now"}))
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
