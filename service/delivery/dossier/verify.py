#!/usr/bin/env python3
"""Check a dossier: every file as it was written, none missing, none added; with openssl its signature and time-stamp.

    python3 verify.py [FOLDER] [--ca FILE] [--authority FILE]

It needs Python 3.9 or newer and nothing else, reaches no network and changes nothing. It lies in every dossier, and
`undersigned dossier verify` is the same code. Whoever changes a dossier can change this file, too: README.txt names
the commands that do the same, and a copy of this file from elsewhere will do.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

SIGNED = "manifest-sha512.txt"
SIGNATURE, STAMP, AUTHORITY = f"{SIGNED}.p7s", f"{SIGNED}.tsr", "timestamp-authority.pem"
CERTIFICATE = "data/certificate.json"
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
ALGORITHMS = ("sha256", "sha512")


def check(folder: Path, *, ca: str = "", authority: str = "") -> tuple[list[str], list[str]]:
    """Give what was found, and every fault, one sentence each; a dossier is whole where there is no fault."""
    files, faults = _read(folder)
    about = [f"tagmanifest-{kind}.txt" for kind in ALGORITHMS]
    payload = {path: both for path, both in files.items() if path.startswith("data/")}
    tags = {path: both for path, both in files.items() if path not in payload and path not in about}
    for place, kind in enumerate(ALGORITHMS):
        for name, listed in ((f"manifest-{kind}.txt", payload), (f"tagmanifest-{kind}.txt", tags)):
            faults += _compare(folder, name, {path: both[place] for path, both in listed.items()})
    if "bagit.txt" in files and (folder / "bagit.txt").read_bytes() != DECLARATION:
        faults.append("bagit.txt does not say that this is a bag of version 1.0.")
    faults += _check_certificate(folder, {path: both[0] for path, both in payload.items()})
    told = [f"{len(files)} files were looked at, {len(payload)} of them the dossier itself."]
    for name, word, look, trust in (
        (SIGNATURE, "SIGNED", _signature, ca),
        (STAMP, "TIME-STAMPED", _time_stamp, authority),
    ):
        if name not in files:
            told.append(f"NOT {word}: there is no {name}.")
        elif shutil.which("openssl") is None:
            told.append(f"{name} was NOT CHECKED: there is no openssl on this machine.")
        else:
            is_right, sentence = look(folder, trust)
            (told if is_right else faults).append(sentence)
    return told, list(dict.fromkeys(faults))


def _read(folder: Path) -> tuple[dict[str, list[str]], list[str]]:
    """Give the hashes of every file below the folder, and what is neither a file nor a folder."""
    files, faults = {}, []
    for path in (Path(here, name) for here, folders, names in os.walk(folder) for name in folders + names):
        known_as = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            faults.append(f"{known_as} is neither a file nor a folder.")
        elif path.is_file():
            files[known_as] = [_hash(path, kind) for kind in ALGORITHMS]
    return files, faults


def _hash(path: Path, kind: str) -> str:
    found = hashlib.new(kind)
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            found.update(part)
    return found.hexdigest()


def _compare(folder: Path, name: str, hashes: dict[str, str]) -> list[str]:
    """Write a manifest anew from the files, and find every difference to the one that lies there."""
    if not (folder / name).is_file():
        return [f"{name} is missing."]
    there = (folder / name).read_bytes().decode("utf-8", "surrogateescape")
    if there == "".join(f"{hashes[path]}  {path}\n" for path in sorted(hashes)):
        return []
    named = {path: digest for digest, _, path in (line.partition("  ") for line in there.split("\n")) if path}
    faults = [f"{path} is missing: {name} names it." for path in named if path not in hashes]
    faults += [f"{path} was added: {name} does not name it." for path in hashes if path not in named]
    faults += [f"{path} was changed." for path in hashes if named.get(path, hashes[path]) != hashes[path]]
    return faults or [f"{name} was changed."]


def _check_certificate(folder: Path, hashes: dict[str, str]) -> list[str]:
    """Find where the certificate says something else than the files."""
    try:
        certificate = json.loads((folder / CERTIFICATE).read_text("utf-8"))
        proofs = {str(one["file"]): str(one["sha256"]) for one in certificate["proofs"]}
        promised = {SIGNATURE: certificate["signed"], STAMP: certificate["time_stamped"]}
    except (OSError, ValueError, KeyError, TypeError):
        return [f"{CERTIFICATE} cannot be read."]
    wrong = [path for path in proofs if hashes.get(path) != proofs[path]]
    wrong += [name for name in promised if (folder / name).is_file() != promised[name]]
    return [f"{path} is not what {CERTIFICATE} says." for path in wrong]


def _signature(folder: Path, ca: str) -> tuple[bool, str]:
    trust = ["-CAfile", ca, "-purpose", "any"] if ca else ["-noverify"]
    given = ["-inform", "DER", "-in", str(folder / SIGNATURE)]
    content = ["-content", str(folder / SIGNED), "-out", os.devnull]
    if not _openssl("cms", "-verify", "-binary", *given, *content, *trust)[0]:
        return False, f"The signature is not right{f', or does not follow from {ca}' if ca else ''}."
    lines = _openssl("pkcs7", *given, "-print_certs", "-noout")[1].splitlines()
    names = "; ".join(line.partition("=")[2].strip() for line in lines if line.startswith("subject"))
    end = f"it follows from {ca}." if ca else "whose that is was NOT CHECKED: give theirs as --ca FILE."
    return True, f"Signature: right, by the certificate of {names}; {end}"


def _time_stamp(folder: Path, authority: str) -> tuple[bool, str]:
    trusted, given = authority or str(folder / AUTHORITY), ["-in", str(folder / STAMP)]
    if not _openssl("ts", "-verify", "-data", str(folder / SIGNED), *given, "-CAfile", trusted)[0]:
        return False, f"The time-stamp is not right, or not by the authority in {trusted}."
    lines = _openssl("ts", "-reply", *given, "-text")[1].splitlines()
    time = next((line.partition(":")[2].strip() for line in lines if line.startswith("Time stamp:")), "?")
    end = "." if authority else ": compare that file, or give the authority's own as --authority FILE."
    return True, f"Time-stamp: the dossier existed on {time}, says the authority in {trusted}{end}"


def _openssl(*arguments: str) -> tuple[bool, str]:
    command = [str(shutil.which("openssl")), *arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)  # noqa: S603 -- openssl of this machine, without a shell
    return done.returncode == 0, done.stdout.decode("utf-8", "replace")


def main() -> int:
    """Check the folder that is named, or the one in which this file lies; 0 where it is whole, 1 where it is not."""
    parser = argparse.ArgumentParser(description="Check a dossier.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent)
    parser.add_argument("--ca", default="", help="the certificate that the signature must follow from (PEM)")
    parser.add_argument("--authority", default="", help="the time-stamp authority's certificate (PEM)")
    asked = parser.parse_args()
    if not asked.folder.is_dir():
        parser.error(f"{asked.folder} is no folder.")
    told, faults = check(asked.folder.resolve(), ca=asked.ca, authority=asked.authority)
    end = "NOT WHOLE, see above." if faults else "WHOLE: no file was changed, removed or added."
    sys.stdout.write("\n".join([*told, *faults, end]) + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
