"""Tell whether a host is a mail server of a domain, by what the domain itself publishes."""

from service.mail.dns import Resolver, Unanswered


def is_own_server(host: str, domain: str, *, resolver: Resolver) -> bool:
    """Tell whether a domain names a host in its MX records, or, where it has none, is that host itself (RFC 5321, section 5.1).

    Both are in ASCII. Asks the network, so no transaction may be open; where nobody answers, it is not known to be one.
    """
    try:
        named = {one.host for one in resolver.mail_hosts(domain)}
    except Unanswered:
        return False
    return host in named if named else host == domain
