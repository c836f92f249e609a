"""Settings from the environment, from `.env` and from secret files; a wrong one stops the start with a sentence."""

import difflib
import os
import re
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from service.foundation.addresses import ascii_address, normal_address
from service.foundation.errors import Refused

PREFIX = "UNDERSIGNED_"
# RFC 6376, section 3.1: a selector is one or more labels of a domain name.
_SELECTOR = re.compile(r"(?!.{64})[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
# Mails a second, over all or `relay=` with its port; both may have a decimal part.
_RATE = re.compile(r"(?:([^\s=]+:\d{1,5})=)?(\d{1,6}(?:\.\d{1,3})?)")
# W3C Content Security Policy 3, host-source: what else may stand there could end the directive.
_SITE = re.compile(r"https?://(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,5})?")
# REQUIRE_<TOOL> is read by the tests alone: which tools of the machine they may not do without.
_FOR_TESTS = "REQUIRE_"


class Settings(BaseSettings):
    """What an operator decides; every value also comes as `…_FILE`, the path of a file that holds it."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", frozen=True, extra="ignore")

    database_url: str = Field(
        default="", description="sqlite:///… or postgresql://…; default: SQLite in DATA_DIR"
    )
    data_dir: Path = Field(default=Path("data"), description="the database's folder")
    key_dir: Path = Field(default=Path("keys"), description="the root key's folder; never inside DATA_DIR")
    journal_dir: Path = Field(
        default=Path("journal"), description="the journal of what was sent; never inside DATA_DIR"
    )
    public_url: str = Field(default="http://127.0.0.1:8000", description="the only source of links in mail")
    smtp_url: str = Field(
        default="", description="smtp://host:port or smtps://user:password@host:465; several fail over"
    )
    smtp_ca_file: Path | None = Field(
        default=None, description="certificates to trust for SMTP beside the system's"
    )
    mail_from: str = Field(default="", description="the address our mail comes from")
    send_rate: str = Field(
        default="", description="mails a second over all, and for a relay: `10 mail.example.org:587=5`"
    )
    dkim_selector: str = Field(
        default="", description="selector of the DKIM key (RSA); a second one, after a space, adds Ed25519"
    )
    bounce_domain: str = Field(default="", description="the domain of the addresses that mail comes back to")
    bounce_listen: str = Field(
        default="", description="host:port at which returned mail is taken in, by SMTP or LMTP"
    )
    bounce_imap_url: str = Field(
        default="", description="imaps://user:password@host/mailbox of returned mail", repr=False
    )
    authserv_id: str = Field(
        default="",
        description="the name under which your own mail server writes Authentication-Results (RFC 8601)",
    )
    relay_ledger: str = Field(
        default="", description="postfix:/var/log/mail.log, the relay's own log, asked about mail in doubt"
    )
    reminder_lead: timedelta = Field(
        default=timedelta(days=1), description="seconds before the deadline for the reminder"
    )
    form_seconds: timedelta = Field(
        default=timedelta(seconds=2), description="in less seconds nobody fills in the sign-on form"
    )
    sign_rate: int = Field(
        default=2400, ge=1, le=60_000, description="sign-ons a minute that one letter takes at once"
    )
    trusted_proxies: int = Field(
        default=0, ge=0, le=9, description="how many proxies in front may be believed"
    )
    log: str = Field(default="text", description="how the log is written: text or json")
    metrics_allow: str = Field(
        default="", description="who may read /metrics: `127.0.0.1 10.0.0.0/8`; nobody without it"
    )
    onion_location: str = Field(default="", description="address of the same pages as an onion service")
    embed_on: str = Field(
        default="",
        description="sites that may embed a letter: `https://lakes.example https://rivers.example`, or *",
    )
    word_template: Path | None = Field(
        default=None, description="the Word template of letters as .docx; `letter template` writes ours"
    )
    letter_mail_mb: int = Field(
        default=7,
        ge=1,
        le=100,
        description="megabytes that a letter's mail may have as it is sent; many offices refuse more than 10",
    )
    font_dir: Path | None = Field(default=None, description="a folder with more fonts for the letter")
    dossier_certificate: Path | None = Field(
        default=None, description="the certificate that dossiers are signed with, and those above it (PEM)"
    )
    dossier_key: Path | None = Field(
        default=None,
        description="the key of that certificate, RSA or elliptic curve, without a password (PEM)",
    )
    timestamp_url: str = Field(
        default="", description="the time-stamp authority (RFC 3161) that says when a dossier was made"
    )
    timestamp_ca_file: Path | None = Field(
        default=None,
        description="the certificates from which the authority's follow; they go into each dossier",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- the library names the arguments
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take a value from the call, the environment, its `_FILE`, then `.env`."""
        return init_settings, env_settings, _FromFiles(settings_cls), dotenv_settings

    @field_validator("public_url", "onion_location", "timestamp_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be an address like https://letters.example.org")
        return value.rstrip("/")

    @field_validator("embed_on")
    @classmethod
    def _is_a_list_of_sites(cls, value: str) -> str:
        sites = value.split()
        if sites != ["*"] and not all(map(_SITE.fullmatch, sites)):
            raise ValueError(
                "must be addresses of sites like https://lakes.example with spaces between, or *"
            )
        return " ".join(sites)

    @field_validator("log")
    @classmethod
    def _is_a_manner(cls, value: str) -> str:
        if value.lower() not in {"text", "json"}:
            raise ValueError("must be text or json")
        return value.lower()

    @field_validator("metrics_allow")
    @classmethod
    def _is_a_list_of_networks(cls, value: str) -> str:
        try:
            return " ".join(str(ip_network(word)) for word in value.split())
        except ValueError as error:
            raise ValueError("must be addresses or networks like 127.0.0.1 10.0.0.0/8") from error

    @field_validator("mail_from")
    @classmethod
    def _is_a_mailbox(cls, value: str) -> str:
        try:
            return normal_address(value, what="it") if value else value
        except Refused as error:
            raise ValueError(str(error)) from error

    @field_validator("send_rate")
    @classmethod
    def _is_mails_a_second(cls, value: str) -> str:
        found = [_RATE.fullmatch(word) for word in value.split()]
        names = [one.group(1) for one in found if one]
        if len(set(names)) < len(found) or any(one is None or not float(one.group(2)) for one in found):
            raise ValueError(
                "must be a number of mails a second like 10, and for a relay of its own"
                " mail.example.org:587=5, with spaces between and none of them twice"
            )
        return " ".join(value.split())

    @field_validator("dkim_selector")
    @classmethod
    def _is_one_or_two_selectors(cls, value: str) -> str:
        names = value.lower().split()
        if len(names) > 2 or len(set(names)) < len(names) or not all(map(_SELECTOR.fullmatch, names)):
            raise ValueError("must be a selector like s2026, or two different ones with a space between")
        return " ".join(names)

    @field_validator("bounce_domain")
    @classmethod
    def _is_a_domain(cls, value: str) -> str:
        try:
            return ascii_address(normal_address(f"b@{value}")).rpartition("@")[2] if value else value
        except Refused as error:
            raise ValueError("must be a domain like bounces.example.org") from error

    @field_validator("bounce_listen")
    @classmethod
    def _is_a_host_and_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if value and not (host and re.fullmatch(r"\d{1,5}", port) and 0 < int(port) < 65536):
            raise ValueError("must be a host and a port like 127.0.0.1:2525")
        return value

    @field_validator("authserv_id")
    @classmethod
    def _is_a_name_of_a_server(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9.-]{0,253}", value):
            raise ValueError("must be one name like mx.example.org")
        return value.lower()

    @field_validator("relay_ledger")
    @classmethod
    def _is_a_ledger(cls, value: str) -> str:
        kind, _, path = value.partition(":")
        if value and not (kind == "postfix" and path.startswith("/") and path.isprintable()):
            raise ValueError(
                "must be postfix: and the whole path of Postfix's log, like postfix:/var/log/mail.log"
            )
        return value

    @field_validator("reminder_lead", "form_seconds", mode="before")
    @classmethod
    def _is_a_number_of_seconds(cls, value: object) -> object:
        if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value.strip()):
            return timedelta(seconds=int(value))
        if isinstance(value, timedelta):
            return value
        raise ValueError("must be a whole number of seconds")

    @model_validator(mode="after")
    def _keeps_keys_from_data(self) -> "Settings":
        if self.key_dir.resolve().is_relative_to(self.data_dir.resolve()):
            raise ValueError(
                "KEY_DIR lies inside DATA_DIR, so every backup of the data would hold the keys; move it out"
            )
        return self

    @model_validator(mode="after")
    def _keeps_the_journal_from_data(self) -> "Settings":
        if self.journal_dir.resolve().is_relative_to(self.data_dir.resolve()):
            raise ValueError(
                "JOURNAL_DIR lies inside DATA_DIR, so a restored copy of the data would bring an old journal along"
                " and nobody could tell; move it out"
            )
        return self

    @model_validator(mode="after")
    def _listens_to_something(self) -> "Settings":
        if self.bounce_listen and not self.bounce_domain:
            raise ValueError(
                "BOUNCE_LISTEN needs BOUNCE_DOMAIN, the domain of the addresses it takes mail for"
            )
        return self

    @model_validator(mode="after")
    def _seals_with_both(self) -> "Settings":
        if (self.dossier_certificate is None) != (self.dossier_key is None):
            raise ValueError("DOSSIER_CERTIFICATE and DOSSIER_KEY belong together: set both, or neither")
        if bool(self.timestamp_url) != (self.timestamp_ca_file is not None):
            raise ValueError("TIMESTAMP_URL and TIMESTAMP_CA_FILE belong together: set both, or neither")
        return self

    def __repr__(self) -> str:
        """Show nothing: SMTP_URL, BOUNCE_IMAP_URL and DATABASE_URL hold passwords."""
        return "Settings(…)"

    @property
    def database(self) -> str:
        """The URL of the database: as set, or SQLite in DATA_DIR."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'undersigned.db'}"

    @property
    def log_as_json(self) -> bool:
        """Tell whether the log is written as JSON."""
        return self.log == "json"

    @property
    def dkim_selectors(self) -> tuple[str, ...]:
        """The selectors of our DKIM keys: none, that of the RSA key, or that one and the Ed25519 key's."""
        return tuple(self.dkim_selector.split())

    @property
    def send_rates(self) -> Mapping[str, float]:
        """How many mails may go a second, by the relay's name; the limit over all is named ""."""
        found = (word.rpartition("=") for word in self.send_rate.split())
        return {relay: float(rate) for relay, _, rate in found}

    @property
    def bounce_address(self) -> tuple[str, int] | None:
        """Host and port at which returned mail is taken in, if at all; an IPv6 host is without its brackets."""
        host, _, port = self.bounce_listen.rpartition(":")
        return (host.strip("[]"), int(port)) if host else None

    @property
    def reply_domain(self) -> str:
        """The domain at which answers to a confirming mail come in; "" where nothing takes them."""
        return self.bounce_domain if self.bounce_listen or self.bounce_imap_url else ""

    @property
    def postfix_log(self) -> Path | None:
        """The log of the Postfix that takes our mail, if it may be asked about mail in doubt."""
        path = self.relay_ledger.partition(":")[2]
        return Path(path) if path else None

    @property
    def root_key_file(self) -> Path:
        """Where the root key lies."""
        return self.key_dir / "root.key"


