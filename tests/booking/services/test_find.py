import pytest

from booking.services.find import find_interventions
from booking.services.models import Intervention
from booking.services.read_catalogue import read_interventions, read_tools


@pytest.fixture(scope="module")
def catalogue():
    rows = read_interventions(tools={row.code for row in read_tools()})
    return [Intervention(code=row.code, name_fr=row.fields["name_fr"], name_en=row.fields["name_en"]) for row in rows]


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("changer la chaîne", "DRV-CHAIN"),
        ("crevaison", "TYR-PUNCT"),
        ("pneu crevé", "TYR-PUNCT"),
        ("roue voilée", "WHL-TRUE"),
        ("revision vae", "REV-VAE"),
        ("patins de frein", "BRK-PAD-RIM"),
        ("PURGE FREIN", "BRK-BLEED"),
        ("batterie", "EBK-BATT"),
    ],
)
def test_what_people_say_finds_what_the_catalogue_means(catalogue, asked, first):
    assert find_interventions(asked, among=catalogue)[0].code.startswith(first)


@pytest.mark.parametrize("asked", ["", "de la", "parapluie", "???"])
def test_what_means_nothing_finds_nothing(catalogue, asked):
    assert find_interventions(asked, among=catalogue) == []
