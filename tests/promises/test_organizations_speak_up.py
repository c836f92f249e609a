"""An organization hears of what is signed in its name, and one click holds it; what speaks for it is a grade."""

from datetime import datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from service.campaigns.queries import get_campaign
from service.foundation.clock import ONE_PRESS
from service.foundation.errors import NotFound, Refused
from service.foundation.sealing import RootKey
from service.model.inquiry import Inquiry
from service.model.signature import Signature
from service.model.states import SignatureState
from service.model.suppression import Suppression, SuppressionReason
from service.signing.abuse.small_forms import Asking
from service.signing.decide import decide
from service.signing.evidence_page import ask_second_officer, look_at_evidence, look_for_record
from service.signing.invitation import Given, answer_invitation
from service.signing.line import undo_line
from service.signing.organizations.asking import MOST_WAITING, answer_inquiries, keep_inquiry
from service.signing.organizations.countersign import MOST_ASKED, Officer, countersign, look_at_countersigning
from service.signing.organizations.dispute import look_at_objection, object_to
from service.signing.organizations.looking_up import look_up_domains
from service.signing.organizations.proofs import attest
from service.signing.settle import settle
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition, Mail, letter_file
from tests.doubles.dns import FakeResolver, SilentResolver
from tests.make import make_sign_on
from tests.promises.holder import holder_of
from tests.promises.test_look_alikes import another, decided, invite, listed, printed, same

OFFICE = "letter@rivers.example"
NOBODY = Asking(address=None)


@pytest.fixture
def coalition(engine: Engine, root: RootKey, noon: datetime) -> Coalition:
    return Coalition(engine=engine, root=root, now=noon).open(letter_file(more='admit = "everyone"'))


def mails_to(coalition: Coalition, address: str) -> list[Mail]:
    coalition.deliver_mail()
    return [mail for mail in coalition.mails() if mail.to == address]


def answered(coalition: Coalition, token: str, answer: str, **given: object) -> None:
    with transaction(coalition.engine) as session:
        answer_invitation(
            session, coalition.keyring, token=token, answer=answer, given=Given(**given), now=coalition.now
        )


def objected(coalition: Coalition) -> None:
    with transaction(coalition.engine) as session:
        object_to(session, coalition.keyring, token=coalition.newest_token("objection"), now=coalition.now)


