"""A file of names and addresses is made by two coordinators, says so itself, and is gone after a day."""

import csv
import io
from typing import cast

import openpyxl
import pytest
from sqlmodel import select

from service.model.coordinator import Role
from service.model.export import Export, ExportPart
from service.store.transaction import reading
from service.wiring import Services
from service.worker.secretariat import make_exports
from tests.coalition import Coalition
from tests.desk import AtTheDesk, add_colleague
from tests.stories.visitor import Door, words_of


class _Wake:
    def is_stopping(self) -> bool:
        return False


class _Worker:
    """What of the services the job asks for."""

    def __init__(self, coalition: Coalition) -> None:
        self.engine, self.keyring, self.wake = coalition.engine, coalition.keyring, _Wake()
        self.clock = lambda: coalition.now


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    coalition.open()
    coalition.sign_and_confirm("=HYPERLINK(1)", email="formula@members.example")
    return coalition.sign_and_confirm("Lake Alliance")


def approved(coalition: Coalition, door: Door, form: str) -> tuple[AtTheDesk, AtTheDesk]:
    mo = AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.MODERATOR, name="Mo Derator"))
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    mo.post("exports", {"csrf": mo.mark(), "form": form})
    look = olga.open("second-looks").text.partition("/second-looks/")[2].partition('"')[0]
    olga.follow(olga.post(f"second-looks/{look}", {"csrf": olga.mark(), "verdict": "approved"}))
    make_exports(cast(Services, _Worker(coalition)), "test")
    return mo, olga


def fetched(mo: AtTheDesk) -> bytes:
    path = mo.open("exports").text.partition('<a href="')[2]
    link = next(part for part in mo.open("exports").text.split('"') if "/exports/" in part)
    assert path
    return mo.open(link).data


def test_a_csv_says_who_asked_for_it_and_runs_nothing(coalition: Coalition, door: Door) -> None:
    mo, olga = approved(coalition, door, "csv")

    rows = list(csv.reader(io.StringIO(fetched(mo).decode("utf-8-sig"))))

    assert "File 1 of this letter: asked for by Mo Derator, approved by Olga Owner" in rows[0][0]
    name = rows[1].index("name")
    assert {row[name] for row in rows[2:]} == {"'=HYPERLINK(1)", "Lake Alliance"}
    link = next(part for part in mo.open("exports").text.split('"') if "/exports/" in part)
    assert olga.open(link).status_code == 422


def test_an_xlsx_opens_and_holds_texts_alone(coalition: Coalition, door: Door) -> None:
    mo, _ = approved(coalition, door, "xlsx")

    sheet = openpyxl.load_workbook(io.BytesIO(fetched(mo))).active

    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert "asked for by Mo Derator" in str(rows[0][0])
    assert [cell.data_type for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []
    assert "Lake Alliance" in {row[rows[1].index("name")] for row in rows[2:]}


def test_a_file_is_gone_after_a_day_and_never_lies_in_clear(coalition: Coalition, door: Door) -> None:
    mo, _ = approved(coalition, door, "csv")
    with reading(coalition.engine) as session:
        kept = session.exec(select(ExportPart)).all()
    assert kept
    assert not any(b"Lake Alliance" in part.data for part in kept)
    link = next(part for part in mo.open("exports").text.split('"') if "/exports/" in part)

    coalition.wait(hours=25)
    make_exports(cast(Services, _Worker(coalition)), "test")

    with reading(coalition.engine) as session:
        assert session.exec(select(Export)).all() == []
        assert session.exec(select(ExportPart)).all() == []
    mo = AtTheDesk(door.app(), coalition, mo.colleague)
    assert mo.open(link).status_code == 404
    assert "No file was asked for" in words_of(mo.open("exports"))


def test_what_is_grave_is_approved_after_a_fresh_proof_and_not_of_a_hidden_letter(
    coalition: Coalition, door: Door
) -> None:
    mo = AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.MODERATOR, name="Mo Derator"))
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    mo.post("exports", {"csrf": mo.mark(), "form": "csv"})
    look = olga.open("second-looks").text.partition("/second-looks/")[2].partition('"')[0]
    approving = {"csrf": olga.mark(), "verdict": "approved"}
    coalition.wait(minutes=6)

    for path, meant in (
        (f"second-looks/{look}", approving),
        ("emergency/ask", {"csrf": olga.mark(), "meant": "end"}),
        ("emergency/end", {"csrf": olga.mark(), "verdict": "approved"}),
    ):
        stale = olga.post(path, meant)
        assert (stale.status_code, "not sent yet" in words_of(stale)) == (403, True), path
    # What hides asks for nothing.
    olga.follow(olga.post("emergency", {"csrf": olga.mark(), "meant": "hide"}))

    fresh = AtTheDesk(door.app(), coalition, olga.colleague)
    hidden = fresh.post(f"second-looks/{look}", {**approving, "csrf": fresh.mark()})
    assert (hidden.status_code, "The letter is hidden" in words_of(hidden)) == (422, True)
    assert fresh.open("draft.pdf").status_code == 422
    refused = {"csrf": olga.mark(), "verdict": "refused"}
    assert "Refused; nothing was done" in words_of(olga.follow(olga.post(f"second-looks/{look}", refused)))
