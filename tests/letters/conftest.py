"""Each of the twelve letters is compiled once for all tests that look at it."""

import functools
from collections.abc import Callable

import pytest

from service.letter.compile import compile_copy
from tests.letters.pdf_reader import Letter, read_letter
from tests.letters.twelve import TWELVE

Compiled = Callable[[str, str], bytes]


@pytest.fixture(scope="session")
def compiled() -> Compiled:
    """Give the bytes of a letter by its name and a form: "mail" or "archive" for the PDFs, or another format."""

    @functools.cache
    def compile_(name: str, form: str) -> bytes:
        is_pdf = form in {"mail", "archive"}
        copy = TWELVE[name].copy
        if is_pdf:
            return compile_copy(copy, form="pdf", profile=form).data
        return compile_copy(copy, form=form).data

    return compile_


@pytest.fixture(scope="session")
def letters(compiled: Compiled) -> Callable[[str, str], Letter]:
    """Give a PDF of the twelve as its reader reads it, by its name and profile."""
    return functools.cache(lambda name, profile: read_letter(compiled(name, profile)))
