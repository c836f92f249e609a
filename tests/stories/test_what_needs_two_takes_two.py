"""What needs two takes two: many in small parts, a final text, one's own settings; and what was approved is what is done."""

from collections.abc import Callable

import pytest
from sqlmodel import col, select

from examples.demo.forms import read_forms
from service.campaigns.contents import open_file
from service.campaigns.freezing import was_frozen_by_two
from service.campaigns.life import freeze, open_for_signing
from service.campaigns.queries import get_campaign
from service.coordinators.backing import NotBacked
from service.delivery.offices.identity import office_key
from service.model.coordinator import Role
from service.model.letter_revision import LetterRevision
from service.model.signature import HeldReason, Signature
from service.model.states import SignatureState
from service.signing.not_me import end_as_not_me
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague, form_of
from tests.joining import join_team
from tests.stories.visitor import Door, words_of

Desk = Callable[..., AtTheDesk]


@pytest.fixture
def desk(coalition: Coalition, door: Door) -> Desk:
    def sit(name: str, role: Role = Role.OWNER) -> AtTheDesk:
        return AtTheDesk(door.app(), coalition, add_colleague(coalition, role, name=name))

    return sit


def signed(coalition: Coalition, number: int) -> list[str]:
    coalition.open()
    for place in range(number):
        coalition.sign_and_confirm(f"Organization {place}", email=f"m{place}@members.example")
    with reading(coalition.engine) as session:
        return list(session.exec(select(Signature.id).order_by(col(Signature.id))).all())


def states(coalition: Coalition) -> list[SignatureState]:
    with reading(coalition.engine) as session:
        return [row.state for row in session.exec(select(Signature).order_by(col(Signature.id))).all()]


def batch(who: AtTheDesk, does: str, ids: list[str]) -> str:
    answer = who.post("signatories/batch", {"csrf": who.mark(), "does": does, "ids": " ".join(ids)})
    assert answer.status_code == 303, words_of(answer)
    return answer.location


def look_of(who: AtTheDesk) -> str:
    page = who.open("second-looks").text
    return "second-looks/" + page.partition("/second-looks/")[2].partition('"')[0]


def test_many_in_small_parts_are_many(coalition: Coalition, desk: Desk) -> None:
    ids, mo, olga = signed(coalition, 13), desk("Mo Derator", Role.MODERATOR), desk("Olga Owner")
    assert "second-looks" not in batch(mo, "invalidate", ids[:6])
    assert "another coordinator has to look" in words_of(
        mo.post("signatories/check", {"csrf": mo.mark(), "does": "invalidate", "ids": " ".join(ids[6:11])})
    )

    assert "second-looks" in batch(mo, "invalidate", ids[6:11])
    assert states(coalition).count(SignatureState.DECLINED) == 6
    assert "second-looks" not in batch(mo, "hold", ids[6:11]), "it is another thing"
    assert "second-looks" not in batch(olga, "invalidate", ids[12:]), "it is another person"


def test_one_by_one_they_are_many_too_and_a_day_later_it_begins_anew(
    coalition: Coalition, door: Door, desk: Desk
) -> None:
    ids, mo = signed(coalition, 12), desk("Mo Derator", Role.MODERATOR)
    desk("Olga Owner")
    batch(mo, "invalidate", ids[:10])

    one = mo.post(f"signatories/{ids[10]}/act", {"csrf": mo.mark(), "does": "invalidate"})

    assert "second-looks" in one.location
    assert states(coalition).count(SignatureState.DECLINED) == 10
    coalition.wait(hours=25)
    mo = AtTheDesk(door.app(), coalition, mo.colleague)
    mo.post(f"signatories/{ids[11]}/act", {"csrf": mo.mark(), "does": "invalidate"})
    assert states(coalition).count(SignatureState.DECLINED) == 11


def test_what_two_took_out_one_brings_back_to_a_check_and_all_names_are_there_to_be_seen(
    coalition: Coalition, desk: Desk
) -> None:
    ids, mo, olga = signed(coalition, 12), desk("Mo Derator", Role.MODERATOR), desk("Olga Owner")
    aud = desk("Aud Itor", Role.SENDER)
    batch(mo, "invalidate", ids)
    look = look_of(olga)
    assert words_of(olga.open(look)).count("Organization ") == 12
    assert olga.post(f"{look}/undo", {"csrf": olga.mark()}).status_code == 422, "nothing was done yet"
    done = olga.follow(olga.post(look, {"csrf": olga.mark(), "verdict": "approved"}))
    assert states(coalition) == [SignatureState.DECLINED] * 12
    undo = form_of(done, to=f"/desk/letters/{SLUG}/{look}/undo")
    assert aud.post(undo.action, {"csrf": aud.mark()}).status_code == 403

    back = mo.follow(mo.post(f"{look}/undo", {"csrf": mo.mark()}))

    assert "12 sign-ons are back and need a check" in words_of(back)
    assert states(coalition) == [SignatureState.CONFIRMED] * 12
    assert coalition.counts().signatories == 0
    assert "/undo" not in olga.open("second-looks").text, "it was done"
    assert olga.post(f"{look}/undo", {"csrf": olga.mark()}).status_code == 422


