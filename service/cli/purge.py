"""purge: what is deleted when, for how long a letter's personal data is kept, and its end."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from service.campaigns.archive import archive as put_away
from service.campaigns.file_tables import LONGEST_RETENTION_DAYS
from service.cli.context import Context, json_option, operator, pass_context, say, say_json
from service.foundation.errors import Refused
from service.store.transaction import reading, transaction
from service.store.vacuum import room_of, write_anew
from service.upkeep.outlook import Going, LetterOutlook, house_outlook, letter_outlook, letters_outlook
from service.upkeep.purge import ask_for_purge, keep_for, may_purge_at_once, purge_at_once
from service.worker.retention import finish_purge, keep_willing_in_parts

_MEGABYTE = 1024 * 1024


@click.group()
def purge() -> None:
    """See what is deleted when, say how long a letter's personal data is kept, and let it go."""


@purge.command()
@json_option
@pass_context
def plan(context: Context, as_json: bool) -> None:
    """Show what goes by itself, how much of it would go now, and when each letter's personal data goes."""
    services = context.services
    with reading(services.engine) as session:
        house = house_outlook(session, now=services.clock())
        letters = letters_outlook(session)
    if as_json:
        say_json(
            {"house": [_going_record(one) for one in house], "letters": [_record(one) for one in letters]}
        )
        return
    say("These go by themselves, once an hour:")
    for one in house:
        say(f"{one.rows:>8}  {one.what:<15} {one.days:>4} days after {one.counted_from}")
    for letter in letters:
        say(f"{letter.slug}: {_fate(letter)}")


@purge.command()
@click.argument("slug")
@click.option("--ask", is_flag=True, help="Ask that it goes: in two weeks, or when somebody else says --now.")
@click.option(
    "--now", "named", metavar="SLUG", help="Delete it now, for good; type the letter's name once more."
)
@json_option
@pass_context
def letter(context: Context, slug: str, ask: bool, named: str | None, as_json: bool) -> None:
    """Show what of a letter's personal data would go; with --ask and --now, let it go. Nothing brings it back."""
    if ask and named is not None:
        raise Refused("First --ask; then somebody else says --now.")
    if named is not None:
        _purge_now(context, slug, named)
        return
    services = context.services
    if ask:
        with transaction(services.engine) as session:
            ask_for_purge(session, slug, by=operator(), now=services.clock())
    with reading(services.engine) as session:
        found = letter_outlook(session, slug, now=services.clock())
    if as_json:
        say_json(_record(found))
        return
    for name, rows in found.rows:
        say(f"{rows:>8}  {name}")
    say(f"{slug}: {_fate(found)}")
    if ask:
        say(
            f"Its secretariat is told. Somebody else may say at once: undersigned purge letter {slug} --now {slug}"
        )


@purge.command()
@click.argument("slug")
@click.option(
    "--days",
    type=click.IntRange(0, LONGEST_RETENTION_DAYS),
    help="So many days from its answer or archiving on.",
)
@click.option("--until-asked", is_flag=True, help="Until somebody asks.")
@pass_context
def keep(context: Context, slug: str, days: int | None, until_asked: bool) -> None:
    """Say how long a letter's personal data is kept; a purge that was told of is put off."""
    if (days is None) is not until_asked:
        raise Refused("Say for how long: --days 90, or --until-asked.")
    services = context.services
    with transaction(services.engine) as session:
        keep_for(session, slug, days=days, by=operator(), now=services.clock())
    with reading(services.engine) as session:
        found = letter_outlook(session, slug, now=services.clock())
    say(f"{slug}: {_fate(found)}")


@purge.command()
@pass_context
def compact(context: Context) -> None:
    """Write the database anew without its empty pages; on SQLite nobody can sign meanwhile."""
    engine = context.services.engine
    before = room_of(engine)
    write_anew(engine)
    after = room_of(engine)
    if before.total:
        say(f"The database had {_size(before.total)}, and has {_size(after.total)}.")
    else:
        say("The database was vacuumed.")


@click.command()
@click.argument("slug")
@pass_context
def archive(context: Context, slug: str) -> None:
    """Put a letter away: nobody works at it any more, and from now on its retention counts."""
    services = context.services
    with transaction(services.engine) as session:
        put_away(session, services.keyring, slug, by=operator(), now=services.clock())
    with reading(services.engine) as session:
        found = letter_outlook(session, slug, now=services.clock())
    say(f"{slug} is put away. {_fate(found)[:1].upper()}{_fate(found)[1:]}")


def _purge_now(context: Context, slug: str, named: str) -> None:
    if named != slug:
        raise Refused(f"Type the letter's name once more, to be sure: --now {slug}.")
    services = context.services
    with transaction(services.engine) as session:
        asked = may_purge_at_once(session, slug, by=operator(), now=services.clock())
    keep_willing_in_parts(services, asked, by=operator(), now=services.clock())
    with transaction(services.engine) as session:
        purged = purge_at_once(session, services.keyring, slug, by=operator(), now=services.clock())
    finish_purge(services, purged.id)
    with reading(services.engine) as session:
        found = letter_outlook(session, slug, now=services.clock())
    say(f"The keys of {slug} are gone: {_fate(found)}")
    say(
        "Backups still have it: delete those of before. Other processes forget its keys when they are started anew."
    )


def _fate(found: LetterOutlook) -> str:
    """Say in one sentence what becomes of a letter's personal data."""
    if found.purged_at is not None:
        return f"its personal data was purged on {_there(found, found.purged_at)}."
    if found.state == "purged":
        return "its keys are gone; what is left of its rows goes within the hour."
    if found.planned is not None:
        told = "its secretariat was told" if found.notified_at else "its secretariat is told before"
        return f"its personal data goes on {_there(found, found.planned)}; {told}."
    if found.keep_days is not None:
        return f"its personal data goes {found.keep_days} days after its answer or its archiving."
    return "its personal data is kept until somebody asks: --ask, or `undersigned purge keep`."


def _there(found: LetterOutlook, moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo(found.zone)):%Y-%m-%dT%H:%M} ({found.zone})"


def _size(size: int) -> str:
    return f"{size / _MEGABYTE:.1f} MB"


def _going_record(one: Going) -> dict[str, Any]:
    return {"what": one.what, "days": one.days, "counted_from": one.counted_from, "rows": one.rows}


def _record(found: LetterOutlook) -> dict[str, Any]:
    return {
        "letter": found.slug,
        "state": found.state,
        "keep_days": found.keep_days,
        "planned": found.planned.isoformat() if found.planned else None,
        "told": found.notified_at.isoformat() if found.notified_at else None,
        "asked": found.asked,
        "purged": found.purged_at.isoformat() if found.purged_at else None,
        "rows": dict(found.rows),
    }
