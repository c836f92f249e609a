"""The page of what waits for a second coordinator: what each would do, and who decides."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Response, request

from service.campaigns.freezing import FREEZE
from service.campaigns.halt import END
from service.coordinators.permissions import Act, refuse_unless
from service.coordinators.second_acts import SECOND_ACTS, Doing, SecondAct
from service.coordinators.second_look import (
    LIVES,
    NOT_ASKED,
    decide_look,
    decided_looks,
    get_look,
    keep_reason,
    look_to_take_back,
    take_approved,
    taken_back,
    waiting_looks,
)
from service.coordinators.voices import Pair, pair_of
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.foundation.written import clean_text
from service.model.second_look import SecondLook, Verdict
from service.signing.secretariat.table import names_of
from service.store.sealed import open_text
from service.web.desk.blueprint import ACTS, get, post
from service.web.desk.grave import approves_unproved
from service.web.desk.page import desk_page, done
from service.web.desk.people import names_of_team
from service.web.desk.visit import acting, letter, letter_row, looking, visit
from service.web.services import services

_LONGEST_REASON = 500
_MOST_NAMED = 10
_ELSEWHERE = {
    FREEZE: (Sentence("Make the text of the letter final."), "life"),
    END: (Sentence("Bring the letter back that is hidden in an emergency."), "emergency"),
}
_UNKNOWN = Sentence(
    "Something that is not done on these pages; whoever asked for it can tell you what it is."
)
_CHOOSE = Sentence("Choose whether you approve this, or why you do not.")


@dataclass(frozen=True, kw_only=True)
class LookSeen:
    """One act that waits, or was decided: what it would do in words, and what whoever looks at the page may do with it.

    `sign_ons` are the first of those it is about, by their ids; `more` is how many there are besides. `is_one_voice` tells
    that whoever looks counts as one with whoever asked, `by_the_invited` that one of those who did it invited the other.
    `link` leads to a page that shows more of it, where there is one; `decided_on` is the page of the letter on which it is
    decided, "" where that is this one; `has_undo` tells that what was done can still be taken back.
    """

    id: str
    says: str
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    is_own: bool
    is_one_voice: bool
    may_decide: bool
    by_the_invited: bool
    link: str
    sign_ons: tuple[str, ...]
    more: int
    verdict: Verdict | None
    decided_by: str
    decided_at: datetime | None
    reason: str
    decided_on: str
    has_undo: bool


@get("/letters/<slug>/second-looks", Act.SEE_SECOND)
def second_looks(slug: str) -> Response:
    """List what waits for a second coordinator, and what was decided last."""
    del slug
    here = services()
    with looking() as session:
        keys = here.keyring.of(session, letter().id)
        waiting = [
            _seen(one, "", pair_of(session, one, visit().by, now=here.now()))
            for one in waiting_looks(session, letter().id, now=here.now())
        ]
        last = decided_looks(session, letter().id, most=20)
        decided = [
            _seen(one, open_text(keys, one, "reason"), pair_of(session, one, visit().by, now=here.now()))
            for one in last
        ]
        back = taken_back(session, last)
        decided = [replace(one, has_undo=one.has_undo and one.id not in back) for one in decided]
        named = {one for look in waiting for one in look.sign_ons}
        sign_ons = names_of(session, here.keyring, letter_row(session), named)
    return desk_page(
        "second_looks.html", waiting=waiting, decided=decided, names=names_of_team(), sign_ons=sign_ons
    )


@post("/letters/<slug>/second-looks/<look>", Act.SECOND, is_grave=approves_unproved)
def decide_second_look(slug: str, look: str) -> Response:
    """Approve, refuse or withdraw; what is approved is done at once, exactly as it was asked for."""
    here = services()
    reason = clean_text(request.form.get("reason", ""), what=Sentence("The reason"), longest=_LONGEST_REASON)
    with acting() as session:
        row, verdict = get_look(session, look, campaign_id=letter().id), _verdict()
        second = SECOND_ACTS.get(row.act)
        if verdict is not Verdict.WITHDRAWN:
            # What is decided on a page of its own, by those who may, is not decided here.
            if second is None:
                raise NotFound(NOT_ASKED)
            refuse_unless(visit().role, second.act)
        decide_look(session, look, campaign_id=letter().id, verdict=verdict, by=visit().by, now=here.now())
        said = _SAID[verdict]
        if reason:
            keep_reason(session, here.keyring.of(session, letter().id), row, reason)
        if verdict is Verdict.APPROVED and second is not None and second.does is not None:
            thing = take_approved(session, look, campaign_id=letter().id, act=row.act, now=here.now())
            said = second.does(replace(_doing(session, row, slug), thing=thing))
        has_undo = verdict is Verdict.APPROVED and second is not None and second.has_way_back(row.thing)
    path = f"/desk/letters/{slug}/second-looks"
    return done(path, said, undo={"action": f"{path}/{look}/undo"} if has_undo else None)


@get("/letters/<slug>/second-looks/<look>", Act.SEE_SECOND)
def second_look(slug: str, look: str) -> Response:
    """List all sign-ons that one of them is about, by their names."""
    del slug
    here = services()
    with looking() as session:
        row = get_look(session, look, campaign_id=letter().id)
        second = SECOND_ACTS.get(row.act)
        if second is None:
            raise NotFound(NOT_ASKED)
        ids = second.names(row.thing)
        named = names_of(session, here.keyring, letter_row(session), ids)
    return desk_page(
        "second_look.html", part="desk.signatories", says=second.says(row.thing), ids=ids, sign_ons=named
    )


@post("/letters/<slug>/second-looks/<look>/undo", Act.SECOND)
def undo_second_look(slug: str, look: str) -> Response:
    """Take back what two have done, where nobody counts and nothing leaves by that."""
    here = services()
    with acting() as session:
        row = look_to_take_back(session, look, campaign_id=letter().id, by=visit().by, now=here.now())
        second = SECOND_ACTS.get(row.act)
        if second is None or second.back is None or not second.has_way_back(row.thing):
            raise NotFound(NOT_ASKED)
        refuse_unless(visit().role, second.act)
        said = second.back(_doing(session, row, slug))
    return done(f"/desk/letters/{slug}/second-looks", said)


def _doing(session: Any, row: SecondLook, slug: str) -> Doing:
    here = services()
    return Doing(
        session=session,
        keyring=here.keyring,
        campaign_id=letter().id,
        slug=slug,
        look_id=row.id,
        thing=row.thing,
        asked_by=row.asked_by,
        approved_by=visit().by,
        now=here.now(),
    )


_SAID = {
    Verdict.APPROVED: Sentence("Approved; whoever asked for it can go on."),
    Verdict.REFUSED: Sentence("Refused; nothing was done."),
    Verdict.WITHDRAWN: Sentence("Withdrawn; nothing was done."),
}


def _verdict() -> Verdict:
    chosen = request.form.get("verdict", "")
    if chosen not in set(Verdict):
        raise Refused(_CHOOSE)
    return Verdict(chosen)


def _seen(row: SecondLook, reason: str, pair: Pair) -> LookSeen:
    second = SECOND_ACTS.get(row.act)
    named = second.names(row.thing) if second else ()
    is_own = row.asked_by == visit().by
    elsewhere, page = _ELSEWHERE.get(row.act, (_UNKNOWN, ""))
    link = second.link(row.id) if second is not None and second.link is not None else ""
    return LookSeen(
        id=row.id,
        says=second.says(row.thing) if second else elsewhere,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        is_own=is_own,
        is_one_voice=not pair.are_two and visit().may(Act.SECOND),
        may_decide=not is_own and second is not None and visit().may(second.act),
        by_the_invited=row.verdict is Verdict.APPROVED and pair.one_invited_the_other,
        link=f"/desk/letters/{letter().slug}/{link}" if link else "",
        sign_ons=named[:_MOST_NAMED],
        more=max(0, len(named) - _MOST_NAMED),
        verdict=row.verdict,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reason=reason,
        decided_on=page if page and visit().may(ACTS[f"desk.{page}"]) else "",
        has_undo=_has_undo(row, second),
    )


def _has_undo(row: SecondLook, second: SecondAct | None) -> bool:
    is_recent = row.done_at is not None and row.done_at >= services().now() - LIVES
    return is_recent and second is not None and visit().may(second.act) and second.has_way_back(row.thing)
