"""A constituent: a signatory who asks the own Member of Congress to raise the letter, with a home address."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, repr=False)
class Constituent:
    """What a chamber asks of a person; nowhere else does this service ask where somebody lives.

    No other data here is as dangerous. Whoever keeps it seals it under a key of its own, apart from those of the sign-on and
    of the letter, and purges it once the chamber has accepted the message, or the person takes it back; it is in no log,
    exception, export or evidence, and has no repr. `own_words` are the person's, never the campaign's. `phone` is like
    202-555-0100. `is_email_confirmed` says that a link or code in a mail to `email` was answered. That nobody has checked the
    postal address is always said: there is no field to claim more.
    """

    prefix: str
    first_name: str
    last_name: str
    address: str
    city: str
    state: str
    zip: str
    email: str
    middle_name: str = ""
    suffix: str = ""
    title: str = ""
    organization: str = ""
    address_2: str = ""
    address_3: str = ""
    phone: str = ""
    own_words: str = ""
    is_email_confirmed: bool = False
    wants_answer: bool = True
