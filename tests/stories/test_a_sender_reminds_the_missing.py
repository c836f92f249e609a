"""As a sender I want to remind the missing twelve, stop it in the middle and let it go on, and each of them has exactly one."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from service.mail.envelope import Envelope
from service.mail.transport import Receipt
from service.model.coordinator import Role
from tests.coalition import Coalition
from tests.desk import AtTheDesk, add_colleague
from tests.doubles.postbox import Postbox
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
