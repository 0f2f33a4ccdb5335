import pytest

from tests.factories import InterventionFactory, OfferFactory


@pytest.fixture
def offered(db):
    for code, name in (("CHAIN", "Remplacement de chaîne"), ("TRUE", "Dévoilage de roue")):
        OfferFactory(intervention__code=code, intervention__name_fr=name, intervention__name_en=code)
    InterventionFactory(code="NOBODY", name_fr="Chaîne que personne ne vend")


def listed(page):
    return [choice.code for shelf in page.context["shelves"] for choice in shelf.choices]


@pytest.mark.parametrize(("query", "found"), [("changer la chaine", ["CHAIN"]), ("roue voilée", ["TRUE"]), ("", None)])
def test_what_workshops_offer_is_listed_and_searched_without_accents(client, offered, query, found):
    page = client.get("/prestations/", {"q": query})
    assert listed(page) == (found or ["CHAIN", "TRUE"])


def test_what_is_ticked_stays_through_a_search_and_goes_on_to_the_slots(client, offered):
    page = client.get("/prestations/?q=chaine&i=TRUE")
    assert [choice.code for choice in page.context["kept"]] == ["TRUE"]
    assert client.get("/prestations/?i=TRUE&i=CHAIN&creneaux=1").headers["Location"] == "/creneaux/?i=TRUE&i=CHAIN"


def test_going_on_without_a_tick_says_so(client, offered):
    page = client.get("/prestations/?creneaux=1")
    assert page.status_code == 200
    assert page.context["nothing_ticked"]


def test_a_search_that_finds_nothing_shows_a_way_on(client, offered):
    page = client.get("/prestations/?q=parapluie")
    assert listed(page) == []
    assert 'class="empty"' in page.content.decode()
