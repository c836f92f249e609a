"""What follows a letter that was sent: who joined it, whom it names no longer, and who is told of it."""

import pytest

from service.delivery.follow import follow_deliveries
from service.delivery.supplement import propose_supplement
from service.foundation.errors import Refused
from service.letter.copy import make_copy
from service.model.edition import EditionKind
from service.model.signature import Visibility
from service.model.states import CampaignState
from service.signing.decide import decide
from service.signing.invite import import_signatories
from service.signing.line import ask_correction
from service.signing.listing import list_signatories
from service.signing.manage import withdraw
from service.signing.roll_file import read_signatories
from service.store.transaction import transaction
from tests.coalition import SLUG, Coalition, letter_file

FULL, PUBLIC = "president@office.example", "minister@office.example"
OFFICES = f"""
[[recipients]]
role = "cc"
name = "Max Example"
position = "Minister of Rivers"
emails = ["{PUBLIC}"]
channels = ["email"]
copy = "public"
"""
ADDENDUM, CORRECTION = EditionKind.ADDENDUM, EditionKind.CORRECTION


@pytest.fixture
def sent(engine, root, noon):
    """Send a letter to an office with every name, and to one with those that are public."""
    file = letter_file(tables=OFFICES).replace(
        b'emails = ["president', b'copy = "full"\nemails = ["president'
    )
    coalition = Coalition(engine=engine, root=root, now=noon).open(file)
    coalition.sign_and_confirm("Lake Alliance")
    coalition.sign_and_confirm("Hidden House", visibility=Visibility.RECIPIENT)
    accept(coalition, "Lake Alliance", "Hidden House")
    coalition.sign("Late Lagoon")
    coalition.close().propose()
    coalition.approve_all().release()
    carry(coalition)
    assert coalition.campaign().state is CampaignState.SENT
    return coalition


def accept(coalition, *names):
    with transaction(coalition.engine) as session:
        rows = list_signatories(session, coalition.keyring, coalition.campaign())
        ids = [row["id"] for row in rows if row["name"] in names]
        decide(session, coalition.keyring, SLUG, ids, act="accept", by="test", now=coalition.now)


def attest(coalition, name, visibility="public"):
    file = f"kind,name,visibility\norganization,{name},{visibility}\n".encode()
    rows = read_signatories(file, attested=True)
    with transaction(coalition.engine) as session:
        import_signatories(
            session, coalition.keyring, SLUG, rows, attest="by phone", by="test", now=coalition.now
        )


def carry(coalition):
    coalition.deliver_mail()
    with transaction(coalition.engine) as session:
        follow_deliveries(session, now=coalition.now)


def propose(coalition, kind):
    with transaction(coalition.engine) as session:
        return propose_supplement(session, coalition.keyring, SLUG, kind=kind, by="test", now=coalition.now)


def send(coalition, kind):
    proposal = propose(coalition, kind)
    coalition.approve_all().release()
    carry(coalition)
    return proposal


def mails_to(coalition, address):
    return [mail for mail in coalition.mails() if mail.to == address]


def leave_and_ask(coalition, name):
    token = link_of(coalition, name)
    with transaction(coalition.engine) as session:
        withdraw(session, coalition.keyring, token=token, now=coalition.now)
        ask_correction(session, coalition.keyring, token=token, wanted=True, now=coalition.now)


def link_of(coalition, name):
    """Give the newest link by which a signatory looks after its sign-on."""
    coalition.deliver_mail()
    address = f"{name.split()[0].lower()}@members.example"
    texts = [mail.text for mail in mails_to(coalition, address) if "/manage/" in mail.text]
    return texts[-1].split("/manage/")[1].split()[0]


def test_who_joined_since_stands_in_an_addendum_with_numbers_alone_and_together(sent):
    attest(sent, "New Estuary")
    attest(sent, "Quiet Quay", "counted")

    proposal = send(sent, ADDENDUM)

    assert proposal.edition.kind is ADDENDUM
    for address in (FULL, PUBLIC):
        _, addendum = mails_to(sent, address)
        words = " ".join(addendum.text.split())
        assert addendum.subject == "Addendum 1: Keep the river open"
        assert "has also been signed by 2 organizations" in words
        assert "now signed by 4 organizations" in words
        assert "The undersigned 2 organizations:" in words
        assert "New Estuary" in words
        assert "Lake Alliance" not in words
        assert "Quiet Quay" not in words
        assert "and 1 signatory whose name is withheld" in words


def test_an_addendum_is_put_in_order_by_the_rules_of_its_own_names(sent):
    for name in ("Rhine", "“The Baikal” Group"):
        attest(sent, name)

    addendum = propose(sent, ADDENDUM).letter

    copy = make_copy(addendum, audience="public", office=None)
    assert [line.name for line in copy.lines] == ["“The Baikal” Group", "Rhine"]


