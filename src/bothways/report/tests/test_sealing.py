"""Padding, boxes and bundles, without a database."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.public import PrivateKey, PublicKey, SealedBox

from bothways.report import keylines, sealing

KEY = PrivateKey(bytes(range(32)))
OTHER = PrivateKey(bytes(range(1, 33)))
PUBLIC = bytes(KEY.public_key)
DAY = date(2026, 3, 1)


@given(st.text(max_size=3000))
def test_words_come_back_as_they_were(words: str) -> None:
    padded = sealing.pad(words)
    assert len(padded) in sealing.SIZES
    assert sealing.unpad(padded) == words


@pytest.mark.parametrize(
    "length, size", [(0, 4096), (4095, 4096), (4096, 16384), (sealing.MOST_BYTES, 16384)]
)
def test_words_are_padded_to_one_of_two_sizes(length: int, size: int) -> None:
    assert len(sealing.pad("x" * length)) == size
    assert len(sealing.seal("x" * length, PUBLIC)) == size + sealing.SEAL


def test_words_that_are_too_long_are_refused() -> None:
    with pytest.raises(ValueError, match="at most"):
        sealing.pad("x" * (sealing.MOST_BYTES + 1))
    with pytest.raises(ValueError, match="at most"):
        sealing.pad("字" * (sealing.MOST_BYTES // 3 + 1))


def test_only_its_own_key_opens_a_report() -> None:
    sealed = sealing.seal("سرّ 秘密", PUBLIC)
    assert sealing.open_report(sealed, [OTHER]) is None
    assert sealing.open_report(sealed, [OTHER, KEY]) == "سرّ 秘密"


def test_a_report_with_broken_words_is_still_shown() -> None:
    sealed = SealedBox(PublicKey(PUBLIC)).encrypt(b"half \xff\xfe".ljust(4096, b"\x00"))
    assert sealing.open_report(sealed, [KEY]) == "half \ufffd\ufffd"


def test_every_bundle_has_the_same_size_and_other_bytes() -> None:
    report = (DAY, sealing.seal("hello", PUBLIC))
    most = [(DAY, b"\x01" * sealing.SEALED_SIZES[0])] * (sealing.MOST_STORED // sealing.SEALED_SIZES[0])
    bundles = [sealing.bundle(rows, PUBLIC) for rows in ([], [], [report], [report] * 9, most)]
    assert {len(one) for one in bundles} == {sealing.BUNDLE_SIZE}
    assert len(set(bundles)) == len(bundles)
    assert sealing.unbundle(bundles[2], [KEY]) == [report]
    assert len(sealing.unbundle(bundles[4], [OTHER, KEY])) == len(most)


def test_a_bundle_holds_no_more_than_its_size() -> None:
    too_much = [(DAY, b"\x01" * sealing.SEALED_SIZES[1])] * 140
    with pytest.raises(ValueError, match="more reports"):
        sealing.bundle(too_much, PUBLIC)


def test_a_bundle_of_others_or_a_broken_one_does_not_open() -> None:
    whole = sealing.bundle([(DAY, sealing.seal("hello", PUBLIC))], PUBLIC)
    lies = SealedBox(PublicKey(PUBLIC)).encrypt(sealing.MAGIC + b"\x00\x00\x00\x01" + b"\xff" * 20)
    for bad, keys in ((whole, [OTHER]), (whole[:-1], [KEY]), (b"", [KEY]), (bytes(lies), [KEY])):
        with pytest.raises(sealing.NotOpened):
            sealing.unbundle(bad, keys)


def test_a_key_line_survives_copying_by_hand() -> None:
    line = keylines.line_of(KEY)
    written = line.line()
    for copied in (
        written,
        written.lower(),
        written.replace("-", " "),
        f"\n {written}\n",
        written.replace("O", "0"),
    ):
        assert keylines.parse(copied) == line


def test_every_slip_in_a_key_line_is_found() -> None:
    written = keylines.line_of(KEY).line()
    for at, letter in enumerate(written):
        if letter == "-":
            continue
        slipped = written[:at] + ("B" if letter != "B" else "C") + written[at + 1 :]
        # The last letter has bits that carry nothing.
        if at == len(written) - 1 and keylines.plain_code(slipped)[:-1] == keylines.plain_code(written)[:-1]:
            continue
        with pytest.raises(keylines.WrongLine):
            keylines.parse(slipped)
    for bad in ("", "hello", written[:-2], written + "A", written + written, "١٢٣", "\x00", "ß" * 85):
        with pytest.raises(keylines.WrongLine):
            keylines.parse(bad)


@pytest.mark.parametrize("weak", [bytes(32), b"\x01" + bytes(31), b"\xec" + b"\xff" * 30 + b"\x7f"])
def test_a_key_that_keeps_no_secret_is_refused(weak: bytes) -> None:
    with pytest.raises(keylines.WrongLine):
        keylines.parse(keylines.KeyLine(weak, bytes(16)).line())


def test_the_number_changes_with_the_key_and_with_the_code() -> None:
    line = keylines.line_of(KEY)
    number = line.fingerprint()
    assert [len(group) for group in number.split(" ")] == [5] * 5
    assert number == keylines.line_of(KEY).fingerprint()
    others = {
        keylines.line_of(OTHER).fingerprint(),
        keylines.KeyLine(line.public_key, bytes(16)).fingerprint(),
        keylines.KeyLine(keylines.line_of(OTHER).public_key, line.code_hash).fingerprint(),
    }
    assert number not in others
    assert len(others) == 3


def test_a_fetch_code_belongs_to_its_key() -> None:
    code = keylines.fetch_code(KEY)
    assert len(keylines.plain_code(code)) == 24
    assert keylines.hash_of_code(code.lower()) == keylines.line_of(KEY).code_hash
    assert keylines.fetch_code(OTHER) != code
