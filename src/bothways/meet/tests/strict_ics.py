"""A small strict reader of RFC 5545, written from the text of the standard and not from our writer."""

from __future__ import annotations

import re
from datetime import UTC, datetime

PROPERTY = re.compile(
    r'^(?P<name>[A-Z0-9-]+)(?P<params>(;[A-Z0-9-]+=("[^"\x00-\x1f]*"|[^";:,\x00-\x1f]*))*):(?P<value>[^\x00-\x08\x0a-\x1f]*)$'
)
ONCE = {"UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "STATUS", "SUMMARY"}


def read(raw: bytes) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The calendar's own properties and its events. Raises AssertionError for what is not in the standard."""
    lines = _unfold(raw)
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    calendar: dict[str, str] = {}
    events: list[dict[str, str]] = []
    inside = calendar
    for line in lines[1:-1]:
        match = PROPERTY.match(line)
        assert match, f"not a property: {line!r}"
        name, value = match["name"], match["value"]
        if name == "BEGIN":
            assert value == "VEVENT" and inside is calendar, line
            inside = {}
        elif name == "END":
            assert value == "VEVENT" and inside is not calendar, line
            events.append(_checked(inside))
            inside = calendar
        else:
            assert name not in inside, f"{name} twice"
            inside[name] = value
    assert inside is calendar
    assert calendar["VERSION"] == "2.0"
    assert calendar["PRODID"]
    return calendar, events


def moment(value: str) -> datetime:
    """A date-time in UTC; no other form is taken."""
    assert re.fullmatch(r"\d{8}T\d{6}Z", value), value
    return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def _unfold(raw: bytes) -> list[str]:
    assert raw.endswith(b"\r\n")
    physical = raw.removesuffix(b"\r\n").split(b"\r\n")
    logical: list[bytes] = []
    for line in physical:
        assert b"\r" not in line and b"\n" not in line
        assert 0 < len(line) <= 75, len(line)
        if line[:1] in {b" ", b"\t"}:
            logical[-1] += line[1:]
        else:
            logical.append(line)
    return [line.decode("utf-8") for line in logical]


def _checked(event: dict[str, str]) -> dict[str, str]:
    assert event.keys() >= ONCE, ONCE - event.keys()
    assert moment(event["DTSTART"]) < moment(event["DTEND"])
    moment(event["DTSTAMP"])
    assert event["SEQUENCE"].isdigit()
    assert event["STATUS"] in {"TENTATIVE", "CONFIRMED", "CANCELLED"}
    assert not re.search(r"(?<!\\)[;,]", event["SUMMARY"])
    return event
