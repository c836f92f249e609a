"""What the secretariat is told of a mail that came to the Bcc address of a draft, and does not prove that the draft was sent."""

from service.foundation.sentence import Sentence

WORD = "filed"
"""The word of the alert; the id of the sending follows it."""

ABOUT_FILED = Sentence(
    "A mail came to the Bcc address of the letter to {to}, and does not prove that the letter was sent. Look at it on the"
    " page of that sending, and note there whether it went."
)
