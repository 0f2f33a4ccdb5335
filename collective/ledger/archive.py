"""
Export a counter for keeping: its chain and closings as files that anybody can check without this program.

Six years (LPF art. L102 B), and readable by another program: JSON lines and CSV, with the hash of each file.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core import signing

from backend.lib.sheets import safe_cell
from collective.ledger.close_period import said_of
from collective.ledger.closing_models import Closing, CounterRecord
from collective.ledger.counter_chain import canonical, said
from collective.ledger.models import Entity

HOW = """\
COMMENT VERIFIER CETTE ARCHIVE (English below)

1. manifest.json donne le SHA-256 de chaque fichier : recalculez-les (sha256sum *).
2. Chaque ligne de records.jsonl est un maillon. Retirez sa cle "sha256", ecrivez le reste en JSON : UTF-8, cles triees,
   separateurs "," et ":" sans espace, caracteres non echappes ; le SHA-256 de ces octets est la cle retiree.
   "previous" est le "sha256" de la ligne precedente ; 64 zeros avant la premiere.
3. closings.jsonl se verifie de meme ; "chain" est le "sha256" du maillon "last_record". Le grand total
   ("grand_total_cents") d'un jour est celui du jour ferme avant plus "taken_cents".
4. manifest.sig signe manifest.json avec la cle de l'installation, qui seule la verifie.
Les CSV disent la meme chose pour un tableur ; les JSON font foi. Montants en centimes.

HOW TO CHECK THIS ARCHIVE

1. manifest.json has the SHA-256 of each file: make them again (sha256sum *).
2. Each line of records.jsonl is a link. Take its key "sha256" out and write the rest as JSON: UTF-8, sorted keys,
   separators "," and ":" without spaces, nothing escaped; the SHA-256 of these bytes is the key taken out.
   "previous" is the "sha256" of the line before; 64 zeros before the first.
3. The same for closings.jsonl; "chain" is the "sha256" of link "last_record". The grand total of a day is that of the
   day closed before plus "taken_cents".
4. manifest.sig signs manifest.json with the installation's key, which alone can check it.
The CSV files say the same for a spreadsheet; the JSON is the reference. Amounts are in cents.
"""
SALT = "moyeu.counter-archive"
FIXED = (1980, 1, 1, 0, 0, 0)  # no clock in the file: the same rows give the same bytes


def archive_of(*, entity: Entity, at: datetime) -> bytes:
    """Return the whole chain of a counter and all its closings as a zip; `at` is said in the manifest."""
    links = CounterRecord.objects.filter(entity=entity).select_related("entry").prefetch_related("entry__lines")
    records = [_record(link) for link in links.order_by("number")]
    closings = [
        said_of(closing) | {"sha256": closing.sha256}
        for closing in Closing.objects.filter(entity=entity).order_by("number")
    ]
    files = {
        "records.jsonl": _json_lines(records),
        "records.csv": _sheet(records),
        "closings.jsonl": _json_lines(closings),
        "closings.csv": _sheet(closings),
        "LISEZMOI-README.txt": HOW.encode(),
    }
    manifest = _manifest(entity, files, at)
    files |= {"manifest.json": manifest, "manifest.sig": signing.Signer(salt=SALT).signature(manifest).encode()}
    return _zip(files)


def _record(link: CounterRecord) -> dict[str, Any]:
    lines = [(line.account, line.amount, line.unit) for line in link.entry.lines.all()]
    return said(link.entry, lines, number=link.number, previous=link.previous) | {"sha256": link.sha256}


def _manifest(entity: Entity, files: dict[str, bytes], at: datetime) -> bytes:
    return json.dumps(
        {
            "counter": entity.name,
            "siren": entity.seller.siren if entity.seller else "",
            "exported_at": at.isoformat(),
            "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        },
        ensure_ascii=False,
        indent=1,
        sort_keys=True,
    ).encode()


def _json_lines(rows: Sequence[dict[str, Any]]) -> bytes:
    return b"".join(canonical(row) + b"\n" for row in rows)


def _sheet(rows: Sequence[dict[str, Any]]) -> bytes:
    out = io.StringIO("")
    if rows:
        sheet = csv.DictWriter(out, list(rows[0]))
        sheet.writeheader()
        for row in rows:
            sheet.writerow({name: safe_cell(_cell(value)) for name, value in row.items()})
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cell(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else value


def _zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(zipfile.ZipInfo(name, FIXED), content)
    return out.getvalue()
