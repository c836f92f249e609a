"""The options that say to whom something planned goes."""

from collections.abc import Callable
from typing import Any

import click

from service.campaigns.codes import country_code
from service.model.evidence import EvidenceKind
from service.model.signature import Kind
from service.model.states import SignatureState

TO = {
    "unconfirmed": SignatureState.PENDING,
    "invited": SignatureState.INVITED,
    "intending": SignatureState.INTENDS,
}


def narrowing_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command what narrows an audience; narrowing() reads it."""
    options = (
        click.option(
            "--kind",
            "kinds",
            multiple=True,
            type=click.Choice([kind.value for kind in Kind]),
            help="Only these.",
        ),
        click.option(
            "--language", "languages", multiple=True, help="Only whose mail is in this language: fr."
        ),
        click.option(
            "--evidence",
            "evidence",
            multiple=True,
            type=click.Choice([kind.value for kind in EvidenceKind]),
            help="Only for whom this speaks.",
        ),
        click.option(
            "--version",
            "revision",
            default=None,
            type=click.IntRange(0),
            help="Only who signed this version of the text.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


country_option = click.option(
    "--country", "countries", multiple=True, help="Only who is in this country: FR."
)


def narrowing(given: dict[str, Any]) -> dict[str, Any]:
    """Take the options of narrowing_options() out of what was given, as an audience has them; what was not given is left out."""
    found: dict[str, Any] = {
        "kinds": tuple(map(Kind, given.pop("kinds"))),
        "languages": tuple(given.pop("languages")),
        "countries": tuple(country_code(code, what="--country") for code in given.pop("countries", ())),
        "evidence": tuple(map(EvidenceKind, given.pop("evidence"))),
        "revision": given.pop("revision"),
    }
    return {name: value for name, value in found.items() if value not in {(), None}}
