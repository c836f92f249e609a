"""As a secretariat I see who is missing, have friends chase them, and add who agreed by phone or mail."""

import re
from datetime import timedelta

import pytest
from sqlmodel import col, select

from service.campaigns.drafting import change_settings
from service.campaigns.queries import get_campaign
from service.coordinators.accounts import give_role
from service.model.agreed_source import AgreedSource
from service.model.audit_event import AuditEvent
from service.model.coordinator import Role
from service.model.signature import Kind, Signature, Visibility
from service.signing.invite import import_signatories
from service.signing.party import read_party
from service.signing.roll_file import read_signatories
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague
from tests.desk_objects_members import chased
from tests.stories.visitor import Door, Visitor, words_of

NAMES = ("Dale Union", "Island Watch", "Stone Gauges")


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    coalition.open()
    coalition.ids = chased(coalition, *NAMES)
    return coalition.deliver_mail()


@pytest.fixture
def olga(coalition: Coalition, door: Door) -> AtTheDesk:
    return AtTheDesk(door.app(), coalition, add_colleague(coalition))


def test_a_chaser_notes_a_promise_and_the_secretariat_sees_it(
    coalition: Coalition, visitor: Visitor, olga: AtTheDesk
) -> None:
    path = f"/chase/{coalition.newest_token('chase')}"
    page = visitor.open(path)
    assert all(name in words_of(page) for name in NAMES)
    assert "@dale.example" not in page.text
    assert "/invitation/" not in page.text

    wrong = visitor.send(path, {"said": "board", "note": "asked Anna"}, having="said")
    assert wrong.status_code == 422
    assert "asked Anna" in wrong.text
    kept = visitor.send(
        path, {"said": "board", "decides_on": "2026-12-01", "note": "asked Anna"}, having="said"
    )

    assert "Noted, thank you" in words_of(visitor.follow(kept))
    # On a phone the page opens where it was noted.
    assert f'id="{kept.location.rpartition("#")[2]}"' in page.text
    listed = words_of(olga.open("members"))
    assert "board on December 1, 2026" in listed
    assert "asked Anna" in listed
    assert "Cora Chaser" in listed


def test_a_chaser_sees_nobody_else_and_nothing_once_the_link_is_ended(
    coalition: Coalition, visitor: Visitor, olga: AtTheDesk
) -> None:
    path = f"/chase/{coalition.newest_token('chase')}"
    own = olga.open("members/chasers").text.partition("members/chasers/")[2][:32]
    given = {"csrf": olga.mark(), "had": coalition.ids, "member": coalition.ids[0]}
    olga.post(f"members/chasers/{own}/members", given)
    seen = words_of(visitor.open(path))
    assert [name for name in NAMES if name in seen] == [NAMES[0]]

    olga.post(f"members/chasers/{own}/end", {"csrf": olga.mark()})

    assert visitor.open(path).status_code == 404
    assert visitor.post(path, {"said": "yes", "member": "x"}).status_code == 404
    assert "Dale Union" in words_of(olga.open("members"))


def test_a_chasers_link_is_over_at_the_deadline(coalition: Coalition, visitor: Visitor) -> None:
    path = f"/chase/{coalition.newest_token('chase')}"

    coalition.now = coalition.campaign().deadline_at

    assert visitor.open(path).status_code == 404


def test_a_chasers_link_follows_a_deadline_that_moves(coalition: Coalition, visitor: Visitor) -> None:
    path, was = f"/chase/{coalition.newest_token('chase')}", coalition.campaign().deadline_at
    with transaction(coalition.engine) as session:
        later = {"deadline": (was + timedelta(days=7)).replace(tzinfo=None).isoformat()}
        change_settings(session, coalition.keyring, SLUG, later, by="test", now=coalition.now)

    coalition.now = was + timedelta(hours=1)

    assert visitor.open(path).status_code == 200
    noted = visitor.follow(visitor.send(path, {"said": "yes"}, having="said"))
    assert "Noted, thank you" in words_of(noted)
    coalition.now = coalition.campaign().deadline_at
    assert visitor.open(path).status_code == 404


