"""The command `undersigned`: the command line, and the application that its `run` serves."""

import gc

# Nearly all that a start makes stays: to look for garbage among it takes a quarter of the time in which a command begins.
gc.disable()

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from service.app import create_app
from service.cli.main import run_command_line
from service.delivery.carrying.waiting import carriage_measures
from service.mail.dns import SystemResolver
from service.mail.domain.checks import Finding, check_domain
from service.mail.domain.identity import Identity
from service.mail.sizes import RelaySizes
from service.mail.smtp import SmtpTransport
from service.mail.transport import Transport
from service.schedules.measures import schedule_measuring
from service.signing.abuse.visit import Caution
from service.web.services import WebServices
from service.wiring import Services, sender_identity

gc.enable()

COUNT_LAG = timedelta(milliseconds=100)
"""How old a number may be: a letter that is in the news is asked for it hundreds of times in that time."""


def main() -> None:
    """Run the command that was typed."""
    gc.freeze()
    run_command_line(make_app)


def make_app(services: Services) -> object:
    """Make the web application of a service that was put together."""
    return create_app(
        WebServices(
            engine=services.engine,
            keyring=services.keyring,
            clock=services.clock,
            public_url=services.settings.public_url,
            trusted_proxies=services.settings.trusted_proxies,
            onion_location=services.settings.onion_location,
            wake=services.wake.ring,
            caution=Caution(quickest=services.settings.form_seconds, a_minute=services.settings.sign_rate),
            embed_on=services.settings.embed_on,
            count_lag=COUNT_LAG,
            fonts=services.fonts,
            word_template=services.settings.word_template,
            outward=services.outward,
            filing_domain=services.settings.reply_domain,
            letter_mail_bytes=services.settings.letter_mail_mb * 1_000_000,
            relay_sizes=_sizes_of(services.transport),
            metrics_allow=services.settings.metrics_allow,
            measurings=(schedule_measuring(services.keyring), carriage_measures),
            look_at_sender=_looking_at(sender_identity(services)),
            reminder_lead=services.settings.reminder_lead,
        )
    )


def _sizes_of(transport: Transport | None) -> Callable[[], Mapping[str, int]]:
    return RelaySizes(transport.advertised).known if isinstance(transport, SmtpTransport) else dict


def _looking_at(identity: Identity | None) -> Callable[[], Sequence[Finding]] | None:
    return (lambda: check_domain(identity, SystemResolver())) if identity is not None else None


if __name__ == "__main__":
    main()
