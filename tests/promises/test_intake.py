"""Forms that were sent: each becomes one sign-on, or is held and comes back; nobody's is lost."""

from datetime import timedelta

import pytest
from sqlmodel import select

from service.foundation.errors import Refused, Transient
from service.model.abuse import Listed
from service.model.campaign import Campaign
from service.model.intake import Intake
from service.model.message import Message, MessageKind
from service.model.quarantine_reason import QuarantineReason
from service.model.signature import Kind, Signature, Visibility
from service.model.states import IntakeState, SignatureState
from service.signing.abuse.attack import asks_proof, end_attack_mode, start_attack_mode
from service.signing.abuse.bucket import ADDRESS, Limit
from service.signing.abuse.lists import forget_rule, read_named, set_rule
from service.signing.abuse.small_forms import Asking
from service.signing.abuse.visit import Caution, Visit
from service.signing.intake import forget_intake, forget_traces, set_aside, tell_of_quarantine
from service.signing.party import SignOn, read_party
from service.signing.quarantine import Wanted, count_held, decide_held, held_forms, undo
from service.signing.queries import all_signatures
from service.signing.waiting import forget_waiting, send_again
from service.store.transaction import reading, transaction
from service.upkeep.sign_ons import deleting_sign_ons
from tests.coalition import SLUG, Coalition, letter_file
from tests.doubles.house import in_parallel
from tests.waiting_page import correct, send_form

AT = "203.0.113.7"
R = QuarantineReason


@pytest.fixture
def coalition(engine, root, noon):
    return Coalition(engine, root, noon).open(letter_file(more='admit = "everyone"'))


def send(
    coalition,
    name="Lake Alliance",
    email="office@lakes.example",
    *,
    at=AT,
    caution=None,
    members=("A",),
    **visit,
):
    given = Visit(
        address=at,
        open_for=visit.pop("open_for", timedelta(minutes=1)),
        caution=caution or Caution(),
        **visit,
    )
    sign_on = SignOn(
        kind=Kind.ORGANIZATION, name=name, email=email, visibility=Visibility.PUBLIC, members=members
    )
    return coalition.receive(sign_on, given).intake_id


def intake(coalition):
    with reading(coalition.engine) as session:
        return session.exec(select(Intake).order_by(Intake.id)).all()


def reasons(coalition):
    return [row.reason for row in intake(coalition)]


def signatures(coalition):
    with reading(coalition.engine) as session:
        return all_signatures(session, coalition.campaign())


def mails(coalition, kind=MessageKind.CONFIRM):
    with reading(coalition.engine) as session:
        return len(session.exec(select(Message).where(Message.kind == kind)).all())


def rule(coalition, what, listed=Listed.BLOCK, *, campaign=""):
    with transaction(coalition.engine) as session:
        given = read_named(what)
        return set_rule(
            session, coalition.keyring, given, listed, campaign_id=campaign, by="test", now=coalition.now
        )


def decide(coalition, decision, **wanted):
    with transaction(coalition.engine) as session:
        return decide_held(
            session,
            coalition.keyring,
            SLUG,
            Wanted(**wanted),
            decision=decision,
            by="test",
            now=coalition.now,
        )


def take_back(coalition, batch):
    with transaction(coalition.engine) as session:
        return undo(session, SLUG, batch, by="test", now=coalition.now)


def held(coalition, **wanted):
    with reading(coalition.engine) as session:
        return held_forms(session, coalition.keyring, coalition.campaign(), Wanted(**wanted))


# What is in order


def test_a_form_becomes_a_sign_on_with_its_mail_and_is_kept_no_longer(coalition):
    send(coalition)
    assert (signatures(coalition), mails(coalition)) == ([], 0)

    coalition.take_in()

    (row,), (signature,) = intake(coalition), signatures(coalition)
    assert (row.state, row.sign_on, row.signature_id) == (IntakeState.TAKEN, None, signature.id)
    assert (signature.state, mails(coalition)) == (SignatureState.PENDING, 1)


def test_fifty_forms_at_one_moment_are_one_sign_on(coalition):
    in_parallel(50, lambda _: send(coalition))

    ids = [row.id for row in intake(coalition)]
    in_parallel(6, lambda _: coalition.take_in())

    assert len(ids) == 50
    assert len(signatures(coalition)) == 1
    assert {row.state for row in intake(coalition)} == {IntakeState.TAKEN, IntakeState.QUARANTINED}
    assert reasons(coalition).count(R.OVER_LIMIT) == 50 - ADDRESS.burst


def test_fifty_who_sign_past_the_form_are_one_sign_on(coalition):
    in_parallel(50, lambda _: coalition.sign("Lake Alliance"))

    assert len(signatures(coalition)) == 1


