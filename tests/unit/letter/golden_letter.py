"""The small letter whose renderings lie in tests/golden; `python -m tests.unit.letter.golden_letter` writes them."""

from pathlib import Path

from service.letter.compile import compile_copy
from service.letter.copy import Copy
from tests.unit.letter.letters import ROLL, copy_of, make_person, make_signatory, make_text

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
FORMS = ("txt", "html", "json")

BODY = """On behalf of ((signatories)), we write before ((event)) about a river that five peoples share.

## What was promised

- The Charter binds each state to *thirty days’* notice.
- The [Commission](https://basin.example/report) promised a survey.[^1]

> A river does not know a border.

[^1]: Basin Commission, *Annual Report*, chapter 3.
"""
NAMES = (
    make_signatory("ئۇيغۇر كىشىلىك ھوقۇق", name_latin="Uyghur Rights Group", acronym="URG", country="US"),
    make_signatory("བོད་ཀྱི་གཞོན་ནུ་ལྷན་ཚོགས", name_latin="Tibetan Youth", country="IN"),
    make_signatory("維吾爾聲援協會", name_latin="Uyghur Support Association", country="TW"),
    make_person(
        "<script>alert(1)</script> {{ 7*7 }}",
        position='#read("/etc/passwd")',
        affiliation="$x$ @ref ((count))",
    ),
)


def golden_copy() -> Copy:
    return copy_of(
        roll=(*ROLL, *NAMES),
        text=make_text(body=BODY),
        show_country=True,
        check_at="https://letters.example/verify",
    )


def write() -> None:
    for form in FORMS:
        (GOLDEN / f"letter.{form}").write_bytes(compile_copy(golden_copy(), form=form).data)


if __name__ == "__main__":
    write()
