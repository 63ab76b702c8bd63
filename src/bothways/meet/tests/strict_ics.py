"""A small strict reader of RFC 5545, written from the text of the standard and not from our writer."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

PROPERTY = re.compile(
    r'^(?P<name>[A-Z0-9-]+)(?P<params>(;[A-Z0-9-]+=("[^"\x00-\x1f]*"|[^";:,\x00-\x1f]*))*):(?P<value>[^\x00-\x08\x0a-\x1f]*)$'
)
ONCE = {"UID", "DTSTAMP", "DTSTART", "SEQUENCE", "STATUS", "SUMMARY"}
INSIDE = {"VCALENDAR": {"VEVENT", "VTIMEZONE"}, "VTIMEZONE": {"STANDARD", "DAYLIGHT"}}
ALWAYS_UTC = [(datetime(1970, 1, 1), timedelta(0), timedelta(0))]
OFFSET = re.compile(r"([+-])(\d\d)(\d\d)(\d\d)?")


@dataclass
class Part:
    """A component: its properties, the zone that each one names, and the parts inside it."""

    kind: str
    values: dict[str, str] = field(default_factory=dict)
    zones: dict[str, str] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)


def read(raw: bytes) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The calendar's own properties and its events. Raises AssertionError for what is not in the standard."""
    whole = parsed(raw)
    return whole.values, [part.values for part in whole.parts if part.kind == "VEVENT"]


def parsed(raw: bytes) -> Part:
    """The whole calendar."""
    top, stack = Part(""), [Part("")]
    stack[0] = top
    for line in _unfold(raw):
        match = PROPERTY.match(line)
        assert match, f"not a property: {line!r}"
        name, value, params = match["name"], match["value"], match["params"]
        if name == "BEGIN":
            assert stack[-1] is top or value in INSIDE.get(stack[-1].kind, ()), line
            part = Part(value)
            stack[-1].parts.append(part)
            stack.append(part)
        elif name == "END":
            assert stack.pop().kind == value, line
        else:
            assert name not in stack[-1].values, f"{name} twice"
            stack[-1].values[name] = value
            if zone := re.search(r";TZID=([^;]+)", params):
                stack[-1].zones[name] = zone[1]
    assert stack == [top] and not top.values
    (calendar,) = top.parts
    assert calendar.kind == "VCALENDAR"
    assert calendar.values["VERSION"] == "2.0"
    assert calendar.values["PRODID"]
    known = [part.values["TZID"] for part in calendar.parts if part.kind == "VTIMEZONE"]
    assert len(known) == len(set(known))
    for event in calendar.parts:
        if event.kind == "VEVENT":
            _check(event)
            assert set(event.zones.values()) <= set(known)
    return calendar


def moment(value: str) -> datetime:
    """A date-time in UTC; no other form is taken."""
    assert re.fullmatch(r"\d{8}T\d{6}Z", value), value
    return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def occurrences(raw: bytes, until: datetime) -> list[tuple[datetime, timedelta]]:
    """When everything in a calendar begins before `until`, and how long it is. Cancelled events are none."""
    calendar = parsed(raw)
    changes = {part.values["TZID"]: _changes(part) for part in calendar.parts if part.kind == "VTIMEZONE"}
    events = [part for part in calendar.parts if part.kind == "VEVENT"]
    found: dict[tuple[str, datetime], tuple[datetime, timedelta]] = {}
    # The rule first: what stands beside it under the same UID takes the place of one of its dates.
    for event in sorted(events, key=lambda one: "RECURRENCE-ID" in one.values):
        uid, offsets = event.values["UID"], changes.get(event.zones.get("DTSTART", ""), ALWAYS_UTC)
        if event.values["STATUS"] == "CANCELLED":
            continue
        if "RECURRENCE-ID" in event.values:
            # Each of the two times names its own zone.
            of_rule = changes.get(event.zones.get("RECURRENCE-ID", ""), ALWAYS_UTC)
            instead = _utc(_wall(event.values["RECURRENCE-ID"]), of_rule)
            assert (uid, instead) in found or instead >= until
            found[uid, instead] = _one(event, offsets)
            continue
        for begins in _expanded(event, offsets, until):
            found[uid, begins] = (begins, _one(event, offsets)[1])
    return sorted(one for one in found.values() if one[0] < until)


def _one(event: Part, offsets: list[tuple[datetime, timedelta, timedelta]]) -> tuple[datetime, timedelta]:
    begins = _begin(event, "DTSTART", offsets)
    if "DURATION" in event.values:
        match = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?", event.values["DURATION"])
        assert match, event.values["DURATION"]
        days, hours, minutes = (int(part or 0) for part in match.groups())
        return begins, timedelta(days=days, hours=hours, minutes=minutes)
    return begins, _begin(event, "DTEND", offsets) - begins


