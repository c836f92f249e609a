"""Lose nothing: what a form had in it goes along, sealed, while its coordinator signs in or proves who it is."""

import base64
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO

from flask import request
from werkzeug.datastructures import FileStorage, ImmutableMultiDict

from service.foundation.errors import Permanent
from service.foundation.sealing import Place
from service.web.services import services

FIELD = "carried"
_LIVES = timedelta(hours=24)
_LONGEST = 190_000
_PLACE = Place(table="carried", column="form", row="desk")
_OF_THE_DOOR = {"csrf", FIELD}


@dataclass(frozen=True, kw_only=True)
class Carried:
    """A form that was not taken yet: where it goes, whose it is, and what is in it."""

    path: str
    query: str
    coordinator_id: str
    fields: Sequence[tuple[str, str]]
    files: Sequence[tuple[str, str, str, str]]

    @property
    def address(self) -> str:
        """Give the address to which it is sent on."""
        return f"{self.path}?{self.query}" if self.query else self.path


def carry(coordinator_id: str) -> str:
    """Seal the form of this request for its coordinator; "" where it is too long to go along."""
    kept = {
        "path": request.path,
        "query": request.query_string.decode("latin-1"),
        "by": coordinator_id,
        "at": int(services().now().timestamp()),
        "fields": [[name, text] for name, text in request.form.items(multi=True) if name not in _OF_THE_DOOR],
        "files": [_kept_file(name, file) for name, file in request.files.items(multi=True) if file.filename],
    }
    packed = base64.b85encode(zlib.compress(json.dumps(kept).encode(), 6)).decode()
    sealed = services().keyring.desk.seal(packed, place=_PLACE)
    written = base64.urlsafe_b64encode(sealed).decode()
    return written if len(written) <= _LONGEST else ""


def has_something() -> bool:
    """Tell whether the form of this request has anything in it but the marks of the door."""
    return bool(set(request.form) - _OF_THE_DOOR) or any(file.filename for file in request.files.values())


def open_carried(written: str) -> Carried | None:
    """Open what was sealed; None for anything else, or where it is a day old."""
    if not written or len(written) > _LONGEST:
        return None
    try:
        packed = services().keyring.desk.open(base64.urlsafe_b64decode(written), place=_PLACE)
        kept = json.loads(zlib.decompress(base64.b85decode(packed)))
    except (Permanent, ValueError, zlib.error):
        return None
    if not 0 <= services().now().timestamp() - kept["at"] <= _LIVES.total_seconds():
        return None
    return Carried(
        path=kept["path"],
        query=kept["query"],
        coordinator_id=kept["by"],
        fields=[(name, text) for name, text in kept["fields"]],
        files=[(name, filename, kind, data) for name, filename, kind, data in kept["files"]],
    )


def put_back(carried: Carried) -> None:
    """Let this request's form be the one that was carried; its mark was looked at before."""
    marks = [(name, text) for name, text in request.form.items(multi=True) if name == "csrf"]
    request.form = ImmutableMultiDict([*marks, *carried.fields])
    request.files = ImmutableMultiDict([(name, _file(*rest)) for name, *rest in carried.files])


def _kept_file(name: str, file: FileStorage) -> list[str]:
    data = base64.b64encode(file.stream.read()).decode()
    return [name, file.filename or "", file.mimetype, data]


def _file(filename: str, kind: str, data: str) -> FileStorage:
    return FileStorage(stream=BytesIO(base64.b64decode(data)), filename=filename, content_type=kind)
