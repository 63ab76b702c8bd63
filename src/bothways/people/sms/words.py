"""STOP and START in the languages of the pages, and in what people are used to write elsewhere."""

from __future__ import annotations

from bothways.core.asks.api import Said, simple

_STOP = "stop stopall unsubscribe end quit cancel td توقف توقفوا أوقف أوقفوا إيقاف قف إلغاء إنهاء"
STOP = frozenset(simple(_STOP).split())
# Chinese is written without blanks: these count wherever they stand.
STOP_WITHIN = ("停止", "退订", "退訂", "取消", "停")
START = frozenset(simple("start unstop ابدأ ابدء ابدؤوا بدء تشغيل 开始 開始 恢复 恢復").split())


def is_stop(said: Said) -> bool:
    """STOP counts wherever it stands: rather once too often."""
    whole = "".join(said.letters)
    return bool(STOP & set(said.letters)) or any(word in whole for word in STOP_WITHIN)


def is_start(said: Said) -> bool:
    return bool(said.letters) and said.letters[0] in START
