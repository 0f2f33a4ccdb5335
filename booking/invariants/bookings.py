"""What people were told and paid for, against what stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from backend.lib.outbox_models import OutboxRow
from booking.appointments.ask import PURPOSE
from booking.appointments.models import Appointment
from booking.audit.models import AuditRow
from collective.payments.models import Payment

CONFIRMATIONS = ("booked", "accepted")  # the mails that say that an appointment stands
TABLE = "booking_appointment"


def acknowledged_and_gone() -> Iterator[str]:
    """Yield a sentence for what a mail confirmed, or a payment was taken for, and that is not there."""
    known = {str(token) for token in Appointment.objects.values_list("token", flat=True)}
    for token in sorted(set(_told()) - known):
        yield f"the appointment {token} was confirmed by mail and is not there"
    numbers = {f"M{pk:05d}" for pk in Appointment.objects.values_list("pk", flat=True)}
    paid = Payment.objects.filter(purpose=PURPOSE, captured_cents__gt=0)
    for reference, subject in paid.values_list("reference", "subject"):
        if subject not in numbers:
            yield f"payment {reference} was taken for {subject}, which is not there"


def confirmed_and_not_told() -> Iterator[str]:
    """Yield a sentence for each appointment whose confirmations and messages are not one to one."""
    told = _told()
    confirmed = Counter(
        AuditRow.objects.filter(watched=TABLE, became=Appointment.Status.CONFIRMED)
        .exclude(was="")  # written as confirmed at once: what a workshop enters by hand, or a demonstration
        .values_list("row_id", flat=True)
    )
    rows = Appointment.objects.filter(pk__in=confirmed).exclude(email="")
    for pk, token in rows.order_by("pk").values_list("pk", "token"):
        if told[str(token)] != confirmed[pk]:
            yield f"appointment {pk} was confirmed {confirmed[pk]} times and told {told[str(token)]} times"


def _told() -> Counter[str]:
    """Count the confirmations put out for each appointment, by its token."""
    told: Counter[str] = Counter()
    for what in CONFIRMATIONS:
        begins = f"mail:appointment:{what}:"
        keys = OutboxRow.objects.filter(kind="mail", key__startswith=begins).values_list("key", flat=True)
        told.update(str(key).removeprefix(begins).partition(":")[0] for key in keys)
    return told
