"""The words of every mail, and that nobody can break out of their place in them."""

import re
import unicodedata
from html.parser import HTMLParser
from typing import Any

import jinja2
import pytest

from service.mail.compose import Rendered, render_mail

LINK = "https://letters.rivers.example/confirm/" + "a" * 43
STOP = "https://letters.rivers.example/unsubscribe/" + "b" * 43
COMMON: dict[str, Any] = {
    "coalition": "Coalition for Open Rivers",
    "letter_title": "President Example: protect the river",
    "language": "en",
    "reply_to": "letter@rivers.example",
}
AROUND_THE_LETTER: dict[str, Any] = {
    "cover_note": "Your Excellency,\n\nPlease find our letter below.",
    "letter_text": "THE LETTER\n\n    laid out   in its own way",
    "contact": ["A. Secretary", "letter@rivers.example"],
    "other_texts": [],
}
MAILS: dict[str, dict[str, Any]] = {
    "confirm": {
        "link": LINK,
        "deadline": "5 December, 17:00",
        "expires": "6 December, 17:00",
        "code": "123 456",
        "for_approver": False,
        "may_reply": True,
        "not_me_link": STOP,
    },
    "already": {"link": LINK, "changed": False},
    "change": {
        "keeps": True,
        "signed": 1,
        "present": 2,
        "reason": "A name was wrong.\n\nNothing else changed.",
        "until": "5 December, 17:00",
        "link": LINK,
        "unsubscribe_link": STOP,
    },
    "link": {"link": LINK},
    "own_code": {"code": "123 456"},
    "chase": {"text": "We wrote to you.\n\nWe would thank you for an answer.", "contact": ["A. Secretary"]},
    "approval_code": {"code": "123 456", "approver_name": "Ada Approver"},
    "reminder": {"link": LINK, "deadline": "5 December, 17:00", "unsubscribe_link": STOP},
    "invitation": {
        "link": LINK,
        "deadline": "5 December, 17:00",
        "event": "the Basin Summit",
        "call_text": "Why we write.\n\nWho may sign.",
        "addressee": "Jane Example, President",
        "convenors": "River Watch, Lake Alliance",
        "unsubscribe_link": STOP,
        "party": "Delta Friends",
        "again": False,
        "intends": False,
        "is_late": False,
    },
    "chaser": {"chaser": "Cora Chaser", "deadline": "5 December, 17:00", "link": LINK},
    "approval": {
        "link": LINK,
        "edition": 3,
        "fingerprint": "0123456789abcdef",
        "signatories": "55 organizations and individuals",
        "recipients": ["Jane Example, President", "Joe Example, Minister"],
        "approver_name": "C. Core",
        "unconfirmed": 4,
        "send_at": "7 December, 09:00",
    },
    "thanks": {
        "attested": False,
        "name": "Delta Friends",
        "how_named": "Named publicly, with the letter.",
        "link": LINK,
        "revision": 2,
        "fingerprint": "0123456789abcdef" * 4,
        "day": "24 November 2026",
    },
    "kit": {
        "name": "Delta Friends",
        "embargo": "Not before 8 December, 10:00.",
        "headline": "Delta Friends co-signs a public letter",
        "paragraph": "Delta Friends has co-signed, with 58 others.",
        "link": LINK,
        "unsubscribe_link": STOP,
    },
    "proof": {
        "lines": ["Delta Friends, Riverside", "    Delta Youth"],
        "letter_direction": "ltr",
        "until": "6 December, 17:00",
        "link": LINK,
        "unsubscribe_link": STOP,
    },
    "digest": {
        "first": "+12 signed",
        "lines": ["signed: 12", "came back: 3"],
        "todo": "Four sign-ons wait for you.",
        "command": "undersigned signatories list river",
        "planned": ["09:00 reminder-1: 4"],
        "pause": "undersigned schedule pause river digest",
        "head": f"12:{'0' * 64}",
        "is_head_alone": False,
    },
    "coordinator_invitation": {"role": "editor", "link": LINK, "until": "26 November, 12:00"},
    "desk_notice": {
        "name": "Olga Owner",
        "sentence": "The password was changed.",
        "at": "24 November, 12:00",
        "link": LINK,
    },
    "second_look": {"link": LINK},
    "team_notice": {
        "sentence": "Ed Editor has come into the team as editor.",
        "at": "24 November, 12:00",
        "link": LINK,
    },
    "line_fixed": {"lines": ["Delta Friends, Riverside"], "letter_direction": "ltr", "link": LINK},
    "update": {
        "headline": "We go on Tuesday",
        "update_text": "The office    will see us.",
        "is_news": True,
        "letter_language": "en",
        "letter_direction": "ltr",
        "link": LINK,
        "unsubscribe_link": STOP,
    },
    "claimed": {
        "party": "Delta Friends",
        "representative": "Noor Example, Chair",
        "confirmed_by": "n…@mail.example",
        "day": "24 November 2026",
        "link": LINK,
    },
    "listed": {
        "party": "Delta Friends",
        "network": "Rivers Network",
        "representative": "Noor Example, Chair",
        "day": "24 November 2026",
        "link": LINK,
        "asked": False,
    },
    "asked_about": {
        "party": "Delta Friends",
        "representative": "Noor Example, Chair",
        "how_named": "Named publicly, with the letter.",
        "day": "24 November 2026",
        "link": LINK,
    },
    "countersign": {
        "party": "Delta Friends",
        "representative": "Noor Example, Chair",
        "officer": "Ben Board",
        "day": "24 November 2026",
        "link": LINK,
    },
    "comment": {"guest": "D. Drafter", "until": "5 December, 17:00", "link": LINK},
    "comments_waiting": {"new": 2, "waiting": 5, "link": LINK},
    "comments_decided": {"guest": "D. Drafter", "accepted": 2, "rejected": 1, "waiting": 0, "link": LINK},
    "declined": {
        "party": "Delta Friends",
        "by_us": False,
        "deadline": "5 December, 17:00",
        "link": LINK,
    },
    "delivery": AROUND_THE_LETTER,
    "rehearsal": {
        **AROUND_THE_LETTER,
        "for_recipient": "Jane Example, President",
        "ways": ["e-mail", "post"],
    },
    "alert": {"sentence": "A copy could not be sent.", "link": LINK},
}
WITH_THE_LETTER = {"delivery", "rehearsal"}
# The secretariat writes to itself: no page behind it, and nobody else to reach.
TO_ITSELF = {"digest", "second_look", "team_notice", "comments_waiting"}
# A coordinator writes to an office, or the code goes beside a link that came before.
ASKS_AN_OFFICE = {"chase"}
WITHOUT_LINK = {"approval_code", "own_code"}
PERSONAL = set(MAILS) - WITH_THE_LETTER - TO_ITSELF - ASKS_AN_OFFICE
FRAGMENTS = {"delivery": "letter_html", "rehearsal": "letter_html", "update": "update_html"}
FRAGMENT = '<article lang="en"><h1>THE LETTER</h1></article>'
ATTACK = "<script>alert(1)</script>{{ 7*7 }}{% raw %}\"'&"


