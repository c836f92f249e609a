"""The files beside a campaign file: read from its folder alone, checked together, bound into what is signed."""

import os
from dataclasses import replace

import pytest

from service.campaigns.enclosures import enclose, names_beside
from service.campaigns.file import CampaignFile, read_campaign_file, revision_record
from service.cli.beside import read_beside, read_campaign_folder
from service.foundation.canonical import digest
from service.foundation.errors import Refused
from tests.enclosing import BESIDE, CASES, enclosing_file, make_pdf

NO_LOGO = {"rivers.svg": BESIDE["logos/lakes.png"]}


@pytest.fixture
def folder(tmp_path):
    inside = tmp_path / "letter"
    inside.mkdir()
    (tmp_path / "secret.pdf").write_bytes(CASES)
    (inside / "cases.pdf").write_bytes(CASES)
    (inside / "texts").mkdir()
    (inside / "texts" / "charter.pdf").write_bytes(b"deeper")
    return inside


def test_a_file_in_a_folder_below_is_read(folder):
    assert read_beside(folder, "cases.pdf", most=100_000) == CASES
    assert read_beside(folder, "texts/charter.pdf", most=100) == b"deeper"


def link_to_file(folder):
    (folder / "a.pdf").symlink_to(folder.parent / "secret.pdf")


def link_to_file_inside(folder):
    (folder / "a.pdf").symlink_to(folder / "cases.pdf")


def link_to_folder(folder):
    (folder / "out").symlink_to(folder.parent, target_is_directory=True)


def pipe(folder):
    os.mkfifo(folder / "a.pdf")


REFUSED = {
    "a link out": (link_to_file, "a.pdf", "links are not followed"),
    "a link inside": (link_to_file_inside, "a.pdf", "links are not followed"),
    "a folder that is a link": (link_to_folder, "out/secret.pdf", "links are not followed"),
    "the folder above": (None, "../secret.pdf", "does not lie beside"),
    "the whole path": (None, "/etc/hostname", "does not lie beside"),
    "a folder": (None, "texts", "no plain file"),
    "a pipe": (pipe, "a.pdf", "no plain file"),
    "nothing there": (None, "other.pdf", "no such file beside"),
    "a name that is none": (None, "a\0.pdf", "cannot be one of a file"),
    "too many bytes": (None, "cases.pdf", "larger than"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_nothing_outside_the_folder_is_opened(folder, what):
    prepare, name, told = REFUSED[what]
    if prepare is not None:
        prepare(folder)

    with pytest.raises(Refused, match=told):
        read_beside(folder, name, most=10 if what == "too many bytes" else 100_000)


def test_all_that_is_missing_is_told_at_once(folder, noon):
    (folder / "letter.toml").write_bytes(enclosing_file())

    with pytest.raises(Refused) as refused:
        read_campaign_folder(folder / "letter.toml", now=noon)

    assert [fault.partition(" ")[0] for fault in refused.value.faults] == ["rivers.svg", "logos/lakes.png"]


def test_all_that_is_faulty_is_told_at_once(noon):
    file = read_campaign_file(enclosing_file(), now=noon)
    bad = dict.fromkeys(names_beside(file), b"nothing of the kind")

    with pytest.raises(Refused, match="nothing was changed") as refused:
        enclose(file, bad)

    assert len(refused.value.faults) == 4


def test_two_annexes_are_not_the_same_file(noon):
    file = read_campaign_file(enclosing_file(), now=noon)

    with pytest.raises(Refused) as refused:
        enclose(file, {**BESIDE, **NO_LOGO, "texts/charter.pdf": CASES})

    assert refused.value.faults == ("Two annexes are the same file: leave one of them out.",)


def test_who_signs_signs_the_annexes_in_their_order_and_not_the_logos(noon):
    def signed(beside, file=None):
        read = enclose(
            file or read_campaign_file(enclosing_file(), now=noon), {**BESIDE, **NO_LOGO, **beside}
        )
        return digest(revision_record(read.file)), read.file

    first, file = signed({})
    record = revision_record(file)["annexes"]
    turned = replace(file, letter=replace(file.letter, annexes=file.letter.annexes[::-1]))

    assert [one["title"] for one in record] == ["Cases", "The Charter, article 7"]
    assert all(len(one["sha256"]) == 64 for one in record)
    assert signed({"cases.pdf": make_pdf(pages=12, words="Other cases")})[0] != first
    assert digest(revision_record(turned)) != first
    assert signed({"logos/lakes.png": BESIDE["logos/lakes.png"] + b"more"})[0] == first
    assert CampaignFile.from_record(file.as_record()) == file
