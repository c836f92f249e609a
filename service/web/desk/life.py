"""The steps of a letter's life, each as a button that says before what it will do."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Response, request

from service.campaigns import halt
from service.campaigns import life as verbs
from service.campaigns.archive import archive
from service.campaigns.freezing import (
    FREEZE,
    ask_to_freeze,
    freeze_alone,
    freeze_approved,
)
from service.campaigns.moments import moment_of
from service.coordinators.backing import backing_of
from service.coordinators.permissions import Act
from service.coordinators.second_look import NOT_ASKED, approved_look, decide_look, get_look, waiting_looks
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.model.second_look import Verdict
from service.model.states import CampaignState
from service.schedules.opening import invite_at_opening, invited_from
from service.schedules.overview import stages_of
from service.signing.queries import unconfirmed_number
from service.web.desk.blueprint import get, post
from service.web.desk.grave import approves_unproved
from service.web.desk.opening import goes_apart, takes_from
from service.web.desk.page import desk_page, done, pages_for
from service.web.desk.text_page import saved_letter
from service.web.desk.visit import acting, letter, letter_row, looking, visit
from service.web.forms import FormState, Misfilled, Reader, shown_again
from service.web.services import services

CHANGED = Sentence("The letter has changed since this page was opened; look again before you decide.")


@get("/letters/<slug>/life", Act.LOOK)
def life(slug: str) -> Response:
    """Show where the letter stands in its life, and each step that can be taken from here."""
    del slug
    return _page(FormState(values={}))


def _page(form: FormState) -> Response:
    here, who = services(), visit()
    now = here.now()
    with looking() as session:
        campaign = letter_row(session)
        looks = [one for one in waiting_looks(session, campaign.id, now=now) if one.act == FREEZE]
        inviting = invited_from(session, here.keyring, campaign, now=now)
        context = {
            "campaign": campaign,
            "stages": stages_of(session, campaign),
            "mine": [one for one in looks if one.asked_by == who.by],
            "others": [one for one in looks if one.asked_by != who.by],
            "approved": approved_look(session, campaign.id, FREEZE, now=now),
            "to_invite": inviting.number,
            "invites_on": goes_apart(campaign, inviting),
            "takes_from": takes_from(campaign, now=now),
            "not_backed": backing_of(session, campaign.id).bars,
        }
    return desk_page(
        "life.html",
        part="desk.overview",
        letter_html=saved_letter() if context["others"] and who.may(Act.SECOND) else None,
        status=422 if form.is_wrong else 200,
        form=form,
        pages=pages_for(who),
        base=_base(),
        now=now,
        **context,
    )


@post("/letters/<slug>/life/freeze/ask", Act.FREEZE)
def ask_freeze(slug: str) -> Response:
    """Ask a second coordinator to look at the text before it is final."""
    _refuse_unless_seen()
    with acting() as session:
        ask_to_freeze(session, services().keyring, slug, by=visit().by, now=services().now())
    return done(
        _base(), Sentence("A second coordinator is asked to look at the text. Tell somebody of your team.")
    )


@post("/letters/<slug>/life/freeze/decide", Act.SECOND, is_grave=approves_unproved)
def decide_freeze(slug: str) -> Response:
    """Decide as the second coordinator; what is approved is done at once."""
    _refuse_unless_seen()
    here, who, look = services(), visit(), request.form.get("look", "")
    verdict = next((one for one in Verdict if one.value == request.form.get("verdict")), None)
    if verdict is None:
        raise Refused(CHANGED)
    with acting() as session:
        if get_look(session, look, campaign_id=letter().id).act != FREEZE:
            raise NotFound(NOT_ASKED)
        decide_look(
            session,
            look,
            campaign_id=letter().id,
            verdict=verdict,
            by=who.by,
            now=here.now(),
            # Nothing leaves by it, and a coalition that begins today settles its text today.
            may_be_new=True,
        )
        if verdict is Verdict.APPROVED:
            freeze_approved(session, here.keyring, slug, look, by=who.by, now=here.now())
    if verdict is Verdict.APPROVED:
        return done(_base(), _FINAL, undo=_undo("thaw", CampaignState.FROZEN))
    return done(_base(), _NOT_FINAL)


@post("/letters/<slug>/life/freeze", Act.FREEZE)
def freeze_text(slug: str) -> Response:
    """Make the text final that was approved, or that one person alone decides on."""
    _refuse_unless_seen()
    here, by, look = services(), visit().by, request.form.get("look", "")
    with acting() as session:
        if look:
            freeze_approved(session, here.keyring, slug, look, by=by, now=here.now())
        else:
            freeze_alone(session, here.keyring, slug, by=by, now=here.now())
    return done(_base(), _FINAL, undo=_undo("thaw", CampaignState.FROZEN))


@post("/letters/<slug>/life/thaw", Act.FREEZE)
def thaw_text(slug: str) -> Response:
    """Make a final text a draft again."""
    _refuse_unless_seen()
    with acting() as session:
        verbs.thaw(session, slug, by=visit().by, now=services().now())
    return done(_base(), Sentence("The text is a draft again."))


@post("/letters/<slug>/life/open", Act.LEAD)
def open_letter(slug: str) -> Response:
    """Let sign-ons come in, and send the invitations that wait."""
    _refuse_unless_seen()
    here = services()
    with acting() as session:
        opened = verbs.open_for_signing(session, slug, by=visit().by, now=here.now())
        inviting = invite_at_opening(session, here.keyring, opened, now=here.now())
        begins = takes_from(opened, now=here.now())
        apart = goes_apart(opened, inviting)
    invited = inviting.number
    if apart:
        sentence = Sentence(
            "The letter is open; {n} invitation goes out on {moment}.",
            "The letter is open; {n} invitations go out on {moment}.",
            n=invited,
            moment=apart,
        )
    elif begins:
        sentence = Sentence(
            "The letter is open and takes sign-ons from {moment} on; {n} invitation goes out then.",
            "The letter is open and takes sign-ons from {moment} on; {n} invitations go out then.",
            n=invited,
            moment=begins,
        )
    elif not invited:
        sentence = Sentence("The letter collects sign-ons. Its address stands below, to be passed on.")
    else:
        sentence = Sentence(
            "The letter collects sign-ons; {n} invitation is on its way.",
            "The letter collects sign-ons; {n} invitations are on their way.",
            n=invited,
        )
    # What comes next is asking people: the overview says so, and has the address.
    return done(f"/desk/letters/{slug}/", sentence)


@post("/letters/<slug>/life/close", Act.LEAD)
def close_letter(slug: str) -> Response:
    """End the taking of sign-ons."""
    _refuse_unless_seen()
    here = services()
    with acting() as session:
        closed = verbs.close(session, slug, by=visit().by, now=here.now())
        waiting = unconfirmed_number(session, closed)
        until = closed.deadline_at
    undo = {}
    if until > here.now():
        there = until.astimezone(ZoneInfo(letter().time_zone)).replace(tzinfo=None)
        undo = {**_undo("reopen", CampaignState.CLOSED), "until": there.isoformat(timespec="seconds")}
    sentence = Sentence(
        "Sign-ons are over. {n} has not confirmed yet.",
        "Sign-ons are over. {n} have not confirmed yet.",
        n=waiting,
    )
    return done(_base(), sentence, undo=undo)


@post("/letters/<slug>/life/reopen", Act.LEAD)
def reopen_letter(slug: str) -> Response:
    """Take sign-ons for one more while, until a new deadline."""
    _refuse_unless_seen()
    entries, here = request.form.to_dict(), services()
    try:
        until = _read_until(entries)
    except Misfilled as wrong:
        return _page(FormState(values=shown_again(entries), errors=wrong.errors))
    with acting() as session:
        verbs.reopen(session, slug, until=until, by=visit().by, now=here.now())
    return done(
        _base(), Sentence("The letter collects sign-ons again."), undo=_undo("close", CampaignState.OPEN)
    )


@post("/letters/<slug>/life/pause", Act.LEAD)
def pause_letter(slug: str) -> Response:
    """Take no sign-ons for a while."""
    _refuse_unless_seen()
    with acting() as session:
        halt.pause(session, slug, by=visit().by, now=services().now())
    sentence = Sentence("The letter takes no sign-ons until you go on. Its page says so.")
    return done(_base(), sentence, undo=_undo("resume", CampaignState.OPEN))


@post("/letters/<slug>/life/resume", Act.LEAD)
def resume_letter(slug: str) -> Response:
    """Take sign-ons again."""
    _refuse_unless_seen()
    with acting() as session:
        halt.resume(session, slug, by=visit().by, now=services().now())
    return done(
        _base(), Sentence("The letter takes sign-ons again."), undo=_undo("pause", CampaignState.OPEN)
    )


@post("/letters/<slug>/life/publish", Act.LEAD)
def publish_letter(slug: str) -> Response:
    """Make the letter public."""
    _refuse_unless_seen()
    with acting() as session:
        verbs.publish(session, slug, by=visit().by, now=services().now())
    return done(
        _base(), Sentence("The letter is public, with its count and the names that are named publicly.")
    )


@post("/letters/<slug>/life/archive", Act.LEAD)
def archive_letter(slug: str) -> Response:
    """Put the letter away."""
    _refuse_unless_seen()
    here = services()
    with acting() as session:
        archive(session, here.keyring, slug, by=visit().by, now=here.now())
    return done(_base(), Sentence("The letter is put away. From now on its retention counts."))


_FINAL = Sentence("The text is final: nobody can change a word of it unseen.")
_NOT_FINAL = Sentence("The text stays a draft.")


def _refuse_unless_seen() -> None:
    """Refuse what was decided on a page that showed another state than the letter has now: a second click, say."""
    if request.form.get("seen", "") != letter().state.value:
        raise Refused(CHANGED)


def _undo(step: str, state: CampaignState) -> dict[str, str]:
    return {"action": f"{_base()}/{step}", "seen": state.value}


def _base() -> str:
    return f"/desk/letters/{letter().slug}/life"


def _read_until(entries: dict[str, str]) -> datetime:
    reader, zone = Reader(entries), ZoneInfo(letter().time_zone)

    def moment(text: str) -> datetime:
        try:
            found = datetime.fromisoformat(text.strip())
        except ValueError as error:
            raise Refused(Sentence("Give day and time of the new deadline for sign-ons.")) from error
        until = moment_of(found.replace(tzinfo=None), zone)
        if until <= services().now():
            raise Refused(Sentence("The new deadline for sign-ons has to lie in the future."))
        return until

    found = reader.read("until", moment, services().now())
    reader.refuse_if_wrong()
    return found
