"""What the rooms above may ask of this one."""

from bothways.programme import catalogue, codes, towns
from bothways.programme.access import (
    by_id,
    by_slug,
    coordinating,
    coordinator_of,
    open_programme,
    public_programme,
    require_coordinator,
)
from bothways.programme.catalogue import labels
from bothways.programme.default_texts import PURPOSES, consent_words
from bothways.programme.languages import language_label
from bothways.programme.models import Area, ConsentText, Programme, Side, Staff
from bothways.programme.selectors import (
    all_programmes,
    area_tree,
    areas,
    coordinator_ids,
    coordinators,
    due_rounds,
    languages_of,
    leaves,
    looking_between,
    open_programmes,
    sides,
    standing_text_ids,
    standing_texts,
    text_versions,
)
from bothways.programme.services import (
    SideWords,
    add_area,
    close,
    create_programme,
    new_setup_code,
    plan_next_round,
    publish,
    set_basics,
    set_lists,
    set_sides,
)
from bothways.programme.services.guard import as_coordinator
from bothways.programme.tiles import tiles

__all__ = [
    "PURPOSES",
    "Area",
    "ConsentText",
    "Programme",
    "Side",
    "SideWords",
    "Staff",
    "add_area",
    "all_programmes",
    "area_tree",
    "areas",
    "as_coordinator",
    "by_id",
    "by_slug",
    "catalogue",
    "close",
    "codes",
    "consent_words",
    "coordinating",
    "coordinator_ids",
    "coordinator_of",
    "coordinators",
    "create_programme",
    "due_rounds",
    "labels",
    "language_label",
    "languages_of",
    "leaves",
    "looking_between",
    "new_setup_code",
    "open_programme",
    "open_programmes",
    "plan_next_round",
    "public_programme",
    "publish",
    "require_coordinator",
    "set_basics",
    "set_lists",
    "set_sides",
    "sides",
    "standing_text_ids",
    "standing_texts",
    "text_versions",
    "tiles",
    "towns",
]
