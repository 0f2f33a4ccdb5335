from __future__ import annotations

import csv
import gzip
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from collective.directory.import_osm import import_osm
from collective.directory.models import DirectoryEntry
from collective.directory.report import ImportReport

AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
SAMPLE = Path(__file__).parent / "osm_sample.geojson"
# The whole extract is data of the project that is too large for its repository.
WHOLE = Path(__file__).parents[3] / "../shared/data/workshops/osm_bicycle_shops_brazil.geojson"

pytestmark = pytest.mark.django_db


def feature(osm: str = "node/1", lat: Any = 50.63, lon: Any = 3.05, **tags: Any) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [lon, lat]}
    return {"type": "Feature", "id": osm, "properties": {"shop": "bicycle"} | tags, "geometry": point}


@pytest.fixture
def imported(tmp_path: Path):
    def run(elements: Any, *, at: datetime = AT, **options: Any) -> ImportReport:
        path = tmp_path / "some.geojson"
        if isinstance(elements, list):
            elements = json.dumps({"type": "FeatureCollection", "features": elements})
        path.write_bytes(elements if isinstance(elements, bytes) else elements.encode())
        return import_osm(path=path, at=at, **options)

    return run


def test_the_sample_is_taken_but_for_three_doors():
    report = import_osm(path=SAMPLE, at=AT)
    assert (report.rows, report.taken) == (40, 37)
    assert report.reasons == {"nothing_about_bicycle_repair": 3}
    assert report.kinds["station"] == 1
    assert DirectoryEntry.objects.count() == 37
    assert report.hours_not_understood == 3
    kept_raw = DirectoryEntry.objects.exclude(hours_problem="")
    assert kept_raw.count() == 3
    assert all(entry.hours_raw and not entry.hours for entry in kept_raw)


def test_the_whole_extract_is_taken():
    if not WHOLE.exists():
        pytest.skip("the whole extract is not beside this checkout")
    report = import_osm(path=WHOLE, at=AT)
    assert (report.rows, report.taken, report.broken_off) == (1618, 1606, "")
    assert report.reasons == {"nothing_about_bicycle_repair": 12}  # doors and house numbers
    assert import_osm(path=WHOLE, at=AT, all_are_shops=True).outcomes == {"unchanged": 1606, "new": 12}


def test_an_entry_says_what_the_element_says(imported):
    tags = {
        "name": "Vélo & Cie",
        "addr:housenumber": "12 bis",
        "addr:street": "rue du Moulin",
        "addr:postcode": "59000",
        "addr:city": "Lille",
        "contact:phone": "+33 3 20 00 00 00",
        "website": "velo.example",
        "service:bicycle:repair": "yes",
        "opening_hours": "Tu-Sa 09:30-12:30,14:00-19:00; PH off",
    }
    imported([feature(**tags)])
    entry = DirectoryEntry.objects.get()
    assert (entry.osm_type, entry.osm_id, entry.kind, entry.name) == ("node", 1, "shop", "Vélo & Cie")
    assert (entry.lat, entry.lon) == (50.63, 3.05)
    assert (entry.address, entry.postcode, entry.city) == ("12 bis rue du Moulin", "59000", "Lille")
    assert (entry.phone, entry.website, entry.repairs) == ("+33 3 20 00 00 00", "https://velo.example", True)
    assert entry.hours == "Tu-Sa 09:30-12:30,14:00-19:00; PH closed"
    assert entry.hours_problem == ""
    assert entry.tags == {"shop": "bicycle"} | tags


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({}, "shop"),
        ({"shop": "sports", "service:bicycle:repair": "yes"}, "shop"),
        ({"shop": None, "craft": "bicycle_repair"}, "shop"),
        ({"shop": None, "amenity": "bicycle_repair_station"}, "station"),
        ({"amenity": "bicycle_repair_station"}, "shop"),
        ({"shop": None, "office": "association", "service:bicycle:diy": "yes"}, "community"),
        ({"service:bicycle:diy": "yes"}, "shop"),
    ],
)
def test_kinds(imported, tags, kind):
    assert imported([feature(**tags)]).kinds == {kind: 1}


