"""Which domain is an organization's own, by a rule without the public suffix list, and how it proves that (pure)."""

import re
from base64 import b32encode
from urllib.parse import urlsplit

from service.foundation.addresses import ascii_address
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence

# On these everybody may have a page or a mailbox: a domain there is nobody's own.
_SHARED_BY_ALL = """
gmail.com googlemail.com google.com sites.google.com outlook.com hotmail.com live.com yahoo.com icloud.com
aol.com gmx.de gmx.net gmx.com web.de proton.me protonmail.com pm.me tutanota.com tuta.com riseup.net
disroot.org mail.ru yandex.ru yandex.com qq.com 163.com 126.com sina.com foxmail.com naver.com laposte.net
orange.fr free.fr facebook.com instagram.com twitter.com x.com linkedin.com youtube.com t.me telegram.org
wa.me weibo.com medium.com substack.com wordpress.com blogspot.com blogger.com wixsite.com weebly.com
github.io gitlab.io notion.site linktr.ee carrd.co godaddysites.com squarespace.com webflow.io netlify.app
vercel.app pages.dev tumblr.com
"""
_SHARED = frozenset(_SHARED_BY_ALL.split())
_HOST = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})+")
_WWW = ("www", "www2", "web")
_CODE_BYTES = 16


def website_host(website: str) -> str:
    """Give the host of a website in ASCII and small letters, without a leading `www`; "" for what is no website."""
    written = website.strip()
    if not written or " " in written:
        return ""
    try:
        host = urlsplit(written if "://" in written else f"https://{written}").hostname or ""
        host = ascii_address(f"a@{host}").rpartition("@")[2] if "." in host else ""
    except (ValueError, UnicodeError):
        return ""
    host = host.lower().rstrip(".")
    if not _HOST.fullmatch(host):
        return ""
    first, _, rest = host.partition(".")
    return rest if first in _WWW and "." in rest else host


def is_own_domain(mailbox: str, *, website: str) -> bool:
    """Tell whether a mailbox lies on an organization's own domain: that of its website, or one below it.

    A website on `en.lakes.example` also stands for mailboxes on exactly `lakes.example`, where its first label is a
    language's two letters. Hosts and mail providers that everybody shares are nobody's own, and neither is what lies
    below them.
    """
    host, domain = website_host(website), mailbox_domain(mailbox)
    if not host or not domain or is_shared(host) or is_shared(domain):
        return False
    if domain == host or domain.endswith(f".{host}"):
        return True
    first, _, rest = host.partition(".")
    return len(first) == 2 and "." in rest and domain == rest


def is_shared(host: str) -> bool:
    """Tell whether a host is one where everybody may have a page or a mailbox."""
    return any(host == shared or host.endswith(f".{shared}") for shared in _SHARED)


def mailbox_domain(mailbox: str) -> str:
    """Give the domain of a mailbox, in ASCII and small letters."""
    return ascii_address(mailbox).rpartition("@")[2].lower() if "@" in mailbox else ""


def record_name(website: str) -> str:
    """Give the name of the TXT record by which an organization proves its domain; raises Refused without a domain."""
    host = website_host(website)
    if not host:
        raise Refused(Sentence("No website is given, so there is no domain that could be looked at."))
    if is_shared(host):
        raise Refused(
            Sentence("{host} is shared by many, so it can prove nothing of this organization.", host=host)
        )
    return f"_undersigned.{host}"


def record_value(keys: CampaignKeys, signature_id: str) -> str:
    """Give what that TXT record holds: a code that says nothing and cannot be made up."""
    code = b32encode(keys.blind("domain-proof", signature_id)[:_CODE_BYTES]).decode().rstrip("=").lower()
    return f"undersigned={code}"
