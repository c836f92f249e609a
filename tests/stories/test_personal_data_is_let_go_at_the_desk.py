"""As owners we let a letter's personal data go at the desk: one asks, another looks and says now, and anybody puts it off."""

import re

import pytest

from service.campaigns.archive import archive
from service.campaigns.queries import find_campaign
from service.model.coordinator import Role
from service.model.retention import Retention
from service.model.states import CampaignState
from service.store.transaction import reading, transaction
from service.upkeep.keeping import Step
from service.upkeep.notices import tell_of_purge
from service.upkeep.purge import facts_of, retention_of
from service.web.desk.blueprint import LEFT_OF_PURGED
from tests.coalition import PUBLIC_URL, SLUG, Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague
from tests.desk_objects_members import chased
from tests.joining import join_team
from tests.stories.test_who_may_do_what_at_the_desk import path_of, rules
from tests.stories.visitor import Door, Visitor, words_of

PAGE = f"/desk/letters/{SLUG}/purge"


@pytest.fixture
def archived(coalition: Coalition) -> Coalition:
    coalition.open(letter_file(more='admit = "everyone"')).sign_and_confirm("Lake Alliance").close()
    with transaction(coalition.engine) as session:
        archive(session, coalition.keyring, SLUG, by="test", now=coalition.now)
    return coalition


def at_the_desk(coalition: Coalition, door: Door, name: str, role: Role = Role.OWNER) -> AtTheDesk:
    return AtTheDesk(door.app(), coalition, add_colleague(coalition, role, name=name))


def retention(coalition: Coalition) -> Retention:
    with reading(coalition.engine) as session:
        return session.get_one(Retention, coalition.campaign().id)


def test_one_asks_and_a_second_one_looks_and_says_now(archived: Coalition, door: Door) -> None:
    olga, otto = at_the_desk(archived, door, "Olga Owner"), at_the_desk(archived, door, "Otto Owner")
    assert "kept until somebody of you asks" in words_of(olga.open("purge"))

    asked = olga.follow(olga.send("purge", to="purge/ask"))

    assert "as soon as somebody else of you says so here" in words_of(asked)
    assert "purge/now" not in asked.text
    alone = olga.post("purge/now", {"csrf": olga.mark(), "named": SLUG})
    assert (alone.status_code, "You asked for it yourself" in words_of(alone)) == (422, True)
    seen = words_of(otto.open("purge?count=yes"))
    assert "Olga Owner has asked that it goes" in seen
    assert re.search(r"sign-ons that count: only the number stays\s+1\b", seen)
    mistyped = otto.send("purge", {"named": "clean-lake"}, to="purge/now")
    assert (mistyped.status_code, 'id="named-error"' in mistyped.text) == (422, True)
    assert archived.campaign().state is CampaignState.ARCHIVED

    gone = otto.follow(otto.send("purge", {"named": SLUG}, to="purge/now"))

    with reading(archived.engine) as session:
        campaign = find_campaign(session, SLUG)
        assert campaign is not None
        assert campaign.state is CampaignState.PURGED
    assert "nothing that was sealed of this letter opens any more" in words_of(gone)
    assert "Lake Alliance" not in gone.text


def test_of_a_letter_without_its_keys_every_page_says_so_and_none_fails(
    archived: Coalition, door: Door
) -> None:
    olga, otto = at_the_desk(archived, door, "Olga Owner"), at_the_desk(archived, door, "Otto Owner")
    olga.send("purge", to="purge/ask")
    otto.send("purge", {"named": SLUG}, to="purge/now")
    pages = [
        (rule, method)
        for rule, method, _ in rules(door.app())
        if rule.arguments and rule.rule.startswith("/desk/letters/<slug>/")
    ]

    answers = {
        (rule.endpoint, method): (
            otto.open(path_of(rule))
            if method == "GET"
            else otto.post(path_of(rule), {"csrf": otto.mark(), "named": SLUG})
        )
        for rule, method in pages
    }

    assert [which for which, answer in answers.items() if answer.status_code >= 500] == []
    shown = {which for which, answer in answers.items() if answer.status_code == 200}
    assert {endpoint for endpoint, _ in shown} <= LEFT_OF_PURGED
    overview = otto.follow(answers["desk.signatories", "GET"])
    assert "only numbers are left of it" in words_of(overview)
    assert "only numbers are left of it" in words_of(answers["desk.do_batch", "POST"])
    # It leads to nothing that is gone, and to what is left of its members.
    for gone in ("signatories", "members", "sends", "figures", "settings", "text"):
        assert f'href="/desk/letters/{SLUG}/{gone}"' not in overview.text
    assert otto.open(f"/desk/letters/{SLUG}/members/directory").status_code == 200
    assert f'href="/desk/letters/{SLUG}/members/directory"' in overview.text


