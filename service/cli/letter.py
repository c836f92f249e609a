"""letter: compile it to a file."""

from pathlib import Path
from typing import cast

import click

from service.campaigns.queries import get_campaign, numbered_edition
from service.cli.context import Context, pass_context, say, write_out
from service.letter.compile import RENDERERS, Profile, compile_copy
from service.letter.copy import make_copy
from service.letter.edition import Audience
from service.letter.fit_text import UNITS, Limit, Unit
from service.signing.roll import frozen_letter, letter_as_it_stands, letter_since
from service.store.transaction import reading


@click.group()
def letter() -> None:
    """Compile the letter."""


@letter.command(name="compile")
@click.argument("slug")
@click.option("--format", "form", type=click.Choice(list(RENDERERS)), default="pdf", show_default=True)
@click.option(
    "--copy", "audience", type=click.Choice(["public", "full"]), default="public", show_default=True
)
@click.option("--profile", type=click.Choice(["mail", "archive"]), default="mail", show_default=True)
@click.option(
    "--edition", type=click.IntRange(min=1), help="A frozen edition; without it, the letter as it stands."
)
@click.option("--limit", type=click.IntRange(min=1), help="For a form: text of at most this size.")
@click.option(
    "--unit", type=click.Choice(UNITS), default="characters", show_default=True, help="How the form counts."
)
@click.option("--whole-at", default="", help="Address of the whole letter, for a text that was shortened.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The file to write; - prints it.")
@pass_context
def compile_(
    context: Context,
    slug: str,
    form: str,
    audience: str,
    profile: str,
    edition: int | None,
    limit: int | None,
    unit: str,
    whole_at: str,
    out: Path,
) -> None:
    """Write the letter as PDF, HTML, text or JSON."""
    services = context.services
    with reading(services.engine) as session:
        campaign = get_campaign(session, slug)
        if edition is None:
            found = letter_as_it_stands(session, services.keyring, campaign, now=services.clock())
        else:
            row = numbered_edition(session, campaign, edition)
            # What has gone out stays as it was; a public copy that is made now names nobody who has left since.
            is_out = audience == "public" and row.released_at is not None
            found = (
                letter_since(session, services.keyring, campaign, row)
                if is_out
                else frozen_letter(session, services.keyring, row)
            )
    offices = [office for office in found.offices if office.role == "to"]
    copy = make_copy(
        found, audience=cast(Audience, audience), office=offices[0] if len(offices) == 1 else None
    )
    rendering = compile_copy(
        copy,
        form=form,
        profile=cast(Profile, profile),
        fonts=services.fonts,
        limit=Limit(most=limit, unit=cast(Unit, unit), whole_at=whole_at) if limit else None,
    )
    write_out(out, rendering.data)
    for notice in rendering.notices:
        click.echo(notice, err=True)
    if str(out) != "-":
        say(f"Wrote {out} (check code {copy.check_code})")
