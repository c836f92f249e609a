"""Say what is wrong with a key of the campaign file at the field of a form that brings it (pure)."""

from collections.abc import Mapping, Sequence

from service.foundation.sentence import Sentence, said_of
from service.web.desk.settings_fields import Field

_AFTER_COLON = Sentence("{what}: {told}", what="", told="")
_MISSING = Sentence("{what} is missing.", what="")


def errors_of(by_key: Mapping[str, str], fields: Sequence[Field]) -> tuple[dict[str, str], list[str]]:
    """Give a sentence for each faulty field, and those sentences of which the form has no field."""
    known = {field.key: field for field in fields}
    errors, rest = dict[str, str](), list[str]()
    for key, told in by_key.items():
        # What is wrong with one of a list is told at the field that has the list.
        field = known.get(key) or known.get(key.partition("[")[0])
        if field is not None:
            errors.setdefault(field.name, _at_field(field.label, told))
        else:
            rest.append(_sentence(key, told))
    return errors, rest


def _at_field(label: str, told: str) -> str:
    # What the file's checks say of a key that is missing tells how to write it there; a form says beside the field what it is.
    is_missing = isinstance(told, Sentence) and told.message.startswith("is missing:")
    return _MISSING.with_values(what=label) if is_missing else _sentence(label, told)


def _sentence(what: str, told: str) -> str:
    # What the file's own checks tell is the end of a sentence; what a room refuses is a whole one.
    return said_of(what, told, otherwise=_AFTER_COLON) if told[:1].islower() else told
