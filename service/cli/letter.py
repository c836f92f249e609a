"""letter: compile it to a file."""

from pathlib import Path
from typing import cast

import click

from service.campaigns.queries import get_campaign, numbered_edition
from service.cli.context import Context, pass_context, read_file, say, write_out
from service.letter.compile import RENDERERS, Profile, compile_copy
from service.letter.copy import make_copy
from service.letter.edition import Audience
from service.letter.fit_text import UNITS, Limit, Unit
from service.letter.word_package import shipped_template
from service.signing.roll import frozen_letter, letter_as_it_stands, letter_since
from service.store.transaction import reading

_LARGEST_TEMPLATE = 10_000_000


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
@click.option(
    "--template",
    type=click.Path(path_type=Path),
    help="Your Word template, in place of the setting's or ours.",
)
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
    template: Path | None,
    out: Path,
) -> None:
    """Write the letter as PDF, Word file, HTML, text or JSON."""
    services = context.services
    look = (template or context.settings.word_template) if form == "docx" else None
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
        template=read_file(look, most=_LARGEST_TEMPLATE) if look else None,
    )
    write_out(out, rendering.data)
    for notice in rendering.notices:
        click.echo(notice, err=True)
    if str(out) != "-":
        say(f"Wrote {out} (check code {copy.check_code})")


@letter.command()
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The file to write; - prints it.")
def template(out: Path) -> None:
    """Write the Word template that letters are made from, to be restyled."""
    write_out(out, shipped_template())
    if str(out) != "-":
        say(f"Wrote {out}: change its styles, keep its blocks, and name it in UNDERSIGNED_WORD_TEMPLATE.")