def published(coalition: Coalition) -> None:
    with transaction(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        campaign.published_at = coalition.now
        session.add(campaign)


# Not authorized


def test_the_known_contact_hears_of_a_sign_on_in_its_name_once_it_is_confirmed(coalition: Coalition) -> None:
    invite(coalition, "organization,Lake Alliance,chair@lakes.example")
    coalition.deliver_mail().sign("Lake Alliance", email="x@mail.example", representative_name="Noor X")
    assert [mail.subject for mail in mails_to(coalition, "chair@lakes.example")] == [
        "Will you sign? Keep the river open"
    ]

    coalition.confirm(coalition.newest_token("confirm"))

    told = mails_to(coalition, "chair@lakes.example")[-1]
    assert "Noor X" in told.text
    assert "x…@mail.example" in told.text
    assert "x@mail.example" not in told.text


def test_an_invited_that_names_its_approver_hears_when_that_one_confirms(coalition: Coalition) -> None:
    invite(coalition, "organization,Lake Alliance,chair@lakes.example")
    token = coalition.deliver_mail().newest_token("invitation")
    answered(coalition, token, "sign", sign_on=make_sign_on(approver_email="board@lakes.example"))
    coalition.deliver_mail().confirm(coalition.newest_token("confirm"))

    assert listed(coalition, "Lake Alliance")["standing"] == "counted"
    told = mails_to(coalition, "chair@lakes.example")[-1]
    assert told.subject.startswith("Did Lake Alliance sign?")
    objected(coalition)

    assert listed(coalition, "Lake Alliance")["held"] == "disputed"
    assert coalition.counts().organizations == 0


def test_another_approver_makes_the_first_ones_link_worthless(coalition: Coalition) -> None:
    invite(coalition, "organization,Lake Alliance,chair@lakes.example")
    token = coalition.deliver_mail().newest_token("invitation")
    answered(coalition, token, "sign", sign_on=make_sign_on(approver_email="old@mail.example"))
    first = coalition.deliver_mail().newest_token("confirm")
    answered(coalition, token, "sign", sign_on=make_sign_on(approver_email="new@mail.example"))
    coalition.deliver_mail()

    assert coalition.mails()[-1].to == "new@mail.example"
    with pytest.raises(Refused):
        coalition.confirm(first)


def test_a_contact_that_confirms_by_itself_gets_no_such_mail(coalition: Coalition) -> None:
    invite(coalition, "organization,Lake Alliance,chair@lakes.example")
    coalition.sign_and_confirm("Lake Alliance", email="chair@lakes.example")

    assert not coalition.deliver_mail().tokens("objection")


@pytest.mark.parametrize(
    ("name", "told"), [("Lake Alliance e.V.", True), ("Lаke Alliance", True), ("Lake Aliance", False)]
)
def test_whoever_looks_the_same_is_told_to_the_known_contact_and_what_is_only_alike_is_not(
    coalition: Coalition, *, name: str, told: bool
) -> None:
    invite(coalition, "organization,Lake Alliance,chair@lakes.example")

    coalition.sign_and_confirm(name, email="x@mail.example")

    assert listed(coalition, name)["held"] == "look_alike"
    assert [mail.subject.startswith("Did") for mail in mails_to(coalition, "chair@lakes.example")][1:] == (
        [True] if told else []
    )


def test_the_known_contact_hears_once_of_a_sign_on_that_is_said_to_be_its_organizations(
    coalition: Coalition,
) -> None:
    invite(coalition, "organization,Lake Alliance,chair@lakes.example")
    coalition.sign_and_confirm("Lake Aliance", email="x@mail.example").deliver_mail()

    assert same(coalition, "Lake Aliance", "Lake Alliance") == listed(coalition, "Lake Aliance")["id"]

    told = mails_to(coalition, "chair@lakes.example")[1:]
    assert [mail.subject for mail in told] == ["Did Lake Aliance sign? Keep the river open"]
    objected(coalition)
    assert printed(coalition) == []


def test_one_click_holds_it_and_alerts_the_secretariat_once(coalition: Coalition) -> None:
    invite(coalition, "organization,Lake Alliance,chair@lakes.example")
    coalition.sign_and_confirm("Lake Alliance", email="x@mail.example").deliver_mail()
    with reading(coalition.engine) as session:
        token = coalition.newest_token("objection")
        view = look_at_objection(session, coalition.keyring, token=token, now=coalition.now)
    assert (view.stands, view.disputed) == (True, False)

    objected(coalition)
    objected(coalition)

    assert len(mails_to(coalition, OFFICE)) == 1
    # It was the second claim, and is held for what weighs more now.
    with reading(coalition.engine) as session:
        held = session.exec(
            select(Signature.held_reason).where(col(Signature.held_reason).is_not(None))
        ).all()
    assert held == ["disputed"]
    assert decided(coalition, "release") == 0


def test_an_objection_to_what_was_declined_already_changes_nothing(coalition: Coalition) -> None:
    invite(coalition, "organization,Lake Alliance,chair@lakes.example")
    coalition.sign_and_confirm("Lake Alliance", email="x@mail.example").deliver_mail()
    with transaction(coalition.engine) as session:
        row = session.exec(select(Signature).where(col(Signature.invited).is_(False))).one()
        decide(session, coalition.keyring, SLUG, [row.id], act="decline", by="test", now=coalition.now)

    objected(coalition)

    assert not mails_to(coalition, OFFICE)


# Declined


def test_who_declines_an_invitation_is_thanked_and_may_come_back(coalition: Coalition) -> None:
    invite(coalition, "organization,Lake Alliance,chair@lakes.example")
    token = coalition.deliver_mail().newest_token("invitation")
    answered(coalition, token, "decline")
    answered(coalition, token, "decline")

    mails = mails_to(coalition, "chair@lakes.example")
    assert [mail.subject for mail in mails[1:]] == ["Thank you for your answer: Keep the river open"]
    assert coalition.newest_token("invitation") == token

    answered(coalition, token, "intend", decision_by=coalition.now.date())
    assert listed(coalition, "Lake Alliance")["standing"] == "intends"
    answered(coalition, token, "sign", sign_on=make_sign_on())
    coalition.deliver_mail().confirm(coalition.newest_token("confirm"))
    assert printed(coalition) == ["Lake Alliance"]


def test_a_decision_can_not_be_announced_after_the_deadline_but_no_and_a_question_can(
    coalition: Coalition,
) -> None:
    invite(coalition, "organization,Lake Alliance,chair@lakes.example")
    token = coalition.deliver_mail().newest_token("invitation")
    coalition.wait(days=12)

    with pytest.raises(Refused, match="is over"):
        answered(coalition, token, "intend", decision_by=coalition.now.date())
    answered(coalition, token, "question", question="May we still?")
    answered(coalition, token, "decline")

    assert listed(coalition, "Lake Alliance")["standing"] == "declined"
    assert not [
        link for link in mails_to(coalition, "chair@lakes.example")[-1:] if "invitation/" in link.text
    ]


def test_whose_sign_on_is_declined_gets_a_courteous_mail(coalition: Coalition) -> None:
    coalition.sign_and_confirm("Lake Alliance")

    decided(coalition, "decline", "Lake Alliance")

    [_, mail] = mails_to(coalition, "lake@members.example")
    assert "does not count this sign-on of Lake Alliance" in " ".join(mail.text.split())


def test_an_invitation_that_the_secretariat_takes_back_says_nothing(coalition: Coalition) -> None:
    invite(coalition, "organization,Lake Alliance,chair@lakes.example")

    decided(coalition, "decline", "Lake Alliance")

    assert mails_to(coalition, "chair@lakes.example") == []


# Accepted before counted


@pytest.mark.parametrize(
    ("admit", "invited", "stranger"),
    [
        ("invited_automatic", "counted", "awaiting acceptance"),
        ("each", "awaiting acceptance", "awaiting acceptance"),
        ("everyone", "counted", "counted"),
    ],
)
def test_admit_decides_who_waits_in_no_count_and_no_output(
    engine: Engine, root: RootKey, noon: datetime, admit: str, invited: str, stranger: str
) -> None:
    coalition = Coalition(engine=engine, root=root, now=noon).open(letter_file(more=f'admit = "{admit}"'))
    invite(coalition, "organization,Lake Alliance,lake@members.example")

    coalition.sign_and_confirm("Lake Alliance").sign_and_confirm("River Watch")

    assert listed(coalition, "Lake Alliance")["standing"] == invited
    assert listed(coalition, "River Watch")["standing"] == stranger
    counted = [
        name for name, word in (("Lake Alliance", invited), ("River Watch", stranger)) if word == "counted"
    ]
    assert printed(coalition) == counted
    assert coalition.counts().organizations == len(counted)


# Conditions


def test_a_condition_keeps_a_sign_on_uncounted_until_it_is_settled(coalition: Coalition) -> None:
    coalition.sign_and_confirm("Lake Alliance", condition="Only if ask 2 stays.")

    row = listed(coalition, "Lake Alliance")
    assert (row["standing"], row["condition"]) == ("conditional", "Only if ask 2 stays.")
    assert printed(coalition) == []
    assert "Only if ask 2 stays." in mails_to(coalition, OFFICE)[0].text

    with transaction(coalition.engine) as session:
        settle(session, coalition.keyring, SLUG, [row["id"]], by="test", now=coalition.now)

    assert listed(coalition, "Lake Alliance")["condition"] == ""
    assert printed(coalition) == ["Lake Alliance"]
    with pytest.raises(Refused, match="without a condition"), transaction(coalition.engine) as session:
        settle(session, coalition.keyring, SLUG, [row["id"]], by="test", now=coalition.now)


# Members


def for_members(*names: str) -> dict[str, object]:
    return {"signs_for": "members", "members": names}


def test_listed_members_are_printed_and_counted_once_each(coalition: Coalition) -> None:
    for name, members in (("Lakes Network", ("Lac", "Delta")), ("Rivers Network", ("DELTA", "Ford"))):
        coalition.sign_and_confirm(name, **for_members(*members))
        decided(coalition, "accept", name)

    assert printed(coalition) == ["Delta", "Ford", "Lac", "Lakes Network", "Rivers Network"]
    assert coalition.counts().organizations == 5


def test_who_speaks_for_members_is_looked_at_unless_it_was_invited(coalition: Coalition) -> None:
    invite(coalition, "organization,Lakes Network,lakes@members.example")

    coalition.sign_and_confirm("Rivers Network", **for_members("Ford"))
    coalition.sign_and_confirm("Lakes Network", **for_members("Lac"))

    assert listed(coalition, "Rivers Network")["standing"] == "awaiting acceptance"
    assert printed(coalition) == ["Lac", "Lakes Network"]


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("signed", ["Lac", "Lakes Network"]),
        ("declined", ["Lakes Network"]),
        ("withdrew", ["Lakes Network"]),
        ("invited", ["Lac", "Lakes Network"]),
    ],
)
def test_a_members_own_word_goes_before_its_networks(
    coalition: Coalition, own: str, expected: list[str]
) -> None:
    invite(coalition, "organization,Lakes Network,lakes@members.example", "organization,Lac,lac@lac.example")
    coalition.sign_and_confirm("Lakes Network", **for_members("Lac"))
    with transaction(coalition.engine) as session:
        row = session.exec(select(Signature).where(Signature.id == listed(coalition, "Lac")["id"])).one()
        row.state = {
            "signed": SignatureState.CONFIRMED,
            "declined": SignatureState.DECLINED,
            "withdrew": SignatureState.WITHDRAWN,
            "invited": SignatureState.INVITED,
        }[own]
        if own == "signed":
            row.accepted_at, row.revision_id = coalition.now, get_campaign(session, SLUG).revision_id
        session.add(row)

    assert printed(coalition) == expected
    assert coalition.counts().organizations == len(expected)


