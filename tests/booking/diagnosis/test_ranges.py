from __future__ import annotations

from booking.diagnosis.ranges import Range, ranges_over
from booking.services.models import Intervention
from booking.services.offers import Offer

TUBE, BRAKE = Intervention(code="TYR-TUBE"), Intervention(code="BRK-PAD-RIM")


def offer(workshop: int, intervention: Intervention, minutes: int, labour: int, parts: int) -> Offer:
    return Offer(
        workshop_id=workshop, intervention=intervention, minutes=minutes, labour_cents=labour, parts_cents=parts
    )


def test_the_whole_work_of_each_workshop_is_added_up_before_it_is_compared():
    offers = [
        offer(1, TUBE, 15, 1000, 500),
        offer(1, BRAKE, 20, 2000, 900),
        offer(2, TUBE, 20, 800, 900),
        offer(2, BRAKE, 15, 1500, 1200),
        offer(3, TUBE, 5, 100, 100),  # does not offer the brake: no bound of anything
    ]
    found = ranges_over(offers, interventions=["TYR-TUBE", "BRK-PAD-RIM"])
    assert found.workshops == 2
    assert found.minutes == Range(35, 35)
    assert found.labour_cents == Range(2300, 3000)
    assert found.parts_cents == Range(1400, 2100)
    assert found.total_cents == Range(4400, 4400)  # not 2300 + 1400: nobody sells that


def test_nothing_to_compare():
    assert ranges_over([], interventions=["TYR-TUBE"]) is None
    assert ranges_over([offer(1, TUBE, 15, 1000, 500)], interventions=["TYR-TUBE", "BRK-PAD-RIM"]) is None
    assert ranges_over([offer(1, TUBE, 15, 1000, 500)], interventions=[]) is None