class _FromFiles(EnvSettingsSource):
    """Reads `UNDERSIGNED_NAME_FILE`: the value is the file's text without its last line end."""

    def __call__(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in self.settings_cls.model_fields:
            path = os.environ.get(f"{PREFIX}{name.upper()}_FILE")  # noqa: TID251 -- settings alone read the environment
            if path:
                try:
                    found[name] = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
                except (OSError, UnicodeDecodeError) as error:
                    raise Refused(f"{PREFIX}{name.upper()}_FILE names a file that cannot be read.") from error
        return found


def read_settings() -> Settings:
    """Read the settings; raises Refused with one sentence for each thing that is wrong."""
    _refuse_unknown(os.environ)  # noqa: TID251 -- settings alone read the environment
    try:
        return Settings()
    except ValidationError as error:
        faults = tuple(
            _sentence(dict(fault)) for fault in error.errors(include_input=False, include_url=False)
        )
        raise Refused(" ".join(faults), faults) from error


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    known = {name.upper() for name in Settings.model_fields}
    for variable in sorted(environment):
        if not variable.startswith(PREFIX):
            continue
        name = variable.removeprefix(PREFIX)
        bare = name.removesuffix("_FILE")
        if name in known or bare in known or name.startswith(_FOR_TESTS):
            continue
        near = difflib.get_close_matches(name, known, n=1)
        hint = f" Did you mean {PREFIX}{near[0]}?" if near else ""
        raise Refused(f"{variable} is not a setting of this service.{hint}")


def _sentence(fault: dict[str, Any]) -> str:
    place = ".".join(str(part) for part in fault["loc"])
    reason = str(fault["msg"]).removeprefix("Value error, ").rstrip(".")
    return f"{PREFIX}{place.upper()}: {reason}." if place else f"{reason}."
