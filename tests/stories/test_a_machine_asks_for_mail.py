"""As somebody whose address is known I want no machine to have our forms write to me; and no page tells it so."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlmodel import select
from werkzeug.test import TestResponse

from examples.demo.forms import read_forms
from service.model.abuse import Listed
from service.model.intake import Intake
from service.signing.abuse.bucket import ADDRESS
from service.signing.abuse.buckets import take_from
from service.signing.abuse.lists import read_named, set_rule
from service.signing.fresh_link import send_asked_links
from service.signing.organizations.asking import answer_inquiries
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.promises.test_organizations_speak_up import published
from tests.stories.test_a_machine_fills_in_the_form import attacked
from tests.stories.visitor import ORGANIZATION, Door, Visitor, letter_page, same
from tests.waiting_page import send_form

HERE, ELSEWHERE = "203.0.113.7", "198.51.100.9"
OWN, OTHER = ORGANIZATION["email"], "office@pending.example"
Ask = Callable[["Machine"], TestResponse]


class Machine(Visitor):
    """A visitor that comes from one address, behind our proxy, and may fill in whatever field there is."""

    def __init__(self, door: Door, coalition: Coalition) -> None:
        super().__init__(replace(door, trusted_proxies=1).app())
        self.coalition, self.address, self.trap = coalition, HERE, ""

    def press(self, path: str, values: dict[str, str], *, end: str = "", answer: str = "") -> TestResponse:
        """Open a page and send its form, which goes to the path that ends so."""
        page = self.open(path)
        forms = [
            form for form in read_forms(page.text) if form.method == "post" and form.action.endswith(end)
        ]
        entries = dict(forms[0].filled(values)) | ({"answer": answer} if answer else {})
        if self.trap:
            assert forms[0].has("comments")
            entries["comments"] = self.trap
        return self.post(forms[0].action or path, entries, headers={"X-Forwarded-For": self.address})


@pytest.fixture
def machine(coalition: Coalition, door: Door) -> Machine:
    """Give a machine at the door of a letter that one organization has signed."""
    coalition.open(letter_file(deadline="2027-12-05T17:00:00", more='admit = "everyone"'))
    coalition.sign_and_confirm(ORGANIZATION["name"], email=OWN).deliver_mail()
    return Machine(door, coalition)


def for_the_link(machine: Machine) -> Ask:
    return lambda m: m.press(letter_page(m.coalition, "/link"), {"email": OWN})


def about_an_organization(machine: Machine) -> Ask:
    published(machine.coalition)
    return lambda m: m.press(f"/letters/{SLUG}/ask", {"organization": ORGANIZATION["name"]})


def by_an_old_link(machine: Machine) -> Ask:
    token = machine.coalition.newest_token("manage")
    machine.coalition.wait(days=401)
    return lambda m: m.press(f"/manage/{token}", {}, answer="link")


def for_a_new_confirming_link(machine: Machine) -> Ask:
    machine.coalition.sign("Pending Pond", email=OTHER).deliver_mail()
    token = machine.coalition.newest_token("confirm")
    machine.coalition.wait(days=15)
    return lambda m: m.press(f"/confirm/{token}", {}, end="/anew")


def for_the_mail_again(machine: Machine) -> Ask:
    token = send_form(machine.coalition, "Pending Pond", OTHER)
    machine.coalition.deliver_mail().wait(minutes=5)
    return lambda m: m.press(f"/waiting/{token}", {}, end="/again")


def for_another_address(machine: Machine) -> Ask:
    token = send_form(machine.coalition, "Pending Pond", "office@pendign.example")
    machine.coalition.deliver_mail().wait(minutes=5)
    return lambda m: m.press(f"/waiting/{token}", {"address": OTHER}, end="/address")


ASKS = (
    for_the_link,
    about_an_organization,
    by_an_old_link,
    for_a_new_confirming_link,
    for_the_mail_again,
    for_another_address,
)
TYPED = (for_the_link, about_an_organization, for_another_address)


def mails_after(machine: Machine, ask: Ask) -> tuple[TestResponse, int]:
    """Ask, do what the worker does, and tell what was answered and how many mails it led to."""
    coalition = machine.coalition
    before = len(coalition.mails())
    answer = ask(machine)
    with transaction(coalition.engine) as session:
        send_asked_links(session, coalition.keyring, now=coalition.now)
        answer_inquiries(session, coalition.keyring, now=coalition.now)
    coalition.deliver_mail()
    return answer, len(coalition.mails()) - before


def drain(coalition: Coalition) -> None:
    """Ask so often from here that the limit of one address is reached, of sign-ons as of all else."""
    wanted = [(f"{what}subscriber {HERE}/32", ADDRESS) for what in ("", "asking ")]
    with transaction(coalition.engine) as session:
        for _ in range(ADDRESS.burst):
            assert not take_from(session, wanted, site_key=coalition.keyring.site_key, now=coalition.now)


def block(coalition: Coalition, text: str) -> None:
    with transaction(coalition.engine) as session:
        named = read_named(text)
        set_rule(
            session, coalition.keyring, named, Listed.BLOCK, campaign_id="", by="test", now=coalition.now
        )


def last_reason(coalition: Coalition) -> str:
    with reading(coalition.engine) as session:
        rows = session.exec(select(Intake).order_by(Intake.id)).all()
    return rows[-1].reason.value if rows[-1].reason else ""


@pytest.mark.parametrize("wish", ASKS)
def test_one_address_reaches_its_limit_and_others_are_still_written_to(
    machine: Machine, wish: Callable[[Machine], Ask]
) -> None:
    ask = wish(machine)
    drain(machine.coalition)

    refused, none = mails_after(machine, ask)
    machine.address = ELSEWHERE
    taken, one = mails_after(machine, ask)

    assert (none, one) == (0, 1)
    assert same(refused, taken)


@pytest.mark.parametrize(
    ("wish", "blocked"),
    [
        *((wish, f"{HERE}/32") for wish in ASKS),
        *((wish, OWN) for wish in (for_the_link, by_an_old_link)),
        *((wish, OTHER) for wish in (for_a_new_confirming_link, for_the_mail_again, for_another_address)),
    ],
)
def test_nobody_on_the_block_list_has_us_write(
    machine: Machine, wish: Callable[[Machine], Ask], blocked: str
) -> None:
    ask = wish(machine)
    block(machine.coalition, blocked)

    _, mails = mails_after(machine, ask)

    assert mails == 0


@pytest.mark.parametrize("wish", TYPED)
def test_whoever_fills_in_what_nobody_sees_has_no_mail_sent(
    machine: Machine, wish: Callable[[Machine], Ask]
) -> None:
    ask = wish(machine)
    machine.trap = "Buy here"

    trapped, none = mails_after(machine, ask)
    machine.trap = ""
    good, one = mails_after(machine, ask)

    assert (none, one) == (0, 1)
    assert same(trapped, good)


def test_no_mailbox_is_flooded_with_links_from_ever_new_addresses(machine: Machine) -> None:
    ask = for_the_link(machine)
    for name in ("Second Spring", "Third Torrent", "Fourth Ford"):
        machine.coalition.sign_and_confirm(name, email=OWN).deliver_mail().wait(days=1)

    answers, mails = [], []
    for number in range(4):
        machine.address = f"198.51.{number}.1"
        answer, more = mails_after(machine, ask)
        answers.append(answer)
        mails.append(more)
        machine.coalition.wait(seconds=5)

    assert mails == [4, 4, 0, 0], "of each of its four sign-ons, while the mailbox has had fewer than six"
    assert all(same(answers[0], answer) for answer in answers)


@pytest.mark.parametrize("trap", ["", "Buy here"])
def test_a_form_that_is_held_is_not_freed_by_correcting_its_address(machine: Machine, trap: str) -> None:
    coalition = machine.coalition
    machine.trap = trap
    block(coalition, "blocked.example")
    entries = {**ORGANIZATION, "name": "Bad Brook", "email": OTHER if trap else "office@blocked.example"}
    answer = machine.press(letter_page(coalition, "/sign", kind="organization"), entries)
    held = last_reason(coalition)
    machine.trap = ""

    _, mails = mails_after(
        machine, lambda m: m.press(answer.location, {"address": "victim@elsewhere.example"}, end="/address")
    )

    assert held == last_reason(coalition) == ("trap" if trap else "blocked")
    assert mails == 0


def test_in_attack_mode_whoever_corrects_an_address_needs_no_second_proof(machine: Machine) -> None:
    ask = for_another_address(machine)
    attacked(machine.coalition)

    _, mails = mails_after(machine, ask)

    assert mails == 1
