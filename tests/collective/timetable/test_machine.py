"""Five hundred steps of everything that writes the timetable; `make campaign WHICH=timetable` makes fifty thousand."""

import pytest

from tests.campaigns.timetable import play


@pytest.mark.django_db
def test_every_writer_leaves_free_days_right():
    tried = play(500, always_the_same=True)
    assert tried["steps"] >= 500
    assert tried["taken"] >= 12
    assert tried["claimed"] >= 3
