import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from booking.diagnosis.models import Diagnosis
from tests.factories import OfferFactory, WorkshopFactory

pytestmark = pytest.mark.usefixtures("symptoms")

PADS = "/diagnostic/resultat/?piece=brake-front&s=BRK-01&a=BRK-01.type.rim&a=BRK-01.lever.soft&a=BRK-01.noise.yes"


def a_photo(size=(40, 30), name="frein.jpg"):
    out = io.BytesIO()
    Image.new("RGB", size, "green").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def test_the_result_says_what_how_sure_whether_to_ride_and_why(client):
    page = client.get(PADS)
    finding = page.context["findings"][0]
    first, words = finding.shown[0]
    assert first.probability > 0.5
    assert str(words) in page.content.decode().lower()
    assert page.context["safety"].kind == "stop"  # a brake that barely works is urgent whatever the cause
    assert {reason.cause for reason in finding.reasons} & {likely.cause.text for likely, _words in finding.shown}


def test_price_and_time_are_ranges_over_the_workshops_that_do_all_of_it(client):
    code = next(one for one in client.get(PADS).context["findings"][0].shown)[0].cause.interventions[0]
    OfferFactory(intervention__code=code, labour_cents=1000, parts_cents=0, minutes=15)
    OfferFactory(intervention__code=code, labour_cents=1900, parts_cents=400, minutes=25)
    OfferFactory(intervention__code=code, labour_cents=100, workshop=WorkshopFactory(accepted_at=None))
    estimate = client.get(PADS).context["estimate"]
    assert estimate.total_cents == (1000, 2300)
    assert (estimate.parts_cents, estimate.minutes, estimate.workshops) == ((0, 400), (15, 25), 2)


def test_going_on_keeps_the_diagnosis_its_comment_and_its_photos(client):
    answer = client.post(PADS, {"i": "BRK-PAD-RIM", "comment": "Depuis mardi", "photos": [a_photo(), a_photo()]})
    kept = Diagnosis.objects.get()
    assert answer.headers["Location"] == f"/creneaux/?i=BRK-PAD-RIM&d={kept.token}"
    assert (kept.part, kept.comment, kept.photos.count()) == ("brake-front", "Depuis mardi", 2)
    assert kept.items[0]["answers"] == {"type": "rim", "lever": "soft", "noise": "yes"}


@pytest.mark.parametrize(
    "photos",
    [
        [SimpleUploadedFile("a.jpg", b"%!PS-Adobe-3.0 EPSF-3.0", "image/jpeg")],
        [a_photo(name=f"{number}.jpg") for number in range(4)],
    ],
    ids=["not a photo", "too many"],
)
def test_a_photo_that_cannot_be_taken_keeps_the_comment_and_nothing_else(client, photos):
    page = client.post(PADS, {"i": "BRK-PAD-RIM", "comment": "Depuis mardi", "photos": photos})
    assert page.status_code == 400
    assert page.context["problem"] in page.content.decode().replace("&#x27;", "'")
    assert "Depuis mardi</textarea>" in page.content.decode()
    assert not Diagnosis.objects.exists()


def test_photos_are_limited_by_address(client):
    for _time in range(10):
        client.post(PADS, {"i": "BRK-PAD-RIM"})
    assert client.post(PADS, {"i": "BRK-PAD-RIM"}).status_code == 429


def test_several_symptoms_are_merged(client):
    page = client.get(f"{PADS}&s=TYR-03")
    assert [finding.complaint.symptom.code for finding in page.context["findings"]] == ["BRK-01", "TYR-03"]
