"""update: tell those who signed how their letter fares."""

from pathlib import Path

import click

from service.cli.context import Context, operator, pass_context, read_file, say
from service.mail.brakes.canary import LARGE
from service.model.update import UpdateAudience
from service.signing.update_words import UpdateWords, read_update
from service.signing.updates import UpdateStart, keep_update_links, look_at_update, post_update, start_update
from service.store.transaction import reading, transaction
from service.wiring import Services

_LARGEST_FILE = 1_000_000
_WHO = {
    UpdateAudience.SIGNATORIES: "who signed",
    UpdateAudience.NEWS: "who signed and asked for news",
}


@click.group()
def update() -> None:
    """Tell those who signed how their letter fares."""


@update.command()
@click.argument("slug")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--to",
    "audience",
    type=click.Choice([audience.value for audience in UpdateAudience]),
    default=UpdateAudience.SIGNATORIES.value,
    show_default=True,
    help="All who signed, or only those of them who asked for news.",
)
@click.option("--check", is_flag=True, help="Only show the mail, and to how many it would go.")
@pass_context
def send(context: Context, slug: str, file: Path, audience: str, check: bool) -> None:
    """Mail a text to those who signed; its first line, "# …", is the subject, all below is Markdown.

    Each mailbox gets the same text once, however often the command is run; run again, it reaches those who signed since.
    """
    services, whom = context.services, UpdateAudience(audience)
    words = read_update(read_file(file, most=_LARGEST_FILE))
    if check:
        _show(services, slug, words, whom)
        return
    with transaction(services.engine) as session:
        started = start_update(
            session, services.keyring, slug, words, audience=whom, by=operator(), now=services.clock()
        )
    new = _post(services, started)
    services.wake.ring()
    say(f"{_mails(new)} queued to those {_WHO[whom]}; {started.known} had it already.")
    say(_when(started.audience))


def _when(audience: int) -> str:
    if audience > LARGE:
        return (
            "One in a hundred goes now, and the rest within ten minutes where nothing speaks against it;"
            " `undersigned outbox hold` stops it."
        )
    return "It goes in a minute; until then `undersigned outbox hold` stops it."


def _post(services: Services, start: UpdateStart) -> int:
    """Post in parts, each kept by itself: what is broken off goes on when the command is run again."""
    links = 1
    while links:
        with transaction(services.engine) as session:
            links = keep_update_links(session, services.keyring, start.update, now=services.clock())
    new, last, is_over = 0, None, False
    while not is_over:
        with transaction(services.engine) as session:
            posted = post_update(session, services.keyring, start, after=last, now=services.clock())
        new, last = new + posted.new, posted.last
        is_over = last is None
    return new


def _show(services: Services, slug: str, words: UpdateWords, audience: UpdateAudience) -> None:
    with reading(services.engine) as session:
        view = look_at_update(
            session,
            services.keyring,
            slug,
            words,
            audience=audience,
            public_url=services.settings.public_url,
            now=services.clock(),
        )
    boxes = "1 mailbox" if view.recipients == 1 else f"{view.recipients} mailboxes"
    say(f"To {boxes} of those {_WHO[audience]}; {view.known} had it already. Nothing was sent.")
    if view.waiting:
        say(f"Left out until you have looked at them: {view.waiting} confirmed.")
    say(f"Subject: {view.mail.subject}")
    say("")
    say(view.mail.text.rstrip("\n"))


def _mails(number: int) -> str:
    return "1 mail is" if number == 1 else f"{number} mails are"
