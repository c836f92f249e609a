"""init, doctor: set the service up, find what is wrong."""

import click

from service.cli.context import Context, pass_context, say
from service.cli.dns import report_dns
from service.foundation.errors import Refused, ServiceError
from service.letter.confine import lacking
from service.letter.fonts import Fonts
from service.mail.dns import SystemResolver
from service.mail.sending import sending_state
from service.mail.smtp import SmtpTransport
from service.store.guards import missing_guards
from service.store.transaction import reading
from service.wiring import Services, initialize


@click.command()
@pass_context
def init(context: Context) -> None:
    """Make the database, keys and folders; safe to run again."""
    done = initialize(context.settings)
    for line in done or ("Everything is in place.",):
        say(line)


@click.command()
@pass_context
def doctor(context: Context) -> None:
    """Say what is wrong with the set-up: keys, database, SMTP, DNS, fonts. Exits 1 where something is."""
    wrong = list(_faults(context))
    for script in _fonts(context).scripts_covered():
        mark = "covered" if script.is_covered else f"not covered: install {script.package}"
        say(f"  {script.script}: {mark}")
    for lack in lacking() if not wrong else ():
        say(f"  The typesetter is not wholly shut in: {lack}.")
    for line in wrong:
        click.echo(line, err=True)
    if wrong:
        click.get_current_context().exit(1)
    say("The set-up is in order.")


def _fonts(context: Context) -> Fonts:
    """Give the fonts at hand, also of a set-up that is not in order: what is to be installed is said at once."""
    try:
        return context.services.fonts
    except ServiceError:
        return Fonts()


def _relay_fault(services: Services) -> str | None:
    assert services.transport is not None
    try:
        services.transport.ready()
    except ServiceError as error:
        return f"The relay cannot be used: {error}"
    return None


def _size_faults(services: Services) -> list[str]:
    """Compare how large a letter's mail may be with how large a mail each relay says that it takes."""
    sizes = services.transport.advertised() if isinstance(services.transport, SmtpTransport) else {}
    most = services.settings.letter_mail_mb * 1_000_000
    return [
        f"{relay} takes mails of at most {size} bytes, and letters may have {most}: set UNDERSIGNED_LETTER_MAIL_MB to"
        f" {max(1, size // 1_000_000)} at most."
        for relay, size in sizes.items()
        if size < most
    ]


def _ledger_faults(services: Services) -> list[str]:
    if services.ledger is None:
        return []
    fault = services.ledger.fault()
    if fault is not None:
        return [fault]
    say("  The relay's ledger can be read: it is asked about mail in doubt.")
    return []


def _faults_in_database(services: Services) -> list[str]:
    with reading(services.engine) as session:
        held = sending_state(session).reason
        lost = missing_guards(session)
    guards = (
        f"The database has lost {len(lost)} of its triggers, by which frozen letters stay as they are and pages show"
        f" what is true: restore it from a whole backup. Lost: {', '.join(sorted(lost))}."
    )
    return [*([held] if held is not None else []), *([guards] if lost else [])]


def _faults(context: Context) -> list[str]:
    try:
        services = context.services
    except Refused as refusal:
        return [str(refusal)]
    settings, wrong = services.settings, []
    if services.transport is None:
        wrong.append("No mail can be sent: set UNDERSIGNED_SMTP_URL and UNDERSIGNED_MAIL_FROM.")
    elif (down := _relay_fault(services)) is not None:
        wrong.append(down)
    wrong += _size_faults(services)
    wrong += _faults_in_database(services)
    if settings.font_dir is not None and not settings.font_dir.is_dir():
        wrong.append(f"FONT_DIR {settings.font_dir} is not a folder.")
    if settings.root_key_file.stat().st_mode & 0o077:
        wrong.append(f"Others can read {settings.root_key_file}: run `chmod 0400` on it.")
    if settings.public_url.startswith("http://127.0.0.1"):
        say("  PUBLIC_URL is this machine's own address: links in mail work here only.")
    return wrong + _ledger_faults(services) + report_dns(services, SystemResolver())
