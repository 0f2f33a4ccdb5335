"""
The accounts we write to: numbers of the French general chart (plan comptable général, règlement ANC 2014-03).

An account is a chart number, or a chart number, a dot and the pk of the entity on the other side ("467.3": what is owed
between these books and entity 3), of the payer ("4671.3") or of the account of minutes ("870.3"). Debits are positive,
credits negative.

| number | in whose books | what stands there |
|---|---|---|
| 411 | seller | what customers still owe for finished repairs |
| 4191 | seller | advances: captured before the work, owed to the customer until the repair is finished |
| 41971 | seller, fund | vouchers sold or offered and not used yet (clients, autres avoirs) |
| 44571 | seller | VAT collected |
| 467.n | all | owed by (debit) or to (credit) entity n: the same amount stands in its books with the other sign |
| 4671.n | seller | what payer n (Bonus réparation, employer, insurer…) still owes (autres débiteurs) |
| 471 | seller | transfers received and not matched to a repair yet (comptes d'attente) |
| 5112 | seller | cheques taken and not at the bank yet (chèques à encaisser) |
| 5115 | seller | card payments at the workshop's terminal, on their way to the bank (cartes à encaisser) |
| 512 | all | the bank |
| 517 | platform | the account at the payment provider (517: financial bodies that are not banks) |
| 53 | seller | the till: cash |
| 6222 | seller | the platform's commission (commissions sur ventes) |
| 6238 | fund | vouchers offered (divers, dons courants) |
| 627 | platform, seller | the payment provider's fee, and its re-charge (services bancaires) |
| 6281 | seller | contribution to the common fund (concours divers, cotisations) |
| 654 | seller | what a payer refused and the workshop bears (pertes sur créances irrécouvrables) |
| 65881 | seller | labour paid in minutes: its euros, which the workshop bears (charges diverses de gestion) |
| 706 | seller | labour sold, before VAT (prestations de services) |
| 707 | seller | parts sold, before VAT (ventes de marchandises) |
| 7082 | platform | commissions earned |
| 7088 | platform | fees re-charged to sellers (autres produits d'activités annexes: costs are not netted) |
| 756 | fund | contributions received (cotisations) |
| 758 | seller | kept of a late cancellation (produits divers de gestion courante) |
| 864 | fund | in minutes: time credits given out (emplois des contributions volontaires) |
| 870.n | fund | in minutes: what stands on the account of minutes n (contributions volontaires en nature) |
| 875 | fund | in minutes: what was spent on labour in the workshops |

An accountant confirms the plan before a real collective opens its books with it.
"""

from backend.lib.bilingual import in_current_language
from collective.ledger.models import Entity

CUSTOMERS = "411"
ADVANCES = "4191"
VOUCHERS = "41971"
VAT_COLLECTED = "44571"
OWED = "467"
PAYERS = "4671"
UNMATCHED = "471"
CHEQUES = "5112"
CARDS = "5115"
BANK = "512"
PROVIDER = "517"
COUNTER = "53"
COMMISSIONS_PAID = "6222"
VOUCHERS_OFFERED = "6238"
PAYMENT_FEES = "627"
FUND_CONTRIBUTIONS = "6281"
LOSSES = "654"
PAID_IN_MINUTES = "65881"
LABOUR = "706"
PARTS = "707"
COMMISSIONS_EARNED = "7082"
FEES_RECHARGED = "7088"
CONTRIBUTIONS_RECEIVED = "756"
KEPT_OF_CANCELLATIONS = "758"
MINUTES_GIVEN = "864"
MINUTES = "870"
MINUTES_SPENT = "875"

WITH_OTHER = (OWED, PAYERS, MINUTES)  # followed by a dot and the pk of whom it is about

NAMES = {
    CUSTOMERS: ("Clients", "Customers"),
    ADVANCES: ("Clients, avances et acomptes reçus", "Advances received from customers"),
    VOUCHERS: ("Bons d’achat à honorer", "Vouchers to honour"),
    VAT_COLLECTED: ("TVA collectée", "VAT collected"),
    OWED: ("Autres débiteurs ou créditeurs", "Other debtors or creditors"),
    PAYERS: ("Tiers payeurs", "Third-party payers"),
    UNMATCHED: ("Virements à rattacher", "Transfers to match"),
    CHEQUES: ("Chèques à encaisser", "Cheques to bank"),
    CARDS: ("Cartes au comptoir, à encaisser", "Cards at the counter, on their way"),
    BANK: ("Banque", "Bank"),
    PROVIDER: ("Compte chez le prestataire de paiement", "Account at the payment provider"),
    COUNTER: ("Caisse (espèces)", "Till (cash)"),
    COMMISSIONS_PAID: ("Commission de la plateforme", "Platform commission"),
    VOUCHERS_OFFERED: ("Bons d’achat offerts", "Vouchers offered"),
    PAYMENT_FEES: ("Frais de paiement", "Payment fees"),
    FUND_CONTRIBUTIONS: ("Contribution à la caisse commune", "Contribution to the common fund"),
    LOSSES: ("Pertes sur créances irrécouvrables", "Bad debts"),
    PAID_IN_MINUTES: ("Main-d’œuvre réglée en minutes", "Labour paid in minutes"),
    LABOUR: ("Main-d’œuvre vendue", "Labour sold"),
    PARTS: ("Pièces vendues", "Parts sold"),
    COMMISSIONS_EARNED: ("Commissions reçues", "Commissions earned"),
    FEES_RECHARGED: ("Frais de paiement refacturés", "Payment fees re-charged"),
    CONTRIBUTIONS_RECEIVED: ("Contributions reçues", "Contributions received"),
    KEPT_OF_CANCELLATIONS: ("Sommes gardées sur annulation tardive", "Kept of late cancellations"),
    MINUTES_GIVEN: ("Minutes accordées", "Minutes given"),
    MINUTES: ("Comptes de minutes", "Accounts of minutes"),
    MINUTES_SPENT: ("Minutes dépensées dans les ateliers", "Minutes spent in workshops"),
}


def owed_with(entity: Entity) -> str:
    """Return the account of what is owed between some books and `entity`: in debit, it owes; in credit, it is owed."""
    return f"{OWED}.{entity.pk}"


def owed_by_payer(payer: int) -> str:
    """Return the account of what third-party payer number `payer` owes."""
    return f"{PAYERS}.{payer}"


def minutes_of(account: int) -> str:
    """Return the ledger's account, in minutes, of the account of minutes number `account`."""
    return f"{MINUTES}.{account}"


def is_account(account: str) -> bool:
    number, _, other = account.partition(".")
    return number in NAMES and (other.isdecimal() if number in WITH_OTHER else account == number)


def account_name(account: str, *, others: dict[int, str] | None = None) -> str:
    """
    Return the account's name in the current language; `others` names the entities behind 467 accounts, by pk.

    :raises KeyError: for an account that is not in the plan.
    """
    number, _, other = account.partition(".")
    french, english = NAMES[number]
    name = in_current_language(fr=french, en=english)
    if number != OWED:
        return f"{name} (n° {other})" if other else name
    counterparty = (others or {}).get(int(other)) if other else None
    return f"{name} ({counterparty})" if counterparty else name
