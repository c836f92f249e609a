"""As a secretariat I begin a letter at the desk, try it with my team alone, and open it; in an emergency one press hides it."""

import io
from datetime import UTC, datetime

import pytest
from werkzeug.test import TestResponse

from service.campaigns.contents import open_file
from service.campaigns.enclosures import MOST_BYTES_OF_ANNEXES
from service.campaigns.file_tables import CampaignFile
from service.cli import listener
from service.coordinators.trial import diverting
from service.foundation.sentence import Sentence
from service.mail.domain.checks import Finding, Weight
from service.model.coordinator import Role
from service.model.runner import Runner, RunnerKind
from service.store.transaction import reading, transaction
from service.web.desk import begin
from tests.coalition import PUBLIC_URL, SLUG, Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague, form_of
from tests.enclosing import BESIDE, enclosing_file
from tests.stories.visitor import ORGANIZATION, Door, Visitor, letter_page, words_of

MOST_ACTIONS = 40
FORM = {
    "letter__title": "Keep the river open",
    "slug": SLUG,
    "letter__salutation": "Dear President Example,",
    "letter__body": "On behalf of ((signatories)) we write to you about the river.",
    "recipient__name": "Jane Q. Example",
    "recipient__email": "president@office.example",
    "coalition": "Coalition for Open Rivers",
    "reply_to": "letter@rivers.example",
    "time_zone": "America/New_York",
    "opens": "2026-11-20T09:00",
    "deadline": "2026-12-05T17:00",
    "approver1__name": "Ada Approver",
    "approver1__email": "ada@lakes.example",
    "approver2__name": "Ben Approver",
    "approver2__email": "ben@rivers.example",
}


@pytest.fixture
def olga(coalition: Coalition, door: Door) -> AtTheDesk:
    return AtTheDesk(door.app(), coalition, add_colleague(coalition, None))


def begun(olga: AtTheDesk) -> None:
    answer = olga.send("/desk/letters/new", FORM, to="/desk/letters/new")
    assert "You are its owner" in words_of(olga.follow(answer)).replace("you are", "You are")


def beside(coalition: Coalition, door: Door, role: Role = Role.OWNER, name: str = "Paul Second") -> AtTheDesk:
    return AtTheDesk(door.app(), coalition, add_colleague(coalition, role, name=name))


def delivered(coalition: Coalition) -> None:
    coalition.divert = diverting(coalition.keyring.desk)
    coalition.deliver_mail()


def opened(olga: AtTheDesk, paul: AtTheDesk) -> None:
    """Make the text final by two, and open it."""
    olga.send("life", to="life/freeze/ask")
    decide(paul, "life", "life/freeze/decide", "approved")
    olga.send("life", to="life/open")


def decide(who: AtTheDesk, page: str, to: str, verdict: str) -> str:
    return who.send(page, {"verdict": verdict}, to=to).location or ""


def test_from_nothing_to_open_takes_fewer_than_forty_actions(
    coalition: Coalition, door: Door, olga: AtTheDesk
) -> None:
    begun(olga)
    paul = beside(coalition, door)
    # Each field that is filled in, and each button, is one action.
    actions = len(FORM) + 1
    opened(olga, paul)
    actions += 3
    olga.send("live", to="live")
    actions += 1

    assert actions < MOST_ACTIONS
    assert (coalition.campaign().state.value, coalition.campaign().trial_since) == ("open", None)
    page = words_of(olga.open(""))
    for words in (
        "Collecting sign-ons",
        "signed 0",
        "days left for sign-ons 11",
        "Nobody has been asked yet",
    ):
        assert words in page


def test_a_wrong_form_comes_back_filled_in_with_a_sentence_at_each_field(olga: AtTheDesk) -> None:
    wrong = {**FORM, "slug": "No Such!", "deadline": "2026-11-01T00:00", "reply_to": "nobody"}

    answer = olga.send("/desk/letters/new", wrong, to="/desk/letters/new")

    assert answer.status_code == 422
    for name in ("slug", "deadline", "reply_to"):
        assert f'id="{name}-error"' in answer.text
    assert 'value="Jane Q. Example"' in answer.text


