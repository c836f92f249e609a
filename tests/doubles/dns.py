"""A small world of names: as a resolver in memory, and as a real DNS server on loopback that speaks of the same."""

import contextlib
import ipaddress
import re
import socketserver
import threading
from collections.abc import Iterator, Mapping, Sequence

import dns.flags
import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from service.mail.dns import Address, MailHost, Unanswered

World = Mapping[str, Mapping[str, Sequence[str]]]
"""For each name its records by kind, each as a zone file has it; "?" as a kind makes servers fail on the name."""


class FakeResolver:
    """Answers from a world in memory."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.asked: list[tuple[str, str]] = []

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple("".join(re.findall(r'"([^"]*)"', text)) for text in self._ask(name, "TXT"))

    def mail_hosts(self, name: str) -> tuple[MailHost, ...]:
        found = (text.split() for text in self._ask(name, "MX"))
        hosts = [MailHost(preference=int(number), host=host.rstrip(".").lower()) for number, host in found]
        return tuple(sorted(hosts, key=lambda one: (one.preference, one.host)))

    def addresses(self, name: str) -> tuple[Address, ...]:
        return tuple(ipaddress.ip_address(text) for kind in ("A", "AAAA") for text in self._ask(name, kind))

    def names_of(self, address: Address) -> tuple[str, ...]:
        return tuple(sorted(text.rstrip(".").lower() for text in self._ask(address.reverse_pointer, "PTR")))

    def _ask(self, name: str, kind: str) -> Sequence[str]:
        self.asked.append((name, kind))
        records = self.world.get(name, {})
        if "?" in records:
            raise Unanswered("the name servers asked give no answer to it")
        return records.get(kind, ())


class SilentResolver(FakeResolver):
    """Nobody answers."""

    def _ask(self, name: str, kind: str) -> Sequence[str]:
        self.asked.append((name, kind))
        raise Unanswered("no name server answers")


@contextlib.contextmanager
def dns_server(
    world: World, *, knows_the_roots: bool = True, speaks: bool = True
) -> Iterator[tuple[str, int]]:
    """Serve a world on loopback while the block lasts; gives address and port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, socket = self.request
            if speaks:
                reply = answer(world, dns.message.from_wire(data), knows_the_roots=knows_the_roots)
                socket.sendto(reply.to_wire(), self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005})
        thread.start()
        try:
            yield server.server_address
        finally:
            server.shutdown()
            thread.join()


def answer(world: World, query: dns.message.Message, *, knows_the_roots: bool) -> dns.message.Message:
    """Answer one question as a name server does."""
    reply = dns.message.make_response(query)
    reply.flags |= dns.flags.RA
    [question] = query.question
    name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
    if name in {".", "@", ""} and knows_the_roots:
        records: Mapping[str, Sequence[str]] = {"NS": ["a.root-servers.net."]}
    else:
        records = world.get(name, {})
    if not records:
        reply.set_rcode(dns.rcode.NXDOMAIN)
    elif "?" in records:
        reply.set_rcode(dns.rcode.SERVFAIL)
    elif kind in records:
        reply.answer.append(dns.rrset.from_text(question.name, 60, dns.rdataclass.IN, kind, *records[kind]))
    return reply
