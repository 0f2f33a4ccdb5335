"""Look whether transfers, reversals and nettings are one to one with the books, and within what was captured."""

from collections import Counter
from collections.abc import Iterator

from django.db.models import F, Q, Sum

from backend.lib.outbox_models import OutboxRow
from collective.ledger.accounts import ADVANCES, BANK, NETTING, OWED, PROVIDER
from collective.ledger.models import Entity, Line
from collective.payments.distribution.models import Netting, Receivable, Reversal, Transfer
from collective.payments.distribution.order import KIND
from collective.payments.models import Payment

SOURCES = ("transfer:", "reversal:", "netting:")


def what_disagrees_with_the_transfers() -> list[str]:
    """Return a sentence for each fault; none when all is well. A fixed number of queries."""
    return [*_sums(), *_above_what_was_captured(), *_entries(), *_netting_account(), *_dues()]


def _sums() -> Iterator[str]:
    back = Sum("reversals__amount_cents", filter=Q(reversals__state=Reversal.State.DONE), default=0)
    rows = Transfer.objects.annotate(back=back).exclude(back=F("reversed_cents"))
    for pk, said, found in rows.values_list("pk", "reversed_cents", "back"):
        yield f"transfer {pk} says {said} taken back, its reversals {found}"
    receivables = Receivable.objects.annotate(paid=Sum("nettings__amount_cents", default=0))
    for pk, said, found in receivables.exclude(paid=F("netted_cents")).values_list("pk", "netted_cents", "paid"):
        yield f"receivable {pk} says {said} netted, its nettings {found}"


def _above_what_was_captured() -> Iterator[str]:
    gone = Sum("transfers__amount_cents", filter=Q(transfers__state=Transfer.State.SENT), default=0)
    back = Sum("transfers__reversed_cents", filter=Q(transfers__state=Transfer.State.SENT), default=0)
    rows = Payment.objects.annotate(sent=gone - back).filter(sent__gt=F("captured_cents"))
    for reference, sent, captured in rows.values_list("reference", "sent", "captured_cents"):
        yield f"payment {reference}: {sent} sent of {captured} captured"


def _entries() -> Iterator[str]:
    """What must stand on the accounts where money is (517, 512) and passes (478), against what stands there."""
    due, booked = _due(), _booked()
    for key in sorted(due.keys() | booked.keys()):
        source, entity, account = key
        if due.get(key) != booked.get(key):
            yield (
                f"{source} on {account} of entity {entity}: the books say {booked.get(key)}, "
                f"the transfers {due.get(key)}"
            )


Key = tuple[str, int, str]


def _due() -> dict[Key, int]:
    platforms = dict(Entity.objects.filter(kind=Entity.Kind.PLATFORM).values_list("collective", "pk"))
    due: dict[Key, int] = {}

    def moved(source: str, entity: int, collective: int, account: str, cents: int) -> None:
        due[source, entity, account] = cents
        due[source, platforms[collective], account] = -cents

    sent = Transfer.objects.filter(state=Transfer.State.SENT)
    for pk, entity, collective, payment, cents in sent.values_list(
        "pk", "entity", "entity__collective", "payment", "amount_cents"
    ):
        moved(f"transfer:{pk}", entity, collective, PROVIDER if payment else BANK, cents)
    for pk, entity, collective, cents in Reversal.objects.filter(state=Reversal.State.DONE).values_list(
        "pk", "transfer__entity", "transfer__entity__collective", "amount_cents"
    ):
        moved(f"reversal:{pk}", entity, collective, PROVIDER, -cents)
    for pk, entity, collective, cents in Netting.objects.values_list(
        "pk", "receivable__entity", "receivable__entity__collective", "amount_cents"
    ):
        moved(f"netting:{pk}:from", entity, collective, NETTING, cents)
        moved(f"netting:{pk}:to", entity, collective, NETTING, -cents)
    return due


def _booked() -> dict[Key, int]:
    sources = Q()
    for begins in SOURCES:
        sources |= Q(entry__source__startswith=begins)
    lines = Line.objects.filter(sources, account__in=(PROVIDER, BANK, NETTING))
    booked: Counter[Key] = Counter()
    for source, entity, account, amount in lines.values_list("entry__source", "entry__entity", "account", "amount"):
        booked[source, entity, account] += amount
    return dict(booked)


def _netting_account() -> Iterator[str]:
    rows = Line.objects.filter(account=NETTING).values_list("entry__entity").annotate(total=Sum("amount"))
    for entity, total in rows.exclude(total=0):
        yield f"entity {entity}: the netting account stands at {total}"


def _dues() -> Iterator[str]:
    """What the books owe each beneficiary is waiting, on its way, or (below zero) a receivable."""
    # Between what changed the books and the look it ordered, the rows may lag behind.
    ordered = OutboxRow.objects.filter(kind=KIND, state=OutboxRow.State.WAITING)
    lagging = set(ordered.values_list("payload__reference", flat=True))
    owed = _owed()
    said: Counter[tuple[int, str]] = Counter()
    open_ = Transfer.objects.exclude(state=Transfer.State.SENT)
    for entity, reference, cents in open_.values_list("entity", "reference", "amount_cents"):
        said[entity, reference] += cents
    planned = Reversal.objects.filter(state=Reversal.State.PLANNED)
    for entity, reference, cents in planned.values_list("transfer__entity", "transfer__reference", "amount_cents"):
        said[entity, reference] -= cents
    for entity, reference, amount, netted in Receivable.objects.open_().values_list(
        "entity", "reference", "amount_cents", "netted_cents"
    ):
        said[entity, reference] -= amount - netted
    for entity, reference in sorted(owed.keys() | said.keys()):
        stands, planned_cents = owed.get((entity, reference), 0), said[entity, reference]
        if stands != planned_cents and reference not in lagging:
            yield f"entity {entity}: {stands} owed for {reference}, transfers and receivables say {planned_cents}"


def _owed() -> dict[tuple[int, str], int]:
    """By beneficiary and repair, zeros left out: as `owed_cents` says it of one."""
    owed: Counter[tuple[int, str]] = Counter()
    across = Line.objects.filter(entry__entity__kind=Entity.Kind.PLATFORM, account__startswith=f"{OWED}.")
    named = across.exclude(entry__reference="").values_list("account", "entry__reference").annotate(Sum("amount"))
    for account, reference, total in named.exclude(amount__sum=0):
        owed[int(account.partition(".")[2]), reference] -= total
    advances = Line.objects.filter(account=ADVANCES, entry__entity__kind=Entity.Kind.SELLER)
    standing = advances.exclude(entry__reference="").values_list("entry__entity", "entry__reference")
    for entity, reference, total in standing.annotate(Sum("amount")).filter(amount__sum__lt=0):
        owed[entity, reference] += total
    return {key: cents for key, cents in owed.items() if cents}
