"""A moderator finds a sign-on, sees its line and its mail, and decides about it; with many a second one looks first."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from service.model.audit_event import AuditEvent
from service.model.coordinator import Role
from service.model.signature import Signature
from service.model.states import SignatureState
from service.store.transaction import reading
from tests.coalition import Coalition
from tests.desk import AtTheDesk, add_colleague, form_of
from tests.stories.visitor import Door, words_of


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    coalition.open()
    coalition.sign_and_confirm("Lake Alliance", country="FR")
    coalition.sign("River Keepers")
    return coalition.deliver_mail()


@pytest.fixture
def mo(coalition: Coalition, door: Door) -> AtTheDesk:
    return AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.MODERATOR, name="Mo Derator"))


def page_of(coalition: Coalition, place: int = 0) -> str:
    with reading(coalition.engine) as session:
        return "signatories/" + session.exec(select(Signature.id).order_by(col(Signature.id))).all()[place]


def row_of(coalition: Coalition, page: str) -> Signature:
    with reading(coalition.engine) as session:
        return session.get_one(Signature, page.rpartition("/")[2])


def test_a_sign_on_is_found_looked_at_and_accepted(coalition: Coalition, mo: AtTheDesk) -> None:
    table = words_of(mo.open("signatories"))
    assert "Lake Alliance" in table
    assert "Awaiting acceptance: 1" in table
    found = mo.send("signatories", {"words": "alliance"}, having="words")
    assert "Lake Alliance" in words_of(found)
    assert "River Keepers" not in words_of(found)
    page = page_of(coalition)
    shown = words_of(mo.open(page))
    assert "lake@members.example" not in shown
    assert "Please confirm" in shown

    mo.follow(mo.post(f"{page}/act", {"csrf": mo.mark(), "does": "accept"}))

    assert coalition.counts().signatories == 1
    assert "accepted, Mo Derator" in words_of(mo.open(page))


def test_the_overview_leads_to_those_alone_that_wait(coalition: Coalition, mo: AtTheDesk) -> None:
    overview = mo.open("").text
    assert 'class="button" href="/desk/letters/clean-river/signatories?stands=awaiting"' in overview

    shown = words_of(mo.open("signatories?stands=awaiting"))

    assert "Lake Alliance" in shown
    assert "River Keepers" not in shown


def test_an_address_is_shown_once_and_it_is_kept_by_whom(coalition: Coalition, mo: AtTheDesk) -> None:
    page = page_of(coalition)

    shown = mo.send(page, to=f"{page}/address")

    assert "lake@members.example" in words_of(shown)
    assert "lake@members.example" not in words_of(mo.open(page))
    with reading(coalition.engine) as session:
        events = session.exec(select(AuditEvent).where(AuditEvent.act == "signature.reveal")).all()
    assert [event.actor for event in events] == [mo.colleague.by]


def test_a_slip_is_taken_back_before_anybody_hears_of_it(coalition: Coalition, mo: AtTheDesk) -> None:
    page, before = page_of(coalition), len(coalition.mails())
    declined = mo.follow(mo.post(f"{page}/act", {"csrf": mo.mark(), "does": "decline"}))
    assert "Undo" in words_of(declined)
    coalition.deliver_mail()
    assert row_of(coalition, page).state is SignatureState.DECLINED

    mo.post(f"{page}/act", {"csrf": mo.mark(), "does": "restore"})

    coalition.wait(minutes=2).deliver_mail()
    assert row_of(coalition, page).state is SignatureState.CONFIRMED
    assert len(coalition.mails()) == before


def test_whoever_is_declined_after_a_slip_is_told_all_the_same(coalition: Coalition, mo: AtTheDesk) -> None:
    page, before = page_of(coalition), len(coalition.mails())
    for does in ("decline", "restore", "decline"):
        mo.post(f"{page}/act", {"csrf": mo.mark(), "does": does})

    coalition.wait(minutes=2).deliver_mail()

    (mail,) = coalition.mails()[before:]
    assert "does not count" in mail.text
    for does in ("restore", "decline"):
        mo.post(f"{page}/act", {"csrf": mo.mark(), "does": does})
    coalition.wait(minutes=2).deliver_mail()
    assert len(coalition.mails()) == before + 1, "once a day, however often somebody thinks again"


def test_whoever_is_held_is_held_for_a_reason(coalition: Coalition, mo: AtTheDesk) -> None:
    page = page_of(coalition)

    assert mo.post(f"{page}/act", {"csrf": mo.mark(), "does": "hold"}).status_code == 422
    mo.post(f"{page}/act", {"csrf": mo.mark(), "does": "hold", "why": "Call Ana first"})

    assert "Call Ana first" in words_of(mo.open(page))
    assert "Needs your check: 1" in words_of(mo.open("signatories"))


def test_capitals_are_fixed_and_the_signatory_can_take_it_back(coalition: Coalition, mo: AtTheDesk) -> None:
    page = page_of(coalition)
    other = mo.send(f"{page}/name", {"name": "Lake Defence"})
    assert other.status_code == 422
    assert "only they can change" in words_of(other)

    mo.send(f"{page}/name", {"name": "LAKE Alliance", "acronym": "LA"})

    coalition.deliver_mail()
    assert "LAKE Alliance" in coalition.mails()[-1].text
    assert coalition.mails()[-1].to == "lake@members.example"
    assert coalition.newest_token("manage")
    assert "LAKE Alliance" in words_of(mo.open(page))


def test_nobody_is_said_to_be_told_of_whom_no_address_is_kept(coalition: Coalition, mo: AtTheDesk) -> None:
    given = {"source": "By phone", "name": "hill union", "visibility": "public"}
    mo.send("sign-ons/new", given, having="source")
    page, before = page_of(coalition, 2), len(coalition.mails())

    fixed = mo.follow(mo.send(f"{page}/name", {"name": "Hill Union"}, having="name"))
    declined = mo.follow(mo.post(f"{page}/act", {"csrf": mo.mark(), "does": "decline"}))

    assert "nobody is told by mail" in words_of(fixed)
    assert "nobody is told by mail" in words_of(declined)
    assert "No mail was written to it yet" in words_of(mo.open(page))
    coalition.wait(minutes=2).deliver_mail()
    assert len(coalition.mails()) == before


def test_with_more_than_ten_another_coordinator_looks_first(
    coalition: Coalition, door: Door, mo: AtTheDesk
) -> None:
    for place in [
        "Ash",
        "Birch",
        "Cedar",
        "Dogwood",
        "Elm",
        "Fig",
        "Gingko",
        "Hazel",
        "Ivy",
        "Juniper",
        "Kapok",
    ]:
        coalition.sign_and_confirm(f"{place} Council of {place[::-1].title()}")
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    checked = mo.post(
        "signatories/check", {"csrf": mo.mark(), "does": "accept", "all": "yes", "stands": "awaiting"}
    )
    assert "Accept 12 sign-ons" in words_of(checked)
    ids = checked.text.partition('name="ids" value="')[2].partition('"')[0]
    mo.post("signatories/batch", {"csrf": mo.mark(), "does": "accept", "ids": ids})
    assert coalition.counts().signatories == 0
    assert "Accept 12 sign-ons" in words_of(mo.open("second-looks"))
    assert "Ash Council" in words_of(olga.open("second-looks"))
    coalition.deliver_mail()
    told = [mail for mail in coalition.mails() if mail.to.endswith("@secretariat.example")]
    assert [mail.to for mail in told] == [olga.colleague.email]
    assert "Ash" not in told[0].text

    look = olga.open("second-looks").text.partition("/second-looks/")[2].partition('"')[0]
    assert mo.post(f"second-looks/{look}", {"csrf": mo.mark(), "verdict": "approved"}).status_code == 422
    olga.follow(olga.post(f"second-looks/{look}", {"csrf": olga.mark(), "verdict": "approved"}))
    again = olga.post(f"second-looks/{look}", {"csrf": olga.mark(), "verdict": "approved"})

    assert coalition.counts().signatories == 12
    assert again.status_code == 422


def test_an_attack_is_counted_by_when_it_came_and_from_which_domain(
    coalition: Coalition, door: Door, mo: AtTheDesk
) -> None:
    coalition.wait(hours=2)
    mo = AtTheDesk(door.app(), coalition, mo.colleague)
    for name in ("Reed Union", "Rush Council"):
        coalition.sign_and_confirm(name, email=f"{name.split()[0].lower()}@flood.example")
    coalition.sign_and_confirm("Dale Union")
    came = (coalition.now - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%MZ")
    meant = {"does": "invalidate", "all": "yes", "since": came, "came": "form"}

    def says(more: dict[str, str]) -> str:
        return words_of(mo.post("signatories/check", {"csrf": mo.mark(), **meant, **more}))

    assert "Invalidate 3 sign-ons" in says({})
    assert "Invalidate 2 sign-ons" in says({"words": "@flood.example"})
    assert "none of these sign-ons" in says({"came": "attested"})
    assert "Write the time like" in says({"since": "an hour ago"}), "left out, it would mean all"
    looked = mo.open(f"signatories?since={came}&came=form")
    assert [name in words_of(looked) for name in ("Reed Union", "Lake Alliance")] == [True, False]
    assert f'name="since" value="{came}"' in looked.text, "who looks for a name looks among these"


def test_what_is_refused_is_not_done_and_says_why(coalition: Coalition, door: Door, mo: AtTheDesk) -> None:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    mo.post("exports", {"csrf": mo.mark(), "form": "csv"})
    look = olga.open("second-looks").text.partition("/second-looks/")[2].partition('"')[0]

    olga.post(
        f"second-looks/{look}", {"csrf": olga.mark(), "verdict": "refused", "reason": "Not before Monday"}
    )

    assert "Not before Monday" in words_of(mo.open("second-looks"))
    assert "Fetch it" not in words_of(mo.open("exports"))


def test_a_few_are_done_at_once_and_undone(coalition: Coalition, mo: AtTheDesk) -> None:
    ids = page_of(coalition).rpartition("/")[2]
    mo.post("signatories/batch", {"csrf": mo.mark(), "does": "invalidate", "ids": ids})
    assert row_of(coalition, page_of(coalition)).state is SignatureState.DECLINED
    coalition.wait(minutes=2).deliver_mail()
    assert "does not count" not in coalition.mails()[-1].text

    mo.post("signatories/batch", {"csrf": mo.mark(), "does": "restore", "ids": ids})

    assert row_of(coalition, page_of(coalition)).state is SignatureState.CONFIRMED


def test_an_undo_leaves_alone_what_another_has_held_meanwhile(
    coalition: Coalition, door: Door, mo: AtTheDesk
) -> None:
    coalition.sign_and_confirm("Hill Union")
    mine, other = page_of(coalition, 0), page_of(coalition, 2)
    ids = [page.rpartition("/")[2] for page in (mine, other)]
    mo.post("signatories/batch", {"csrf": mo.mark(), "does": "accept", "ids": " ".join(ids)})
    colleague = AtTheDesk(door.app(), coalition, add_colleague(coalition, name="Olga Owner"))
    seen = form_of(
        mo.post("signatories/check", {"csrf": mo.mark(), "does": "hold", "id": ids}), having="does"
    ).filled({})
    colleague.post(f"{other}/act", {"csrf": colleague.mark(), "does": "hold", "why": "A forged name"})

    held = mo.follow(mo.post("signatories/batch", dict(seen)))
    undo = form_of(held, having="ids")
    mo.post(undo.action, dict(undo.filled({})))

    assert "1 was left as it is" in words_of(held)
    assert row_of(coalition, mine).held_reason is None
    assert row_of(coalition, other).held_reason is not None, "it would count again"


def test_two_of_one_organization_count_once_and_can_be_parted_again(
    coalition: Coalition, mo: AtTheDesk
) -> None:
    coalition.sign_and_confirm("Lake Alliance of the North")
    first, second = page_of(coalition), page_of(coalition, 2)
    for page in (first, second):
        mo.post(f"{page}/act", {"csrf": mo.mark(), "does": "accept"})
    assert coalition.counts().signatories == 2

    joined = mo.follow(mo.post(f"{second}/merge", {"csrf": mo.mark(), "other": first.rpartition("/")[2]}))
    assert coalition.counts().signatories == 1
    undo = form_of(joined, to=f"/desk/letters/clean-river/{second}/act", having="does")
    mo.post(undo.action, dict(undo.filled({})))

    assert coalition.counts().signatories == 2


def test_a_member_on_a_list_is_said_to_be_the_same_and_nothing_is_there_to_part(
    coalition: Coalition, mo: AtTheDesk
) -> None:
    with reading(coalition.engine) as session:
        before = len(session.exec(select(Signature)).all())
    coalition.sign_and_confirm(
        "Lakes Network", email="n@lakes.example", signs_for="members", members=("Lac",)
    )
    coalition.sign_and_confirm("Lac e.V.", email="lac@lac.example")
    network, member = page_of(coalition, before), page_of(coalition, before + 1)

    said = mo.follow(mo.post(f"{member}/merge", {"csrf": mo.mark(), "other": network.rpartition("/")[2]}))

    assert "what it says itself goes before the list" in words_of(said)
    assert 'value="another"' not in said.text


@pytest.mark.parametrize(
    "address", ["signatories?before=%00", "signatories?language=%00", "signatories/%00", "second-looks/%00"]
)
def test_an_address_that_no_page_links_to_is_no_page(mo: AtTheDesk, address: str) -> None:
    assert mo.open(address).status_code == 404


def test_a_place_in_the_list_that_was_made_up_is_no_page(mo: AtTheDesk) -> None:
    asked = mo.post("signatories/search", {"csrf": mo.mark(), "words": "Lake", "before": "\0"})

    assert asked.status_code == 404
