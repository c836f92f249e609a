"""Let in at the desk whom a page is for: signed in, of this letter's team, in a role that includes the act."""

import hmac
from urllib.parse import quote

from flask import Response, g, request
from sqlmodel import Session
from werkzeug.exceptions import Forbidden

from service.campaigns.contents import open_file
from service.campaigns.queries import find_campaign
from service.coordinators.accounts import person_of, role_in
from service.coordinators.enter import device_index, show_out
from service.coordinators.permissions import FRESH, NOTHING_HERE, OF_NO_LETTER, Act, refuse_unless
from service.coordinators.sessions import (
    SignedIn,
    earlier_digests,
    find_session,
    note_seen,
    owner_of,
    wants_a_note,
)
from service.foundation.errors import NotFound, Refused
from service.foundation.keyed import keyed_hash
from service.foundation.sentence import Sentence
from service.foundation.tokens import token_digest
from service.model.campaign import Campaign
from service.model.coordinator import Role
from service.model.states import CampaignState
from service.store.transaction import reading, transaction
from service.web.desk.blueprint import ACTS, GRAVE_WHEN, LEFT_OF_PURGED, MOST_BYTES, desk
from service.web.desk.carrying import FIELD, carry, has_something, open_carried, put_back
from service.web.desk.cookie import read_cookie
from service.web.desk.device import browser_words
from service.web.desk.page import desk_page, door_page
from service.web.desk.visit import PURGED, LetterSeen, Visit
from service.web.render import see_other
from service.web.services import services

STALE_FORM = Sentence(
    "This form is not from your present session; go back, reload the page and send it again."
)
SIGN_IN = "/desk/sign-in"
PROVE = "/desk/prove"


@desk.before_request
def admit() -> Response | None:
    """Look who is asking before any page of the desk answers; gives another way where that one may not pass."""
    # A page without an act is nobody's: it cannot be forgotten in the table of permissions.
    act = ACTS.get(request.endpoint or "")
    if act is None:
        raise NotFound(NOTHING_HERE)
    _take_large_forms()
    _refuse_what_no_page_links_to()
    g.visit = _look(act)
    if act is Act.COME_IN:
        return None
    if g.visit is None:
        return _to_sign_in()
    if request.method == "POST" and not _has_mark(g.visit.csrf):
        return _send_on_from_earlier(g.visit)
    _refuse_unless_may(g.visit, act)
    if g.visit.letter is not None and g.visit.letter.is_purged and request.endpoint not in LEFT_OF_PURGED:
        return _to_what_is_left(g.visit.letter)
    _put_back_what_was_carried(g.visit)
    if (act in FRESH and not g.visit.is_fresh(now=services().now())) or _is_grave():
        return _to_proof(g.visit)
    return None


def csrf_mark(secret: str) -> str:
    """Give the mark of every form of one session: only pages of that session know it (pure)."""
    return _mark_of(token_digest(secret))


def way_back(default: str = "/desk/") -> str:
    """Give the page of the desk that was wanted before, or the default; never an address elsewhere."""
    wanted = request.values.get("then", "")
    # A line end would break the answer that lets somebody in.
    is_plain = wanted.isprintable() and "\\" not in wanted and "//" not in wanted
    is_ours = wanted.startswith("/desk/") and is_plain
    return wanted if is_ours else default


def _refuse_what_no_page_links_to() -> None:
    """Raise NotFound for an address with a NUL in it, and for a place in a list with one: PostgreSQL keeps none, and would fail."""
    named = (*(request.view_args or {}).values(), *request.args.values(), request.form.get("before", ""))
    if any("\0" in str(one) for one in named):
        raise NotFound(NOTHING_HERE)


def _take_large_forms() -> None:
    most = MOST_BYTES.get(request.endpoint or "")
    if most is not None:
        request.max_content_length = request.max_form_memory_size = most


def _look(act: Act) -> Visit | None:
    here, secret = services(), read_cookie(services().public_url)
    if not secret:
        return None
    now = here.now()
    with reading(here.engine) as session:
        found = find_session(session, secret, now=now)
        is_its_browser = found is not None and _is_its_browser(found)
        present = _visit(session, found, secret, act) if found and is_its_browser else None
    if found is not None and not is_its_browser:
        with transaction(here.engine) as session:
            show_out(session, found, now=now)
        here.wake()
        return None
    if found is not None and wants_a_note(found, now=now):
        with transaction(here.engine) as session:
            note_seen(session, found.session_id, now=now)
    return present


def _visit(session: Session, found: SignedIn, secret: str, act: Act) -> Visit:
    keyring = services().keyring
    person = person_of(keyring.desk, found.coordinator)
    role, campaign = None, None
    if act not in OF_NO_LETTER:
        role, campaign = _role_and_letter(session, person.id)
    return Visit(
        session_id=found.session_id,
        coordinator_id=person.id,
        name=person.name,
        is_admin=person.is_admin,
        language=found.coordinator.language,
        time_zone=found.coordinator.time_zone or (campaign.time_zone if campaign else ""),
        csrf=csrf_mark(secret),
        proved_at=found.proved_at,
        role=role,
        letter=_letter(session, campaign) if campaign else None,
    )