def test_undoing_brings_back_whom_the_two_took_out_and_nobody_who_has_left_since(
    coalition: Coalition, desk: Desk
) -> None:
    ids, mo, olga = signed(coalition, 14), desk("Mo Derator", Role.MODERATOR), desk("Olga Owner")
    batch(mo, "invalidate", ids)
    look = look_of(olga)
    batch(olga, "decline", ids[:1])
    olga.post(look, {"csrf": olga.mark(), "verdict": "approved"})
    batch(mo, "restore", ids[1:2])
    batch(mo, "decline", ids[1:2])
    with transaction(coalition.engine) as session:
        token = coalition.newest_token("not-me")
        assert end_as_not_me(session, coalition.keyring, token=token, now=coalition.now).done

    back = mo.follow(mo.post(f"{look}/undo", {"csrf": mo.mark()}))

    assert "11 sign-ons are back and need a check. 3 were left as they are" in words_of(back)
    left = [*states(coalition)[:2], states(coalition)[13]]
    assert left == [SignatureState.DECLINED] * 3


def test_an_auditor_reads_what_waits_for_two_and_the_exports_and_finds_no_form(
    coalition: Coalition, desk: Desk
) -> None:
    ids, mo, aud = signed(coalition, 12), desk("Mo Derator", Role.MODERATOR), desk("Aud Itor", Role.AUDITOR)
    batch(mo, "invalidate", ids)
    mo.post("exports", {"csrf": mo.mark(), "form": "csv"})
    look = look_of(aud)

    for page, words in (
        ("second-looks", "Mo Derator"),
        (look, "Organization 11"),
        ("exports", "Waits for a second coordinator"),
    ):
        answer = aud.open(page)
        assert words in words_of(answer), page
        offered = [form.action for form in read_forms(answer.text) if form.method == "post"]
        assert offered == ["/desk/sign-out"], page
    for page in (look, f"{look}/undo", "exports"):
        assert aud.post(page, {"csrf": aud.mark(), "verdict": "approved"}).status_code == 403, page
    assert states(coalition) == [SignatureState.CONFIRMED] * 12


def test_what_somebody_approved_is_not_what_that_one_did_alone(coalition: Coalition, desk: Desk) -> None:
    ids, mo, olga = signed(coalition, 13), desk("Mo Derator", Role.MODERATOR), desk("Olga Owner")
    batch(mo, "hold", ids[:11])
    olga.post(look_of(olga), {"csrf": olga.mark(), "verdict": "approved"})

    assert "second-looks" not in batch(olga, "hold", ids[11:])


def test_what_stands_otherwise_than_when_it_was_asked_about_is_left(coalition: Coalition, desk: Desk) -> None:
    """Who says meanwhile that it was not them is not let in by an approval of what was asked before."""
    ids, mo, olga = signed(coalition, 11), desk("Mo Derator", Role.MODERATOR), desk("Olga Owner")
    held(coalition, ids, HeldReason.SECRETARIAT)
    batch(mo, "release", ids)
    held(coalition, ids[:1], HeldReason.NOT_ME)

    done = olga.follow(olga.post(look_of(olga), {"csrf": olga.mark(), "verdict": "approved"}))

    assert "1 was left as it is" in words_of(done)
    with reading(coalition.engine) as session:
        reasons = [session.get_one(Signature, one).held_reason for one in ids]
    assert reasons == [HeldReason.NOT_ME, *[None] * 10]


def held(coalition: Coalition, ids: list[str], reason: HeldReason) -> None:
    with transaction(coalition.engine) as session:
        for one in ids:
            row = session.get_one(Signature, one)
            row.held_reason = reason
            session.add(row)