def test_what_is_missing_is_said_by_the_name_of_its_field_and_not_as_the_file_would(olga: AtTheDesk) -> None:
    answer = olga.send(
        "/desk/letters/new", {**FORM, "letter__title": "", "coalition": ""}, to="/desk/letters/new"
    )

    said = words_of(answer)
    assert ("Headline is missing." in said, "Name of the coalition is missing." in said) == (True, True)
    assert ": is missing" not in said


def test_a_faulty_campaign_file_is_refused_whole_with_every_fault(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    faulty = letter_file().replace(b'reply_to = "letter@rivers.example"', b"").replace(b'"US"', b'"XX"')
    page = "/desk/letters/new"

    answer = olga.send(page, {"file": (io.BytesIO(faulty), "river.toml")}, to="/desk/letters/upload")
    good = olga.send(page, {"file": (io.BytesIO(letter_file()), "river.toml")}, to="/desk/letters/upload")

    assert (answer.status_code, good.status_code) == (422, 303)
    assert "reply_to is missing" in words_of(answer)
    assert "country" in words_of(answer)
    assert coalition.campaign().trial_since == coalition.now


def test_a_campaign_file_brings_its_logos_and_annexes_or_is_told_which_are_missing(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    def upload(*names: str) -> TestResponse:
        beside = [(io.BytesIO(BESIDE[name]), name.rpartition("/")[2]) for name in names]
        given = {"file": (io.BytesIO(enclosing_file()), "river.toml"), "beside": beside}
        return olga.send("/desk/letters/new", given, to="/desk/letters/upload")

    first, *others = BESIDE
    answer = upload(*others)
    assert answer.status_code == 422
    assert f"“{first}” is named in the campaign file and was not chosen." in words_of(answer)

    assert upload(*BESIDE).status_code == 303

    file = file_of(coalition)
    assert (len(file.letterhead.made), all(annex.sha256 for annex in file.letter.annexes)) == (2, True)


def test_two_files_of_one_name_in_two_folders_are_not_taken_for_one(olga: AtTheDesk) -> None:
    first, *_ = BESIDE
    name = first.rpartition("/")[2]
    file = enclosing_file().replace(f'"{first}"'.encode(), f'"a/{name}", "b/{name}"'.encode(), 1)
    beside = [(io.BytesIO(data), path.rpartition("/")[2]) for path, data in BESIDE.items()]
    given = {"file": (io.BytesIO(file), "river.toml"), "beside": beside}

    answer = olga.send("/desk/letters/new", given, to="/desk/letters/upload")

    assert answer.status_code == 422
    assert f"Two files are called “{name}”" in words_of(answer)


def test_an_upload_that_is_too_large_is_told_so_by_the_desk_and_not_by_who_listens() -> None:
    assert MOST_BYTES_OF_ANNEXES < begin._LARGEST_UPLOAD < listener._LARGEST_REQUEST


def test_while_it_is_tried_no_mail_reaches_anybody_but_the_team(
    coalition: Coalition, door: Door, visitor: Visitor, olga: AtTheDesk
) -> None:
    begun(olga)
    opened(olga, beside(coalition, door))
    visitor.send(letter_page(coalition, "/sign", kind="organization"), ORGANIZATION)
    olga.send("live", to="live/mail")
    delivered(coalition)

    tried = coalition.mails()
    assert {mail.to for mail in tried} == {olga.colleague.email}
    assert all(mail.subject.startswith("[Trial] ") for mail in tried)
    link = next(text for mail in tried for text in mail.text.split() if "/live/arrived?t=" in text)
    olga.send(link.removeprefix(PUBLIC_URL), having="token")
    assert "A test mail arrived, and its button was pressed" in words_of(olga.open("live"))

    olga.send("live", to="live")
    visitor.send(
        letter_page(coalition, "/sign", kind="organization"), {**ORGANIZATION, "name": "Second House"}
    )
    delivered(coalition)
    assert {mail.to for mail in coalition.mails()[len(tried) :]} == {ORGANIZATION["email"]}


def test_the_senders_dns_is_measured_by_a_button_and_kept_with_its_time(
    coalition: Coalition, door: Door
) -> None:
    coalition.load()
    door.look_at_sender = lambda: (
        Finding(weight=Weight.WRONG, sentence=Sentence("rivers.example has no SPF record.")),
    )
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))

    olga.send("live", to="live/dns")

    page = words_of(olga.open("live"))
    assert "rivers.example has no SPF record." in page
    assert "As of November 24, 2026" in page