def fill(name: str, /, **changes: Any) -> Rendered:
    parts = {FRAGMENTS[name]: FRAGMENT} if name in FRAGMENTS else None
    return render_mail(name, html_parts=parts, **{**COMMON, **MAILS[name], **changes})


def lines(name: str, /, **changes: Any) -> list[str]:
    return fill(name, **changes).text.split("\n")


@pytest.mark.parametrize("name", MAILS)
def test_every_mail_names_its_letter_and_its_sender(name: str) -> None:
    mail = fill(name)

    subject = MAILS[name]["headline"] if name == "update" else COMMON["letter_title"]
    assert subject in mail.subject
    assert COMMON["coalition"] in mail.text
    assert COMMON["coalition"] in mail.html
    if name in PERSONAL:
        assert COMMON["letter_title"] in mail.text
        assert COMMON["letter_title"] in mail.html


@pytest.mark.parametrize("name", sorted(PERSONAL - WITHOUT_LINK))
def test_the_link_stands_alone_on_its_line(name: str) -> None:
    assert lines(name).count(LINK) == 1
    assert f'href="{LINK}"' in fill(name).html


@pytest.mark.parametrize("name", sorted(PERSONAL - {"alert"}))
def test_every_personal_mail_says_how_to_reach_a_person(name: str) -> None:
    assert COMMON["reply_to"] in fill(name).text
    assert COMMON["reply_to"] in fill(name).html


