"""
Write a legal person's entries as the file that the tax administration asks for: the FEC (LPF art. A47 A-1).

One file for each legal person and year: eighteen columns between tabs, amounts with a comma, dates as YYYYMMDD, in
ISO 8859-15. Entries are numbered without a gap in each journal, in the order in which they were written, which never
changes since the ledger is only added to.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, Sum
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput
from backend.lib.money import decimal
from backend.lib.sheets import safe_cell
from collective.ledger.accounts import OWED, account_name
from collective.ledger.models import Entity, Entry, Line

COLUMNS = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise",
    "Idevise",
)  # fmt: skip
JOURNALS = {
    Entry.Journal.SALES: ("VT", "Ventes"),
    Entry.Journal.BANK: ("BQ", "Banque"),
    Entry.Journal.COUNTER: ("CA", "Caisse"),
    Entry.Journal.SHARING: ("RP", "Répartition"),
    Entry.Journal.MISC: ("OD", "Opérations diverses"),
}
OPENING = ("AN", "À-nouveaux")
PROFIT, LOSS = ("120000", "Résultat de l'exercice (bénéfice)"), ("129000", "Résultat de l'exercice (perte)")
DIGITS = 6  # an account's number is filled up with zeros: 53 is 530000
LONGEST = 200
ENCODING = "iso-8859-15"
# What the encoding lacks and people type all the same.
SPELT = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "−": "-", "\u202f": " "})
AT_ONCE = 500


class BadPeriod(BadInput):
    code = "bad_period"
    message = _("The period begins after it ends, or is longer than two years.")


@dataclass(frozen=True)
class Fec:
    name: str
    content: bytes


def export_fec(
    *, entity: Entity, siren: str, first: date, last: date, zone: ZoneInfo, pieces: Mapping[int, str] | None = None
) -> Fec:
    """
    Return the file of these books from `first` to `last`, both included, with what stood before as opening balances.

    `pieces` names the paper behind an entry, by its pk: an invoice's number; without, the repair's. Time credits are in
    no euro book and are left out.

    :raises BadPeriod: when `first` comes after `last`, or two years before it.
    """
    if not first <= last <= first + timedelta(days=731):
        raise BadPeriod
    names = dict(Entity.objects.filter(collective=entity.collective_id).values_list("pk", "name"))
    with translation.override("fr"):
        rows = [*_opening(entity, first, zone, names), *_entries(entity, first, last, zone, names, pieces or {})]
    lines = ["\t".join(COLUMNS), *("\t".join(row) for row in rows)]
    content = "".join(f"{line}\r\n" for line in lines).encode(ENCODING, errors="replace")
    return Fec(f"{siren}FEC{last:%Y%m%d}.txt", content)


def _opening(entity: Entity, first: date, zone: ZoneInfo, names: Mapping[int, str]) -> Iterator[list[str]]:
    """What stands on the accounts of the balance sheet; income and costs of before are one result."""
    before = Line.objects.filter(entry__entity=entity, entry__sealed_at__isnull=False, unit=Line.Unit.EUR)
    before = before.filter(entry__occurred_at__lt=datetime.combine(first, time.min, zone))
    standing = dict(before.values_list("account").annotate(Sum("amount")).order_by("account"))
    result = sum(cents for account, cents in standing.items() if account[0] in "67")
    day = f"{first:%Y%m%d}"
    common = (*OPENING, "AN000001", day)
    rest = ("AN", day, "Solde à l'ouverture")
    for account, cents in standing.items():
        if cents and account[0] not in "67":
            yield [*common, *_account(account, names), *rest, *_amounts(cents), "", "", day, "", ""]
    if result:
        number, name = LOSS if result > 0 else PROFIT
        yield [*common, number, name, "", "", *rest, *_amounts(result), "", "", day, "", ""]


def _entries(
    entity: Entity, first: date, last: date, zone: ZoneInfo, names: Mapping[int, str], pieces: Mapping[int, str]
) -> Iterator[list[str]]:
    begins = datetime.combine(first, time.min, zone)
    ends = datetime.combine(last + timedelta(days=1), time.min, zone)
    lines = Prefetch("lines", queryset=Line.objects.filter(unit=Line.Unit.EUR).order_by("-amount", "account"))
    found = Entry.objects.sealed().filter(entity=entity, occurred_at__gte=begins, occurred_at__lt=ends)
    count: Counter[str] = Counter()
    for entry in found.order_by("pk").prefetch_related(lines).iterator(AT_ONCE):
        if entry.lines.all():
            count[entry.journal] += 1
            yield from _entry(entry, count[entry.journal], zone, names, pieces.get(entry.pk) or entry.reference)


def _entry(entry: Entry, number: int, zone: ZoneInfo, names: Mapping[int, str], piece: str) -> Iterable[list[str]]:
    code, journal = JOURNALS[Entry.Journal(entry.journal)]
    assert entry.sealed_at
    day = entry.occurred_at.astimezone(zone).date()
    sealed = max(day, entry.sealed_at.astimezone(zone).date())
    for line in entry.lines.all():
        yield [
            code,
            journal,
            f"{code}{number:06}",
            f"{day:%Y%m%d}",
            *_account(line.account, names),
            clean(piece or entry.source),
            f"{day:%Y%m%d}",
            clean(f"{entry.label} {entry.reference}" if entry.reference not in entry.label else entry.label),
            *_amounts(line.amount),
            "",
            "",
            f"{sealed:%Y%m%d}",
            "",
            "",
        ]


def _account(account: str, names: Mapping[int, str]) -> tuple[str, str, str, str]:
    """Number, name, and who stands behind it: the auxiliary account of what entities owe each other."""
    number, _dot, other = account.partition(".")
    chart = number.ljust(DIGITS, "0")
    if number != OWED:
        return chart, clean(account_name(account)), "", ""
    return chart, clean(account_name(number)), f"E{int(other):05}", clean(names.get(int(other), other))


def _amounts(cents: int) -> tuple[str, str]:
    return _euros(max(0, cents)), _euros(max(0, -cents))


def _euros(cents: int) -> str:
    return decimal(cents).replace(".", ",")


def clean(text: str) -> str:
    """One line in the file's letters, that no spreadsheet runs as a formula; never empty."""
    line = " ".join(text.translate(SPELT).split())
    known = "".join(_letter(letter) for letter in line if unicodedata.category(letter)[0] != "C")
    return str(safe_cell(known.strip()[:LONGEST])) or "-"


def _letter(letter: str) -> str:
    """A letter that the encoding lacks loses its accent, or is a question mark."""
    try:
        letter.encode(ENCODING)
    except UnicodeEncodeError:
        bare = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
        return bare or "?"
    return letter
