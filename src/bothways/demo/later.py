"""What some pairs do as the weeks go on: a rhythm, next steps, a few hours of help, a good ending."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import time, timedelta

from bothways.core.clock.api import now, today, travelled
from bothways.core.walls import api as walls
from bothways.demo.life import Living
from bothways.demo.place import days_ago, sign_in
from bothways.demo.reached import invite, reach, words_on_phone
from bothways.demo.together import Couple
from bothways.goals import api as goals
from bothways.help import api as help_
from bothways.meet import api as meet
from bothways.pair import api as pairs
from bothways.programme.api import catalogue
from bothways.talk import api as talk

# How many pairs, and since how many days. Their sessions of then still stand today.
SOME, SINCE = 36, 20.0
# Every so many of them have ended well meanwhile.
OVER = 8
ZONE = "Europe/Berlin"
HOURS = (time(10), time(15), time(18))
# In the page language of whoever writes, if the other reads it too; English otherwise.
LETTER = {
    "en": "Thank you for the walk on Sunday. I showed my sister the photo of the lake, and she asked when we "
    "go there again. I am learning ten words a day now. My favourite of today is: raincoat.",
    "ar": "شكرًا على نزهة الأحد. أريت أختي صورة البحيرة فسألت: متى نذهب مرة أخرى؟ "
    "أتعلّم الآن عشر كلمات كل يوم.",
    "zh": "谢谢你星期天陪我散步。我把湖边的照片给妹妹看了，她问我们什么时候再去。我现在每天学十个新词。",
}
ANSWER = {
    "en": "What a nice letter! Let us go next week, if it does not rain.",
    "ar": "يا لها من رسالة جميلة! لنذهب الأسبوع المقبل إن لم تمطر.",
    "zh": "你写得真好！下个星期不下雨的话，我们就去。",
}
STEPS = {
    "en": ("Ring the doctor myself", "Find a place in a choir", "Read one page aloud every evening"),
    "ar": ("أن أتصل بالطبيب بنفسي", "أن أجد مكانًا في جوقة", "أن أقرأ صفحة بصوت عالٍ كل مساء"),
    "zh": ("自己给医生打电话", "找一个合唱团", "每天晚上朗读一页"),
}
THANKS = {
    "en": "Thank you for the whole spring. I know my way around here now, and that is because of you.",
    "ar": "شكرًا على الربيع كله. صرت أعرف طريقي هنا، والفضل لك.",
    "zh": "谢谢你陪我度过整个春天。现在我认识这里的路了，多亏了你。",
}
IN_TOUCH = {
    "en": "Ring me when you like, or come by on a Sunday: 0171 3920044.",
    "ar": "اتصل بي متى شئت، أو زرني يوم أحد: 0171 3920044.",
    "zh": "想打电话就打给我，星期天也可以来坐坐：0171 3920044。",
}
KINDS = ("harvest", "moving", "repairs", "lift")


def some_of(couples: Sequence[Couple]) -> list[Couple]:
    """A few dozen of these pairs: Bo's, and others spread over all of them."""
    first = [one for one in couples if "Bo" in (one.one.invented.name, one.other.invented.name)]
    rest = [one for one in couples if one not in first[:1]]
    step = max(1, len(rest) // SOME)
    return [*first[:1], *rest[::step]][:SOME]


def go_on(batch: Sequence[Couple]) -> list[uuid.UUID]:
    """Each of these pairs that still stands goes on, each in its own way."""
    with travelled(days_ago(SINCE)):
        awake = [one for one in map(_wakes, batch) if one is not None]
    for number, couple in enumerate(awake):
        if number % OVER == OVER - 1:
            _stay_in_touch(couple)
            continue
        for share, does in WAYS:
            if number % share == 0:
                does(couple)
    _lend_hands(awake)
    return [couple.pair_id for couple in batch]


def _wakes(couple: Couple) -> Couple | None:
    """Both sign in again; None where their pair has ended."""
    one, other = (Living(sign_in(each.who.person_id), each.invented) for each in (couple.one, couple.other))
    with walls.acting_with(one.who.token):
        if couple.pair_id not in [pair.pk for pair in pairs.pairs_of(one.who) if not pair.is_ended]:
            return None
    return replace(couple, one=one, other=other, when=SINCE)


def _said(words: dict[str, str], writer: Living, reader: Living) -> str:
    same = writer.invented.language == reader.invented.language
    return words[writer.invented.language] if same else words["en"]


def _meets_regularly(couple: Couple) -> None:
    """A rhythm from a time that both can; what lay behind took place, and one date is left out."""
    both = couple.one.invented.answers["times"] & couple.other.invented.answers["times"]
    bit = next((bit for bit in range(catalogue.TIMES) if both >> bit & 1), 3 * 5)
    weekday, part = divmod(bit, len(catalogue.PARTS))
    with travelled(days_ago(SINCE)), walls.acting_with(couple.one.who.token):
        first = today() + timedelta(days=1 + (weekday - today().weekday() - 1) % 7)
        weekly = couple.one.invented.luck[3] < 0.6
        rhythm = meet.Rhythm("weekly" if weekly else "fortnightly", first, HOURS[part], ZONE)
        wanted = meet.WantedSeries(rhythm, 90, 0, meet.Where("At the fountain", ""))
        series = meet.choose_series(couple.one.who, pair_id=couple.pair_id, seen="", wanted=wanted)
        dates = list(meet.Meeting.objects.filter(series=series).order_by("slot"))
    for date in [each for each in dates if each.ends_at < now()]:
        with travelled(date.ends_at + timedelta(hours=2) - now()):
            for each in (couple.one, couple.other):
                with walls.acting_with(each.who.token):
                    meet.say_it_took_place(each.who, meeting_id=date.pk)
    ahead = [each for each in dates if each.starts_at > now()]
    if couple.other.invented.luck[3] < 0.3 and len(ahead) > 2:
        with walls.acting_with(couple.other.who.token):
            meet.cancel(couple.other.who, meeting_id=ahead[1].pk)


def _write_letters(couple: Couple) -> None:
    """Long enough to be printed and sent on paper."""
    for days, writer, reader, words in (
        (9.0, couple.other, couple.one, LETTER),
        (8.5, couple.one, couple.other, ANSWER),
    ):
        with travelled(days_ago(days)), walls.acting_with(writer.who.token):
            talk.send(writer.who, pair_id=couple.pair_id, words=_said(words, writer, reader))


def _take_steps(couple: Couple) -> None:
    """Two next steps that the partner reads, one of them done, and one that is nobody else's business."""
    mine = couple.other
    words = STEPS[mine.invented.language if mine.invented.language in STEPS else "en"]
    with travelled(days_ago(12)), walls.acting_with(mine.who.token):
        shown = [goals.add(mine.who, words=each, pair_id=couple.pair_id) for each in words[:2]]
        goals.add(mine.who, words=words[2])
    with travelled(days_ago(5)), walls.acting_with(mine.who.token):
        goals.tick(mine.who, goal_id=shown[0].pk, done=True)


def _ask_on(couple: Couple) -> None:
    """A request that goes on to the coordinators and to a service, if the partner finds no time."""
    asker = couple.other
    with travelled(days_ago(1.5)), walls.acting_with(asker.who.token):
        services = help_.choices(couple.programme_id)
        ladder = help_.Ladder(True, services[0][0] if services else None, 7)
        help_.ask(
            asker.who,
            programme_id=couple.programme_id,
            pair_id=couple.pair_id,
            kind="papers",
            words="A letter from the health insurance: what do they want to know?",
            ladder=ladder,
        )


def _plan_an_end(couple: Couple) -> None:
    with travelled(days_ago(4)), walls.acting_with(couple.one.who.token):
        pairs.plan_closing(couple.one.who, pair_id=couple.pair_id, day=today() + timedelta(days=30))
    with travelled(days_ago(3)), walls.acting_with(couple.other.who.token):
        words = _said(THANKS, couple.other, couple.one)
        pairs.say_thanks(couple.other.who, pair_id=couple.pair_id, words=words)


def _stay_in_touch(couple: Couple) -> None:
    """An ending on the day that both chose, and what each may keep of the other: to read for a month."""
    with travelled(days_ago(18)), walls.acting_with(couple.one.who.token):
        pairs.plan_closing(couple.one.who, pair_id=couple.pair_id, day=today() + timedelta(days=13))
    for days, writer, reader in ((10.0, couple.other, couple.one), (9.0, couple.one, couple.other)):
        with travelled(days_ago(days)), walls.acting_with(writer.who.token):
            pairs.say_thanks(writer.who, pair_id=couple.pair_id, words=_said(THANKS, writer, reader))
            pairs.say_in_touch(writer.who, pair_id=couple.pair_id, words=_said(IN_TOUCH, writer, reader))
    with travelled(days_ago(4)), walls.acting_with(couple.other.who.token):
        pairs.end(couple.other.who, pair_id=couple.pair_id)


def _lend_hands(couples: Sequence[Couple]) -> None:
    """Those who offer company like some kinds of work. In every fifth pair the other asks."""
    for number, couple in enumerate(couples):
        with travelled(days_ago(14)), walls.acting_with(couple.one.who.token):
            kinds = {KINDS[number % len(KINDS)], KINDS[(number + 1) % len(KINDS)]}
            help_.set_likes(couple.one.who, programme_id=couple.programme_id, kinds=kinds)
    for number in range(0, len(couples) - 1, 5):
        asker, helper = couples[number].other, couples[number + 1].one
        with travelled(days_ago(2)):
            with walls.acting_with(asker.who.token):
                asked = help_.ask_for_hand(
                    asker.who,
                    programme_id=couples[number].programme_id,
                    kind=KINDS[(number + 1) % len(KINDS)],
                    day=today() + timedelta(days=9),
                    hours=3,
                )
            with walls.acting_with(helper.who.token):
                said = help_.offer_hand(helper.who, ask_id=asked.pk, words="I have a car. Ring 0171 3920033.")
            # Some are still waiting for the second yes.
            if number % 10 == 0:
                with walls.acting_with(asker.who.token):
                    help_.accept_hand(
                        asker.who, ask_id=asked.pk, yes_id=said.pk, words="Ring at Linden Street 4, please."
                    )


# Every how many of these pairs does it.
WAYS: tuple[tuple[int, Callable[[Couple], None]], ...] = (
    (1, _meets_regularly),
    (2, _write_letters),
    (2, _take_steps),
    (4, _ask_on),
    (6, _plan_an_end),
    (3, reach),
    (9, invite),
    (SOME, words_on_phone),
)
