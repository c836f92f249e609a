"""A faulty campaign file is refused whole, with every fault named by key and line."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.campaigns.file import read_campaign_file
from service.foundation.errors import Refused

NOW = datetime(2026, 11, 1, tzinfo=UTC)
GOOD = """\
slug = "clean-river"
coalition = "Coalition for Open Rivers"
reply_to = "letter@rivers.example"
time_zone = "America/New_York"
opens = 2026-11-24T09:00:00
deadline = 2026-12-05T17:00:00
send_at = 2026-12-07T09:00:00
publish_at = 2026-12-08T10:00:00
call = "Please sign."
[event]
name = "the Summit"
starts = 2026-12-10
[letter]
title = "Protect the river"
salutation = "Dear President Example,"
body = "We write to you."
asks = ["One.", "Two."]
[[approvers]]
name = "C. Core"
email = "core@lakes.example"
[[approvers]]
name = "D. Chair"
email = "chair@rivers.example"
[[recipients]]
role = "to"
name = "Jane Q. Example"
emails = ["president@office.example"]
[[recipients]]
role = "press"
name = "The Desk"
"""

FRENCH = """\
[[letter.translations]]
title = "Protégez le fleuve"
salutation = "Monsieur le Président,"
body = "Nous vous écrivons."
asks = ["Un.", "Deux."]
"""

FORM = """emails = ["president@office.example"]
[recipients.webform]
address = "https://office.example/write"
[[recipients.webform.fields]]
label = "Message"
text = "Speak of the river."
"""


def form(what: str, instead: str) -> tuple[str, str]:
    """Write an office's form with this in place of that."""
    assert what in FORM
    return 'emails = ["president@office.example"]\n', FORM.replace(what, instead)