def test_a_text_is_not_approved_without_a_fresh_proof(coalition: Coalition, desk: Desk) -> None:
    coalition.load()
    olga, paul = desk("Olga Owner"), desk("Paul Second")
    olga.send("life", to="life/freeze/ask")
    form = form_of(paul.open("life"), to="/desk/letters/clean-river/life/freeze/decide")
    entries = dict(form.filled({}))
    coalition.wait(minutes=6)

    answer = paul.post("life/freeze/decide", {**entries, "verdict": "approved"})

    assert (answer.status_code, "Show that it is you" in words_of(answer)) == (403, True)
    assert coalition.campaign().state.value == "draft"
    refused = paul.post("life/freeze/decide", {**entries, "verdict": "refused"})
    assert refused.status_code == 303


def test_settings_that_change_after_the_question_are_not_approved(coalition: Coalition, desk: Desk) -> None:
    coalition.load()
    olga, paul = desk("Olga Owner"), desk("Paul Second")
    olga.send("life", to="life/freeze/ask")
    other = letter_file().replace(b"ada@lakes.example", b"sock@puppet.example")
    coalition.load(other)

    answer = paul.send("life", {"verdict": "approved"}, to="life/freeze/decide")

    assert answer.status_code == 422
    assert "have changed since this was asked" in words_of(answer)
    assert coalition.campaign().state.value == "draft"


def revising(coalition: Coalition, who: AtTheDesk, body: str = "We write about the lake.") -> str:
    """Write a new version of the final text and ask for it; give where that leads."""
    form = form_of(who.open("text?new=yes"), having="body")
    who.post("text", {**dict(form.filled({"body": body})), "do": "revise"})
    terms = {"until": "2026-11-27T10:00", "reason": "A slip."}
    answer = who.send("text/revision", terms, having="until")
    assert answer.status_code == 303, words_of(answer)
    return answer.location


def versions(coalition: Coalition) -> int:
    with reading(coalition.engine) as session:
        return len(session.exec(select(LetterRevision)).all())


def test_a_new_version_of_a_final_text_needs_a_second_person_as_the_first_did(
    coalition: Coalition, door: Door, desk: Desk
) -> None:
    coalition.open().sign_and_confirm("Lake Alliance")
    olga, emil = desk("Olga Owner"), desk("Emil Editor", Role.EDITOR)

    revising(coalition, olga)

    assert (versions(coalition), coalition.deliver_mail().tokens("change")) == (1, [])
    look = look_of(emil)
    page = words_of(emil.open(f"text/revision?of={look.rpartition('/')[2]}"))
    assert "A slip." in page
    assert "lake" in page
    assert olga.post(look, {"csrf": olga.mark(), "verdict": "approved"}).status_code == 422
    assert versions(coalition) == 1
    emil.follow(emil.post(look, {"csrf": emil.mark(), "verdict": "approved"}))
    assert versions(coalition) == 2
    assert coalition.deliver_mail().tokens("change")
    with reading(coalition.engine) as session:
        campaign = coalition.campaign()
        assert open_file(session, coalition.keyring, campaign).letter.body == "We write about the lake."
        assert was_frozen_by_two(session, campaign)


def test_a_version_that_was_written_on_after_the_question_is_not_approved(
    coalition: Coalition, desk: Desk
) -> None:
    coalition.open().sign_and_confirm("Lake Alliance")
    olga, emil = desk("Olga Owner"), desk("Emil Editor", Role.EDITOR)
    revising(coalition, olga)
    look = look_of(emil)
    form = form_of(olga.open("text?new=yes"), having="body")
    olga.post("text", {**dict(form.filled({"body": "Something else."})), "do": "revise"})

    answer = emil.post(look, {"csrf": emil.mark(), "verdict": "approved"})

    assert answer.status_code == 422
    assert "have changed since this was asked" in words_of(answer)
    assert versions(coalition) == 1


def test_nobody_makes_a_letter_of_several_owners_one_of_one_person(coalition: Coalition, desk: Desk) -> None:
    coalition.load()
    olga = desk("Olga Owner")
    desk("Paul Second")

    answer = olga.send("settings", {"solo": "yes"}, having="solo")

    assert answer.status_code == 422
    assert "This letter has several owners" in words_of(answer)
    assert not coalition.campaign().solo


def test_one_person_alone_may_still_say_so(coalition: Coalition, desk: Desk) -> None:
    coalition.load()
    olga = desk("Olga Owner")
    desk("Emil Editor", Role.EDITOR)

    olga.send("settings", {"solo": "yes"}, having="solo")

    assert coalition.campaign().solo


