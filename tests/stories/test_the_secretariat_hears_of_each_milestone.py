"""As the secretariat I get a mail at each milestone where my letter asks for it, and none where it does not."""

import pytest

from service.delivery.follow import follow_deliveries
from service.model.campaign import Campaign
from service.model.report_kind import ReportKind
from service.store.transaction import transaction
from tests.coalition import Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague
from tests.stories.test_the_letter_comes_back import SECRETARIAT, come_back
from tests.stories.visitor import Door

WANTED = 'admit = "everyone"\nmilestones = true'


def heard(coalition: Coalition) -> list[str]:
    coalition.deliver_mail()
    with transaction(coalition.engine) as session:
        follow_deliveries(session, now=coalition.now)
    coalition.deliver_mail()
    return [" ".join(mail.text.split()) for mail in coalition.mails() if mail.to == SECRETARIAT]


def released(coalition: Coalition, more: str) -> Coalition:
    coalition.open(letter_file(more=more)).sign_and_confirm("Lake Alliance").close().propose()
    coalition.approve_all().release()
    return coalition


def test_each_milestone_is_told_once_and_no_more_than_is_proved(coalition: Coalition) -> None:
    released(coalition, WANTED)

    first = heard(coalition)
    assert [word in " ".join(first) for word in ("was released", "was handed over", "has left to each")] == [
        True
    ] * 3
    assert "reported as delivered" not in " ".join(first)
    assert "Jane Q. Example, President of the Republic" in " ".join(first)
    for kind in (ReportKind.DELIVERED, ReportKind.DISPLAYED, ReportKind.DISPLAYED):
        come_back(coalition, kind)
    later = heard(coalition)[len(first) :]
    assert [("delivered" in one, "was displayed" in one) for one in later] == [(True, False), (False, True)]
    assert heard(coalition) == [*first, *later]


def test_a_letter_that_did_not_ask_hears_only_what_needs_somebody(coalition: Coalition) -> None:
    released(coalition, 'admit = "everyone"')
    come_back(coalition, ReportKind.DELIVERED)

    assert heard(coalition) == []


@pytest.mark.parametrize("state", ["draft", "open"])
def test_it_is_chosen_at_the_desk_and_taken_back(coalition: Coalition, door: Door, state: str) -> None:
    coalition.load() if state == "draft" else coalition.open()
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))

    olga.send("settings", {"milestones": "yes"}, having="milestones")
    assert wants(coalition)
    olga.send("settings", {"milestones": ""}, having="milestones")
    assert not wants(coalition)


def wants(coalition: Coalition) -> bool:
    campaign: Campaign = coalition.campaign()
    return campaign.milestones
