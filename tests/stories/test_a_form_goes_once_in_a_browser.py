"""Whoever presses a button of the desk twice in a hurry has done the thing once."""

from datetime import datetime

import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine
from sqlmodel import select

from service.foundation.sealing import RootKey
from service.model.office import ContactNote
from service.store.transaction import reading
from tests.coalition import Coalition
from tests.desk import add_colleague
from tests.stories.at_a_browser import served
from tests.stories.desk_in_a_browser import LETTER, PHONE, come_in, opened
from tests.stories.test_a_member_signs_in_a_browser import engine
from tests.stories.test_recipients_are_kept_at_the_desk import key

__all__ = ["engine"]
pytestmark = pytest.mark.browser


@pytest.fixture
def coalition(engine: Engine, root: RootKey, noon: datetime) -> Coalition:
    return Coalition(engine=engine, root=root, now=noon)


def test_a_contact_is_noted_once(browser: Browser, coalition: Coalition) -> None:
    coalition.open()
    with served(coalition) as url, opened(browser, width=PHONE) as page:
        come_in(page, coalition, url, add_colleague(coalition))
        page.goto(f"{url}{LETTER}/recipients/{key(coalition)}")
        page.get_by_label("What was said, and by whom").fill("They will call back.")

        # As a thumb does on a slow line: the second press comes while the first is on its way.
        page.get_by_role("button", name="Note it").evaluate(
            "button => { button.click(); setTimeout(() => button.click(), 5); }"
        )

        page.get_by_text("The contact was noted.").wait_for()
    with reading(coalition.engine) as session:
        assert len(session.exec(select(ContactNote)).all()) == 1