def test_a_form_that_came_in_time_is_taken_in_though_the_letter_has_closed(coalition):
    send(coalition)
    coalition.close().take_in()

    assert len(signatures(coalition)) == 1


def test_a_form_that_comes_to_its_turn_when_all_is_over_is_held_and_not_lost(coalition):
    send(coalition)
    coalition.close().wait(days=30).take_in()

    assert (reasons(coalition), signatures(coalition)) == ([R.TOO_LATE], [])


def test_a_form_that_fails_is_set_aside_and_can_be_released(coalition):
    intake_id = send(coalition)
    with transaction(coalition.engine) as session:
        set_aside(session, intake_id)
    assert reasons(coalition) == [R.FAILED]

    decide(coalition, "release", ids=[intake_id])
    coalition.take_in()

    assert len(signatures(coalition)) == 1


# What is held


@pytest.mark.parametrize(
    ("visit", "reason"),
    [
        ({}, None),
        ({"trapped": True}, R.TRAP),
        ({"open_for": timedelta(seconds=1), "caution": Caution(quickest=timedelta(seconds=2))}, R.TOO_QUICK),
        ({"open_for": timedelta(seconds=2), "caution": Caution(quickest=timedelta(seconds=2))}, None),
    ],
)
def test_what_speaks_against_a_form_holds_it(coalition, visit, reason):
    send(coalition, **visit)
    coalition.take_in()

    assert reasons(coalition) == [reason]
    assert (len(signatures(coalition)), mails(coalition)) == ((0, 0) if reason else (1, 1))
    assert coalition.counts().signatories == 0


def test_one_address_has_its_burst_and_then_one_a_minute(coalition):
    for number in range(ADDRESS.burst + 2):
        send(coalition, f"Organization {number}", f"o{number}@lakes.example")
    send(coalition, "Elsewhere", "e@lakes.example", at="198.51.100.9")
    coalition.wait(minutes=1)
    send(coalition, "A minute later", "m@lakes.example")

    assert reasons(coalition) == [None] * ADDRESS.burst + [R.OVER_LIMIT] * 2 + [None, None]


def test_an_address_that_turns_within_its_64_has_one_bucket(coalition):
    for number in range(1, ADDRESS.burst + 3):
        send(coalition, f"Organization {number}", f"o{number}@lakes.example", at=f"2001:db8:1:2::{number:x}")

    assert reasons(coalition)[-2:] == [R.OVER_LIMIT] * 2


def test_an_address_over_its_limit_uses_up_nothing_that_all_have_together(coalition):
    narrow = Caution(a_minute=ADDRESS.burst + 5)
    for number in range(ADDRESS.burst + 20):
        send(coalition, f"Organization {number}", f"o{number}@lakes.example", caution=narrow)
    for number in range(5):
        send(coalition, f"Elsewhere {number}", f"e{number}@lakes.example", at="198.51.100.9", caution=narrow)

    assert reasons(coalition) == [None] * ADDRESS.burst + [R.OVER_LIMIT] * 20 + [None] * 5


def test_the_onion_service_and_an_untold_proxy_are_limited_by_the_letter_alone(coalition):
    narrow = Caution(a_minute=ADDRESS.burst + 5)
    for number in range(ADDRESS.burst + 6):
        send(coalition, f"Organization {number}", f"o{number}@lakes.example", at="127.0.0.1", caution=narrow)

    assert reasons(coalition) == [None] * (ADDRESS.burst + 5) + [R.OVER_LIMIT]


@pytest.mark.parametrize(
    ("rules", "email", "is_held"),
    [
        ({"office@lakes.example": "block"}, "Office+x@lakes.example", True),
        ({"lakes.example": "block"}, "office@lakes.example", True),
        ({"lakes.example": "block"}, "office@mail.lakes.example", True),
        ({"lakes.example": "block"}, "office@lakes.example.org", False),
        ({"lakes.example": "block", "office@lakes.example": "allow"}, "office@lakes.example", False),
        ({"lakes.example": "allow", "office@lakes.example": "block"}, "office@lakes.example", True),
        ({"lakes.example": "block", "mail.lakes.example": "allow"}, "office@mail.lakes.example", False),
        ({"203.0.113.0/24": "block"}, "office@lakes.example", True),
        ({"203.0.113.0/24": "block", "203.0.113.7": "allow"}, "office@lakes.example", False),
        ({"203.0.0.0/8": "allow", AT: "block"}, "office@lakes.example", True),
        # An address that anybody can type opens no network.
        ({AT: "block", "office@lakes.example": "allow"}, "office@lakes.example", True),
        ({"198.51.100.0/24": "block"}, "office@lakes.example", False),
    ],
)
def test_the_most_exact_rule_decides(coalition, rules, email, is_held):
    for what, listed in rules.items():
        rule(coalition, what, Listed(listed))

    send(coalition, email=email)

    assert reasons(coalition) == [R.BLOCKED if is_held else None]


