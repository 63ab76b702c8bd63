"""The environment of the tests, loaded as a plugin before the settings are read."""

import base64
import os
import tempfile

os.environ.setdefault("BOTHWAYS_SECRET_KEY", "a secret of the tests, used nowhere else")
os.environ.setdefault("BOTHWAYS_MASTER_KEY", base64.b64encode(bytes(range(32))).decode())
os.environ.setdefault("BOTHWAYS_PUSH_KEY", base64.urlsafe_b64encode(bytes(range(1, 33))).decode().rstrip("="))
os.environ.setdefault("BOTHWAYS_DEMO", "0")
# Measured where it matters, and not waited for everywhere else.
os.environ.setdefault("BOTHWAYS_EVEN_SECONDS", "0")
# Tests set things up and look at them as the database's owner; what a page or a job does, it does as the
# role that serves pages or works.
os.environ["BOTHWAYS_LOWER_ROLE"] = "1"
os.environ["BOTHWAYS_ROLE"] = "owner"
os.environ.setdefault("BOTHWAYS_HOSTS", "127.0.0.1,localhost,testserver")
os.environ.setdefault("BOTHWAYS_STATIC_ROOT", tempfile.mkdtemp(prefix="bothways-static-"))
os.environ.setdefault("BOTHWAYS_DEPARTURES", f"{tempfile.mkdtemp(prefix='bothways-left-')}/departures")
os.environ.setdefault("BOTHWAYS_PUBLISHED", tempfile.mkdtemp(prefix="bothways-published-"))
