"""The pages of deliveries: rehearse, propose, see who has approved, release, and how far each copy has come."""

import math
from datetime import datetime, timedelta
from functools import partial

from flask import Response, request

from service.campaigns.queries import approvers_of
from service.coordinators.names import names_of
from service.coordinators.permissions import Act
from service.delivery.channel_words import channel_word
from service.delivery.handing import (
    FORMS,
    MOST_HANDED,
    copies_to_choose,
    is_too_long_to_hand,
    languages_to_choose,
)
from service.delivery.leaving import Leaving, what_leaves
from service.delivery.offices.checks import offices_to_check
from service.delivery.otherwise import Otherwise, fall_backs, instead_of, send_otherwise
from service.delivery.preflight import preflight
from service.delivery.propose import propose, some_unconfirmed
from service.delivery.registry import BY_HAND
from service.delivery.rehearse import rehearse
from service.delivery.release import APPROVALS_NEEDED, UNDO, leaves_at, release, stop
from service.delivery.road import NEXT_THING, RoadFacts, Stage, stage_of
from service.delivery.sendings import (
    edition_of,
    edition_seen,
    editions_seen,
    leaves_next,
    sending_of,
    sendings_of,
)
from service.delivery.settle import keep_arrival, send_again
from service.delivery.steps import waits_for_publication
from service.delivery.supplement import propose_supplement
from service.delivery.to_members import counted_for_members
from service.delivery.tried import refuse_what_is_too_large, try_to_compile
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.edition import EditionKind
from service.model.recipient import Recipient
from service.signing.calls import some_names_on_earlier_text
from service.signing.draft_view import MOST_SET, is_too_long_to_set
from service.signing.late_link import names_let_in
from service.signing.secretariat.kept_figures import known_tally
from service.store.transaction import trial
from service.web.desk.blueprint import ACTS, get, post
from service.web.desk.delivering.making import making_to_send
from service.web.desk.delivering.ways import set_up_at
from service.web.desk.page import desk_page, done
from service.web.desk.visit import acting, letter, letter_here, looking, visit
from service.web.render import Page
from service.web.services import services

_PART = "desk.deliveries"
_MOMENTS = timedelta(minutes=2)
MOVED_MEANWHILE = Sentence(
    "Somebody signed or left at this very moment, so nothing was proposed; press the button once more."
)


@get("/letters/<slug>/deliveries", Act.LOOK)
def deliveries(slug: str) -> Response:
    """Show where the letter stands on its road, its editions, and what to do next."""
    here, now = services(), services().now()
    with looking() as session:
        campaign = letter_here(session)
        editions = editions_seen(session, here.keyring, campaign)
        unchecked = offices_to_check(session, here.keyring, campaign, now=now)
        is_bare = is_too_long_to_set(session, here.keyring, campaign)
        newest = editions[0] if editions else None
        stage = stage_of(
            RoadFacts(
                state=campaign.state,
                is_solo=campaign.solo,
                is_proposed=newest is not None and newest.released_at is None and newest.voided_at is None,
                is_leaving=newest is not None and newest.released_at is not None and newest.voided_at is None,
                approved=newest.approved if newest else 0,
                needed=APPROVALS_NEEDED,
                has_changes=newest.has_changes if newest else False,
                unchecked=len(unchecked),
            )
        )
        sent = {
            one.id: sendings_of(session, here.keyring, campaign, one.id)
            for one in editions
            if one.released_at
        }
    return desk_page(
        "deliveries.html",
        editions=editions,
        newest=newest,
        sent=sent,
        stage=stage.value,
        next_thing=NEXT_THING[stage],
        unchecked=unchecked,
        needed=APPROVALS_NEEDED,
        is_solo=campaign.solo,
        may_follow=stage is Stage.SENT,
        channel_word=channel_word,
        has_sends="desk.sends" in ACTS,
        without_names_from=MOST_SET if is_bare else 0,
        base=f"/desk/letters/{slug}",
    )


@post("/letters/<slug>/rehearse", Act.DELIVER)
def rehearse_letter(slug: str) -> Response:
    """Mail the whole letter to the coalition itself, as each recipient would get it."""
    here = services()
    with acting() as session:
        n = rehearse(session, here.keyring, slug, by=visit().by, now=here.now())
    said = Sentence(
        "{n} rehearsal is on its way to the coalition's own address.",
        "{n} rehearsals are on their way to the coalition's own address.",
        n=n,
    )
    return done(f"/desk/letters/{slug}/deliveries", said)