def test_importing_again_changes_nothing_and_a_changed_row_only_itself(imported):
    rows = [feature("node/1", name="One"), feature("way/1", name="Two"), feature("node/2", name="Three")]
    imported(rows)
    assert imported(rows, at=AT + timedelta(days=1)).outcomes == {"unchanged": 3}
    rows[1]["properties"]["opening_hours"] = "Mo-Fr 09:00-18:00"
    report = imported(rows[:2], at=AT + timedelta(days=2))
    assert report.outcomes == {"unchanged": 1, "changed": 1}
    changed = DirectoryEntry.objects.get(osm_type="way")
    assert changed.hours == "Mo-Fr 09:00-18:00"
    assert (changed.imported_at, changed.changed_at) == (AT, AT + timedelta(days=2))
    assert DirectoryEntry.objects.get(name="One").changed_at == AT
    assert DirectoryEntry.objects.filter(name="Three").exists()  # a file is one region: what is not in it stays


def test_overpass_json_with_nodes_and_ways(imported):
    elements = [
        {"type": "node", "id": 5, "lat": 50.6, "lon": 3.1, "tags": {"shop": "bicycle", "name": "Node"}},
        {"type": "way", "id": 5, "center": {"lat": 50.7, "lon": 3.2}, "nodes": [9], "tags": {"shop": "bicycle"}},
        {"type": "way", "id": 6, "nodes": [9, 10], "tags": {"shop": "bicycle"}},
        {"type": "node", "id": 9, "lat": 50.7, "lon": 3.2},
    ]
    report = imported(json.dumps({"version": 0.6, "osm3s": {"copyright": "ODbL"}, "elements": elements}))
    assert report.outcomes == {"new": 2, "refused": 2}
    assert report.reasons == {"no_coordinates": 1, "no_tags": 1}
    assert DirectoryEntry.objects.get(osm_type="way").lat == 50.7


def test_areas_are_taken_by_their_middle_and_ids_as_several_programs_write_them(imported):
    ring = [[3.0, 50.0], [3.2, 50.0], [3.2, 50.4], [3.0, 50.0]]
    area = feature("way/7") | {"geometry": {"type": "Polygon", "coordinates": [ring]}}
    by_property = feature("") | {"id": None}
    by_property["properties"]["@id"] = "relation/8"
    imported([area, by_property])
    entry = DirectoryEntry.objects.get(osm_id=7)
    assert (entry.lat, entry.lon) == pytest.approx((50.2, 3.1))
    assert DirectoryEntry.objects.get(osm_type="relation").osm_id == 8


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("a word", "unreadable"),
        (None, "unreadable"),
        ([1, 2], "unreadable"),
        ({"type": "Feature"}, "unreadable"),
        ({}, "bad_id"),
        (feature("tree/1"), "bad_id"),
        (feature("node/0"), "bad_id"),
        (feature("node/-5"), "bad_id"),
        (feature("node/99999999999999999999999"), "bad_id"),
        (feature("node/1e3"), "bad_id"),
        (feature("node/²"), "bad_id"),
        (feature(shop="bakery"), "nothing_about_bicycle_repair"),
        (feature(shop=None), "no_tags"),
        (feature() | {"geometry": None}, "no_coordinates"),
        (feature() | {"geometry": {"type": "Point"}}, "no_coordinates"),
        (feature() | {"geometry": {"type": "Polygon", "coordinates": [[["x", "y"]], None, {}]}}, "no_coordinates"),
        (feature(lat=91), "bad_coordinates"),
        (feature(lon=-181), "bad_coordinates"),
        (feature(lat=0, lon=0), "bad_coordinates"),
        (feature(lat="north"), "bad_coordinates"),
        (feature(lat={}), "bad_coordinates"),
        (feature(lat=float("nan")), "no_coordinates"),
        (feature(lat=float("inf")), "no_coordinates"),
        (feature(name="x" * 201), "name_too_long"),
        (feature(note="x" * 30_000), "too_many_tags"),
        (feature("node/100"), "twice_in_the_file"),
    ],
)
def test_a_broken_row_is_refused_with_its_reason_and_hides_no_other(imported, broken, reason):
    report = imported([feature("node/100"), broken, feature("node/101")])
    assert report.outcomes == {"new": 2, "refused": 1}
    assert report.reasons == {reason: 1}
    assert report.broken_off == ""


@pytest.mark.parametrize("text", ["\x00zero", "half \ud800 a pair", "=1+1", "a NaN b, -Infinity", 'quoted "NaN" \\'])
def test_strange_texts_are_kept_as_far_as_a_database_can(imported, text):
    assert imported([feature(name=text, alt=["list"], height=3.5)]).outcomes == {"new": 1}
    entry = DirectoryEntry.objects.get()
    assert "\x00" not in entry.name
    if text.isprintable():
        assert entry.name == text
    assert (entry.tags["alt"], entry.tags["height"]) == ('["list"]', "3.5")


