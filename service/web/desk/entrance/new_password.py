"""Read a new password from a form, where it stands twice."""

from collections.abc import Iterable, Mapping

from service.coordinators.passwords import refuse_weak
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence

LONGEST_NAME = 100
NOT_THE_SAME = Sentence("These two are not the same; type the new password twice.")


def new_password_errors(entries: Mapping[str, str], *, own: Iterable[str]) -> Mapping[str, str]:
    """Say what is wrong with a new password, by field (pure); nothing where all is well."""
    password = entries.get("password", "")
    try:
        refuse_weak(password, own=own)
    except Refused as refusal:
        return {"password": str(refusal)}
    return {} if password == entries.get("again", "") else {"again": NOT_THE_SAME}