@pytest.mark.parametrize("admit", ["invited_automatic", "everyone"])
@pytest.mark.parametrize("then", ["", "decline", "invalidate", "withdraw", "hold"])
def test_a_stranger_who_signs_in_a_members_name_drops_it_from_nothing(
    engine: Engine, root: RootKey, noon: datetime, admit: str, then: str
) -> None:
    coalition = Coalition(engine=engine, root=root, now=noon).open(letter_file(more=f'admit = "{admit}"'))
    invite(coalition, "organization,Lakes Network,lakes@members.example")
    coalition.sign_and_confirm("Lakes Network", **for_members("Lac"))

    coalition.sign_and_confirm("Lac", email="x@mail.example")
    assert listed(coalition, "Lac")["standing"] == "awaiting acceptance"
    if then == "withdraw":
        holder_of(coalition, "Lac").withdraw()
    elif then:
        decided(coalition, then, "Lac")

    assert printed(coalition) == ["Lac", "Lakes Network"]
    assert coalition.counts().organizations == 2


def test_a_member_that_signs_by_itself_stands_for_itself_once_it_is_accepted_and_then_may_leave(
    coalition: Coalition,
) -> None:
    invite(coalition, "organization,Lakes Network,lakes@members.example")
    coalition.sign_and_confirm("Lakes Network", **for_members("Lac"))
    coalition.sign_and_confirm("Lac", email="lac@lac.example", visibility="recipient")

    decided(coalition, "accept", "Lac")
    assert (printed(coalition), coalition.counts().organizations) == (["Lac", "Lakes Network"], 2)
    assert listed(coalition, "Lac")["visibility"] == "recipient"
    holder_of(coalition, "Lac").withdraw()

    assert (printed(coalition), coalition.counts().organizations) == (["Lakes Network"], 1)


