"""The members of a letter: who is missing, and what the secretariat does about each."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import Response, request

from service.campaigns.contents import open_file
from service.campaigns.file import CampaignFile
from service.coordinators.permissions import Act
from service.coordinators.revealing import MOST_REVEALED
from service.foundation.addresses import masked_address
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.foundation.written import clean_text
from service.i18n.own_names import own_name
from service.mail.view.meanings import UNWRITTEN
from service.model.states import CampaignState
from service.signing.invitees import acts
from service.signing.invitees.adding import sources_of
from service.signing.invitees.chasers import assign, get_chaser, list_chasers
from service.signing.invitees.listing import MISSING, Word, get_invitee, list_invitees
from service.signing.late_link import let_in_late
from service.signing.workplace import Desk
from service.web.desk.blueprint import get, post
from service.web.desk.grave import reveals_too_many
from service.web.desk.page import desk_page, done
from service.web.desk.visit import acting, letter, letter_row, looking, visit
from service.web.forms import FormState, shown_again
from service.web.render import Page
from service.web.services import services

PART = "desk.members"
_NO_CHASER = "nobody"
_FILTERS = {"missing": MISSING, "all": frozenset(Word), **{word.value: frozenset({word}) for word in Word}}


@get("/letters/<slug>/members", Act.SEE_NAMES)
def members(slug: str) -> Page:
    """List the invited by where they stand: first of all, who is missing."""
    shown = request.args.get("show", "")
    shown = shown if shown in _FILTERS else "missing"
    name, chaser = request.args.get("name", "")[:200], request.args.get("chaser", "")[:32]
    with looking() as session:
        campaign, keys = letter_row(session), services().keyring.of(session, letter().id)
        found = list_invitees(
            session,
            keys,
            campaign,
            words=_FILTERS[shown],
            name=name,
            chaser_id=chaser,
            after=request.args.get("after", "")[:32],
        )
        chasers = [one for one in list_chasers(session, keys, campaign) if not one.is_ended]
        is_final = campaign.revision_id is not None
        packs = _packs(open_file(session, services().keyring, campaign)) if is_final else ()
    return desk_page(
        "members.html",
        packs=packs,
        found=found,
        chosen=shown,
        chasers=chasers,
        chaser=chaser,
        form=FormState(values=shown_again({"name": name})),
        path=members_path(slug),
        deadline=visit().local(campaign.deadline_at),
        is_over=campaign.deadline_at <= services().now() or campaign.state is CampaignState.CLOSED,
    )


@get("/letters/<slug>/members/<member>", Act.SEE_NAMES)
def member(slug: str, member: str) -> Page:
    """Show one of the invited, its address masked."""
    return show_member(slug, member)


@post("/letters/<slug>/members/<member>/contacts", Act.SEE_CONTACTS, is_grave=reveals_too_many)
def reveal_member(slug: str, member: str) -> Page:
    """Show the addresses of one of the invited, on this one page; that they were looked at is kept."""
    here = services()
    with acting() as session:
        campaign = letter_row(session)
        party = acts.reveal_contacts(
            session,
            here.keyring,
            campaign,
            member,
            coordinator_id=visit().coordinator_id,
            proved_at=visit().proved_at,
            now=here.now(),
        )
        sources = sources_of(session, here.keyring.of(session, campaign.id), member)
    contacts = {
        "email": party.email,
        "approver_email": party.approver_email,
        "second_email": party.second_email,
        "phone": party.phone,
        "messenger": party.messenger,
    }
    known = {name: value for name, value in contacts.items() if value}
    return show_member(slug, member, contacts=known, sources=sources)


@post("/letters/<slug>/members/<member>/again", Act.INVITE_MEMBERS)
def invite_again(slug: str, member: str) -> Response:
    """Mail one of the invited once more."""
    here = services()
    with acting() as session:
        acts.invite_again(session, here.keyring, slug, member, by=visit().by, now=here.now())
    return done(member_path(slug, member), Sentence("Asked once more: the mail is on its way."))


@post("/letters/<slug>/members/<member>/late", Act.INVITE_MEMBERS)
def late_member(slug: str, member: str) -> Response:
    """Let one of the invited in late, for a day."""
    here = services()
    with acting() as session:
        acts.lock_invited(session, letter_row(session), member)
        given = let_in_late(session, here.keyring, slug, member, by=visit().by, now=here.now())
    return done(member_path(slug, member), late_said(given.void, is_unwritten=given.is_unwritten))


@post("/letters/<slug>/members/<member>/note", Act.INVITE_MEMBERS)
def note_member(slug: str, member: str) -> Response:
    """Keep a note about one of the invited."""
    here, entries = services(), request.form.to_dict()
    try:
        note = clean_text(entries.get("note", ""), what=Sentence("The note"), longest=acts.LONGEST_NOTE)
    except Refused as wrong:
        form = FormState(values=shown_again(entries), errors={"note": str(wrong)})
        return show_member(slug, member, form=form)
    with acting() as session:
        acts.keep_note(
            session, here.keyring, letter_row(session), member, note, by=visit().by, now=here.now()
        )
    return done(member_path(slug, member), Sentence("The note is kept."))


@post("/letters/<slug>/members/<member>/chaser", Act.INVITE_MEMBERS)
def assign_member(slug: str, member: str) -> Response:
    """Give one of the invited to a chaser, or to nobody."""
    here, wanted = services(), request.form.get("chaser", "")[:32]
    with acting() as session:
        campaign = letter_row(session)
        acts.lock_invited(session, campaign, member)
        chaser = get_chaser(session, campaign, wanted) if wanted != _NO_CHASER else None
        assign(session, campaign, [member], chaser, by=visit().by, now=here.now())
    return done(member_path(slug, member), Sentence("It is kept who chases them."))


@post("/letters/<slug>/members/<member>/leave-out", Act.INVITE_MEMBERS)
def leave_out_member(slug: str, member: str) -> Response:
    """Decide that the letter goes without one of the invited, or take that back."""
    here, back = services(), bool(request.form.get("back"))
    with acting() as session:
        acts.leave_out(session, letter_row(session), member, back=back, by=visit().by, now=here.now())
    path = (
        f"{members_path(slug)}/decide" if request.form.get("from") == "decide" else member_path(slug, member)
    )
    if back:
        return done(path, Sentence("They are missing again, and not left out."))
    undo = {"action": f"{member_path(slug, member)}/leave-out", "back": "yes"}
    return done(path, Sentence("Left out. If they sign after all, it still counts."), undo=undo)


@get("/letters/<slug>/members/decide", Act.SEE_NAMES)
def members_to_decide(slug: str) -> Page:
    """List, once the deadline for sign-ons is over, each known member that did not confirm: call, add, leave out."""
    with looking() as session:
        campaign, keys = letter_row(session), services().keyring.of(session, letter().id)
        found = list_invitees(
            session, keys, campaign, words=MISSING, after=request.args.get("after", "")[:32]
        )
        left_out = found.counts[Word.LEFT_OUT]
    is_over = campaign.deadline_at <= services().now() or campaign.state is CampaignState.CLOSED
    return desk_page(
        "members_decide.html",
        part=PART,
        found=found,
        left_out=left_out,
        is_over=is_over,
        path=members_path(slug),
        deadline=visit().local(campaign.deadline_at),
    )


def show_member(
    slug: str,
    member: str,
    *,
    contacts: dict[str, str] | None = None,
    sources: Sequence[tuple[datetime, str]] = (),
    form: FormState | None = None,
) -> Page:
    """Make the page of one of the invited; `contacts` are shown in full where they were asked for just now."""
    here = services()
    with looking() as session:
        campaign, keys = letter_row(session), here.keyring.of(session, letter().id)
        invitee, party = get_invitee(session, keys, campaign, member)
        row = acts.get_invited(session, campaign, member)
        desk = Desk(session=session, keys=keys, campaign=campaign, now=here.now())
        why_not = acts.why_not_asked(desk, row)
        chasers = [one for one in list_chasers(session, keys, campaign) if not one.is_ended]
    return desk_page(
        "member.html",
        part=PART,
        status=422 if form and form.is_wrong else 200,
        member=invitee,
        party=party,
        approver=masked_address(party.approver_email) if party.approver_email else "",
        contacts=contacts,
        sources=sources,
        chasers=chasers,
        nobody=_NO_CHASER,
        most_revealed=MOST_REVEALED,
        why_not=why_not,
        has_pack=campaign.revision_id is not None,
        may_come_late=campaign.state is CampaignState.CLOSED and invitee.word is not Word.CONFIRMED,
        late_for=timedelta(days=1),
        form=_with_note(form, party.note),
        path=members_path(slug),
        here=member_path(slug, member),
    )


def _packs(file: CampaignFile) -> Sequence[tuple[str, str]]:
    """List the languages in which a board may be given the letter, by what each calls itself (pure)."""
    return [
        (tag, own_name(tag)) for tag in (file.language, *(one.language for one in file.letter.translations))
    ]


def added_said(number: int, *, known: int) -> Sentence:
    """Say how many were added to the members, and how many the letter knew (pure)."""
    return Sentence(
        "{n} added to the members, {known} were known already.",
        "{n} added to the members, {known} were known already.",
        n=number,
        known=known,
    )


def late_said(void: int, *, is_unwritten: bool) -> Sentence:
    """Say that a late link leaves, or that it does not, and which proposed edition is void by it (pure)."""
    if is_unwritten and not void:
        return UNWRITTEN
    if is_unwritten:
        return Sentence("{why} Edition {number} that was proposed is void by it.", why=UNWRITTEN, number=void)
    if not void:
        return Sentence("A late link is on its way, good for one day.")
    return Sentence(
        "A late link is on its way, good for one day. Edition {number} that was proposed is void by it.",
        number=void,
    )


def members_path(slug: str) -> str:
    """Give the path of a letter's members."""
    return f"/desk/letters/{slug}/members"


def member_path(slug: str, member: str) -> str:
    """Give the path of one of a letter's members."""
    return f"{members_path(slug)}/{member}"


def _with_note(form: FormState | None, note: str) -> FormState:
    """Give a form of this page that came back, or none, with the note that is kept beside it."""
    values = {"note": note, **(form.values if form else {})}
    return FormState(values=values, errors=form.errors if form else {})
