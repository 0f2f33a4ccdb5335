"""The lines about money that comes and leaves: the till, what a workshop earned, how it is paid, transfers."""

from __future__ import annotations

from tests.matrix.rows import of, page_offer, page_receipt, page_remit, page_voucher
from tests.matrix.who import NOBODY_SIGNED_IN, SHOP, Line, everybody, only, signed_in

INSIDE = only(*SHOP, "coordinator", nobody=302)
SHOP_ACTS = only(*SHOP, seen_by=("coordinator",), status=302, nobody=302)
IBAN = "FR76 3000 6000 0112 3456 7890 189"
BANK = of(iban=IBAN, bic="", holder="Atelier")
NOT_THE_TREASURER = everybody(404) | dict.fromkeys(NOBODY_SIGNED_IN, 302)  # who has no treasury has no such page
SEES_IT = ("mechanic", "workshop_owner", "coordinator")


def owner(status: int = 200, *, nobody: int = 302) -> dict[str, int]:
    return dict(only("workshop_owner", status=status, seen_by=("mechanic", "coordinator"), nobody=nobody))


MONEY_API = [
    Line("api:transfers", "GET", signed_in()),  # the rows are those one sees
    Line("api:transfer_retry", "POST", only(seen_by=SEES_IT, nobody=401), to="transfer"),
    Line("api:receivables", "GET", signed_in()),
    Line("api:account", "GET", only(*SHOP, "coordinator", nobody=401), to="workshop"),
    Line("api:account", "PUT", owner(nobody=401), to="workshop", body=of(iban=IBAN, holder="Atelier")),
]
MONEY_PAGES = [
    Line("web:earnings", "GET", INSIDE, to="workshop"),
    Line("web:earnings_csv", "GET", INSIDE, to="workshop"),
    Line("web:getting_paid", "GET", INSIDE, to="workshop"),
    Line("web:getting_paid", "POST", owner(302), to="workshop", body=BANK),
    Line("web:getting_paid_begin", "POST", owner(302), to="workshop"),
    Line("web:getting_paid_back", "GET", owner(302), to="workshop"),
    Line("web:getting_paid_account", "POST", owner(302), to="workshop"),
    Line("collective:transfers", "GET", NOT_THE_TREASURER),
    Line("collective:bank", "POST", NOT_THE_TREASURER, body=BANK),
    Line("collective:batch_new", "POST", NOT_THE_TREASURER, body=of(executes_on="2026-12-01")),
    Line("collective:batch_file", "GET", NOT_THE_TREASURER, to="no batch"),
    Line("collective:batch_close", "POST", NOT_THE_TREASURER, to="no batch", body=of(fait="oui")),
    Line("collective:transfer_retry", "POST", only(seen_by=SEES_IT, nobody=302), to="transfer"),
    Line("collective:fund_begin", "POST", NOT_THE_TREASURER),
    Line("collective:fund_back", "GET", NOT_THE_TREASURER),
    Line("web:till", "GET", INSIDE, to="workshop"),
    Line("web:till_remit", "POST", SHOP_ACTS, to="workshop", body=page_remit),
    Line("web:till_receipt", "POST", SHOP_ACTS, to="workshop", body=page_receipt),
    Line("web:till_match", "POST", SHOP_ACTS, to="receipt", body=of(number="M1", key="k")),
    Line("web:till_claim", "POST", SHOP_ACTS, to="claim's page", body=of(done="paid")),
    Line("web:till_voucher", "POST", SHOP_ACTS, to="workshop", body=page_voucher),
    Line(
        "web:till_offer",
        "POST",
        only("coordinator", seen_by=SHOP, status=302, nobody=302),
        to="workshop",
        body=page_offer,
    ),
]
