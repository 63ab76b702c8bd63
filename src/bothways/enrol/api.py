"""What the rooms above may ask of this one."""

from bothways.enrol.checks import lacking, of_partner
from bothways.enrol.models import Enrolment
from bothways.enrol.places import give_back, take_places
from bothways.enrol.selectors import (
    Pooled,
    agreeing_people,
    consents,
    counted,
    of_person,
    offering_people,
    pool,
    text_of_figures,
)
from bothways.enrol.services import confirm, consent, pause, resume, save, send, start, withdraw
from bothways.enrol.tiles import tiles
from bothways.enrol.words import summary

__all__ = [
    "Enrolment",
    "Pooled",
    "agreeing_people",
    "confirm",
    "consent",
    "consents",
    "counted",
    "give_back",
    "lacking",
    "of_partner",
    "of_person",
    "offering_people",
    "pause",
    "pool",
    "resume",
    "save",
    "send",
    "start",
    "summary",
    "take_places",
    "text_of_figures",
    "tiles",
    "withdraw",
]
