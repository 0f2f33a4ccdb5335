"""Days of slots, badges and hidden fields, as pages write them by the hundred."""

from datetime import UTC, datetime, timedelta

from django.utils import translation

from backend.templatetags.slots import badges, hidden_fields, slot_days
from booking.availability.scan import Slot
from booking.web.cyclist.shown import Day, Tag

ZONE = "Europe/Paris"
TEN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SLOTS = [Slot(TEN + timedelta(minutes=15 * place), TEN + timedelta(minutes=15 * place + 30)) for place in range(3)]


def test_each_button_says_its_day_and_its_time_and_sends_its_moment(english):
    written = slot_days([Day(TEN, SLOTS)], ZONE)
    assert written.count("<button") == 3
    assert "<h3>Tue 24\u00a0Nov.</h3>" in written
    assert 'value="2026-11-24T10:15+01:00"><span class="vh">Tue 24\u00a0Nov., </span>10:15</button>' in written


def test_only_the_very_first_is_set_off(english):
    days = [Day(TEN, SLOTS), Day(TEN, SLOTS)]
    assert slot_days(days, ZONE, mark_first=True).count("slot num first") == 1
    assert "slot num first" not in slot_days(days, ZONE)


def test_the_same_moment_is_said_in_each_language(english):
    assert "10:15" in slot_days([Day(TEN, SLOTS)], ZONE)
    with translation.override("fr"):
        written = slot_days([Day(TEN, SLOTS)], ZONE)
    assert ">10:15</button>" in written
    assert "\u00a0am" not in written


def test_what_was_typed_is_escaped():
    assert badges([Tag("<b>", "", '"')]) == '<li class="badge &quot;">&lt;b&gt;</li>'
    assert hidden_fields([("i", '"><script>')]) == '<input type="hidden" name="i" value="&quot;&gt;&lt;script&gt;">'