def test_one_press_hides_names_stops_mail_and_ends_links_and_it_takes_two_to_end_that(
    coalition: Coalition, door: Door, visitor: Visitor
) -> None:
    more = 'names_shown = "live"\nadmit = "everyone"\naccess = "public"\nconvenors = ["Convening House"]'
    coalition.open(letter_file(more=more))
    coalition.sign_and_confirm("Lake Alliance").sign("Waiting House").deliver_mail().sign("Third House")
    page, count = f"/letters/{SLUG}", f"/letters/{SLUG}/count.json"
    personal, sent = f"/confirm/{coalition.newest_token('confirm')}", len(coalition.mails())
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    before = visitor.open(page)
    assert "Lake Alliance" in before.text
    assert visitor.open(page).text == before.text
    assert visitor.open(personal).status_code == 200

    olga.send("emergency", having="meant")

    hidden = visitor.open(page, headers={"If-None-Match": before.headers["ETag"]})
    for answer in (hidden, visitor.open(page), visitor.open(f"/embed/{SLUG}")):
        assert (answer.status_code, "Lake Alliance" in answer.text) == (200, False)
    assert "1 organization" in before.text
    assert "1 organization" not in hidden.text
    assert ("Convening House" in before.text, "Convening House" in hidden.text) == (True, False)
    assert visitor.open(count).json is not None
    assert (visitor.open(count).json or {})["signatories"] is None
    assert visitor.open(personal).status_code == 404
    assert len(coalition.deliver_mail().mails()) == sent

    olga.send("emergency", to="emergency/ask")
    alone = olga.post("emergency/end", {"csrf": olga.mark(), "look": look_on(olga), "verdict": "approved"})
    assert (alone.status_code, coalition.campaign().emergency_at) == (422, coalition.now)
    paul = beside(coalition, door)
    decide(paul, "emergency", "emergency/end", "approved")

    assert "Lake Alliance" in visitor.open(page).text
    assert visitor.open(personal).status_code == 200
    assert len(coalition.deliver_mail().mails()) > sent


def look_on(who: AtTheDesk) -> str:
    return who.open("emergency").text.split('name="look" value="')[1][:32]


def test_in_an_emergency_the_unlisted_address_opens_nothing(
    coalition: Coalition, door: Door, visitor: Visitor
) -> None:
    coalition.open()
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    assert visitor.open(letter_page(coalition)).status_code == 200

    olga.send("emergency", having="meant")

    never = visitor.open("/letters/no-such-letter?k=x")
    for path in (letter_page(coalition), letter_page(coalition, "/sign")):
        assert visitor.open(path).data == never.data


def test_the_desk_says_while_an_earlier_version_still_runs(coalition: Coalition, door: Door) -> None:
    coalition.open()
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    now = coalition.now
    with transaction(coalition.engine) as session:
        session.add(
            Runner(id="e" * 32, kind=RunnerKind.SERVE, host="deadbeef", pid=1, began_at=now, seen_at=now)
        )

    for page in ("", "emergency", "live", "sends"):
        assert "An earlier version of this service still runs" in olga.open(page).text
    said = olga.follow(olga.send("emergency", having="meant")).text
    assert "until it has ended" in said

    with transaction(coalition.engine) as session:
        session.delete(session.get_one(Runner, "e" * 32))
    assert "An earlier version" not in olga.open("emergency").text


def test_a_paused_letter_says_so_and_takes_no_sign_on_until_it_goes_on(
    coalition: Coalition, door: Door, visitor: Visitor
) -> None:
    coalition.open()
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    paused = olga.send("life", to="life/pause")

    assert "takes no sign-ons for the moment" in words_of(visitor.open(letter_page(coalition)))
    entries = {**ORGANIZATION, "kind": "organization"}
    assert visitor.post(letter_page(coalition, "/sign"), entries).status_code == 422
    # The way back is offered right after.
    assert "Undo" in olga.follow(paused).text
    olga.send("life", to="life/resume")
    assert "for the moment" not in words_of(visitor.open(letter_page(coalition)))


