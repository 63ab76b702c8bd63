"""Codes and numbers in words: why these two, why somebody is left over, how a round goes."""

from __future__ import annotations

from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bothways.match.models import Round
from bothways.programme import api as programme
from bothways.programme.api import catalogue

Words = Promise | str
# More shared times than this are counted and not listed.
MOST_TIMES = 3

NO_SUCH_ROUND = gettext_lazy("A round could not be started just now. Please try again in a minute.")
TOO_LATE = gettext_lazy(
    "It is too late to stop this round. It is over, or its proposals are just being written."
)

STAGES: dict[str, Words] = {
    "queued": gettext_lazy("Waiting for its turn."),
    "reading": gettext_lazy("Reading what members offer and would like."),
    "listing": gettext_lazy("Looking who would suit whom, both ways."),
    "solving": gettext_lazy("Finding the best set of pairs for everybody at once."),
    "checking": gettext_lazy("Checking that there is no better one."),
    "explaining": gettext_lazy("Putting the reasons into words."),
    "writing": gettext_lazy("Writing the proposals."),
    "done": gettext_lazy("Done. Everybody with a proposal can read it now."),
    "failed": gettext_lazy("This round could not be finished. Nothing was proposed."),
    "stopped": gettext_lazy("This round was stopped. Nothing was proposed, and nobody was told anything."),
}

FAULTS: dict[str, Words] = {
    "broken": gettext_lazy(
        "Something went wrong on our side. You can start another round. "
        "If it happens again, tell the people who run this server."
    ),
    "stopped": gettext_lazy(
        "The work on this round stopped three times. Tell the people who run this server, then start another."
    ),
    "unproved": gettext_lazy(
        "The result did not pass its check, so nothing of it was used. Tell the people who run this server."
    ),
}

# What the proof says, by kind of round and by whether all possible pairs were looked at.
PROVED: dict[str, dict[bool, Words]] = {
    Round.Kind.FULL: {
        True: gettext_lazy("Checked: no better set of pairs exists for these wishes."),
        False: gettext_lazy("Checked: no better set of pairs exists among the best matches of each member."),
    },
    Round.Kind.BETWEEN: {
        True: gettext_lazy("Checked: no better set of pairs exists for those who had a free place."),
        False: gettext_lazy(
            "Checked: no better set of pairs exists among the best matches of those who had a free place."
        ),
    },
}
# In an exchange the best of all is not always found, but always how far away it is at most.
NEARLY: dict[bool, Words] = {
    True: gettext_lazy(
        "Checked: this set of pairs is at most 1 in %(number)s away from the best there could be."
    ),
    False: gettext_lazy(
        "Checked: this set of pairs is at most 1 in %(number)s away from the best there could be "
        "among the best matches of each member."
    ),
}
# Being within a tenth of the best is no news.
WORTH_SAYING = 10

# By the engine's distance band; the last one is further than 50 km.
BANDS: dict[int, Words] = {
    0: gettext_lazy("You are less than 2 km apart."),
    1: gettext_lazy("You are less than 5 km apart."),
    2: gettext_lazy("You are less than 10 km apart."),
    3: gettext_lazy("You are less than 20 km apart."),
    4: gettext_lazy("You are less than 50 km apart."),
}

TOGETHER: dict[str, Words] = {
    "in_person": gettext_lazy("You both like to meet in person."),
    "phone": gettext_lazy("You both like to talk on the phone."),
    "video": gettext_lazy("You both like to meet by video."),
    "letter": gettext_lazy("You both like to write letters."),
}

# The engine says "nobody" when fewer than three people are meant, so that nobody can be made out.
LEFT_OVER: dict[str, Words] = {
    "nobody_yet": gettext_lazy("There are too few people here yet."),
    "nobody_language": gettext_lazy("There are too few people here yet with whom you share a language."),
    "nobody_needs": gettext_lazy(
        "There are too few people here yet who fit what you need, and whose needs you fit."
    ),
    "nobody_mode": gettext_lazy("There are too few people here yet who like to meet in the ways you chose."),
    "nobody_near": gettext_lazy("There are too few people yet who are near enough and would suit you."),
    "nobody_time": gettext_lazy("There are too few people yet who have time when you have time."),
    "all_taken": gettext_lazy(
        "There are people who would suit you. This time their places went to others. "
        "The longer you wait, the earlier it is your turn."
    ),
}


