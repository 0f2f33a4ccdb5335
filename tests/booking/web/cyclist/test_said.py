import pytest
from django.http import QueryDict

from booking.diagnosis.keep import TooManySymptoms
from booking.web.cyclist.said import Said, UnreadableAnswer


def test_what_was_said_survives_the_address():
    said = Said(part="brake-front", electric=True, symptoms=("BRK-01",), answers=(("BRK-01", "lever", "soft"),))
    assert said.query == "velo=electrique&piece=brake-front&s=BRK-01&a=BRK-01.lever.soft"
    assert Said.read(QueryDict(said.query)) == said


def test_a_later_answer_to_the_same_question_replaces_the_earlier_one():
    said = Said.read(QueryDict("s=BRK-01&a=BRK-01.lever.soft&a=BRK-01.lever.hard"))
    assert said.answers_to("BRK-01") == {"lever": "hard"}


def test_removing_a_symptom_removes_its_answers():
    said = Said.read(QueryDict("s=BRK-01&s=TYR-01&a=BRK-01.lever.soft&a=TYR-01.speed.days"))
    assert said.without_symptom("BRK-01").query == "s=TYR-01&a=TYR-01.speed.days"


def test_a_part_that_the_bicycle_has_not_is_forgotten():
    assert Said.read(QueryDict("piece=wings")).part == ""


def test_an_answer_cut_on_the_way_is_refused():
    with pytest.raises(UnreadableAnswer):
        Said.read(QueryDict("s=BRK-01&a=BRK-01.lever"))


def test_six_symptoms_are_too_many():
    with pytest.raises(TooManySymptoms):
        Said.read(QueryDict("&".join(f"s=X-{number}" for number in range(6))))