@get("/letters/<slug>/propose", Act.DELIVER)
def look_at_proposal(slug: str) -> Response:
    """Show what would be proposed: how many sign, and who is left out."""
    here, now = services(), services().now()
    with looking() as session:
        campaign = letter_here(session)
        keys = here.keyring.of(session, campaign.id)
        known = known_tally(session, here.keyring, campaign)
        unconfirmed = some_unconfirmed(session, keys, campaign)
        earlier = some_names_on_earlier_text(session, here.keyring, campaign)
        still = names_let_in(session, keys, campaign, now=now)
        asked = len(approvers_of(session, campaign))
    return desk_page(
        "propose.html",
        part=_PART,
        unconfirmed=unconfirmed,
        more=max(0, known.tally.never_confirmed - len(unconfirmed)),
        earlier=earlier,
        more_earlier=max(0, known.tally.earlier - len(earlier)),
        still=still,
        counted=known.tally,
        as_of=known.as_of,
        asked=asked,
        is_closed=campaign.state.value == "closed",
        kind="letter",
        base=f"/desk/letters/{slug}",
    )


@post("/letters/<slug>/propose", Act.DELIVER)
def propose_letter(slug: str) -> Response:
    """Freeze the letter as its next edition, or what follows it, and ask its approvers."""
    here = services()
    kind = request.form.get("kind", "")
    if kind in {EditionKind.ADDENDUM.value, EditionKind.CORRECTION.value}:
        freeze = partial(propose_supplement, kind=EditionKind(kind))
    else:
        freeze = partial(propose, check_at=f"{here.public_url}/verify")
    # Setting the type takes a while, so it is tried before anything is locked for long.
    with trial(here.engine) as session:
        tried = freeze(session, here.keyring, slug, by=visit().by, now=here.now())
    try_to_compile(tried.letter, here.fonts)
    with acting() as session:
        proposal = freeze(session, here.keyring, slug, by=visit().by, now=here.now())
        if proposal.edition.fingerprint != tried.edition.fingerprint:
            raise Refused(MOVED_MEANWHILE)
        edition, asked = proposal.edition.id, proposal.approvers
    said = Sentence(
        "It is frozen, and {n} approver was asked to look at exactly this.",
        "It is frozen, and {n} approvers were asked to look at exactly this.",
        n=asked,
    )
    return done(f"/desk/letters/{slug}/editions/{edition}", said)


@get("/letters/<slug>/editions/<edition>", Act.LOOK)
def edition(slug: str, edition: str) -> Response:
    """Show one edition: who decided what, and how far each of its copies has come."""
    del slug
    return _edition_page("edition.html", edition)


@get("/letters/<slug>/editions/<edition>/release", Act.RELEASE)
def look_at_release(slug: str, edition: str) -> Response:
    """Show once more what would leave, before it does."""
    del slug
    return _edition_page("release.html", edition, is_release=True)


@post("/letters/<slug>/editions/<edition>/release", Act.RELEASE)
def release_edition(slug: str, edition: str) -> Response:
    """Send exactly this edition for real."""
    here = services()
    making = making_to_send()
    with looking() as session:
        campaign = letter_here(session)
        edition_of(session, campaign, edition)
        light, heavy = preflight(
            session, here.keyring, campaign, here.outward, making, public_url=here.public_url, now=here.now()
        )
    refuse_what_is_too_large(light, heavy)
    now = here.now()
    with acting() as session:
        made = release(session, here.keyring, slug, here.outward, seen=edition, by=visit().by, now=now)
        n = sum(one.state.value == "carrying" for one in made)
        by_hand = sum(
            one.channel in BY_HAND
            and one.state.value == "ready"
            and not waits_for_publication(session, one, session.get_one(Recipient, one.recipient_id))
            for one in made
        )
    said = Sentence("Released: {n} copy is about to leave.", "Released: {n} copies are about to leave.", n=n)
    if by_hand:
        waits = Sentence(
            "{n} copy waits for somebody who brings it.",
            "{n} copies wait for somebody who brings them.",
            n=by_hand,
        )
        said = Sentence("{done} {waits}", done=said, waits=waits)
    return done(f"/desk/letters/{slug}/editions/{edition}", said)


@post("/letters/<slug>/editions/<edition>/stop", Act.DELIVER)
def stop_edition(slug: str, edition: str) -> Response:
    """Stop what was released last and has not left yet."""
    here = services()
    with acting() as session:
        edition_of(session, letter_here(session), edition)
        n = stop(session, slug, by=visit().by, now=here.now())
    said = Sentence("{n} copy was stopped before it left.", "{n} copies were stopped before they left.", n=n)
    return done(f"/desk/letters/{slug}/editions/{edition}", said)


