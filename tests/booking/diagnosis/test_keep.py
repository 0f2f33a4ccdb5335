from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from PIL import Image

from backend.lib.errors import RuleBroken
from backend.lib.images import NotAPhoto
from booking.diagnosis.keep import keep_diagnosis
from booking.diagnosis.kept import read_kept
from booking.diagnosis.models import Diagnosis, Symptom
from tests.booking.diagnosis.conftest import AT

PINCH = {"symptom": "TYR-01", "answers": {"speed": "minutes", "shock": "yes", "repeat": "no", "valve": "no"}}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def photo(name: str = "flat.jpg") -> SimpleUploadedFile:
    picture = Image.new("RGB", (40, 30), "red")
    exif = Image.Exif()
    exif[0x010E] = "at my house"  # ImageDescription
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif)
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def keep_one(**changed):
    given = {"items": [PINCH], "bike_type": "city", "comment": "", "photos": [], "at": AT}
    return keep_diagnosis(**given | changed)


def test_a_diagnosis_is_assessed_anew_and_kept_with_its_photos(catalogue):
    forged = PINCH | {"assessment": {"causes": [], "urgency": 0}, "price_cents": 1}
    diagnosis = keep_one(items=[forged], comment="  It went bang.  ", photos=[photo(), photo()], part="tyre-rear")
    diagnosis.refresh_from_db()
    assert diagnosis.comment == "It went bang."
    assert diagnosis.created_at == AT
    [item] = read_kept(diagnosis)
    assert item.causes[0].probability == pytest.approx(0.522, abs=0.0005)
    assert item.interventions[0] == "TYR-TUBE"
    assert diagnosis.photos.count() == 2
    for kept in diagnosis.photos.all():
        assert "flat" not in kept.file.name
        with kept.file.open() as file:
            assert not Image.open(file).getexif()


def test_a_kept_diagnosis_explains_itself_in_the_readers_language(catalogue):
    diagnosis = keep_one()
    with translation.override("fr"):
        [item] = read_kept(diagnosis)
        assert item.name == "Pneu à plat"
    with translation.override("en"):
        [item] = read_kept(diagnosis)
    assert item.name == "Flat tyre"
    shock = next(answer for answer in item.answers if "knock" in answer.question)
    assert shock.answer == "Yes"
    assert shock.moved["Pinch flat"] > 0.3
    assert shock.moved["Puncture by sharp object"] < 0


def test_a_kept_diagnosis_reads_the_same_when_the_knowledge_changes(catalogue):
    diagnosis = keep_one()
    before = read_kept(diagnosis)
    Symptom.objects.filter(code="TYR-01").update(name_fr="Autre", knowledge={"questions": [], "causes": []})
    assert read_kept(Diagnosis.objects.get(pk=diagnosis.pk)) == before


def test_several_symptoms_are_kept_and_one_named_twice_is_one(catalogue):
    twice = [{"symptom": "TYR-01", "answers": {"speed": "days"}}, {"symptom": "SAD-01"}, PINCH]
    diagnosis = keep_one(items=twice)
    assert [item["symptom"] for item in diagnosis.items] == ["TYR-01", "SAD-01"]
    assert diagnosis.items[0]["answers"] == PINCH["answers"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"items": []}, "nothing_to_keep"),
        ({"items": [{"symptom": f"X-{number}"} for number in range(6)]}, "too_many_symptoms"),
        ({"items": ["TYR-01"]}, "unreadable_item"),
        ({"items": [{"answers": {}}]}, "unreadable_item"),
        ({"items": [{"symptom": "TYR-01", "answers": ["yes"]}]}, "unreadable_item"),
        ({"items": [{"symptom": "TYR-01", "answers": {"speed": 3}}]}, "unreadable_item"),
        ({"items": [{"symptom": "XXX"}]}, "unknown_symptom"),
        ({"items": [{"symptom": "TYR-01", "answers": {"colour": "red"}}]}, "unknown_question"),
        ({"items": [{"symptom": "TYR-01", "answers": {"speed": "warp"}}]}, "unknown_answer"),
        ({"bike_type": "hovercraft"}, "unknown_bike_type"),
        ({"part": "wing"}, "unknown_part"),
        ({"comment": "x" * 2001}, "comment_too_long"),
        ({"photos": [None] * 4}, "too_many_photos"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_is_written(catalogue, changed, code):
    with pytest.raises(RuleBroken) as refusal:
        keep_one(**changed)
    assert refusal.value.code == code
    assert refusal.value.status == 400
    assert "%(" not in str(refusal.value)
    assert not Diagnosis.objects.exists()


def test_one_bad_photo_keeps_nothing(catalogue, tmp_path):
    with pytest.raises(NotAPhoto):
        keep_one(photos=[photo(), SimpleUploadedFile("x.jpg", b"%!PS-Adobe-3.0 EPSF-3.0")])
    assert not Diagnosis.objects.exists()
    assert not list(tmp_path.rglob("*.webp"))
