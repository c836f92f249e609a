"""As the secretariat I keep whom the letter goes to, and two of us check each address before it leaves."""

import pytest

from service.campaigns.contents import open_file
from service.campaigns.file_ways import WebForm
from service.delivery.offices.identity import data_index, office_key
from service.foundation.errors import Refused
from service.model.coordinator import Role
from service.store.transaction import reading
from tests.coalition import Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague, form_of
from tests.stories.visitor import Door, words_of

NEW = {
    "role": "cc",
    "name": "Minister of Water",
    "office": "The Ministry",
    "emails": "water@ministry.example\nCabinet@Ministry.Example",
    "source": "https://ministry.example/contact",
    "copy": "public",
    "channel-email": "yes",
}


def at_desk(coalition: Coalition, door: Door, role: Role = Role.OWNER, name: str = "Olga Owner") -> AtTheDesk:
    return AtTheDesk(door.app(), coalition, add_colleague(coalition, role, name=name))


def offices(coalition: Coalition) -> list[str]:
    with reading(coalition.engine) as session:
        return [one.name for one in open_file(session, coalition.keyring, coalition.campaign()).recipients]


def key(coalition: Coalition, place: int = 0) -> str:
    with reading(coalition.engine) as session:
        campaign = coalition.campaign()
        file = open_file(session, coalition.keyring, campaign)
        return office_key(coalition.keyring.of(session, campaign.id), file.recipients[place])


def test_in_a_draft_recipients_are_added_moved_changed_and_removed(coalition: Coalition, door: Door) -> None:
    olga = at_desk(coalition.load(), door)

    page = olga.follow(olga.send("recipients/new", NEW, having="emails"))
    assert "water@ministry.example" in words_of(page)
    assert 'href="https://ministry.example/contact"' in page.text
    olga.post(f"recipients/{key(coalition, 1)}/move", {"csrf": olga.mark(), "way": "up"})
    assert offices(coalition) == ["Minister of Water", "Jane Q. Example"]

    path = f"recipients/{key(coalition)}/change"
    olga.send(path, {"name": "Minister of Rivers"}, having="emails")
    assert offices(coalition) == ["Minister of Rivers", "Jane Q. Example"]
    olga.post(f"recipients/{key(coalition)}/remove", {"csrf": olga.mark()})
    assert offices(coalition) == ["Jane Q. Example"]
    alone = olga.post(f"recipients/{key(coalition)}/remove", {"csrf": olga.mark()})
    assert (alone.status_code, offices(coalition)) == (422, ["Jane Q. Example"])


def test_an_older_form_does_not_bring_an_old_mailbox_back(coalition: Coalition, door: Door) -> None:
    olga = at_desk(coalition.load(), door)
    path = f"recipients/{key(coalition)}/change"
    opened_before = dict(form_of(olga.open(path), having="emails").filled({"cover_note": "Dear all"}))
    olga.send(path, {"emails": "new@office.example"}, having="emails")

    page = olga.post(path, opened_before)

    assert page.status_code == 422
    assert "has changed since this page was opened" in words_of(page)
    assert "Dear all" in page.text
    assert "new@office.example" in words_of(olga.open(f"recipients/{key(coalition)}"))
    # Whoever has seen that, and sends it once more, means it.
    again = olga.post(path, dict(form_of(page, having="emails").filled({})))
    assert again.status_code == 303


def test_a_form_that_is_wrong_comes_back_filled_in(coalition: Coalition, door: Door) -> None:
    olga = at_desk(coalition.load(), door)

    page = olga.send(
        "recipients/new",
        {**NEW, "role": "press", "copy": "full", "emails": "no address", "checked": "soon"},
        having="emails",
    )

    assert page.status_code == 422
    assert "Minister of Water" in page.text
    assert "The press gets the public copy" in words_of(page)
    assert "Give the day like" in words_of(page)
    assert len(offices(coalition)) == 1


def test_a_certified_mailbox_is_kept_and_checked_like_every_address(coalition: Coalition, door: Door) -> None:
    olga = at_desk(coalition.load(), door)
    path = f"recipients/{key(coalition)}/change"

    missing = olga.send(path, {"channel-pec": "yes"}, having="pec")
    wrong = olga.send(path, {"channel-pec": "yes", "pec": "presidency"}, having="pec")
    kept = olga.follow(olga.send(path, {"channel-pec": "yes", "pec": "p@pec.office.example"}, having="pec"))

    assert (missing.status_code, wrong.status_code) == (422, 422)
    assert "Enter the PEC address, or do not send by certified e-mail." in words_of(missing)
    assert 'value="presidency"' in wrong.text
    assert "PEC address p@pec.office.example" in words_of(kept)
    assert 'value="p@pec.office.example"' in olga.open(path).text
    before = data_of(coalition)
    olga.send(path, {"pec": "other@pec.office.example"}, having="pec")
    assert data_of(coalition) != before


