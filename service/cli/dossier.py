"""dossier: make the proof of delivery of a letter, and check one."""

from collections.abc import Sequence
from pathlib import Path

import click

from service.cli.context import Context, json_option, operator, pass_context, say, say_json
from service.delivery.dossier import verify as checking
from service.delivery.dossier.bag import Bag, zip_bag
from service.delivery.dossier.kept import MadeAgain
from service.delivery.dossier.make import Gathered, gather_dossier, keep_dossier, seal_dossier
from service.delivery.dossier.room import MOST_MEGABYTES_AT_THE_TERMINAL, TooLarge
from service.delivery.dossier.written import write_checked
from service.delivery.letter_mail import Making
from service.foundation.errors import Refused
from service.model.message import MessageKind
from service.store.transaction import reading, transaction
from service.wiring import Services, make_sealing

_TAKEN = "{folder} is there already, and is no empty folder: choose another one."
_TOO_LARGE = (
    "Its documents are more than {most:,} MB, and all of them lie in memory while it is made: give --most-mb a larger"
    " number where this machine has room for it."
)


@click.group()
def dossier() -> None:
    """Prove what was sent, to whom, and how far it came."""


@dossier.command()
@click.argument("slug")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="The folder to make, empty or new."
)
@click.option("--zip", "archive", type=click.Path(path_type=Path), help="Write it as one file, too.")
@click.option(
    "--edition", type=click.IntRange(min=1), help="An edition that was released; without it, the newest."
)
@click.option(
    "--most-mb",
    type=click.IntRange(min=1),
    default=MOST_MEGABYTES_AT_THE_TERMINAL,
    show_default=True,
    help="Make none whose documents are more than this: all of them lie in memory.",
)
@pass_context
def make(
    context: Context, slug: str, out: Path, archive: Path | None, edition: int | None, most_mb: int
) -> None:
    """Write the dossier of a released letter: what was sent, to whom, how far it came and how that is known.

    It is of the coalition, and holds names that are not for publication. It can be checked on any machine, by the
    script that lies in it, by openssl and by other programs for bags.
    """
    services = context.services
    sealing = make_sealing(services.settings)
    _refuse_unless_free(out)
    if archive is not None and archive.resolve().is_relative_to(out.resolve()):
        raise Refused(f"{archive} would lie in the dossier itself: choose another place for the file.")
    try:
        gathered = _gathered(services, slug, edition, most_mb=most_mb)
    except TooLarge:
        raise Refused(_TOO_LARGE.format(most=most_mb)) from None
    bag = seal_dossier(gathered, sealing, fonts=services.fonts)
    told = _write(out, bag)
    if archive is not None:
        with archive.open("wb") as file:
            zip_bag(bag, file)
    with transaction(services.engine) as session:
        keep_dossier(session, services.keyring, gathered, bag, by=operator(), now=services.clock())
    say(f"Wrote {out}: the dossier of edition {gathered.certificate.edition} of {slug}.")
    for line in told:
        say(f"  {line}")
    say("It holds names that are not for publication: give nobody more of it than they may see.")


@dossier.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--ca",
    type=click.Path(path_type=Path),
    help="The certificate from which the signature's has to follow (PEM).",
)
@click.option("--authority", type=click.Path(path_type=Path), help="The time-stamp authority's (PEM).")
@json_option
def verify(folder: Path, ca: Path | None, authority: Path | None, as_json: bool) -> None:
    """Check a dossier as the script in it does, without settings, database or network; exits 1 where it is not whole."""
    if not folder.is_dir():
        raise Refused(f"{folder} is no folder.")
    told, faults = checking.check(folder.resolve(), ca=_named(ca), authority=_named(authority))
    if as_json:
        say_json({"whole": not faults, "found": told, "faults": faults})
    else:
        for line in (*told, *faults):
            say(line)
        say("NOT WHOLE, see above." if faults else "WHOLE: no file was changed, removed or added.")
    if faults:
        click.get_current_context().exit(1)


def _gathered(services: Services, slug: str, edition: int | None, *, most_mb: int) -> Gathered:
    settings = services.settings
    again = MadeAgain(
        composer=services.composers[MessageKind.DELIVERY],
        mail_from=settings.mail_from,
        most_bytes=most_mb * 1_000_000,
    )
    with reading(services.engine) as session:
        return gather_dossier(
            session,
            services.keyring,
            slug,
            number=edition,
            making=Making(fonts=services.fonts, word_template=settings.word_template),
            again=again,
            now=services.clock(),
        )


def _named(path: Path | None) -> str:
    if path is not None and not path.is_file():
        raise Refused(f"{path} cannot be read: no such file.")
    return str(path.resolve()) if path else ""


def _refuse_unless_free(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(_TAKEN.format(folder=folder))


def _write(folder: Path, bag: Bag) -> Sequence[str]:
    _refuse_unless_free(folder)
    try:
        return write_checked(folder, bag)
    except OSError as error:
        raise Refused(f"{folder} cannot be written: {error.strerror}.") from error