def _role_and_letter(session: Session, coordinator_id: str) -> tuple[Role | None, Campaign | None]:
    slug = (request.view_args or {}).get("slug", "")
    campaign = find_campaign(session, slug)
    role = role_in(session, coordinator_id=coordinator_id, campaign_id=campaign.id) if campaign else None
    return (role, campaign) if role is not None else (None, None)


def _letter(session: Session, campaign: Campaign) -> LetterSeen:
    purged = campaign.state is CampaignState.PURGED
    title = campaign.slug if purged else open_file(session, services().keyring, campaign).letter.title
    return LetterSeen(
        id=campaign.id,
        slug=campaign.slug,
        title=title,
        state=campaign.state,
        language=campaign.language,
        time_zone=campaign.time_zone,
    )


def _mark_of(digest: bytes) -> str:
    return keyed_hash(services().keyring.desk.token, b"csrf\0" + digest).hex()


def _has_mark(mark: str) -> bool:
    return hmac.compare_digest(request.form.get("csrf", "").encode(), mark.encode())


def _send_on_from_earlier(present: Visit) -> Response:
    """Offer to send on a form of an earlier session of the same coordinator: one that stood open in another window.

    Raises Forbidden for any other: only a page of that session knew its mark, so no other site has written it.
    """
    here = services()
    with reading(here.engine) as session:
        digests = earlier_digests(session, present.coordinator_id, now=here.now())
    if not any(_has_mark(_mark_of(digest)) for digest in digests):
        raise Forbidden(STALE_FORM)
    carried = request.form.get(FIELD, "") or carry(present.coordinator_id)
    if not carried:
        raise Forbidden(STALE_FORM)
    query = request.query_string.decode("latin-1")
    return door_page(
        "send_on.html",
        status=403,
        reader=present.language,
        address=f"{request.path}?{query}" if query else request.path,
        carried=carried,
        csrf=present.csrf,
        sentence="",
    )


def _is_its_browser(found: SignedIn) -> bool:
    """Tell whether a session is used by the kind of browser in which it began: a stolen cookie seldom is."""
    if not found.device_index:
        return True
    words = browser_words(request.headers.get("User-Agent", ""))
    return hmac.compare_digest(found.device_index, device_index(services().keyring.desk, words))


def _refuse_unless_may(present: Visit, act: Act) -> None:
    if act is Act.ADMINISTER and not present.is_admin:
        raise NotFound(NOTHING_HERE)
    if act not in OF_NO_LETTER:
        refuse_unless(present.role, act)


def _put_back_what_was_carried(present: Visit) -> None:
    """Let a form that waited for a proof be this request's, where it is this coordinator's and for this very page."""
    written = request.form.get(FIELD, "") if request.method == "POST" and request.path != PROVE else ""
    if not written:
        return
    carried = open_carried(written)
    if carried is None or (carried.coordinator_id, carried.path) != (present.coordinator_id, request.path):
        raise Forbidden(STALE_FORM)
    put_back(carried)


def _to_sign_in() -> Response:
    """Have whoever is not signed in sign in; a form of an own session that is over goes along."""
    here, secret = services(), read_cookie(services().public_url)
    if request.method == "POST" and secret and has_something():
        with reading(here.engine) as session:
            owner = owner_of(session, secret)
        # Only a page of that session knew its mark: no other site can have anything carried.
        if owner and _has_mark(csrf_mark(secret)):
            carried = carry(owner)
            return door_page(
                "sign_in.html", status=403, then="", carried=carried, kept=bool(carried), lost=not carried
            )
    return see_other(_with_way_back(SIGN_IN))


def _to_proof(present: Visit) -> Response:
    """Have whoever is signed in prove anew who it is; what was in the form goes along."""
    if request.method == "GET":
        return see_other(_with_way_back(PROVE))
    carried = carry(present.coordinator_id)
    if not has_something():
        # Nothing but what a button does: ids, sealed.
        return see_other(f"{PROVE}?{FIELD}={carried}")
    return desk_page("prove.html", status=403, then="", carried=carried, kept=bool(carried), lost=not carried)


def _to_what_is_left(letter: LetterSeen) -> Response:
    """Have whoever asks for more of a letter whose personal data was deleted read that it was."""
    if request.method == "POST":
        raise Refused(PURGED)
    return see_other(f"/desk/letters/{letter.slug}/")


def _is_grave() -> bool:
    is_grave = GRAVE_WHEN.get(request.endpoint or "")
    return is_grave is not None and is_grave()


def _with_way_back(path: str) -> str:
    # What a form had in it is carried in another way, so only pages are come back to.
    return f"{path}?then={quote(request.path)}" if request.method == "GET" else path
