"""Chasers: people without an account who help to reach members, each by a personal link."""

from collections.abc import Mapping

from flask import Response, request

from service.campaigns.codes import READER_LANGUAGES
from service.coordinators.permissions import Act
from service.foundation.addresses import normal_address
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.signing.invitees import chasers as verbs
from service.signing.invitees.listing import names_missing, names_of_chaser
from service.web.desk.blueprint import get, post
from service.web.desk.members import PART, members_path
from service.web.desk.page import desk_page, done
from service.web.desk.visit import acting, letter, letter_row, looking, visit
from service.web.forms import FormState, Misfilled, Reader, shown_again
from service.web.languages import mail_languages
from service.web.render import Page
from service.web.services import services


@get("/letters/<slug>/members/chasers", Act.SEE_NAMES)
def chasers(slug: str) -> Page:
    """List the chasers, and the form for another."""
    return _show_all(slug, FormState(values={}))


@post("/letters/<slug>/members/chasers", Act.INVITE_MEMBERS)
def add_chaser(slug: str) -> Response:
    """Take somebody in as a chaser, and mail the link."""
    here, entries = services(), request.form.to_dict()
    try:
        who = _read(entries)
    except Misfilled as wrong:
        return _show_all(slug, FormState(values=shown_again(entries), errors=wrong.errors))
    with acting() as session:
        row = verbs.add_chaser(session, here.keyring, letter_row(session), who, by=visit().by, now=here.now())
    said = Sentence("The link is on its way. Choose now whom they chase.")
    return done(_path(slug, row.id), said)


@get("/letters/<slug>/members/chasers/<chaser>", Act.SEE_NAMES)
def chaser(slug: str, chaser: str) -> Page:
    """Show a chaser, and whom it chases."""
    with looking() as session:
        campaign, keys = letter_row(session), services().keyring.of(session, letter().id)
        row = verbs.get_chaser(session, campaign, chaser)
        [seen] = [one for one in verbs.list_chasers(session, keys, campaign) if one.id == row.id]
        own = names_of_chaser(session, keys, campaign, row.id)
        mine = {key for key, _ in own}
        others = [one for one in names_missing(session, keys, campaign) if one[0] not in mine]
    return desk_page(
        "chaser.html",
        part=PART,
        chaser=seen,
        own=own,
        others=others,
        path=members_path(slug),
        here=_path(slug, row.id),
    )


@post("/letters/<slug>/members/chasers/<chaser>/members", Act.INVITE_MEMBERS)
def assign_members(slug: str, chaser: str) -> Response:
    """Give those that are ticked to a chaser, and take from it those that the page showed as its own and that are not any more."""
    here, ticked = services(), {key[:32] for key in request.form.getlist("member")}
    shown = {key[:32] for key in request.form.getlist("had")}
    with acting() as session:
        campaign, keys = letter_row(session), here.keyring.of(session, letter().id)
        row = verbs.get_chaser(session, campaign, chaser)
        if row.ended_at is not None:
            raise Refused(verbs.ENDED)
        before = {key for key, _ in names_of_chaser(session, keys, campaign, row.id)}
        verbs.assign(session, campaign, sorted(before & shown - ticked), None, by=visit().by, now=here.now())
        # Who was ticked before and was given to somebody else meanwhile stays there.
        given = sorted(ticked - shown - before)
        verbs.assign(session, campaign, given, row, by=visit().by, now=here.now())
        n = len(names_of_chaser(session, keys, campaign, row.id))
    said = Sentence("They chase {n} member now.", "They chase {n} members now.", n=n)
    return done(_path(slug, chaser), said)


@post("/letters/<slug>/members/chasers/<chaser>/again", Act.INVITE_MEMBERS)
def mail_chaser_again(slug: str, chaser: str) -> Response:
    """Mail a chaser the link once more."""
    here = services()
    with acting() as session:
        campaign = letter_row(session)
        row, keys = verbs.get_chaser(session, campaign, chaser), here.keyring.of(session, campaign.id)
        verbs.mail_chaser_again(session, keys, campaign, row, by=visit().by, now=here.now())
    return done(_path(slug, chaser), Sentence("The link is on its way once more."))


@post("/letters/<slug>/members/chasers/<chaser>/end", Act.INVITE_MEMBERS)
def end_chaser(slug: str, chaser: str) -> Response:
    """End a chaser's link at once."""
    here = services()
    with acting() as session:
        verbs.end_chaser(session, letter_row(session), chaser, by=visit().by, now=here.now())
    return done(
        f"{members_path(slug)}/chasers", Sentence("The link opens nothing any more; what was noted is kept.")
    )


def _read(entries: Mapping[str, str]) -> verbs.NewChaser:
    reader = Reader(entries)
    name = reader.line(
        "name", Sentence("The name"), missing=Sentence("Enter the chaser's name."), longest=100
    )
    email = reader.read("email", normal_address, "")
    language = entries.get("language", "")
    reader.refuse_if_wrong()
    return verbs.NewChaser(name=name, email=email, language=language if language in READER_LANGUAGES else "")


def _show_all(slug: str, form: FormState) -> Page:
    with looking() as session:
        campaign, keys = letter_row(session), services().keyring.of(session, letter().id)
        found = verbs.list_chasers(session, keys, campaign)
    return desk_page(
        "chasers.html",
        part=PART,
        status=422 if form.is_wrong else 200,
        form=form,
        found=found,
        languages=mail_languages(),
        path=members_path(slug),
        deadline=visit().local(campaign.deadline_at),
    )


def _path(slug: str, chaser: str) -> str:
    return f"{members_path(slug)}/chasers/{chaser}"