@pytest.mark.parametrize("name", sorted(PERSONAL - {"alert", "thanks", "update", "kit"}))
def test_every_mail_that_asks_says_what_follows_from_silence(name: str) -> None:
    assert re.search(r"[Ii]f you do nothing|[Ww]ithout (your confirmation|an answer)", fill(name).text)


@pytest.mark.parametrize("name", ["invitation", "reminder", "update"])
def test_who_is_written_to_unbidden_can_stop_it(name: str) -> None:
    assert STOP in lines(name)
    assert f'href="{STOP}"' in fill(name).html


@pytest.mark.parametrize("name", ["confirm", "reminder", "invitation"])
def test_who_is_asked_to_sign_learns_until_when(name: str) -> None:
    assert "5 December, 17:00" in fill(name).text
    assert "5 December, 17:00" in fill(name).html


def columns(line: str) -> int:
    """Count what takes room: vowel signs and direction characters take none."""
    return sum(unicodedata.category(character) not in {"Mn", "Cf"} for character in line)


@pytest.mark.parametrize("language", ["en", "fr", "es", "ar", "ug"])
@pytest.mark.parametrize("name", MAILS)
def test_text_keeps_to_its_columns(name: str, language: str) -> None:
    long = "A name that is long and longer still, as the names of coalitions tend to be in this world"
    changed = {"language": language, "coalition": long, "letter_title": long}

    wide = [line for line in lines(name, **changed) if columns(line) > 76]

    assert set(wide) <= {LINK, STOP}


@pytest.mark.parametrize("name", MAILS)
def test_no_optional_part_leaves_a_gap(name: str) -> None:
    optional = {"event", "call_text", "convenors", "send_at", "name", "cover_note", "link"}
    gone: dict[str, Any] = {
        key: "" for key in optional & set(MAILS[name]) if key != "link" or name == "alert"
    }

    text = fill(name, **gone, **({"unconfirmed": 0} if name == "approval" else {})).text

    assert "\n\n\n" not in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


