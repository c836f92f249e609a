"""The invented signatories of the river letter, read from the files in examples/river."""

import csv
from dataclasses import dataclass
from pathlib import Path

from examples.demo.folder import RIVER

SIGN_ONS = RIVER / "sign_ons.csv"
INVITED = RIVER / "invited.csv"
AGREED = RIVER / "agreed.csv"

_OF_AN_ORGANIZATION = (
    "name",
    "acronym",
    "name_latin",
    "country",
    "website",
    "representative_name",
    "representative_title",
    "filler_name",
    "email",
    "approver_email",
    "qualifier",
)
_OF_A_PERSON = ("name", "name_latin", "position", "affiliation", "country", "email")


@dataclass(frozen=True, kw_only=True)
class Signer:
    """One signatory, and what it will do in the demonstration."""

    row: dict[str, str]

    @property
    def kind(self) -> str:
        """Give `organization` or `person`."""
        return self.row["kind"]

    @property
    def name(self) -> str:
        """Give the name in its own script."""
        return self.row["name"]

    @property
    def names(self) -> tuple[str, ...]:
        """Give every form of the name that an output could show."""
        return tuple(name for name in (self.row["name"], self.row["name_latin"]) if name)

    @property
    def visibility(self) -> str:
        """Give how it is named: public, recipient or counted."""
        return self.row["visibility"]

    @property
    def addresses(self) -> tuple[str, ...]:
        """Give the mailboxes its mail may reach, in lower case: who fills in, and who approves."""
        given = (self.row.get("approver_email", ""), self.row["email"])
        return tuple(address.lower() for address in given if address)

    @property
    def confirms(self) -> bool:
        """Tell whether it will answer the confirmation mail."""
        return self.row.get("confirms", "yes") == "yes"

    def choices(self) -> dict[str, str]:
        """Give how it answers what the form asks of everybody, and of an organization's representative."""
        authority = {"authority": "yes"} if self.kind == "organization" else {}
        return {
            "visibility": self.visibility,
            "keeps_on_change": self.row.get("keeps_on_change") or "ask",
            "news": self.row.get("news", ""),
            **authority,
        }

    def entries(self) -> dict[str, str]:
        """Give everything it writes into an empty sign-on form, by the names of the fields."""
        columns = _OF_AN_ORGANIZATION if self.kind == "organization" else _OF_A_PERSON
        return {column: self.row[column] for column in columns} | self.choices()


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Everybody who appears: by the form, by invitation, and by agreement told to the secretariat."""

    by_form: tuple[Signer, ...]
    invited: tuple[Signer, ...]
    agreed: tuple[Signer, ...]

    @property
    def everybody(self) -> tuple[Signer, ...]:
        """Give all of them."""
        return (*self.by_form, *self.invited, *self.agreed)

    @property
    def signing(self) -> tuple[Signer, ...]:
        """Give those who sign over HTTP themselves."""
        return (*self.by_form, *self.invited)

    @property
    def counted(self) -> tuple[Signer, ...]:
        """Give those whom the letter will count."""
        return tuple(signer for signer in self.everybody if signer.confirms)

    def owner_of(self, address: str) -> Signer | None:
        """Find whose mailbox an address is."""
        return next((signer for signer in self.signing if address in signer.addresses), None)


def read_cast() -> Cast:
    """Read the three files."""
    return Cast(by_form=_read(SIGN_ONS), invited=_read(INVITED), agreed=_read(AGREED))


def _read(path: Path) -> tuple[Signer, ...]:
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(Signer(row=row) for row in csv.DictReader(file, strict=True))
