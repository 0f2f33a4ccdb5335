from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from booking.diagnosis.models import Symptom
from booking.diagnosis.read_knowledge import DATA as KNOWLEDGE
from booking.services.load_catalogue import load_catalogue
from booking.services.models import Intervention
from booking.services.read_catalogue import DATA as CATALOGUE
from collective.tools.models import ToolKind

AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
Edit = Callable[[str, str, str], int]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A copy of the repository's files, small: the tools, the interventions, the symptoms of steering."""
    shutil.copytree(CATALOGUE, tmp_path / "catalogue")
    (tmp_path / "knowledge").mkdir()
    shutil.copy(KNOWLEDGE / "steering.yaml", tmp_path / "knowledge")
    return tmp_path


@pytest.fixture
def edit(files: Path) -> Edit:
    """Replace the first match of a pattern in a file; gives the number of the line it begins on."""

    def replace(name: str, pattern: str, by: str) -> int:
        path = files / name
        text = path.read_text(encoding="utf-8")
        found = re.search(pattern, text, re.MULTILINE)
        assert found, pattern
        path.write_text(text[: found.start()] + by + text[found.end() :], encoding="utf-8")
        return text.count("\n", 0, found.start()) + 1

    return replace


def run(files: Path) -> str:
    out = io.StringIO()
    call_command("load_catalogue", catalogue=files / "catalogue", knowledge=files / "knowledge", stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_the_whole_catalogue_loads_and_loading_again_changes_nothing():
    out = io.StringIO()
    call_command("load_catalogue", stdout=out)
    assert "tools: 52 added" in out.getvalue()
    assert "interventions: 85 added" in out.getvalue()
    assert "symptoms: 47 added" in out.getvalue()
    before = list(Intervention.objects.values())
    call_command("load_catalogue", stdout=out)
    assert "85 unchanged" in out.getvalue()
    assert "47 unchanged" in out.getvalue()
    assert list(Intervention.objects.values()) == before
    truing = Intervention.objects.get(code="WHL-TRUE")
    assert {tool.code for tool in truing.tools.all()} >= {"truing_stand", "spoke_keys"}
    assert truing.minutes_min <= truing.minutes_median <= truing.minutes_max


@pytest.mark.django_db
def test_a_changed_line_updates_only_its_row(files, edit):
    run(files)
    edit(
        "catalogue/interventions.yaml",
        r"^  minutes: \{min: 10, median: 15, max: 30\}",
        "  minutes: {min: 10, median: 20, max: 30}",
    )
    edit("catalogue/tools.yaml", "price_eur: 120", "price_eur: 129.9")
    report = run(files)
    assert "interventions: 0 added, 1 changed, 84 unchanged, 0 retired, 0 brought back (DIA-CHECK)" in report
    assert Intervention.objects.get(code="DIA-CHECK").minutes_median == 20
    assert ToolKind.objects.get(code="stand").price_cents == 12990


@pytest.mark.django_db
def test_changed_tools_of_an_intervention_are_a_change(files, edit):
    run(files)
    edit("catalogue/interventions.yaml", r"^  tools: \[stand\]", "  tools: [stand, truing_stand]")
    assert "1 changed" in run(files)
    assert {tool.code for tool in Intervention.objects.get(code="DIA-CHECK").tools.all()} == {"stand", "truing_stand"}


@pytest.mark.django_db
def test_what_leaves_the_file_is_retired_and_comes_back_with_it(files, edit):
    run(files)
    kept = Intervention.objects.get(code="KID-FIT")
    whole = (files / "catalogue/interventions.yaml").read_text(encoding="utf-8")
    edit("catalogue/interventions.yaml", r"\n- code: KID-FIT\n(?:  .*\n)*", "\n")
    assert "1 retired, 0 brought back (KID-FIT)" in run(files)
    kept.refresh_from_db()
    assert kept.retired_at is not None
    assert kept not in Intervention.objects.current()
    retired_at = kept.retired_at
    run(files)
    kept.refresh_from_db()
    assert kept.retired_at == retired_at
    (files / "catalogue/interventions.yaml").write_text(whole, encoding="utf-8")
    assert "1 brought back (KID-FIT)" in run(files)
    kept.refresh_from_db()
    assert kept.retired_at is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "pattern", "by", "words"),
    [
        (
            "catalogue/interventions.yaml",
            r"tools: \[stand, torque_wrench, chain_checker\]",
            "tools: [stand, wand]",
            "wand",
        ),
        (
            "catalogue/interventions.yaml",
            r"minutes: \{min: 20, median: 30",
            "minutes: {min: 40, median: 30",
            "min <= median",
        ),
        (
            "catalogue/interventions.yaml",
            r"labour_eur: \{low: 20, typical: 29",
            "labour_eur: {low: 20, typical: 9",
            "low <= typ",
        ),
        ("catalogue/interventions.yaml", r"labour_eur: \{low: 20", "labour_eur: {low: -1", "not between"),
        ("catalogue/interventions.yaml", r"labour_eur: \{low: 20", "labour_eur: {low: 1.234", "two decimals"),
        ("catalogue/interventions.yaml", "category: service", "category: magic", "magic"),
        ("catalogue/interventions.yaml", "skill_level: 2", "skill_level: 6", "not between"),
        ("catalogue/interventions.yaml", "modes: .wait, drop_off, itinerant.", "modes: []", "at least one"),
        ("catalogue/interventions.yaml", "- code: DIA-SAFE", "- code: DIA-CHECK", "twice"),
        ("catalogue/interventions.yaml", "- code: DIA-SAFE", "- code: DIA SAFE", "no code"),
        ("catalogue/tools.yaml", "shareable: false", "shareable: perhaps", "true or false"),
        ("knowledge/steering.yaml", r"interventions: \[STR-ADJ\]", "interventions: [STR-NONE]", "STR-NONE"),
        ("knowledge/steering.yaml", r"  tools: \[", "  tools: [magic_wand, ", "magic_wand"),
        ("knowledge/steering.yaml", "urgency: 2", "urgency: 4", "not between"),
        ("knowledge/steering.yaml", "safety: 2", "safety: -1", "not between"),
        ("knowledge/steering.yaml", r"bike_types: \[all\]", "bike_types: [flying]", "flying"),
        ("knowledge/steering.yaml", r"parts: \[cockpit, frame\]", "parts: []", "empty"),
        ("knowledge/steering.yaml", r"factors: \{stem: ", "factors: {stern: ", "stern"),
        ("knowledge/steering.yaml", "self_repair: assist", "self_repair: sometimes", "sometimes"),
        ("knowledge/steering.yaml", "    tip_en: .*", '    tip_en: ""', "expected words"),
        ("knowledge/steering.yaml", "  urgency: 2", "  urgence: 2", "urgence"),
    ],
)
def test_a_broken_file_is_refused_whole_with_the_line_that_is_wrong(files, edit, name, pattern, by, words):
    line = edit(name, pattern, by)
    with pytest.raises(CommandError) as refusal:
        run(files)
    assert str(refusal.value).startswith(f"{Path(name).name}, line {line}: ")
    assert words in str(refusal.value)
    assert not ToolKind.objects.exists()
    assert not Intervention.objects.exists()
    assert not Symptom.objects.exists()


