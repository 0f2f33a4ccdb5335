"""The money that leaves: what waits for a person, files for the bank, and how everybody is paid. For the treasurer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.lib.clock import database_now
from backend.lib.errors import RuleBroken
from collective.ledger.entities import fund_of, platform_of
from collective.ledger.models import Entity
from collective.members.models import Collective
from collective.payments.distribution.accounts import account_shown, begin_onboarding, choose_bank, look_at_account
from collective.payments.distribution.by_bank import cancel_batch, confirm_batch, make_batch
from collective.payments.distribution.models import (
    BankBatch,
    Receivable,
    SellerAccount,
    Transfer,
    kept_by_treasurer,
)
from collective.payments.distribution.retry import retry_transfer
from collective.payments.ports import ProviderUnavailable
from collective.web.account_words import STATUS, Words, what_is_asked, where_it_is
from collective.web.doors import inside
from collective.web.forms import done_by_form
from collective.workshops.models import Workshop

PAGE = "collective/transfers.html"
MOST_SHOWN = 100


class BankForm(forms.Form):
    iban = forms.CharField(label="IBAN", max_length=50, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    bic = forms.CharField(
        label="BIC", max_length=20, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    holder = forms.CharField(label=gettext_lazy("Account holder"), max_length=70)


class BatchForm(forms.Form):
    executes_on = forms.DateField(
        label=gettext_lazy("Day of payment"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


@require_safe
@inside
def transfers(request: HttpRequest) -> HttpResponse:
    """The page of the money that leaves."""
    return render(request, PAGE, _context(request, _treasury_or_404(request)))


@require_http_methods(["POST"])
@inside
def bank(request: HttpRequest) -> HttpResponse:
    """The bank account of the collective, or of its fund (`qui=caisse`), that transfers leave from or go to."""
    collective = _treasury_or_404(request)
    form = BankForm(request.POST)
    whose = fund_of if request.GET.get("qui") == "caisse" else platform_of

    def act() -> None:
        choose_bank(entity=whose(collective), by=request.user, at=database_now(), **form.cleaned_data)

    if done_by_form(request, form, act, done=_("Kept.")):
        return redirect("collective:transfers")
    return render(request, PAGE, {**_context(request, collective), "bank_form": form}, status=400)


@require_POST
@inside
def new_batch(request: HttpRequest) -> HttpResponse:
    """Make the file for the bank."""
    collective = _treasury_or_404(request)
    form = BatchForm(request.POST)

    def act() -> None:
        make_batch(collective=collective, by=request.user, at=database_now(), **form.cleaned_data)

    done = _("The file is ready. Give it to your bank, then confirm here that it was sent.")
    if done_by_form(request, form, act, done=done):
        return redirect("collective:transfers")
    return render(request, PAGE, {**_context(request, collective), "batch_form": form}, status=400)


@require_safe
@inside
def batch_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file as it was made: ISO 20022 pain.001.001.09."""
    batch = get_object_or_404(BankBatch.objects.visible_to(request.user), pk=pk)
    response = HttpResponse(batch.xml, content_type="application/xml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{batch.message_id}.xml"'
    return response


@require_POST
@inside
def close_batch(request: HttpRequest, pk: int) -> HttpResponse:
    """The bank has taken it (`fait=oui`), or it is not sent at all."""
    batch = get_object_or_404(BankBatch.objects.visible_to(request.user), pk=pk)
    is_sent = request.POST.get("fait") == "oui"
    act = confirm_batch if is_sent else cancel_batch
    done = _("Booked: these transfers are paid.") if is_sent else _("Cancelled. What was in the file waits again.")
    _try(request, lambda: act(batch=batch, by=request.user, at=database_now()), done)
    return redirect("collective:transfers")


@require_POST
@inside
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Send again what the provider refused."""
    transfer = get_object_or_404(Transfer.objects.visible_to(request.user), pk=pk)
    _try(
        request,
        lambda: retry_transfer(transfer=transfer, by=request.user, at=database_now()),
        _("It will be sent again with the next round."),
    )
    return redirect("collective:transfers")


@require_POST
@inside
def fund_begin(request: HttpRequest) -> HttpResponse:
    """The common fund's own account at the provider."""
    collective, address = _treasury_or_404(request), [reverse("collective:transfers")]
    back = request.build_absolute_uri(reverse("collective:fund_back"))

    def act() -> None:
        address[0] = begin_onboarding(
            entity=fund_of(collective), by=request.user, refresh_url=back, return_url=back, at=database_now()
        )

    _try(request, act, "")
    return redirect(address[0])


@require_safe
@inside
def fund_back(request: HttpRequest) -> HttpResponse:
    """Back from the provider: the account is read."""
    collective = _treasury_or_404(request)
    with suppress(ProviderUnavailable):  # the rounds read it again
        look_at_account(account=account_shown(fund_of=collective), at=database_now())
    return redirect("collective:transfers")


def _treasury_or_404(request: HttpRequest) -> Collective:
    mine = kept_by_treasurer(request.user) if request.user.is_authenticated else Collective.objects.none()
    if slug := request.GET.get("collectif", ""):
        mine = mine.filter(slug=slug)
    if found := mine.distinct().order_by("name").first():
        return found
    raise Http404


def _try(request: HttpRequest, act: Callable[[], Any], done: str) -> None:
    try:
        act()
    except RuleBroken as rule:
        if rule.status == 403:
            raise
        messages.error(request, str(rule))
    else:
        if done:
            messages.success(request, done)


def _context(request: HttpRequest, collective: Collective) -> dict[str, Any]:
    today = database_now().date()
    rows = Transfer.objects.visible_to(request.user).filter(entity__collective=collective)
    rows = rows.select_related("entity", "workshop").order_by("pk")
    by_bank = rows.filter(state=Transfer.State.WAITS, reason=Transfer.Reason.BATCH)
    owed = Receivable.objects.visible_to(request.user).open_().filter(entity__collective=collective)
    return {
        "collective": collective,
        "zone": collective.timezone,
        "current": "transfers",
        "my_workshop": Workshop.objects.run_by(request.user).order_by("name").first(),
        "keeps_treasury": True,
        "in_trouble": [(row, *where_it_is(row)) for row in rows.waiting_for_a_person()[:MOST_SHOWN]],
        "trouble_count": rows.waiting_for_a_person().count(),
        "by_bank_cents": sum(by_bank.values_list("amount_cents", flat=True)),
        "batches": BankBatch.objects.filter(collective=collective).order_by("-pk")[:20],
        "accounts": [_account(account) for account in _accounts(collective)],
        "ours": _of_the_platform(collective),
        "owed": owed.select_related("entity").order_by("since", "pk")[:MOST_SHOWN],
        "bank_form": BankForm(),
        "batch_form": BatchForm(initial={"executes_on": today}),
    }


def _of_the_platform(collective: Collective) -> SellerAccount:
    found = SellerAccount.objects.filter(entity__collective=collective, entity__kind=Entity.Kind.PLATFORM)
    return found.first() or SellerAccount()


def _accounts(collective: Collective) -> list[SellerAccount]:
    found = SellerAccount.objects.filter(entity__collective=collective).exclude(entity__kind=Entity.Kind.PLATFORM)
    return list(found.select_related("entity").order_by("entity__kind", "entity__name"))


def _account(account: SellerAccount) -> tuple[SellerAccount, str, Words, list[Words]]:
    mark, status, _to_do = STATUS[account.status]
    return account, mark, status, what_is_asked(account.due)
