"""How a workshop is paid: its account at the payment provider, in words, or its bank details."""

from __future__ import annotations

from contextlib import suppress

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.lib.clock import database_now
from booking.web.workshop.doors import at_work, workshop_or_404
from booking.web.workshop.settings.doors import change_by_form, demand_owner, settings_frame, try_to
from collective.ledger.entities import books_of
from collective.ledger.models import Entity
from collective.payments.distribution.accounts import (
    account_shown,
    begin_onboarding,
    choose_account,
    choose_bank,
    look_at_account,
)
from collective.payments.distribution.models import Receivable, SellerAccount, Transfer
from collective.payments.ports import ProviderUnavailable
from collective.web.account_words import STATUS, what_is_asked
from collective.workshops.models import Workshop

TEMPLATE = "booking/workshop/settings/getting_paid.html"


class BankForm(forms.Form):
    iban = forms.CharField(
        label="IBAN",
        max_length=50,
        help_text=gettext_lazy("From your bank’s slip; the spaces do not matter."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    bic = forms.CharField(
        label="BIC", max_length=20, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    holder = forms.CharField(label=gettext_lazy("Account holder"), max_length=70)


@require_http_methods(["GET", "HEAD", "POST"])
@at_work
def getting_paid(request: HttpRequest, slug: str) -> HttpResponse:
    """The state of the account and what waits; a POST gives bank details to be paid to instead."""
    workshop = workshop_or_404(request, slug)
    context = {**settings_frame(request, workshop, tab="paid"), **_shown(workshop)}
    if request.method != "POST":
        return render(request, TEMPLATE, {**context, "form": BankForm()})
    demand_owner(request, workshop)
    form = BankForm(request.POST)

    def act() -> None:
        choose_bank(entity=books_of(workshop.seller), by=request.user, at=database_now(), **form.cleaned_data)

    to = reverse("web:getting_paid", args=[slug])
    done = _("Kept. From now on your share comes by bank transfer.")
    return change_by_form(request, form, act, done=done, to=to, again=(TEMPLATE, context))


@require_POST
@at_work
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """On to the provider's pages, where the account is opened or completed."""
    workshop = workshop_or_404(request, slug)
    demand_owner(request, workshop)
    address: list[str] = []

    def act() -> None:
        address.append(
            begin_onboarding(
                entity=books_of(workshop.seller),
                by=request.user,
                refresh_url=request.build_absolute_uri(reverse("web:getting_paid_back", args=[slug])),
                return_url=request.build_absolute_uri(reverse("web:getting_paid_back", args=[slug])),
                at=database_now(),
            )
        )

    try_to(request, act, "")
    return redirect(address[0] if address else reverse("web:getting_paid", args=[slug]))


@require_safe
@at_work
def back(request: HttpRequest, slug: str) -> HttpResponse:
    """Back from the provider, done or not: the account is read, whoever says what."""
    workshop = workshop_or_404(request, slug)
    demand_owner(request, workshop)
    with suppress(ProviderUnavailable):  # the rounds read it again
        look_at_account(account=account_shown(seller=workshop.seller), at=database_now())
    return redirect("web:getting_paid", slug=slug)


@require_POST
@at_work
def by_account(request: HttpRequest, slug: str) -> HttpResponse:
    """Through the provider again, rather than between banks."""
    workshop = workshop_or_404(request, slug)

    def act() -> None:
        choose_account(entity=books_of(workshop.seller), by=request.user, at=database_now())

    try_to(request, act, _("Kept. From now on your share goes to your account at the payment provider."))
    return redirect("web:getting_paid", slug=slug)


def _shown(workshop: Workshop) -> dict[str, object]:
    account = account_shown(seller=workshop.seller)
    mark, status, to_do = STATUS[account.status]
    mine = {"entity__kind": Entity.Kind.SELLER, "workshop": workshop}
    waiting = Transfer.objects.filter(**mine).exclude(state=Transfer.State.SENT)
    owed = Receivable.objects.open_().filter(**mine)
    return {
        "account": account,
        "by_bank": account.way == SellerAccount.Way.BANK,
        "mark": mark,
        "status": status,
        "to_do": to_do,
        "asked": what_is_asked(account.due),
        "waiting_cents": sum(waiting.values_list("amount_cents", flat=True)),
        "owed_cents": sum(row.left_cents for row in owed),
        "may_begin": account.status not in (SellerAccount.Status.CLOSED, SellerAccount.Status.UNSUPPORTED),
        "seller": workshop.seller,
    }