# What is written instead of what, and the one fault that follows.
FAULTS = [
    # The form on an office's site
    (*form("https://office.example", "http://office.example"), "recipients[1].webform.address (line 29) must be the address of a page that begins with https://"),
    (*form("https://office", "https://me:secret@office"), "recipients[1].webform.address (line 29) must be the address of a page"),
    (*form('address = "https://office.example/write"\n', ""), "recipients[1].webform.address (below line 28) is missing"),
    (*form(FORM[FORM.index("[[") :], ""), "recipients[1].webform (line 28) has no fields: write each under [[recipients.webform.fields]]"),
    (*form("[[recipients.webform.fields]]", "[recipients.webform.fields]"), "recipients[1].webform.fields (line 30) must be written with double brackets, [[recipients.webform.fields]]"),
    (*form('text = "Speak of the river."\n', ""), "recipients[1].webform.fields[1] (line 30) has no text: write what is entered there"),
    (*form('text = "', 'holds = "letter"\ntext = "'), "recipients[1].webform.fields[1].text (line 33) stands beside holds"),
    (*form('label = "Message"', 'label = "Message"\nholds = "leter"'), "recipients[1].webform.fields[1].holds (line 32) must be"),
    (*form('label = "Message"', 'label = "Message"\nlimit = 0'), "recipients[1].webform.fields[1].limit (line 32) must be 1 or more."),
    (*form('label = "Message"', 'label = "Message"\nunits = "bytes"'), 'recipients[1].webform.fields[1].units (line 32) is not a key that a campaign file has here. Did you mean "unit"?'),
    (*form("Speak of", "((signatores)) speak of"), 'recipients[1].webform.fields[1].text (line 32) has an unknown placeholder, ((signatores)). Did you mean "signatories"?'),
    # Keys
    ('slug = "clean-river"\n', "", "slug is missing: give the short name"),
    ("[letter]\n", "[letters]\n", "letter is missing: begin the text with [letter]."),
    ('title = "Protect the river"\n', "", "letter.title (below line 13) is missing: give the headline"),
    ('email = "core@lakes.example"\n', "", "approvers[1].email (below line 18) is missing: it is required."),
    ("call =", "calls =", 'calls (line 9) is not a key that a campaign file has here. Did you mean "call"?'),
    ("asks =", "ask =", 'letter.ask (line 17) is not a key that a campaign file has here. Did you mean "asks"?'),
    ("[event]", "[events]", 'events (line 10) is not a key that a campaign file has here. Did you mean "event"?'),
    ("[event]", 'closing = "Yours,"\n[event]', "closing (line 10) is not a key"),
    ("[event]", 'closing = "Yours,"\n[event]', "It belongs in [letter]."),
    ('name = "The Desk"', 'name = "The Desk"\nsolo = true', "recipients[2].solo (line 31) is not a key"),
    ('name = "The Desk"', 'name = "The Desk"\nsolo = true', "It belongs at the top of the file"),
    ("call =", '"c\\u202Ell" =', "cU+202Ell (line 9) is not a key"),
    # Kinds
    ('"clean-river"', "3", "slug (line 1) must be text in quotation marks, not a number."),
    ('"Please sign."', "true", "call (line 9) must be text in quotation marks, not true or false."),
    ("call =", 'goal = "60"\ncall =', "goal (line 9) must be a whole number, not text in quotation marks."),
    ("call =", "goal = 0\ncall =", "goal (line 9) must be 1 or more."),
    ("call =", "goal = 1.5\ncall =", "goal (line 9) must be a whole number, not a number."),
    ("call =", "goal = true\ncall =", "goal (line 9) must be a whole number, not true or false."),
    ("call =", "grace_hours = -1\ncall =", "grace_hours (line 9) must be 0 or more."),
    ("call =", "grace_hours = 721\ncall =", "grace_hours (line 9) must be 720 or less."),
    ("call =", "count_shown_from = -1\ncall =", "count_shown_from (line 9) must be 0 or more."),
    ("call =", "purge_after_days = 7\ncall =", "purge_after_days (line 9) must be 30 or more."),
    ("call =", "solo = 1\ncall =", "solo (line 9) must be true or false without quotation marks, not a number."),
    ("call =", 'convenors = "A"\ncall =', "convenors (line 9) must be a list in square brackets"),
    ("call =", 'convenors = ["A", 1]\ncall =', "convenors[2] (line 9) must be text in quotation marks"),
    ("call =", "press = 3\ncall =", "press (line 9) must be a table: [press] on a line of its own"),
    ("[event]", "[show]\nreceipt_hours = 337\n[event]", "show.receipt_hours (line 11) must be 336 or less."),
    ("[event]", "[show]\nhours = 3\n[event]", "show.hours (line 11) is not a key"),
    ("[event]", "[[event]]", "event (line 10) must be a table: [event] on a line of its own"),
    (GOOD[GOOD.index("[[approvers]]") : GOOD.index("[[recipients]]")], "[approvers]\n", "approvers (line 18) must be written with double brackets, [[approvers]], once for each."),
    # Choices
    ("call =", 'access = "links"\ncall =', 'access (line 9) must be "link", "invited" or "public". Did you mean "link"?'),
    ("call =", 'names_shown = "x"\ncall =', 'must be "after_publication", "to_signatories" or "live".'),
    ("call =", 'admit = "x"\ncall =', 'admit (line 9) must be "invited_automatic", "each" or "everyone".'),
    ("call =", 'signers = "x"\ncall =', 'signers (line 9) must be "organizations", "people" or "both".'),
    ('role = "press"', 'role = "bcc"', 'recipients[2].role (line 29) must be "to", "cc" or "press".'),
    ('"The Desk"', '"The Desk"\nchannels = ["fax"]', 'recipients[2].channels[1] (line 31) must be "own_mailbox"'),
    ('"The Desk"', '"The Desk"\ncopy = "half"', 'recipients[2].copy (line 31) must be "full" or "public".'),
    ('"The Desk"', '"The Desk"\nformats = ["rtf"]', 'recipients[2].formats[1] (line 31) must be "pdf" or "docx"'),
    ('"The Desk"', '"The Desk"\nformats = ["docx"]', 'recipients[2].formats (line 31) must hold "pdf"'),
    ('"The Desk"', '"The Desk"\nformats = ["pdf", "pdf"]', 'recipients[2].formats[2] (line 31) is there twice'),
    ('"The Desk"', '"The Desk"\notherwise = ["fax"]', 'recipients[2].otherwise[1] (line 31) must be "own_mailbox"'),
    ('"The Desk"', '"The Desk"\notherwise = ["via", "post", "via"]', "recipients[2].otherwise[3] (line 31) is there twice"),
    ('"The Desk"', '"The Desk"\nchannels = ["via", "post"]\notherwise = ["post"]', "recipients[2].otherwise[1] (line 32) is among channels already"),
    ('"The Desk"', '"The Desk"\notherwise = ["cwc"]', "recipients[2].otherwise[1] (line 31) brings messages of constituents"),
    ('"The Desk"', '"The Desk"\notherwise = "post"', "recipients[2].otherwise (line 31) must be a list in square brackets"),
    # Codes
    ("clean-river", "Clean-River", "slug (line 1) must be 3 to 60 lower-case letters"),
    ("clean-river", "ab", "slug (line 1) must be 3 to 60 lower-case letters"),
    ("clean-river", "a" * 61, "slug (line 1) must be 3 to 60 lower-case letters"),
    ("clean-river", "-clean", "with no hyphen at either end."),
    ("clean-river", "cleán", "slug (line 1) must be 3 to 60 lower-case letters"),
    ("America/New_York", "Europe/Brusels", 'time_zone (line 4) must be a time zone of the IANA list, like Europe/Brussels. Did you mean "Europe/Brussels"?'),
    ("America/New_York", "../../etc/passwd", "time_zone (line 4) must be a time zone of the IANA list"),
    ("call =", 'language = "farsi"\ncall =', 'language (line 9) is no language whose dates and numbers are known here: give its tag, like fa, zh-Hant or pt-BR.'),
    ("call =", 'language = "cy"\ncall =', 'language (line 9) is a language that letters have no fixed words for: give them in [letter.words]. Missing are re, cc, '),
    ('"Two."]', '"Two."]\n[letter.words]\npge = "x"', 'letter.words.pge (line 19) is no word that letters have. Did you mean "page"?'),
    ('"Two."]', '"Two."]\n[letter.words]\nre = "((count))"', 'letter.words.re (line 19) cannot hold a placeholder like ((count)): it is printed as it stands.'),
    ('"Two."]', '"Two."]\n[letter.words]\npage = "Page {page}"', 'letter.words.page (line 19) must hold {page}, {pages} and nothing else in braces.'),
    ('"Two."]', '"Two."]\n[letter.words]\npage = "{page.__class__} {page} {pages}"', 'letter.words.page (line 19) must hold {page}, {pages} and nothing else in braces.'),
    ('"Two."]', '"Two."]\n[letter.words]\nre = "{n}"', 'letter.words.re (line 19) must hold no braces.'),
    ('"Two."]', '"Two."]\n[letter.words]\nre = ""', 'letter.words.re (line 19) is empty: write it, or take it out.'),
    ('"Two."]', '"Two."]\nwords = 3', "letter.words (line 18) must be a table: [letter.words] on a line of its own"),
    ('"Two."]', '"Two."]\nwords = [["re", "{re.__class__}"]]', "letter.words (line 18) must be a table: [letter.words] on a line of its own"),
    ('"Two."]', '"Two."]\n[letter.words]\nre = 5', 'letter.words.re (line 19) must be text in quotation marks.'),
    ('"Two."]', '"Two."]\n[letter.words]\nmore = { few = "{n}", other = "{n} more" }', 'letter.words.more.few (line 19) is no plural form of this language: use "one" or "other".'),
    ('"Two."]', '"Two."]\n[letter.words]\nmore = { one = "one more" }', 'letter.words.more (line 19) lacks the form other'),
    ('"Two."]', '"Two."]\n[letter.words]\nmore = { one = "one more", other = "more" }', 'letter.words.more.other (line 19) must hold {n} and nothing else in braces.'),
    ('"The Desk"', '"The Desk"\ncountry = "UK"', 'recipients[2].country (line 31) must be a country\'s two-letter code (ISO 3166), like US or FR. Did you mean "GB"?'),
    # Addresses
    ("letter@rivers.example", "letter@rivers.example, b@rivers.example", "reply_to (line 3) must be a single address"),
    ("letter@rivers.example", "letter@rivers.example\\nBcc: b@rivers.example", "reply_to (line 3) must be a single address"),
    ("letter@rivers.example", "letter.rivers.example", "reply_to (line 3) is not one that mail can be sent to"),
    ("letter@rivers.example", "", "reply_to (line 3) is missing."),
    ("president@office.example", "president", "recipients[1].emails[1] (line 27) is not one that mail can be sent to"),
    ('"The Desk"', '"The Desk"\nemails = ["a@b.example", "A@B.example"]', "recipients[2].emails[2] (line 31) is there twice"),
    ("chair@rivers.example", "CORE@lakes.example", "approvers[2].email (line 23) is also the address of approvers[1]"),
    # Writing
    ("Coalition for", "Coalition\\u202Efor", "coalition (line 2) holds a character that cannot be shown (U+202E)."),
    ("Coalition for", "Coalition\\nfor", "coalition (line 2) must be on one line."),
    ("We write to you.", "We \\u0007write.", "letter.body (line 16) holds a character that cannot be shown (U+0007)."),
    ('"We write to you."', '"""\nWe\nwri\u00adte"""', "letter.body (line 18) holds a character that cannot be shown (U+00AD)."),
    ("We write to you.", "", "letter.body (line 16) is empty: write it"),
    ("We write to you.", "   ", "letter.body (line 16) is empty: write it"),
    ('"Two."', '""', "letter.asks[2] (line 17) is empty: write it, or take it out"),
    ('"Two."', f'"{"x" * 4001}"', "letter.asks[2] (line 17) is too long: at most 4000 characters."),
    ("Protect the river", "x" * 301, "letter.title (line 14) is too long: at most 300 characters."),
    ("We write to you.", "x" * 100_001, "letter.body (line 16) is too long: at most 100000 characters."),
    # Placeholders
    ("We write to you.", "((counts)) of us.", 'letter.body (line 16) has an unknown placeholder, ((counts)). Did you mean "count"?'),
    ("We write to you.", "((Count)) of us.", 'letter.body (line 16) has an unknown placeholder, ((Count)). Did you mean "count"?'),
    ("We write to you.", "((see below))", "letter.body (line 16) has an unknown placeholder, ((see below)). Known are ((count)),"),
    ('"We write to you."', '"""\nWe\n((cou\nnt)) of us"""', "letter.body (line 18) has an unknown placeholder, ((couU+000Ant)). Did you mean"),
    ("We write to you.", "((count) of us", "letter.body (line 16) has a placeholder that is not closed: write ((count))."),
    ('"Two."', '"Two ((countrys))."', "letter.asks[2] (line 17) has an unknown placeholder"),
    ('"We write to you."', '"""\nWe\n((foo))"""', "letter.body (line 18) has an unknown placeholder, ((foo))."),
    ('[event]\nname = "the Summit"\nstarts = 2026-12-10\n[letter]\ntitle = "', '[letter]\ntitle = "((event)): ', "letter.title (line 11) uses ((event)), but [event] has no name"),
    # Moments
    ("2026-11-24T09:00:00", "2026-11-24T09:00:00Z", "opens (line 5) must be without Z or an offset"),
    ("2026-11-24T09:00:00", "2026-11-24T09:00:00-05:00", "moments here are local to time_zone."),
    ("2026-11-24T09:00:00", "2026-11-24", "opens (line 5) must be a date with a time, like 2026-12-05T17:00:00, not a date without a time."),
    ("2026-11-24T09:00:00", "09:00:00", "not a time without a date."),
    ("2026-11-24T09:00:00", '"2026-11-24T09:00:00"', "not text in quotation marks."),
    ("starts = 2026-12-10", "starts = 2026-12-10T00:00:00", "event.starts (line 12) must be a date alone, like 2026-12-10, not a date with a time."),
    ("2026-12-05T17:00:00", "2026-11-24T09:00:00", "deadline (line 6) must be later than opens."),
    ("2026-12-05T17:00:00", "2026-11-23T09:00:00", "deadline (line 6) must be later than opens."),
    ("2026-12-07T09:00:00", "2026-12-05T16:59:59", "send_at (line 7) must not be earlier than deadline."),
    ("2026-12-08T10:00:00", "2026-12-07T08:00:00", "publish_at (line 8) must not be earlier than send_at."),
    ("starts = 2026-12-10", "starts = 2026-12-06", "send_at (line 7) must not be after event.starts"),
    ("starts = 2026-12-10", "starts = 2062-12-10", "event.starts (line 12) is more than ten years from today: check the year."),
    ("2026-11-24T09:00:00", "0001-01-01T00:00:00", "opens (line 5) is more than ten years from today"),
    ('"The Desk"', '"The Desk"\nchecked = 2026-11-03', "recipients[2].checked (line 31) lies in the future"),
    # People
    ('role = "to"', 'role = "cc"', 'recipients (line 24) must name at least one with role = "to".'),
    ('[[approvers]]\nname = "D. Chair"\nemail = "chair@rivers.example"\n', "", "approvers (line 18) must be two or more"),
    ('role = "press"\nname = "The Desk"', 'role = "to"\nname = "jane q example"', "recipients[2] (line 28) is the same as recipients[1]"),
    ('"The Desk"', '"The Desk"\ncopy = "full"', 'recipients[2].copy (line 31) must be "public" for the press'),
    # Translations
    ('"Two."]', f'"Two."]\n{FRENCH}language = "fr"\n[[letter.translations]]', "letter.translations[2].language (below line 24) is missing"),
    ('"Two."]', f'"Two."]\n{FRENCH}language = "cy"', 'letter.translations[1].language (line 23) is a language that letters have no fixed words for: give them in [letter.translations.words]. Missing are re, '),
    ('"Two."]', f'"Two."]\n{FRENCH}language = "EN"', "letter.translations[1].language (line 23) is also the language of the letter itself: one text for each."),
    ('"Two."]', f'"Two."]\n{FRENCH}language = "fr"\n{FRENCH}language = "fr"', "letter.translations[2].language (line 29) is also the language of letter.translations[1]"),
    ('"Two."]', f'"Two."]\n{FRENCH}language = "fr"\nstatus = "official"', 'letter.translations[1].status (line 24) must be "authentic" or "courtesy".'),
    ('"Two."]', f'"Two."]\n{FRENCH}language = "fr"\ndate = 2026-12-07', "letter.translations[1].date (line 24) is not a key that a campaign file has here."),
    ('"Two."]', '"Two."]\n' + FRENCH.replace(', "Deux."', "") + 'language = "fr"', "letter.translations[1].asks (line 22) must hold as many as letter.asks: 2, not 1."),
    ('"Two."]', '"Two."]\n' + FRENCH.replace('asks = ["Un.", "Deux."]\n', "") + 'language = "fr"', "letter.translations[1] (line 18) has no asks: they must hold as many as letter.asks: 2, not 0."),
    ('"Two."]', '"Two."]\n' + FRENCH.replace("Nous", "((compte))") + 'language = "fr"', "letter.translations[1].body (line 21) has an unknown placeholder, ((compte))."),
    ('"Two."]', '"Two."]\ntranslations = ["fr"]', "letter.translations[1] (line 18) must be a table of its own, under [[letter.translations]]."),
    ('"Two."]', '"Two."]\n[letter.translations]\nlanguage = "fr"', "letter.translations (line 18) must be written with double brackets, [[letter.translations]], once for each."),
    # Not yet
    # Files beside it
    ('"Two."]', '"Two."]\n[[letter.annexes]]\ntitle = "x"', "letter.annexes[1].file (below line 18) is missing: name the PDF that lies beside the campaign file"),
    ('"Two."]', '"Two."]\n[[letter.annexes]]\nfile = "a.pdf"', "letter.annexes[1].title (below line 18) is missing: say what the annex is"),
    ('"Two."]', '"Two."]\nannexes = ["a.pdf"]', "letter.annexes[1] (line 18) must be a table of its own, under [[letter.annexes]]."),
    ('"Two."]', '"Two."]\n[letter.annexes]\ntitle = "x"\nfile = "a.pdf"', "letter.annexes (line 18) must be written with double brackets, [[letter.annexes]]"),
    ('"Two."]', '"Two."]\n[[letter.annexes]]\ntitle = "x"\nfile = "a.docx"', "letter.annexes[1].file (line 20) must be a PDF file."),
    ('"Two."]', '"Two."]\n[[letter.annexes]]\ntitle = "All ((count))"\nfile = "a.pdf"', "letter.annexes[1].title (line 19) cannot hold a placeholder"),
    ('"Two."]', '"Two."]\n[[letter.annexes]]\ntitle = "x"\nfile = "a.pdf"\nsha256 = "00"', "letter.annexes[1].sha256 (line 21) is not a key that a campaign file has here."),
    ('"Two."]', '"Two."]' + '\n[[letter.annexes]]\ntitle = "x"\nfile = "a.pdf"' * 2, "letter.annexes[2].file (line 23) is there twice: take one of them out."),
    ('"Two."]', '"Two."]' + "".join(f'\n[[letter.annexes]]\ntitle = "x"\nfile = "{n}.pdf"' for n in range(21)), "letter.annexes (line 18) are 21: a letter takes 20 at most."),
    ("[letter]", '[letterhead]\nlogos = ["a.gif"]\n[letter]', "letterhead.logos[1] (line 14) must be an SVG or PNG file."),
    ("[letter]", '[letterhead]\nlogos = ["1.svg", "2.svg", "3.svg", "4.svg", "5.svg"]\n[letter]', "letterhead.logos (line 14) holds 5 logos: a letterhead has room for 4."),
    ("[letter]", '[letterhead]\nword_template = "mine.doc"\n[letter]', "letterhead.word_template (line 14) must be a .docx file."),
    ("[letter]", '[letterhead]\nword_template = "../mine.docx"\n[letter]', "letterhead.word_template (line 14) must name a file in the campaign file's folder"),
    ("[letter]", '[letterhead]\nword_sha256 = "a"\n[letter]', "letterhead.word_sha256 (line 14) is not a key that a campaign file has here."),
    ("[letter]", '[letterhead]\nmade = []\n[letter]', "letterhead.made (line 14) is not a key that a campaign file has here."),
    *(
        ("[letter]", f"[letterhead]\nlogos = ['{name}']\n[letter]", "letterhead.logos[1] (line 14) must name a file in the campaign file's folder")
        for name in ("/etc/a.svg", "../a.svg", "a/../../b.svg", "a//b.svg", "./a.svg", "a\\b.svg", "C:/a.svg", "https://evil.example/a.svg", ".. /a.svg")
    ),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "told"), FAULTS)
