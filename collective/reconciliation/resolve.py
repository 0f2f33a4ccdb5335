"""Settle what does not agree: a person has looked, and says what it was."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from collective.members.models import User
from collective.payments.rights import what_forbids_keeping_money
from collective.payments.settle_trouble import LONGEST_NOTE, NoteMissing
from collective.reconciliation.models import Disagreement


class AlreadyResolved(RuleBroken):
    code = "already_resolved"
    message = _("This is settled already.")


class OnlyMended(RuleBroken):
    code = "only_mended"
    message = _("A fault in our own books is not accepted, it is mended: the next check closes it by itself.")


def what_forbids_resolving(disagreement: Disagreement, *, by: User) -> RuleBroken | None:
    if forbidden := what_forbids_keeping_money(disagreement.collective, by=by):
        return forbidden
    if disagreement.resolved_at is not None:
        return AlreadyResolved()
    return OnlyMended() if disagreement.kind == Disagreement.Kind.BOOKS else None


@transaction.atomic
def resolve_disagreement(*, disagreement: Disagreement, note: str, by: User, at: datetime) -> Disagreement:
    """
    Accept what both sides say, with a note for whoever comes after. If either changes its word, it is open anew.

    :raises RuleBroken: for who may not, for what is settled, and for faults of our own books.
    :raises NoteMissing: without a reason.
    """
    row = Disagreement.objects.locked(disagreement.pk)
    if forbidden := what_forbids_resolving(row, by=by):
        raise forbidden
    if not (said := note.strip()):
        raise NoteMissing
    row.resolved_at, row.resolved_by, row.how = at, by, Disagreement.How.ACCEPTED
    row.note = said[:LONGEST_NOTE]
    row.save(update_fields=["resolved_at", "resolved_by", "how", "note"])
    return row
