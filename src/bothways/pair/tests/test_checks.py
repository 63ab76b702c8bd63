"""A partner reads which checks are valid and until which month, and nobody else does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bothways.core.clock.api import travelled
from bothways.enrol.tests.factory import asking, checked
from bothways.pair import services
from bothways.pair.paths import pair_path

pytestmark = pytest.mark.django_db


def page(person, pair) -> str:
    return person.browser().get(pair_path(pair.id)).content.decode()


def test_the_partner_reads_kind_and_month(amina, bo, eli, programme, pair) -> None:
    asking(eli, programme)
    assert "showed a coordinator" not in page(bo, pair)
    done = checked(amina, programme, eli, days=40)
    assert f"References, valid until {done.valid_until:%B %Y}" in page(bo, pair)
    assert "What Amina showed a coordinator" in page(bo, pair)
    assert "showed a coordinator" not in page(amina, pair)
    with travelled(timedelta(days=41)):
        assert "References" not in page(bo, pair)
    assert eli.browser().get(pair_path(pair.id)).status_code == 404


def test_when_the_pair_ends_the_check_is_seen_no_more(amina, bo, eli, programme, pair) -> None:
    asking(eli, programme)
    checked(amina, programme, eli)
    services.end(amina.who, pair_id=pair.id)
    assert "References" not in page(bo, pair)
