"""By Communicating with Congress 2.0: letters of constituents to their Members of the US House of Representatives."""

from service.delivery.channels.cwc.house import HOUSE
from service.delivery.congress.channel import CongressChannel
from service.delivery.congress.rhythm import Rhythm

CHANNEL = CongressChannel(name="cwc", chamber=HOUSE, rhythm=Rhythm(HOUSE.most_a_second))