def data_of(coalition: Coalition) -> bytes:
    """Give by what the first office's data is known, so that a check of it ends with a change."""
    with reading(coalition.engine) as session:
        campaign = coalition.campaign()
        [office, *_] = open_file(session, coalition.keyring, campaign).recipients
        return data_index(coalition.keyring.of(session, campaign.id), office.as_record())


def test_a_final_text_keeps_its_names_and_lets_addresses_change(coalition: Coalition, door: Door) -> None:
    olga = at_desk(coalition.open(), door)
    path = f"recipients/{key(coalition)}/change"

    page = olga.open(path)
    assert "The text is final" in words_of(page)
    seen = dict(form_of(page, having="emails").filled({}))["seen"]
    filled = {
        "seen": seen,
        "copy": "full",
        "channel-email": "yes",
        "emails": "new@office.example",
        "name": "Somebody Else",
    }
    assert olga.post(path, {"csrf": olga.mark(), **filled}).status_code == 303

    assert offices(coalition) == ["Jane Q. Example"]
    assert "new@office.example" in words_of(olga.open(f"recipients/{key(coalition)}"))
    assert olga.send("recipients/new", NEW, having="emails").status_code == 422


def test_a_change_of_what_is_sent_ends_the_proposal(coalition: Coalition, door: Door) -> None:
    coalition.open(letter_file(more='admit = "everyone"')).sign_and_confirm("Lake Alliance").close().propose()
    olga = at_desk(coalition, door)
    path = f"recipients/{key(coalition)}/change"
    assert "Edition 1 waits to be sent" in words_of(olga.open(path))

    olga.send(path, {"emails": "new@office.example"}, having="emails")

    coalition.deliver_mail()
    assert coalition.propose().edition.number == 2


def test_two_check_an_office_and_a_change_asks_them_anew(coalition: Coalition, door: Door) -> None:
    coalition.open(letter_file(more='admit = "everyone"')).sign_and_confirm("Lake Alliance").close()
    coalition.propose()
    coalition.approve_all()
    olga = at_desk(coalition, door)
    ben = at_desk(coalition, door, Role.SENDER, "Ben Sender")
    path = f"recipients/{key(coalition)}"

    with pytest.raises(Refused, match=r"Jane Q\. Example"):
        coalition.release()
    olga.send(path, having="data")
    olga.send(path, having="data")
    assert "Needs a second checker" in words_of(olga.open("recipients"))
    with pytest.raises(Refused, match="two coordinators have to check"):
        coalition.release()
    ben.send(path, having="data")
    assert "Checked by two" in words_of(ben.open("recipients"))
    coalition.wait(days=91)
    ben = at_desk(coalition, door, Role.SENDER, "Cyn Sender")
    assert "Checked too long ago" in words_of(ben.open("recipients"))
    with pytest.raises(Refused, match=r"Jane Q\. Example"):
        coalition.release()


def test_what_was_changed_meanwhile_is_not_called_checked(coalition: Coalition, door: Door) -> None:
    olga = at_desk(coalition.load(), door)
    path = f"recipients/{key(coalition)}"
    seen = olga.open(path).text.split('name="data" value="')[1].split('"')[0]
    olga.send(f"{path}/change", {"emails": "new@office.example"}, having="emails")

    answer = olga.post(f"{path}/check", {"csrf": olga.mark(), "data": seen})

    assert answer.status_code == 422
    assert "changed meanwhile" in words_of(answer)


def test_a_contact_is_noted_with_its_next_step(coalition: Coalition, door: Door) -> None:
    olga = at_desk(coalition.load(), door)
    path = f"recipients/{key(coalition)}"

    wrong = olga.send(path, {"said": "", "next_on": "2026-12-01"}, having="said")
    assert wrong.status_code == 422
    note = {
        "kind": "call",
        "said": "Her office is open until five.",
        "next_step": "Ask for a meeting",
        "next_on": "2026-12-01",
    }
    assert "until five" in words_of(olga.follow(olga.send(path, note, having="said")))

    listed = olga.open("recipients")
    assert "Ask for a meeting" in words_of(listed)
    step = listed.text.split("/contacts/")[1].split("/done")[0]
    olga.post(f"contacts/{step}/done", {"csrf": olga.mark()})
    assert "Ask for a meeting" not in words_of(olga.open("recipients"))


def test_a_contact_follows_an_office_whose_name_was_mistyped(coalition: Coalition, door: Door) -> None:
    olga = at_desk(coalition.load(), door)
    olga.send(f"recipients/{key(coalition)}", {"said": "They moved."}, having="said")

    olga.send(f"recipients/{key(coalition)}/change", {"name": "Jane R. Example"}, having="emails")

    assert "They moved." in words_of(olga.open(f"recipients/{key(coalition)}"))


