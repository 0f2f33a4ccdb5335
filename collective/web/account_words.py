"""The states of accounts and transfers in words that a workshop understands."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collective.payments.distribution.models import SellerAccount, Transfer

Status, Reason = SellerAccount.Status, Transfer.Reason
Words = str | Promise

# (mark, what it is, what to do)
STATUS: dict[str, tuple[str, Words, Words]] = {
    Status.NONE: (
        "wait",
        _("Not begun"),
        _("Open your account at our payment provider: ten minutes, with an identity card and your bank details."),
    ),
    Status.PENDING: (
        "wait",
        _("Being checked"),
        _("The payment provider checks what you sent. It takes a few minutes, sometimes two days; nothing to do."),
    ),
    Status.RESTRICTED: (
        "late",
        _("Something is missing"),
        _("The payment provider still asks for what is listed here. Until then your money waits, safe, on our side."),
    ),
    Status.ACTIVE: (
        "ok",
        _("Active"),
        _("Your share of each finished repair leaves for your account at once."),
    ),
    Status.UNSUPPORTED: (
        "late",
        _("Cannot receive transfers"),
        _("This account cannot receive money. Give your bank details instead, or ask your treasurer."),
    ),
    Status.CLOSED: (
        "late",
        _("Closed"),
        _("The payment provider has closed this account. Give your bank details below: what waits goes there."),
    ),
}

# What the provider still asks for: the beginning of its own words, and ours. The first that fits is said.
ASKED: tuple[tuple[str, Words], ...] = (
    ("identity.business_details.registered_name", _("The registered name of the business")),
    ("identity.business_details.address", _("The address of the business")),
    ("identity.business_details.id_numbers", _("The SIREN number")),
    ("identity.business_details.documents", _("A document that proves the business exists")),
    ("identity.business_details", _("Details of the business")),
    ("identity.attestations.terms_of_service", _("Your agreement to the provider’s terms")),
    ("identity.attestations", _("A declaration about who owns or directs the business")),
    ("identity.individual.documents", _("An identity document")),
    ("identity.individual", _("Details of the person who answers for the business")),
    ("identity.persons", _("Details of the person who answers for the business")),
    ("representative", _("Details of the person who answers for the business")),
    ("identity.entity_type", _("The kind of business")),
    ("identity.country", _("The country of the business")),
    ("configuration.recipient", _("Where to pay to: your bank details")),
    ("payout_methods", _("Where to pay to: your bank details")),
    ("default_outbound_destination", _("Where to pay to: your bank details")),
    ("contact_email", _("An e-mail address")),
    ("identity", _("Details of the business")),
)
OTHER = _("A detail that the payment provider names on its page")

WAITS: dict[str, tuple[str, Words]] = {
    Reason.NOTHING: ("wait", _("leaves with the next round")),
    Reason.NO_ACCOUNT: ("late", _("waits: open your account or give your bank details")),
    Reason.PENDING: ("wait", _("waits while your account is checked")),
    Reason.RESTRICTED: ("late", _("waits: your account lacks something")),
    Reason.UNSUPPORTED: ("late", _("waits: your account cannot receive money")),
    Reason.CLOSED: ("late", _("waits: your account is closed")),
    Reason.FROZEN: ("wait", _("held back: the customer disputes the payment at the bank")),
    Reason.REFUSED: ("late", _("refused by the payment provider; your treasurer sees it")),
    Reason.NO_IBAN: ("late", _("waits for your bank details")),
    Reason.BATCH: ("wait", _("leaves with the next bank transfer")),
}


def what_is_asked(due: Iterable[str]) -> list[Words]:
    """Say once each what the provider still asks for."""
    found: dict[str, Words] = {}
    for code in due:
        words = next((said for begins, said in ASKED if str(code).startswith(begins)), OTHER)
        found.setdefault(str(words), words)
    return list(found.values())


def where_it_is(transfer: Transfer) -> tuple[str, Words]:
    """Return a mark and words for where a transfer is; dates are the page's."""
    if transfer.state == Transfer.State.WAITS:
        return WAITS[transfer.reason]
    if transfer.state == Transfer.State.PLANNED:
        return ("wait", _("in the file for the bank")) if transfer.is_by_bank else ("wait", _("on its way"))
    if not transfer.kept_cents:
        return "off", _("taken back after a refund")
    if transfer.reversed_cents:
        return "ok", _("sent, a part taken back after a refund")
    return "ok", _("sent")
