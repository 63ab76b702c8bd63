"""What people can say about themselves: fixed lists that ship with the product, in every page language.

Programmes choose from these lists and cannot add to them, because a free list is how a field for
origin, faith or legal status comes in by the back door (charter, promise 4). Numbers are for ever:
never reuse or reorder them, answers are stored as bits.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = Promise | str


@dataclass(frozen=True, slots=True)
class Item:
    number: int
    key: str
    words: Words

    @property
    def bit(self) -> int:
        return 1 << self.number


def _items(*pairs: tuple[str, Words]) -> tuple[Item, ...]:
    return tuple(Item(number, key, words) for number, (key, words) in enumerate(pairs))


INTERESTS = _items(
    ("cooking", _("Cooking")),
    ("baking", _("Baking")),
    ("gardening", _("Gardening")),
    ("walking", _("Walks")),
    ("hiking", _("Hiking")),
    ("cycling", _("Cycling")),
    ("swimming", _("Swimming")),
    ("football", _("Football")),
    ("ball_games", _("Other ball games")),
    ("chess", _("Chess")),
    ("board_games", _("Board games")),
    ("cards", _("Card games")),
    ("video_games", _("Video games")),
    ("reading", _("Books")),
    ("poetry", _("Poetry")),
    ("writing", _("Writing")),
    ("music_listening", _("Listening to music")),
    ("music_making", _("Making music")),
    ("singing", _("Singing")),
    ("dancing", _("Dancing")),
    ("films", _("Films")),
    ("theatre", _("Theatre")),
    ("museums", _("Museums")),
    ("painting", _("Painting and drawing")),
    ("photography", _("Photography")),
    ("sewing", _("Sewing")),
    ("knitting", _("Knitting")),
    ("woodwork", _("Woodwork")),
    ("repairs", _("Repairing things")),
    ("computers", _("Computers")),
    ("science", _("Science")),
    ("nature", _("Nature")),
    ("birds", _("Birds")),
    ("animals", _("Animals")),
    ("fishing", _("Fishing")),
    ("farming", _("Farming")),
    ("history", _("History")),
    ("travel", _("Travel")),
    ("coffee_tea", _("Coffee or tea together")),
    ("children_play", _("Playing with children")),
    ("study_help", _("Learning for school or exams")),
    ("work_life", _("Work and finding work")),
)

# What I need of the other person, and what I may say of myself, share numbers: need k is met by fact k.
NEEDS = _items(
    ("step_free", _("A place without steps")),
    ("no_pets", _("No pets where we meet")),
    ("no_smoke", _("No smoking where we meet")),
    ("only_women", _("Only women")),
    ("only_men", _("Only men")),
)

FACTS = _items(
    ("step_free", _("I can meet in a place without steps")),
    ("no_pets", _("I can meet where there are no pets")),
    ("no_smoke", _("I do not smoke when we meet")),
    ("only_women", _("I am a woman")),
    ("only_men", _("I am a man")),
)

MODES = _items(
    ("in_person", _("In person")),
    ("phone", _("By phone")),
    ("video", _("By video")),
    ("letter", _("By letter")),
)

# What a coordinator may be shown before a member is proposed to anybody. Of the papers themselves nothing
# is kept, and no kind names an authority or a register (decision 16).
CHECKS = _items(
    ("references", _("References")),
    ("papers", _("The papers that the law asks of volunteers here")),
    ("first_aid", _("First-aid course")),
    ("child_safety", _("Course on keeping children safe")),
)

DAYS: tuple[Words, ...] = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)
PARTS: tuple[Words, ...] = (_("morning"), _("afternoon"), _("evening"))
# Bit of a time of the week: day * 3 + part.
TIMES = len(DAYS) * len(PARTS)

LEVELS: tuple[Words, ...] = (
    _("a few words"),
    _("simple talk"),
    _("everyday talk"),
    _("fluent"),
)
# The level from which two people can hold a conversation in a language.
TALKING = 2

# BCP 47 codes; the number of a language is its place in this list.
LANGUAGES: tuple[str, ...] = tuple(
    (
        "en ar zh fr de es pt it nl pl uk ru tr fa prs ps kmr ckb ti am so om sw ha yo ig "
        "ur hi bn pa ta te ml gu mr ne si my th lo km vi id ms fil ja ko yue "
        "el ro bg sr hr bs sq mk sl sk cs hu fi sv nb da is et lv lt lb ga cy gd mt ca eu gl "
        "he hy ka az kk ky uz tg tk mn bo ug rw rn ln kg wo ff bm sn zu xh af mg ht qu ay gn eo "
        "dv rom"
    ).split()
)


def bits(items: Iterable[Item]) -> int:
    """The bits of these items, as answers are stored."""
    return functools.reduce(operator.or_, (item.bit for item in items), 0)


def chosen(items: Iterable[Item], answer: int) -> list[Item]:
    """The items whose bit is set in an answer, in the order of the list."""
    return [item for item in items if item.bit & answer]


def labels(items: Iterable[Item], answer: int) -> list[str]:
    """The words of the items whose bit is set in an answer, in the page language."""
    return [str(item.words) for item in chosen(items, answer)]


def bits_of(items: Iterable[Item], numbers: Iterable[int]) -> int:
    """The bits of the items with these numbers; numbers that are not in the list are left out."""
    wanted = set(numbers)
    return bits(item for item in items if item.number in wanted)
