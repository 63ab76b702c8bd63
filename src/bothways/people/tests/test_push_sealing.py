"""Sealing and signing, against the examples of the two RFCs and against a browser that was written apart."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from datetime import timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.test import override_settings

from bothways.core.clock.api import now
from bothways.people.push import post, sealing, vapid
from bothways.people.push.sealing import decoded, unpadded
from bothways.people.tests.pusher import Browser, claims_of

# RFC 8291, section 5 and appendix A.
PLAIN = b"When I grow up, I want to be a watermelon"
OURS = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
THEIRS = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
POINT = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH, SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
SEALED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8w"
    "EqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
# RFC 8292, section 2.4.
SIGNED = (
    "vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NT"
    "M1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9oj"
    "FwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA, k=BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RC"
    "PCfA5aq9ojSwk5Y2EmClBPs"
)


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(decoded(text), "big"), ec.SECP256R1())


def test_the_example_of_the_rfc_is_sealed_bit_for_bit():
    given = {"point": decoded(POINT), "auth": decoded(AUTH), "once": private(OURS), "salt": decoded(SALT)}
    assert unpadded(sealing.seal(PLAIN, **given, length=len(PLAIN))) == SEALED
    assert Browser(private(THEIRS), decoded(AUTH)).open(decoded(SEALED)) == PLAIN


def test_the_example_of_the_other_rfc_is_signed_and_a_changed_one_is_not():
    said = claims_of(SIGNED)
    assert said["aud"] == "https://push.example.net" and said["sub"] == "mailto:push@example.com"
    with pytest.raises(InvalidSignature):
        claims_of(SIGNED.replace(".eyJhdWQi", ".eyJhdWQj"))


@pytest.mark.parametrize("words", [b"", b"a", "جديد 有新消息".encode(), b"x\x02\x00\x02", bytes(1024)])
def test_a_browser_opens_what_was_sealed_and_every_message_is_as_long(words):
    browser = Browser()
    sealed = [sealing.seal(words, point=browser.point, auth=browser.auth) for _ in range(2)]
    assert [browser.open(one) for one in sealed] == [words, words]
    assert {len(one) for one in sealed} == {86 + 1024 + 1 + 16} and sealed[0] != sealed[1]
    for other in (Browser(), Browser(browser.key), Browser(auth=browser.auth)):
        with pytest.raises(InvalidTag):
            other.open(sealed[0])


def test_what_is_no_key_and_what_is_too_long_is_refused():
    browser = Browser()
    for point in (b"", bytes(65), b"\x04" + bytes(64), browser.point[:-1], b"\x02" + browser.point[1:33]):
        with pytest.raises(ValueError, match=r"."):
            sealing.seal(b"x", point=point, auth=browser.auth)
    with pytest.raises(ValueError, match="at most 1024 bytes"):
        sealing.seal(bytes(1025), point=browser.point, auth=browser.auth)


def test_a_line_is_for_one_service_for_some_hours_and_says_whom_to_ask(settings):
    said = claims_of(vapid.authorization("https://push.example"))
    assert said["aud"] == "https://push.example" and said["sub"] == "mailto:no-reply@localhost"
    assert timedelta(hours=5) < timedelta(seconds=said["exp"] - now().timestamp()) < timedelta(hours=7)
    with override_settings(HTTPS=True, SITE_URL="https://together.example"):
        assert claims_of(vapid.authorization("https://push.example"))["sub"] == "https://together.example"
    settings.PUSH_KEY = ""
    assert not vapid.is_on()


KNOWN = ["fcm.googleapis.com", "*.push.services.mozilla.com", "*.notify.windows.com", "web.push.apple.com"]


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc:def",
        "https://fcm.googleapis.com:443/wp/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://wns2-par02p.notify.windows.com/w/?token=abc%2b",
        "https://web.push.apple.com/QOdi",
    ],
)
def test_the_services_of_the_browsers_are_known(endpoint, settings):
    settings.PUSH_SERVICES = KNOWN
    assert post.may_go_to(endpoint)


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "x",
        "https://",
        "http://fcm.googleapis.com/x",
        "ftp://fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com:x/",
        "https://somebody@fcm.googleapis.com/x",
        "https://fcm.googleapis.com@evil.example/x",
        "https://fcm.googleapis.com\\@evil.example/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evilfcm.googleapis.com/x",
        "https://push.services.mozilla.com.evil.example/x",
        "https://push.services.mozilla.com/x",
        "https://evilpush.services.mozilla.com/x",
        "https://evil.example/#.push.services.mozilla.com",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433/x",
        "https://fcm.googleapis.com/a b",
        "https://fcm.googleapis.com/a\r\nHost: x",
        "https://fcm.googleapis.com/ä",
        "https://fcm.googleapis.com/" + "a" * 2000,
        "https://[fcm.googleapis.com/x",
    ],
)
def test_nothing_else_is_a_place_for_messages(endpoint, settings):
    settings.PUSH_SERVICES = KNOWN
    assert not post.may_go_to(endpoint)
    assert post.send(endpoint, b"x", post.Manner(1, "t")) is post.Sent.REFUSED


@pytest.mark.parametrize(
    "inner",
    """127.0.0.1 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255
    ::1 :: fe80::1 fc00::1 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b::a00:1
    2002:7f00:1:: 2001:db8::1""".split(),
)
def test_addresses_inside_somebodys_network_are_not_public(inner):
    assert not post.is_public(ip_address(inner))


@pytest.mark.parametrize(
    "outer", ["142.250.74.10", "2a00:1450:4001:80b::200a", "64:ff9b::8efa:4a0a", "::ffff:8.8.8.8"]
)
def test_addresses_of_the_open_internet_are(outer):
    assert post.is_public(ip_address(outer))


def test_a_known_name_that_leads_inside_is_not_followed(settings, monkeypatch):
    settings.PUSH_SERVICES = ["localhost"]
    asked = []
    monkeypatch.setattr(socket, "create_connection", lambda *given: asked.append(given))
    assert post.send("https://localhost/x", b"x", post.Manner(1, "t")) is post.Sent.REFUSED
    assert asked == []
    # One address of several is enough.
    both = [(2, 1, 6, "", ("142.250.74.10", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *given, **more: both)
    with pytest.raises(post.NotPublic):
        post.public_address("localhost")


def certificate(folder, host: str):
    """A server that says it is `host`, signed by itself: its files of key and certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    moment = now()
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(moment - timedelta(days=1))
        .not_valid_after(moment + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return folder / "cert.pem", folder / "key.pem"


@pytest.mark.parametrize(
    ("host", "trusted"), [("localhost", True), ("other.example", True), ("localhost", False)]
)
def test_the_line_goes_to_the_address_that_was_looked_at_and_the_name_is_proved(
    host, trusted, tmp_path, monkeypatch
):
    cert, key = certificate(tmp_path, host)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    monkeypatch.setattr(post, "is_public", lambda address: True)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    with socket.create_server(("127.0.0.1", 0)) as plain:
        monkeypatch.setattr(post, "public_address", lambda name: plain.getsockname()[0])

        def serve():
            taken, _ = plain.accept()
            with taken, contextlib.suppress(OSError):
                context.wrap_socket(taken, server_side=True).close()

        worker = threading.Thread(target=serve)
        worker.start()
        line = post._PublicLine("localhost", plain.getsockname()[1], timeout=5)
        if host == "localhost" and trusted:
            line.connect()
            assert line.sock.server_hostname == "localhost"
            line.close()
        else:
            with pytest.raises(ssl.SSLCertVerificationError):
                line.connect()
        worker.join(10)


def test_nobody_answers(settings):
    with socket.create_server(("127.0.0.1", 0)) as free:
        origin = f"http://127.0.0.1:{free.getsockname()[1]}"
    settings.PUSH_SERVICES = [origin]
    assert post.send(f"{origin}/x", b"x", post.Manner(1, "t")) is post.Sent.LATER


def test_only_base64_for_addresses_is_read():
    assert decoded(unpadded(b"\xfb\xff")) == b"\xfb\xff"
    for wrong in ("a+b", "a/b", "YQ==", "ä"):
        with pytest.raises(ValueError, match=r"."):
            decoded(wrong)
