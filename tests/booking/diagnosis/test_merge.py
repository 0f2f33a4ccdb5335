from __future__ import annotations

from booking.diagnosis.assess import assess
from booking.diagnosis.merge import merge


def test_two_symptoms_make_one_list_without_duplicates(known):
    skips = assess(known["DRV-01"], {"load": "yes", "fall": "no", "new_part": "yes", "slow": "no"})
    falls = assess(known["DRV-02"], {"gears": "yes", "side": "varies", "km": "yes"})
    work = merge([skips, falls])
    codes = [item.intervention for item in work.items]
    assert len(codes) == len(set(codes))
    assert set(codes) == {*skips.interventions, *falls.interventions}
    chain = next(item for item in work.items if item.intervention == "DRV-CHAIN")
    assert {(reason.symptom, reason.cause) for reason in chain.reasons} == {("DRV-01", "worn"), ("DRV-02", "worn")}
    assert chain.reasons[0].probability >= chain.reasons[1].probability


def test_the_usual_remedy_of_each_first_cause_is_suggested(known):
    flat = assess(known["TYR-01"], {"valve": "yes"})
    squeal = assess(known["BRK-02"], {"type": "rim", "wet": "yes", "power": "no"})
    work = merge([flat, squeal])
    assert set(work.suggested) == {flat.interventions[0], squeal.interventions[0]}
    assert {*work.suggested, *work.possible} == {*flat.interventions, *squeal.interventions}
    assert [item.suggested for item in work.items] == sorted((item.suggested for item in work.items), reverse=True)


def test_the_gravest_urgency_counts(known):
    flat, crack = assess(known["TYR-01"], {}), assess(known["FRM-01"], {"crash": "yes"})
    assert merge([flat, crack]).urgency == merge([crack, flat]).urgency == 3


def test_no_symptom_is_no_work():
    assert merge([]).items == ()
    assert merge([]).urgency == 0
