"""What must hold between the keys of an office that only one way of sending asks for."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from service.campaigns.file_faults import Fault
from service.campaigns.file_ways import FORM_PLACEHOLDERS, MOST_FIELDS
from service.campaigns.hints import did_you_mean, shown
from service.campaigns.toml_lines import Path
from service.foundation.sentence import Sentence

OF_CONSTITUENTS = frozenset({"cwc", "soapbox"})
"""The ways by which signatories write to their own Members: no copy of the letter goes there."""

_PLACEHOLDER = re.compile(r"\(\(([^()]*)\)\)")


def faults_of_ways(path: Path, office: object) -> Iterator[Fault]:
    """Find what is wrong with an office's form, with what is planned where a way fails, or with who submits a statement; `office` is what TOML says at `path`, its values perhaps of a wrong kind."""
    if isinstance(office, Mapping):
        yield from _faults_of_plan(path, office)
    form = office.get("webform") if isinstance(office, Mapping) else None
    if isinstance(form, Mapping):
        yield from _faults_of_form((*path, "webform"), form)
    council = office.get("unhrc") if isinstance(office, Mapping) else None
    if isinstance(council, Mapping) and not council.get("ngos", ()):
        yield Fault(
            (*path, "unhrc"),
            Sentence(
                "names no NGO: write each under {table}, the one that submits it first.",
                table="[[recipients.unhrc.ngos]]",
            ),
        )


def _faults_of_plan(path: Path, office: Mapping[str, Any]) -> Iterator[Fault]:
    planned, channels = office.get("otherwise"), office.get("channels")
    if not isinstance(planned, list):
        return
    for place, way in enumerate(planned):
        if isinstance(channels, list) and way in channels:
            yield Fault(
                (*path, "otherwise", place),
                Sentence(
                    "is among {channels} already: name a way for where those fail.", channels="channels"
                ),
            )
        if isinstance(way, str) and way in OF_CONSTITUENTS:
            yield Fault(
                (*path, "otherwise", place),
                Sentence("brings messages of constituents, and no copy of the letter: name another way."),
            )


def _faults_of_form(path: Path, form: Mapping[str, Any]) -> Iterator[Fault]:
    fields = form.get("fields", [])
    if not isinstance(fields, list):
        return
    if not fields:
        yield Fault(
            path,
            Sentence(
                "has no fields: write each under {table}, with what it is called there.",
                table="[[recipients.webform.fields]]",
            ),
        )
    if len(fields) > MOST_FIELDS:
        yield Fault(
            (*path, "fields"), Sentence("are more than {n}: keep those that are filled in.", n=MOST_FIELDS)
        )
        return
    for place, field in enumerate(fields):
        if isinstance(field, Mapping):
            yield from _faults_of_field((*path, "fields", place), field)


def _faults_of_field(path: Path, field: Mapping[str, Any]) -> Iterator[Fault]:
    text, holds = field.get("text") or "", field.get("holds", "text")
    if not isinstance(text, str):
        return
    if holds == "text" and not text.strip():
        yield Fault(
            path,
            Sentence(
                "has no {key}: write what is entered there, or say what of the letter it is by {holds}.",
                key="text",
                holds="holds",
            ),
        )
    if holds != "text" and text:
        yield Fault(
            (*path, "text"),
            Sentence(
                "stands beside {holds}, which fills the field already: keep one of them.", holds="holds"
            ),
        )
    for name, told in unknown_placeholders(text):
        yield Fault((*path, "text"), told, near=f"(({name}))")


def unknown_placeholders(text: str) -> Iterator[tuple[str, Sentence]]:
    """Give each placeholder of an author's text for a form that stands for nothing, and the sentence about it."""
    *others, last = (f"(({known}))" for known in FORM_PLACEHOLDERS)
    for name in dict.fromkeys(_PLACEHOLDER.findall(text)):
        if name not in FORM_PLACEHOLDERS:
            hint = did_you_mean(name, FORM_PLACEHOLDERS) or Sentence(
                "Known are {others} and {last}.", others=", ".join(others), last=last
            )
            told = Sentence(
                "has an unknown placeholder, {written}. {hint}", written=f"(({shown(name)}))", hint=hint
            )
            yield name, told
