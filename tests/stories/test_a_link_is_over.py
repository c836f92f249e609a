"""As somebody whose link is over I want to be told so calmly and to get a fresh one, and nobody else shall learn a thing."""

import re
from datetime import timedelta

import pytest
from sqlmodel import select
from werkzeug.test import TestResponse

from service.model.campaign import Campaign
from service.model.link_token import LinkToken, Purpose
from service.model.signature import Signature
from service.model.states import SignatureState
from service.signing.fresh_link import send_asked_links
from service.store.transaction import transaction
from service.web.over import RENEWED
from tests.changing import file_of, revised
from tests.coalition import Coalition, letter_file
from tests.promises.test_look_alikes import invite
from tests.stories.visitor import Visitor, same, words_of

NEVER = "A" * 43


@pytest.fixture
def changed(coalition: Coalition) -> Coalition:
    """Give a letter whose text has changed, with one organization that was asked about it."""
    coalition.open(file_of())
    coalition.sign_and_confirm("Asking Alliance")
    revised(coalition)
    return coalition.deliver_mail()


def answer_asked(coalition: Coalition) -> int:
    with transaction(coalition.engine) as session:
        sent = send_asked_links(session, coalition.keyring, now=coalition.now)
    coalition.deliver_mail()
    return sent


def without_tokens(page: TestResponse) -> TestResponse:
    """Leave out of a page what the reader brought along, and the mark of its form."""
    page.data = re.sub(r'/[\w-]{43}/anew|name="nonce" value="[^"]*"', "…", page.text).encode()
    page.headers.pop("Content-Length")
    return page


@pytest.mark.parametrize("page", ["manage", "change"])
def test_a_link_that_is_over_offers_a_fresh_one_and_leads_on(
    page: str, changed: Coalition, visitor: Visitor
) -> None:
    links = {name: f"/{name}/{changed.newest_token(name)}" for name in ("manage", "change")}
    changed.wait(days=401)
    over = visitor.open(links[page])
    assert over.status_code == 404
    assert "This link is over" in words_of(over)
    assert "Asking" not in over.text

    asked = visitor.send(links[page], {})
    assert "on its way to the address on record" in words_of(asked)
    assert answer_asked(changed) == 1

    own = visitor.open(f"/manage/{changed.newest_token('manage')}")
    assert own.status_code == 200
    assert links["change"] in own.text
    assert visitor.open(links["change"]).status_code == 200


@pytest.mark.parametrize("page", RENEWED)
def test_a_link_that_never_was_answers_as_one_that_is_over(
    page: str, changed: Coalition, visitor: Visitor
) -> None:
    mails = len(changed.mails())
    # A link of another purpose opens nothing either.
    other = changed.newest_token("confirm")
    opened = [without_tokens(visitor.open(f"/{page}/{token}")) for token in (NEVER, other)]
    asked = [without_tokens(visitor.send(f"/{page}/{token}", {})) for token in (NEVER, other)]
    if page in {"manage", "change"}:
        link = f"/{page}/{changed.newest_token(page)}"
        changed.wait(days=401)
        opened.append(without_tokens(visitor.open(link)))
        asked.append(without_tokens(visitor.send(link, {})))

    assert all(same(one, opened[0]) for one in opened)
    assert all(same(one, asked[0]) for one in asked)
    assert answer_asked(changed) == (page in {"manage", "change"})
    assert len(changed.mails()) == mails + (page in {"manage", "change"})


def test_opening_a_link_that_is_over_sends_nothing(changed: Coalition, visitor: Visitor) -> None:
    link = f"/change/{changed.newest_token('change')}"
    changed.wait(days=401)
    for method in ("GET", "HEAD", "GET"):
        visitor.open(link, method=method)
    unmarked = visitor.post(f"{link}/anew", {})
    assert (unmarked.status_code, "press the button again" in words_of(unmarked)) == (422, True)
    assert visitor.post(f"/change/{NEVER[:9]}/anew", {}).status_code == 404
    assert visitor.open(f"{link}/anew").status_code in {404, 405}

    assert answer_asked(changed) == 0


