"""What regulations.gov, and the store of files it sends uploads to, mean by their answers: one table (pure).

Three dialects are spoken: JSON:API errors by the service itself, {"error": {"code", "message"}} by the gateway before it
(api.data.gov, "Web service errors"), and XML by the store of files (Amazon S3, "Error responses").
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

from service.delivery.asking import Answer
from service.delivery.parcel import Exchange, InDoubt, NotNow, NotTaken
from service.foundation.sentence import Sentence

Step = Literal["key", "place", "upload", "comment", "look"]
Meaning = Literal["taken", "not_now", "not_taken", "in_doubt"]

# Only from where a word begins: tried at each of its letters, one long word would take seconds.
_AN_ADDRESS = re.compile(r"(?<![^\s\"'<>@])[^\s\"'<>@]+@[^\s\"'<>@]+")
_XML_CODE = re.compile(r"<Code>([^<]*)</Code>", re.IGNORECASE)
_XML_MESSAGE = re.compile(r"<Message>([^<]*)</Message>", re.IGNORECASE)
_MOST_SHOWN = 2_000
_LONGEST_WAIT = timedelta(days=2)
_SUCCESS = range(200, 300)
_CREATED, _TIMED_OUT, _CONFLICT, _TOO_MANY, _UNAVAILABLE = 201, 408, 409, 429, 503

_SAYS_ANYWHERE: Mapping[int, Sentence] = {
    401: Sentence("regulations.gov does not know the key, or it may not comment."),
    403: Sentence("regulations.gov does not know the key, or it may not comment."),
    429: Sentence("regulations.gov has been asked too often and wants us to wait."),
    503: Sentence("regulations.gov is closed for maintenance."),
}
_SAYS_OF_COMMENT: Mapping[int, Sentence] = {
    **_SAYS_ANYWHERE,
    400: Sentence("regulations.gov refuses the comment as it stands."),
    404: Sentence("regulations.gov does not know the document that the comment is about."),
    413: Sentence("regulations.gov finds the comment too large."),
    415: Sentence("regulations.gov does not take this kind of content."),
}
_OTHERWISE: Mapping[Meaning, Sentence] = {
    "taken": Sentence("regulations.gov took it."),
    "not_now": Sentence("regulations.gov has a fault; no comment was submitted."),
    "not_taken": Sentence("regulations.gov refused it with an answer that its description does not name."),
    "in_doubt": Sentence(
        "regulations.gov answered with a fault; nobody can know whether it took the comment."
    ),
}
_LOOKED_IN_VAIN = Sentence("regulations.gov did not say what it was asked for.")
_UPLOAD_REFUSED = Sentence("The store of files of regulations.gov refused a file.")
_UPLOAD_EXPIRED = Sentence("The place for a file at regulations.gov has expired; no comment was submitted.")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that the other side found wrong: its code or title, and its words."""

    code: str
    says: str


def meaning_of(step: Step, status: int, *, says_when: bool, expired: bool = False) -> Meaning:
    """Say what a status means at a step; `says_when` that it says when to come again, `expired` that a place for a file has.

    Before the comment is asked for nothing can have been submitted, whatever goes wrong. After it, only what is known to
    come before anything is done may be tried again.
    """
    if status == _CREATED or (step in {"upload", "look"} and status in _SUCCESS):
        return "taken"
    if status == _TOO_MANY:
        return "not_now"
    if step == "upload" and expired:
        return "not_now"
    if step == "comment":
        return _meaning_of_comment(status, says_when=says_when)
    return "not_taken" if 300 <= status < 500 and status != _TIMED_OUT else "not_now"


def settle(step: Step, answer: Answer, *, secrets: Sequence[str], is_kept: bool = True) -> Exchange:
    """Give what was exchanged, as evidence, where the answer means that it was taken; raises what it means elsewhere.

    `secrets` are left out of the evidence, wherever they stand; `is_kept` False leaves out all of a good answer, for it is
    a secret itself.
    """
    faults = faults_of(answer)
    expired = any("expired" in fault.says.lower() or fault.code == "ExpiredToken" for fault in faults)
    again_after = _again_after(answer)
    meaning = meaning_of(step, answer.status, says_when=again_after is not None, expired=expired)
    exchange = _evidence(answer, step=step, secrets=secrets, is_kept=is_kept or meaning != "taken")
    said = _sentence(step, answer.status, meaning, expired=expired)
    if meaning == "not_now":
        raise NotNow(said, exchange=exchange, again_after=again_after)
    if meaning == "not_taken":
        raise NotTaken(
            said, exchange=exchange, faults=tuple(without(_line(fault), secrets) for fault in faults)
        )
    if meaning == "in_doubt":
        raise InDoubt(said, exchange=exchange)
    return exchange


