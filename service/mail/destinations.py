"""Name the group of mailboxes that an address belongs to: a large provider, or an opaque label (pure)."""

import base64
from collections.abc import Mapping
from functools import lru_cache

from service.foundation.addresses import ascii_address
from service.foundation.keyed import keyed_hash

OPAQUE = "x-"
"""What the label of a domain begins with that is no large provider's."""

_LABEL_BYTES = 10

_PROVIDERS: Mapping[str, str] = {
    "apple": "icloud.com mac.com me.com",
    "att": "att.net bellsouth.net currently.com pacbell.net sbcglobal.net",
    "bt": "btinternet.com btopenworld.com talk21.com",
    "charter": "brighthouse.com charter.net rr.com spectrum.net",
    "comcast": "comcast.net",
    "fastmail": "fastmail.cn fastmail.com fastmail.co.uk fastmail.com.au fastmail.de fastmail.es fastmail.fm"
    " fastmail.fr fastmail.in fastmail.jp fastmail.mx fastmail.net fastmail.nl fastmail.org fastmail.se"
    " fastmail.to fastmail.tw fastmail.uk fastmail.us mailbolt.com sent.com",
    "free": "aliceadsl.fr free.fr",
    "gmx": "caramail.com caramail.fr gmx.at gmx.biz gmx.ch gmx.co.uk gmx.com gmx.de gmx.es gmx.eu"
    " gmx.fr gmx.info gmx.it gmx.net gmx.org gmx.pt gmx.us mail.com web.de",
    "google": "gmail.com googlemail.com",
    "kakao": "daum.net hanmail.net kakao.com",
    "libero": "blu.it giallo.it inwind.it iol.it libero.it",
    "mail.ru": "bk.ru inbox.ru internet.ru list.ru mail.ru xmail.ru",
    "microsoft": "hotmail.at hotmail.be hotmail.ca hotmail.ch hotmail.cl hotmail.co.id hotmail.co.il"
    " hotmail.co.jp hotmail.co.kr hotmail.co.nz hotmail.co.th hotmail.co.uk hotmail.co.za hotmail.com"
    " hotmail.com.ar hotmail.com.au hotmail.com.br hotmail.com.tr hotmail.com.tw hotmail.cz hotmail.de"
    " hotmail.dk hotmail.es hotmail.fi hotmail.fr hotmail.gr hotmail.hu hotmail.it hotmail.my hotmail.nl"
    " hotmail.no hotmail.pt hotmail.rs hotmail.se hotmail.sg live.at live.be live.ca live.ch live.cl live.cn"
    " live.co.kr live.co.uk live.co.za live.com live.com.ar live.com.au live.com.mx live.com.my live.com.pt"
    " live.com.sg live.de live.dk live.fi live.fr live.hk live.ie live.in live.it live.jp live.nl live.no"
    " live.ru live.se msn.com outlook.at outlook.be outlook.cl outlook.co.id outlook.co.il outlook.co.nz"
    " outlook.co.th outlook.com outlook.com.ar outlook.com.au outlook.com.br outlook.com.gr outlook.com.tr"
    " outlook.com.vn outlook.cz outlook.de outlook.dk outlook.es outlook.fr outlook.hu outlook.ie outlook.in"
    " outlook.it outlook.jp outlook.kr outlook.lv outlook.my outlook.ph outlook.pt outlook.sa outlook.sg"
    " outlook.sk passport.com windowslive.com",
    "naver": "naver.com",
    "netease": "126.com 163.com 188.com vip.126.com vip.163.com vip.188.com yeah.net",
    "orange": "orange.fr wanadoo.fr",
    "poste": "laposte.net",
    "proton": "pm.me proton.me protonmail.ch protonmail.com",
    "rediff": "rediffmail.com",
    "seznam": "email.cz post.cz seznam.cz spoluzaci.cz",
    "sfr": "club-internet.fr neuf.fr numericable.fr sfr.fr",
    "sina": "sina.cn sina.com vip.sina.com",
    "t-online": "magenta.de t-online.de",
    "tencent": "foxmail.com qq.com vip.qq.com",
    "tuta": "keemail.me tuta.com tuta.io tutamail.com tutanota.com tutanota.de",
    "wp": "o2.pl tlen.pl wp.pl",
    "yahoo": "aim.com aol.co.uk aol.com aol.de aol.fr aol.it cox.net frontier.com myyahoo.com netscape.net"
    " rocketmail.com verizon.net yahoo.at yahoo.be yahoo.ca yahoo.cl yahoo.co.id yahoo.co.il yahoo.co.in"
    " yahoo.co.kr yahoo.co.nz yahoo.co.th yahoo.co.uk yahoo.co.za yahoo.com yahoo.com.ar yahoo.com.au"
    " yahoo.com.br yahoo.com.co yahoo.com.hk yahoo.com.mx yahoo.com.my yahoo.com.pe yahoo.com.ph"
    " yahoo.com.sg yahoo.com.tr yahoo.com.tw yahoo.com.ve yahoo.com.vn yahoo.cz yahoo.de yahoo.dk yahoo.es"
    " yahoo.fi yahoo.fr yahoo.gr yahoo.hu yahoo.ie yahoo.in yahoo.it yahoo.nl yahoo.no yahoo.pl yahoo.pt"
    " yahoo.ro yahoo.se ymail.com",
    # Another company than Yahoo, with mail servers of its own.
    "yahoo-japan": "yahoo.co.jp ybb.ne.jp",
    "yandex": "narod.ru ya.ru yandex.by yandex.com yandex.com.tr yandex.kz yandex.ru yandex.ua",
    "zoho": "zoho.com zoho.eu zoho.in zohomail.com zohomail.eu zohomail.in",
}
"""The large mailbox providers, by the domains that all of the world has mailboxes at; each is one to its limits."""

_BY_DOMAIN = {domain: name for name, domains in _PROVIDERS.items() for domain in domains.split()}


def destination_of(address: str, *, site_key: bytes) -> str:
    """Give the destination of a normal address, at most 24 characters: `google`, or `x-` and 16 letters and digits.

    A large provider is called by its name: so many are there that the name points to nobody. Any other domain may
    be that of one small organization and becomes a keyed hash: equal for equal domains of this site, and nothing
    else to whoever lacks the root key.
    """
    return _destination(address.rpartition("@")[2], site_key)


@lru_cache(maxsize=4096)
def _destination(written: str, site_key: bytes) -> str:
    domain = ascii_address(f"x@{written}").rpartition("@")[2].lower().rstrip(".")
    known = _BY_DOMAIN.get(domain)
    if known is not None:
        return known
    # No dedupe key of a Message-ID, and no return path, the other uses of this key, begin like this.
    mac = keyed_hash(site_key, b"destination\0" + domain.encode())[:_LABEL_BYTES]
    return OPAQUE + base64.b32encode(mac).decode().lower()
