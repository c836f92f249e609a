"""What guests say of the draft: they are invited here, and each comment is accepted or rejected with a reason."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Response, request

from service.campaigns.contents import open_file
from service.campaigns.moments import moment_of
from service.campaigns.writing.paragraphs import where_it_stands
from service.campaigns.writing.words import text_of
from service.coordinators.permissions import Act
from service.foundation.addresses import normal_address
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.model.comment import CommentVerdict
from service.model.states import CampaignState
from service.signing.commenting.comments import comments_of
from service.signing.commenting.deciding import Decision, decide_comment, get_comment, reopen_comment
from service.signing.commenting.guests import (
    Invited,
    end_guest,
    get_guest,
    guests_of,
    have_guest_back,
    invite_guest,
)
from service.web.commenting import amendments, place_name
from service.web.desk.blueprint import get, post
from service.web.desk.page import desk_page, done
from service.web.desk.text_page import refuse_deleted, text_path
from service.web.desk.visit import acting, letter, letter_row, looking, visit
from service.web.forms import FormState, Misfilled, Reader, shown_again
from service.web.services import services

_NO_MOMENT = Sentence(
    "Give the day and hour of the deadline for comments, like 2026-12-01T17:00, or leave it empty."
)


@get("/letters/<slug>/text/comments", Act.LOOK)
def text_comments(slug: str) -> Response:
    """Show what guests have said, what waits for a decision first, and who was invited."""
    del slug
    return _show(FormState(values={}))


@post("/letters/<slug>/text/comments/<comment>", Act.EDIT_TEXT)
def decide_on_comment(slug: str, comment: str) -> Response:
    """Accept, reject with a reason, or open again."""
    del slug
    here, entries, who = services(), request.form.to_dict(), visit().coordinator_id
    what = entries.get("do", "")
    with looking() as session:
        get_comment(session, comment, campaign_id=letter().id)
    try:
        with acting() as session:
            if what == "reopen":
                reopen_comment(session, comment, campaign_id=letter().id, who=who, now=here.now())
                return done(_here(), Sentence("It waits for a decision again."))
            decision = Decision(verdict=_verdict(what), reason=entries.get("reason", ""), who=who)
            changed = decide_comment(
                session, here.keyring, comment, decision, campaign_id=letter().id, now=here.now()
            )
    except NotFound:
        raise
    except Refused as refusal:
        values = {f"reason-{comment}": entries.get("reason", "")}
        return _show(FormState(values=shown_again(values), errors={f"reason-{comment}": str(refusal)}))
    undo = {"action": f"{_here()}/{comment}", "do": "reopen"}
    if changed:
        return done(_here(), Sentence("The words stand in the text now."))
    accepted = decision.verdict is CommentVerdict.ACCEPTED
    told = (
        Sentence("The comment is accepted.")
        if accepted
        else Sentence("It is rejected; whoever sent it sees why.")
    )
    return done(_here(), told, undo=undo)


@post("/letters/<slug>/text/guests", Act.EDIT_TEXT)
def invite_to_comment(slug: str) -> Response:
    """Invite somebody to comment by a personal link."""
    del slug
    here, entries = services(), request.form.to_dict()
    try:
        invited = _read_invitation(entries)
        with acting() as session:
            invite_guest(session, here.keyring, letter_row(session), invited, by=visit().by, now=here.now())
    except Misfilled as wrong:
        return _show(FormState(values=shown_again(entries), errors=wrong.errors))
    except Refused as refusal:
        return _show(FormState(values=shown_again(entries), notice=str(refusal)))
    return done(_here(), Sentence("The link is on its way by e-mail."))


@post("/letters/<slug>/text/guests/<guest>", Act.EDIT_TEXT)
def change_guest(slug: str, guest: str) -> Response:
    """End a guest's link, or have it back."""
    del slug
    here, what = services(), request.form.get("do", "")
    with acting() as session:
        get_guest(session, guest, campaign_id=letter().id)
        change = have_guest_back if what == "again" else end_guest
        change(session, guest, campaign_id=letter().id, by=visit().by, now=here.now())
    if what == "again":
        return done(_here(), Sentence("The link opens again."))
    undo = {"action": text_path(below=f"guests/{guest}"), "do": "again"}
    return done(_here(), Sentence("The link opens nothing any more."), undo=undo)


def _here() -> str:
    return text_path(below="comments")


def _verdict(what: str) -> CommentVerdict:
    verdicts = {"accept": CommentVerdict.ACCEPTED, "reject": CommentVerdict.REJECTED}
    if what not in verdicts:
        raise Refused(Sentence("Press one of the buttons of the comment."))
    return verdicts[what]


def _read_invitation(entries: Mapping[str, str]) -> Invited:
    reader = Reader(entries)
    name = reader.line("name", Sentence("The name"), missing=Sentence("Enter the name of the guest."))
    email = reader.read("email", lambda text: normal_address(text, what=Sentence("The address")), "")
    until = reader.read("until", _moment, None)
    reader.refuse_if_wrong()
    return Invited(name=name, email=email, comments_until=until)


def _moment(text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        local = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise Refused(_NO_MOMENT) from error
    if local.tzinfo is not None:
        raise Refused(_NO_MOMENT)
    return moment_of(local, ZoneInfo(letter().time_zone))


def _show(form: FormState) -> Response:
    refuse_deleted()
    here = services()
    with looking() as session:
        comments = comments_of(session, here.keyring, letter().id)
        guests = guests_of(session, here.keyring, letter().id)
        file = open_file(session, here.keyring, letter_row(session))
    texts = {one.language: text_of(file, one.language) for one in comments}
    gone = {
        one.id
        for one in comments
        if (text := texts[one.language]) is None or where_it_stands(text, one.place, one.paragraph) is None
    }
    return desk_page(
        "text_comments.html",
        status=422 if form.is_wrong else 200,
        part="desk.text",
        form=form,
        waiting=[one for one in comments if one.verdict is None],
        decided=[one for one in reversed(comments) if one.verdict is not None],
        gone=gone,
        guests=guests,
        names={one.id: one.name for one in guests},
        amendments=amendments(comments),
        place_name=place_name,
        is_draft=letter().state is CampaignState.DRAFT,
        may_edit=visit().may(Act.EDIT_TEXT),
        zone=letter().time_zone,
        text_path=text_path,
    )
