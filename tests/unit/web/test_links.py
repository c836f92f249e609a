"""The paths of the public pages."""

import pytest

from service.web.links import letter_path, token_path


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (letter_path("river", ""), "/letters/river"),
        (letter_path("river", "K_-1"), "/letters/river?k=K_-1"),
        (letter_path("river", "K", page="sign", kind="person"), "/letters/river/sign?k=K&kind=person"),
        (letter_path("river", "", page="thanks"), "/letters/river/thanks"),
        (letter_path("a/../b", "a&b=c"), "/letters/a%2F..%2Fb?k=a%26b%3Dc"),
        (token_path("confirm", "abc"), "/confirm/abc"),
        (token_path("invitation", "a/b?c", answered="sign"), "/invitation/a%2Fb%3Fc?answered=sign"),
    ],
)
def test_a_path_is_relative_and_carries_its_key(path: str, expected: str) -> None:
    assert path == expected