def test_the_next_addendum_has_only_those_who_came_after_the_first(sent):
    attest(sent, "New Estuary")
    send(sent, ADDENDUM)
    attest(sent, "Newer Estuary")

    second = send(sent, ADDENDUM)

    assert [entry.name for entry in second.letter.roll] == ["Newer Estuary"]
    assert second.letter.supplement.ordinal == 2
    assert "now signed by 4 organizations" in " ".join(mails_to(sent, FULL)[-1].text.split())


def test_nobody_is_told_of_an_addendum_that_names_nobody(sent):
    with pytest.raises(Refused, match="Nobody has joined"):
        propose(sent, ADDENDUM)
    attest(sent, "Quiet Quay", "counted")

    with pytest.raises(Refused, match="nothing else"):
        propose(sent, ADDENDUM)


def test_an_office_that_may_see_none_of_the_new_names_gets_no_addendum(sent):
    attest(sent, "Shy Shore", "recipient")

    send(sent, ADDENDUM)

    assert "Shy Shore" in mails_to(sent, FULL)[-1].text
    assert len(mails_to(sent, PUBLIC)) == 1


def test_an_addendum_waits_for_two_approvals_and_for_nobody_to_have_left(sent):
    attest(sent, "New Estuary")
    propose(sent, ADDENDUM)
    with pytest.raises(Refused, match="approved by 0 of 2"):
        sent.release()
    sent.approve_all()
    attest(sent, "Newer Estuary")

    with pytest.raises(Refused, match="propose again"):
        sent.release()


def test_proposing_an_addendum_again_asks_nobody_twice(sent):
    attest(sent, "New Estuary")
    first, again = propose(sent, ADDENDUM), propose(sent, ADDENDUM)

    assert not again.new
    assert again.edition.id == first.edition.id


def test_who_confirms_after_the_letter_was_sent_joins_it_only_by_a_persons_decision(sent):
    sent.confirm(sent.newest_token("confirm"))
    with pytest.raises(Refused, match="Nobody has joined"):
        propose(sent, ADDENDUM)
    with pytest.raises(Refused, match="one by one"), transaction(sent.engine) as session:
        decide(session, sent.keyring, SLUG, None, act="accept", by="test", now=sent.now)

    accept(sent, "Late Lagoon")

    assert [entry.name for entry in propose(sent, ADDENDUM).letter.roll] == ["Late Lagoon"]


def test_nobody_joins_a_letter_that_is_leaving(engine, root, noon):
    coalition = Coalition(engine=engine, root=root, now=noon).open().sign_and_confirm("Lake Alliance")
    accept(coalition, "Lake Alliance")
    coalition.close().propose()
    coalition.approve_all().release()

    with pytest.raises(Refused, match="is leaving"):
        attest(coalition, "New Estuary")
    with pytest.raises(Refused, match="come after a letter was sent"):
        propose(coalition, ADDENDUM)


def test_a_correction_names_whoever_asked_for_it_to_those_who_had_the_name(sent):
    leave_and_ask(sent, "Lake Alliance")

    send(sent, CORRECTION)

    for address in (FULL, PUBLIC):
        correction = mails_to(sent, address)[-1]
        words = " ".join(correction.text.split())
        assert correction.subject == "Correction 1: Keep the river open"
        assert "The following signatory has asked not to be named any longer: Lake Alliance" in words
        assert "Hidden House" not in words
    with pytest.raises(Refused, match="waits for a correction"):
        propose(sent, CORRECTION)


def test_a_name_that_only_the_addressee_had_is_taken_back_from_the_addressee_alone(sent):
    leave_and_ask(sent, "Hidden House")

    send(sent, CORRECTION)

    assert "Hidden House" in mails_to(sent, FULL)[-1].text
    assert len(mails_to(sent, PUBLIC)) == 1


def test_a_public_copy_of_a_correction_does_not_tell_that_anybody_else_is_in_it(sent):
    leave_and_ask(sent, "Lake Alliance")
    leave_and_ask(sent, "Hidden House")

    send(sent, CORRECTION)

    words = " ".join(mails_to(sent, PUBLIC)[-1].text.split())
    assert "Hidden House" not in words
    assert "The following signatory has asked" in words
    assert "withheld" not in words
    assert "The following 2 signatories" in " ".join(mails_to(sent, FULL)[-1].text.split())


def test_who_left_without_asking_is_taken_back_from_nobody(sent):
    token = link_of(sent, "Lake Alliance")
    with transaction(sent.engine) as session:
        withdraw(session, sent.keyring, token=token, now=sent.now)

    with pytest.raises(Refused, match="waits for a correction"):
        propose(sent, CORRECTION)


def test_a_wish_that_ended_before_the_release_stops_the_correction(sent):
    leave_and_ask(sent, "Lake Alliance")
    propose(sent, CORRECTION)
    sent.approve_all()
    with transaction(sent.engine) as session:
        ask_correction(
            session, sent.keyring, token=link_of(sent, "Lake Alliance"), wanted=False, now=sent.now
        )

    with pytest.raises(Refused):
        sent.release()
