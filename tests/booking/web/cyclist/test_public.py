import pytest

from tests.factories import WorkshopFactory


def test_members_are_listed_and_narrowed_by_kind(client, workshop):
    WorkshopFactory(name="Pas encore", accepted_at=None)
    assert [one for one, _tags in client.get("/ateliers/").context["workshops"]] == [workshop]
    assert client.get("/ateliers/?genre=itinerant").context["workshops"] == []


def test_a_workshop_shows_hours_and_offers(client, workshop):
    page = client.get("/ateliers/le-pave/")
    assert len(page.context["days"]) == 7
    assert all(len(day.periods) <= 1 for day in page.context["days"])
    assert [offer.total_cents for _title, offers in page.context["shelves"] for offer in offers] == [2000]


def test_a_workshop_that_is_no_member_has_no_page(client, db):
    WorkshopFactory(slug="ailleurs", accepted_at=None)
    assert client.get("/ateliers/ailleurs/").status_code == 404


@pytest.mark.parametrize(
    "path", ["vos-donnees", "conditions-de-vente", "classement", "mentions-legales", "accessibilite"]
)
@pytest.mark.parametrize("language", ["", "en/"])
def test_everybody_may_read_the_rules(client, workshop, path, language):
    page = client.get(f"/{language}{path}/")
    assert page.status_code == 200
    assert page.content.decode().count("<h1") == 1


@pytest.mark.parametrize("path", ["vos-donnees", "ateliers", "creneaux", "prestations"])
def test_looking_is_all_one_can_do_there(client, db, path):
    assert client.post(f"/{path}/").status_code == 405