def test_a_sign_on_that_takes_a_members_name_by_a_change_drops_it_from_nothing(coalition: Coalition) -> None:
    invite(
        coalition,
        "organization,Lakes Network,lakes@members.example",
        "organization,River Watch,x@mail.example",
    )
    coalition.sign_and_confirm("Lakes Network", **for_members("Lac"))
    coalition.sign_and_confirm("River Watch", email="x@mail.example")
    stranger = holder_of(coalition, "River Watch")

    stranger.change(name="Lac")
    assert printed(coalition) == ["Lac", "Lakes Network"]
    stranger.withdraw()

    assert printed(coalition) == ["Lac", "Lakes Network"]


def test_members_leave_with_the_sign_on_that_was_for_them(coalition: Coalition) -> None:
    coalition.sign_and_confirm("Lakes Network", **for_members("Lac", "Delta"))
    decided(coalition, "accept", "Lakes Network")
    assert coalition.counts().organizations == 3

    decided(coalition, "hold", "Lakes Network")

    assert coalition.counts().organizations == len(printed(coalition)) == 0


def test_filling_in_the_form_again_changes_whom_it_is_for(coalition: Coalition) -> None:
    coalition.sign("Lakes Network", **for_members("Lac", "Delta"))
    coalition.sign_and_confirm("Lakes Network", **for_members("Delta", "Ford"))
    decided(coalition, "accept", "Lakes Network")

    assert printed(coalition) == ["Delta", "Ford", "Lakes Network"]


