"""Who issues an invoice: its name, numbers and address, as the law wants them said."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from collective.ledger.models import Entity
from collective.workshops.models import Seller

ADDRESS = re.compile(r"^(?P<street>.*?),?\s*(?P<postcode>\d{5})\s+(?P<city>[^,]+)$")
NOBODY = "000000000"


@dataclass(frozen=True)
class Letterhead:
    """A legal person as its papers name it; what it does not have is empty."""

    name: str
    legal_form: str
    siren: str
    siret: str
    register: str
    capital_cents: int | None
    vat_number: str
    street: str
    postcode: str
    city: str
    email: str
    charges_vat: bool
    vat_on_debits: bool
    country: str = "FR"

    def facts(self) -> dict[str, Any]:
        return asdict(self)


def letterhead_of(entity: Entity) -> Letterhead:
    """Return who these books belong to; the platform and the fund say it in their `details`, or are named only."""
    if entity.seller_id is not None:
        assert entity.seller is not None
        return _of_seller(entity.seller)
    details = getattr(entity, "details", None)
    if details is None:
        return Letterhead(entity.name, "", NOBODY, "", "", None, "", "", "", "", "", False, False)
    charges = details.vat_regime == Seller.VatRegime.STANDARD
    return Letterhead(
        name=details.legal_name,
        legal_form=details.legal_form,
        siren=details.siren,
        siret="",
        register=details.register,
        capital_cents=None,
        vat_number=vat_number(details.siren) if charges else "",
        street=details.street,
        postcode=details.postcode,
        city=details.city,
        email=details.email,
        charges_vat=charges,
        vat_on_debits=False,
    )


def _of_seller(seller: Seller) -> Letterhead:
    street, postcode, city = _address_of(seller)
    charges = seller.vat_regime == Seller.VatRegime.STANDARD
    return Letterhead(
        name=seller.legal_name,
        legal_form=seller.legal_form,
        siren=seller.siren,
        siret=seller.siret,
        register=seller.register,
        capital_cents=seller.capital_cents,
        vat_number=vat_number(seller.siren) if charges else "",
        street=street,
        postcode=postcode,
        city=city,
        email=seller.email,
        charges_vat=charges,
        vat_on_debits=seller.vat_on_debits,
    )


def vat_number(siren: str) -> str:
    """
    Return the intra-Community VAT number of a French company: FR, a key of two digits, the SIREN.

    key = (12 + 3 x (SIREN mod 97)) mod 97 (BOI-TVA-DECLA-20-10-20, for keys that are numbers).
    """
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02}{siren}"


def _address_of(seller: Seller) -> tuple[str, str, str]:
    if seller.city:
        return seller.street, seller.postcode, seller.city
    found = ADDRESS.match(seller.address)
    return (found["street"], found["postcode"], found["city"]) if found else (seller.address, "", "")
