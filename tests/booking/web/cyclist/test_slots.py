import json
from datetime import timedelta

import pytest
from django.utils.html import escape

from collective.places.models import Commune, CommunePostcode

WORK = "/creneaux/?i=PUNCTURE"


@pytest.fixture(autouse=True)
def lille(db):
    for insee, name, key, postcode, lat, lon in (
        ("59350", "Lille", "lille", "59000", 50.6311, 3.0586),
        ("59183", "Dunkerque", "dunkerque", "59140", 51.0307, 2.3752),
    ):
        commune = Commune.objects.create(
            insee=insee,
            name=name,
            key=key,
            postcode=postcode,
            lat=lat,
            lon=lon,
            department="59",
            region="32",
            population=9,
        )
        CommunePostcode.objects.create(commune=commune, code=postcode)


def test_without_work_one_chooses_some(client):
    assert client.get("/creneaux/").headers["Location"] == "/prestations/"


def test_a_workshop_shows_three_days_of_slots_its_price_and_its_place_on_the_map(client, workshop):
    page = client.get(f"{WORK}&lieu=Lille&rayon=5&jour=")
    (card,) = page.context["cards"]
    assert card.workshop == workshop
    assert (len(card.days), card.work.total_cents, card.best) == (3, 2000, True)
    body = page.content.decode()
    assert 'name="debut"' in body
    data = json.loads(body.split('id="map-data" type="application/json">')[1].split("</script>")[0])
    assert [pin["name"] for pin in data["workshops"]] == ["Atelier du Pavé"]


def test_without_a_place_the_whole_collective_is_searched(client, workshop, make):
    far = make(name="Loin", slug="loin", lat=50.45, lon=3.3)
    assert {card.workshop for card in client.get(WORK).context["cards"]} == {workshop, far}


def test_a_position_stands_for_a_place(client, workshop):
    page = client.get(f"{WORK}&lat=50.70&lon=3.06&rayon=10")
    (card,) = page.context["cards"]
    assert 7 < card.distance_km < 8


def test_filters_narrow_the_list(client, workshop, make):
    ours = make(name="Cargo", slug="cargo", cargo_stand=True, benches=["cargo"])
    assert [card.workshop for card in client.get(f"{WORK}&atout=cargo").context["cards"]] == [ours]
    assert client.get(f"{WORK}&genre=itinerant").context["cards"] == []


def test_an_evening_search_shows_evenings(client, workshop):
    (card,) = client.get(f"{WORK}&quand=soir").context["cards"]
    assert {slot.starts_at.astimezone(workshop.zone).hour for day in card.days for slot in day.slots} <= {17, 18, 19}


def test_an_unknown_place_suggests_the_nearest_names(client, workshop):
    page = client.get(f"{WORK}&lieu=Lile")
    assert page.status_code == 400
    assert page.context["suggestions"] == [("Lille (59000)", "i=PUNCTURE&lieu=Lille+%2859000%29")]
    assert escape(page.context["problem"]) in page.content.decode()


@pytest.mark.parametrize(
    "wrong", ["rayon=-3", "quand=jour&jour=2020-01-01", "velo=unicycle", "jour=2099-01-01", "lat=91"]
)
def test_what_makes_no_sense_is_said_beside_the_form(client, workshop, wrong):
    page = client.get(f"{WORK}&{wrong}")
    assert page.status_code == 400
    assert 'role="alert"' in page.content.decode()


def test_nothing_found_says_why_and_opens_ways_out(client, workshop):
    page = client.get(f"{WORK}&lieu=Lille&rayon=5&genre=itinerant")
    assert page.context["reason"]
    assert [way.query for way in page.context["ways"]] == ["i=PUNCTURE&lieu=Lille&rayon=5"]
    far = client.get(f"{WORK}&lieu=Dunkerque&rayon=3")
    assert far.context["ways"] == []


def test_htmx_gets_the_problem_as_a_page_it_shows(client, workshop):
    assert client.get(f"{WORK}&rayon=-3", headers={"HX-Request": "true"}).status_code == 200


def test_all_the_slots_of_one_workshop(client, workshop):
    page = client.get("/creneaux/le-pave/?i=PUNCTURE")
    assert len(page.context["days"]) > 10
    assert client.get("/creneaux/le-pave/?i=NOPE").headers["Location"] == "/ateliers/le-pave/#prestations"


def test_a_workshop_that_left_has_no_page_of_slots(client, workshop, at):
    workshop.closed_at = at - timedelta(days=1)
    workshop.save()
    assert client.get("/creneaux/le-pave/?i=PUNCTURE").status_code == 404


def test_names_of_places_while_one_types(client):
    assert client.get("/lieux/?lieu=lil").content.decode().strip() == '<option value="Lille (59000)"></option>'
    assert client.get("/lieux/?lieu=l").content.decode().strip() == ""


def test_the_plain_map_has_a_ring_around_each_town(client):
    towns = client.get("/communes.json?lat=50.63&lon=3.06&km=60").json()["features"]
    assert {town["properties"]["name"] for town in towns} == {"Lille", "Dunkerque"}
    assert client.get("/communes.json?lat=200&lon=3&km=5").status_code == 400


def test_the_cheapest_within_two_days_comes_first(client, workshop, make, at):
    dear = workshop
    cheap = make(name="Moins cher", slug="moins-cher")
    cheap.offers.update(labour_cents=500)
    page = client.get(f"{WORK}&quand=48h")
    assert [card.workshop for card in page.context["cards"]] == [cheap, dear]
    limit = at + timedelta(hours=48, minutes=1)
    assert all(slot.starts_at < limit for card in page.context["cards"] for day in card.days for slot in day.slots)


def test_the_earliest_anywhere_are_one_click(client, workshop, make):
    make(name="Autre", slug="autre")
    page = client.get(WORK)
    moments = [one.slot.starts_at for one in page.context["earliest"]]
    assert len(moments) == 4
    assert moments == sorted(moments)
    assert moments[0] == min(day.starts_at for card in page.context["cards"] for day in card.days)
    assert client.get(f"{WORK}&ordre=price").context["earliest"] == []


def test_later_slots_begin_where_the_first_page_ends(client, workshop):
    (card,) = client.get(WORK).context["cards"]
    later = client.get(f"/creneaux/?{client.get(WORK).context['later_query']}")
    (after,) = later.context["cards"]
    last_shown = card.days[-1].starts_at.astimezone(workshop.zone).date()
    assert after.days[0].starts_at.astimezone(workshop.zone).date() == last_shown + timedelta(days=1)
    assert "apres" not in later.context["sooner_query"]
    assert client.get(f"{WORK}&apres=2020-01-01").status_code == 400


def test_a_brand_of_motor_keeps_who_is_certified(client, make):
    workshop = make(name="Bosch", slug="bosch")
    workshop.offers.get().intervention.__class__.objects.update(category="ebike")
    search = f"{WORK}&velo=ebike&marque=bosch"
    page = client.get(search)
    assert page.context["cards"] == []
    assert [way.query for way in page.context["ways"]] == ["i=PUNCTURE&velo=ebike"]
    workshop.mechanics.update(certifications=["bosch"])
    assert [card.workshop for card in client.get(search).context["cards"]] == [workshop]
