"""signatories: bring them in, look, decide, take the list out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import click

from service.campaigns.queries import get_campaign
from service.cli.context import (
    Context,
    json_option,
    operator,
    pass_context,
    read_file,
    say,
    say_json,
    say_more,
    write_out,
)
from service.cli.quarantine import quarantine
from service.cli.reaching import address, code, marks, vouch
from service.coordinators import audit
from service.foundation.errors import Refused
from service.model.signature import Standing
from service.signing.decide import Act, decide
from service.signing.invite import import_signatories, leaves_at
from service.signing.late import joins_by_addendum
from service.signing.listing import COLUMNS, list_signatories
from service.signing.proof_status import PROOF_COLUMN, with_proof
from service.signing.quarantine import count_held
from service.signing.roll_export import write_signatories
from service.signing.roll_file import read_signatories
from service.store.transaction import reading, transaction, trial

_LARGEST_FILE = 1_000_000

_DONE = {"accept": "accepted", "decline": "declined", "hold": "held", "release": "released"}


@click.group()
def signatories() -> None:
    """Invite, list, accept, decline, hold, release and export signatories."""


@signatories.command(name="import")
@click.argument("slug")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Only report what would happen.")
@click.option("--attest", default=None, help="How they agreed: adds sign-ons that were agreed elsewhere.")
@pass_context
def import_(context: Context, slug: str, file: Path, check: bool, attest: str | None) -> None:
    """Turn the rows of a CSV file into invitations, or with --attest into sign-ons."""
    services, attest = context.services, _how_they_agreed(attest)
    rows = read_signatories(read_file(file, most=_LARGEST_FILE), attested=bool(attest))
    opened, now = trial if check else transaction, services.clock()
    with opened(services.engine) as session:
        report = import_signatories(
            session, services.keyring, slug, rows, attest=attest, by=operator(), now=now
        )
        is_early = leaves_at(get_campaign(session, slug), now=now) is not None
    if check:
        agreed = f" {report.agreed} known ones would now stand as agreed," if report.agreed else ""
        say(f"The file is in order: {report.added} would be added,{agreed} {report.known} are known already.")
        return
    services.wake.ring()
    what = "added as agreed" if attest else "added to be invited"
    agreed = f" {report.agreed} known ones now stand as agreed," if report.agreed else ""
    when = "sent when the letter opens" if is_early else "on the way"
    say(f"{report.added} {what},{agreed} {report.known} known already, {report.invited} invitations {when}.")


@signatories.command(name="list")
@click.argument("slug")
@click.option(
    "--standing", "wanted", default="", help="Only those that stand so, such as 'awaiting acceptance'."
)
@json_option
@pass_context
def list_(context: Context, slug: str, wanted: str, as_json: bool) -> None:
    """List the sign-ons of a letter and where each stands."""
    services = context.services
    if wanted and wanted not in set(Standing):
        raise Refused(f"There is no standing {wanted!r}; choose one of: {', '.join(Standing)}.")
    with reading(services.engine) as session:
        campaign = get_campaign(session, slug)
        rows = with_proof(
            session,
            services.keyring,
            campaign,
            list_signatories(session, services.keyring, campaign),
            now=services.clock(),
        )
        held = count_held(session, campaign)
    chosen = [row for row in rows if not wanted or row["standing"] == wanted]
    if as_json:
        say_json(chosen)
        return
    for row in chosen:
        line = (
            f"{row['id']}  {row['standing']:<20} {row['kind']:<12} {row['visibility']:<10} {row['evidence']:<7}"
            f" {_called(row)}{_needs(row)}"
        )
        said = (f"[line: {row[PROOF_COLUMN]}]",) if row[PROOF_COLUMN] else ()
        say("  ".join((line, *marks(row), *said)))
        if row["flags"]:
            say(f"    {row['flags']}")
    say(f"{len(chosen)} of {len(rows)} sign-ons.")
    if held:
        say(f"{held} more are held before they become sign-ons: `signatories quarantine list {slug}`.")


def _called(row: Mapping[str, str]) -> str:
    """Give the name, and what has to be done about it that no other column says."""
    name = "(erased)" if row["erased_at"] else row["name"]
    return f"{name}  [asks for a correction of the letter]" if row["correction_asked_at"] else name


def _needs(row: dict[str, str]) -> str:
    """Say beside a name what a person has still to decide."""
    if row["resembles"]:
        return f"  (looks like {row['resembles']})"
    if row["held"]:
        return f"  (held: {row['held'].replace('_', ' ')})"
    is_late = row["late_until"] and row["standing"] not in {Standing.COUNTED, Standing.AWAITING_ACCEPTANCE}
    return f"  (late link until {row['late_until']})" if is_late else ""


def _how_they_agreed(attest: str | None) -> str:
    if attest is None:
        return ""
    if not attest.strip():
        raise Refused('Say with --attest how they agreed, such as "by phone to A. Secretary, 3 December".')
    return attest.strip()


def _decision(act: Act, sentence: str) -> click.Command:
    @click.command(name=act, help=sentence)
    @click.argument("slug")
    @click.argument("ids", nargs=-1)
    @click.option("--all", "every", is_flag=True, help="All that wait for it.")
    @pass_context
    def command(context: Context, slug: str, ids: tuple[str, ...], every: bool) -> None:
        if bool(ids) == every:
            raise Refused(f"Name the sign-ons to {act} by their ids, or use --all.")
        services = context.services
        with transaction(services.engine) as session:
            named = None if every else ids
            done = decide(
                session, services.keyring, slug, named, act=act, by=operator(), now=services.clock()
            )
            more = joins_by_addendum(get_campaign(session, slug)) if act in {"accept", "release"} else ""
        services.wake.ring()
        say(f"{done} sign-on{'' if done == 1 else 's'} {_DONE[act]}.")
        say_more(more)

    return command


signatories.add_command(quarantine)
for _reaching in (code, address, vouch):
    signatories.add_command(_reaching)
for _act, _sentence in (
    ("accept", "Accept confirmed sign-ons, so that they count."),
    ("decline", "Decline sign-ons: they do not count."),
    ("hold", "Hold sign-ons back until they were checked."),
    ("release", "Release sign-ons that were held."),
):
    signatories.add_command(_decision(cast(Act, _act), _sentence))


@signatories.command()
@click.argument("slug")
@click.option("--out", default="-", type=click.Path(path_type=Path), help="The file to write; - prints it.")
@pass_context
def export(context: Context, slug: str, out: Path) -> None:
    """Write all sign-ons as CSV that is safe to open in a spreadsheet. It holds names and addresses."""
    services = context.services
    now = services.clock()
    with transaction(services.engine) as session:
        found = get_campaign(session, slug)
        listed = list_signatories(session, services.keyring, found)
        rows = with_proof(session, services.keyring, found, listed, now=now)
        audit.record(
            session,
            by=operator(),
            act="signatories.export",
            campaign_id=found.id,
            thing=str(len(rows)),
            now=now,
        )
    written = write_signatories(cast(Any, rows), (*COLUMNS, PROOF_COLUMN))
    write_out(out, written.encode("utf-8-sig"))
