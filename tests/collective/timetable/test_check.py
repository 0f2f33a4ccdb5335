"""The commands that doubt the timetable and that mend it."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from backend.lib.clock import database_now
from collective.timetable.models import FreeDay
from tests.factories import open_workshop

pytestmark = pytest.mark.django_db


@pytest.fixture
def workshop():
    return open_workshop(at=database_now())


def check() -> str:
    out = StringIO()
    call_command("check_timetable", stdout=out)
    return out.getvalue()


def test_a_right_timetable_passes(workshop):
    assert "right" in check()


def test_a_wrong_row_is_found_and_mended(workshop):
    FreeDay.objects.filter(pk=workshop.free_days.first().pk).update(bits=b"\xff" * 36)
    with pytest.raises(CommandError, match="1 faults"):
        check()

    call_command("rebuild_timetable", workshop.slug, stdout=StringIO())

    assert "right" in check()


def test_a_lacking_row_is_found_and_mended(workshop):
    FreeDay.objects.filter(pk=workshop.free_days.order_by("day").first().pk).delete()
    with pytest.raises(CommandError, match="1 faults"):
        check()
    call_command("rebuild_timetable", stdout=StringIO())
    assert "right" in check()


def test_rebuilding_an_unknown_workshop_is_refused():
    with pytest.raises(CommandError, match="nowhere"):
        call_command("rebuild_timetable", "nowhere")
