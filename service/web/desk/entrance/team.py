"""The team of a letter: who is in it, in which role, and who is invited."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Response, request

from service.coordinators import team as room
from service.coordinators.accounts import TeamMember, actor, name_of_actor, team_of
from service.coordinators.backing import backing_of, make_sheet
from service.coordinators.invitations import Offer, end_invitation, invite, open_invitations
from service.coordinators.permissions import Act
from service.coordinators.voices import are_two, newcomers_of, vouch
from service.foundation.addresses import normal_address
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.model.coordinator import Role
from service.web.desk.blueprint import get, post
from service.web.desk.page import desk_page, done
from service.web.desk.visit import acting, letter, looking, visit
from service.web.forms import FormState, Misfilled, Reader, shown_again
from service.web.render import Page
from service.web.services import services

CHOOSE_ROLE = Sentence("Choose a role.")


@dataclass(frozen=True, kw_only=True)
class _New:
    """Somebody who is new in the team, as the page says it."""

    counts_as: str
    until: datetime
    may_vouch: bool


@get("/letters/<slug>/team", Act.LOOK)
def team(slug: str) -> Response:
    """Show who is in the team; an owner sees addresses, and may change it."""
    del slug
    return _page(FormState(values={}))


@post("/letters/<slug>/team", Act.TEAM)
def invite_to_team(slug: str) -> Response:
    """Invite somebody to the team, by mail."""
    del slug
    entries, here = request.form.to_dict(), services()
    try:
        email, role = _read(entries)
        with acting() as session:
            invite(
                session,
                here.keyring.desk,
                email=email,
                offer=Offer(campaign_id=letter().id, role=role),
                by=visit().by,
                now=here.now(),
            )
    except Misfilled as wrong:
        return _page(FormState(values=shown_again(entries), errors=wrong.errors))
    except Refused as refusal:
        return _page(FormState(values=shown_again(entries), errors={"email": str(refusal)}))
    return done(_path(), Sentence("The invitation is on its way; it is good once, for 48 hours."))


@post("/letters/<slug>/team/uninvite", Act.TEAM)
def uninvite(slug: str) -> Response:
    """Take an invitation back."""
    del slug
    with acting() as session:
        end_invitation(
            session,
            request.form.get("invitation", ""),
            campaign_id=letter().id,
            by=visit().by,
            now=services().now(),
        )
    return done(_path(), Sentence("The invitation was taken back; its link opens nothing any more."))


@post("/letters/<slug>/team/sheet", Act.TEAM)
def recovery_sheet(slug: str) -> Response:
    """Show the sheet by which a second person becomes owner, this once."""
    del slug
    here = services()
    with acting() as session:
        code = make_sheet(session, here.keyring.desk, campaign_id=letter().id, by=visit().by, now=here.now())
    address = f"{here.public_url}/desk/recovery-sheet"
    return desk_page("recovery_sheet.html", part="desk.team", code=code, address=address, now=here.now())


@get("/letters/<slug>/team/<colleague>", Act.TEAM)
def colleague_page(slug: str, colleague: str) -> Response:
    """Show one of the team, to change the role or say farewell."""
    del slug
    return _colleague_page(colleague, FormState(values={}))


@post("/letters/<slug>/team/<colleague>/role", Act.TEAM)
def change_role(slug: str, colleague: str) -> Response:
    """Give another role; the sessions of whoever has it now end."""
    del slug
    _look(colleague)
    try:
        role = _read_role(request.form.to_dict())
        with acting() as session:
            room.change_role(
                session,
                campaign_id=letter().id,
                coordinator_id=colleague,
                role=role,
                by=visit().by,
                now=services().now(),
            )
    except Misfilled as wrong:
        return _colleague_page(colleague, FormState(values={}, errors=wrong.errors))
    except NotFound:
        raise
    except Refused as refusal:
        return _colleague_page(colleague, FormState(values={}, notice=str(refusal)))
    return done(_path(), Sentence("The role was changed, and that one's sessions were ended."))


@post("/letters/<slug>/team/<colleague>/leave", Act.TEAM)
def leave_team(slug: str, colleague: str) -> Response:
    """Let somebody leave, and hand over what hangs on it."""
    del slug
    _look(colleague)
    try:
        with acting() as session:
            given = room.leave_team(
                session,
                campaign_id=letter().id,
                coordinator_id=colleague,
                heir_id=request.form.get("heir", ""),
                by=visit().by,
                now=services().now(),
            )
    except NotFound:
        raise
    except Refused as refusal:
        return _colleague_page(colleague, FormState(values={}, errors={"heir": str(refusal)}))
    said = Sentence(
        "Handed over: {looks} questions for a second look, {plans} planned sendings, of which {n} wait for an approval"
        " again. All sessions of whoever left were ended.",
        looks=given.looks,
        plans=given.plans,
        n=given.to_approve,
    )
    return done("/desk/" if colleague == visit().coordinator_id else _path(), said)


@post("/letters/<slug>/team/<colleague>/vouch", Act.TEAM)
def vouch_for(slug: str, colleague: str) -> Response:
    """Say that one knows who is new in the team, so that it counts as a person of its own at once."""
    del slug
    _look(colleague)
    with acting() as session:
        vouch(
            session,
            campaign_id=letter().id,
            coordinator_id=colleague,
            by=visit().by,
            now=services().now(),
        )
    return done(_path(), Sentence("Kept: you know this person, who counts as a second one from now on."))


def _path() -> str:
    return f"/desk/letters/{letter().slug}/team"


def _page(form: FormState) -> Page:
    here, who = services(), visit()
    with looking() as session:
        members = team_of(session, here.keyring.desk, letter().id)
        backing = backing_of(session, letter().id)
        new = {
            one: _New(
                counts_as=name_of_actor(session, here.keyring.desk, newcomer.counts_as),
                until=newcomer.until,
                may_vouch=who.may(Act.TEAM)
                and are_two(session, letter().id, actor(one), who.by, now=here.now()),
            )
            for one, newcomer in newcomers_of(session, letter().id, now=here.now()).items()
        }
        invited = (
            open_invitations(session, here.keyring.desk, letter().id, now=here.now())
            if who.may(Act.TEAM)
            else []
        )
    return desk_page(
        "team.html",
        part="desk.team",
        status=422 if form.is_wrong else 200,
        form=form,
        members=members,
        invited=invited,
        backing=backing,
        new=new,
        roles=list(Role),
    )


def _look(colleague: str) -> tuple[TeamMember, list[TeamMember]]:
    """Find one of the team, and the others; raises NotFound for whoever is not in it."""
    with looking() as session:
        members = team_of(session, services().keyring.desk, letter().id)
    one = next((member for member in members if member.person.id == colleague), None)
    if one is None:
        raise NotFound(room.NOT_IN_TEAM)
    return one, [member for member in members if member is not one]


def _colleague_page(colleague: str, form: FormState) -> Page:
    one, others = _look(colleague)
    return desk_page(
        "team_colleague.html",
        part="desk.team",
        status=422 if form.is_wrong else 200,
        form=form,
        one=one,
        others=others,
        roles=list(Role),
        back=_path(),
    )


def _read(entries: Mapping[str, str]) -> tuple[str, Role]:
    reader = Reader(entries)
    email = reader.read("email", lambda text: normal_address(text, what=Sentence("The e-mail address")), "")
    role = reader.read("role", _role, None)
    reader.refuse_if_wrong()
    assert role is not None, "else it was refused"
    return email, role


def _read_role(entries: Mapping[str, str]) -> Role:
    reader = Reader(entries)
    role = reader.read("role", _role, None)
    reader.refuse_if_wrong()
    assert role is not None, "else it was refused"
    return role


def _role(text: str) -> Role | None:
    try:
        return Role(text)
    except ValueError as error:
        raise Refused(CHOOSE_ROLE) from error
