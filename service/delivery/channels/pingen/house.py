"""What can be asked of Pingen, one question a method; nothing here decides, and nothing but `submit` sends a letter."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from service.delivery.asking import Answer, Asking
from service.delivery.channels.pingen.account import Account
from service.delivery.channels.pingen.answers import (
    UNCLEAR,
    Letter,
    bare,
    read_letter,
    read_record_of,
    refused_exchange,
)
from service.delivery.parcel import Document, NotNow
from service.delivery.withheld import read_record

SCOPE = "letter batch webhook organisation_read"
_JSON = "application/vnd.api+json"
# Of a longer answer only the beginning would be read.
_PAGES_OF_LETTERS, _LETTERS_A_PAGE = 25, 20


@dataclass(frozen=True, kw_only=True)
class House:
    """Pingen, asked with one token; `private` are the values that must not be kept of any answer."""

    asking: Asking
    account: Account
    token: str
    private: frozenset[str]

    def find(self, beginning: str) -> tuple[Letter, ...]:
        """Give the letters whose file bears a name of ours that begins so, the newest first, of the last 500."""
        found: list[Letter] = []
        for page in range(1, _PAGES_OF_LETTERS + 1):
            query = {"sort": "-created_at", "page[number]": page, "page[limit]": _LETTERS_A_PAGE}
            answer = self._ask("GET", f"{self._letters}?{urlencode(query)}")
            record = read_record_of(answer, private=self.private)
            rows = record.get("data")
            if not isinstance(rows, list):
                raise NotNow(UNCLEAR, exchange=bare(answer.exchange))
            letters = (read_letter(row, answer) for row in rows if isinstance(row, dict))
            found += [one for one in letters if one is not None and one.file.startswith(beginning)]
            meta = record.get("meta")
            last = meta.get("last_page") if isinstance(meta, dict) else None
            if not isinstance(last, int) or page >= last:
                break
        return tuple(found)

    def upload(self, document: Document) -> Mapping[str, str]:
        """Put a file where Pingen fetches it; gives what names it there."""
        answer = self._ask("GET", f"{self.account.url}/file-upload")
        attributes = _attributes(read_record_of(answer, private=self.private))
        there = {name: str(attributes.get(name) or "") for name in ("url", "url_signature")}
        if not all(there.values()):
            raise NotNow(UNCLEAR, exchange=bare(answer.exchange))
        put = self.asking.ask(
            "PUT",
            there["url"],
            # The address bears what opens it.
            shown_as="(where Pingen takes files)",
            headers={"Content-Type": document.media_type},
            body=document.data,
            may_repeat=True,
        )
        if not 200 <= put.status < 300:
            raise NotNow(UNCLEAR, exchange=bare(put.exchange))
        return there

    def create(self, file: Mapping[str, str], *, name: str, key: str) -> Letter:
        """Make a letter of a file, not submitted; the same key makes it once."""
        attributes = {
            "file_original_name": name,
            "file_url": file["url"],
            "file_url_signature": file["url_signature"],
            "address_position": "left",
            "auto_send": False,
            **self._manner(),
        }
        body = {"data": {"type": "letters", "attributes": attributes}}
        answer = self._ask("POST", self._letters, record=body, key=key)
        return self._letter_of(answer)

    def look(self, number: str) -> Letter:
        """Give a letter as it stands now."""
        answer = self._ask("GET", f"{self._letters}/{number}")
        return self._letter_of(answer)

    def reasons(self, number: str) -> tuple[str, ...]:
        """Give the events of a letter, in Pingen's words."""
        record = read_record_of(self._ask("GET", f"{self._letters}/{number}/events"), private=self.private)
        rows = record.get("data")
        events = (
            [_attributes({"data": row}) for row in rows if isinstance(row, dict)]
            if isinstance(rows, list)
            else []
        )
        return tuple(f"{one.get('code')}: {one.get('name')}" for one in events if one.get("code"))

    def delete(self, number: str) -> None:
        """Take a letter away that was never submitted."""
        read_record_of(self._ask("DELETE", f"{self._letters}/{number}"), private=self.private)

    def submit(self, number: str, *, key: str) -> Answer:
        """Submit a letter, once for a key, whatever is answered; raises InDoubt where it broke off."""
        body = {"data": {"id": number, "type": "letters", "attributes": self._manner()}}
        answer = self._ask("PATCH", f"{self._letters}/{number}/send", record=body, key=key, may_repeat=False)
        letter = self.letter_in(answer)
        return replace(answer, exchange=letter.exchange if letter else refused_exchange(answer))

    def letter_in(self, answer: Answer) -> Letter | None:
        """Give the letter whose record an answer is, None where it is none."""
        return read_letter(_data(read_record(answer.body)), answer)

    @property
    def _letters(self) -> str:
        return f"{self.account.url}/organisations/{self.account.organisation}/deliveries/letters"

    def _manner(self) -> dict[str, str]:
        return {
            "delivery_product": self.account.product,
            "print_mode": "duplex" if self.account.duplex else "simplex",
            "print_spectrum": "color" if self.account.colour else "grayscale",
        }

    def _letter_of(self, answer: Answer) -> Letter:
        read_record_of(answer, private=self.private)
        letter = self.letter_in(answer)
        if letter is None:
            raise NotNow(UNCLEAR, exchange=bare(answer.exchange))
        return letter

    def _ask(
        self,
        method: str,
        url: str,
        *,
        record: Mapping[str, Any] | None = None,
        key: str = "",
        may_repeat: bool = True,
    ) -> Answer:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": _JSON, "Accept": _JSON}
        return self.asking.ask(
            method,
            url,
            headers={**headers, "Idempotency-Key": key} if key else headers,
            body=json.dumps(record).encode() if record is not None else b"",
            may_repeat=may_repeat,
        )


def enter(asking: Asking, account: Account, *, private: frozenset[str]) -> House:
    """Ask for a token, by the credentials of the account; raises NotTaken where they are not known, NotNow where it is not given now."""
    body = urlencode(
        {
            "grant_type": "client_credentials",
            "client_id": account.client_id,
            "client_secret": account.client_secret,
            "scope": SCOPE,
        }
    )
    answer = asking.ask(
        "POST",
        f"{account.identity_url}/auth/access-tokens",
        headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
        body=body.encode(),
        may_repeat=True,
    )
    token = str(read_record_of(answer, private=private).get("access_token") or "")
    if not token:
        raise NotNow(UNCLEAR, exchange=bare(answer.exchange))
    return House(asking=asking, account=account, token=token, private=private | {token})


def _data(record: Mapping[str, Any]) -> dict[str, Any]:
    found = record.get("data")
    return found if isinstance(found, dict) else {}


def _attributes(record: Mapping[str, Any]) -> dict[str, Any]:
    found = _data(record).get("attributes")
    return found if isinstance(found, dict) else {}
