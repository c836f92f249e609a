"""A bag: files with the manifests by which one that was changed, removed or added is found (BagIt 1.0, RFC 8493; pure)."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from service.delivery.parcel import Document
from service.foundation.zipping import write_zip

ALGORITHMS = ("sha256", "sha512")
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PAYLOAD = "data"

_LONGEST_NAME = 100
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?<!\.)")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
# No file of such a name can be had on Windows, whatever its ending.
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
_LABEL = re.compile(r"[A-Za-z0-9-]+")


@dataclass(frozen=True, kw_only=True)
class Bag:
    """A bag: the name of its folder, its day, and its files by their paths in that folder."""

    name: str
    day: date
    files: Mapping[str, bytes]


def lay_out(folders: Mapping[str, Sequence[Document]]) -> Mapping[str, bytes]:
    """Give the files of a payload by their paths: each document in its folder, "" being the payload's own.

    Names become such as every disk and archive can hold; of two that would be one, the later gets a number. Raises
    ValueError for a folder that is not named so already.
    """
    payload: dict[str, bytes] = {}
    taken: set[str] = set()
    for folder, documents in folders.items():
        parts = (PAYLOAD, *folder.split("/")) if folder else (PAYLOAD,)
        if not all(map(_is_safe, parts)):
            raise ValueError(f"A folder of a bag is not named {folder!r}.")
        for document in documents:
            path = _free("/".join(parts), safe_name(document.name), taken)
            taken.add(path.casefold())
            payload[path] = document.data
    return payload


def safe_name(name: str) -> str:
    """Make a file's name one that every disk and archive can hold: letters, digits, dots and dashes of ASCII."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    stem, dot, ending = _UNSAFE.sub("-", ascii_only).strip("-._").rpartition(".")
    if len(ending) >= _LONGEST_NAME // 2:
        stem, dot, ending = f"{stem}{dot}{ending}", "", ""
    stem = stem[: _LONGEST_NAME - len(ending) - len(dot)].strip("-._")
    safe = f"{stem}{dot}{ending}" if stem else ending
    return safe if _is_safe(safe) else f"file-{safe}".strip("-")


def write_manifest(files: Mapping[str, bytes], algorithm: str) -> bytes:
    """Write the manifest of files, as `sha256sum --check` and its like read it: the same files give the same bytes."""
    lines = (f"{hashlib.new(algorithm, files[path]).hexdigest()}  {path}\n" for path in sorted(files))
    return "".join(lines).encode()


def make_bag(
    name: str,
    payload: Mapping[str, bytes],
    *,
    info: Iterable[tuple[str, str]],
    day: date,
    beside: Mapping[str, bytes],
) -> Bag:
    """Make a bag of a payload as lay_out() gives it; `beside` are further files that lie beside the payload.

    `info` are the lines of bag-info.txt; those that can be counted are added. The same arguments give the same bytes.
    Raises ValueError for a name or a label that cannot stand in a bag.
    """
    if not payload or not all(map(_is_safe, (name, *beside))):
        raise ValueError("A bag has a payload, and plain names.")
    tags = {
        **beside,
        "bagit.txt": DECLARATION,
        "bag-info.txt": _write_info((*info, *_counted(payload, day))),
        **{f"manifest-{kind}.txt": write_manifest(payload, kind) for kind in ALGORITHMS},
    }
    about = {f"tagmanifest-{kind}.txt": write_manifest(tags, kind) for kind in ALGORITHMS}
    if len(tags) + len(about) != len({*beside, *about}) + 2 + len(ALGORITHMS):
        raise ValueError("A file beside the payload has the name of one that every bag has.")
    return Bag(name=name, day=day, files=dict(sorted({**payload, **tags, **about}.items())))


def zip_bag(bag: Bag, out: BinaryIO) -> None:
    """Write a bag as a zip, in its folder, all files of its day: the same bag gives the same bytes on any machine.

    `out` is a file that can be sought in; a bag may be so large that it is not to lie in memory twice.
    """
    write_zip(out, ((f"{bag.name}/{path}", data) for path, data in bag.files.items()), day=bag.day)


def _is_safe(name: str) -> bool:
    return (
        len(name) <= _LONGEST_NAME and _SAFE.fullmatch(name) is not None and _DEVICES.fullmatch(name) is None
    )


def _free(folder: str, name: str, taken: set[str]) -> str:
    """Give a path that is not taken, upper and lower case being the same to many disks."""
    stem, dot, ending = name.rpartition(".") if "." in name else (name, "", "")
    path, number = f"{folder}/{name}", 1
    while path.casefold() in taken:
        number += 1
        path = f"{folder}/{stem}-{number}{dot}{ending}"
    return path


def _counted(payload: Mapping[str, bytes], day: date) -> tuple[tuple[str, str], ...]:
    octets = sum(map(len, payload.values()))
    return (
        ("Bagging-Date", day.isoformat()),
        ("Bag-Size", f"{-(-octets // 100_000) / 10:g} MB"),
        ("Payload-Oxum", f"{octets}.{len(payload)}"),
    )


def _write_info(info: Iterable[tuple[str, str]]) -> bytes:
    lines = []
    for label, value in info:
        if not _LABEL.fullmatch(label):
            raise ValueError(f"A label of bag-info.txt is not written {label!r}.")
        lines.append(f"{label}: {' '.join(value.split())}\n")
    return "".join(lines).encode()