ON_ITS_SITE = {
    **NEW,
    "channel-webform": "yes",
    "webform-address": "https://ministry.example/write",
    "webform-1-label": "Subject",
    "webform-1-holds": "title",
    "webform-1-limit": "80",
    "webform-1-unit": "characters",
    "webform-3-label": "Your message",
    "webform-3-text": "((signatories)) ask you to speak of the river.",
    "webform-3-limit": "500",
}


def form_kept(coalition: Coalition, place: int = 1) -> WebForm | None:
    with reading(coalition.engine) as session:
        return open_file(session, coalition.keyring, coalition.campaign()).recipients[place].webform


def test_the_form_on_its_site_is_kept_field_by_field(coalition: Coalition, door: Door) -> None:
    olga = at_desk(coalition.load(), door)

    page = olga.follow(olga.send("recipients/new", ON_ITS_SITE, having="emails"))

    assert "https://ministry.example/write" in words_of(page)
    form = form_kept(coalition)
    assert form is not None
    assert [(one.label, one.holds, one.limit, one.unit) for one in form.fields] == [
        ("Subject", "title", 80, "characters"),
        ("Your message", "text", 500, "crlf_bytes"),
    ]

    # Whoever changes something else keeps the form, and whoever empties a field takes it out.
    path = f"recipients/{key(coalition, 1)}/change"
    olga.send(path, {"salutation": "Dear Minister,"}, having="emails")
    assert form_kept(coalition) == form
    olga.send(path, {"webform-1-label": "", "webform-1-limit": ""}, having="emails")
    kept = form_kept(coalition)
    assert kept is not None
    assert [one.label for one in kept.fields] == ["Your message"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            {"webform-address": "http://ministry.example"},
            "must be the address of a page that begins with https://",
        ),
        (
            {"webform-address": "javascript:alert(1)"},
            "must be the address of a page that begins with https://",
        ),
        ({"webform-address": ""}, "must be the address of a page"),
        ({"webform-3-text": ""}, "Write what is entered there"),
        ({"webform-1-label": ""}, "Enter what the field is called there."),
        ({"webform-1-text": "x"}, "Take this text out"),
        ({"webform-1-limit": "many"}, "Give how much it takes as a whole number"),
        ({"webform-3-text": "((everybody)) ask you"}, "unknown placeholder"),
    ],
)
def test_a_form_on_its_site_that_is_wrong_comes_back_filled_in(
    coalition: Coalition, door: Door, wrong: dict[str, str], sentence: str
) -> None:
    olga = at_desk(coalition.load(), door)

    page = olga.send("recipients/new", {**ON_ITS_SITE, **wrong}, having="emails")

    assert page.status_code == 422
    assert sentence in words_of(page)
    assert len(offices(coalition)) == 1


def test_another_address_of_the_form_has_to_be_checked_anew(coalition: Coalition, door: Door) -> None:
    olga = at_desk(coalition.load(), door)
    olga.send("recipients/new", ON_ITS_SITE, having="emails")
    path = f"recipients/{key(coalition, 1)}"
    data = dict(form_of(olga.open(path), having="data").filled({}))["data"]
    olga.post(f"{path}/check", {"csrf": olga.mark(), "data": data})
    assert "Needs a second checker" in words_of(olga.open(path))

    olga.send(f"{path}/change", {"webform-3-text": "Speak of the river."}, having="emails")
    assert "Needs a second checker" in words_of(olga.open(path))
    olga.send(f"{path}/change", {"webform-address": "https://other.example/write"}, having="emails")

    assert "Not checked" in words_of(olga.open(path))


TO_THE_UN = {
    **NEW,
    "channel-unhrc": "yes",
    "unhrc-session": "64",
    "unhrc-opens": "2027-02-22",
    "unhrc-item": "4",
    "unhrc-ngos": "special | Lake Alliance International | 2026-11-20 | Lake Alliance\nRoster | River Watch",
    "channel-upr": "yes",
    "upr-review": "ccpr",
    "upr-country": "Exampleland",
    "upr-month": "2027-05-01",
    "upr-most_words": "9000",
}