def test_an_invited_that_a_network_lists_is_told_and_one_click_takes_it_off(coalition: Coalition) -> None:
    invite(coalition, "organization,Lakes Network,lakes@members.example", "organization,Lac,lac@lac.example")

    coalition.sign_and_confirm("Lakes Network", **for_members("Lac", "Delta"))

    told = mails_to(coalition, "lac@lac.example")[1:]
    assert [mail.subject for mail in told] == ["Does Lakes Network sign for Lac? Keep the river open"]
    with reading(coalition.engine) as session:
        token = coalition.newest_token("objection")
        view = look_at_objection(session, coalition.keyring, token=token, now=coalition.now)
    assert (view.name, view.listed_by, view.stands) == ("Lac", "Lakes Network", True)
    objected(coalition)
    objected(coalition)

    assert printed(coalition) == ["Delta", "Lakes Network"]
    assert coalition.counts().organizations == 2
    assert listed(coalition, "Lac")["standing"] == "invited"
    [alert] = mails_to(coalition, OFFICE)
    assert "Lac says that nobody may sign for it as a member of Lakes Network" in " ".join(alert.text.split())
    holder_of(coalition, "Lakes Network").change(representative_title="Chair")
    assert printed(coalition) == ["Delta", "Lakes Network"]


def test_a_member_that_was_said_to_be_of_another_name_stays_off_the_list(coalition: Coalition) -> None:
    invite(
        coalition,
        "organization,Lakes Network,lakes@members.example",
        "organization,Lac e.V.,lac@lac.example",
    )
    coalition.sign_and_confirm("Lakes Network", **for_members("Lac", "Delta"))
    assert len(mails_to(coalition, "lac@lac.example")) == 1
    same(coalition, "Lakes Network", "Lac e.V.")
    assert len(mails_to(coalition, "lac@lac.example")) == 2

    objected(coalition)
    holder_of(coalition, "Lakes Network").change(acronym="LN")

    assert printed(coalition) == ["Delta", "Lakes Network"]


def test_a_step_back_brings_no_member_in_again_that_was_taken_off(coalition: Coalition) -> None:
    invite(coalition, "organization,Lakes Network,lakes@members.example", "organization,Lac,lac@lac.example")
    coalition.sign_and_confirm("Lakes Network", **for_members("Lac", "Delta"))
    network = holder_of(coalition, "Lakes Network")
    network.change(acronym="LN")
    mails_to(coalition, "lac@lac.example")

    objected(coalition)

    with pytest.raises(Refused):
        network.act(undo_line)
    assert printed(coalition) == ["Delta", "Lakes Network"]


def test_the_contact_of_a_member_is_told_once_its_network_is_said_to_be_another(coalition: Coalition) -> None:
    invite(
        coalition,
        "organization,Lakes Network,lakes@members.example",
        "organization,Lac e.V.,e@lac.example",
        "organization,Delta,delta@delta.example",
    )
    coalition.sign_and_confirm("Lakes Network", **for_members("Lac", "Delta"))
    assert len(mails_to(coalition, "delta@delta.example")) == 1

    another(coalition, "Lakes Network")

    assert len(mails_to(coalition, "delta@delta.example")) == 2


