"""As the secretariat I plan in my browser which way comes next, and am offered it where a copy failed."""

from datetime import datetime

import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine
from sqlmodel import select

from service.delivery.follow import follow_deliveries
from service.foundation.sealing import RootKey
from service.mail.transport import Stage
from service.model.delivery import Delivery
from service.model.states import DeliveryState
from service.store.transaction import reading, transaction
from tests.coalition import Coalition, letter_file
from tests.desk import add_colleague
from tests.doubles.postbox import Fault
from tests.stories.at_a_browser import served
from tests.stories.desk_in_a_browser import LETTER, PHONE, WIDE, come_in, look_at, opened
from tests.stories.test_a_member_signs_in_a_browser import engine
from tests.stories.test_recipients_are_kept_at_the_desk import key

__all__ = ["engine"]
pytestmark = pytest.mark.browser


@pytest.fixture
def coalition(engine: Engine, root: RootKey, noon: datetime) -> Coalition:
    return Coalition(engine=engine, root=root, now=noon)


def fail(coalition: Coalition) -> str:
    """Let the relay refuse the one copy; gives its edition."""
    coalition.postbox.fail_next(Fault(stage=Stage.RCPT, code=550, enhanced="5.1.1"))
    coalition.deliver_mail()
    with transaction(coalition.engine) as session:
        follow_deliveries(session, now=coalition.now)
    with reading(coalition.engine) as session:
        row = session.exec(select(Delivery)).one()
    assert row.state is DeliveryState.FAILED
    return row.edition_id


@pytest.mark.parametrize("width", [PHONE, WIDE])
def test_what_was_planned_is_chosen_already_and_pressed_by_a_person(
    browser: Browser, coalition: Coalition, width: int
) -> None:
    coalition.open(letter_file(more='admit = "everyone"')).sign_and_confirm("Lake Alliance").close()
    with served(coalition) as url, opened(browser, width=width) as page:
        come_in(page, coalition, url, add_colleague(coalition))
        page.goto(f"{url}{LETTER}/recipients/{key(coalition)}/change")
        page.get_by_text("If these ways fail").click()
        page.get_by_label("Way 1").select_option(label="handed over in person")
        page.get_by_label("Way 2").select_option(label="post")
        look_at(page, "a-plan")
        page.get_by_role("button", name="Keep it").click()
        page.get_by_text("If its ways fail").wait_for()

        coalition.propose()
        coalition.approve_all().release()
        page.goto(f"{url}{LETTER}/editions/{fail(coalition)}")
        look_at(page, "a-plan-is-offered")
        assert page.get_by_label("Way of sending").input_value() == "hand_over"
        page.get_by_role("button", name="Let it go this way").click()

        page.get_by_role("heading", name="handed over in person").wait_for()
        page.get_by_role("link", name="Bring it on its way").wait_for()