def test_a_fault_is_told_by_key_and_line(old: str, new: str, told: str) -> None:
    assert old in GOOD

    faults = faults_of(GOOD.replace(old, new, 1))

    assert any(told in fault for fault in faults), faults


def test_the_file_without_a_fault_is_read() -> None:
    assert read_campaign_file(GOOD.encode(), now=NOW).slug == "clean-river"


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    bad = GOOD.replace("clean-river", "X").replace("letter@", "").replace('"Two."', '"((x))"')
    bad = bad.replace("2026-12-08T10:00:00", "2026-12-01T10:00:00").replace('role = "to"\n', 'role = "cc"\n')

    with pytest.raises(Refused, match="The campaign file has 5 faults, so nothing was loaded") as refused:
        read_campaign_file(bad.encode(), now=NOW)

    assert [fault.split(" ")[0] for fault in refused.value.faults] == [
        "slug",
        "reply_to",
        "publish_at",
        "letter.asks[2]",
        "recipients",
    ]


def test_a_faulty_annex_is_told_once_for_each_of_its_keys() -> None:
    bad = GOOD + '[[letter.annexes]]\ntitle = "((compte))"\nnote = 1\n'

    assert [fault.split(" ")[0] for fault in faults_of(bad)] == [
        "letter.annexes[1].file",
        "letter.annexes[1].title",
        "letter.annexes[1].note",
    ]


