"""By SOAPBox: letters of constituents to their Senators of the US Senate; the House's code with the Senate's words."""

from service.delivery.channels.soapbox.senate import SENATE
from service.delivery.congress.channel import CongressChannel
from service.delivery.congress.rhythm import Rhythm

CHANNEL = CongressChannel(name="soapbox", chamber=SENATE, rhythm=Rhythm(SENATE.most_a_second))