def test_who_calls_them_by_the_coalitions_own_list_is_shown_and_goes_along(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    other = "other-letter"
    coalition.load(letter_file().replace(SLUG.encode(), other.encode()))
    list_of_ours = b"kind,name,email,chaser\norganization,Quiet Quay,office@quay.example,Berta Board\n"
    with transaction(coalition.engine) as session:
        rows = read_signatories(list_of_ours, attested=False)
        import_signatories(session, coalition.keyring, SLUG, rows, attest="", by="test", now=coalition.now)
        here, there = get_campaign(session, SLUG), get_campaign(session, other)
        give_role(
            session,
            coordinator_id=olga.colleague.id,
            campaign_id=there.id,
            role=Role.OWNER,
            now=coalition.now,
        )
        quay = session.exec(
            select(Signature.id).where(
                Signature.campaign_id == here.id, col(Signature.id).not_in(coalition.ids)
            )
        ).one()
    assert "Berta Board" in words_of(olga.open("members"))
    assert "Berta Board" in words_of(olga.open(f"members/{quay}"))

    for member in (quay, coalition.ids[0]):
        olga.send(f"members/{member}", {"how": "by phone"}, having="how")
    listed = olga.open(f"/desk/letters/{other}/members/directory").text
    entries = re.findall(r'name="entry" value="([0-9a-f]{32})"', listed)
    mark = olga.mark()
    for entry in entries:
        olga.post(f"/desk/letters/{other}/members/directory/invite", {"csrf": mark, "entry": entry})

    shown = words_of(olga.open(f"/desk/letters/{other}/members?show=all"))
    assert "Berta Board" in shown
    # Who was given to a chaser by the desk is kept with that name.
    assert "Cora Chaser" in shown


def test_a_sign_on_by_phone_counts_at_once_and_its_owner_need_do_nothing(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    source = "Anna said yes on the phone, 24 November.\nShe will tell the board."
    given = {"source": source, "member": coalition.ids[0], "visibility": "public"}

    answer = olga.send("sign-ons/new", given, having="source")

    assert "it counts now" in words_of(olga.follow(answer))
    assert coalition.counts().organizations == 1
    mail = coalition.deliver_mail().mails()[-1]
    assert mail.to == "office@dale.example"
    assert "because you agreed to it" in mail.text
    assert "Signed as: Dale Union" in mail.text
    assert "Is something wrong?" in mail.text
    with reading(coalition.engine) as session:
        [kept] = session.exec(select(AgreedSource)).all()
    assert b"Anna" not in kept.words
    shown = olga.post(f"members/{coalition.ids[0]}/contacts", {"csrf": olga.mark()})
    assert "She will tell the board." in shown.text
    again = olga.send("sign-ons/new", {**given, "member": "", "name": "Dale Union"}, having="source")
    assert "signed already" in words_of(again)


def test_a_new_name_is_added_and_a_faulty_form_loses_nothing(coalition: Coalition, olga: AtTheDesk) -> None:
    faulty = olga.send("sign-ons/new", {"source": "By mail", "name": "New Friends"}, having="source")
    assert faulty.status_code == 422
    assert "Choose how they are named" in words_of(faulty)
    assert "New Friends" in faulty.text

    given = {"source": "By mail", "name": "New Friends", "email": "a@new.example", "visibility": "counted"}
    olga.send("sign-ons/new", given, having="source")

    assert coalition.counts().organizations == 1


def test_an_address_is_shown_one_by_one_and_that_is_kept(
    coalition: Coalition, door: Door, olga: AtTheDesk
) -> None:
    path = f"members/{coalition.ids[0]}"
    assert "o…@dale.example" in words_of(olga.open(path))

    shown = olga.send(path, {}, to=f"{path}/contacts")

    assert "office@dale.example" in shown.text
    with reading(coalition.engine) as session:
        [event] = session.exec(select(AuditEvent).where(AuditEvent.act == "members.reveal")).all()
    assert (event.actor, event.thing) == (olga.colleague.by, coalition.ids[0])
    auditor = AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.AUDITOR, name="Aud Itor"))
    assert auditor.post(f"{path}/contacts", {"csrf": auditor.mark()}).status_code == 403


