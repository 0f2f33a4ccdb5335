"""The signed links by which whoever got an invoice reads it without an account. Opening one never acts."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from backend.lib.tokens import ForgedLink, sign, unsign
from collective.invoices.models import Invoice

PURPOSE = "invoice"


def invoice_link(invoice: Invoice) -> str:
    """Return the token that stands in the address of the invoice's page."""
    return sign(PURPOSE, invoice.token.hex)


def invoice_by_link(token: str) -> Invoice:
    """
    Return the invoice that `invoice_link` signed; papers are kept ten years, and so is their link.

    :raises ForgedLink: when the token is not ours, or names nothing.
    """
    try:
        return Invoice.objects.select_related("entity", "workshop", "corrects").get(token=UUID(unsign(PURPOSE, token)))
    except (ValueError, Invoice.DoesNotExist) as nothing:
        raise ForgedLink from nothing


def invoice_url(invoice: Invoice) -> str:
    """Return the whole address of the invoice's page, in its buyer's language."""
    with translation.override(invoice.language):
        return settings.SITE_URL + reverse("collective:invoice_link", args=[invoice_link(invoice)])
