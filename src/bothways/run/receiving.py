"""`bothways receive-mail`: for a mail server's pipe. It hands one letter over to the pages and does no more.

It needs no database and no key: only the address of the pages and the secret of the mail gateway.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import os
import sys
import time
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path

# What a mail server understands (sysexits.h): taken, wrongly set up, try again later.
TAKEN, WRONG, LATER = 0, 78, 75
# Longer letters are neither an answer nor one of ours that came back.
MOST_BYTES = 140_000
TIMEOUT = 30


def receive_mail(arguments: list[str]) -> int:
    """Read one letter from standard input and bring it to the pages. Returns an exit code of sysexits.h."""
    options = _options(arguments)
    secret = _secret(options.secret_file)
    if not options.url or len(secret) < 32:
        print("bothways receive-mail: set BOTHWAYS_SITE_URL and the secret.", file=sys.stderr)
        return WRONG
    raw = sys.stdin.buffer.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        # Read to its end, or the mail server takes a broken pipe for a fault; then let go.
        while sys.stdin.buffer.read(1 << 16):
            pass
        return TAKEN
    told = {"to": options.to, "from": options.sender, "message": base64.b64encode(raw).decode()}
    return _bring(f"{options.url.rstrip('/')}/mail/", secret, json.dumps(told).encode())


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bothways receive-mail", description=__doc__)
    parser.add_argument("--to", required=True, help="the recipient of the envelope")
    parser.add_argument("--from", dest="sender", default="", help="the sender of the envelope")
    parser.add_argument(
        "--url", default=os.environ.get("BOTHWAYS_SITE_URL", ""), help="the address of the pages"
    )
    parser.add_argument(
        "--secret-file", default="", help="a file with the secret, instead of the environment"
    )
    return parser.parse_args(arguments)


def _secret(file: str) -> str:
    try:
        return Path(file).read_text().strip() if file else os.environ.get("BOTHWAYS_MAIL_SECRET", "")
    except OSError:
        return ""


def _bring(url: str, secret: str, body: bytes) -> int:
    moment = str(int(time.time()))
    signature = hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-Bothways-Time": moment,
        "X-Bothways-Signature": signature,
    }
    request = urllib.request.Request(  # noqa: S310  (the operator's own address)
        url, data=body, headers=headers, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT):  # noqa: S310  (the operator's own address)
            return TAKEN
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in {400, 413}:
            # It will never be a letter that we can read.
            return TAKEN
        print(f"bothways receive-mail: the pages answered {error.code}.", file=sys.stderr)
    except (OSError, HTTPException, ValueError) as error:
        print(f"bothways receive-mail: the pages are away ({type(error).__name__}).", file=sys.stderr)
    return LATER
