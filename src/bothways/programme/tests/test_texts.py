from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.translation import override
from tests.cast import someone

from bothways.core.faults import Refused
from bothways.core.identity.api import acting, open_entry
from bothways.programme import api, services
from bothways.programme.models import ConsentText, Staff
from bothways.programme.tests.factory import a_programme

pytestmark = pytest.mark.django_db


@pytest.fixture
def eli():
    return someone("Eli")


@pytest.fixture
def programme(eli):
    return a_programme(eli)


def save(eli, programme, words, purpose="match") -> ConsentText:
    return services.save_text(eli.who, programme_id=programme.id, purpose=purpose, words=words)


def test_the_first_version_holds_the_products_own_words(programme) -> None:
    for purpose, text in api.standing_texts(programme.id).items():
        assert text.version == 1
        assert text.words["en"]
        with override("en"):
            assert api.consent_words(text) == text.words["en"], purpose


def test_saving_makes_the_next_version_and_keeps_the_old(eli, programme) -> None:
    second = save(eli, programme, {"en": " Yes?\r\n", "ar": "نعم؟", "xx": "ignored"})
    assert (second.version, second.words) == (2, {"en": "Yes?", "ar": "نعم؟"})
    assert save(eli, programme, {"en": "Yes?", "ar": "نعم؟"}) == second, "the same words are no new version"
    assert api.standing_texts(programme.id)["match"] == second
    assert [text.version for text in api.text_versions(programme.id, "match")] == [2, 1]
    assert api.standing_texts(programme.id)["contact"].version == 1


@pytest.mark.parametrize(("page", "shown"), [("en", "Yes?"), ("ar", "نعم؟"), ("zh-hans", "Yes?")])
def test_it_is_read_in_the_page_language_or_else_in_english(eli, programme, page, shown) -> None:
    text = save(eli, programme, {"en": "Yes?", "ar": "نعم؟"})
    with override(page):
        assert api.consent_words(text) == shown


def test_a_text_in_one_language_only_is_read_by_all(eli, programme) -> None:
    text = save(eli, programme, {"zh-hans": "可以吗？"})
    with override("ar"):
        assert api.consent_words(text) == "可以吗？"


def test_what_is_not_a_text(eli, programme) -> None:
    for wrong in ({}, {"en": " \x00 "}, {"en": "x" * 3001}, {"xx": "words"}):
        with pytest.raises(Refused):
            save(eli, programme, wrong)
    with pytest.raises(Http404):
        save(eli, programme, {"en": "x"}, purpose="watching")


def test_the_database_never_changes_a_text(programme) -> None:
    text = api.standing_texts(programme.id)["match"]
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsentText.objects.filter(id=text.id).update(words={"en": "Something else"})
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsentText.objects.filter(id=text.id).delete()


def test_the_database_takes_no_role_written_in_another_persons_session(eli, programme) -> None:
    dara = someone("Dara")
    with pytest.raises(IntegrityError), transaction.atomic():
        Staff.objects.create(
            programme=programme,
            person_id=dara.id,
            entry_id=eli.who.entry_id,
            role="coordinator",
            public_name="Dara",
            since=programme.made_at,
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Staff.objects.filter(person_id=eli.id).update(person_id=dara.id)
    assert acting(open_entry(dara.id)) is not None