class Tags(HTMLParser):
    """Collects every tag, and fails where one is closed that is not open."""

    void = frozenset({"meta", "br", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def tags(html: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser.seen


@pytest.mark.parametrize("name", MAILS)
def test_the_twin_is_whole_and_asks_for_nothing_from_outside(name: str) -> None:
    found = tags(fill(name).html)

    assert {tag for tag, _ in found} & {"script", "link", "img", "iframe", "form", "object", "style"} == set()
    assert {attribute for _, attributes in found for attribute in attributes} & {"src", "onclick"} == set()
    assert not re.search(r"url\(|@import|(?<!-)color\s*:\s*#|background", fill(name).html)


@pytest.mark.parametrize("name", MAILS)
def test_a_link_whose_words_are_an_address_leads_there(name: str) -> None:
    found = re.findall(r'<a [^>]*?href="([^"]+)"[^>]*>(.*?)</a>', fill(name).html, re.DOTALL)

    assert [
        (target, words)
        for target, words in found
        if re.search(r"://|@", words) and target.removeprefix("mailto:") != words.strip()
    ] == []


@pytest.mark.parametrize(
    ("language", "direction"), [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl"), ("ug", "rtl")]
)
@pytest.mark.parametrize("name", MAILS)
def test_the_twin_says_its_language_and_direction(name: str, language: str, direction: str) -> None:
    assert tags(fill(name, language=language).html)[0] == ("html", {"lang": language, "dir": direction})


def texts_of(name: str) -> list[str]:
    return [
        key
        for key, value in {**COMMON, **MAILS[name]}.items()
        if isinstance(value, str)
        and key not in {"language", "link", "unsubscribe_link", "letter_language", "letter_direction"}
    ]


@pytest.mark.parametrize(("name", "key"), [(name, key) for name in MAILS for key in texts_of(name)])
def test_no_value_breaks_out_of_its_place(name: str, key: str) -> None:
    mail = fill(name, **{key: ATTACK})

    only_in_text = key in {"letter_text", "update_text"} or (
        key == "reply_to" and name in {"alert", *WITH_THE_LETTER, *TO_ITSELF, *ASKS_AN_OFFICE}
    )
    assert "script" not in {tag for tag, _ in tags(mail.html)}
    assert "<script>" not in mail.html
    assert ("&lt;script&gt;" in mail.html) is not only_in_text
    assert "49" not in mail.html + mail.text + mail.subject


@pytest.mark.parametrize("key", ["recipients", "contact"])
def test_no_value_of_a_list_breaks_out_of_its_place(key: str) -> None:
    mail = fill("approval" if key == "recipients" else "delivery", **{key: [ATTACK]})

    assert "&lt;script&gt;" in mail.html
    assert "<script>" not in mail.html
    assert ATTACK in mail.text


@pytest.mark.parametrize("name", sorted(WITH_THE_LETTER))
def test_the_compiled_letter_goes_in_as_it_was_made(name: str) -> None:
    mail = fill(name)

    assert mail.html.count(FRAGMENT) == 1
    assert "<article" not in mail.text
    assert "THE LETTER\n\n    laid out   in its own way\n" in mail.text


def test_html_that_comes_as_a_value_is_escaped_even_by_the_name_of_the_fragment() -> None:
    mail = render_mail("delivery", **COMMON, **AROUND_THE_LETTER, letter_html=FRAGMENT)

    assert "<article" not in mail.html


def test_a_mail_names_the_languages_in_which_the_letter_hangs_on_it() -> None:
    mail = fill("delivery", other_texts=["French", "German"])

    for words in (mail.html, mail.text.replace("\n", " ")):
        assert "is attached in each of them as a PDF: French, German." in " ".join(words.split())
    assert "signed in these languages" not in fill("delivery").text + fill("delivery").html


def test_a_subject_is_one_line() -> None:
    assert fill("confirm", letter_title="One\r\nBcc: eve@x.example\u2028two").subject == (
        "Please confirm: One Bcc: eve@x.example two"
    )


def test_a_missing_value_is_a_bug_and_not_a_blank() -> None:
    with pytest.raises(jinja2.UndefinedError):
        render_mail("confirm", **COMMON)


def test_foreign_names_do_not_turn_the_line_around() -> None:
    assert "invites \u2068أصدقاء النهر\u2069 to sign" in fill("invitation", party="أصدقاء النهر").text


@pytest.mark.parametrize(
    ("note", "text"),
    [
        ("Dear Sir,\n\nShort lines\nstay.", "Dear Sir,\n\nShort lines\nstay.\n"),
        ("w " * 45 + "\ngoes on.", ("w " * 38).rstrip() + "\n" + "w " * 7 + "goes on.\n"),
        ("w " * 45 + "\n- a list", ("w " * 38).rstrip() + "\n" + ("w " * 7).rstrip() + "\n- a list\n"),
        ("w " * 45 + "\n\nNext.", ("w " * 38).rstrip() + "\n" + ("w " * 7).rstrip() + "\n\nNext.\n"),
    ],
)
def test_lines_that_an_editor_broke_flow_again(note: str, text: str) -> None:
    assert fill("delivery", cover_note=note).text.startswith(text)


def test_a_rehearsal_says_so_first_and_a_delivery_never() -> None:
    assert fill("rehearsal").text.startswith(
        "REHEARSAL: below is what Jane Example, President would receive."
    )
    assert "goes these ways: e-mail, post." in fill("rehearsal").text
    assert "nothing would go there" in fill("rehearsal", ways=[]).text
    assert fill("rehearsal").subject.startswith("[Rehearsal] ")
    assert "ehears" not in fill("delivery").text + fill("delivery").html


def test_the_letter_itself_looks_like_no_bulk_mail() -> None:
    mail = fill("delivery")

    assert not re.search(r"unsubscribe|stop these mails|do not reply", mail.text + mail.html, re.IGNORECASE)
