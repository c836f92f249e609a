"""Submit a comment: is the document open, a key, a place for each file, the files, then the comment itself, whose tracking number is the receipt."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote, urlencode, urlsplit

from service.delivery.asking import Answer, Asking
from service.delivery.channels.regulations.answers import Step, read_json, settle, without
from service.delivery.channels.regulations.comment import part_documents
from service.delivery.channels.regulations.commented import Commented, read_document
from service.delivery.channels.regulations.posted import found_in, read_posted
from service.delivery.parcel import Document, Exchange, Heard, InDoubt, NotNow, NotTaken, Parcel, Receipt
from service.foundation.sentence import Sentence
from service.model.states import DeliveryState

LIVE = "https://api.regulations.gov/v4"
STAGING = "https://api-staging.regulations.gov/v4"
ONLY_A_TRIAL = Sentence(
    "The staging service took the comment, which is no more than a trial: the agency has got nothing."
)
_JSON_API = "application/vnd.api+json"
_NOTHING = Exchange(asked="")
_NOT_FOUND = 404
_FEWEST_ON_A_PAGE = 5


@dataclass(frozen=True, kw_only=True)
class RegulationsCarrier:
    """Carries comments to regulations.gov, as Carrier promises.

    Of the settings it reads `api_key`, `mode` ("live", or anything else for the staging service, whose acceptance is never a
    receipt) and `receipt_email`, which may be missing; `url` is where the service is asked in its place, for rehearsals.
    """

    asking: Asking
    live: str = LIVE
    staging: str = STAGING

    def carry(self, parcel: Parcel, *, fence: Callable[[], None]) -> Receipt:
        """Submit one comment; raises NotNow, NotTaken or InDoubt.

        regulations.gov knows no keys of ours: once the comment itself was asked for, what breaks off is in doubt, and is
        never asked again. Before that, whatever breaks off has submitted nothing. Of a trial nothing is in doubt.
        """
        fields, files = part_documents(parcel.documents)
        key = parcel.settings.get("api_key", "")
        if not (key.isascii() and key.isprintable() and key.strip()):
            raise NotTaken(Sentence("No key of regulations.gov is set up here."), exchange=_NOTHING)
        if fields is None:
            raise NotTaken(Sentence("The parcel holds no comment."), exchange=_NOTHING)
        if parcel.details.get("regulations_document") != fields.get("commentOnDocumentId"):
            raise NotTaken(
                Sentence("The comment is about another document than the office names."), exchange=_NOTHING
            )
        talk = self._talk(parcel.settings)
        talk.refuse_closed(str(fields["commentOnDocumentId"]), fence=fence)
        submission = talk.open_submission()
        for file in files:
            talk.upload(file, submission=submission)
        try:
            receipt = talk.submit(fields, submission=submission, files=[file.name for file in files])
        except InDoubt as unclear:
            if _is_live(parcel.settings):
                raise
            # Whatever became of it there, nothing can have arrived.
            raise NotTaken(ONLY_A_TRIAL, exchange=unclear.exchange) from None
        if not _is_live(parcel.settings):
            raise NotTaken(ONLY_A_TRIAL, exchange=receipt.exchange)
        return receipt

    def ask_posted(self, number: str, *, settings: Mapping[str, str], now: datetime) -> Sequence[Heard]:
        """Ask whether the comment of a tracking number was published; () where none that is found bears it.

        The search is one for words, and may find others, or nothing: only a comment that names the number itself counts.
        Raises NotNow or NotTaken where that could not be asked.
        """
        talk = self._talk(settings)
        for posted_as in talk.search(number):
            answer = talk.look_up("comments", posted_as)
            heard = read_posted(answer.body, number=number, now=now) if answer else None
            if heard is not None:
                return (heard,)
        return ()

    def ask_document(self, number: str, *, settings: Mapping[str, str]) -> Commented | None:
        """Ask whether a document is open for comment; None where it is not known there.

        Raises NotNow or NotTaken where that could not be asked.
        """
        answer = self._talk(settings).look_up("documents", number)
        return read_document(answer.body, number=number) if answer else None

    def _talk(self, settings: Mapping[str, str]) -> "_Talk":
        return _Talk(
            asking=self.asking,
            base=settings.get("url") or (self.live if _is_live(settings) else self.staging),
            key=settings["api_key"],
            email=settings.get("receipt_email", ""),
        )


@dataclass(frozen=True, kw_only=True)
class _Talk:
    """One conversation with regulations.gov."""

    asking: Asking
    base: str
    key: str
    email: str

    def refuse_closed(self, document: str, *, fence: Callable[[], None]) -> None:
        answer = self.look_up("documents", document, fence=fence)
        found = read_document(answer.body, number=document) if answer else None
        # Of what is not known there, or not told, the answer to the comment itself is plainer than a guess.
        if found is not None and not found.is_open:
            raise NotTaken(
                Sentence(
                    "The document {number} is not open for comment; no comment was submitted.",
                    number=document,
                ),
                exchange=answer.exchange if answer else _NOTHING,
            )

    def open_submission(self) -> str:
        return self._created("key", "submission-keys", {"data": {"type": "submission-keys"}})

    def upload(self, file: Document, *, submission: str) -> None:
        attributes = {"fileName": file.name, "submissionKey": submission, "contentType": file.media_type}
        asked = {"data": {"type": "file-upload-urls", "attributes": attributes}}
        place = self._created("place", "file-upload-urls", asked, secrets=(submission,))
        shown = _shown(place, allowed={"https", urlsplit(self.base).scheme})
        if not shown:
            raise NotNow(
                Sentence("regulations.gov named no place for a file; no comment was submitted."),
                exchange=Exchange(asked="PUT"),
            )
        answer = self.asking.ask(
            "PUT",
            place,
            shown_as=shown,
            headers={"Content-Type": file.media_type},
            body=file.data,
            may_repeat=True,
        )
        settle("upload", _with_hash(answer, file.data), secrets=(place, submission, self.key, self.email))

    def submit(self, fields: Mapping[str, object], *, submission: str, files: list[str]) -> Receipt:
        told: dict[str, object] = {**fields, "submissionKey": submission, "files": files}
        if self.email:
            told |= {"email": self.email, "sendEmailReceipt": True}
        body = _json({"data": {"type": "comments", "attributes": told}})
        answer = self._ask("POST", "comments", body, may_repeat=False)
        exchange = settle("comment", answer, secrets=(submission, self.key, self.email))
        number, attributes = _resource(answer, kind="comments")
        about = attributes.get("commentOnDocumentId", fields["commentOnDocumentId"])
        if not number or about != fields["commentOnDocumentId"]:
            raise InDoubt(
                Sentence("regulations.gov took something, but did not say truly what; look there."),
                exchange=exchange,
            )
        received = attributes.get("receiveDate")
        said = f"{answer.status} Created, {number}" + (f", received {received}" if received else "")
        # It is in the government's hands; that the agency has looked at it nobody has said.
        return Receipt(
            number=number,
            said=without(said, (self.key, self.email)),
            rung=DeliveryState.HANDED_OVER,
            exchange=exchange,
        )

    def look_up(self, path: str, number: str, *, fence: Callable[[], None] = lambda: None) -> Answer | None:
        """Ask for one thing that anybody may see; None where there is no such thing."""
        answer = self._ask("GET", f"{path}/{quote(number, safe='')}", b"", may_repeat=True, fence=fence)
        if answer.status == _NOT_FOUND:
            return None
        settle("look", answer, secrets=(self.key,))
        return answer

    def search(self, words: str) -> Sequence[str]:
        """Find comments by words; gives the ids of the first few."""
        asked = urlencode({"filter[searchTerm]": words, "page[size]": _FEWEST_ON_A_PAGE})
        answer = self._ask("GET", f"comments?{asked}", b"", may_repeat=True)
        settle("look", answer, secrets=(self.key,))
        return found_in(answer.body)[:_FEWEST_ON_A_PAGE]

    def _created(
        self,
        step: Step,
        path: str,
        asked: Mapping[str, object],
        *,
        secrets: tuple[str, ...] = (),
    ) -> str:
        """Ask for something that binds nobody to anything, and give its id."""
        answer = self._ask("POST", path, _json(asked), may_repeat=True)
        exchange = settle(step, answer, secrets=(self.key, self.email, *secrets), is_kept=False)
        made, _ = _resource(answer, kind=path)
        if not made:
            raise NotNow(
                Sentence("regulations.gov answered with half of an answer; no comment was submitted."),
                exchange=exchange,
            )
        return made

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes,
        *,
        may_repeat: bool,
        fence: Callable[[], None] = lambda: None,
    ) -> Answer:
        answer = self.asking.ask(
            method,
            f"{self.base}/{path}",
            headers={"X-Api-Key": self.key, "Content-Type": _JSON_API, "Accept": _JSON_API},
            body=body,
            fence=fence,
            may_repeat=may_repeat,
        )
        return _with_hash(answer, body)


def _shown(place: str, *, allowed: set[str]) -> str:
    """Give a place for a file as evidence may show it, "" for what is none: who has its query may write there."""
    try:
        address = urlsplit(place)
        has_host = bool(address.hostname) and (address.port is None or address.port > 0)
    except ValueError:
        return ""
    return f"{address.scheme}://{address.hostname}/…" if has_host and address.scheme in allowed else ""


def _is_live(settings: Mapping[str, str]) -> bool:
    return settings.get("mode") == "live"


def _json(told: Mapping[str, object]) -> bytes:
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()


def _with_hash(answer: Answer, body: bytes) -> Answer:
    if not body:
        return answer
    asked = f"{answer.exchange.asked}, SHA-256 {hashlib.sha256(body).hexdigest()}"
    return replace(answer, exchange=replace(answer.exchange, asked=asked))


def _resource(answer: Answer, *, kind: str) -> tuple[str, Mapping[str, object]]:
    """Give the id and the attributes of the JSON:API resource that was made; "" where there is none of this kind."""
    data = read_json(answer.body).get("data")
    if not isinstance(data, dict) or data.get("type", kind) != kind:
        return "", {}
    made, attributes = data.get("id"), data.get("attributes")
    return (made if isinstance(made, str) else ""), (attributes if isinstance(attributes, dict) else {})
