"""The coordinators of the service, for whoever administers it: no letter is named here."""

from collections.abc import Callable

from flask import Response, request

from service.campaigns.first_owner import has_one_ownerless, offer_first_owner
from service.coordinators import administering as room
from service.coordinators.invitations import Offer, end_invitation, invite, open_invitations
from service.coordinators.permissions import Act
from service.foundation.addresses import normal_address
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.web.desk.blueprint import get, post
from service.web.desk.page import desk_page, done
from service.web.desk.visit import acting, looking, visit
from service.web.forms import FormState, Misfilled, Reader, shown_again
from service.web.render import Page
from service.web.services import services

_HERE = "/desk/coordinators"
_ON_ITS_WAY = Sentence("The invitation is on its way; it is good once, for 48 hours.")


@get("/coordinators", Act.ADMINISTER)
def coordinators() -> Page:
    """List the accounts of the service, and who is invited to it."""
    return _page(FormState(values={}))


@post("/coordinators", Act.ADMINISTER)
def invite_coordinator() -> Response:
    """Invite somebody to the service, as an owner of the letter that has none yet where that is ticked."""
    entries, here, who = request.form.to_dict(), services(), visit()
    reader = Reader(entries)
    email = reader.read("email", lambda text: normal_address(text, what=Sentence("The e-mail address")), "")
    is_admin = reader.ticked("admin")
    try:
        reader.refuse_if_wrong()
        with acting() as session:
            offer = Offer(is_admin=is_admin)
            if reader.ticked("owner"):
                first = offer_first_owner(session).offer
                offer = Offer(campaign_id=first.campaign_id, role=first.role, is_admin=is_admin)
            invite(session, here.keyring.desk, email=email, offer=offer, by=who.by, now=here.now())
    except Misfilled as wrong:
        return _page(FormState(values=shown_again(entries), errors=wrong.errors))
    except NotFound:
        raise
    except Refused as refusal:
        return _page(FormState(values=shown_again(entries), notice=str(refusal)))
    return done(_HERE, _ON_ITS_WAY)


@post("/coordinators/uninvite", Act.ADMINISTER)
def uninvite_coordinator() -> Response:
    """Take an invitation to the service back."""
    with acting() as session:
        end_invitation(
            session,
            request.form.get("invitation", ""),
            campaign_id=None,
            by=visit().by,
            now=services().now(),
        )
    return done(_HERE, Sentence("The invitation was taken back; its link opens nothing any more."))


@post("/coordinators/shut-out", Act.ADMINISTER)
def shut_out_coordinator() -> Response:
    """Shut somebody out at once, every session with it."""
    one = _do(room.shut_out)
    undo = {"action": f"{_HERE}/let-in", "coordinator": one}
    return done(_HERE, Sentence("Shut out: every session of that account has ended."), undo=undo)


@post("/coordinators/let-in", Act.ADMINISTER)
def let_in_coordinator() -> Response:
    """Let somebody in again who was shut out."""
    _do(room.let_in)
    return done(_HERE, Sentence("That account can sign in again, by what it came in by before."))


@post("/coordinators/anew", Act.ADMINISTER)
def begin_coordinator_anew() -> Response:
    """End all that lets somebody in, and invite that one anew."""
    _do(room.begin_anew)
    return done(
        _HERE, Sentence("Nothing lets that account in any more. An invitation to begin anew is on its way.")
    )


def _do(act: Callable[..., None]) -> str:
    here, one = services(), request.form.get("coordinator", "")[:32]
    with acting() as session:
        act(session, here.keyring.desk, one, by=visit().by, now=here.now())
    return one


def _page(form: FormState) -> Page:
    here = services()
    now, keys = here.now(), here.keyring.desk
    with looking() as session:
        accounts = room.accounts_of(session, keys, now=now)
        invited = open_invitations(session, keys, None, now=now)
        has_ownerless = has_one_ownerless(session)
    return desk_page(
        "coordinators.html",
        status=422 if form.is_wrong else 200,
        form=form,
        accounts=accounts,
        invited=invited,
        has_ownerless=has_ownerless,
        here=_HERE,
    )
