"""The page of forms that are held before they become sign-ons: take them in, discard them, and take that back."""

from urllib.parse import urlencode

from flask import Response, request

from service.coordinators.permissions import Act
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.quarantine_reason import QuarantineReason
from service.signing.quarantine import Decision, Wanted, decide_held, held_page, undo
from service.web.desk.blueprint import get, post
from service.web.desk.page import desk_page, done
from service.web.desk.visit import acting, letter_row, looking, visit
from service.web.services import services

ON_A_PAGE = 100
MOST_AT_ONCE = 10_000

_NOTHING_TICKED = Sentence("Tick the forms that are meant, or choose all that are shown by the filters.")
_NO_ACT = Sentence("Choose whether they are to be taken in or discarded.")
_GONE = Sentence("Nothing of that kind is held any more; somebody may have decided about it meanwhile.")


@get("/letters/<slug>/held", Act.SEE_NAMES)
def held(slug: str) -> Response:
    """List what is held and fits the filters, the oldest first, a page at a time."""
    wanted, after = _wanted(), request.args.get("after", "")[:32]
    with looking() as session:
        row = letter_row(session)
        found = held_page(session, services().keyring, row, wanted, after=after, most=ON_A_PAGE)
    return desk_page(
        "held.html",
        part="desk.signatories",
        found=found,
        reasons=[reason.value for reason in QuarantineReason if found.numbers.get(reason)],
        numbers={reason.value: number for reason, number in found.numbers.items()},
        chosen=_codes(wanted),
        base=_address(slug, Wanted()),
        here=_address(slug, wanted),
        more=_address(slug, wanted, after=found.after) if found.after else "",
        is_later=bool(after),
        may_decide=visit().may(Act.MODERATE),
        most=MOST_AT_ONCE,
    )


@post("/letters/<slug>/held/check", Act.MODERATE)
def check_held(slug: str) -> Response:
    """Say of how many forms, all that fit the filters, something would be decided; change nothing."""
    decision, wanted = _decision(), _wanted()
    with looking() as session:
        found = held_page(session, services().keyring, letter_row(session), wanted, after="", most=1)
    if not found.fitting:
        raise Refused(_GONE)
    number = min(found.fitting, MOST_AT_ONCE)
    return desk_page(
        "held_check.html",
        part="desk.signatories",
        decision=decision,
        says=_WOULD[decision](number),
        left=found.fitting - number,
        chosen=_codes(wanted),
        base=_address(slug, Wanted()),
        here=_address(slug, wanted),
    )


@post("/letters/<slug>/held/decide", Act.MODERATE)
def decide_about_held(slug: str) -> Response:
    """Take the ticked forms in or discard them, or all that fit where that was counted before."""
    decision, wanted, here = _decision(), _wanted(), services()
    ids = tuple(dict.fromkeys(one[:32] for one in request.form.getlist("id")))
    if request.form.get("all") != "yes":
        if not ids:
            raise Refused(_NOTHING_TICKED)
        meant = Wanted(ids=ids)
    else:
        meant = Wanted(reason=wanted.reason, network=wanted.network, most=MOST_AT_ONCE)
    with acting() as session:
        made = decide_held(
            session, here.keyring, slug, meant, decision=decision, by=visit().by, now=here.now()
        )
    if not made.count:
        raise Refused(_GONE)
    back = {"action": f"{_address(slug, Wanted())}/undo", "batch": made.batch}
    return done(_address(slug, wanted), _DONE[decision](made.count), undo=back)


@post("/letters/<slug>/held/undo", Act.MODERATE)
def undo_held(slug: str) -> Response:
    """Hold again what one decision was about, as far as nobody has confirmed it meanwhile."""
    here = services()
    with acting() as session:
        report = undo(session, slug, request.form.get("batch", "")[:32], by=visit().by, now=here.now())
    said = Sentence("{n} form is held again.", "{n} forms are held again.", n=report.back)
    if report.left:
        left = Sentence(
            "{n} stays: it was confirmed meanwhile, or decided on again.",
            "{n} stay: they were confirmed meanwhile, or decided on again.",
            n=report.left,
        )
        said = Sentence("{done} {left}", done=said, left=left)
    return done(_address(slug, Wanted()), said)


def _decision() -> Decision:
    match request.form.get("decision", ""):
        case "release":
            return "release"
        case "discard":
            return "discard"
    raise Refused(_NO_ACT)


def _wanted() -> Wanted:
    """Read the filters; a word that is none of them narrows nothing, as everywhere at the desk."""
    reason, network = (request.values.get(name, "")[:40] for name in ("reason", "network"))
    known = set(QuarantineReason)
    return Wanted(reason=QuarantineReason(reason) if reason in known else None, network=network)


def _codes(wanted: Wanted) -> dict[str, str]:
    given = {"reason": wanted.reason.value if wanted.reason else "", "network": wanted.network}
    return {name: value for name, value in given.items() if value}


def _address(slug: str, wanted: Wanted, *, after: str = "") -> str:
    query = urlencode({**_codes(wanted), **({"after": after} if after else {})})
    return f"/desk/letters/{slug}/held" + (f"?{query}" if query else "")


_WOULD = {
    "release": lambda n: Sentence(
        "Take {n} form in, as if it had just come: its mailbox is asked to confirm.",
        "Take {n} forms in, as if they had just come: each mailbox is asked to confirm.",
        n=n,
    ),
    "discard": lambda n: Sentence(
        "Discard {n} form: it is deleted after a week, and nobody is told.",
        "Discard {n} forms: they are deleted after a week, and nobody is told.",
        n=n,
    ),
}
_DONE = {
    "release": lambda n: Sentence(
        "{n} form taken in; the mail that asks to confirm leaves now.",
        "{n} forms taken in; the mails that ask to confirm leave now.",
        n=n,
    ),
    "discard": lambda n: Sentence(
        "{n} form discarded; it is deleted after a week.",
        "{n} forms discarded; they are deleted after a week.",
        n=n,
    ),
}