def test_a_hidden_letter_sends_no_fresh_link(changed: Coalition, visitor: Visitor) -> None:
    with transaction(changed.engine) as session:
        session.get_one(Campaign, changed.campaign().id).emergency_at = changed.now

    answer = visitor.send(f"/change/{changed.newest_token('change')}", {})

    assert "on its way to the address on record" in words_of(answer)
    assert answer_asked(changed) == 0


@pytest.fixture
def invited(coalition: Coalition) -> Coalition:
    """Give a letter with one who has not answered, reopened for the far future when its link is over."""
    coalition.open(letter_file(deadline="2026-12-05T17:00:00"))
    invite(coalition, "organization,Quiet Quay,office@quay.example")
    return coalition.deliver_mail()


def later_deadline(coalition: Coalition, days: int = 100) -> None:
    """Let the letter take sign-ons for long, as one that was reopened after its links were over."""
    with transaction(coalition.engine) as session:
        session.get_one(Campaign, coalition.campaign().id).deadline_at = coalition.now + timedelta(days=days)


def test_an_unanswered_invitation_whose_link_is_over_comes_anew_once(
    invited: Coalition, visitor: Visitor
) -> None:
    link = f"/invitation/{invited.newest_token('invitation')}"
    invited.wait(days=60)
    later_deadline(invited)
    mark = re.search(r'name="nonce" value="([^"]*)"', visitor.open(link).text)
    assert mark is not None
    asked = [visitor.send(link, {}), visitor.send(f"/invitation/{NEVER}", {})]
    assert "on its way to the address on record" in words_of(asked[0])
    assert same(*map(without_tokens, asked))

    assert answer_asked(invited) == 1
    fresh = invited.mails()[-1]
    assert (fresh.to, len(invited.mails())) == ("office@quay.example", 2)
    assert visitor.open(f"/invitation/{invited.newest_token('invitation')}").status_code == 200

    # Its link opens again, so that no form brings another.
    invited.wait(minutes=5)
    again = visitor.post(f"{link}/anew", {"nonce": mark[1]})
    assert "on its way to the address on record" in words_of(again)
    assert answer_asked(invited) == 0


def test_three_times_a_day_at_most_an_invitation_comes_anew(invited: Coalition, visitor: Visitor) -> None:
    link = f"/invitation/{invited.newest_token('invitation')}"
    for number in range(5):
        # Each time the link is over once more, as if it had been reopened for minutes.
        with transaction(invited.engine) as session:
            for one in session.exec(select(LinkToken).where(LinkToken.purpose == Purpose.INVITATION)):
                one.expires_at = invited.now
        visitor.send(link, {})
        assert answer_asked(invited) == (number < 3)
        invited.wait(minutes=5)


@pytest.mark.parametrize("state", ["closed", "over", "declined", "trial"])
def test_where_the_invitation_cannot_be_followed_none_comes(
    state: str, invited: Coalition, visitor: Visitor
) -> None:
    link = f"/invitation/{invited.newest_token('invitation')}"
    invited.wait(days=60)
    if state == "closed":
        invited.close()
    elif state != "over":
        later_deadline(invited)
    with transaction(invited.engine) as session:
        if state == "declined":
            session.exec(select(Signature)).one().state = SignatureState.DECLINED
        if state == "trial":
            session.get_one(Campaign, invited.campaign().id).trial_since = invited.now

    answer = visitor.send(link, {})

    assert "on its way to the address on record" in words_of(answer)
    assert answer_asked(invited) == 0
    assert len(invited.mails()) == 1


def test_an_unanswered_invitation_and_a_page_that_waited_say_what_to_do(visitor: Visitor) -> None:
    told = {"invitation": "the invitation itself comes once more", "waiting": "fill in the form once more"}
    told |= {"countersign": "Only the newest message", "objection": "say so in a reply"}
    for page, words in told.items():
        opened = visitor.open(f"/{page}/{NEVER}")
        assert opened.status_code == 404
        assert words in words_of(opened)
