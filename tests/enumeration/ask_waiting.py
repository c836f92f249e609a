"""Ask the page that waits: a code typed wrong, the mail once more, another address; each of somebody who is new, or not.

Every round has organizations of its own, because a mailbox gets only so many mails a day.
"""

import re
from dataclasses import dataclass

from examples.demo.forms import Form, read_forms
from service.campaigns.queries import get_campaign
from service.foundation.addresses import masked_address
from service.store.transaction import transaction
from tests.coalition import SLUG, Coalition
from tests.enumeration.ask import WARM_UP, Answers, timed, turned, visitor_of
from tests.make import make_sign_on, make_signature
from tests.stories.visitor import ORGANIZATION, Visitor, form_of, letter_page

WHOSE = ("new", "signed")
"""Whose page it is: of an organization that nobody knows of, or of one whose sign-on stands."""

WHERE_TO = ("new to new", "new to signed", "signed to new", "signed to signed")
"""Whose page is given whose address."""

_NONCE = re.compile(r'(name="nonce" value=")[^"]*"')
_NO_CODE = {"code": "000000"}


@dataclass(frozen=True, kw_only=True)
class WaitingPage:
    """The page that one form led to, before anything is done on it."""

    name: str
    email: str
    code: Form
    again: Form
    address: Form

    def hidden(self, shown: str) -> str:
        """Give the page as it came, but for what the form itself had said and the tokens that each page has anew."""
        words = re.sub(r"/waiting/[\w-]{43}", "/waiting/…", _NONCE.sub(r'\1…"', shown))
        return words.replace(self.name, "…").replace(masked_address(self.email), "…")


def ask_waiting(coalition: Coalition, *, rounds: int) -> dict[str, Answers]:
    """Send forms, take them in, and do on each page what it offers, so often; gives the answers to each act."""
    _let_sign(coalition, rounds=rounds)
    visitor = visitor_of(coalition)
    form = form_of(visitor.open(letter_page(coalition, "/sign", kind="organization")))
    answers = {act: Answers() for act in ("a wrong code", "send again", "another address")}
    for number in range(-WARM_UP, rounds):
        pages = _open_pages(coalition, visitor, form, number)
        kept = answers if number >= 0 else {act: Answers() for act in answers}
        for who in turned(WHOSE, number):
            page = pages[f"{who} to new"]
            answer, took = timed(visitor, page.code.action, dict(page.code.filled(_NO_CODE)))
            kept["a wrong code"].keep(who, answer, took, hidden=page.hidden(answer.text))
        for who in turned(WHOSE, number):
            page = pages[f"{who} to new"]
            answer, took = timed(visitor, page.again.action, dict(page.again.filled({})))
            kept["send again"].keep(who, answer, took)
        for who in turned(WHERE_TO, number):
            form_of_address = pages[who].address
            entries = dict(form_of_address.filled({"address": _other_address(who, number)}))
            answer, took = timed(visitor, form_of_address.action, entries)
            kept["another address"].keep(who, answer, took)
        coalition.take_in()
    return answers


def _open_pages(coalition: Coalition, visitor: Visitor, form: Form, number: int) -> dict[str, WaitingPage]:
    """Send the forms of a round, have them taken in, and open the page of each."""
    sent = {}
    for who in WHERE_TO:
        name, email = _named(who, number)
        entries = dict(form.filled({**ORGANIZATION, "name": name, "email": email}))
        sent[who] = (name, email, visitor.post(form.action, entries).location)
    coalition.take_in()
    pages = {}
    for who, (name, email, location) in sent.items():
        shown = visitor.open(location)
        pages[who] = WaitingPage(
            name=name,
            email=email,
            code=form_of(shown, having="code"),
            again=next(one for one in read_forms(shown.text) if one.action.split("?")[0].endswith("/again")),
            address=form_of(shown, having="address"),
        )
    return pages


def _named(who: str, number: int) -> tuple[str, str]:
    """Give name and mailbox of the organization whose page it is; all are of one length."""
    mark = f"{WHERE_TO.index(who)}{number + WARM_UP:05}"
    return f"Nook {mark}", f"office@nook{mark}.example"


def _other_address(who: str, number: int) -> str:
    mark = f"{WHERE_TO.index(who)}{number + WARM_UP:05}"
    return f"office@{'host' if who.endswith('signed') else 'free'}{mark}.example"


def _let_sign(coalition: Coalition, *, rounds: int) -> None:
    """Let those stand whose page is asked, and those whose address is given, in every round."""
    with transaction(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        keys = coalition.keyring.of(session, campaign.id)
        for number in range(-WARM_UP, rounds):
            signed = [_named(who, number) for who in WHERE_TO if who.startswith("signed")]
            signed += [
                (f"Host {WHERE_TO.index(who)}{number + WARM_UP:05}", _other_address(who, number))
                for who in WHERE_TO
                if who.endswith("signed")
            ]
            for name, email in signed:
                given = make_sign_on(name=name, email=email)
                make_signature(session, keys, campaign, now=coalition.now, sign_on=given)
