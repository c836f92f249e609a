"""The own account: what is said of oneself, and the sessions that stand."""

from dataclasses import dataclass
from zoneinfo import available_timezones

from flask import Response, request

from service.coordinators.account import change_account, end_own_session, end_own_sessions, time_zones
from service.coordinators.accounts import person_of
from service.coordinators.codes import recovery_codes_left
from service.coordinators.passkeys import Key, keys_of
from service.coordinators.permissions import Act
from service.coordinators.sessions import Open, sessions_of
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.i18n.languages import OFFERED
from service.model.coordinator import Coordinator
from service.web.desk.blueprint import get, post
from service.web.desk.cookie import drop_cookie
from service.web.desk.entrance.new_password import LONGEST_NAME
from service.web.desk.guard import SIGN_IN
from service.web.desk.page import desk_page, done
from service.web.desk.visit import acting, looking, visit
from service.web.forms import FormState, Misfilled, Reader, shown_again
from service.web.render import Page, see_other
from service.web.services import services

ACCOUNT = "/desk/account"
_NO_SUCH = Sentence("This session does not stand any more.")


@dataclass(frozen=True, kw_only=True)
class Own:
    """An account as its owner sees it."""

    email: str
    values: dict[str, str]
    sessions: tuple[Open, ...]
    codes_left: int
    keys: tuple[Key, ...]


@get("/account", Act.OWN)
def account() -> Response:
    """Show the own account."""
    own = _look()
    return _page(own, FormState(values=own.values))


@post("/account", Act.OWN)
def change_own_account() -> Response:
    """Keep name, language and clock."""
    entries, here, who = request.form.to_dict(), services(), visit()
    try:
        name, language, zone = _read(entries)
    except Misfilled as wrong:
        return _page(_look(), FormState(values=shown_again(entries), errors=wrong.errors))
    with acting() as session:
        row = session.get_one(Coordinator, who.coordinator_id)
        change_account(
            session, here.keyring.desk, row, name=name, language=language, time_zone=zone, now=here.now()
        )
    return done(ACCOUNT, Sentence("Your account was changed."))


@post("/account/sessions/end", Act.OWN)
def end_one_session() -> Response:
    """End one of the own sessions."""
    who, here = visit(), services()
    with acting() as session:
        ended = end_own_session(
            session, request.form.get("session", ""), coordinator_id=who.coordinator_id, now=here.now()
        )
    if not ended:
        raise NotFound(_NO_SUCH)
    if request.form.get("session") == who.session_id:
        return _out()
    return done(ACCOUNT, Sentence("The session was ended."))


@post("/account/sessions/end-others", Act.OWN)
def end_other_sessions() -> Response:
    """End every own session but this one."""
    who, here = visit(), services()
    with acting() as session:
        n = end_own_sessions(session, coordinator_id=who.coordinator_id, but=who.session_id, now=here.now())
    return done(ACCOUNT, Sentence("{n} other session was ended.", "{n} other sessions were ended.", n=n))


@post("/account/sessions/end-all", Act.OWN)
def end_all_sessions() -> Response:
    """Sign out everywhere, here too."""
    who, here = visit(), services()
    with acting() as session:
        end_own_sessions(session, coordinator_id=who.coordinator_id, now=here.now())
    return _out()


def _out() -> Response:
    response = see_other(SIGN_IN)
    drop_cookie(response, services().public_url)
    return response


def _look() -> Own:
    here, who = services(), visit()
    with looking() as session:
        row, keys = session.get_one(Coordinator, who.coordinator_id), here.keyring.desk
        person = person_of(keys, row)
        return Own(
            email=person.email,
            values={"name": person.name, "language": row.language, "time_zone": row.time_zone},
            sessions=tuple(sessions_of(session, keys, row.id, now=here.now())),
            codes_left=recovery_codes_left(session, row.id),
            keys=tuple(keys_of(session, keys, row.id)),
        )


def _read(entries: dict[str, str]) -> tuple[str, str, str]:
    reader = Reader(entries)
    name = reader.line(
        "name", Sentence("Your name"), missing=Sentence("Enter your name."), longest=LONGEST_NAME
    )
    language = reader.read("language", _language, "")
    zone = reader.read("time_zone", _zone, "")
    reader.refuse_if_wrong()
    return name, language, zone


def _language(text: str) -> str:
    if text and text not in {language.tag for language in OFFERED}:
        raise Refused(Sentence("Choose a language from the list."))
    return text


def _zone(text: str) -> str:
    if text and text not in available_timezones():
        raise Refused(Sentence("Choose a place from the list."))
    return text


def _page(own: Own, form: FormState) -> Page:
    return desk_page(
        "account.html",
        status=422 if form.is_wrong else 200,
        form=form,
        own=own,
        languages=[(language.tag, language.name) for language in OFFERED],
        zones=time_zones(),
    )