def test_a_rule_of_one_letter_holds_for_no_other_and_goes_before_one_for_all(coalition):
    rule(coalition, "lakes.example", campaign="another")
    send(coalition)
    rule(coalition, "lakes.example")
    rule(coalition, "lakes.example", Listed.ALLOW, campaign=coalition.campaign().id)
    send(coalition)

    assert reasons(coalition) == [None, None]


def test_a_rule_is_kept_once_turns_over_and_is_forgotten(coalition):
    assert rule(coalition, "lakes.example")
    assert not rule(coalition, "Lakes.Example")
    assert rule(coalition, "lakes.example", Listed.ALLOW)
    named = read_named("lakes.example")
    with transaction(coalition.engine) as session:
        gone = [
            forget_rule(session, coalition.keyring, named, campaign_id="", by="t", now=coalition.now)
            for _ in range(2)
        ]

    assert gone == [True, False]


def test_what_floods_in_from_one_network_is_not_kept_without_end(coalition, monkeypatch):
    monkeypatch.setattr("service.signing.abuse.bucket.FLOOD", Limit(burst=3, step=timedelta(seconds=1)))
    for number in range(3):
        send(coalition, f"Organization {number}", f"o{number}@lakes.example", at=f"203.0.113.{number}")
    with pytest.raises(Transient, match="nothing is lost"):
        send(coalition, at="203.0.113.200")
    send(coalition, "Elsewhere", "e@lakes.example", at="198.51.100.9")
    coalition.wait(seconds=1)
    send(coalition, "A second later", "s@lakes.example")

    assert len(intake(coalition)) == 5


def test_an_allowed_network_is_spared_the_limits_of_addresses(coalition, monkeypatch):
    monkeypatch.setattr("service.signing.abuse.bucket.FLOOD", Limit(burst=3, step=timedelta(seconds=1)))
    rule(coalition, "203.0.113.0/24", Listed.ALLOW)

    for number in range(ADDRESS.burst + 2):
        send(coalition, f"Organization {number}", f"o{number}@lakes.example")

    assert set(reasons(coalition)) == {None}


def test_under_attack_a_form_needs_a_proof_and_each_proof_serves_once(coalition):
    with transaction(coalition.engine) as session:
        campaign = session.get(Campaign, coalition.campaign().id)
        started = [start_attack_mode(session, campaign, by="test", now=coalition.now) for _ in range(2)]
    for proof in (None, b"p" * 32, b"p" * 32, b"q" * 32):
        send(coalition, proof=proof)
    with transaction(coalition.engine) as session:
        ended = [end_attack_mode(session, campaign, by="test", now=coalition.now) for _ in range(2)]
        still = asks_proof(session, campaign.id)
    send(coalition)

    assert (started, ended, still) == ([True, False], [True, False], False)
    assert reasons(coalition) == [R.NO_PROOF, None, R.NO_PROOF, None, None]


# What a person decides


HELD = ["Lake Alliance", "River Watch", "Delta Friends", "Source Keepers"]


def hold_some(coalition):
    for number, name in enumerate(HELD):
        at = AT if number < 3 else "198.51.100.9"
        send(coalition, name, f"o{number}@d{number % 2}.example", trapped=True, at=at, members=())
    return held(coalition)


def test_what_is_held_is_found_by_reason_network_and_domain(coalition):
    forms = hold_some(coalition)
    send(coalition, "Fine", "fine@d0.example")

    assert [form.name for form in forms] == HELD
    assert len({form.network for form in forms[:3]}) == 1
    assert [form.name for form in held(coalition, network=forms[3].network)] == HELD[3:]
    assert len(held(coalition, domain="D1.example")) == 2
    assert len(held(coalition, reason=R.TRAP)) == 4
    assert held(coalition, reason=R.BLOCKED) == []


def test_a_whole_network_is_discarded_and_comes_back(coalition):
    network = hold_some(coalition)[0].network

    done = decide(coalition, "discard", network=network)
    assert (done.count, len(held(coalition))) == (3, 1)
    coalition.take_in()
    assert signatures(coalition) == []

    assert take_back(coalition, done.batch).back == 3
    assert len(held(coalition)) == 4
    with pytest.raises(Refused, match="Nothing is known"):
        take_back(coalition, done.batch)


def test_what_is_released_is_taken_in_and_can_be_taken_back_until_it_is_confirmed(coalition):
    hold_some(coalition)
    done = decide(coalition, "release")
    coalition.wait(hours=1).deliver_mail()
    assert (done.count, len(signatures(coalition)), mails(coalition)) == (4, 4, 4)
    first = coalition.tokens("confirm")[0]
    coalition.confirm(first)

    undone = take_back(coalition, done.batch)

    assert (undone.back, undone.left) == (3, 1)
    assert coalition.counts().signatories == 1
    states = sorted(row.state.value for row in signatures(coalition))
    assert states == ["confirmed", "declined", "declined", "declined"]
    with pytest.raises(Refused):
        coalition.confirm(coalition.tokens("confirm")[1])

    decide(coalition, "release")
    coalition.deliver_mail()
    coalition.confirm(coalition.tokens("confirm")[-1])
    assert coalition.counts().signatories == 2