def test_no_personal_link_of_a_letter_without_its_keys_opens_anything(
    coalition: Coalition, door: Door, visitor: Visitor
) -> None:
    coalition.open(letter_file(more='admit = "everyone"'))
    chased(coalition, "Dale Union")
    coalition.sign_and_confirm("Lake Alliance").deliver_mail().close().propose()
    coalition.deliver_mail()
    kinds = ("approve", "chase", "confirm", "invitation", "manage", "not-me", "unsubscribe")
    links = [f"/{kind}/{token}" for kind in kinds for token in coalition.tokens(kind)]
    assert {visitor.open(link).status_code for link in links} == {200}
    with transaction(coalition.engine) as session:
        archive(session, coalition.keyring, SLUG, by="test", now=coalition.now)
    olga, otto = at_the_desk(coalition, door, "Olga Owner"), at_the_desk(coalition, door, "Otto Owner")
    olga.send("purge", to="purge/ask")

    otto.send("purge", {"named": SLUG}, to="purge/now")

    # Its rows go later: until then each link is found, and what it opens is not.
    assert {visitor.open(link).status_code for link in links} == {404}


def test_it_is_put_off_and_kept_for_so_many_days(archived: Coalition, door: Door) -> None:
    olga, otto = at_the_desk(archived, door, "Olga Owner"), at_the_desk(archived, door, "Otto Owner")
    olga.send("purge", to="purge/ask")
    wrong = otto.send("purge", {"days": "many"}, to="purge/keep")
    assert (wrong.status_code, retention(archived).asked_by) == (422, olga.colleague.by)

    kept = otto.follow(otto.send("purge", {"days": "90"}, having="days"))

    assert "kept for 90 days" in words_of(kept)
    assert (retention(archived).asked_at, retention(archived).keep_days) == (None, 90)
    otto.post("purge/keep", {"csrf": otto.mark(), "until": "asked"})
    assert retention(archived).keep_days is None


def test_whoever_was_invited_by_the_first_is_no_second_one_yet(archived: Coalition, door: Door) -> None:
    olga = at_the_desk(archived, door, "Olga Owner")
    paul = AtTheDesk(door.app(), archived, join_team(archived, olga.colleague.by, name="Paul Second"))
    olga.send("purge", to="purge/ask")

    refused = paul.send("purge", {"named": SLUG}, to="purge/now")

    assert (refused.status_code, "count as one person" in words_of(refused)) == (422, True)
    assert archived.campaign().state is CampaignState.ARCHIVED


def test_it_asks_for_a_fresh_proof_and_an_auditor_only_looks(archived: Coalition, door: Door) -> None:
    olga, ada = (
        at_the_desk(archived, door, "Olga Owner"),
        at_the_desk(archived, door, "Ada Auditor", Role.AUDITOR),
    )
    assert olga.open("purge").status_code == 200
    page = ada.open("purge")
    assert (page.status_code, f'action="{PAGE}' in page.text) == (200, False)
    assert ada.post("purge/ask", {"csrf": ada.mark()}).status_code == 403
    archived.wait(minutes=6)

    asked = olga.post("purge/ask", {"csrf": olga.mark()})

    assert "/desk/prove" in (asked.location or "")
    assert retention(archived).asked_by == ""


def test_a_letter_that_is_worked_at_can_be_kept_longer_and_not_let_go(
    coalition: Coalition, door: Door
) -> None:
    coalition.open()
    olga = at_the_desk(coalition, door, "Olga Owner")

    refused = olga.post("purge/ask", {"csrf": olga.mark()})
    olga.send("purge", {"days": "400"}, having="days")

    assert "has to be put away first" in words_of(olga.open("purge"))
    assert refused.status_code == 422
    assert retention(coalition).keep_days == 400


def test_the_notice_leads_to_the_page(archived: Coalition) -> None:
    archived.wait(days=1)
    with transaction(archived.engine) as session:
        row = retention_of(session, archived.campaign().id)
        row.keep_days = 14
        session.add(row)
        tell_of_purge(session, row, facts_of(session, row), Step.NOTIFY, now=archived.now)

    (told,) = [one.text for one in archived.deliver_mail().mails() if one.to == "letter@rivers.example"]
    assert f"{PUBLIC_URL}{PAGE}" in told
