"""What does not agree: between our books, the payment provider and the bank; for who keeps the collective's money."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from backend.lib.clock import database_now
from backend.lib.errors import RuleBroken
from backend.lib.money import decimal
from collective.members.models import Collective
from collective.payments.check_holds import EXPIRES_SOON
from collective.payments.dispute_models import Dispute
from collective.payments.distribution.models import Transfer
from collective.payments.models import Payment, Refund
from collective.payments.rights import what_forbids_keeping_money
from collective.payments.settle_refund import note_bank_refund, refund_again
from collective.payments.settle_trouble import settle_trouble
from collective.reconciliation.check_books import check_books
from collective.reconciliation.checks import PEOPLE
from collective.reconciliation.models import BooksCheck, Disagreement, Opening, Payout
from collective.reconciliation.resolve import resolve_disagreement
from collective.reconciliation.standing import Part, standing_of
from collective.web.agreement_words import ADVICE, CHECKS
from collective.web.books import csv_file
from collective.web.doors import collective_or_404, inside
from collective.workshops.models import Workshop

LISTED, SETTLED = 50, 20
TOO_SOON = timedelta(seconds=20)


@require_safe
@inside
def agreement(request: HttpRequest) -> HttpResponse:
    """The last check, what is open and what can be done about it."""
    collective = _keeper_of(request)
    at = database_now()
    payments = Payment.objects.filter(workshop__collective=collective)
    open_ = Disagreement.objects.open().filter(collective=collective).select_related("payment")
    check = BooksCheck.objects.exclude(finished_at=None).order_by("-at").first()
    held = payments.filter(state=Payment.State.AUTHORISED, capture_before__lt=at + EXPIRES_SOON)
    context = {
        "collective": collective,
        "zone": collective.timezone,
        "current": "agreement",
        "keeps_money": True,
        "my_workshop": Workshop.objects.run_by(request.user).order_by("name").first(),
        "check": check,
        "counts": [(CHECKS.get(name, name), count) for name, count in (check.counts if check else {}).items()],
        "opening": Opening.objects.order_by("pk").first(),
        # What waits for a person has its own place on the page, with what that person can do.
        "open": [(one, ADVICE[one.kind]) for one in open_.exclude(about=PEOPLE).order_by("since", "pk")[:LISTED]],
        "refunds": Refund.objects.waiting()
        .filter(payment__in=payments)
        .select_related("payment")
        .order_by("failed_at"),
        "troubles": payments.in_trouble().order_by("pk")[:LISTED],
        "disputes": Dispute.objects.open().filter(payment__in=payments).select_related("payment"),
        "waiting": _waiting(collective),
        "held": held.order_by("capture_before")[:LISTED],
        "payouts": Payout.objects.order_by("-created_at")[:10],
        "settled": Disagreement.objects.filter(collective=collective, resolved_at__isnull=False)
        .select_related("resolved_by")
        .order_by("-resolved_at")[:SETTLED],
        **_drawn(collective),
    }
    return render(request, "collective/agreement.html", context)


def _waiting(collective: Collective) -> list[dict[str, Any]]:
    """Whom something waits for and why, in sum: the page of transfers has each."""
    reasons = dict(Transfer.Reason.choices)
    waits = Transfer.objects.filter(entity__collective=collective, state=Transfer.State.WAITS)
    rows = waits.values("entity__name", "reason").annotate(cents=Sum("amount_cents"), count=Count("pk"))
    return [row | {"reason": reasons[row["reason"]]} for row in rows.order_by("entity__name", "reason")]


def _drawn(collective: Collective) -> dict[str, Any]:
    """Both sides to one scale; what is below zero has no length, and its amount in the table."""
    standing = standing_of(collective)
    widest = max(_positive(standing.holds), _positive(standing.owed), 1)
    return {
        "standing": standing,
        "bars": [
            (_("Where the money is"), standing.holds, _lengths(standing.holds, widest), standing.held_cents),
            (_("Whose the money is"), standing.owed, _lengths(standing.owed, widest), standing.owed_cents),
        ],
    }


def _positive(parts: tuple[Part, ...]) -> int:
    return sum(max(0, part.cents) for part in parts)


def _lengths(parts: tuple[Part, ...], widest: int) -> list[dict[str, str]]:
    """In thousandths of the drawing's width."""
    pieces, start = [], 0
    for part in parts:
        length = max(0, part.cents) * 100_000 // widest
        pieces.append({"kind": part.kind, "start": decimal(start // 10), "length": decimal(length // 10)})
        start += length
    return pieces


@require_safe
@inside
def agreement_csv(request: HttpRequest) -> HttpResponse:
    """Every disagreement there was, with who settled it and why; no cell that a spreadsheet runs."""
    collective = _keeper_of(request)
    head = ["since", "kind", "about", "ours", "provider", "settled", "how", "by", "note"]
    rows = [head]
    found = Disagreement.objects.filter(collective=collective).select_related("resolved_by").order_by("since", "pk")
    for one in found:
        amounts = [decimal(cents) if cents is not None else "" for cents in (one.ours_cents, one.theirs_cents)]
        settled = one.resolved_at.isoformat() if one.resolved_at else ""
        by = str(one.resolved_by or "")
        rows.append([one.since.isoformat(), one.kind, one.said or one.about, *amounts, settled, one.how, by, one.note])
    return csv_file(rows, name=f"moyeu-{collective.slug}-concordance")


@require_POST
@inside
def agreement_check(request: HttpRequest) -> HttpResponse:
    """Look again now."""
    collective, at = _keeper_of(request), database_now()
    if BooksCheck.objects.filter(at__gte=at - TOO_SOON).exists():
        messages.info(request, _("That was looked at a moment ago."))
        return _back(collective)
    check, _said = check_books(at=at)
    if check.is_green:
        messages.success(request, _("Looked at everything: it agrees."))
    else:
        messages.warning(request, _("Looked at everything: something does not agree."))
    return _back(collective)


@require_POST
@inside
def agreement_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Settle a disagreement with a note."""
    row = get_object_or_404(Disagreement.objects.visible_to(request.user).select_related("collective"), pk=pk)
    note, at = request.POST.get("note", ""), database_now()
    _try(request, lambda: resolve_disagreement(disagreement=row, note=note, by=request.user, at=at), _("Settled."))
    return _back(row.collective)


@require_POST
@inside
def trouble_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a payment out of trouble, with a reason."""
    payment = get_object_or_404(Payment.objects.kept_by(request.user).select_related("workshop__collective"), pk=pk)
    note, at = request.POST.get("note", ""), database_now()
    _try(request, lambda: settle_trouble(payment=payment, note=note, by=request.user, at=at), _("Settled."))
    return _back(payment.workshop.collective)


@require_POST
@inside
def refund_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """A refund that came back: send it again, or note that it was paid by bank transfer."""
    mine = Refund.objects.filter(payment__in=Payment.objects.kept_by(request.user))
    refund = get_object_or_404(mine.select_related("payment__workshop__collective"), pk=pk)
    at = database_now()
    if request.POST.get("faire") == "virement":
        _try(request, lambda: note_bank_refund(refund=refund, by=request.user, at=at), _("Noted as paid by transfer."))
    else:
        _try(
            request,
            lambda: refund_again(refund=refund, by=request.user, at=at),
            _("It is on its way to the card again."),
        )
    return _back(refund.payment.workshop.collective)


def _keeper_of(request: HttpRequest) -> Collective:
    collective = collective_or_404(request)
    if forbidden := what_forbids_keeping_money(collective, by=request.user):
        raise forbidden
    return collective


def _try(request: HttpRequest, act: Callable[[], object], done: str) -> None:
    try:
        act()
    except RuleBroken as rule:
        if rule.status == 403:
            raise
        messages.error(request, str(rule))
    else:
        messages.success(request, done)


def _back(collective: Collective) -> HttpResponse:
    return redirect(f"{reverse('collective:agreement')}?collectif={collective.slug}")
