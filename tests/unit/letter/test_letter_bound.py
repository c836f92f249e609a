"""Several PDFs become one for a printer: nothing is lost, moved or printed on the back of something else."""

import io

import pikepdf
import pytest

from service.delivery.binding import bind
from service.delivery.parcel import Document
from service.letter.annex_file import check_annex, page_sizes
from service.letter.compile import compile_copy
from tests.printing import document
from tests.unit.letter.letters import copy_of


def texts(data: bytes) -> list[str]:
    """Give what each page draws, as far as its operators tell."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return [" ".join(_drawn(page)) for page in pdf.pages]


def _drawn(holder: pikepdf.Object) -> list[str]:
    found = []
    for instruction in pikepdf.parse_content_stream(holder):
        if str(instruction.operator) == "Tj":
            found.append(str(instruction.operands[0]))
        if str(instruction.operator) == "Do":
            form = holder.Resources.XObject[str(instruction.operands[0])]
            found += _drawn(form)
    return found


@pytest.mark.parametrize("paper", ["us-letter", "a4"])
@pytest.mark.parametrize(("double_sided", "pages"), [(True, 6), (False, 5)])
def test_each_begins_on_a_sheet_of_its_own(paper: str, *, double_sided: bool, pages: int) -> None:
    parts = [document(pages=3, name="letter.pdf"), document(pages=2, name="annex.pdf", letter_paper=False)]

    bound = bind(parts, paper=paper, double_sided=double_sided)

    assert check_annex(bound.data, name="bound.pdf") == pages
    assert page_sizes(bound.data, name="bound.pdf") == {(612, 792) if paper == "us-letter" else (595, 842)}
    blank = [""] if double_sided else []
    letter = [f"letter.pdf, page {place}" for place in (1, 2, 3)]
    annex = [f"annex.pdf, page {place}" for place in (1, 2)]
    assert [text.strip() for text in texts(bound.data)] == [*letter, *blank, *annex]
    assert bind(parts, paper=paper, double_sided=double_sided).data == bound.data


def test_a_letter_of_ours_is_bound_where_it_stood() -> None:
    made = compile_copy(copy_of(), form="pdf", layout="window_us10")
    letter = Document(name="letter.pdf", media_type=made.media_type, data=made.data)

    bound = bind([letter, document(name="annex.pdf")], paper="us-letter", double_sided=True)

    assert check_annex(letter.data, name="letter.pdf") == len(texts(letter.data))
    assert page_sizes(letter.data, name="letter.pdf") == {(612, 792)}
    with pikepdf.open(io.BytesIO(bound.data)) as pdf:
        placed = pikepdf.parse_content_stream(pdf.pages[0])
        assert all(
            [float(one) for one in each.operands] in ([1, 0, 0, 1, 0, 0], [1, 0, 0, -1, 0, 792])
            for each in placed
            if str(each.operator) == "cm"
        )


@pytest.mark.parametrize(
    ("box", "sizes"),
    [
        (b"[0 0 612 792]", {(612, 792)}),
        (b"[0.0 0 595.276 841.89]", {(595, 842)}),
        (b"[ 10 10 605 852 ]", {(595, 842)}),
        (b"[-1. -1 .5 9]", {(2, 10)}),
        (b"[7 0 R]", set()),
        (b"[a b c d]", set()),
    ],
)
def test_the_sizes_of_pages_are_read(box: bytes, sizes: set[tuple[int, int]]) -> None:
    data = document(letter_paper=False).data.replace(b"[0 0 595 842]", box)

    assert page_sizes(data, name="a.pdf") == sizes
