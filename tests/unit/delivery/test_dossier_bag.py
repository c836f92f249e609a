"""A bag has the same bytes whenever it is made, other programs accept it, and no change in it stays unseen."""

import ast
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path

import bagit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.delivery.dossier import verify
from service.delivery.dossier.bag import lay_out, make_bag, safe_name, write_manifest, zip_bag
from service.delivery.parcel import Document

SCRIPT = Path(verify.__file__)
COPY = b'{"letter":"clean-river"}'
CERTIFICATE = {
    "proofs": [{"file": "data/letter/copy.json", "sha256": hashlib.sha256(COPY).hexdigest()}],
    "signed": False,
    "time_stamped": False,
}
INFO = (("Source-Organization", "Coalition for Open\n Rivers"), ("External-Description", "“The river”"))


def document(name, data=b"x"):
    return Document(name=name, media_type="text/plain", data=data)


def bag_of(folders=None, *, beside=None):
    payload = lay_out(
        folders
        or {
            "": [document("certificate.json", json.dumps(CERTIFICATE).encode()), document("log.jsonl", b"")],
            "letter": [document("copy.json", COPY), document("letter.txt", b"Dear President,\n" * 40)],
        }
    )
    return make_bag(
        "clean-river-dossier",
        payload,
        info=INFO,
        day=date(2026, 12, 7),
        beside={"verify.py": SCRIPT.read_bytes(), "README.txt": b"Read me.\n", **(beside or {})},
    )


def written(bag, folder):
    for name, data in bag.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def zipped(bag):
    out = io.BytesIO()
    zip_bag(bag, out)
    return out.getvalue()


def faults(folder):
    return verify.check(folder)[1]


def test_a_bag_is_accepted_by_another_program_and_by_its_own_script(tmp_path):
    folder = written(bag_of(), tmp_path / "bag")

    assert bagit.Bag(str(folder)).validate()
    assert bagit.Bag(str(folder)).version_info == (1, 0)
    assert faults(folder) == []
    done = subprocess.run([sys.executable, "-I", folder / "verify.py"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("WHOLE: no file was changed, removed or added.\n")
    assert "NOT SIGNED" in done.stdout
    assert "NOT TIME-STAMPED" in done.stdout


def test_the_manifests_are_such_as_sha256sum_reads(tmp_path):
    folder = written(bag_of(), tmp_path / "bag")

    command = ["sha256sum", "--check", "--quiet", "manifest-sha256.txt", "tagmanifest-sha256.txt"]
    assert subprocess.run(command, cwd=folder, capture_output=True).returncode == 0


def test_the_same_files_give_the_same_bytes():
    one, other = bag_of(), bag_of()

    assert one == other
    assert zipped(one) == zipped(other)
    with zipfile.ZipFile(io.BytesIO(zipped(one))) as archive:
        assert {name.split("/")[0] for name in archive.namelist()} == {"clean-river-dossier"}
        assert {entry.date_time for entry in archive.infolist()} == {(2026, 12, 7, 12, 0, 0)}
        assert len(archive.namelist()) == len(one.files)


def test_the_bag_says_what_it_is():
    info = bag_of().files["bag-info.txt"].decode()

    assert "Source-Organization: Coalition for Open Rivers\n" in info
    assert "Bagging-Date: 2026-12-07\n" in info
    payload = {name: data for name, data in bag_of().files.items() if name.startswith("data/")}
    assert f"Payload-Oxum: {sum(map(len, payload.values()))}.{len(payload)}\n" in info


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("letter.pdf", "letter.pdf"),
        ("Quittung Übergabe.JPG", "Quittung-Ubergabe.JPG"),
        ("../../etc/passwd", "etc-passwd"),
        ("a\r\nb%.txt", "a-b.txt"),
        ("收據.pdf", "pdf"),
        ("", "file"),
        ("...", "file"),
        ("con.txt", "file-con.txt"),
        ("NUL", "file-NUL"),
        ("-rf", "rf"),
        ("dot.", "dot"),
        ("x" * 300 + ".pdf", "x" * 96 + ".pdf"),
    ],
)
def test_a_name_becomes_one_that_every_disk_can_hold(given, safe):
    assert safe_name(given) == safe


def test_two_files_of_one_name_are_both_kept_whatever_the_case():
    payload = lay_out({"r": [document("a.txt", b"1"), document("A.TXT", b"2"), document("a.txt", b"3")]})

    assert payload == {"data/r/a.txt": b"1", "data/r/A-2.TXT": b"2", "data/r/a-3.txt": b"3"}


@pytest.mark.parametrize("folder", ["..", "a//b", "/", "a/..", "ü", "con"])
def test_a_folder_is_never_elsewhere(folder):
    with pytest.raises(ValueError, match="folder"):
        lay_out({folder: [document("a")]})