def test_whoever_has_not_answered_is_asked_again_but_not_twice_in_an_hour(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    path = f"members/{coalition.ids[0]}"
    coalition.wait(minutes=10)
    assert olga.send(path, {}, to=f"{path}/again").status_code == 422
    coalition.wait(minutes=19)
    olga.open(path)
    coalition.wait(minutes=29)
    olga.open(path)
    coalition.wait(minutes=3)

    olga.send(path, {}, to=f"{path}/again")

    coalition.deliver_mail()
    assert [mail.to for mail in coalition.mails()].count("office@dale.example") == 2
    assert "reminded (1)" in words_of(olga.open("members"))


def test_after_the_deadline_each_is_decided_and_none_is_dropped_in_silence(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    coalition.close()
    assert "3 are still to be decided" in words_of(olga.open("members/decide"))

    one = f"members/{coalition.ids[0]}"
    answer = olga.send("members/decide", {}, to=f"{one}/leave-out")
    olga.send(one, {}, to=f"{one}/late")

    assert "Left out" in words_of(olga.follow(answer))
    assert "2 are still to be decided" in words_of(olga.open("members/decide"))
    coalition.deliver_mail()
    assert coalition.mails()[-1].to == "office@dale.example"
    given = {"source": "At the meeting", "member": coalition.ids[1], "visibility": "public"}
    olga.send("sign-ons/new", given, having="source")
    assert "1 is still to be decided" in words_of(olga.open("members/decide"))
    with reading(coalition.engine) as session:
        assert len(session.exec(select(Signature)).all()) == len(NAMES)


def test_members_that_agreed_to_be_kept_are_invited_to_the_next_letter(
    coalition: Coalition, door: Door, olga: AtTheDesk
) -> None:
    coalition.sign_and_confirm("River Friends", wants_news=True, name_latin="", language="fr")
    coalition.sign_and_confirm("Silent Shore")
    olga.send("members/directory", {}, to="members/directory/keep")
    olga.send(f"members/{coalition.ids[0]}", {"how": "By phone, 24 November"}, having="how")
    kept = words_of(olga.open("members/directory"))
    assert [name in kept for name in ("River Friends", "Dale Union", "Silent Shore")] == [True, True, False]

    looked = olga.send("members/directory", {"words": "riv"}, having="words")
    assert [name in words_of(looked) for name in ("River Friends", "Dale Union")] == [True, False]
    assert "Nobody of this name" in words_of(olga.send("members/directory", {"words": "x"}, having="words"))
    coalition.load(letter_file().replace(SLUG.encode(), b"next-letter"))
    both = AtTheDesk(door.app(), coalition, olga.colleague)
    with transaction(coalition.engine) as session:
        campaign = get_campaign(session, "next-letter")
        who = olga.colleague.id
        give_role(session, coordinator_id=who, campaign_id=campaign.id, role=Role.OWNER, now=coalition.now)
    here = "/desk/letters/next-letter/members"
    entries = re.findall(r'name="entry" value="([0-9a-f]+)"', both.open(f"{here}/directory").text)
    both.post(f"{here}/directory/invite", {"csrf": both.mark(), "entry": entries[1]})

    assert "not asked yet (1)" in words_of(both.open(here))
    stranger = AtTheDesk(
        door.app(), coalition, add_colleague(coalition, Role.OWNER, name="Stran Ger", slug="next-letter")
    )
    assert "Nobody is kept yet" in words_of(stranger.open(f"{here}/directory"))
    stranger.post(f"{here}/directory/invite", {"csrf": stranger.mark(), "entry": entries[0]})
    assert "not asked yet (1)" in words_of(both.open(here))


def test_whoever_wants_no_more_news_leaves_the_directory(
    coalition: Coalition, visitor: Visitor, olga: AtTheDesk
) -> None:
    coalition.sign_and_confirm("River Friends", wants_news=True).deliver_mail()
    olga.send("members/directory", {}, to="members/directory/keep")
    assert "River Friends" in words_of(olga.open("members/directory"))

    own = f"/manage/{coalition.newest_token('manage')}/mail"
    visitor.send(own, {"language": "en", "news": ""}, having="language")

    assert "River Friends" not in words_of(olga.open("members/directory"))


def test_the_call_can_be_copied_as_text(coalition: Coalition, olga: AtTheDesk) -> None:
    page = olga.open("members/calls").text

    assert f"https://letters.example/letters/{SLUG}?k={coalition.key()}" in page
    assert "Keep the river open" in page


def test_sign_ons_on_paper_are_typed_in_with_the_same_checks(coalition: Coalition, olga: AtTheDesk) -> None:
    sheet = olga.open("members/sheet.pdf")
    assert (sheet.status_code, sheet.data[:5]) == (200, b"%PDF-")
    typed = {"name-1": "Tenzin Example", "email-1": "tenzin@valley.example", "name-2": "No Address"}

    faulty = olga.send("members/paper", {**typed, "how": "mail"}, having="witness")
    assert "Line 2: is missing" in words_of(faulty)
    assert coalition.counts().individuals == 0
    olga.send("members/paper", {**typed, "how": "witness", "witness": "A. Secretary"}, having="witness")
    assert coalition.counts().individuals == 2

    beside = {
        "name-1": "Pema Example",
        "email-1": "pema@valley.example",
        "beside-1": "Valley School",
        "name-2": "Hill Union",
        "kind-2": "organization",
        "beside-2": "Rosa Example",
    }
    olga.send("members/paper", {**beside, "how": "witness", "witness": "A. Secretary"}, having="witness")
    with reading(coalition.engine) as session:
        keys = coalition.keyring.of(session, coalition.campaign().id)
        kept = [read_party(keys, row) for row in session.exec(select(Signature)).all()]
    assert {(one.affiliation, one.representative_name) for one in kept} >= {
        ("Valley School", ""),
        ("", "Rosa Example"),
    }

    nameless = {"name-1": "Anna Example", "email-1": "anna@valley.example", "beside-2": "Valley School"}
    said = olga.send("members/paper", {**nameless, "how": "mail"}, having="witness")
    assert said.status_code == 422, "what was typed is not dropped"

    by_mail = {"name-1": "Anna Example", "email-1": "anna@valley.example", "how": "mail"}
    olga.send("members/paper", by_mail, having="witness")
    assert coalition.counts().individuals == 3
    coalition.deliver_mail()
    coalition.confirm(coalition.newest_token("confirm"))


def test_a_sheet_that_was_typed_otherwise_is_asked_again_as_it_is_now(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    typed = {
        "name-1": "Anna Example",
        "email-1": "anna@valley.example",
        "visibility-1": "public",
        "how": "mail",
    }
    olga.send("members/paper", typed, having="witness")

    said = olga.follow(olga.send("members/paper", {**typed, "visibility-1": "counted"}, having="witness"))

    assert "1 are asked by mail, 0 were known already" in words_of(said)
    mails = [mail for mail in coalition.deliver_mail().mails() if mail.to == "anna@valley.example"]
    assert len(mails) == 2
    with reading(coalition.engine) as session:
        newest = session.exec(select(Signature).order_by(col(Signature.id).desc())).first()
        assert newest is not None
        assert newest.visibility is Visibility.COUNTED


def test_whoever_asked_for_discreet_mail_and_then_called_still_gets_it_so(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    own = {"kind": Kind.PERSON, "email": "anna@valley.example", "name_latin": ""}
    coalition.sign("Anna Example", discreet=True, **own).deliver_mail()
    given = {"source": "She called.", "kind": "person", "name": "Anna Example", "visibility": "public"}

    page = olga.send("sign-ons/new", {**given, "email": "anna@valley.example"}, having="source")

    assert "it counts now" in words_of(olga.follow(page))
    told = coalition.deliver_mail().mails()[-1]
    assert told.to == "anna@valley.example"
    assert "river" not in told.subject.lower()