def test_who_was_known_before_is_not_touched_when_a_release_is_taken_back(coalition):
    coalition.sign("Lake Alliance", email="office@lakes.example").wait(hours=1)
    send(coalition, trapped=True)
    done = decide(coalition, "release")
    coalition.take_in()

    assert take_back(coalition, done.batch).left == 1
    assert [row.state for row in signatures(coalition)] == [SignatureState.PENDING]


def test_a_held_form_takes_nobodys_name(coalition):
    send(coalition, email="troll@elsewhere.example", trapped=True)
    coalition.sign_and_confirm("Lake Alliance")

    assert coalition.counts().organizations == 1


def test_nothing_is_released_while_the_letter_takes_no_sign_on(coalition):
    hold_some(coalition)
    coalition.close()

    with pytest.raises(Refused, match="Open it again"):
        decide(coalition, "release")
    assert decide(coalition, "discard").count == 4


def test_an_id_that_is_not_held_changes_nothing(coalition):
    form = hold_some(coalition)[0]

    with pytest.raises(Refused, match="is not held"):
        decide(coalition, "discard", ids=[form.id, "0" * 32])
    assert len(held(coalition)) == 4


def test_the_secretariat_is_told_once_a_day(coalition):
    hold_some(coalition)

    with transaction(coalition.engine) as session:
        assert tell_of_quarantine(session, now=coalition.now) == 1
        assert tell_of_quarantine(session, now=coalition.now) == 0
    coalition.deliver_mail()
    (mail,) = [mail for mail in coalition.mails() if "are held and wait for your look" in mail.text]
    assert mail.to == "letter@rivers.example"
    assert f"signatories quarantine list {SLUG}" in " ".join(mail.text.split())


def test_what_waits_for_a_look_stays_and_the_rest_is_forgotten_after_a_week(coalition):
    forms = hold_some(coalition)
    send(coalition)
    coalition.take_in()
    decide(coalition, "discard", ids=[forms[0].id])
    coalition.wait(days=6)
    with transaction(coalition.engine) as session:
        assert forget_intake(session, now=coalition.now) == 0
    coalition.wait(days=2)
    with transaction(coalition.engine) as session:
        assert forget_intake(session, now=coalition.now) == 2

    with reading(coalition.engine) as session:
        assert count_held(session, coalition.campaign()) == 3
        assert len(session.exec(select(Signature)).all()) == 1


# A form that was corrected on the page that waits


def corrected_and_held(coalition, goes):
    """Sign with a mistyped address, correct it to one that is blocked, and let what was mistyped be erased, swept or neither."""
    token = send_form(coalition, email="office@laeks.example")
    rule(coalition, "lakes.example")
    correct(coalition, token, "office@lakes.example")
    assert [row.state for row in intake(coalition)][-1] is IntakeState.QUARANTINED
    with transaction(coalition.engine) as session:
        mistyped = signatures(coalition)[0].id
        if goes == "erased":
            forget_traces(session, mistyped)
        elif goes == "swept":
            deleting_sign_ons(coalition.now)(session, [mistyped])
    coalition.wait(days=2)
    with transaction(coalition.engine) as session:
        forget_waiting(session, now=coalition.now)


@pytest.mark.parametrize("goes", ["not", "erased", "swept"])
def test_a_correction_that_was_held_becomes_a_sign_on_after_its_page_and_what_it_corrects_are_gone(
    coalition, goes
):
    corrected_and_held(coalition, goes)

    assert decide(coalition, "release").count == 1
    coalition.take_in()

    keys = coalition.keyring
    with reading(coalition.engine) as session:
        campaign = coalition.campaign()
        addresses = {
            read_party(keys.of(session, campaign.id), row).email: row.state for row in signatures(coalition)
        }
    assert addresses["office@lakes.example"] is SignatureState.PENDING


def test_a_mail_that_is_wanted_again_makes_no_sign_on_however_late_it_is_looked_at(coalition):
    token = send_form(coalition)
    with transaction(coalition.engine) as session:
        send_again(session, coalition.keyring, token=token, asking=Asking(address=None), now=coalition.now)
    coalition.wait(hours=25)
    with transaction(coalition.engine) as session:
        forget_waiting(session, now=coalition.now)

    coalition.take_in()

    assert (len(signatures(coalition)), mails(coalition)) == (1, 2)
    assert [row.state for row in intake(coalition)] == [IntakeState.TAKEN]
