"""The directory: members that agreed to be kept for next letters, to be invited to this one."""

from flask import Response, request

from service.coordinators.permissions import Act
from service.foundation.sentence import Sentence
from service.signing.invitees.directory import (
    forget_entry,
    invite_kept,
    keep_one,
    keep_willing,
)
from service.signing.invitees.directory_pages import list_directory
from service.signing.workplace import Desk
from service.web.desk.blueprint import get, post
from service.web.desk.members import PART, added_said, member_path, members_path, show_member
from service.web.desk.page import desk_page, done
from service.web.desk.visit import acting, letter_row, looking, visit
from service.web.forms import FormState, Reader, shown_again
from service.web.render import Page
from service.web.services import services

_HOW = Sentence("Write when and how they told you that they may be kept.")


@get("/letters/<slug>/members/directory", Act.SEE_CONTACTS)
def directory(slug: str) -> Page:
    """List whom this coordinator may invite from the directory, the newest first."""
    return _show(slug, words="", before=request.args.get("before", ""))


@post("/letters/<slug>/members/directory/search", Act.SEE_CONTACTS)
def search_directory(slug: str) -> Page:
    """List those of a name or an address; those stand in no address of a page, which is kept and logged."""
    return _show(slug, words=request.form.get("words", ""), before=request.form.get("before", ""))


@post("/letters/<slug>/members/directory/keep", Act.SEE_CONTACTS)
def keep_members(slug: str) -> Response:
    """Keep whoever of this letter's signatories asked for news of later letters: of a long list, the next part."""
    here, after = services(), request.form.get("after", "")[:32]
    with acting() as session:
        row = letter_row(session)
        part = keep_willing(session, here.keyring, row, after=after, by=visit().by, now=here.now())
    if part.last is None:
        return done(_path(slug), Sentence("{n} more is kept.", "{n} more are kept.", n=part.new))
    said = Sentence(
        "{n} more is kept, and not all were looked at yet: press once more for the next.",
        "{n} more are kept, and not all were looked at yet: press once more for the next.",
        n=part.new,
    )
    return done(f"{_path(slug)}?after={part.last}", said)


@post("/letters/<slug>/members/directory/invite", Act.INVITE_MEMBERS)
def invite_from_directory(slug: str) -> Response:
    """Invite those that are ticked to this letter."""
    here, ticked = services(), [key[:32] for key in request.form.getlist("entry")]
    if not ticked:
        return done(_path(slug), Sentence("Nobody was ticked, so nobody is invited."))
    with acting() as session:
        campaign = letter_row(session)
        keys = here.keyring.of(session, campaign.id)
        desk = Desk(session=session, keys=keys, campaign=campaign, now=here.now())
        report = invite_kept(desk, here.keyring, ticked, coordinator_id=visit().coordinator_id, by=visit().by)
    return done(members_path(slug), added_said(report.added, known=report.known))


@post("/letters/<slug>/members/<member>/keep", Act.SEE_CONTACTS)
def keep_member(slug: str, member: str) -> Response:
    """Keep one member who told the secretariat so."""
    here, entries = services(), request.form.to_dict()
    reader = Reader(entries)
    how = reader.line("how", Sentence("How they told you"), missing=_HOW)
    if reader.errors:
        return show_member(slug, member, form=FormState(values=shown_again(entries), errors=reader.errors))
    with acting() as session:
        keep_one(session, here.keyring, letter_row(session), member, how, by=visit().by, now=here.now())
    return done(member_path(slug, member), Sentence("Kept for next letters."))


@post("/letters/<slug>/members/directory/<entry>/forget", Act.SEE_CONTACTS)
def forget_kept(slug: str, entry: str) -> Response:
    """Delete one member from the directory."""
    here = services()
    with acting() as session:
        forget_entry(session, slug, entry, by=visit().by, now=here.now())
    return done(_path(slug), Sentence("Deleted from the directory."))


def _show(slug: str, *, words: str, before: str) -> Page:
    words = " ".join(words[:200].split())
    with looking() as session:
        kept = list_directory(
            session, services().keyring, visit().coordinator_id, words=words, before=before[:32]
        )
    return desk_page(
        "directory.html",
        part=PART,
        form=FormState(values=shown_again({"words": words})),
        kept=kept,
        is_later=bool(before),
        path=members_path(slug),
        here=_path(slug),
        after=request.args.get("after", "")[:32],
    )


def _path(slug: str) -> str:
    return f"{members_path(slug)}/directory"