def test_the_life_goes_by_buttons_and_a_second_click_changes_nothing(
    coalition: Coalition, door: Door, olga: AtTheDesk
) -> None:
    begun(olga)
    opened(olga, beside(coalition, door))
    seen = {"csrf": olga.mark(), "seen": "open"}

    first, second = olga.post("life/close", seen), olga.post("life/close", seen)
    assert (first.status_code, second.status_code) == (303, 422)
    assert coalition.campaign().state.value == "closed"
    olga.send("life", {"until": "2026-12-07T12:00"}, to="life/reopen")

    assert coalition.campaign().state.value == "open"
    assert coalition.campaign().deadline_at.isoformat() == "2026-12-07T17:00:00+00:00"


def test_whoever_asks_cannot_approve_and_a_text_that_changed_since_has_to_be_looked_at_anew(
    coalition: Coalition, door: Door, olga: AtTheDesk
) -> None:
    begun(olga)
    paul = beside(coalition, door)
    olga.send("life", to="life/freeze/ask")
    assert "Approve and make it final" not in olga.open("life").text
    look = paul.open("life").text.split('name="look" value="')[1][:32]
    coalition.load(letter_file(more="goal = 5"))

    answer = paul.post(
        "life/freeze/decide", {"csrf": paul.mark(), "seen": "draft", "look": look, "verdict": "approved"}
    )

    assert answer.status_code == 422
    assert coalition.campaign().state.value == "draft"


def test_settings_say_what_may_still_change_and_why_the_rest_may_not(
    coalition: Coalition, door: Door
) -> None:
    coalition.load()
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    olga.send("settings", {"goal": "60", "contact__name": "A. Secretary", "signers": "organizations"})
    assert coalition.campaign().signers.value == "organizations"
    olga.send("team", to="team/sheet")
    coalition.open(letter_file())

    page = olga.open("settings")
    assert "People sign under these settings" in words_of(page)
    assert 'name="coalition"' not in page.text
    # What stays is said as people write it, not as the file does.
    assert "Sign-ons begin November 20, 2026 at 9:00" in words_of(page)
    # A letter that is live and open has no next step there, and no empty frame for one.
    assert 'class="next"' not in olga.open("live").text
    earlier = olga.send("settings", {"deadline": "2026-12-01T17:00"})
    assert earlier.status_code == 422
    assert "can only move to a later moment" in words_of(earlier)
    olga.send("settings", {"deadline": "2026-12-06T17:00", "goal": "70"})

    assert coalition.campaign().deadline_at.isoformat() == "2026-12-06T22:00:00+00:00"
    forged = olga.post("settings", {"csrf": olga.mark(), "coalition": "Others"})
    assert forged.status_code == 422


def test_only_an_owner_says_that_one_person_alone_decides(coalition: Coalition, door: Door) -> None:
    coalition.load()
    eddie = AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.EDITOR, name="Eddie Tor"))
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    assert ('name="solo"' in eddie.open("settings").text, 'name="solo"' in olga.open("settings").text) == (
        False,
        True,
    )

    forged = {"csrf": eddie.mark(), "solo": "yes", "solo__shown": "yes", "goal": "60"}
    assert "1 was changed" in words_of(eddie.follow(eddie.post("settings", forged)))
    assert coalition.campaign().solo is False
    olga.send("settings", {"solo": "yes"})

    assert coalition.campaign().solo is True


def test_two_who_save_the_settings_do_not_undo_one_another(coalition: Coalition, door: Door) -> None:
    coalition.open(letter_file(deadline="2026-12-05T17:00:59"))
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    opened_before = dict(
        form_of(olga.open("settings"), to="/desk/letters/clean-river/settings").filled({"goal": "60"})
    )

    olga.send("settings", {"deadline": "2026-12-06T17:00"})
    kept = olga.follow(olga.post("settings", opened_before))

    assert "1 was changed" in words_of(kept)
    assert coalition.campaign().deadline_at == datetime(2026, 12, 6, 22, tzinfo=UTC)
    # What nobody touched keeps its seconds, though the field shows none.
    olga.send("settings", {"goal": "70"})
    assert 'value="70"' in olga.open("settings").text


