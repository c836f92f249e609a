"""Where mail does not get through there are other ways, on both databases: another address, a code read out, a word given for it."""

import pytest
from sqlmodel import select

from service.foundation.errors import NotFound, Refused
from service.model.audit_event import AuditEvent
from service.model.signature import ConfirmedBy, Kind, Provenance, Signature, Visibility
from service.signing.listing import list_signatories
from service.signing.party import read_party
from service.signing.receipt import receipt_of_confirmation
from service.signing.unreachable import change_address, give_code, vouch
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.promises.test_look_alikes import invite
from tests.waiting_page import another, newest_code, rows, send_form, type_code


@pytest.fixture
def coalition(engine, root, noon) -> Coalition:
    return Coalition(engine=engine, root=root, now=noon).open(letter_file(more='admit = "everyone"'))


def read_out(coalition: Coalition, row_id: str) -> str:
    with transaction(coalition.engine) as session:
        return give_code(session, coalition.keyring, SLUG, row_id, by="desk", now=coalition.now)


def vouched(coalition: Coalition, row_id: str, how: str = "by Signal") -> None:
    with transaction(coalition.engine) as session:
        vouch(session, coalition.keyring, SLUG, row_id, how=how, by="desk", now=coalition.now)


def readdressed(coalition: Coalition, row_id: str, address: str) -> None:
    with transaction(coalition.engine) as session:
        change_address(session, coalition.keyring, SLUG, row_id, address, by="desk", now=coalition.now)


def test_a_code_that_was_read_out_confirms_beside_the_one_of_the_mail(coalition) -> None:
    token = send_form(coalition)
    code = read_out(coalition, rows(coalition)[0].id)
    coalition.wait(hours=20)

    answer = type_code(coalition, token, code)

    assert answer.confirmed is not None
    assert rows(coalition)[0].confirmed_by is ConfirmedBy.READ_OUT
    with reading(coalition.engine) as session:
        # No mail with that link has left, and the page of the code leads to the receipt all the same.
        assert receipt_of_confirmation(
            session, coalition.keyring, token=answer.confirming, now=coalition.now
        ).name
        [event] = session.exec(select(AuditEvent).where(AuditEvent.act == "signature.code")).all()
    assert (event.actor, event.thing) == ("desk", rows(coalition)[0].id)


def test_a_code_read_out_again_takes_the_place_of_the_first_and_has_few_tries(coalition) -> None:
    token = send_form(coalition)
    row_id = rows(coalition)[0].id
    first, second = read_out(coalition, row_id), read_out(coalition, row_id)
    guesses = [another(second, by) for by in (1, 2, 3, 4)]

    # The mail's code, too, must not be hit by chance.
    assert newest_code(coalition) not in guesses
    if first != second:
        assert type_code(coalition, token, first).confirmed is None
    for guess in guesses:
        type_code(coalition, token, guess)
    assert type_code(coalition, token, second).confirmed is None


def test_after_the_form_was_filled_in_once_more_the_code_still_works(coalition) -> None:
    send_form(coalition)
    code = read_out(coalition, rows(coalition)[0].id)
    coalition.wait(hours=2)

    token = send_form(coalition)

    assert type_code(coalition, token, code).confirmed is not None


def test_no_code_is_made_for_what_does_not_wait(coalition) -> None:
    coalition.sign_and_confirm("Lake Alliance")

    for row_id in (rows(coalition)[0].id, "never"):
        with pytest.raises(Refused):
            read_out(coalition, row_id)


def test_another_address_gets_the_mail_and_the_old_one_can_do_nothing(coalition) -> None:
    token = send_form(coalition)
    old_code = newest_code(coalition)
    old = coalition.newest_token("confirm")

    readdressed(coalition, rows(coalition)[0].id, "new@lakes.example")
    coalition.deliver_mail()

    assert coalition.mails()[-1].to == "new@lakes.example"
    with pytest.raises(Refused):
        coalition.confirm(old)
    with pytest.raises(NotFound):
        type_code(coalition, token, old_code)
    coalition.confirm(coalition.newest_token("confirm"))
    assert coalition.counts().organizations == 1
    for wrong in ("new@lakes.example", "nowhere"):
        with pytest.raises(Refused):
            readdressed(coalition, rows(coalition)[0].id, wrong)