def explain_proof(done: Round) -> str:
    """What is proved about a round that is done, in a sentence; nothing where nothing is."""
    if done.state != Round.State.DONE:
        return ""
    if done.checked:
        return str(PROVED[done.kind][done.whole])
    if done.one_in is None or done.one_in < WORTH_SAYING:
        return ""
    # One digit is enough, rounded to the worse side.
    places = 10 ** (len(str(done.one_in)) - 1)
    number = number_format(done.one_in // places * places, force_grouping=True)
    return str(NEARLY[done.whole]) % {"number": number}


def explain_reasons(reasons: dict[str, Any]) -> list[str]:
    """Why two people are proposed to each other, as sentences in the active language; the same for both."""
    said = [
        *(
            _("You both speak %(language)s.") % {"language": _language(number)}
            for number in reasons.get("both", [])
        ),
        *(
            _("One of you speaks %(language)s and the other would like to learn it.")
            % {"language": _language(number)}
            for number in reasons.get("taught", [])
        ),
        *_distance(reasons.get("band")),
        *_times(reasons.get("times", 0)),
        *(str(TOGETHER[item.key]) for item in catalogue.MODES if reasons.get("modes", 0) & item.bit),
        *(
            _("You both chose: %(interest)s.") % {"interest": label}
            for label in programme.labels(catalogue.INTERESTS, reasons.get("interests", 0))
        ),
    ]
    return [sentence for sentence in said if sentence]


def explain_left_over(reason: str) -> Words:
    """Why I have no proposal, in a sentence."""
    return LEFT_OVER.get(reason, LEFT_OVER["nobody_yet"])


def explain_hint(hint: dict[str, Any]) -> str:
    """What would reach somebody, in a sentence: the change and, in a round number, how many are behind it."""
    return _hint(str(hint["change"]), int(hint["value"]), int(hint["people"]))


def _hint(change: str, value: int, people: int) -> str:
    number = {"number": people}
    match change:
        case "radius":
            return ngettext(
                "At least %(number)d person would be in reach if you said up to %(km)d km.",
                "At least %(number)d people would be in reach if you said up to %(km)d km.",
                people,
            ) % {**number, "km": value}
        case "time":
            return ngettext(
                "At least %(number)d person has time on %(time)s.",
                "At least %(number)d people have time on %(time)s.",
                people,
            ) % {**number, "time": time_words(value)}
        case "mode":
            return ngettext(
                "At least %(number)d person would be in reach if you also chose: %(mode)s.",
                "At least %(number)d people would be in reach if you also chose: %(mode)s.",
                people,
            ) % {**number, "mode": _mode(value)}
        case "speak":
            return ngettext(
                "At least %(number)d person would be in reach if you also speak %(language)s.",
                "At least %(number)d people would be in reach if you also speak %(language)s.",
                people,
            ) % {**number, "language": _language(value)}
        case "learn":
            return ngettext(
                "At least %(number)d person would be in reach if you would also like to learn %(language)s.",
                "At least %(number)d people would be in reach if you would also like to learn %(language)s.",
                people,
            ) % {**number, "language": _language(value)}
        case "need":
            return ngettext(
                "At least %(number)d person would be in reach if you could do without: %(need)s.",
                "At least %(number)d people would be in reach if you could do without: %(need)s.",
                people,
            ) % {**number, "need": _item(catalogue.NEEDS, value)}
    return ""


def time_words(bit: int) -> str:
    """One time of the week: "Tuesday evening"."""
    day, part = divmod(bit, len(catalogue.PARTS))
    return _("%(day)s %(part)s") % {"day": catalogue.DAYS[day], "part": catalogue.PARTS[part]}


def _times(bits: int) -> list[str]:
    shared = [bit for bit in range(catalogue.TIMES) if bits >> bit & 1]
    listed, more = shared[:MOST_TIMES], len(shared) - MOST_TIMES
    said = [_("%(time)s suits you both.") % {"time": time_words(bit)} for bit in listed]
    if more > 0:
        said.append(
            ngettext("%(number)d more time suits you both.", "%(number)d more times suit you both.", more)
            % {"number": more}
        )
    return said


def _distance(band: int | None) -> list[str]:
    if band is None:
        return []
    return [str(BANDS.get(band, _("You are in the same wider area.")))]


def _language(number: int) -> str:
    return programme.language_label(number)


def _mode(bit: int) -> str:
    return next((str(item.words) for item in catalogue.MODES if item.bit == bit), "")


def _item(items: tuple[catalogue.Item, ...], number: int) -> str:
    return next((str(item.words) for item in items if item.number == number), "")
