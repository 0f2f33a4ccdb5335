"""Look whether the books hold together: what the database refuses, seen from outside."""

from collections.abc import Iterator

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Sum

from collective.ledger import guards
from collective.ledger.accounts import ADVANCES, CUSTOMERS, OWED, is_account
from collective.ledger.models import Entry, Line
from collective.ledger.take_back import sale_source


def what_is_wrong_in_the_books() -> list[str]:
    """Return a sentence for each fault; none when all is well. A fixed number of queries, whatever the books hold."""
    return [
        *_guards(),
        *_unsealed(),
        *_unbalanced(),
        *_outside_the_plan(),
        *_disagreements(),
        *_advances_left(),
        *_overpaid(),
    ]


def _guards() -> Iterator[str]:
    for name in guards.missing(connection):
        yield f"the database's guard {name} is missing"


def _unsealed() -> Iterator[str]:
    for entry in Entry.objects.filter(sealed_at__isnull=True):
        yield f"entry {entry.pk} ({entry.source}) is not sealed"
    for entry in Entry.objects.annotate(count=Count("lines")).filter(count=0):
        yield f"entry {entry.pk} ({entry.source}) has no lines"


def _unbalanced() -> Iterator[str]:
    sums = Line.objects.values("entry", "entry__source", "unit").annotate(off=Sum("amount")).exclude(off=0)
    for row in sums.order_by("entry"):
        yield f"entry {row['entry']} ({row['entry__source']}) is out of balance by {row['off']} {row['unit']}"


def _outside_the_plan() -> Iterator[str]:
    for account in Line.objects.values_list("account", flat=True).distinct():
        if not is_account(account):
            yield f"account {account} is not in the plan"


def _disagreements() -> Iterator[str]:
    """What A's books say B owes is what B's books say it owes A."""
    owed: dict[tuple[int, int, str], int] = {}
    rows = Line.objects.filter(account__startswith=f"{OWED}.").values_list("entry__entity", "account", "unit")
    for entity, account, unit, total in rows.annotate(Sum("amount")):
        owed[entity, int(account.partition(".")[2]), unit] = total
    for (entity, other, unit), total in sorted(owed.items()):
        said = owed.get((other, entity, unit), 0)
        if total + said and (entity < other or (other, entity, unit) not in owed):
            yield f"entities {entity} and {other} disagree by {total + said} {unit} on what one owes the other"


def _advances_left() -> Iterator[str]:
    """A finished repair uses its advance up; before it, an advance is never under zero."""
    finished = Entry.objects.filter(entity=OuterRef("entry__entity"), source__startswith="sale:").filter(
        reference=OuterRef("entry__reference")
    )
    rows = (
        Line.objects.filter(account=ADVANCES)
        .annotate(is_finished=Exists(finished))
        .values_list("entry__entity", "entry__reference", "is_finished")
        .annotate(total=Sum("amount"))
    )
    for entity, reference, is_finished, total in rows.order_by("entry__entity", "entry__reference"):
        if total > 0 or (is_finished and total):
            state = "after the sale" if is_finished else "before any sale"
            yield f"entity {entity}: the advance of {reference} stands at {-total} {state} ({sale_source(reference)})"


def _overpaid() -> Iterator[str]:
    """What a customer owes for a repair is settled once: it never goes below nothing."""
    rows = Line.objects.filter(account=CUSTOMERS).values("entry__entity", "entry__reference")
    for row in rows.annotate(over=-Sum("amount")).filter(over__gt=0).order_by("entry__entity", "entry__reference"):
        yield f"entity {row['entry__entity']}: {row['entry__reference']} is settled by {row['over']} more than was owed"
