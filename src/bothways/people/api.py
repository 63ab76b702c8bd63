"""What the rooms above may ask of this one."""

from bothways.people.addresses import opaque as stored_form
from bothways.people.browsers import PasskeyNeeded, passkey_shown, require_passkey, signed_in_with_passkey
from bothways.people.demo_texts import newest as demo_texts
from bothways.people.leaving import leave
from bothways.people.models import Person
from bothways.people.networks import network_of
from bothways.people.reach_services import Wanted as WantedReach
from bothways.people.reach_services import save as save_reach
from bothways.people.reaching import gets_texts, zone_of
from bothways.people.selectors import language_of, my_name, names_for, time_zone_of, time_zones_of
from bothways.people.services import NAME_LENGTH, open_account, set_language, set_name
from bothways.people.sms.asking import ask_by_text, can_answer_by_text
from bothways.people.sms.gateway import is_on as texts_are_sent
from bothways.people.sms.phones import add as add_phone
from bothways.people.sms.phones import confirm as confirm_phone

__all__ = [
    "NAME_LENGTH",
    "PasskeyNeeded",
    "Person",
    "WantedReach",
    "add_phone",
    "ask_by_text",
    "can_answer_by_text",
    "confirm_phone",
    "demo_texts",
    "gets_texts",
    "language_of",
    "leave",
    "my_name",
    "names_for",
    "network_of",
    "open_account",
    "passkey_shown",
    "require_passkey",
    "save_reach",
    "set_language",
    "set_name",
    "signed_in_with_passkey",
    "stored_form",
    "texts_are_sent",
    "time_zone_of",
    "time_zones_of",
    "zone_of",
]
