"""Whether a comment at regulations.gov was published is asked by the delivery job, and proves no more than it says."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import Engine

from service.delivery.carrying.follow import ask_after
from service.foundation.sealing import RootKey
from service.model.states import DeliveryState
from tests.carrying import carriages, carry, cart, delivery_of, evidence, file_by, released
from tests.coalition import Coalition
from tests.doubles.regulations_gov import API_KEY, DOCUMENT, RegulationsGov, open_regulations_gov

ABOUT = (
    f'regulations_document = "{DOCUMENT}"\nregulations_organization_type = "Non-Governmental Organization"'
)


@pytest.fixture
def office() -> Iterator[RegulationsGov]:
    with open_regulations_gov() as office:
        yield office


@pytest.fixture
def sent(engine: Engine, root: RootKey, noon: datetime, office: RegulationsGov) -> Coalition:
    """Give a letter whose comment regulations.gov has taken."""
    file = file_by("regulations").replace(b"channels", f"{ABOUT}\nchannels".encode())
    values = {"mode": "live", "api_key": API_KEY, "certified": "yes", "url": f"{office.url}/v4"}
    coalition = released(Coalition(engine=engine, root=root, now=noon), "regulations", values, file=file)
    carry(coalition)
    assert state(coalition) is DeliveryState.HANDED_OVER
    return coalition


def state(coalition: Coalition) -> DeliveryState:
    return delivery_of(coalition, "regulations").state


def ask(coalition: Coalition) -> int:
    coalition.wait(hours=1, minutes=1)
    return ask_after(cart(coalition))


def publish(office: RegulationsGov, number: str) -> None:
    office.posted["FDA-2009-N-0501-0099"] = {"trackingNbr": number, "withdrawn": False}


def test_that_the_agency_has_published_it_is_heard_once_and_then_nobody_asks(sent, office) -> None:
    assert ask(sent) == 0
    assert state(sent) is DeliveryState.HANDED_OVER

    publish(office, office.comments[0]["number"])

    assert ask(sent) == 1
    assert state(sent) is DeliveryState.DELIVERED
    assert "The agency has published the comment as FDA-2009-N-0501-0099." in evidence(sent)[-1]
    asked = len(office.requests)
    assert [ask(sent) for _ in range(3)] == [0, 0, 0]
    assert len(office.requests) == asked
    assert API_KEY not in "".join(evidence(sent))


def test_the_comment_of_somebody_else_says_nothing_of_ours(sent, office) -> None:
    publish(office, "m4b-other")
    office.posted["FDA-2009-N-0501-0099"]["comment"] = f"See {office.comments[0]['number']}."

    assert ask(sent) == 0
    assert state(sent) is DeliveryState.HANDED_OVER


@pytest.mark.parametrize("how", ["fails", "closes", "is_throttled", "is_closed", "answers_a_page"])
def test_a_service_in_trouble_is_asked_again_and_nothing_is_made_of_it(sent, office, how) -> None:
    before = len(evidence(sent))
    office.misbehaves = {"look": how}

    assert ask(sent) == 0
    assert len(evidence(sent)) == before
    assert carriages(sent)[0].ask_at > sent.now
    publish(office, office.comments[0]["number"])
    assert ask(sent) == 1
