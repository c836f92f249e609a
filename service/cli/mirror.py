"""campaign mirror: a published letter as flat files."""

import json
from collections.abc import Mapping
from pathlib import Path

import click

from service.campaigns.queries import get_campaign, numbered_edition
from service.cli.context import Context, operator, pass_context, say
from service.coordinators import audit
from service.delivery.issue import issue_copy
from service.foundation.errors import Refused
from service.signing.mirror import MANIFEST, SUMS, make_mirror
from service.signing.page import unlisted_address
from service.store.transaction import transaction

# Whoever serves the files is another user of the machine.
_FOLDER_FOR_ALL, _FILE_FOR_ALL = 0o755, 0o644


@click.command()
@click.argument("slug")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="An empty folder, or one of an earlier mirror.",
)
@click.option("--names", is_flag=True, help="With the public names; copies of them cannot be called back.")
@pass_context
def mirror(context: Context, slug: str, out: Path, names: bool) -> None:
    """Write a published letter as flat files that can be served anywhere: page, PDF, text, JSON and their hashes.

    Nobody is named unless --names asks for it: whoever withdraws later leaves this service's page, and stays in every
    copy that was made of a mirror.
    """
    services = context.services
    with transaction(services.engine) as session:
        campaign, now = get_campaign(session, slug), services.clock()
        address = services.settings.public_url + unlisted_address(services.keyring, campaign)
        made = make_mirror(
            session,
            services.keyring,
            slug,
            names=names,
            address=address,
            fonts=services.fonts,
            now=now,
        )
        for copy in made.copies:
            # Whoever gets hold of a mirror's file can check it; a letter that was not sent has no code.
            if copy.number:
                row = numbered_edition(session, campaign, copy.number)
                issue_copy(session, services.keyring, row, copy, now=now)
        thing = "with names" if names else "without names"
        audit.record(
            session, by=operator(), act="campaign.mirror", campaign_id=campaign.id, thing=thing, now=now
        )
        _write(out, made.files)
    for notice in made.notices:
        click.echo(notice, err=True)
    say(f"Wrote {len(made.files)} files to {out}; check them with `sha256sum --check {SUMS}`.")
    if names:
        say("They hold the public names. Whoever copies them keeps them, whatever is withdrawn later.")


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    there = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    # A name that has left takes files of an earlier mirror with it.
    over = _listed(folder) & there - files.keys()
    strangers = sorted(there - files.keys() - over)
    if strangers or (there and MANIFEST not in there):
        raise Refused(
            f"{folder} holds other files ({(strangers or sorted(there))[0]}); choose an empty folder."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(_FOLDER_FOR_ALL)
        for name in over:
            (folder / name).unlink()
        for name, data in files.items():
            path = folder / name
            path.write_bytes(data)
            path.chmod(_FILE_FOR_ALL)
    except OSError as error:
        raise Refused(f"{folder} cannot be written: {error.strerror}.") from error


def _listed(folder: Path) -> set[str]:
    """Name the files that an earlier mirror says are its own; none where there is no such mirror."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        return {Path(str(one["name"])).name for one in manifest["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
