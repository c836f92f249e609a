"""The kit as files: one for each part, the letter, the picture, and a note that says what is what (pure)."""

from collections.abc import Mapping, Sequence

from service.foundation.sentence import Sentence
from service.foundation.zipping import zip_files
from service.i18n.catalogue import catalogue
from service.kit.own_kit import Kit

_PARTS: Mapping[str, Sentence] = {
    "headline.txt": Sentence("a headline"),
    "text.txt": Sentence("a paragraph for your page or your newsletter"),
    "posts.txt": Sentence("short posts, with a line between them"),
    "press.txt": Sentence("a text for the press"),
    "about.txt": Sentence("about the coalition, and whom to ask"),
    "letter.html": Sentence("the letter as HTML (UTF-8), to be put into a page of yours"),
    "share.png": Sentence("a picture of 1200 × 630 pixels, to go with a link"),
    "share-description.txt": Sentence("the words for those who do not see the picture"),
}
_ANNEX = Sentence("annex {number} of the letter")
_WHAT = Sentence("For {name} to publish: {title}")
_NO_EMBARGO = Sentence("The letter is public: you may publish all of this now.")
_NAMES_FOLLOW = Sentence(
    "The names are not in it yet: take the kit again once the letter is public, and they will be."
)
_BETWEEN_POSTS = "\n\n---\n\n"


def kit_zip(kit: Kit, picture: bytes, annexes: Sequence[bytes]) -> bytes:
    """Put a kit into one file, with the files of its annexes; the same kit gives the same bytes."""
    texts = kit.texts
    written = {
        "headline.txt": texts.headline,
        "text.txt": texts.paragraph,
        "posts.txt": _BETWEEN_POSTS.join(post.text for post in texts.posts),
        "press.txt": texts.press,
        "about.txt": texts.about,
        "letter.html": kit.letter_html.strip(),
        "share-description.txt": texts.alternative,
    }
    files = {name: f"{text}\n".encode() for name, text in written.items() if text}
    files["share.png"] = picture
    files |= {f"annex-{place}.pdf": data for place, data in enumerate(annexes, start=1)}
    files["README.txt"] = _read_me(kit, files)
    folder = f"{kit.slug}-kit"
    return zip_files(((f"{folder}/{name}", data) for name, data in sorted(files.items())), day=kit.day)


def embargo_or_not(kit: Kit) -> str:
    """Say whether the kit may be published now, and what of it is still to come, in its language."""
    spoken = catalogue(kit.language)
    first = kit.texts.embargo or str(spoken.say(_NO_EMBARGO))
    return f"{first} {spoken.say(_NAMES_FOLLOW)}" if kit.names_follow else first


def _read_me(kit: Kit, files: Mapping[str, bytes]) -> bytes:
    spoken = catalogue(kit.language)
    lines = [
        str(spoken.say(_WHAT.with_values(name=kit.name, title=kit.title))),
        "",
        embargo_or_not(kit),
        "",
        *(f"{name}: {spoken.say(what)}" for name, what in _PARTS.items() if name in files),
        *(
            f"annex-{place}.pdf: {spoken.say(_ANNEX.with_values(number=place))}"
            for place in range(1, len(kit.annexes) + 1)
        ),
    ]
    return ("\n".join(lines) + "\n").encode()
