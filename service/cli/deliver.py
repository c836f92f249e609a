"""deliver: check, rehearse, propose, release, stop."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from service.campaigns.queries import get_campaign
from service.cli.context import Context, operator, pass_context, say, write_out
from service.delivery import rehearse as rehearsing
from service.delivery.by_hand.brought import Brought, note_brought
from service.delivery.by_hand.packet import packet_of
from service.delivery.channel import Verdict
from service.delivery.check import Line
from service.delivery.letter_mail import Making, allowed
from service.delivery.otherwise import FallBack, Otherwise, fall_backs, send_otherwise
from service.delivery.preflight import preflight
from service.delivery.propose import Proposal, propose
from service.delivery.refusing.letter import houses_for
from service.delivery.registry import BY_HAND
from service.delivery.release import leaves_at, release, stop
from service.delivery.rules import Finding
from service.delivery.sendings import sending_of
from service.delivery.settle import keep_arrival, send_again
from service.delivery.steps import waits_for_publication
from service.delivery.supplement import propose_supplement
from service.delivery.tried import refuse_what_is_too_large, try_to_compile
from service.foundation.errors import Refused
from service.i18n.moments import write_moment
from service.mail.smtp import SmtpTransport
from service.model.delivery import Delivery
from service.model.edition import EditionKind
from service.model.recipient import Recipient
from service.model.states import DeliveryState
from service.store.transaction import reading, transaction, trial
from service.wiring import Services


@click.command()
@click.argument("slug")
@click.option("--check", is_flag=True, help="Say what each channel can take.")
@click.option("--rehearse", is_flag=True, help="Send every copy to ourselves.")
@click.option("--propose", is_flag=True, help="Freeze an edition and ask the approvers.")
@click.option(
    "--propose-addendum",
    is_flag=True,
    help="After the letter was sent: freeze who joined it since, and ask the approvers.",
)
@click.option(
    "--propose-correction",
    is_flag=True,
    help="After the letter was sent: freeze who asks not to be named in it any longer, and ask the approvers.",
)
@click.option("--release", is_flag=True, help="Send the approved edition, addendum or correction for real.")
@click.option("--stop", is_flag=True, help="Stop what was released and has not left yet.")
@click.option("--again", metavar="ID", help="Send a copy again that failed or is uncertain.")
@click.option(
    "--otherwise",
    nargs=2,
    metavar="ID WAY",
    help="Let a copy that failed, is uncertain or could not go its way go another one.",
)
@click.option(
    "--packet",
    nargs=2,
    metavar="ID FILE",
    help="Write all that a person brings into a zip: the copy, its annexes, what to do.",
)
@click.option(
    "--brought", nargs=2, metavar="ID HOW", help="Keep that a person brought a copy today, and how."
)
@click.option(
    "--arrived", nargs=2, metavar="ID HOW", help="Keep that a copy arrived after all, and how it is known."
)
@pass_context
def deliver(context: Context, /, slug: str, **asked: Any) -> None:
    """Bring the closed letter to its recipients, one step at a time.

    What follows a letter that was sent goes the same way: propose an addendum or a correction, have it approved,
    release it. A sign-on that comes late is accepted one by one (`signatories accept`, `signatories import --attest`)
    and stands in the next addendum.
    """
    chosen = [name for name, value in asked.items() if value]
    if len(chosen) != 1:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in _STEPS)
        raise Refused(f"Say which one step: {names}.")
    (name,) = chosen
    given = asked[name]
    _STEPS[name](
        context.services,
        slug,
        *(given if isinstance(given, tuple) else (given,) if given is not True else ()),
    )


def _check(services: Services, slug: str) -> None:
    _, lines = _weighed(services, slug)
    for line in lines:
        say(
            f"{line.label} · {line.channel} · {line.recipient.copy_kind.value} copy · {_said_of(line.verdict)}"
        )
        for finding in line.verdict.findings:
            _say_finding(finding)
    with reading(services.engine) as session:
        campaign = get_campaign(session, slug)
        houses = houses_for(session, services.keyring, campaign, now=services.clock())
        spare = fall_backs(session, services.keyring, campaign, lines, services.outward)
    labels = {line.recipient.id: line.label for line in lines}
    for key, back in spare.items():
        say(f"{labels[key]} · if a way fails, a person may choose: {_ways_of(back)}")
    for house in houses:
        say(f"{house.word} · {'cannot, because:' if house.forbids else 'could go; look at it first'}")
        for one in (*house.forbids, *house.warns):
            _say_finding(one)


def _ways_of(back: FallBack) -> str:
    ways = [f"{one.way} (planned)" if one.is_planned else one.way for one in back.spare]
    missing = [f"; planned, and cannot be used now: {name}" for name in back.missing]
    return f"{', '.join(ways) or 'no other'}{''.join(missing)}"


def _said_of(verdict: Verdict) -> str:
    if verdict.reaches:
        return "can be sent"
    return f"{'only tried' if verdict.can else 'cannot'}, because: {verdict.reason}"


def _say_finding(finding: Finding) -> None:
    instead = f" {finding.instead}" if finding.instead else ""
    say(f"  {finding.found}{instead} ({finding.rule.source}; looked at on {finding.rule.checked})")


def _weighed(services: Services, slug: str) -> tuple[Sequence[Line], Sequence[Line]]:
    settings = services.settings
    # The network is asked before the database is read, never meanwhile.
    sizes = services.transport.advertised() if isinstance(services.transport, SmtpTransport) else {}
    most, by = allowed(settings.letter_mail_mb * 1_000_000, sizes)
    making = Making(
        fonts=services.fonts, word_template=settings.word_template, most_bytes=most, allowed_by=by
    )
    with reading(services.engine) as session:
        return preflight(
            session,
            services.keyring,
            get_campaign(session, slug),
            services.outward,
            making,
            public_url=settings.public_url,
            now=services.clock(),
        )


def _rehearse(services: Services, slug: str) -> None:
    with transaction(services.engine) as session:
        sent = rehearsing.rehearse(session, services.keyring, slug, by=operator(), now=services.clock())
    services.wake.ring()
    say(
        f"{sent} {'rehearsal is' if sent == 1 else 'rehearsals are'} on the way to the coalition's own address."
    )


def _propose(services: Services, slug: str) -> None:
    where = f"{services.settings.public_url}/verify"
    _propose_by(services, slug, partial(propose, check_at=where))


def _propose_addendum(services: Services, slug: str) -> None:
    _propose_by(services, slug, partial(propose_supplement, kind=EditionKind.ADDENDUM))


def _propose_correction(services: Services, slug: str) -> None:
    _propose_by(services, slug, partial(propose_supplement, kind=EditionKind.CORRECTION))


def _propose_by(services: Services, slug: str, freeze: Callable[..., Proposal]) -> None:
    # Setting the type takes a while, so it is tried before anything is locked for long.
    with trial(services.engine) as session:
        tried = freeze(session, services.keyring, slug, by=operator(), now=services.clock())
    notices = try_to_compile(tried.letter, services.fonts)
    with transaction(services.engine) as session:
        proposal = freeze(session, services.keyring, slug, by=operator(), now=services.clock())
        if proposal.edition.fingerprint != tried.edition.fingerprint:
            raise Refused(
                "Somebody signed or left at this very moment; nothing was proposed. Run the command again."
            )
    services.wake.ring()
    what = proposal.letter.supplement
    called = f" ({what.kind} {what.ordinal})" if what else ""
    say(
        f"Edition {proposal.edition.number}{called} of {slug} is frozen."
        f" Fingerprint {proposal.edition.fingerprint}"
    )
    for name in proposal.unconfirmed:
        say(f"  left out, never confirmed: {name}")
    for name in proposal.may_still_sign:
        say(f"  left out, may still sign by a late link; propose again once they have: {name}")
    for name in proposal.on_earlier_text:
        say(f"  left out, signed an earlier version of the text: {name}")
    for notice in notices:
        say(f"  {notice}")
    asked = proposal.approvers
    say(
        f"{asked} {'approver was' if asked == 1 else 'approvers were'} asked to look at it."
        if asked
        else "No approver is set."
    )


def _release(services: Services, slug: str) -> None:
    refuse_what_is_too_large(*_weighed(services, slug))
    now = services.clock()
    with transaction(services.engine) as session:
        made = release(session, services.keyring, slug, services.outward, by=operator(), now=now)
        found = get_campaign(session, slug)
        leaves = leaves_at(found, now=now)
        embargoed = {
            one.id
            for one in made
            if waits_for_publication(session, one, session.get_one(Recipient, one.recipient_id))
        }
    services.wake.ring()
    carrying = [delivery for delivery in made if delivery.state is DeliveryState.CARRYING]
    going = sum(delivery.channel == "email" for delivery in carrying)
    say(f"Released: {going} {'copy is' if going == 1 else 'copies are'} on the way by e-mail.")
    for delivery in carrying:
        if delivery.channel != "email":
            say(f"  {delivery.channel}: is handed over by itself.")
    if leaves > now:
        there = write_moment(leaves.astimezone(ZoneInfo(found.time_zone)), found.language)
        say(f"  They leave on {there}; until then `deliver {slug} --stop` stops them.")
    for delivery in made:
        waits = _what_it_waits_for(delivery, slug, is_embargoed=delivery.id in embargoed)
        if waits:
            say(f"  {waits}")


def _what_it_waits_for(delivery: Delivery, slug: str, *, is_embargoed: bool) -> str:
    """Say of a copy that does not leave by itself now what has to come first; "" of any other (pure)."""
    way, ident = delivery.channel, delivery.id
    if delivery.state in {DeliveryState.NOT_CONFIGURED, DeliveryState.REFUSED}:
        return f"{way}: not sent ({delivery.state.value}); `deliver {slug} --check` says why."
    if delivery.state is not DeliveryState.READY:
        return ""
    if delivery.channel not in BY_HAND:
        return "a press copy waits for publication."
    if is_embargoed:
        return f"{way}: waits until the letter is public; then somebody brings it, and `--packet {ident} FILE` makes its packet."
    return f"{way}: waits for somebody who brings it; `--packet {ident} FILE` makes its packet."


def _stop(services: Services, slug: str) -> None:
    with transaction(services.engine) as session:
        stopped = stop(session, slug, by=operator(), now=services.clock())
    say(f"{stopped} {'copy was' if stopped == 1 else 'copies were'} stopped before leaving.")


def _again(services: Services, slug: str, delivery_id: str) -> None:
    with transaction(services.engine) as session:
        send_again(session, services.keyring, slug, delivery_id, by=operator(), now=services.clock())
    services.wake.ring()
    say("That copy is on the way again.")


def _otherwise(services: Services, slug: str, delivery_id: str, way: str) -> None:
    with transaction(services.engine) as session:
        made = send_otherwise(
            session,
            services.keyring,
            slug,
            Otherwise(sending=delivery_id, way=way),
            services.outward,
            by=operator(),
            now=services.clock(),
        )
        ids = [delivery.id for delivery in made]
    services.wake.ring()
    say(f"That copy goes another way, {way}: {', '.join(ids)}")


def _arrived(services: Services, slug: str, delivery_id: str, how: str) -> None:
    with transaction(services.engine) as session:
        keep_arrival(session, slug, delivery_id, how, by=operator(), now=services.clock())
    say("It is kept that the copy arrived, with how it is known.")


def _packet(services: Services, slug: str, delivery_id: str, file: str) -> None:
    settings = services.settings
    making = Making(
        fonts=services.fonts, word_template=settings.word_template, filing_domain=settings.reply_domain
    )
    with reading(services.engine) as session:
        campaign = get_campaign(session, slug)
        _, data = packet_of(
            session,
            services.keyring,
            campaign,
            sending_of(session, campaign, delivery_id),
            making=making,
            public_url=settings.public_url,
            language=campaign.language,
        )
    write_out(Path(file), data)
    say(f"Wrote {file}. It holds names that are not for publication where the copy does.")


def _brought(services: Services, slug: str, delivery_id: str, how: str) -> None:
    with transaction(services.engine) as session:
        today = services.clock().astimezone(ZoneInfo(get_campaign(session, slug).time_zone)).date()
        note_brought(
            session,
            services.keyring,
            slug,
            delivery_id,
            Brought(on=today, today=today, how=how),
            by=operator(),
            now=services.clock(),
        )
    say("It is kept that the copy was brought, on your word.")


_STEPS: dict[str, Callable[..., None]] = {
    "check": _check,
    "rehearse": _rehearse,
    "propose": _propose,
    "propose_addendum": _propose_addendum,
    "propose_correction": _propose_correction,
    "release": _release,
    "stop": _stop,
    "again": _again,
    "otherwise": _otherwise,
    "packet": _packet,
    "brought": _brought,
    "arrived": _arrived,
}
