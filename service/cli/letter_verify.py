"""letter verify: tell whether a file is a copy that was handed over."""

import sys
from pathlib import Path

import click

from service.cli.context import Context, json_option, pass_context, read_file, say, say_json
from service.delivery.annexes import FoundAnnex, find_annex
from service.delivery.verify import Bytes, Compared, Found, codes_of, compare, copy_of, find_copy
from service.foundation.errors import Refused
from service.i18n.languages import ENGLISH
from service.i18n.words import count_signatories, words_for
from service.model.edition import EditionKind
from service.store.transaction import reading

_LARGEST_FILE = 64_000_000
_COMPARED = {
    Bytes.SAME: "The file is byte for byte ours.",
    Bytes.CHANGED: "The check code is ours, but the file is not as we made it (mail gateways rewrite files): compare the text.",
    Bytes.NOT_COMPARED: "The check code is ours; the file could not be compared: compare the text.",
}
_TRANSLATED = {
    "authentic": "Its text is the one in “{language}”, which was signed as well.",
    "courtesy": "Its text is a courtesy translation into “{language}”: it only helps to read what was signed in another language.",
}


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@pass_context
def verify(context: Context, file: Path, as_json: bool) -> None:
    """Tell whether a file, or a text with a check code (- reads standard input), is of a letter that was sent from here.

    First the check code in it is looked up, then its bytes are compared. Leaves with 0 where the code is ours, with 1
    where it is not.
    """
    services = context.services
    data = _read(file)
    codes = codes_of("", data)
    with reading(services.engine) as session:
        annex = find_annex(session, services.keyring, data, anybody_asks=False)
        if annex is not None:
            _say_annex(annex, as_json=as_json)
            return
        found = find_copy(session, services.keyring, codes) if codes else None
        copy = copy_of(session, services.keyring, found) if found else None
    compared = (
        compare(copy, data, services.fonts, word_template=services.settings.word_template) if found else None
    )
    if as_json:
        say_json(_as_json(found, compared))
    else:
        _say_found(found, compared, has_code=bool(codes))
    if found is None:
        click.get_current_context().exit(1)


def _say_annex(found: FoundAnnex, *, as_json: bool) -> None:
    if as_json:
        told = {"annex": found.place, "annex_title": found.annex_title, "sha256": found.sha256}
        say_json(
            {"ours": True, "bytes": Bytes.SAME.value, "title": found.title, "edition": found.edition, **told}
        )
        return
    say(f"This is annex {found.place} of edition {found.edition} of “{found.title}”: {found.annex_title}.")
    say(_COMPARED[Bytes.SAME])


def _read(file: Path) -> bytes:
    if str(file) != "-":
        return read_file(file, most=_LARGEST_FILE)
    data = sys.stdin.buffer.read(_LARGEST_FILE + 1)
    if len(data) > _LARGEST_FILE:
        raise Refused(
            f"Standard input is larger than {_LARGEST_FILE // 1_000_000} MB, which no letter needs."
        )
    return data


def _as_json(found: Found | None, compared: Compared | None) -> dict[str, object]:
    if found is None or compared is None:
        return {"ours": False}
    return {
        "ours": True,
        "bytes": compared.bytes.value,
        **({"volume": compared.volume, "volumes": compared.volumes} if compared.volume else {}),
        "kind": found.kind.value,
        **({"ordinal": found.ordinal} if found.ordinal else {}),
        "check_code": found.code,
        **({"language": found.language, "translation": found.translation} if found.translation else {}),
        "title": found.title,
        "edition": found.edition,
        "organizations": found.organizations,
        "individuals": found.individuals,
        "not_for_publication": found.not_for_publication,
        "sent" if found.has_left else "released": found.day.isoformat(),
    }


def _say_found(found: Found | None, compared: Compared | None, *, has_code: bool) -> None:
    if found is None or compared is None:
        say("Not one of ours." if has_code else "Not one of ours: no check code stands in it.")
        return
    step = "sent" if found.has_left else "released"
    say(f"This is {_what(found)}, {step} on {found.day.isoformat()}.")
    if compared.volume:
        say(f"The file is volume {compared.volume} of {compared.volumes} of its names.")
    say(_COMPARED[compared.bytes])
    if found.translation:
        say(_TRANSLATED[found.translation].format(language=found.language))
    if found.not_for_publication:
        say("It holds names that are not for publication.")


def _what(found: Found) -> str:
    signatories = count_signatories(found.organizations, found.individuals, words_for(ENGLISH.tag))
    if found.kind is EditionKind.LETTER:
        return f"edition {found.edition} of “{found.title}”, {signatories}"
    which = f"{found.kind.value} {found.ordinal} to edition {found.edition} of a letter, “{found.title}”"
    # Of a correction the number is of those who left: only its own copy tells it.
    return f"{which}, {signatories}" if found.kind is EditionKind.ADDENDUM else which