def test_who_submits_to_the_united_nations_is_kept(coalition: Coalition, door: Door) -> None:
    olga = at_desk(coalition.load(), door)

    page = olga.follow(olga.send("recipients/new", TO_THE_UN, having="emails"))

    assert (
        "Session 64, agenda item 4 Lake Alliance International (special), signed as Lake Alliance"
        in words_of(page)
    )
    assert "Human Rights Committee Exampleland" in words_of(page)
    path = f"recipients/{key(coalition, 1)}/change"
    olga.send(path, {"salutation": "Dear Council,"}, having="emails")
    with reading(coalition.engine) as session:
        office = open_file(session, coalition.keyring, coalition.campaign()).recipients[1]
    assert office.unhrc is not None
    assert office.upr is not None
    assert [(one.status, one.name, one.signed_as) for one in office.unhrc.ngos] == [
        ("special", "Lake Alliance International", "Lake Alliance"),
        ("roster", "River Watch", ""),
    ]
    assert (office.unhrc.names_others, office.upr.review, office.upr.most_words) == (True, "ccpr", 9000)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"unhrc-session": "0"}, "Give a whole number from 1 to 999."),
        ({"unhrc-item": "11"}, "Give a whole number from 1 to 10."),
        ({"unhrc-opens": ""}, "Give the day like"),
        ({"unhrc-ngos": ""}, "Name the NGO that submits it."),
        ({"unhrc-ngos": "Lake Alliance"}, "Write each NGO as special | Name"),
        ({"unhrc-ngos": "none | Lake Alliance"}, "Write each NGO as special | Name"),
        ({"unhrc-ngos": "special | Lake Alliance | soon"}, "Give the day like"),
        ({"upr-country": ""}, "Enter the country under review."),
        ({"upr-month": "May"}, "Give the day like"),
        ({"upr-address": "http://un.example"}, "must be the address of a page"),
    ],
)
def test_what_is_wrong_about_who_submits_comes_back(
    coalition: Coalition, door: Door, wrong: dict[str, str], sentence: str
) -> None:
    olga = at_desk(coalition.load(), door)

    page = olga.send("recipients/new", {**TO_THE_UN, **wrong}, having="emails")

    assert page.status_code == 422
    assert sentence in words_of(page)
    assert len(offices(coalition)) == 1


def plan(coalition: Coalition, place: int = 0) -> tuple[str, ...] | None:
    with reading(coalition.engine) as session:
        return open_file(session, coalition.keyring, coalition.campaign()).recipients[place].otherwise


def test_which_way_comes_next_is_planned_in_advance_and_in_order(coalition: Coalition, door: Door) -> None:
    olga = at_desk(coalition.load(), door)
    path = f"recipients/{key(coalition)}/change"
    assert plan(coalition) is None

    olga.send(path, {"otherwise-1": "via", "otherwise-2": "post"}, having="emails")

    assert plan(coalition) == ("via", "post")
    assert "If its ways fail through somebody else, post" in words_of(
        olga.open(f"recipients/{key(coalition)}")
    )
    # Whoever changes something else keeps the plan; one that is taken out leaves the others in their order.
    olga.send(path, {"salutation": "Dear Madam,"}, having="emails")
    assert plan(coalition) == ("via", "post")
    olga.send(path, {"otherwise-1": "", "otherwise-3": "hand_over"}, having="emails")
    assert plan(coalition) == ("post", "hand_over")
    olga.send(path, {"otherwise-1": "", "otherwise-2": ""}, having="emails")
    assert plan(coalition) is None


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"otherwise-1": "email"}, "It goes this way already"),
        ({"otherwise-1": "post", "otherwise-2": "post"}, "It goes this way already"),
        ({"otherwise-1": "cwc"}, "Choose one of the ways that are offered"),
        ({"otherwise-2": "fax"}, "Choose one of the ways that are offered"),
    ],
)
def test_a_plan_that_is_none_comes_back(
    coalition: Coalition, door: Door, wrong: dict[str, str], sentence: str
) -> None:
    olga = at_desk(coalition.load(), door)

    path = f"recipients/{key(coalition)}/change"

    # Whoever sends what the form does not offer has made a form of one's own.
    page = olga.post(path, {**dict(form_of(olga.open(path), having="emails").filled({})), **wrong})

    assert page.status_code == 422
    assert sentence in words_of(page)
    assert plan(coalition) is None


def test_another_plan_ends_no_proposal_and_asks_nobody_to_check_anew(
    coalition: Coalition, door: Door
) -> None:
    coalition.open(letter_file(more='admit = "everyone"')).sign_and_confirm("Lake Alliance").close().propose()
    olga = at_desk(coalition, door)
    with reading(coalition.engine) as session:
        campaign = coalition.campaign()
        keys, file = (
            coalition.keyring.of(session, campaign.id),
            open_file(session, coalition.keyring, campaign),
        )
    before = data_index(keys, file.recipients[0].as_record())

    olga.send(f"recipients/{key(coalition)}/change", {"otherwise-1": "post"}, having="emails")

    assert plan(coalition) == ("post",)
    with reading(coalition.engine) as session:
        file = open_file(session, coalition.keyring, coalition.campaign())
    assert data_index(keys, file.recipients[0].as_record()) == before
    coalition.approve_all().release()
