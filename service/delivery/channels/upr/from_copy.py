"""The submission that a letter's public copy makes: its organizations submit it, by the names that it prints (pure)."""

from collections.abc import Iterator, Mapping

from service.campaigns.file_ways import Review
from service.delivery.channels.upr.frames import FRAMES
from service.delivery.channels.upr.packet import Contribution
from service.foundation.written import fold_name
from service.letter.copy import Copy
from service.letter.statement import markdown_of


def contribution_of(copy: Copy, review: Review) -> Contribution:
    """Make the submission of a copy: its text without salutation and closing."""
    return Contribution(
        frame=FRAMES[review.review],
        language=copy.text.language.partition("-")[0],
        coalition=copy.coalition,
        submitters=tuple(_organizations(copy)),
        country=review.country,
        month=review.month,
        text=markdown_of(copy),
        due=review.due,
    )


def limits_set(review: Review) -> Mapping[str, str]:
    """Give the limits that an office's details name, as limits_of() reads them."""
    given = {"words": review.most_words, "pages": review.most_pages}
    return {
        f"{review.review}_{unit}_{who}": str(most)
        for unit, most in given.items()
        if most is not None
        for who in ("alone", "joint")
    }


def _organizations(copy: Copy) -> Iterator[str]:
    named: set[str] = set()
    for line in copy.lines:
        name = line.name_latin or line.name
        if line.kind == "organization" and fold_name(name) not in named:
            named.add(fold_name(name))
            yield name
