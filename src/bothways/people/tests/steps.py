"""What a person does to get in: the steps that many tests begin with."""

from __future__ import annotations

import re

from django.core import mail
from django.test import Client
from django.urls import reverse

CODE = re.compile(r"^([A-Z]{4}-[A-Z]{4})$", re.MULTILINE)


def visitor() -> Client:
    return Client(HTTP_ACCEPT_LANGUAGE="en")


def newest_code() -> str:
    found = CODE.search(str(mail.outbox[-1].body))
    assert found, mail.outbox[-1].body
    return found.group(1)


def ask_to_join(client: Client, address: str, **more):
    return client.post(reverse("account_signup"), {"email": address, "adult": "on", **more})


def ask_for_code(client: Client, address: str):
    return client.post(reverse("account_login"), {"email": address})


def join(client: Client, address: str) -> None:
    assert ask_to_join(client, address).status_code == 302
    response = client.post(reverse("account_email_verification_sent"), {"code": newest_code()})
    assert response.status_code == 302


def sign_in(client: Client, address: str):
    assert ask_for_code(client, address).status_code == 302
    return client.post(reverse("account_confirm_login_code"), {"code": newest_code()})


def is_in(client: Client) -> bool:
    return client.get(reverse("me")).status_code == 200