def test_a_coalition_that_begins_today_settles_its_text_today_and_the_history_says_by_whom(
    coalition: Coalition, door: Door, desk: Desk
) -> None:
    coalition.load()
    olga = desk("Olga Owner")
    paul = AtTheDesk(door.app(), coalition, join_team(coalition, olga.colleague.by, name="Paul Second"))
    olga.send("life", to="life/freeze/ask")

    paul.send("life", {"verdict": "approved"}, to="life/freeze/decide")

    assert coalition.campaign().state.value == "frozen"
    assert "Of these two one had invited the other" in words_of(olga.open("history"))


def test_the_check_before_going_live_is_the_one_that_a_release_asks_for(
    coalition: Coalition, desk: Desk
) -> None:
    coalition.open()
    olga = desk("Olga Owner")
    assert "Nobody else of the team can check the recipients" in words_of(olga.open("live"))
    sam = desk("Sam Sender", Role.SENDER)
    assert "One recipient is not checked yet" in words_of(olga.open("live"))
    assert "Jane Q. Example" in words_of(olga.open("live"))
    with reading(coalition.engine) as session:
        campaign = coalition.campaign()
        file = open_file(session, coalition.keyring, campaign)
        key = office_key(coalition.keyring.of(session, campaign.id), file.recipients[0])

    for who in (olga, sam):
        who.send(f"recipients/{key}", having="data")

    assert "Two of you have newly checked each recipient" in words_of(olga.open("live"))


def test_a_recovery_sheet_stands_for_a_second_owner_before_going_live(
    coalition: Coalition, desk: Desk
) -> None:
    coalition.open()
    olga = desk("Olga Owner")
    assert "There is one owner: if that person loses access" in words_of(olga.open("live"))

    olga.send("team", to="team/sheet")

    assert "There is one owner, and a recovery sheet" in words_of(olga.open("live"))


BACKING = "Invite another owner, or make a recovery sheet"


def frozen_at_the_desk(coalition: Coalition, *, on_trial: bool) -> None:
    coalition.load()
    with transaction(coalition.engine) as session:
        freeze(session, coalition.keyring, SLUG, by="test", now=coalition.now)
        if on_trial:
            get_campaign(session, SLUG).trial_since = coalition.now


@pytest.mark.parametrize("way", ["sheet", "owner"])
def test_a_letter_of_one_owner_opens_only_once_something_stands_behind_it(
    coalition: Coalition, desk: Desk, way: str
) -> None:
    frozen_at_the_desk(coalition, on_trial=False)
    olga = desk("Olga Owner")

    refused = olga.post("life/open", {"csrf": olga.mark(), "seen": "frozen"})

    assert (refused.status_code, coalition.campaign().state.value) == (422, "frozen")
    for page in (refused, olga.open("life"), olga.open("live")):
        assert "make somebody else an owner too, or make a recovery sheet" in words_of(page)
        assert BACKING in words_of(page)
        assert "/team#backing" in page.text
        assert f'action="/desk/letters/{SLUG}/life/open"' not in page.text
    with pytest.raises(NotBacked), transaction(coalition.engine) as session:
        open_for_signing(session, SLUG, by="by command", now=coalition.now)
    if way == "sheet":
        olga.send("team", to="team/sheet")
    else:
        desk("Otto Owner")

    assert olga.send("life", to="life/open").status_code == 303
    assert coalition.campaign().state.value == "open"


def test_a_letter_of_one_owner_goes_live_only_once_something_stands_behind_it(
    coalition: Coalition, desk: Desk
) -> None:
    frozen_at_the_desk(coalition, on_trial=True)
    olga = desk("Olga Owner")

    refused = olga.post("live", {"csrf": olga.mark(), "meant": "live"})

    assert (refused.status_code, coalition.campaign().trial_since) == (422, coalition.now)
    assert BACKING in words_of(refused)
    page = olga.open("live")
    assert BACKING in words_of(page)
    assert "You may go live nevertheless" not in words_of(page)
    desk("Otto Owner")
    # The page that she has open still does.
    assert olga.post("live", dict(form_of(page, having="meant").filled({}))).status_code == 303
    assert coalition.campaign().trial_since is None


def test_a_letter_that_nobody_owns_at_the_desk_is_opened_by_whoever_runs_the_service(
    coalition: Coalition, desk: Desk
) -> None:
    frozen_at_the_desk(coalition, on_trial=False)
    desk("Sam Sender", Role.SENDER)

    with transaction(coalition.engine) as session:
        open_for_signing(session, SLUG, by="by command", now=coalition.now)

    assert coalition.campaign().state.value == "open"
