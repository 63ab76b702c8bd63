"""Hypothesis strategies for what nobody should send and somebody will."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote_from_bytes

from hypothesis import strategies as st

from tests.pages import Form

HUGE = "y" * 1_000_000
WORDS = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff x",
    "\u202eabc\u2066",
    "\u200f\u200b",
    "\ufeff",
    "😀" * 50,
    "a\u0301" * 300,
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "{{ 7|add:7 }}{% debug %}",
    "%(name)s %s {0}",
    "../../etc/passwd",
    "'; DROP TABLE people_person; --",
    "\\",
    "\r\nSet-Cookie: a=b",
    "9" * 40,
    "-1",
    "1e309",
    "NaN",
    "0x10",
    "٣",
    "½",
    str(2**31),
    str(2**63),
    "0000-00-00",
    "9999-12-31",
    "0001-01-01",
    "24:00",
    "00000000-0000-0000-0000-000000000000",
    "null",
    "[]",
    "{",
    "[" * 5000,
    "x" * 5000,
]
METHODS = [
    "GET",
    "POST",
    "POST",
    "POST",
    "HEAD",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "QUERY",
    "get",
]
CONTENT_TYPES = [
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=utf-16",
    "application/x-www-form-urlencoded; charset=nonsense",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=b",
    "multipart/form-data; boundary=" + "b" * 300,
    "multipart/form-data; charset=utf-7; boundary=b",
    "application/json",
    "text/plain",
    "image/png",
    "nonsense",
    "",
]
LANGUAGES = [
    "ar",
    "zh-Hans",
    "xx",
    "*",
    "en;q=nan",
    "a" * 3000,
    "en-" * 200,
    "ar;q=0.5,,;",
    "\xff",
    "../en",
    "zh\x00",
]
HOSTS = [
    "testserver",
    "evil.example",
    "testserver:99999",
    "[::1",
    "a b",
    "testserver@evil",
    "",
    "\xff",
    "x" * 300,
]
COOKIES = [
    "sessionid=",
    "sessionid=x",
    "sessionid=" + "a" * 32,
    "sessionid=\x01\xff",
    "sessionid=a\x00b",
    "sessionid=" + "a" * 5000,
    "django_language=xx; csrftoken=",
    "django_language=" + "../" * 50,
    "messages=" + "A" * 200,
    "messages=W1siX19qc29uIg:1:x",
    "csrftoken=\udc80".encode("utf-8", "surrogateescape").decode("latin-1"),
    "=;=;;;",
    "a" * 9000,
    "sessionid",
]
HEADERS = {
    "HTTP_ACCEPT_LANGUAGE": LANGUAGES,
    "HTTP_HOST": HOSTS,
    "HTTP_COOKIE": COOKIES,
    "HTTP_HX_REQUEST": ["true", "false", "\xff"],
    "HTTP_HX_CURRENT_URL": ["http://[", "\xff", "%00", "x" * 4000],
    "HTTP_HX_CURRENT_URL_URI_AUTOENCODED": ["true"],
    "HTTP_X_FORWARDED_FOR": ["1.2.3.4", "x", "", "::1, \xff", "1," * 500],
    "HTTP_X_FORWARDED_PROTO": ["https", "gopher"],
    "HTTP_X_FORWARDED_HOST": ["evil.example"],
    "HTTP_ACCEPT": ["application/json", "x" * 2000, "*/*;q=x", ""],
    "HTTP_ACCEPT_ENCODING": ["gzip", "br;q=2", "\xff"],
    "HTTP_IF_MODIFIED_SINCE": ["Thu, 99 Foo 2020", "x" * 300, "-1"],
    "HTTP_IF_NONE_MATCH": ['W/"', "*", "x" * 2000],
    "HTTP_RANGE": ["bytes=0-", "bytes=-1,,", "lines=1-2"],
    "HTTP_X_HTTP_METHOD_OVERRIDE": ["DELETE"],
    "HTTP_X_REQUESTED_WITH": ["XMLHttpRequest"],
    "HTTP_REFERER": ["http://[", "\xff", "javascript:alert(1)"],
    "HTTP_ORIGIN": ["null", "https://evil.example", "\xff"],
    "HTTP_TRANSFER_ENCODING": ["chunked"],
    "CONTENT_LENGTH": ["", "-1", "abc", "0", "99999999999", "7"],
    "REMOTE_ADDR": ["", "::ffff:1.2.3.4", "nonsense"],
}
TAILS = [
    b"%",
    b"%zz",
    b"%00",
    b"\x00",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"//",
    b"/../..",
    b"x" * 9000,
    b"?",
    b";a=b",
    b"\r\n",
    "/ä/€/".encode(),
    "\u202e".encode(),
    b"/%2e%2e/",
    b"\\",
]
QUERIES = [
    "page=x",
    "page=999999999999999999999",
    "page=-1",
    "page=%00",
    "next=//evil.example",
    "next=javascript:x",
]
QUERIES += [
    "next=%ff",
    "q=" + "a" * 9000,
    "q=%00",
    "q=%ed%a0%80&country=%00",
    "&&&=&",
    "a=1&" * 700,
    "country=" + "z" * 99,
]

words = st.sampled_from(WORDS) | st.text(max_size=20)


@st.composite
def fields(draw: st.DrawFn, form: Form | None) -> dict[str, list[str]]:
    """Something like what the form sends: each field as it is, left out, repeated, or full of rubbish."""
    sent: dict[str, list[str]] = {} if form is None else dict(form.filled())
    for one in form.fields if form else []:
        what = draw(st.sampled_from(["as it is", "as it is", "rubbish", "choice", "twice", "gone", "huge"]))
        if what == "rubbish":
            sent[one.name] = [draw(words)]
        elif what == "choice" and one.choices:
            sent[one.name] = [draw(st.sampled_from(one.choices))]
        elif what == "choice":
            sent[one.name] = [one.value.removeprefix("*")]
        elif what == "twice":
            sent[one.name] = [*sent.get(one.name, [one.value]), draw(words)]
        elif what == "gone":
            sent.pop(one.name, None)
        elif what == "huge" and draw(st.integers(0, 9)) == 0:
            sent[one.name] = [HUGE]
    for name in draw(
        st.lists(st.sampled_from(["unknown", "person_id", "id", "\x00", "", "pk[]", "a" * 300]), max_size=2)
    ):
        sent[name] = [draw(words)]
    return sent


@st.composite
def bodies(draw: st.DrawFn, form: Form | None) -> tuple[str, bytes]:
    """A content type, and a body that may or may not be of that type."""
    sent = draw(fields(form))
    kind = draw(st.sampled_from(["urlencoded"] * 4 + ["multipart"] * 2 + ["json", "mixed up", "broken"]))
    if kind == "urlencoded":
        return CONTENT_TYPES[0], urlencoded(sent)
    if kind == "multipart":
        return "multipart/form-data; boundary=b", multipart(sent, draw(st.booleans()))
    if kind == "json":
        return "application/json", json.dumps(sent).encode()
    whole = draw(st.sampled_from([urlencoded(sent), multipart(sent, True)]))
    if kind == "broken":
        whole = whole[: draw(st.integers(0, min(len(whole), 2000)))] + draw(st.binary(max_size=8))
    return draw(st.sampled_from(CONTENT_TYPES)), whole


def urlencoded(sent: dict[str, list[str]]) -> bytes:
    pairs = [(_bytes(name), _bytes(value)) for name, values in sent.items() for value in values]
    return "&".join(f"{quote_from_bytes(name)}={quote_from_bytes(value)}" for name, value in pairs).encode()


def multipart(sent: dict[str, list[str]], with_file: bool) -> bytes:
    parts = [
        b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (_bytes(name), _bytes(value))
        for name, values in sent.items()
        for value in values
    ]
    if with_file:
        parts.append(
            b'--b\r\nContent-Disposition: form-data; name="words"; filename="../\xff.exe"\r\n'
            b"Content-Type: text/x; charset=nonsense\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n"
        )
    return b"".join(parts) + b"--b--\r\n"


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@st.composite
def headers(draw: st.DrawFn) -> dict[str, Any]:
    """A few headers, each with a value that no browser sends."""
    names = draw(st.lists(st.sampled_from(sorted(HEADERS)), max_size=3, unique=True))
    return {name: draw(st.sampled_from(HEADERS[name])) for name in names}


@st.composite
def paths(draw: st.DrawFn, path: str) -> bytes:
    """The path, mostly as it is; sometimes with something behind it, in it or instead of its ids."""
    plain = path.encode()
    what = draw(st.sampled_from(["as it is"] * 6 + ["behind", "inside", "instead"]))
    tail = draw(st.sampled_from(TAILS))
    if what == "behind":
        return plain + tail
    if what == "inside":
        at = draw(st.integers(0, len(plain)))
        return plain[:at] + tail + plain[at:]
    if what == "instead":
        parts = plain.split(b"/")
        parts[draw(st.integers(0, len(parts) - 1))] = tail
        return b"/".join(parts)
    return plain
