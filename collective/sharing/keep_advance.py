"""Keep what the workshop's policy keeps of an advance when the work is never done: a late cancellation, nobody came."""

from datetime import datetime

from django.db import transaction

from collective.ledger import accounts
from collective.ledger.entities import books_of
from collective.ledger.models import Entry
from collective.ledger.record import record
from collective.ledger.take_back import kept_source
from collective.payments.distribution.order import order_distribution
from collective.payments.models import Payment
from collective.workshops.models import Workshop


@transaction.atomic
def keep_advance(*, workshop: Workshop, reference: str, kept_cents: int, label: str = "", at: datetime) -> Entry | None:
    """
    Turn `kept_cents` of the advance under `reference` into the seller's income, once; None when nothing is kept.

    No share goes to the fund or the platform, since no labour was sold, and no VAT is booked: money kept for work not
    done is an indemnity (CJEU C-277/05, Société thermale d'Eugénie-les-Bains). An accountant confirms it for each
    policy.

    :raises ValueError: when the payments of this subject keep less than that.
    """
    if not kept_cents:
        return None
    payments = list(Payment.objects.select_for_update(of=("self",)).filter(subject=reference).order_by("pk"))
    if kept_cents > sum(payment.kept_cents for payment in payments):
        raise ValueError(f"{kept_cents} cents are not there to keep of {reference}")
    entry = record(
        entity=books_of(workshop.seller),
        journal=Entry.Journal.MISC,
        source=kept_source(reference),
        label=label or workshop.name,
        lines={accounts.ADVANCES: kept_cents, accounts.KEPT_OF_CANCELLATIONS: -kept_cents},
        occurred_at=at,
        reference=reference,
        workshop=workshop,
    )
    order_distribution(reference=reference, at=at)
    return entry
