"""What was just done, carried over one redirect in the page's own address: signed, of one session, for two minutes."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from flask import request
from itsdangerous import BadSignature, URLSafeSerializer

from service.foundation.sentence import Sentence
from service.web.desk.visit import Visit
from service.web.services import services

_LIVES_SECONDS = 120
_LONGEST = 2000


@dataclass(frozen=True, kw_only=True)
class Said:
    """A sentence about what was done, and the form that takes it back, where there is one."""

    sentence: str
    undo: Mapping[str, str]


def write_said(who: Visit, sentence: Sentence, *, undo: Mapping[str, str]) -> str:
    """Write a sentence for the next page; its values are numbers and words of ours, never a name: addresses are kept."""
    at = int(services().now().timestamp())
    return _signer(who).dumps([at, sentence.as_record(), dict(undo)])


def read_said(who: Visit) -> Said | None:
    """Read what this page is to say; None where nothing, or too late, or for another session."""
    written = request.args.get("said", "")
    if not written or len(written) > _LONGEST:
        return None
    try:
        at, record, undo = _signer(who).loads(written)
    except (BadSignature, ValueError):
        return None
    if not 0 <= services().now().timestamp() - at <= _LIVES_SECONDS:
        return None
    return Said(sentence=Sentence.from_record(record), undo=undo)


def _signer(who: Visit) -> URLSafeSerializer:
    return URLSafeSerializer(
        services().keyring.root.derive("desk-said"),
        salt=who.session_id.encode(),
        serializer=json,
        signer_kwargs={"digest_method": hashlib.sha256},
    )
