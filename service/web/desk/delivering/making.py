"""With what the copies of a letter are made where they are about to leave: no mail larger than our relays take."""

from service.delivery.letter_mail import Making, allowed
from service.web.services import services


def making_to_send() -> Making:
    """Give fonts, template and how large a mail may be. Call it while no transaction is open: the relays may be asked."""
    here = services()
    most, by = allowed(here.letter_mail_bytes, here.relay_sizes())
    return Making(fonts=here.fonts, word_template=here.word_template, most_bytes=most, allowed_by=by)
