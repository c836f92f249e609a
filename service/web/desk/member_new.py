"""Invite one member by a short form: an invitation while the letter takes sign-ons, a late link once it is closed."""

from collections.abc import Mapping

from flask import Response, request

from service.campaigns.codes import READER_LANGUAGES
from service.coordinators.permissions import Act
from service.foundation.addresses import normal_address
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.foundation.written import clean_line, fold_name
from service.mail.view.meanings import UNWRITTEN
from service.model.states import CampaignState
from service.schedules.opening import invited_from
from service.signing.invitees.inviting import Invited, invite_one
from service.signing.roll_columns import SignatoryRow
from service.web.desk.blueprint import get, post
from service.web.desk.members import PART, added_said, late_said, member_path, members_path
from service.web.desk.opening import goes_apart
from service.web.desk.page import desk_page, done
from service.web.desk.visit import acting, letter, letter_row, visit
from service.web.forms import FormState, Misfilled, Reader, shown_again
from service.web.languages import mail_languages
from service.web.render import Page
from service.web.services import services

_NO_NAME = Sentence("Enter the name of the member.")
_SHARED = Sentence(
    "Somebody has signed from this mailbox already, under another name. If two people share it, say that you invite this one nevertheless."
)


@get("/letters/<slug>/members/new", Act.INVITE_MEMBERS)
def new_member(slug: str) -> Page:
    """Show the form by which one member is invited."""
    return _show(slug, FormState(values={"kind": "organization"}))


@post("/letters/<slug>/members/new", Act.INVITE_MEMBERS)
def invite_member(slug: str) -> Response:
    """Put one on the list and write to it, unless the letter knows it already."""
    here, entries = services(), request.form.to_dict()
    values = shown_again(entries)
    try:
        row = _read(entries)
        with acting() as session:
            found = invite_one(
                session,
                here.keyring,
                slug,
                row,
                shares_with=_shares_with(entries),
                by=visit().by,
                now=here.now(),
            )
            campaign = letter_row(session)
            inviting = invited_from(session, here.keyring, campaign, now=here.now())
            goes_then = bool(inviting.number) and not goes_apart(campaign, inviting)
    except Misfilled as wrong:
        return _show(slug, FormState(values=values, errors=wrong.errors))
    except Refused as refusal:
        return _show(slug, FormState(values=values, notice=str(refusal)))
    if found.is_shared:
        # What was ticked was said of another, or of nobody.
        form = FormState(values={**values, "nevertheless": ""}, errors={"nevertheless": _SHARED})
        return _show(slug, form, shared=found.id)
    path = member_path(slug, found.id)
    return done(
        path if found.is_listed else f"/desk/letters/{slug}/signatories/{found.id}",
        _said(found, goes_then=goes_then),
    )


def _read(entries: Mapping[str, str]) -> SignatoryRow:
    reader = Reader(entries)

    def name(text: str) -> str:
        found = clean_line(text, what=Sentence("The name"))
        if not fold_name(found):
            raise Refused(_NO_NAME)
        return found

    named, email = reader.read("name", name, ""), reader.read("email", normal_address, "")
    reader.refuse_if_wrong()
    language = entries.get("language", "")
    return SignatoryRow(
        line=1,
        kind="person" if entries.get("kind") == "person" else "organization",
        name=named,
        email=email,
        language=language if language in READER_LANGUAGES else "",
    )


def _shares_with(entries: Mapping[str, str]) -> str | None:
    """Give with whom a mailbox may be shared, as the form was told; None where its sender may not know who signed from one."""
    if not visit().may(Act.SEE_CONTACTS):
        return None
    return entries.get("shared", "") if entries.get("nevertheless") else ""


def _said(found: Invited, *, goes_then: bool) -> Sentence:
    if found.is_left:
        return Sentence("This one is known to the letter already: nothing was added, and nothing was sent.")
    if found.is_late:
        return late_said(found.void, is_unwritten=found.is_unwritten)
    if found.is_unwritten:
        return Sentence("Added to the members. {why}", why=UNWRITTEN)
    if found.is_asked:
        return Sentence("Added to the members, and the invitation is on its way.")
    if goes_then:
        return Sentence("Added to the members: the invitation goes when the letter takes sign-ons.")
    # It is planned for another moment, or paused, or the letter is tried: the calendar tells.
    return added_said(1, known=0)


def _show(slug: str, form: FormState, *, shared: str = "") -> Page:
    return desk_page(
        "member_new.html",
        part=PART,
        status=422 if form.is_wrong else 200,
        form=form,
        shared=shared,
        languages=mail_languages(),
        is_closed=letter().state is CampaignState.CLOSED,
        path=members_path(slug),
    )
