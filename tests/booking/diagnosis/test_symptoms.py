from __future__ import annotations

import pytest

from booking.diagnosis.bicycle import FEATURES, PARTS, can_happen_to
from booking.diagnosis.models import Symptom
from booking.diagnosis.symptoms import UnknownBikeType, UnknownPart, UnknownSymptom, knowledge_about, symptoms_of


def test_every_symptom_is_reached_from_a_part_by_some_bicycle(symptom_rows):
    assert len(symptom_rows) == 47
    for row in symptom_rows:
        assert row.fields["bike_parts"], row.code
        assert any(can_happen_to(kind, row.fields["bike_types"]) for kind in FEATURES if kind not in ("", "other"))


def test_every_part_leads_somewhere(symptom_rows):
    reached = {part for row in symptom_rows for part in row.fields["bike_parts"]}
    assert reached == set(PARTS)


def test_a_bicycle_without_a_motor_has_no_motor_trouble():
    assert not can_happen_to("city", ["ebike"])
    assert can_happen_to("ebike", ["ebike"])
    assert can_happen_to("", ["ebike"])
    assert can_happen_to("child", ["all"])
    assert not can_happen_to("child", ["belt"])


def test_symptoms_of_a_part_for_a_kind_of_bicycle(catalogue):
    def codes(**asked: str) -> set[str]:
        return {symptom.code for symptom in symptoms_of(**asked)}

    assert codes(part="saddle", bike_type="city") == {"SAD-01", "SAD-02"}
    assert codes(part="ebike", bike_type="city") == set()
    assert len(codes(part="ebike", bike_type="ebike")) == 8
    assert codes(part="other", bike_type="city") >= {"GEN-01", "GEN-02", "DRV-04"}
    assert len(codes()) == 47


def test_what_does_not_exist_is_refused(catalogue):
    for asked, refusal in (({"part": "wing"}, UnknownPart), ({"bike_type": "hovercraft"}, UnknownBikeType)):
        with pytest.raises(refusal):
            symptoms_of(**asked)
    with pytest.raises(UnknownSymptom):
        knowledge_about("XXX-99")


def test_a_retired_symptom_is_offered_no_more(catalogue):
    Symptom.objects.filter(code="SAD-02").update(retired_at="2026-01-01T00:00Z")
    assert "SAD-02" not in {symptom.code for symptom in symptoms_of(part="saddle")}
    with pytest.raises(UnknownSymptom):
        knowledge_about("SAD-02")
    assert knowledge_about("SAD-01").symptom == "SAD-01"
