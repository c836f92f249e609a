"""A moderator adds to what speaks for an organization: the secretariat's word, a second officer, a record in its DNS."""

import pytest

from service.model.coordinator import Role
from service.signing.organizations.countersign import countersign
from service.signing.organizations.looking_up import look_up_domains
from service.store.transaction import transaction
from tests.coalition import Coalition
from tests.desk import AtTheDesk, add_colleague
from tests.doubles.dns import FakeResolver
from tests.stories.visitor import Door, words_of
from tests.waiting_page import rows

SECTION = "What else speaks for it"


@pytest.fixture
def mo(coalition: Coalition, door: Door) -> AtTheDesk:
    coalition.open()
    coalition.sign_and_confirm("Lake Alliance", email="lake@mail.example", website="https://lakes.example")
    return AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.MODERATOR, name="Mo Derator"))


def page_of(coalition: Coalition) -> str:
    return f"signatories/{rows(coalition)[0].id}"


def test_the_secretariat_keeps_how_it_knows(coalition: Coalition, mo: AtTheDesk) -> None:
    page = page_of(coalition)
    assert "Speaks for it none" in words_of(mo.open(page))
    assert mo.send(page, {"how_known": " "}, to=f"{page}/evidence/attest").status_code == 422

    after = mo.follow(mo.send(page, {"how_known": "called the chair"}, to=f"{page}/evidence/attest"))

    said = words_of(after)
    assert "Known to the secretariat: called the chair" in said
    assert "Speaks for it good" in said
    assert "known to the secretariat, Mo Derator" in said


def test_a_second_officer_is_asked_and_countersigns(coalition: Coalition, mo: AtTheDesk) -> None:
    page = page_of(coalition)
    nobody = mo.send(page, {"officer_name": "Ben Board"}, to=f"{page}/evidence/officer")
    assert nobody.status_code == 422
    assert 'value="Ben Board"' in nobody.text
    own = mo.send(page, {"officer_email": "lake@mail.example"}, to=f"{page}/evidence/officer")
    assert "belongs to the sign-on already" in words_of(own)
    ben = {"officer_name": "Ben Board", "officer_email": "ben@lakes.example"}

    after = mo.follow(mo.send(page, ben, to=f"{page}/evidence/officer"))

    coalition.deliver_mail()
    assert "ben@lakes.example" in {mail.to for mail in coalition.mails()}
    assert "Asked to countersign: Ben Board" in words_of(after)
    assert "ben@lakes.example" not in words_of(after)
    assert "second officer asked, Mo Derator" in words_of(after)
    with transaction(coalition.engine) as session:
        token = coalition.newest_token("countersign")
        countersign(session, coalition.keyring, token=token, agrees=True, now=coalition.now)
    assert "Countersigned by Ben Board" in words_of(mo.open(page))


def test_a_record_in_the_dns_is_shown_and_looked_for(coalition: Coalition, mo: AtTheDesk) -> None:
    page = page_of(coalition)
    assert "_undersigned.lakes.example" in words_of(mo.open(page))

    after = mo.follow(mo.send(page, to=f"{page}/evidence/domain"))

    assert "It is looked for" in words_of(after)
    value = "undersigned=" + after.text.partition("undersigned=")[2].partition("<")[0]
    look_up_domains(
        coalition.engine,
        coalition.keyring,
        resolver=FakeResolver({"_undersigned.lakes.example": {"TXT": (f'"{value}"',)}}),
        clock=lambda: coalition.now,
    )
    found = words_of(mo.open(page))
    assert "The record was found in the DNS" in found
    assert "Speaks for it good" in found


def test_whoever_only_looks_adds_nothing(coalition: Coalition, door: Door, mo: AtTheDesk) -> None:
    page = page_of(coalition)
    ada = AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.AUDITOR, name="Ada Auditor"))

    assert SECTION in words_of(mo.open(page))
    assert SECTION not in words_of(ada.open(page))
    for what in ("attest", "domain", "officer"):
        assert ada.post(f"{page}/evidence/{what}", {"csrf": ada.mark()}).status_code == 403
