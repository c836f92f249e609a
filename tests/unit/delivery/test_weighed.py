"""What each channel can take, once it is known how large the mails would be."""

import pytest

from service.delivery.channel import Verdict
from service.delivery.check import Line, weigh
from service.model.recipient import Audience, Recipient, RecipientRole

MOST = 7_000_000
CAN, CANNOT = Verdict(destinations=1), Verdict(reason="No address.")


def line(channel="email", verdict=CAN):
    office = Recipient(
        id="office",
        campaign_id="",
        revision_id="",
        position=0,
        role=RecipientRole.TO,
        copy_kind=Audience.FULL,
        channels=[channel],
        details=b"",
    )
    return Line(recipient=office, label="The Office", channel=channel, verdict=verdict)


@pytest.mark.parametrize(
    ("given", "size", "can", "said"),
    [
        (line(), MOST, True, ""),
        (line(), MOST + 1, False, "7.1 MB, and 7 MB are allowed"),
        (line("post", CANNOT), MOST + 1, False, "No address."),
        (line(verdict=CANNOT), MOST + 1, False, "No address."),
    ],
)
def test_only_a_mail_that_could_go_is_too_large_to(given, size, can, said):
    (weighed,) = weigh([given], {"office": size}, most=MOST)

    assert weighed.verdict.can is can
    assert said in weighed.verdict.reason


def test_what_was_not_weighed_stays_as_it_was():
    assert weigh([line()], {}, most=MOST) == (line(),)
