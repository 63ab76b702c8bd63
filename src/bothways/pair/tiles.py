"""My pairs on the home page."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bothways.core.clock.api import now
from bothways.core.identity.api import Acting
from bothways.core.pages.api import Tile
from bothways.pair.in_touch import kept_after_end
from bothways.pair.models import Pair
from bothways.pair.paths import card_path, in_touch_path, pair_path
from bothways.pair.selectors import CardState, card_states, pairs_of, partner_id
from bothways.people import api as people

# How long the first page says that a pair ended, to either of the two.
SAID_FOR = timedelta(days=7)


def tiles(who: Acting) -> list[Tile]:
    """One tile for each pair of mine, for a week after its end too."""
    mine = pairs_of(who)
    kept = kept_after_end(who, mine)
    pairs = [
        pair for pair in mine if pair.ended_at is None or now() - pair.ended_at < SAID_FOR or pair.pk in kept
    ]
    if not pairs:
        return []
    # A pair that ended is not asked for: how long that takes would say if the other is still here.
    partners = {pair.pk: partner_id(pair, who.person_id) for pair in pairs if not pair.is_ended}
    names = people.names_for(who, [person_id for person_id in partners.values() if person_id])
    states = card_states(who, pairs)
    called = {pair_id: names.get(person_id or pair_id, "") for pair_id, person_id in partners.items()}
    return [
        _ended(pair, kept.get(pair.pk)) if pair.is_ended else _tile(pair, called[pair.pk], states[pair.pk])
        for pair in pairs
    ]


def _ended(pair: Pair, until: date | None) -> Tile:
    if until:
        words = _("Until %(day)s you can read what you two wrote to stay in touch.")
        words %= {"day": date_format(until, "DATE_FORMAT")}
        return Tile(_("This pair has ended"), words, in_touch_path(pair.pk), _("Open"))
    return Tile(_("This pair has ended"), _("Nothing is asked of you."), pair_path(pair.pk), _("Open"))


def _tile(pair: Pair, name: str, card: CardState) -> Tile:
    title = _("You and %(name)s") % {"name": name or _("your partner")}
    if pair.is_paused and pair.paused_until:
        until = date_format(pair.paused_until, "DATE_FORMAT")
        return Tile(title, _("Paused until %(date)s.") % {"date": until}, pair_path(pair.pk), _("Open"))
    if card.newest is None:
        words = _("Next: write a card together, about how you would like to meet.")
        return Tile(title, words, pair_path(pair.pk), _("Open"))
    if card.waits_for_me:
        words = _("Your card waits for you to read and sign.")
        return Tile(title, words, card_path(pair.pk), _("Read the card"), urgent=True)
    if card.waits_for_partner:
        words = _("You signed your card. Your partner has not signed yet.")
        return Tile(title, words, pair_path(pair.pk), _("Open"))
    return Tile(title, _("You both signed your card."), pair_path(pair.pk), _("Open"))
