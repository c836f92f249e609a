"""Going live: a list of what was measured, and the switch from trial to everybody."""

from collections.abc import Sequence

from flask import Response, request

from service.campaigns import going_live as verbs
from service.campaigns.contents import open_file
from service.campaigns.live_checks import checks_of, lacking_in
from service.coordinators.backing import backing_of
from service.coordinators.permissions import Act
from service.delivery.offices.checks import has_a_team, offices_to_check
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.letter_check import Outcome
from service.model.states import CampaignState
from service.schedules.opening import NOBODY, invite_at_opening, invited_from
from service.signing.printed import printed_words
from service.web.desk.blueprint import get, post
from service.web.desk.opening import goes_apart, takes_from
from service.web.desk.page import desk_page, done, pages_for
from service.web.desk.visit import acting, letter, letter_row, looking, visit
from service.web.services import services

_NOT_SEEN = Sentence("Press the button on the page that is called “Going live”.")


@get("/letters/<slug>/live", Act.LOOK)
def live(slug: str) -> Response:
    """Show what is measured before the letter goes live."""
    del slug
    here, who = services(), visit()
    with looking() as session:
        campaign = letter_row(session)
        file = open_file(session, here.keyring, campaign)
        # The release's own rule: what is said here is what would hold it up.
        asks = has_a_team(session, campaign, now=here.now())
        to_check = offices_to_check(session, here.keyring, campaign, now=here.now()) if asks else None
        checks = checks_of(session, here.keyring, campaign, here.fonts, to_check=to_check)
        signed = verbs.signed_in_trial(session, campaign)
        inviting = invited_from(session, here.keyring, campaign, now=here.now())
        begins, apart = takes_from(campaign, now=here.now()), goes_apart(campaign, inviting)
        not_backed = backing_of(session, campaign.id).bars
    return desk_page(
        "live.html",
        part="desk.overview",
        campaign=campaign,
        checks=checks,
        left=sum(one.outcome is not Outcome.GOOD for one in checks),
        signed=signed,
        to_invite=inviting.number,
        invites_on=apart,
        takes_from=begins,
        not_backed=not_backed,
        to_measure=any(one.what == "test_mail" and one.outcome is not Outcome.GOOD for one in checks),
        reply_to=file.reply_to,
        base=_base(),
        pages=pages_for(who),
    )


@post("/letters/<slug>/live/all", Act.EDIT_SETTINGS)
def measure_all(slug: str) -> Response:
    """Look at the sender's DNS and at all names now, and send a test mail."""
    here, by, now = services(), visit().by, services().now()
    # The network is asked before the transaction begins.
    findings = here.look_at_sender() if here.look_at_sender is not None else None
    lacking = _lacking()
    with acting() as session:
        verbs.keep_dns(session, slug, findings, by=by, now=now)
        verbs.keep_fonts(session, slug, lacking, by=by, now=now)
        verbs.send_test_mail(session, here.keyring, slug, by=by, now=now)
    said = Sentence("All was measured just now. A test mail is on its way: open it and press its button.")
    return done(_base(), said)


@post("/letters/<slug>/live/dns", Act.EDIT_SETTINGS)
def measure_dns(slug: str) -> Response:
    """Look at the sender's DNS now, and keep what was found."""
    here = services()
    # The network is asked before the transaction begins.
    findings = here.look_at_sender() if here.look_at_sender is not None else None
    with acting() as session:
        verbs.keep_dns(session, slug, findings, by=visit().by, now=here.now())
    return done(_base(), Sentence("The sender's DNS was looked at just now."))


@post("/letters/<slug>/live/fonts", Act.EDIT_SETTINGS)
def measure_fonts(slug: str) -> Response:
    """Look at the names of all who signed, and keep which characters no font can print."""
    lacking = _lacking()
    with acting() as session:
        verbs.keep_fonts(session, slug, lacking, by=visit().by, now=services().now())
    return done(_base(), Sentence("The names of all who signed were looked at just now."))


@post("/letters/<slug>/live/mail", Act.EDIT_SETTINGS)
def mail_test(slug: str) -> Response:
    """Send a test mail to the secretariat."""
    here = services()
    with acting() as session:
        verbs.send_test_mail(session, here.keyring, slug, by=visit().by, now=here.now())
    return done(_base(), Sentence("A test mail is on its way. Open it and press its button."))


@get("/letters/<slug>/live/arrived", Act.LOOK)
def mail_arrived(slug: str) -> Response:
    """Show the button to which a test mail leads."""
    del slug
    return desk_page(
        "mail_arrived.html", part="desk.overview", token=request.args.get("t", "")[:64], base=_base()
    )


@post("/letters/<slug>/live/arrived", Act.EDIT_SETTINGS)
def press_mail(slug: str) -> Response:
    """Take in that a test mail arrived."""
    with acting() as session:
        verbs.press_test_mail(
            session, slug, request.form.get("token", ""), by=visit().by, now=services().now()
        )
    return done(_base(), Sentence("The test mail arrived, and its button works."))


@post("/letters/<slug>/live", Act.LEAD)
def switch_live(slug: str) -> Response:
    """Let the letter write to everybody it is meant for."""
    _refuse_unless("live")
    here = services()
    with acting() as session:
        campaign = verbs.go_live(session, slug, by=visit().by, now=here.now())
        is_open = campaign.state.value == "open"
        inviting = invite_at_opening(session, here.keyring, campaign, now=here.now()) if is_open else NOBODY
        begins, apart = takes_from(campaign, now=here.now()), goes_apart(campaign, inviting)
    invited = inviting.number
    if apart:
        sentence = Sentence(
            "The letter is live; {n} invitation goes out on {moment}.",
            "The letter is live; {n} invitations go out on {moment}.",
            n=invited,
            moment=apart,
        )
        return done(_base(), sentence)
    if invited and begins:
        sentence = Sentence(
            "The letter is live and takes sign-ons from {moment} on; {n} invitation goes out then.",
            "The letter is live and takes sign-ons from {moment} on; {n} invitations go out then.",
            n=invited,
            moment=begins,
        )
        return done(_base(), sentence)
    if invited:
        sentence = Sentence(
            "The letter is live; {n} invitation is on its way.",
            "The letter is live; {n} invitations are on their way.",
            n=invited,
        )
        return done(_base(), sentence)
    # Once people are asked to sign, their mail holds links that are theirs.
    undo = None if letter().state is CampaignState.OPEN else {"action": f"{_base()}/trial", "meant": "trial"}
    return done(_base(), Sentence("The letter is live: its mail goes to those it is meant for."), undo=undo)


@post("/letters/<slug>/live/trial", Act.LEAD)
def switch_trial(slug: str) -> Response:
    """Let the letter write to its own team alone again."""
    _refuse_unless("trial")
    with acting() as session:
        verbs.back_to_trial(session, slug, by=visit().by, now=services().now())
    return done(_base(), Sentence("The letter is in trial: its mail reaches your team only."))


def _lacking() -> Sequence[str]:
    here = services()
    with looking() as session:
        return lacking_in(here.fonts, printed_words(session, here.keyring, letter_row(session)))


def _refuse_unless(meant: str) -> None:
    if request.form.get("meant", "") != meant:
        raise Refused(_NOT_SEEN)


def _base() -> str:
    return f"/desk/letters/{letter().slug}/live"