@pytest.mark.parametrize("visibility", list(Visibility))
def test_a_sign_on_that_is_vouched_for_keeps_only_what_is_printed(coalition, visibility) -> None:
    send_form(
        coalition,
        "Tenzin Example",
        "t@valley.example",
        kind=Kind.PERSON,
        visibility=visibility,
        position="Professor",
        phone="+1 202",
        messenger="signal",
        note="met in May",
    )
    row_id = rows(coalition)[0].id
    coalition.wait(days=10)

    vouched(coalition, row_id)

    [row] = rows(coalition)
    assert coalition.counts().individuals == 1
    assert (row.provenance, row.confirmed_by, row.email) == (Provenance.ATTESTED, ConfirmedBy.VOUCHED, None)
    with reading(coalition.engine) as session:
        party = read_party(coalition.keyring.of(session, row.campaign_id), session.get(Signature, row_id))
        [listed] = list_signatories(session, coalition.keyring, coalition.campaign())
    assert (party.email, party.phone, party.messenger, party.note) == ("", "", "", "")
    assert (party.how_agreed, party.agreed_on) == ("by Signal", "2026-12-04")
    assert bool(party.name) is (visibility is not Visibility.COUNTED)
    assert listed["confirmed_by"] == "vouched"
    sent = len(coalition.mails())
    coalition.deliver_mail()
    assert len(coalition.mails()) == sent


def test_nobody_is_vouched_for_without_a_word_or_twice_or_against_a_hold(coalition) -> None:
    send_form(coalition)
    row_id = rows(coalition)[0].id
    with pytest.raises(Refused, match="how"):
        vouched(coalition, row_id, how="  ")
    coalition.wait(minutes=1)
    send_form(coalition, email="troll@evil.example")
    with pytest.raises(Refused, match="check"):
        vouched(coalition, rows(coalition)[1].id)

    vouched(coalition, row_id)
    with pytest.raises(Refused, match="never confirmed"):
        vouched(coalition, row_id)


def test_a_condition_outlives_a_word_that_was_given_for_it(coalition) -> None:
    send_form(coalition, condition="If ask 2 stays.")
    row_id = rows(coalition)[0].id

    vouched(coalition, row_id)

    assert coalition.counts().organizations == 0
    with reading(coalition.engine) as session:
        [listed] = list_signatories(session, coalition.keyring, coalition.campaign())
    assert (listed["standing"], listed["condition"]) == ("conditional", "If ask 2 stays.")


def test_an_address_is_not_changed_where_no_mail_would_follow(coalition) -> None:
    send_form(coalition)
    row_id = rows(coalition)[0].id
    for number in range(5):
        readdressed(coalition, row_id, f"a{number}@lakes.example")
    coalition.deliver_mail()
    before = len(coalition.mails())

    with pytest.raises(Refused, match="tomorrow"):
        readdressed(coalition, row_id, "a6@lakes.example")

    assert len(coalition.deliver_mail().mails()) == before
    coalition.confirm(coalition.newest_token("confirm"))
    assert coalition.counts().organizations == 1


def test_whoever_is_listed_by_one_that_is_vouched_for_is_told(coalition) -> None:
    invite(coalition, "organization,Lac,lac@lac.example")
    coalition.sign("Lakes Network", signs_for="members", members=("Lac",)).deliver_mail()

    vouched(coalition, next(row.id for row in rows(coalition) if not row.invited))
    coalition.deliver_mail()

    told = [mail.subject for mail in coalition.mails() if mail.to == "lac@lac.example"]
    assert told[1:] == ["Does Lakes Network sign for Lac? Keep the river open"]
