"""Where the money of a repair goes: one rule, for the page before paying and for the books."""

from dataclasses import dataclass

from backend.lib.money import part, without_vat


@dataclass(frozen=True)
class Shares:
    """Cents that sum to what the customer pays. Only `workshop_cents` may be negative, when labour is under the fee."""

    workshop_cents: int  # labour before VAT, less the three below
    parts_cents: int  # before VAT
    fund_cents: int
    platform_cents: int
    fee_cents: int
    vat_cents: int

    @property
    def labour_net_cents(self) -> int:
        return self.workshop_cents + self.contributions_cents

    @property
    def contributions_cents(self) -> int:
        return self.fund_cents + self.platform_cents + self.fee_cents

    @property
    def total_cents(self) -> int:
        return self.labour_net_cents + self.parts_cents + self.vat_cents


def what_shares(
    *, labour_cents: int, parts_cents: int, fund_bp: int, platform_bp: int, vat_bp: int, fee_cents: int
) -> Shares:
    """
    Share out a repair sold for `labour_cents` + `parts_cents`, VAT included at `vat_bp`.

    The common fund and the platform take their basis points of labour before VAT, parts are the workshop's; the payment
    provider's fee is borne by labour. What rounding leaves stays with the workshop, so the six sum exactly.

    :raises ValueError: for a negative amount or rate, or rates above the whole.
    """
    if min(labour_cents, parts_cents, fund_bp, platform_bp, vat_bp, fee_cents) < 0 or fund_bp + platform_bp > 10_000:
        raise ValueError("amounts and rates are zero or more, and the rates at most the whole")
    labour = without_vat(labour_cents, vat_bp)
    parts = without_vat(parts_cents, vat_bp)
    fund = part(labour, fund_bp)
    platform = min(part(labour, platform_bp), labour - fund)  # both rounded up may pass the whole by a cent
    return Shares(
        workshop_cents=labour - fund - platform - fee_cents,
        parts_cents=parts,
        fund_cents=fund,
        platform_cents=platform,
        fee_cents=fee_cents,
        vat_cents=labour_cents + parts_cents - labour - parts,
    )
