from collective.places.models import Commune
from collective.places.outline import outline_around


def commune(name, lat, lon):
    return Commune.objects.create(
        insee=name[:5], name=name, key=name.lower(), lat=lat, lon=lon, department="59", region="32", population=1
    )


def test_two_towns_share_the_ground_at_the_middle(db):
    commune("West", 50.6, 3.0)
    commune("East", 50.6, 3.2)
    west, east = sorted(outline_around(50.6, 3.1, km=20), key=lambda cell: min(cell.ring))
    assert (west.name, east.name) == ("West", "East")
    assert max(x for x, _y in west.ring) == min(x for x, _y in east.ring) == 3.1
    assert west.ring[0] == west.ring[-1]


def test_a_town_alone_has_the_whole_ground_and_nowhere_has_none(db):
    commune("Alone", 50.6, 3.1)
    (alone,) = outline_around(50.6, 3.1, km=10)
    assert len(alone.ring) == 5
    assert outline_around(0, 0, km=10) == []