def test_the_secretariat_hears_which_member_objects_even_after_its_own_no(coalition: Coalition) -> None:
    invite(coalition, "organization,Lakes Network,lakes@members.example", "organization,Lac,lac@lac.example")
    coalition.sign_and_confirm("Lakes Network", **for_members("Lac")).deliver_mail()
    decided(coalition, "decline", "Lac")

    objected(coalition)

    [alert] = mails_to(coalition, OFFICE)
    assert "Lac says that nobody may sign for it as a member of Lakes Network" in " ".join(alert.text.split())


@pytest.mark.parametrize("visibility", ["public", "recipient", "counted"])
def test_a_member_hears_who_signed_only_where_that_is_shown_to_all(
    coalition: Coalition, visibility: str
) -> None:
    invite(coalition, "organization,Lakes Network,lakes@members.example", "organization,Lac,lac@lac.example")

    coalition.sign_and_confirm(
        "Lakes Network", visibility=visibility, representative_name="Noor X", **for_members("Lac")
    )

    told = mails_to(coalition, "lac@lac.example")[-1]
    assert "Lakes Network" in told.text
    assert ("Noor X" in told.text) is (visibility == "public")


def test_who_lists_the_invited_writes_to_nobody_before_it_is_accepted(coalition: Coalition) -> None:
    invite(coalition, "organization,Lac,lac@lac.example")
    coalition.sign_and_confirm("Lakes Network", **for_members("Lac"))
    assert len(mails_to(coalition, "lac@lac.example")) == 1

    decided(coalition, "accept", "Lakes Network")

    assert len(mails_to(coalition, "lac@lac.example")) == 2


# Did my organization sign?


@pytest.mark.parametrize(
    ("invited", "to"),
    [(["organization,Lac,lac@lac.example"], "lac@lac.example"), ([], "lakes@members.example")],
)
def test_of_a_listed_member_its_own_contact_is_told_or_else_its_networks(
    coalition: Coalition, invited: list[str], to: str
) -> None:
    invite(coalition, "organization,Lakes Network,lakes@members.example", *invited)
    coalition.sign_and_confirm("Lakes Network", **for_members("Lac"))
    published(coalition)
    before = len(mails_to(coalition, to))

    coalition.ask_about("Lac e.V.").ask_about("lac")

    told = mails_to(coalition, to)[before:]
    assert len(told) == 1
    assert "asked on the letter’s page whether Lac has signed" in " ".join(told[0].text.split())
    assert "Lakes Network" in told[0].text


def test_a_network_hears_once_a_day_of_all_its_members_together(coalition: Coalition) -> None:
    invite(coalition, "organization,Lakes Network,lakes@members.example")
    coalition.sign_and_confirm("Lakes Network", **for_members("Lac", "Delta"))
    published(coalition)
    before = len(mails_to(coalition, "lakes@members.example"))

    coalition.ask_about("Lac").ask_about("Delta").ask_about("Lakes Network")
    assert len(mails_to(coalition, "lakes@members.example")) == before + 1

    coalition.wait(days=1).ask_about("Delta")
    assert len(mails_to(coalition, "lakes@members.example")) == before + 2


def test_a_host_that_many_share_means_nobody(coalition: Coalition) -> None:
    coalition.sign_and_confirm("Lake Alliance", website="https://www.facebook.com/lakes")
    published(coalition)
    before = len(mails_to(coalition, "lake@members.example"))

    coalition.ask_about("facebook.com")

    assert len(mails_to(coalition, "lake@members.example")) == before


def test_only_the_organizations_own_contact_is_told(coalition: Coalition) -> None:
    coalition.sign_and_confirm("Lake Alliance", visibility="counted", website="https://www.lakes.example")
    coalition.deliver_mail()
    published(coalition)

    for about in ("Lake Alliance", "lake alliance", "LAKE ALLIANCE e.V.", "lakes.example", "Nobody at all"):
        coalition.ask_about(about)

    mails = mails_to(coalition, "lake@members.example")
    assert [mail.subject for mail in mails[2:]] == [
        "Somebody asked about Lake Alliance: Keep the river open"
    ], "once a day, however often somebody asks"
    objected(coalition)
    assert listed(coalition, "Lake Alliance")["held"] == "disputed"


