"""The rules of the house that no linter holds: doors, foreign keys, what every room must say of itself."""

from __future__ import annotations

import ast
import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from bothways.core.events import api as events
from bothways.core.outbox import api as outbox
from bothways.core.registry import api as registry

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "bothways"
# Top to bottom; siblings share a line.
HOUSE = [
    {"demo"},
    {"web"},
    {"insight"},
    {"meet", "talk", "days", "goals", "help", "gather"},
    {"pair"},
    {"match", "voice"},
    {"enrol", "report"},
    {"programme"},
    {"people"},
    {"core"},
]
FLOOR = {room: number for number, line in enumerate(HOUSE) for room in line}
# What Django itself must load by its place, and so may be named without its door.
GROUND = {
    "bothways.core.faults",
    "bothways.core.identity.middleware",
    "bothways.engine",
    "bothways.engine.api",
}


def sources() -> list[Path]:
    return [
        path
        for path in sorted(SOURCE.rglob("*.py"))
        if not {"tests", "migrations"} & set(path.relative_to(SOURCE).parts)
    ]


def imports_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return {name for name in found if name.startswith("bothways.")}


def is_door(name: str, room: str) -> bool:
    if any(name == door or name.startswith(f"{door}.") for door in GROUND):
        return True
    if room == "core":
        return bool(re.match(r"bothways\.core\.\w+\.api(\.|$)", name))
    return bool(re.match(rf"bothways\.{room}\.api(\.|$)", name))


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_room_is_entered_by_its_door(path: Path) -> None:
    parts = path.relative_to(SOURCE).parts
    own = parts[0] if len(parts) > 1 else ""
    if own not in FLOOR:
        return
    for name in imports_of(path):
        room = name.split(".")[1]
        if room == own or room not in FLOOR or room == "config":
            continue
        assert FLOOR[room] > FLOOR[own], f"{path.name} imports {name}, which is not below it"
        # `from bothways.enrol import api` names the package and then the door.
        doors = {n for n in imports_of(path) if n.startswith(f"{name}.") or n == name}
        assert any(is_door(door, room) for door in doors), f"{path} imports {name} past its door"


def test_foreign_keys_point_down_the_house() -> None:
    for model in apps.get_models():
        own = model._meta.app_label
        if own not in FLOOR:
            continue
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if not field.concrete or target is None or target == "self":
                continue
            label = target._meta.app_label
            if label in FLOOR and label != own:
                assert FLOOR[label] > FLOOR[own], f"{model.__name__}.{field.name} points up at {label}"


def test_every_room_with_people_exports_and_erases() -> None:
    holders = {
        model._meta.app_label
        for model in apps.get_models()
        if model._meta.app_label in FLOOR
        and any("person" in f.name or f.name == "owner_id" for f in model._meta.get_fields())
    }
    holders.discard("insight")
    assert holders <= set(registry.rooms()), holders - set(registry.rooms())


def test_core_is_erased_last() -> None:
    assert registry.rooms()[0] == "core"


def test_there_is_no_admin_and_no_browser_over_people() -> None:
    assert "django.contrib.admin" not in settings.INSTALLED_APPS


@pytest.mark.parametrize("room", sorted(FLOOR))
def test_no_file_is_longer_than_it_should_be(room: str) -> None:
    long = [
        f"{path.relative_to(SOURCE)}: {len(path.read_text().splitlines())}"
        for path in (SOURCE / room).rglob("*.py")
        if "migrations" not in path.parts and len(path.read_text().splitlines()) > 400
    ]
    assert not long


def test_every_event_and_notice_is_documented() -> None:
    words = (ROOT / "docs" / "reference" / "events.md").read_text()
    missing = [kind for kind in [*events.kinds(), *outbox.kinds()] if f"`{kind}`" not in words]
    assert not missing


def test_every_setting_is_documented() -> None:
    words = (ROOT / "docs" / "reference" / "settings.md").read_text()
    source = "\n".join(path.read_text() for path in sources())
    names = {
        f"BOTHWAYS_{name}" for name in re.findall(r"\b(?:env|env_flag|secret)\(\s*\"([A-Z_]+)\"", source)
    } | set(re.findall(r"\bBOTHWAYS_[A-Z_]+\b", source))
    missing = sorted(name for name in names if f"`{name}`" not in words)
    assert not missing


def test_every_dependency_has_its_line_of_reason() -> None:
    words = (ROOT / "docs" / "reference" / "dependencies.md").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lines = [*project["project"]["dependencies"], *chain(*project["dependency-groups"].values())]
    listed = [re.match(r"[\w-]+", line).group() for line in [*lines, *project["build-system"]["requires"]]]
    missing = [name for name in listed if f"`{name}`" not in words]
    assert not missing