@pytest.mark.django_db
def test_a_broken_file_leaves_what_was_loaded_before(files, edit):
    """The tools are good and changed; the symptoms, read last, are broken: not even the tools come through."""
    run(files)
    edit("catalogue/tools.yaml", "price_eur: 120", "price_eur: 121")
    edit("knowledge/steering.yaml", "urgency: 2", "urgency: 4")
    with pytest.raises(CommandError, match="Nothing was loaded"):
        run(files)
    assert ToolKind.objects.get(code="stand").price_cents == 12000
    assert Symptom.objects.get(code="STR-01").urgency == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("pattern", "by", "words"),
    [
        ("prior: 50", "prior: 51", "the priors sum to 101"),
        (r"\n    - value: \"no\"\n      fr: Non\n      en: \"No\"\n      factors: .*", "", "two answers"),
        (
            r"factors: \{stem: [^}]*\}",
            "factors: {loose: 0, worn: 0, stem: 0, fork: 0}",
            "no cause is left after twist yes",
        ),
    ],
)
def test_knowledge_that_could_not_be_assessed_is_refused(files, edit, pattern, by, words):
    edit("knowledge/steering.yaml", pattern, by)
    with pytest.raises(CommandError, match=rf"^steering\.yaml, line \d+: .*{words}"):
        run(files)
    assert not Symptom.objects.exists()


@pytest.mark.django_db
def test_a_file_named_after_no_category_is_refused(files):
    (files / "knowledge/steering.yaml").rename(files / "knowledge/starring.yaml")
    with pytest.raises(CommandError, match=r"starring\.yaml, line \d+: the file is named after no category"):
        run(files)


@pytest.mark.django_db
def test_a_missing_file_is_one_sentence(files):
    (files / "catalogue/tools.yaml").unlink()
    with pytest.raises(CommandError, match=r"tools\.yaml: No such file"):
        run(files)


@pytest.mark.django_db
def test_loading_answers_what_changed(files):
    changes = load_catalogue(at=AT, folder=files / "catalogue")
    assert len(changes["interventions"].added) == 85
