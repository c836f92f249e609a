"""The page of a letter's lists, beside its held forms: block, allow, domains to which no mail goes; and attack mode."""

from flask import Response, request

from service.coordinators.permissions import Act
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.abuse import Listed
from service.signing.abuse.attack import asks_proof, end_attack_mode, start_attack_mode
from service.signing.secretariat.abuse_lists import (
    Taken,
    lines_of,
    put_line_back,
    put_on_list,
    take_line_off,
    wrapped_of,
)
from service.web.desk.blueprint import get, post
from service.web.desk.page import desk_page, done
from service.web.desk.people import names_of_team
from service.web.desk.visit import acting, letter, letter_here, letter_row, looking, visit
from service.web.forms import FormState, Misfilled, Reader, shown_again
from service.web.services import services

_LONGEST = 254
_WHICH = Sentence("Choose a list.")
_EMPTY = Sentence("Write an e-mail address, a domain or a network.")


@get("/letters/<slug>/held/lists", Act.SEE_NAMES)
def abuse_lists(slug: str) -> Response:
    """Show what stands on the letter's lists, and whether it is in attack mode."""
    del slug
    return _show()


@post("/letters/<slug>/held/lists/add", Act.MODERATE)
def add_to_list(slug: str) -> Response:
    """Put an address, a domain or a network on one of the letter's lists."""
    here = services()
    try:
        text, listed = _read()
        with acting() as session:
            put = put_on_list(session, here.keyring, slug, text, listed, by=visit().by, now=here.now())
            wrapped = wrapped_of(session, put.id)
    except Misfilled as wrong:
        return _show(422, FormState(values=shown_again(request.form), errors=wrong.errors))
    except Refused as refusal:
        return _show(422, FormState(values=shown_again(request.form), errors={"what": str(refusal)}))
    if not put.is_new:
        return done(_path(), Sentence("It stood there already."))
    if put.was is None:
        undo = {"action": f"{_path()}/take-off", "line": put.id}
    else:
        undo = _back(Taken(id=put.id, listed=put.was, wrapped=wrapped))
    return done(_path(), _ADDED[listed], undo=undo)


@post("/letters/<slug>/held/lists/take-off", Act.MODERATE)
def take_off_list(slug: str) -> Response:
    """Take a line off its list."""
    with acting() as session:
        line = request.form.get("line", "")[:32]
        taken = take_line_off(session, slug, line, by=visit().by, now=services().now())
    return done(_path(), Sentence("It is not on the list any more."), undo=_back(taken))


@post("/letters/<slug>/held/lists/put-back", Act.MODERATE)
def put_back_on_list(slug: str) -> Response:
    """Put a line back as it was before."""
    here, given = services(), {name: request.form.get(name, "")[:2000] for name in ("line", "was", "list")}
    taken = Taken(id=given["line"], listed=_listed(given["list"]), wrapped=given["was"])
    with acting() as session:
        put_line_back(session, here.keyring, slug, taken, by=visit().by, now=here.now())
    return done(_path(), Sentence("It stands on the list as before."))


@post("/letters/<slug>/held/lists/attack", Act.MODERATE)
def switch_attack_mode(slug: str) -> Response:
    """Let the letter's form ask browsers for proof of work, or end that."""
    del slug
    starts = request.form.get("mode") != "off"
    with acting() as session:
        change = start_attack_mode if starts else end_attack_mode
        change(session, letter_here(session), by=visit().by, now=services().now())
    said = (
        Sentence("The form asks for proof of work from now on.")
        if starts
        else Sentence("The form asks for no proof of work any more.")
    )
    return done(_path(), said, undo={"action": f"{_path()}/attack", "mode": "off" if starts else "on"})


def _show(status: int = 200, form: FormState | None = None) -> Response:
    with looking() as session:
        row = letter_row(session)
        lines, is_attacked = lines_of(session, services().keyring, row), asks_proof(session, row.id)
    return desk_page(
        "abuse_lists.html",
        status=status,
        part="desk.signatories",
        form=form,
        lines={listed.value: [one for one in lines.of_letter if one.listed is listed] for listed in Listed},
        of_all=lines.of_all,
        is_attacked=is_attacked,
        names=names_of_team(),
        base=_path(),
        may_decide=visit().may(Act.MODERATE),
    )


def _read() -> tuple[str, Listed]:
    def what(text: str) -> str:
        if not text.strip():
            raise Refused(_EMPTY)
        return text.strip()[: _LONGEST + 1]

    reader = Reader(request.form)
    found = reader.read("what", what, "")
    listed = reader.read("list", _listed, Listed.BLOCK)
    reader.refuse_if_wrong()
    return found, listed


def _listed(text: str) -> Listed:
    if text not in set(Listed):
        raise Refused(_WHICH)
    return Listed(text)


def _back(taken: Taken) -> dict[str, str]:
    return {
        "action": f"{_path()}/put-back",
        "line": taken.id,
        "was": taken.wrapped,
        "list": taken.listed.value,
    }


def _path() -> str:
    return f"/desk/letters/{letter().slug}/held/lists"


_ADDED = {
    Listed.BLOCK: Sentence("Blocked: what comes from there is held for a look from now on."),
    Listed.ALLOW: Sentence(
        "Allowed: the block of its domain, or the limits of its network, do not hold for it."
    ),
    Listed.NO_MAIL: Sentence(
        "No mail of this letter goes to that domain any more. Who signs from there stands under “Undelivered”."
    ),
}
