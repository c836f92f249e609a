"""signatories quarantine: look at what is held, release or discard many at once, take it back."""

from dataclasses import asdict

import click

from service.campaigns.queries import get_campaign
from service.cli.context import Context, json_option, operator, pass_context, say, say_json
from service.foundation.addresses import veiled_address
from service.foundation.errors import Refused
from service.model.quarantine_reason import QuarantineReason
from service.signing.quarantine import Decision, HeldForm, Wanted, decide_held, held_forms, undo
from service.store.transaction import reading, transaction

REASONS = {
    QuarantineReason.TRAP: "filled in a field that people do not see",
    QuarantineReason.BLOCKED: "on the block list",
    QuarantineReason.TOO_QUICK: "filled in within a moment",
    QuarantineReason.NO_PROOF: "no proof of work while under attack (no JavaScript, perhaps)",
    QuarantineReason.OVER_LIMIT: "too many came from there at once",
    QuarantineReason.TOO_LATE: "the letter was closed meanwhile",
    QuarantineReason.FAILED: "it could not be taken in: look into the log",
}
"""What each reason means, for a person who decides."""

_WORDS = ", ".join(reason.value for reason in QuarantineReason)


@click.group()
def quarantine() -> None:
    """Look at forms that are held before they become sign-ons; they count nowhere and cause no mail."""


_choices = (
    click.option("--reason", default="", help=f"Only those held for it: {_WORDS}."),
    click.option("--network", default="", help="Only those from one network, by its label (n-…)."),
    click.option("--domain", default="", help="Only those whose mailbox is at this domain."),
)


def _wanted(ids: tuple[str, ...], reason: str, network: str, domain: str) -> Wanted:
    if reason and reason not in set(QuarantineReason):
        raise Refused(f"There is no reason {reason!r}; choose one of: {_WORDS}.")
    return Wanted(
        ids=ids, reason=QuarantineReason(reason) if reason else None, network=network, domain=domain
    )


@quarantine.command(name="list")
@click.argument("slug")
@_choices[0]
@_choices[1]
@_choices[2]
@json_option
@pass_context
def list_(context: Context, slug: str, reason: str, network: str, domain: str, as_json: bool) -> None:
    """List what is held of a letter. With --json it holds whole addresses."""
    services = context.services
    wanted = _wanted((), reason, network, domain)
    with reading(services.engine) as session:
        found = held_forms(session, services.keyring, get_campaign(session, slug), wanted)
    if as_json:
        say_json([{**asdict(form), "received_at": form.received_at.isoformat()} for form in found])
        return
    for form in found:
        say(_line(form))
    for held_for in sorted({form.reason for form in found}):
        number = sum(form.reason == held_for for form in found)
        say(f"{number:>6}  {held_for}: {REASONS[QuarantineReason(held_for)]}")
    say(f"{len(found)} held.")


def _line(form: HeldForm) -> str:
    return (
        f"{form.id}  {form.received_at:%Y-%m-%d %H:%M}  {form.reason:<10}  {form.network or '-':<18}"
        f"  {form.kind:<12}  {veiled_address(form.email)}  {form.name}"
    )


def _decision(decision: Decision, sentence: str, done: str) -> click.Command:
    @click.command(name=decision, help=sentence)
    @click.argument("slug")
    @click.argument("ids", nargs=-1)
    @click.option("--all", "every", is_flag=True, help="All that are held and fit.")
    @_choices[0]
    @_choices[1]
    @_choices[2]
    @pass_context
    def command(
        context: Context,
        slug: str,
        ids: tuple[str, ...],
        every: bool,
        reason: str,
        network: str,
        domain: str,
    ) -> None:
        chosen = bool(reason or network or domain)
        if bool(ids) == (every or chosen):
            raise Refused(
                f"Name what to {decision} by ids, or by --reason, --network or --domain, or use --all."
            )
        services = context.services
        with transaction(services.engine) as session:
            made = decide_held(
                session,
                services.keyring,
                slug,
                _wanted(ids, reason, network, domain),
                decision=decision,
                by=operator(),
                now=services.clock(),
            )
        services.wake.ring()
        say(f"{made.count} {done}.")
        if made.batch:
            say(f"To take it back: undersigned signatories quarantine undo {slug} {made.batch}")

    return command


quarantine.add_command(
    _decision(
        "release", "Take in what was held, as if it had just come.", "released; their mail goes out now"
    )
)
quarantine.add_command(_decision("discard", "Discard what is held; it is deleted after a week.", "discarded"))


@quarantine.command(name="undo")
@click.argument("slug")
@click.argument("batch")
@pass_context
def undo_(context: Context, slug: str, batch: str) -> None:
    """Hold again what one release or discard was about, as far as nobody has confirmed it."""
    services = context.services
    with transaction(services.engine) as session:
        done = undo(session, slug, batch, by=operator(), now=services.clock())
    left = f" {done.left} stay: confirmed meanwhile, or decided on again." if done.left else ""
    say(f"{done.back} held again.{left}")
