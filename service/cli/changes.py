"""Commands about a changed text: campaign revise, signatories calls, signatories agreed."""

from pathlib import Path
from zoneinfo import ZoneInfo

import click

from service.campaigns.moments import moment_of
from service.campaigns.queries import get_campaign
from service.campaigns.revise import Change
from service.campaigns.revise import revise as make_revision
from service.cli.beside import read_campaign_folder
from service.cli.context import (
    Context,
    json_option,
    operator,
    pass_context,
    read_moment,
    say,
    say_json,
)
from service.i18n.moments import write_moment
from service.model.campaign import Campaign
from service.signing.ask import ask_signatories
from service.signing.calls import Tally, call_list, tally
from service.signing.earlier_text import attest_agreement, on_earlier_text
from service.store.transaction import reading, transaction


@click.command()
@click.argument("slug")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--objections-until",
    "until",
    required=True,
    help="Until when those may object who keep their name otherwise, in the letter's zone: 2026-12-05T17:00."
    " At least 24 hours from now.",
)
@click.option(
    "--why", default="", help="Why the text changes, in the coalition's words; all who signed read it."
)
@pass_context
def revise(context: Context, slug: str, file: Path, until: str, why: str) -> None:
    """Change a final text: write its next version from FILE, and put it to everybody who signed an earlier one.

    Nobody counts on the new version before agreeing to it, or before keeping the name in silence, where that was chosen.
    A version cannot be taken back; to return to earlier words, revise to the file that has them: who signed those very
    words then stands on them again at once.
    """
    services = context.services
    now = services.clock()
    read = read_campaign_folder(file, now=now)
    with transaction(services.engine) as session:
        zone = ZoneInfo(get_campaign(session, slug).time_zone)
        objections_until = moment_of(read_moment(until), zone)
        change = Change(file=read.file, files=read.files, objections_until=objections_until, reason=why)
        revision = make_revision(session, services.keyring, slug, change, by=operator(), now=now)
        found = get_campaign(session, slug)
        ask_signatories(session, services.keyring, found, now=now)
        told = tally(on_earlier_text(session, services.keyring, found, now=now))
    services.wake.ring()
    say(f"Version {revision.number} of the text is final. SHA-256 {revision.sha256}")
    for line in _told(told, found, slug):
        say(line)
    if found.send_at is not None and found.send_at < change.objections_until:
        there = write_moment(found.send_at.astimezone(zone), found.language)
        say(
            f"  Mind: sending is planned for {there}, before objections end. Who is silent would not be in it."
        )


@click.command()
@click.argument("slug")
@json_option
@pass_context
def calls(context: Context, slug: str, as_json: bool) -> None:
    """List whom to call about a changed text: no mail reached them, or they have not answered.

    It holds names and addresses. `signatories agreed` keeps what they said.
    """
    services = context.services
    with reading(services.engine) as session:
        rows = call_list(session, services.keyring, get_campaign(session, slug), now=services.clock())
    if as_json:
        say_json(rows)
        return
    for row in rows:
        reached = ", ".join(filter(None, (row["phone"], row["messenger"], row["email"], row["second_email"])))
        who = ", ".join(filter(None, (row["representative_name"], row["representative_title"])))
        say(f"{row['id']}  {row['name'] or '(only counted)'}{f' ({who})' if who else ''}")
        say(
            f"    signed version {row['signed_version']}; {row['reason']}. {reached or 'No way to reach them.'}"
        )
    say(f"{len(rows)} to call." if rows else "Nobody has to be called.")


@click.command()
@click.argument("slug")
@click.argument("ids", nargs=-1, required=True)
@click.option("--how", required=True, help='How they agreed: "by phone to A. Secretary, 3 December".')
@pass_context
def agreed(context: Context, slug: str, ids: tuple[str, ...], how: str) -> None:
    """Let sign-ons stand on the present text whose owners told the secretariat that they agree to it."""
    services = context.services
    with transaction(services.engine) as session:
        done = attest_agreement(
            session, services.keyring, slug, ids, how=how, by=operator(), now=services.clock()
        )
    say(f"{done} sign-on{' now stands' if done == 1 else 's now stand'} on the present text.")


def _told(told: Tally, found: Campaign, slug: str) -> list[str]:
    lines = []
    if told.asked:
        lines.append(f"  asked to agree: {told.asked}")
    if told.may_object:
        lines.append(f"  told, and kept unless they object in time: {told.may_object}")
    if told.to_be_called:
        lines.append(
            f"  to be called, no mail reaches them: {told.to_be_called} (`undersigned signatories calls {slug}`)"
        )
    return lines or [f"  Nobody has signed an earlier version of {found.slug}."]
