"""`bothways report-keys` and `bothways open-reports`: the lead's two commands, on the lead's own computer.

They need Python and PyNaCl, no database, no network and no settings. What is opened is only shown, never
written to a file.
"""

from __future__ import annotations

import argparse
import getpass
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from nacl.public import PrivateKey

from bothways.report import keyfile, keylines, sealing
from bothways.run.faults import Fault

COMMANDS = ("report-keys", "open-reports")

ABOUT_KEYS = """\
Key line, for the programme (not secret; send it to the people who coordinate):

    {line}

Number of this key (read it out over the phone; it must be the same on the programme's page):

    {fingerprint}

Fetch code, for you alone (it fetches sealed reports, it opens none):

    {code}

"""
NEW_FILE = """\
{path} holds the private key. Keep a second copy of it in another place, and the passphrase apart from both.
Without the file or without the passphrase nobody can open a report any more, and nobody can help.
"""
# Written over by whoever reads them would be a trick: they turn the order of letters around.
TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def run(arguments: list[str]) -> int:
    """Run one of the two commands; `arguments` begin with its name."""
    for stream in (sys.stdout, sys.stderr):
        # A report may be in any script, whatever the terminal of this machine is set to.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    command, rest = arguments[0], arguments[1:]
    return _report_keys(rest) if command == "report-keys" else _open_reports(rest)


def _report_keys(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bothways report-keys",
        description="Make the keys of a safeguarding lead, or show those that FILE holds already.",
    )
    parser.add_argument("file", metavar="FILE", type=Path)
    path: Path = parser.parse_args(arguments).file
    if path.exists():
        _show(_read(path))
        return 0
    private_key = PrivateKey.generate()
    try:
        keyfile.write(path, private_key, _new_passphrase())
    except FileNotFoundError as error:
        raise Fault(f"There is no folder {path.parent}.") from error
    except FileExistsError as error:
        raise Fault(f"{path} is there already, and is left as it is.") from error
    _show(private_key)
    _say(NEW_FILE.format(path=path))
    return 0


def _open_reports(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bothways open-reports",
        description="Open a bundle of sealed reports and show them, oldest first.",
    )
    parser.add_argument("bundle", metavar="BUNDLE", type=Path)
    parser.add_argument(
        "keys", metavar="KEYFILE", type=Path, nargs="+", help="one key file, or older ones too"
    )
    asked = parser.parse_args(arguments)
    whole = _bytes_of(asked.bundle)
    keys = [_read(path) for path in asked.keys]
    try:
        reports = sealing.unbundle(whole, keys)
    except sealing.NotOpened as error:
        raise Fault(
            f"{asked.bundle}: {error}. Was it fetched with the code of this key, and did it arrive whole? "
            f"It has {len(whole)} bytes and should have {sealing.BUNDLE_SIZE}."
        ) from error
    _print_reports(reports, keys)
    return 0


def _print_reports(reports: Sequence[tuple[object, bytes]], keys: Sequence[PrivateKey]) -> None:
    _say(f"{len(reports)} sealed report(s).\n")
    for number, (day, sealed) in enumerate(reports, 1):
        words = sealing.open_report(sealed, keys)
        _say(f"--- {number} --- {day} ---\n")
        _say(
            "(this one does not open: it was not sealed to this key)\n" if words is None else _harmless(words)
        )
        _say("\n")


def _show(private_key: PrivateKey) -> None:
    line = keylines.line_of(private_key)
    _say(
        ABOUT_KEYS.format(
            line=line.line(), fingerprint=line.fingerprint(), code=keylines.fetch_code(private_key)
        )
    )


def _read(path: Path) -> PrivateKey:
    if not path.exists():
        raise Fault(f"There is no file {path}.")
    try:
        return keyfile.read(path, _ask(f"Passphrase of {path}: "))
    except (keyfile.NotAKeyFile, keyfile.WrongPassphrase) as error:
        raise Fault(f"{path}: {error}.") from error


def _bytes_of(path: Path) -> bytes:
    if not path.is_file():
        raise Fault(f"There is no file {path}.")
    return path.read_bytes()


def _new_passphrase() -> str:
    first = _ask("New passphrase (some words that only you would put together): ")
    if len(first) < keyfile.SHORTEST:
        raise Fault(f"Use at least {keyfile.SHORTEST} letters. Five or six words are good.")
    if _ask("The same once more: ") != first:
        raise Fault("These were two different passphrases. Nothing was made; please start again.")
    return first


def _ask(question: str) -> str:
    given = getpass.getpass(question) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    # The same letters can be typed in two ways on two keyboards.
    return unicodedata.normalize("NFC", given)


def _harmless(words: str) -> str:
    """Words that cannot steer the terminal or turn its lines around."""
    return "".join(
        "\ufffd"
        if letter in TURNING or (unicodedata.category(letter) == "Cc" and letter not in "\n\t")
        else letter
        for letter in words.replace("\r\n", "\n")
    )


def _say(words: str) -> None:
    sys.stdout.write(words if words.endswith("\n") else f"{words}\n")