@pytest.mark.parametrize(
    ("role", "sees"),
    [(Role.EDITOR, True), (Role.MODERATOR, True), (Role.SENDER, False), (Role.AUDITOR, False)],
)
def test_the_addresses_of_approvers_are_for_who_changes_them_or_sees_contacts(
    coalition: Coalition, door: Door, role: Role, *, sees: bool
) -> None:
    coalition.load()
    who = AtTheDesk(door.app(), coalition, add_colleague(coalition, role, name="Rolf Role"))

    page = who.open("settings")

    assert "Ada Approver" in words_of(page)
    assert ("ada@lakes.example" in page.text, "a…@lakes.example" in page.text) == (sees, not sees)


def test_the_approvers_are_lines_of_the_settings(coalition: Coalition, door: Door) -> None:
    coalition.load()
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    assert "Ada Approver &lt;ada@lakes.example&gt;" in olga.open("settings").text

    for wrong in ("Ada", "Ada Approver <ada@lakes.example>", "Ada <ada@x.example>\nBen <ada@x.example>"):
        answer = olga.send("settings", {"approvers": wrong})
        assert (answer.status_code, 'id="approvers-error"' in answer.text) == (422, True), wrong
    olga.send("settings", {"approvers": "Ada <ada@x.example>\nCleo Core <cleo@x.example>"})

    assert "Cleo Core &lt;cleo@x.example&gt;" in olga.open("settings").text


def test_what_stands_on_the_paper_is_set_at_the_desk_and_the_order_of_names_until_the_letter_is_sent(
    coalition: Coalition, door: Door
) -> None:
    coalition.load()
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    answer = olga.send(
        "settings",
        {
            "letterhead__lines": "12 Quay Street\nrivers.example",
            "letter__date": "2026-12-07",
            "signatories__order": "manual",
            "signatories__show_country": "yes",
            "signatories__show_country__shown": "yes",
        },
    )
    assert answer.status_code == 303, words_of(answer)
    file = file_of(coalition)
    assert file.letterhead.lines == ("12 Quay Street", "rivers.example")
    assert (str(file.letter.date), file.signatories.order) == ("2026-12-07", "manual")
    assert (file.signatories.show_country, file.signatories.group_by) == (True, "none")
    olga.send("team", to="team/sheet")
    coalition.open(letter_file())

    page = olga.open("settings").text
    assert 'name="signatories__order"' in page
    # A heading may tell a country that nobody was asked to show.
    assert 'name="signatories__group_by"' not in page
    assert olga.post("settings", {"csrf": olga.mark(), "signatories__group_by": "country"}).status_code == 422
    olga.send("settings", {"signatories__order": "manual"})

    assert file_of(coalition).signatories.order == "manual"


def file_of(coalition: Coalition) -> CampaignFile:
    with reading(coalition.engine) as session:
        return open_file(session, coalition.keyring, coalition.campaign())


def test_another_letter_like_it_has_its_text_and_none_of_its_signatories(
    coalition: Coalition, door: Door
) -> None:
    coalition.open().sign_and_confirm("Lake Alliance")
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    assert olga.send("duplicate", {"slug": SLUG}).status_code == 422

    answer = olga.send("duplicate", {"slug": "next-river"})

    page = words_of(olga.follow(answer))
    assert "Keep the river open" in page
    assert "signed 0" in page
    assert "Draft" in page


def test_the_history_tells_who_did_what(coalition: Coalition, door: Door, olga: AtTheDesk) -> None:
    begun(olga)
    opened(olga, beside(coalition, door))
    coalition.wait(minutes=1)

    page = words_of(olga.open("history"))

    for words in ("Opened the letter for sign-ons", "Made the text final", "Olga Owner", "Paul Second"):
        assert words in page
    assert "Asked a second coordinator: make the text final" in page
