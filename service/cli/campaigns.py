"""campaign: a letter's life from its file to its publication."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from service.campaigns import life
from service.campaigns.contents import open_file
from service.campaigns.load import load_campaign
from service.campaigns.moments import moment_of
from service.campaigns.queries import campaigns_by_slug, get_campaign
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
from service.delivery.report import campaign_report
from service.foundation.errors import Refused
from service.i18n.moments import write_moment
from service.model.campaign import Campaign
from service.schedules.opening import Inviting, invite_at_opening
from service.signing.earlier_text import on_earlier_text
from service.signing.late_link import LateLink, let_in_late
from service.signing.page import unlisted_address
from service.signing.queries import counts, unconfirmed_signatures
from service.store.transaction import reading, transaction


@click.group()
def campaign() -> None:
    """Create a letter, make its text final, open, close and publish it."""


@campaign.command()
@click.argument("file", type=click.Path(path_type=Path))
@pass_context
def load(context: Context, file: Path) -> None:
    """Create or update a draft from a campaign file, its logos and its annexes; print its slug."""
    services = context.services
    now = services.clock()
    read = read_campaign_folder(file, now=now)
    with transaction(services.engine) as session:
        made = load_campaign(session, services.keyring, read.file, files=read.files, by=operator(), now=now)
    say(made.slug)


@campaign.command()
@click.argument("slug")
@pass_context
def freeze(context: Context, slug: str) -> None:
    """Make the text final: an immutable revision, named by its SHA-256."""
    services = context.services
    with transaction(services.engine) as session:
        revision = life.freeze(session, services.keyring, slug, by=operator(), now=services.clock())
    say(f"Version {revision.number} of the text is final. SHA-256 {revision.sha256}")


@campaign.command()
@click.argument("slug")
@pass_context
def thaw(context: Context, slug: str) -> None:
    """Make a final text a draft again, before it was opened."""
    services = context.services
    with transaction(services.engine) as session:
        life.thaw(session, slug, by=operator(), now=services.clock())
    say(f"{slug} is a draft again: mend its file, load it and freeze it.")


@campaign.command(name="open")
@click.argument("slug")
@pass_context
def open_(context: Context, slug: str) -> None:
    """Let sign-ons come in, and send the invitations that wait."""
    services = context.services
    now = services.clock()
    with transaction(services.engine) as session:
        opened = life.open_for_signing(session, slug, by=operator(), now=now)
        inviting = invite_at_opening(session, services.keyring, opened, now=now)
        address = unlisted_address(services.keyring, opened)
    later = opened.opens_at is not None and opened.opens_at > now
    when = (
        f"opens for sign-ons on {_moment_there(opened, opened.opens_at)}" if later else "is open for sign-ons"
    )
    say(f"{slug} {when}: {services.settings.public_url}{address}")
    if inviting.number:
        say(f"{_invitations(inviting.number)} {_sent(opened, inviting)}.")


@campaign.command()
@click.argument("slug")
@pass_context
def close(context: Context, slug: str) -> None:
    """End the taking of sign-ons."""
    services = context.services
    with transaction(services.engine) as session:
        closed = life.close(session, slug, by=operator(), now=services.clock())
        waiting = len(unconfirmed_signatures(session, closed))
        earlier = len(on_earlier_text(session, services.keyring, closed, now=services.clock()))
    say(f"{slug} is closed.")
    if waiting:
        say(
            f"{waiting} filled in the form and have not confirmed; `undersigned signatories list {slug}` names them."
        )
    if earlier:
        say(
            f"{earlier} signed an earlier version of the text and do not count; `undersigned signatories calls {slug}`"
            " names those to call."
        )


@campaign.command()
@click.argument("slug")
@click.option("--until", help="The new deadline, in the letter's zone: 2026-12-05T17:00")
@click.option(
    "--for",
    "signatory",
    metavar="ID",
    help="Only for this one on the list, by a link of its own; for a day, unless --until says otherwise.",
)
@pass_context
def reopen(context: Context, slug: str, until: str | None, signatory: str | None) -> None:
    """Open a closed letter that was not sent for one more while, for everybody or for one late signatory."""
    services = context.services
    if until is None and signatory is None:
        raise Refused(
            "Say until when the letter is open again, --until 2026-12-05T17:00, or for whom alone, --for ID."
        )
    now = services.clock()
    with transaction(services.engine) as session:
        found = get_campaign(session, slug)
        zone = ZoneInfo(found.time_zone)
        deadline = moment_of(read_moment(until), zone) if until is not None else None
        if signatory is None:
            assert deadline is not None
            life.reopen(session, slug, until=deadline, by=operator(), now=now)
            said = [f"{slug} is open again until {until} ({zone.key})."]
        else:
            late = let_in_late(
                session, services.keyring, slug, signatory, until=deadline, by=operator(), now=now
            )
            said = _said_of(late, found)
    services.wake.ring()
    for line in said:
        say(line)


def _said_of(late: LateLink, found: Campaign) -> list[str]:
    way = (
        "no mail goes to its domain, so the link does not leave"
        if late.is_unwritten
        else "the link is on its way"
    )
    lines = [
        f"{late.name} may sign until {_moment_there(found, late.until)}; {way}.",
        f"{found.slug} stays closed for everybody else.",
    ]
    if late.void:
        lines.append(f"Edition {late.void} is void: propose again once they have signed.")
    return lines


@campaign.command()
@click.argument("slug")
@pass_context
def publish(context: Context, slug: str) -> None:
    """Make a sent letter public: page, count and public names."""
    services = context.services
    with transaction(services.engine) as session:
        life.publish(session, slug, by=operator(), now=services.clock())
    say(f"{slug} is public at {services.settings.public_url}/letters/{slug}")


@campaign.command(name="list")
@json_option
@pass_context
def list_(context: Context, as_json: bool) -> None:
    """List all letters and where they stand."""
    services = context.services
    with reading(services.engine) as session:
        rows = [_line(found, counts(session, found).signatories) for found in campaigns_by_slug(session)]
    if as_json:
        say_json(rows)
        return
    for row in rows or ():
        say(
            f"{row['slug']:<32} {row['state']:<8} {row['signatories']:>6} signed   deadline {row['deadline']}"
        )
    if not rows:
        say("There is no letter yet: `undersigned campaign load FILE.toml` makes one.")


@campaign.command()
@click.argument("slug")
@json_option
@pass_context
def show(context: Context, slug: str, as_json: bool) -> None:
    """Show a letter: its link, its counts, its editions and what became of each sending."""
    services = context.services
    with reading(services.engine) as session:
        found = get_campaign(session, slug)
        report = campaign_report(session, services.keyring, found)
        file = open_file(session, services.keyring, found)
        report["title"] = file.letter.title
        report["logos"] = list(file.letterhead.logos)
        report["annexes"] = [
            {
                "title": one.title,
                "file": one.file,
                "pages": one.pages,
                "bytes": one.size,
                "sha256": one.sha256,
            }
            for one in file.letter.annexes
        ]
        report["link"] = services.settings.public_url + unlisted_address(services.keyring, found)
    if as_json:
        say_json(report)
        return
    for key, value in report.items():
        say(f"{key:<14} {_readable(value)}")


def _line(found: Campaign, signatories: int) -> dict[str, Any]:
    return {
        "slug": found.slug,
        "state": found.state.value,
        "signatories": signatories,
        "deadline": found.deadline_at.astimezone(ZoneInfo(found.time_zone)).isoformat(timespec="minutes"),
        "published": found.published_at is not None,
    }


def _moment_there(found: Campaign, moment: datetime | None) -> str:
    assert moment is not None
    return write_moment(moment.astimezone(ZoneInfo(found.time_zone)), found.language)


def _readable(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {number}" for key, number in value.items()) or "–"
    if isinstance(value, list):
        return "".join(f"\n    {_readable(item)}" for item in value) or "–"
    return "–" if value in {None, ""} else str(value)


def _sent(found: Campaign, inviting: Inviting) -> str:
    if inviting.at is None:
        return "on the way"
    return "sent then" if inviting.at == found.opens_at else f"sent on {_moment_there(found, inviting.at)}"


def _invitations(number: int) -> str:
    return "1 invitation is" if number == 1 else f"{number} invitations are"