@pytest.mark.parametrize("zero_width", ["\u200b", "\ufeff", "\u2066"])
def test_what_cannot_be_seen_is_refused_in_every_text(zero_width: str) -> None:
    bad = GOOD.replace("Jane", f"Ja{zero_width}ne").replace("Please", f"Ple{zero_width}ase")

    assert [fault.split(" ")[0] for fault in faults_of(bad)] == ["call", "recipients[1].name"]


# The bytes, and the sentence that refuses them.
BYTES = [
    (b"", "The campaign file is empty."),
    (b" \n ", "The campaign file is empty."),
    (GOOD.encode("utf-16"), "The campaign file is written in UTF-16: save it again and choose UTF-8."),
    (b'slug = "a"\nname = "Caf\xe9"\n', "The campaign file is not written in UTF-8 (line 2): save it again"),
    (b'slug = "a"\n\x00', "The campaign file holds a NUL byte (line 2)"),
    (b"slug = 1\n\n# \xef\xbf\xbd", "left where a letter was lost (line 3)"),
    (b"#" * 1_000_001, "The campaign file is too large: at most 1 MB (1,000,000 bytes)."),
    (b"slug = 1\nslug = 2\n", "The campaign file is not valid TOML at line 2"),
    (b"slug = 1\ntitle = \n", "The campaign file is not valid TOML at line 2, column 9: invalid value."),
    (b'slug = "a', "The campaign file is not valid TOML at line 1, the end of the file: "),
    (b"[letter]\n[letter]\n", "The campaign file is not valid TOML at line 2, column 8: cannot declare"),
    (b"goal = " + b"9" * 5000, "a number is far too long."),
    (b"a." * 300_000 + b"a = 1", "Line 1 nests keys or lists more than 16 deep: write it flatter."),
    (b"a = " + b"[" * 300_000, "Line 1 nests keys or lists more than 16 deep: write it flatter."),
]  # fmt: skip


