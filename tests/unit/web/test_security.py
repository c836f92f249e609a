"""Where a request may come from."""

import pytest

from service.web.security import CONTENT_POLICY, hosts_of, is_from_elsewhere

OWN = frozenset({"letters.example"})


@pytest.mark.parametrize(
    ("site", "origin", "elsewhere"),
    [
        (None, None, False),  # curl
        ("same-origin", "null", False),  # our pages send no referrer, so browsers hide the origin
        (None, "null", False),  # an older browser
        ("same-origin", "https://letters.example", False),
        ("none", None, False),
        (None, "https://letters.example:8443", False),
        ("cross-site", "null", True),
        ("cross-site", None, True),
        ("same-site", "null", True),
        ("same-origin", "https://evil.example", True),
        (None, "https://evil.example", True),
        (None, "https://letters.example.evil.example", True),
        (None, "https://[", True),
        (None, "", True),
        ("", None, True),
    ],
)
def test_a_form_comes_from_our_own_pages_or_not(
    *, site: str | None, origin: str | None, elsewhere: bool
) -> None:
    assert is_from_elsewhere(site, origin, OWN) is elsewhere


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        (("https://letters.example", ""), {"letters.example"}),
        (("https://letters.example:8443/base", ""), {"letters.example"}),
        (("https://letters.example", "http://abc.onion"), {"letters.example", "abc.onion"}),
        (("http://127.0.0.1:8000", ""), {"127.0.0.1", "localhost", "::1"}),
        (("http://localhost:8000", ""), {"127.0.0.1", "localhost", "::1"}),
    ],
)
def test_the_service_answers_to_the_names_it_was_given(
    addresses: tuple[str, ...], expected: set[str]
) -> None:
    assert hosts_of(*addresses) == expected


def test_the_content_policy_allows_nothing_inline_and_nothing_foreign() -> None:
    assert CONTENT_POLICY.startswith("default-src 'none'; ")
    assert "unsafe" not in CONTENT_POLICY
    assert "http" not in CONTENT_POLICY
    assert "*" not in CONTENT_POLICY