def test_before_publication_the_question_is_a_404_like_any_other(coalition: Coalition) -> None:
    with pytest.raises(NotFound) as early, transaction(coalition.engine) as session:
        keep_inquiry(
            session,
            coalition.keyring,
            slug=SLUG,
            key=coalition.key(),
            asked_about="X",
            asking=NOBODY,
            now=coalition.now,
        )
    with pytest.raises(NotFound) as never, transaction(coalition.engine) as session:
        keep_inquiry(
            session,
            coalition.keyring,
            slug="never",
            key="",
            asked_about="X",
            asking=NOBODY,
            now=coalition.now,
        )

    assert str(early.value) == str(never.value)


def test_what_was_asked_is_sealed_and_forgotten_once_it_is_answered(coalition: Coalition) -> None:
    published(coalition)
    with transaction(coalition.engine) as session:
        keep_inquiry(
            session,
            coalition.keyring,
            slug=SLUG,
            key="",
            asked_about="Canary",
            asking=NOBODY,
            now=coalition.now,
        )
    with reading(coalition.engine) as session:
        assert b"Canary" not in session.exec(select(Inquiry)).one().asked_about

    with transaction(coalition.engine) as session:
        assert answer_inquiries(session, coalition.keyring, now=coalition.now) == 1

    with reading(coalition.engine) as session:
        assert session.exec(select(Inquiry)).all() == []