def test_a_number_json_does_not_have_spoils_its_row_only(imported):
    """Exactly as some programs write it; a NaN cut by the end of a chunk is found too."""
    rows = [json.dumps(feature(f"node/{number}", note="é" * (number % 400))) for number in range(1, 1200)]
    rows[600] = json.dumps(feature("node/601", lat=float("nan")))
    report = imported('{"features": [' + ",".join(rows) + "]}")
    assert report.outcomes == {"new": 1198, "refused": 1}
    assert report.examples == {"no_coordinates": ["node/601"]}


def test_bytes_that_are_no_utf8_spoil_their_text_only(imported):
    whole = json.dumps({"features": [feature("node/1", name="caf?"), feature("node/2")]}).encode()
    assert imported(whole.replace(b"caf?", b"caf\xe9")).outcomes == {"new": 2}
    assert DirectoryEntry.objects.get(osm_id=1).name == "caf\N{REPLACEMENT CHARACTER}"


def test_a_file_that_breaks_off_keeps_what_came_before(imported):
    whole = json.dumps({"features": [feature(f"node/{number}") for number in range(1, 30)]})
    report = imported(whole[: len(whole) // 2])
    assert report.broken_off
    assert report.outcomes["new"] == DirectoryEntry.objects.count() > 10


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        "<osm/>",
        '{"features"',
        '{"rows": []}',
        b"\x1f\x8b\x08broken",
        '{"features": ["' + "x" * 5_000_000,
    ],
)
def test_what_is_no_such_file_is_one_sentence(imported, text):
    report = imported(text)
    assert report.broken_off
    assert "\n" not in report.broken_off
    assert not DirectoryEntry.objects.exists()


def test_no_rows_is_no_fault(imported):
    assert imported([]).broken_off == ""


def test_a_gzipped_file_is_known_by_its_content(imported):
    packed = gzip.compress(json.dumps({"features": [feature()]}).encode())
    assert imported(packed).outcomes == {"new": 1}
    assert imported(packed[:-6] if len(packed) > 6 else packed).broken_off


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "not an address", "ftp://x.example"])
def test_an_address_no_browser_should_open_stays_in_the_tags(imported, address):
    imported([feature(website=address)])
    entry = DirectoryEntry.objects.get()
    assert entry.website == ""
    assert entry.tags["website"] == address


def test_the_command_prints_a_report_and_writes_a_sheet_that_is_no_program(tmp_path):
    file, sheet, out = tmp_path / "x.geojson", tmp_path / "report.csv", io.StringIO()
    rows = [
        feature("node/1", name="=HYPERLINK(1)"),
        feature("node/2", opening_hours="whenever"),
        feature("node/3", lat=99),
    ]
    file.write_text(json.dumps({"features": rows}), encoding="utf-8")
    call_command("import_osm", file, report=sheet, stdout=out)
    assert "3 rows: 2 taken (2 new, 0 changed, 0 unchanged), 1 refused" in out.getvalue()
    assert "opening hours: 0 understood, 1 kept as they are" in out.getvalue()
    assert "refused, bad_coordinates: 1 (node/3)" in out.getvalue()
    assert "OpenStreetMap contributors" in out.getvalue()
    with sheet.open(encoding="utf-8", newline="") as written:
        lines = {line["osm"]: line for line in csv.DictReader(written)}
    assert lines["node/1"]["name"] == "'=HYPERLINK(1)"
    assert lines["node/2"]["outcome"] == "new"
    assert lines["node/2"]["reason"].startswith("hours kept as they are")
    assert lines["node/3"] == {
        "row": "3",
        "osm": "node/3",
        "name": "",
        "outcome": "refused",
        "reason": "bad_coordinates",
    }


def test_the_command_says_what_it_cannot_read(tmp_path):
    with pytest.raises(CommandError, match="there is no such file"):
        call_command("import_osm", tmp_path / "none.json")
    (tmp_path / "cut.json").write_text('{"features": [{"type"', encoding="utf-8")
    with pytest.raises(CommandError, match="cannot be read on after row 0"):
        call_command("import_osm", tmp_path / "cut.json", stdout=io.StringIO())
    with pytest.raises(CommandError, match="No such file or directory"):
        call_command("import_osm", SAMPLE, report=tmp_path / "none" / "report.csv")
