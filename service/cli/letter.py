"""letter: compile it to a file."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import cast

import click

from service.campaigns.queries import get_campaign, numbered_edition
from service.cli.context import Context, pass_context, read_file, say, write_out
from service.delivery.annexes import annexes_of
from service.delivery.copies import goes_by_post
from service.delivery.handing import Handed, Wanted, copy_to_hand, keep_handed
from service.delivery.parcel import Document
from service.delivery.posted import sheet_on_top
from service.foundation.errors import Refused
from service.kit.pack import pack_for
from service.letter.compile import RENDERERS, Profile, Rendering, compile_copy
from service.letter.copy import Copy
from service.letter.edition import Audience
from service.letter.fit_text import UNITS, Limit, Unit
from service.letter.render_pack import render_pack
from service.letter.windows import LAYOUTS, AddressTooLong, Layout, layout_for_post
from service.letter.word_package import LARGEST_TEMPLATE, shipped_template
from service.mail.envelope import Attachment
from service.store.transaction import reading, transaction

_NO_WINDOW = "The inside address is too long for an envelope's window, so the letter has none."


@click.group()
def letter() -> None:
    """Compile the letter."""


@letter.command(name="compile")
@click.argument("slug")
@click.option("--format", "form", type=click.Choice(list(RENDERERS)), default="pdf", show_default=True)
@click.option(
    "--copy",
    "audience",
    type=click.Choice(["public", "full"]),
    default=None,
    help="Without it the public one, or with --recipient the one that this office gets.",
)
@click.option("--profile", type=click.Choice(["mail", "archive"]), default="mail", show_default=True)
@click.option(
    "--edition", type=click.IntRange(min=1), help="A frozen edition; without it, the letter as it stands."
)
@click.option(
    "--recipient",
    type=click.IntRange(min=1),
    help="The own copy of one recipient, by its place in the campaign file from 1; without it, one for all of them.",
)
@click.option("--language", default="", help="Another language of the letter; without it, its own.")
@click.option(
    "--layout",
    type=click.Choice(["post", *LAYOUTS]),
    default=None,
    help="Where a PDF's inside address stands; post chooses the envelope's window by the office's country. Without it: as"
    " post, where the one office that it is for has post among its channels, else classic. Where the letter is addressed"
    " to others, its window stands on a sheet beside it.",
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
@click.option("--annexes", is_flag=True, help="Write the files of the annexes beside the letter, too.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The file to write; - prints it.")
@pass_context
def compile_(
    context: Context,
    slug: str,
    form: str,
    audience: str | None,
    profile: str,
    edition: int | None,
    recipient: int | None,
    language: str,
    layout: str | None,
    limit: int | None,
    unit: str,
    whole_at: str,
    template: Path | None,
    annexes: bool,
    out: Path,
) -> None:
    """Write the letter as PDF, Word file, HTML, text or JSON; volumes of a very long roll stand beside it."""
    services = context.services
    look = (template or context.settings.word_template) if form == "docx" else None
    with reading(services.engine) as session:
        campaign = get_campaign(session, slug)
        row = numbered_edition(session, campaign, edition) if edition is not None else None
        wanted = Wanted(office=recipient or 0, audience=cast(Audience | None, audience), language=language)
        handed = copy_to_hand(session, services.keyring, campaign, row, wanted, now=services.clock())
        # What is named here comes before the letter's own template.
        copy = replace(handed.copy, word=None) if template else handed.copy
        beside = annexes_of(session, services.keyring, campaign, copy) if annexes else ()
        is_for_one = recipient is not None or len(copy.addressees) == 1
        is_posted = is_for_one and goes_by_post(session, campaign, place=recipient)
        by_post = layout == "post" or (layout is None and is_posted)
    set_in = partial(
        compile_copy,
        copy,
        form=form,
        profile=cast(Profile, profile),
        fonts=services.fonts,
        limit=Limit(most=limit, unit=cast(Unit, unit), whole_at=whole_at) if limit else None,
        template=read_file(look, most=LARGEST_TEMPLATE) if look else None,
    )
    window, sheet = _window(handed, layout, by_post=by_post), None
    try:
        if form == "pdf" and window != LAYOUTS[0] and handed.office is not None:
            sheet = sheet_on_top(copy, asdict(handed.office), layout=window, fonts=services.fonts)
        rendering = set_in(layout=LAYOUTS[0] if sheet else window)
    except AddressTooLong:
        # Nobody asked for a window: the letter is to be had all the same.
        if layout is not None:
            raise
        rendering = set_in(layout=LAYOUTS[0])
        click.echo(_NO_WINDOW, err=True)
    _refuse_pipe(out, rendering, with_annexes=annexes, with_sheet=sheet is not None)
    _keep(context, slug, edition, handed)
    _write(out, rendering, beside, copy, sheet)


def _window(handed: Handed, layout: str | None, *, by_post: bool) -> Layout:
    if by_post:
        country = handed.office.country if handed.office else ""
        return layout_for_post(country=country, paper=handed.copy.paper)
    return cast(Layout, layout or LAYOUTS[0])


def _keep(context: Context, slug: str, number: int | None, handed: Handed) -> None:
    if number is None:
        return
    services = context.services
    with transaction(services.engine) as session:
        row = numbered_edition(session, get_campaign(session, slug), number)
        keep_handed(session, services.keyring, row, handed, now=services.clock())


def _write(
    out: Path, rendering: Rendering, annexes: Sequence[Attachment], copy: Copy, sheet: Document | None
) -> None:
    write_out(out, rendering.data)
    if sheet is not None:
        write_out(out.with_stem(f"{out.stem}-address-sheet"), sheet.data)
    for place, volume in enumerate(rendering.volumes, start=1):
        write_out(out.with_stem(f"{out.stem}-volume-{place}"), volume)
    for place, annex in enumerate(annexes, start=1):
        write_out(out.with_name(f"{out.stem}-annex-{place}.pdf"), annex.data)
    for notice in rendering.notices:
        click.echo(notice, err=True)
    if str(out) == "-":
        return
    volumes = len(rendering.volumes)
    others = f" and {volumes} volumes of names beside it" if volumes else ""
    others += f" and its annexes as {out.stem}-annex-1.pdf and so on" if annexes else ""
    others += f" and the sheet to be posted on top as {out.stem}-address-sheet{out.suffix}" if sheet else ""
    say(f"Wrote {out}{others} (check code {copy.check_code})")
    if copy.annexes and not annexes:
        say("With --annexes the files of its annexes are written beside it.")


def _refuse_pipe(out: Path, rendering: Rendering, *, with_annexes: bool, with_sheet: bool) -> None:
    if with_sheet and str(out) == "-":
        raise Refused(
            "The letter is addressed to others, so a sheet of its own shows this office behind the window: give a file"
            " to write, not “-”, or say --layout classic."
        )
    if with_annexes and str(out) == "-":
        raise Refused("Annexes are files of their own: give a file to write, not “-”.")
    if rendering.volumes and str(out) == "-":
        raise Refused(
            "The names of this letter stand in volumes of their own: give a file to write, not “-”."
        )


@letter.command()
@click.argument("slug")
@click.option("--for", "signatory", default="", help="The id of one who is invited, for its own line.")
@click.option("--language", default="", help="The language of the pages in front; without it, the letter's.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The file to write; - prints it.")
@pass_context
def pack(context: Context, slug: str, signatory: str, language: str, out: Path) -> None:
    """Write what a board reads before it decides whether to sign, as PDF: a page in front, then the letter."""
    services = context.services
    with reading(services.engine) as session:
        found = pack_for(
            session,
            services.keyring,
            slug,
            signatory=signatory,
            language=language,
            now=services.clock(),
        )
    write_out(out, render_pack(found.pack, found.document, fonts=services.fonts))
    if str(out) != "-":
        say(f"Wrote {out}")


@letter.command()
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The file to write; - prints it.")
def template(out: Path) -> None:
    """Write the Word template that letters are made from, to be restyled."""
    write_out(out, shipped_template())
    if str(out) != "-":
        say(f"Wrote {out}: change its styles, keep its blocks, and name it in UNDERSIGNED_WORD_TEMPLATE.")
