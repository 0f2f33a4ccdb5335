import pytest

from collective.activity.models import FinishedWork
from collective.activity.record import record_finished_work
from tests.collective.money import AT, a_workshop

pytestmark = pytest.mark.django_db


def finish(workshop, **fields):
    facts = {"minutes": 60, "labour_cents": 7200, "parts_cents": 2400, "interventions": ["brake-pads"]}
    return record_finished_work(
        workshop=workshop, mechanic=None, reference="appointment:1", at=AT, **{**facts, **fields}
    )


def test_finished_work_is_kept_as_facts():
    work = finish(a_workshop())
    work.refresh_from_db()
    assert (work.finished_at, work.minutes, work.interventions) == (AT, 60, ["brake-pads"])


def test_the_first_record_of_a_repair_stands():
    workshop = a_workshop()
    assert finish(workshop) == finish(workshop, minutes=90)
    assert FinishedWork.objects.get().minutes == 60


def test_a_repair_is_finished_by_one_workshop():
    finish(a_workshop())
    with pytest.raises(ValueError, match="another workshop"):
        finish(a_workshop())
