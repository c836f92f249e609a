"""What is found out of mailboxes is a flag that the secretariat sees; it refuses nobody."""

import pytest
from sqlmodel import select

from service.model.signature import Kind, Signature
from service.signing.abuse.mailboxes import (
    Flags,
    domains_to_ask,
    find_out,
    flags_of,
    flags_of_one,
    is_disposable,
    keep_findings,
    unchecked,
)
from service.signing.intake import forget_traces
from service.signing.listing import list_signatories
from service.signing.queries import all_signatures
from service.store.transaction import reading, transaction
from tests.coalition import Coalition, letter_file
from tests.doubles.dns import FakeResolver, SilentResolver

WORLD = {
    "lakes.example": {"MX": ["10 mail.lakes.example."]},
    "address-only.example": {"A": ["192.0.2.1"]},
    "refuses.example": {"MX": ["0 ."]},
    "broken.example": {"?": []},
}


@pytest.fixture
def coalition(engine, root, noon):
    return Coalition(engine, root, noon).open(letter_file(more='admit = "everyone"'))


def look(coalition, resolver=None):
    with reading(coalition.engine) as session:
        rows = unchecked(session, coalition.keyring, now=coalition.now, most=50)
    takes_mail = find_out(resolver or FakeResolver(WORLD), domains_to_ask(rows))
    with transaction(coalition.engine) as session:
        keep_findings(session, rows, takes_mail, now=coalition.now)
    return len(rows)


def flags(coalition):
    with reading(coalition.engine) as session:
        listed = list_signatories(session, coalition.keyring, coalition.campaign())
    return {row["name"]: row["flags"] for row in listed}


@pytest.mark.parametrize(
    ("domain", "takes"),
    [
        ("lakes.example", True),
        ("address-only.example", True),
        ("refuses.example", False),
        ("nowhere.example", False),
        ("broken.example", None),
    ],
)
def test_the_dns_says_whether_a_domain_takes_mail(domain, takes):
    assert find_out(FakeResolver(WORLD), [domain]) == {domain: takes}


@pytest.mark.parametrize(
    ("domain", "is_it"),
    [
        ("mailinator.com", True),
        ("sub.Mailinator.com", True),
        ("gmail.com", False),
        ("lakes.example", False),
        ("com", False),
    ],
)
def test_domains_that_give_out_mailboxes_to_throw_away_are_known(domain, is_it):
    assert is_disposable(domain) is is_it


def test_flags_stand_in_the_list_and_nobody_is_refused(coalition):
    coalition.sign("Lakes", email="office@lakes.example")
    coalition.sign("Thrown", email="x@mailinator.com")
    coalition.sign("Nowhere", email="x@nowhere.example")

    assert look(coalition) == 3

    found = flags(coalition)
    assert found["Lakes"] == ""
    assert found["Thrown"].startswith("throw-away address")
    assert found["Nowhere"] == "its domain takes no mail"
    coalition.deliver_mail().confirm(coalition.tokens("confirm")[1])
    assert coalition.counts().signatories == 1


def test_two_spellings_of_one_mailbox_are_similar_and_one_mailbox_that_signs_twice_is_not(coalition):
    coalition.sign("Lakes", email="a.nn@gmail.com")
    coalition.sign("Rivers", email="ann+rivers@googlemail.com")
    coalition.sign("Springs", email="ann+rivers@googlemail.com")
    coalition.sign("Seas", email="ben@gmail.com")
    coalition.sign("Ann Example", email="ben@gmail.com", kind=Kind.PERSON)
    look(coalition)

    found = flags(coalition)

    assert found["Lakes"].count("same mailbox as") == 2
    assert found["Rivers"].count("same mailbox as") == found["Springs"].count("same mailbox as") == 1
    assert "same mailbox" not in found["Seas"] + found["Ann Example"]


def test_a_mailbox_is_looked_at_once_again_when_it_changed_and_for_a_week_while_nobody_answers(coalition):
    coalition.sign("Lakes", email="office@lakes.example")
    assert (look(coalition, SilentResolver(WORLD)), look(coalition)) == (1, 0)
    assert flags(coalition)["Lakes"] == ""

    coalition.wait(hours=7)
    assert (look(coalition, SilentResolver(WORLD)), look(coalition)) == (1, 0)
    coalition.wait(hours=7)
    assert look(coalition) == 1
    coalition.wait(hours=7)
    assert look(coalition) == 0

    coalition.sign("Broken", email="x@broken.example")
    look(coalition)
    coalition.wait(days=8)
    assert look(coalition) == 0


def test_one_sign_on_has_the_flags_that_the_list_gives_it(coalition):
    for name, email in (
        ("Lakes", "a.nn@gmail.com"),
        ("Rivers", "ann+r@googlemail.com"),
        ("Thrown", "x@mailinator.com"),
    ):
        coalition.sign(name, email=email)
    coalition.sign("Seas", email="sea@lakes.example")
    look(coalition)

    with reading(coalition.engine) as session:
        listed = flags_of(session, coalition.campaign())
        rows = session.exec(select(Signature)).all()
        assert {row.id: flags_of_one(session, row) for row in rows} == {
            row.id: listed.get(row.id, Flags()) for row in rows
        }
    assert len(listed) == 3


def test_another_letter_is_never_compared(coalition):
    coalition.sign("Lakes", email="a.nn@gmail.com")
    look(coalition)

    with reading(coalition.engine) as session:
        other = coalition.campaign().model_copy(update={"id": "0" * 32})
        assert flags_of(session, other) == {}


def test_no_address_lies_in_clear(coalition, engine):
    coalition.sign("Lakes", email="office@lakes.example")
    look(coalition)

    with engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT * FROM mailbox_check").all()
    assert "lakes" not in str(kept)


def test_whoever_is_erased_leaves_no_trace_here(coalition):
    coalition.sign("Lakes", email="office@lakes.example")
    look(coalition)
    with transaction(coalition.engine) as session:
        (signature,) = all_signatures(session, coalition.campaign())
        forget_traces(session, signature.id)

    assert look(coalition) == 1
