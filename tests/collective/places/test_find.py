from __future__ import annotations

import pytest

from collective.places.find import UnknownPlace, find_places, resolve_place

pytestmark = pytest.mark.usefixtures("some_places")


def labels(query: str, **options: int) -> list[str]:
    return [place.label for place in find_places(query, **options)]


@pytest.mark.parametrize(
    "query",
    [
        "Villeneuve d'Ascq",
        "villeneuve dascq",
        "VILLENEUVE-D'ASCQ",
        "  Villeneuve d’Ascq ",
        "59650",
        "59650 Villeneuve-d'Ascq",
        "Villeneuve-d'Ascq (59650)",
        "villeneuve d'a",
    ],
)
def test_a_town_is_found_however_it_is_typed(query):
    assert resolve_place(query).insee == "59009"


@pytest.mark.parametrize(
    ("query", "label"),
    [
        ("St Denis", "Saint-Denis (97400)"),
        ("saint-denis (93200)", "Saint-Denis (93200)"),
        ("marcq en baroeul", "Marcq-en-Barœul (59700)"),
        ("Marcq-en-Barœul", "Marcq-en-Barœul (59700)"),
        ("havre", "Le Havre (76600)"),
        ("Mans", "Le Mans (72000)"),
        ("lomme", "Lomme (Lille, 59160)"),
        ("Lomme (Lille, 59160)", "Lomme (Lille, 59160)"),
        ("Hellemmes", "Hellemmes (Lille, 59260)"),
        ("paris", "Paris (75001)"),
        ("Paris 11ème arrondissement", "Paris 11e Arrondissement (75011)"),
        ("PARIS 01", "Paris 1er Arrondissement (75001)"),
        ("75011", "Paris 11e Arrondissement (75011)"),
        ("lyon 3", "Lyon 3e Arrondissement (69003)"),
        ("13001", "Marseille 1er Arrondissement (13001)"),
    ],
)
def test_accents_abbreviations_articles_and_arrondissements(query, label):
    assert resolve_place(query).label == label


def test_a_postcode_comes_before_the_commune_that_has_it_for_insee_code():
    assert labels("59650") == ["Villeneuve-d'Ascq (59650)", "Wattrelos (59150)"]


def test_a_postcode_of_several_communes_gives_them_all_the_most_populous_first():
    found = labels("59152", limit=20)
    assert found[0] == "Chéreng (59152)"
    assert {"Tressin (59152)", "Gruson (59152)", "Anstaing (59152)"} <= set(found)


def test_the_part_of_a_commune_that_has_a_postcode_of_its_own_has_a_point_of_its_own():
    lomme, lille = resolve_place("59160"), resolve_place("Lille")
    assert (lomme.name, lomme.commune, lomme.insee) == ("Lomme", "Lille", "59350")
    assert (lomme.lat, lomme.lon) != (lille.lat, lille.lon)


def test_the_beginning_of_a_postcode_gives_the_great_towns_under_a_postcode_that_begins_so():
    assert labels("596", limit=3) == ["Dunkerque (59640)", "Villeneuve-d'Ascq (59650)", "Maubeuge (59600)"]


def test_the_beginning_of_a_name_gives_the_most_populous_first():
    assert labels("rou", limit=1) == ["Roubaix (59100)"]
    assert labels("tou", limit=2) == ["Tourcoing (59200)", "Toufflers (59390)"]


@pytest.mark.parametrize(
    ("query", "meant"), [("Tourcoign", "Tourcoing"), ("Rubaix", "Roubaix"), ("Wasquehalle", "Wasquehal")]
)
def test_a_slip_of_the_finger_still_finds_the_town_but_does_not_decide(query, meant):
    assert find_places(query)[0].name == meant
    with pytest.raises(UnknownPlace) as refusal:
        resolve_place(query)
    assert refusal.value.code == "unknown_place"
    assert refusal.value.params["suggestions"][0].startswith(meant)
    assert meant in str(refusal.value)


def test_a_beginning_that_several_names_share_is_not_decided():
    with pytest.raises(UnknownPlace) as refusal:
        resolve_place("rou")
    assert "Roubaix (59100)" in refusal.value.params["suggestions"]


@pytest.mark.parametrize(
    "query", ["", "   ", "'", "%", "_", "99999", "xqzwy", "\x00", "٣٤٥٦٧", "🚲", "a" * 5000, "9" * 5000, "z" * 99]
)
def test_what_means_no_place_is_refused_in_a_sentence(query):
    with pytest.raises(UnknownPlace) as refusal:
        resolve_place(query)
    assert refusal.value.status == 400
    assert refusal.value.params["suggestions"] == []
    assert len(str(refusal.value)) < 250


@pytest.mark.parametrize("query", ["s", "saint-ma", "Sainte-Mxrie", "59", "59650", "villeneuve dascq"])
def test_a_search_costs_few_queries(query, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        find_places(query)