def faults_of(answer: Answer) -> tuple[Fault, ...]:
    """Read what was found wrong, in whichever dialect it is said; nothing where none is spoken."""
    if answer.status in _SUCCESS:
        return ()
    told = read_json(answer.body)
    errors = told.get("errors")
    if isinstance(errors, list):
        found = [one for one in errors if isinstance(one, dict)]
        return tuple(Fault(code=str(one.get("title", "")), says=str(one.get("detail", ""))) for one in found)
    error = told.get("error")
    if isinstance(error, dict):
        return (Fault(code=str(error.get("code", "")), says=str(error.get("message", ""))),)
    code, message = _XML_CODE.search(answer.text), _XML_MESSAGE.search(answer.text)
    if code or message:
        return (Fault(code=code[1] if code else "", says=message[1] if message else ""),)
    return ()


def read_json(body: bytes) -> Mapping[str, object]:
    """Read a JSON object; an empty one for anything else, such as half of one or a page."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def without(text: str, secrets: Sequence[str]) -> str:
    """Give a text without what must not be kept: these secrets, and whatever looks like a mail address."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "…")
    return _AN_ADDRESS.sub("…", text)


def _meaning_of_comment(status: int, *, says_when: bool) -> Meaning:
    if status == _UNAVAILABLE and says_when:
        return "not_now"
    is_refused = 400 <= status < 500 and status not in {_TIMED_OUT, _CONFLICT}
    return "not_taken" if is_refused else "in_doubt"


def _sentence(step: Step, status: int, meaning: Meaning, *, expired: bool) -> Sentence:
    if meaning == "in_doubt":
        return _OTHERWISE[meaning]
    if step == "upload":
        # The store's statuses are about its own signatures, never about our key.
        refused_or_not = _UPLOAD_REFUSED if meaning == "not_taken" else _OTHERWISE[meaning]
        return _UPLOAD_EXPIRED if expired else refused_or_not
    known = _SAYS_OF_COMMENT if step == "comment" else _SAYS_ANYWHERE
    return known.get(status, _LOOKED_IN_VAIN if step == "look" else _OTHERWISE[meaning])


def _evidence(answer: Answer, *, step: Step, secrets: Sequence[str], is_kept: bool) -> Exchange:
    faults = faults_of(answer)
    if not is_kept:
        told = ""
    elif step == "upload":
        # The store's own words repeat what it was signed with.
        told = "\n".join(map(_line, faults))
    elif answer.status in _SUCCESS:
        told = _kept_of(answer)
    else:
        told = _plainly(answer)
    return replace(answer.exchange, answered=without(told, secrets))


def _kept_of(answer: Answer) -> str:
    """Give of a good answer what proves something: it repeats all that was sent, the mail address too."""
    data = read_json(answer.body).get("data")
    if not isinstance(data, dict):
        return _plainly(answer)
    attributes = data.get("attributes")
    fields = attributes if isinstance(attributes, dict) else {}
    kept = {name: fields[name] for name in ("commentOnDocumentId", "receiveDate") if name in fields}
    return json.dumps(
        {"data": {"id": data.get("id"), "type": data.get("type"), "attributes": kept}}, ensure_ascii=False
    )


def _plainly(answer: Answer) -> str:
    """Give a bad answer as it reads: written with escapes, a secret in it would not be found."""
    told = read_json(answer.body)
    return (json.dumps(told, ensure_ascii=False) if told else answer.text)[:_MOST_SHOWN]


def _line(fault: Fault) -> str:
    return ": ".join(filter(None, (fault.code, fault.says)))


def _again_after(answer: Answer) -> timedelta | None:
    """Read when to come again (RFC 9110, 10.2.3): seconds, or a moment, which is reckoned from the answer's own Date."""
    told = answer.headers.get("retry-after", "").strip()
    if told.isascii() and told.isdigit():
        return min(timedelta(seconds=min(int(told), 10**6)), _LONGEST_WAIT)
    moment, now = _moment(told), _moment(answer.headers.get("date", ""))
    if moment is None or now is None:
        return None
    return min(max(moment - now, timedelta()), _LONGEST_WAIT)


def _moment(told: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(told)
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo else None
