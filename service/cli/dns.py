"""The part of `doctor` that speaks of the DNS: the records to publish, and what receivers find there."""

import textwrap

from service.cli.context import say
from service.mail.dns import Resolver
from service.mail.domain.checks import Weight, check_domain
from service.mail.domain.publish import records_to_publish
from service.wiring import Services, sender_identity

_WIDTH = 80
_MARKS = {Weight.GOOD: "in order", Weight.ADVICE: "look at it", Weight.UNKNOWN: "unknown"}


def report_dns(services: Services, resolver: Resolver) -> list[str]:
    """Print the records to publish and what was found; gives a sentence for each thing that is wrong."""
    identity = sender_identity(services)
    if identity is None:
        return []
    say(f"  DNS records to publish for {identity.domain}:")
    for record in records_to_publish(identity):
        say(f"    {record}")
    wrong = []
    for finding in check_domain(identity, resolver):
        if finding.weight is Weight.WRONG:
            wrong.append(finding.sentence)
        else:
            for line in _wrapped(f"{_MARKS[finding.weight]}: {finding.sentence}"):
                say(line)
    return wrong


def _wrapped(finding: str) -> list[str]:
    return textwrap.wrap(
        finding,
        _WIDTH,
        initial_indent="  ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