def test_a_flood_of_questions_is_dropped_without_a_word(coalition: Coalition) -> None:
    published(coalition)
    with transaction(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        session.add_all(
            Inquiry(campaign_id=campaign.id, asked_about=b"", asked_at=coalition.now)
            for _ in range(MOST_WAITING)
        )

    with transaction(coalition.engine) as session:
        keep_inquiry(
            session, coalition.keyring, slug=SLUG, key="", asked_about="X", asking=NOBODY, now=coalition.now
        )

    with reading(coalition.engine) as session:
        assert len(session.exec(select(Inquiry)).all()) == MOST_WAITING


# Evidence

BOARD = Officer(name="Ben Board", title="Treasurer", email="board@lakes.example")


def lakes(coalition: Coalition) -> str:
    """Sign as the Lake Alliance, with a website of its own; give the link to look after it."""
    coalition.sign_and_confirm(
        "Lake Alliance", email="chair@lakes.example", website="https://www.lakes.example"
    )
    return coalition.deliver_mail().newest_token("manage")


def officer_asked(coalition: Coalition, token: str, officer: Officer = BOARD) -> None:
    with transaction(coalition.engine) as session:
        ask_second_officer(session, coalition.keyring, token=token, officer=officer, now=coalition.now)


def test_the_grade_grows_with_what_speaks_for_it_and_gates_nothing(coalition: Coalition) -> None:
    token = lakes(coalition)
    assert (listed(coalition, "Lake Alliance")["evidence"], coalition.counts().organizations) == ("some", 1)

    officer_asked(coalition, token)
    link = coalition.deliver_mail().newest_token("countersign")
    with transaction(coalition.engine) as session:
        countersign(session, coalition.keyring, token=link, agrees=True, now=coalition.now)
    assert listed(coalition, "Lake Alliance")["evidence"] == "good"

    identity = listed(coalition, "Lake Alliance")["id"]
    with transaction(coalition.engine) as session:
        attest(session, coalition.keyring, SLUG, identity, how="called", by="test", now=coalition.now)
    row = listed(coalition, "Lake Alliance")
    assert row["evidence"] == "strong"
    assert row["speaks_for_it"] == (
        "mailbox on its own domain; countersigned by a second officer; attested by a coordinator"
    )


def test_a_second_officer_is_mailed_and_may_say_no(coalition: Coalition) -> None:
    officer_asked(coalition, lakes(coalition))
    link = coalition.deliver_mail().newest_token("countersign")
    assert coalition.mails()[-1].to == "board@lakes.example"
    with reading(coalition.engine) as session:
        view = look_at_countersigning(session, coalition.keyring, token=link, now=coalition.now)
    assert (view.officer, view.stands, view.countersigned) == ("Ben Board, Treasurer", True, False)

    with transaction(coalition.engine) as session:
        countersign(session, coalition.keyring, token=link, agrees=False, now=coalition.now)

    assert listed(coalition, "Lake Alliance")["held"] == "disputed"
    assert len(mails_to(coalition, OFFICE)) == 1


def test_only_the_officer_that_was_asked_last_can_countersign(coalition: Coalition) -> None:
    token = lakes(coalition)
    officer_asked(coalition, token)
    first = coalition.deliver_mail().newest_token("countersign")
    officer_asked(coalition, token, Officer(name="Cleo", title="", email="cleo@lakes.example"))

    with pytest.raises(NotFound), transaction(coalition.engine) as session:
        countersign(session, coalition.keyring, token=first, agrees=True, now=coalition.now)


def test_an_officer_is_mailed_once_however_often_the_button_is_pressed(coalition: Coalition) -> None:
    token = lakes(coalition)
    for _ in range(2):
        officer_asked(coalition, token)
    assert len(mails_to(coalition, BOARD.email)) == 1

    coalition.now += ONE_PRESS
    officer_asked(coalition, token)
    assert len(mails_to(coalition, BOARD.email)) == 2


def test_a_sign_on_cannot_countersign_itself_nor_send_strangers_mail(coalition: Coalition) -> None:
    token = lakes(coalition)

    with pytest.raises(Refused, match="belongs to the sign-on already"):
        officer_asked(coalition, token, Officer(name="Me", title="", email="Chair@lakes.example"))
    for number in range(MOST_ASKED):
        officer_asked(coalition, token, Officer(name="X", title="", email=f"x{number}@mail.example"))
    with pytest.raises(Refused, match="three times"):
        officer_asked(coalition, token)


def test_the_dns_is_asked_only_when_somebody_wants_it_and_until_the_record_is_found(
    coalition: Coalition,
) -> None:
    token = lakes(coalition)
    world: dict[str, dict[str, list[str]]] = {}
    resolver = FakeResolver(world)

    def look() -> int:
        return look_up_domains(
            coalition.engine, coalition.keyring, resolver=resolver, clock=lambda: coalition.now
        )

    assert (look(), resolver.asked) == (0, [])
    with transaction(coalition.engine) as session:
        record = look_for_record(session, coalition.keyring, token=token, now=coalition.now).record
    assert record is not None
    assert record.name == "_undersigned.lakes.example"
    assert (look(), look(), len(resolver.asked)) == (0, 0, 1)

    world[record.name] = {"TXT": ['"v=spf1 -all"', f'"{record.value.upper()}"']}
    coalition.wait(hours=1)
    assert (look(), look()) == (1, 0)
    assert listed(coalition, "Lake Alliance")["evidence"] == "strong"
    with reading(coalition.engine) as session:
        assert look_at_evidence(session, coalition.keyring, token=token, now=coalition.now).dns == "found"


def test_after_three_days_the_record_is_looked_for_no_more(coalition: Coalition) -> None:
    token = lakes(coalition)
    with transaction(coalition.engine) as session:
        look_for_record(session, coalition.keyring, token=token, now=coalition.now)
    silent = SilentResolver({})

    for _ in range(80):
        look_up_domains(coalition.engine, coalition.keyring, resolver=silent, clock=lambda: coalition.now)
        coalition.wait(hours=1)

    assert len(silent.asked) == 73
    with reading(coalition.engine) as session:
        view = look_at_evidence(session, coalition.keyring, token=token, now=coalition.now)
    assert view.dns == "not found"


def test_a_shared_host_proves_nothing(coalition: Coalition) -> None:
    coalition.sign_and_confirm("Lake Alliance", website="https://www.facebook.com/lakes")
    token = coalition.deliver_mail().newest_token("manage")

    with pytest.raises(Refused, match="shared by many"), transaction(coalition.engine) as session:
        look_for_record(session, coalition.keyring, token=token, now=coalition.now)


def test_a_mailbox_that_complained_is_left_alone_even_then(coalition: Coalition) -> None:
    coalition.sign_and_confirm("Lake Alliance").deliver_mail()
    published(coalition)
    with transaction(coalition.engine) as session:
        row = session.exec(select(Signature)).one()
        complaint = Suppression(
            campaign_id=row.campaign_id,
            email_index=row.email_index,
            reason=SuppressionReason.COMPLAINED,
            created_at=coalition.now,
        )
        session.add(complaint)

    coalition.ask_about("Lake Alliance")

    assert len(mails_to(coalition, "lake@members.example")) == 2