def _begin(event: Part, name: str, offsets: list[tuple[datetime, timedelta, timedelta]]) -> datetime:
    value = event.values[name]
    return moment(value) if value.endswith("Z") else _utc(_wall(value), offsets)


def _expanded(
    event: Part, offsets: list[tuple[datetime, timedelta, timedelta]], until: datetime
) -> list[datetime]:
    if "RRULE" not in event.values:
        return [_begin(event, "DTSTART", offsets)]
    rule = dict(part.split("=") for part in event.values["RRULE"].split(";"))
    last = moment(rule["UNTIL"]) if "UNTIL" in rule else until
    left_out = {_wall(value) for value in event.values.get("EXDATE", "").split(",") if value}
    first, found = _wall(event.values["DTSTART"]), []
    day = first
    while (begins := _utc(day, offsets)) <= last and begins < until:
        if _fits(rule, first, day) and day not in left_out:
            found.append(begins)
        day += timedelta(days=1)
    return found


def _fits(rule: dict[str, str], first: datetime, day: datetime) -> bool:
    assert rule.keys() <= {"FREQ", "INTERVAL", "BYDAY", "WKST", "UNTIL"}, rule
    match = re.fullmatch(r"(-?\d)?(MO|TU|WE|TH|FR|SA|SU)", rule["BYDAY"])
    assert match
    if day.weekday() != "MO TU WE TH FR SA SU".split().index(match[2]):
        return False
    if rule["FREQ"] == "MONTHLY":
        number = int(match[1])
        if number == -1:
            return (day + timedelta(days=7)).month != day.month
        return (day.day + 6) // 7 == number
    assert rule["FREQ"] == "WEEKLY" and match[1] is None
    monday, other = (one.date() - timedelta(days=one.weekday()) for one in (first, day))
    return (other - monday).days // 7 % int(rule.get("INTERVAL", "1")) == 0


def _wall(value: str) -> datetime:
    # Whether the letter may be there was checked before: it stands where no zone is named, and there alone.
    value = value.removesuffix("Z")
    assert re.fullmatch(r"\d{8}T\d{6}", value), value
    return datetime.strptime(value, "%Y%m%dT%H%M%S")  # noqa: DTZ007 (a time on a clock, not a moment)


def _changes(zone: Part) -> list[tuple[datetime, timedelta, timedelta]]:
    """When the clocks of a zone change, on the clock before; the offset before and after; in order."""
    found = []
    for part in zone.parts:
        assert "RRULE" not in part.values
        before, after = (_offset(part.values[f"TZOFFSET{which}"]) for which in ("FROM", "TO"))
        days = [part.values["DTSTART"], *filter(None, part.values.get("RDATE", "").split(","))]
        found += [(_wall(day), before, after) for day in days]
    return sorted(found)


def _offset(value: str) -> timedelta:
    match = OFFSET.fullmatch(value)
    assert match, value
    size = timedelta(hours=int(match[2]), minutes=int(match[3]), seconds=int(match[4] or 0))
    return -size if match[1] == "-" else size


def _utc(wall: datetime, offsets: list[tuple[datetime, timedelta, timedelta]]) -> datetime:
    """The moment that a clock shows. Jumped over: by the offset before. Shown twice: the first time."""
    assert offsets, "a time on a clock needs its zone"
    for onset, before, after in reversed(offsets):
        # `onset` is on the clock before the change. Forward, the jumped hour belongs to the offset before;
        # back, the hour that comes twice is meant the first time.
        until = onset + max(after - before, timedelta(0))
        if wall >= until:
            return (wall - after).replace(tzinfo=UTC)
        if wall >= onset - max(before - after, timedelta(0)) and before != after:
            return (wall - before).replace(tzinfo=UTC)
    return (wall - offsets[0][1]).replace(tzinfo=UTC)


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


def _check(event: Part) -> None:
    values = event.values
    assert values.keys() >= ONCE, ONCE - values.keys()
    assert ("DTEND" in values) != ("DURATION" in values)
    if "DTEND" in values:
        assert moment(values["DTSTART"]) < moment(values["DTEND"])
    for name in ("DTSTART", "EXDATE", "RECURRENCE-ID"):
        if name in values:
            assert values[name].endswith("Z") != (name in event.zones), name
    moment(values["DTSTAMP"])
    assert values["SEQUENCE"].isdigit()
    assert values["STATUS"] in {"TENTATIVE", "CONFIRMED", "CANCELLED"}
    assert not re.search(r"(?<!\\)[;,]", values["SUMMARY"])