@pytest.mark.parametrize("name", ["bagit.txt", "tagmanifest-sha256.txt", "a/b", "data/x"])
def test_what_lies_beside_takes_no_place_of_the_bags_own(name):
    with pytest.raises(ValueError, match="bag"):
        bag_of(beside={name: b""})


FILES = sorted(bag_of().files)


@settings(max_examples=300)
@given(data=st.data())
def test_every_flipped_bit_is_found(data, tmp_path_factory):
    bag = bag_of()
    name = data.draw(st.sampled_from([name for name in FILES if bag.files[name]]))
    place = data.draw(st.integers(0, len(bag.files[name]) - 1))
    bit = data.draw(st.integers(0, 7))
    changed = bytearray(bag.files[name])
    changed[place] ^= 1 << bit
    folder = written(bag, tmp_path_factory.mktemp("bag"))

    (folder / name).write_bytes(changed)

    assert faults(folder)


def test_every_flipped_byte_of_the_manifests_is_found(tmp_path):
    bag = bag_of()
    folder = written(bag, tmp_path / "bag")
    for name in (one for one in FILES if "manifest" in one or one == "bagit.txt"):
        for place in range(len(bag.files[name])):
            # A letter's case is the smallest change there is: readers of hashes pass over it.
            changed = bytearray(bag.files[name])
            changed[place] ^= 0x20
            (folder / name).write_bytes(changed)
            assert faults(folder), (name, place)
        (folder / name).write_bytes(bag.files[name])
    assert faults(folder) == []


@pytest.mark.parametrize("name", FILES)
def test_every_removed_file_is_found(name, tmp_path):
    folder = written(bag_of(), tmp_path / "bag")

    (folder / name).unlink()

    assert any(name in fault for fault in faults(folder))


@pytest.mark.parametrize(
    "name", ["data/letter/more.txt", "data/.hidden", "more.txt", ".DS_Store", "fetch.txt", "sub/x", "a\nb"]
)
def test_every_added_file_is_found(name, tmp_path):
    folder = written(bag_of(), tmp_path / "bag")
    (folder / name).parent.mkdir(exist_ok=True)

    (folder / name).write_bytes(b"")

    assert any(fault.startswith(f"{name} was added") for fault in faults(folder))


@pytest.mark.parametrize(
    "otherwise",
    [
        lambda lines: lines[::-1],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [*lines, b"\n"],
        lambda lines: [*lines[:-1], lines[-1].rstrip()],
        lambda lines: [line.upper()[:64] + line[64:] for line in lines],
    ],
    ids=["in another order", "one twice", "an empty line", "no last line end", "capital digits"],
)
def test_a_manifest_that_says_the_same_otherwise_is_found(otherwise, tmp_path):
    folder = written(bag_of(), tmp_path / "bag")
    manifest = folder / "tagmanifest-sha256.txt"

    manifest.write_bytes(b"".join(otherwise(manifest.read_bytes().splitlines(keepends=True))))

    assert faults(folder)


def test_a_link_in_place_of_a_file_is_found(tmp_path):
    folder = written(bag_of(), tmp_path / "bag")
    elsewhere = tmp_path / "copy.json"
    elsewhere.write_bytes(COPY)
    (folder / "data/letter/copy.json").unlink()

    (folder / "data/letter/copy.json").symlink_to(elsewhere)

    assert any("neither a file nor a folder" in fault for fault in faults(folder))


def test_a_copy_that_is_not_the_one_of_its_check_code_is_found(tmp_path):
    # Whoever changes a file and writes all manifests anew must change the certificate, too.
    changed = {
        "": [document("certificate.json", json.dumps(CERTIFICATE).encode())],
        "letter": [document("copy.json", COPY + b" ")],
    }

    folder = written(bag_of(changed), tmp_path / "bag")

    assert faults(folder) == ["data/letter/copy.json is not what data/certificate.json says."]


def test_a_signature_that_the_certificate_does_not_know_is_found(tmp_path):
    folder = written(bag_of(beside={verify.SIGNATURE: b"0"}), tmp_path / "bag")

    assert f"{verify.SIGNATURE} is not what data/certificate.json says." in faults(folder)


def test_the_script_is_short_and_needs_nothing():
    source = SCRIPT.read_text()
    tree = ast.parse(source, feature_version=(3, 9))
    imported = {
        (name.name if isinstance(node, ast.Import) else node.module).partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }

    assert len(source.splitlines()) <= 150
    assert imported <= sys.stdlib_module_names


def test_a_manifest_is_in_order():
    assert [
        line.split()[1] for line in write_manifest({"b": b"", "a": b""}, "sha256").decode().splitlines()
    ] == [
        "a",
        "b",
    ]
