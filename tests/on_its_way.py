"""A letter that is released and goes by one way that leaves by itself, to the simulator of whoever is at its other end."""

from collections.abc import Callable, Mapping

from service.delivery.constituents.ask import ask_member
from service.store.transaction import transaction
from tests.carriers import Side
from tests.carrying import LOB, PINGEN, file_by, released, set_up
from tests.coalition import Coalition, letter_file
from tests.constituents import ASKED, OFFICE, SENATOR, list_offices, member, release, sign_as_person
from tests.doubles.pec_provider import OFFICE as CERTIFIED
from tests.doubles.regulations_gov import DOCUMENT
from tests.ways import CONGRESS


def set_on_its_way(coalition: Coalition, way: str, side: Side) -> Coalition:
    """Release a letter that goes by this way alone, or, to Congress, with which one constituent asks one Member."""
    where = side.parcel.settings
    if way in _TO_MEMBERS:
        return _asked_for(coalition, way, {**CONGRESS, **where})
    change, more = _COPIES[way]
    return released(
        coalition, way, {**more, **where}, file=change(file_by(way, country=_COUNTRIES.get(way, "US")))
    )


def _asked_for(coalition: Coalition, way: str, values: Mapping[str, str]) -> Coalition:
    office = _TO_MEMBERS[way]
    tables = member("Ada Member", office, way)
    coalition.open(letter_file(more='admit = "everyone"', tables=tables))
    set_up(coalition, way, values)
    list_offices(coalition, values, office, channel=way)
    token = sign_as_person(coalition).removeprefix("/manage/")
    with transaction(coalition.engine) as session:
        ask_member(session, coalition.keyring, _GIVEN, office, token=token, now=coalition.now)
    release(coalition)
    return coalition


def _as_it_is(file: bytes) -> bytes:
    return file


def _to_bern(file: bytes) -> bytes:
    """Write to whom Pingen's simulator reads on each page."""
    for here, there in (
        ("Jane Q. Example", "Jürg Muster"),
        ("President of the Republic", "Bundespräsident"),
        ("The Presidential Office", "Bundeskanzlei"),
        ("1 Palace Square", "Bundeshaus West 1"),
    ):
        file = file.replace(f'"{here}"'.encode(), f'"{there}"'.encode())
    return file


def _about_a_document(file: bytes) -> bytes:
    named = f'regulations_document = "{DOCUMENT}"\nregulations_organization_type = "Non-Governmental Organization"'
    return file.replace(b"channels", f"{named}\nchannels".encode())


def _certified(file: bytes) -> bytes:
    return file.replace(b"channels", f'pec = "{CERTIFIED}"\nchannels'.encode())


# As the form cleans it.
_GIVEN = {name: value for name, value in ASKED.items() if name != "office"} | {"phone": "703-555-0102"}
_COUNTRIES = {"pingen": "CH"}
_COPIES: Mapping[str, tuple[Callable[[bytes], bytes], Mapping[str, str]]] = {
    "lob": (_as_it_is, LOB),
    "pingen": (_to_bern, PINGEN),
    "regulations": (_about_a_document, {"certified": "yes"}),
    "pec": (_certified, {}),
}
_TO_MEMBERS = {"cwc": OFFICE, "soapbox": SENATOR}
