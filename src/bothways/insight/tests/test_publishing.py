"""From the event log to a release, on a real database, by the job's own role."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from tests.cast import someone

from bothways.core.clock.api import now, travelled
from bothways.core.walls import api as walls
from bothways.insight import body
from bothways.insight.models import Release
from bothways.insight.periods import Quarter
from bothways.insight.services import publish, publish_due
from bothways.programme.tests.factory import a_programme

pytestmark = pytest.mark.django_db


def test_it_runs():
    with travelled(timedelta(days=-200)):
        one = a_programme(someone("Eli"))
    with walls.working():
        assert publish_due() >= 1
    print(Release.objects.first().body)