@pytest.mark.parametrize(("data", "told"), BYTES)
def test_bytes_that_are_no_campaign_file_are_refused(data: bytes, told: str) -> None:
    with pytest.raises(Refused) as refused:
        read_campaign_file(data, now=NOW)

    assert told in str(refused.value)
    assert refused.value.faults == (str(refused.value),)


def test_a_thousand_faults_are_told_and_the_others_counted() -> None:
    begun = time.monotonic()

    faults = faults_of("".join(f"k{number} = 1\n" for number in range(90_000)))

    assert len(faults) == 1001
    assert faults[-1].startswith("There are 89")
    assert time.monotonic() - begun < 30


@given(st.binary(max_size=200) | st.text(st.sampled_from('abc[]{}=".\n #1'), max_size=80).map(str.encode))
def test_whatever_is_read_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        read_campaign_file(data, now=NOW)

    assert refused.value.faults


VALUES = [
    "1",
    "true",
    '"x"',
    "[]",
    "[1]",
    "{}",
    '{ x = "y" }',
    "2026-12-05",
    "2026-12-05T17:00:00",
    "nan",
    "[[]]",
]


@pytest.mark.parametrize("value", VALUES)
def test_a_value_of_any_kind_in_any_place_is_read_or_refused_in_words(value: str) -> None:
    lines = GOOD.splitlines()
    for number, line in enumerate(lines):
        key, equals, _ = line.partition(" = ")
        if equals:
            mixed = [*lines[:number], f"{key} = {value}", *lines[number + 1 :]]
            faults = faults_if_any("\n".join(mixed))
            assert all("(line " in fault or "(below line " in fault for fault in faults), faults


def faults_if_any(text: str) -> tuple[str, ...]:
    try:
        read_campaign_file(text.encode(), now=NOW)
    except Refused as refused:
        return refused.faults
    return ()


def faults_of(text: str) -> tuple[str, ...]:
    with pytest.raises(Refused) as refused:
        read_campaign_file(text.encode(), now=NOW)
    return refused.value.faults
