"""What the rooms above may ask of this one."""

from bothways.pair.access import held_for_job, live_pair, open_pair
from bothways.pair.cards import CardChanged, Wanted
from bothways.pair.cards import save as save_card
from bothways.pair.cards import sign as sign_card
from bothways.pair.closings import closing_day, say_thanks
from bothways.pair.closings import drop as drop_closing
from bothways.pair.closings import plan as plan_closing
from bothways.pair.in_touch import say_in_touch, take_back_in_touch
from bothways.pair.models import Card, Pair
from bothways.pair.notices import is_told, tell_partner
from bothways.pair.notices import tell as tell_half
from bothways.pair.paths import card_path, pair_path
from bothways.pair.selectors import both_can, card_state, pairs_of, partner_id, partner_name
from bothways.pair.services import end, pause, resume, set_contact, share_in_pair
from bothways.pair.tiles import tiles
from bothways.pair.words import direction

__all__ = [
    "Card",
    "CardChanged",
    "Pair",
    "Wanted",
    "both_can",
    "card_path",
    "card_state",
    "closing_day",
    "direction",
    "drop_closing",
    "end",
    "held_for_job",
    "is_told",
    "live_pair",
    "open_pair",
    "pair_path",
    "pairs_of",
    "partner_id",
    "partner_name",
    "pause",
    "plan_closing",
    "resume",
    "save_card",
    "say_in_touch",
    "say_thanks",
    "set_contact",
    "share_in_pair",
    "sign_card",
    "take_back_in_touch",
    "tell_half",
    "tell_partner",
    "tiles",
]