@post("/letters/<slug>/sendings/<sending>/again", Act.DELIVER)
def sending_again(slug: str, sending: str) -> Response:
    """Send a copy again that did not arrive or is in doubt."""
    here = services()
    with acting() as session:
        row = sending_of(session, letter_here(session), sending)
        send_again(session, here.keyring, slug, sending, by=visit().by, now=here.now())
        there, is_brought = row.edition_id, row.channel in BY_HAND
    if is_brought:
        return done(
            f"/desk/letters/{slug}/sendings/{sending}/by-hand",
            Sentence("The copy was made anew, as the letter stands today: save its packet."),
        )
    return done(f"/desk/letters/{slug}/editions/{there}", Sentence("That copy is on its way again."))


@post("/letters/<slug>/sendings/<sending>/arrived", Act.DELIVER)
def sending_arrived(slug: str, sending: str) -> Response:
    """Keep that a copy arrived after all, and how that is known."""
    here = services()
    with acting() as session:
        row = sending_of(session, letter_here(session), sending)
        keep_arrival(session, slug, sending, request.form.get("how", ""), by=visit().by, now=here.now())
        there = row.edition_id
    return done(
        f"/desk/letters/{slug}/editions/{there}",
        Sentence("It is kept that the copy arrived, and how that is known."),
    )


@post("/letters/<slug>/sendings/<sending>/otherwise", Act.DELIVER)
def sending_otherwise(slug: str, sending: str) -> Response:
    """Let a copy that did not arrive, is in doubt or could not go its way go another one."""
    here, way = services(), request.form.get("way", "")
    with acting() as session:
        row = sending_of(session, letter_here(session), sending)
        wanted = Otherwise(sending=sending, way=way)
        send_otherwise(session, here.keyring, slug, wanted, here.outward, by=visit().by, now=here.now())
        there = row.edition_id
    return done(
        f"/desk/letters/{slug}/editions/{there}",
        Sentence("The copy goes another way: {way}.", way=channel_word(way)),
    )


def _edition_page(template: str, edition_id: str, *, is_release: bool = False) -> Page:
    here, now = services(), services().now()
    with looking() as session:
        campaign = letter_here(session)
        seen = edition_seen(session, here.keyring, campaign, edition_id)
        sendings = sendings_of(session, here.keyring, campaign, edition_id)
        instead = instead_of(session, here.keyring, campaign, edition_id, here.outward)
        unchecked = (
            offices_to_check(session, here.keyring, campaign, now=now) if seen.released_at is None else ()
        )
        names = names_of(session, here.keyring.desk, [seen.released_by])
        leaves = leaves_at(campaign, now=now, hold=UNDO)
        waits_until = leaves_next(session, edition_id)
        leaving = (
            what_leaves(session, here.keyring, campaign, seen, here.outward, now=now)
            if is_release
            else Leaving(phrase="")
        )
        spare = fall_backs(session, here.keyring, campaign, leaving.lines, here.outward)
        row = edition_of(session, campaign, edition_id)
        copies = copies_to_choose(session, here.keyring, campaign, row)
        languages = languages_to_choose(session, here.keyring, campaign, row)
        is_too_long = is_too_long_to_hand(session, here.keyring, campaign)
        may_go = seen.stands and (campaign.solo or seen.approved >= APPROVALS_NEEDED)
    return desk_page(
        template,
        part=_PART,
        edition=seen,
        sendings=sendings,
        instead=instead,
        for_members=counted_for_members(sendings),
        leaving=leaving,
        spare={one.recipient.id: (one.label, spare[one.recipient.id]) for one in leaving.lines},
        unchecked=unchecked,
        needed=APPROVALS_NEEDED,
        names=names,
        leaves=leaves if leaves > now + UNDO else None,
        waits_until=waits_until,
        # Whoever has just pressed the button sees the seconds go by; a day of waiting is no news.
        seconds=_seconds(waits_until, now=now),
        is_solo=campaign.solo,
        may_go=may_go and not unchecked,
        channel_word=channel_word,
        set_up_at=set_up_at(letter().slug),
        copies=copies,
        languages=languages,
        by_command_from=MOST_HANDED if is_too_long else 0,
        forms=FORMS,
        base=f"/desk/letters/{letter().slug}",
    )


def _seconds(leaves: datetime | None, *, now: datetime) -> int | None:
    """Give how many seconds are left where a copy leaves within moments, else None (pure)."""
    if leaves is None or leaves - now > _MOMENTS:
        return None
    return max(0, math.ceil((leaves - now).total_seconds()))
