"""Keep what was found as rows: opened once, closed by themselves when they are gone, left closed once accepted."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from collective.members.models import Collective
from collective.payments.tell_team import tell_team
from collective.reconciliation.find import Found
from collective.reconciliation.models import Disagreement

How, Kind = Disagreement.How, Disagreement.Kind
SUBJECT = gettext_noop("The books and the payment provider do not agree")
AT_PROVIDER: frozenset[str] = frozenset(Kind) - {Kind.BOOKS, Kind.BALANCE}


@transaction.atomic
def keep_findings(found: Iterable[Found], *, looked_for: Collection[str], house: Collective, at: datetime) -> int:
    """
    Bring the rows up to what was found; return how many are open. `looked_for`: kinds that this check could have found.

    The treasurers are written to once a day at most, when something new has come.
    """
    standing = {row.key: row for row in Disagreement.objects.select_for_update().open()}
    accepted = {row.key: row for row in Disagreement.objects.filter(how=How.ACCEPTED).order_by("resolved_at")}
    keys: set[str] = set()
    is_news = False
    for one in found:
        keys.add(one.key)
        if row := standing.get(one.key):
            _see_again(row, one, at=at)
        elif not _is_accepted(accepted.get(one.key), one):
            _open(one, house=house, at=at)
            is_news = True
    gone = [row.pk for key, row in standing.items() if key not in keys and row.kind in looked_for]
    Disagreement.objects.filter(pk__in=gone).update(resolved_at=at, how=How.ITSELF)
    if is_news:
        tell_team(collective=house, subject=SUBJECT, about=house.name, key=f"disagree:{at:%Y-%m-%d}", at=at)
    return Disagreement.objects.open().count()


def _is_accepted(row: Disagreement | None, one: Found) -> bool:
    if row is None:
        return False
    return (row.ours_cents, row.theirs_cents, row.said) == (one.ours_cents, one.theirs_cents, one.said)


def _see_again(row: Disagreement, one: Found, *, at: datetime) -> None:
    row.ours_cents, row.theirs_cents, row.seen_at = one.ours_cents, one.theirs_cents, at
    row.kind, row.payment = one.kind, one.payment
    row.save(update_fields=["ours_cents", "theirs_cents", "seen_at", "kind", "payment"])


def _open(one: Found, *, house: Collective, at: datetime) -> None:
    row = Disagreement(
        collective=one.payment.workshop.collective if one.payment else house,
        kind=one.kind,
        key=one.key,
        said=one.said,
        about=one.about[:120],
        payment=one.payment,
        ours_cents=one.ours_cents,
        theirs_cents=one.theirs_cents,
        since=at,
        seen_at=at,
    )
    Disagreement.objects.bulk_create([row], ignore_conflicts=True)  # another check at the same moment may be first
