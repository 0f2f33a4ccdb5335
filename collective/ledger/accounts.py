"""
The accounts we write to: numbers of the French general chart (plan comptable général, règlement ANC 2014-03).

An account is a chart number, or a chart number, a dot and the pk of the entity on the other side ("467.3": what is owed
between these books and entity 3). Debits are positive, credits negative.

| number | in whose books | what stands there |
|---|---|---|
| 411 | seller | what customers still owe for finished repairs |
| 4191 | seller | advances: captured before the work, owed to the customer until the repair is finished |
| 44571 | seller | VAT collected |
| 467.n | all | owed by (debit) or to (credit) entity n: the same amount stands in its books with the other sign |
| 517 | platform | the account at the payment provider (517: financial bodies that are not banks) |
| 53 | seller | the till: what was paid at the counter |
| 6222 | seller | the platform's commission (commissions sur ventes) |
| 627 | platform, seller | the payment provider's fee, and its re-charge (services bancaires) |
| 6281 | seller | contribution to the common fund (concours divers, cotisations) |
| 6588 | seller | what was missing in the till when it was counted (autres charges diverses de gestion courante) |
| 706 | seller | labour sold, before VAT (prestations de services) |
| 707 | seller | parts sold, before VAT (ventes de marchandises) |
| 7082 | platform | commissions earned |
| 7088 | platform | fees re-charged to sellers (autres produits d'activités annexes: costs are not netted) |
| 756 | fund | contributions received (cotisations) |
| 758 | seller | kept of a late cancellation (produits divers de gestion courante) |
| 7588 | seller | what was too much in the till (autres produits divers de gestion courante) |

An accountant confirms the plan before a real collective opens its books with it.
"""

from backend.lib.bilingual import in_current_language
from collective.ledger.models import Entity

CUSTOMERS = "411"
ADVANCES = "4191"
VAT_COLLECTED = "44571"
OWED = "467"
PROVIDER = "517"
COUNTER = "53"
COMMISSIONS_PAID = "6222"
PAYMENT_FEES = "627"
FUND_CONTRIBUTIONS = "6281"
TILL_SHORT = "6588"
LABOUR = "706"
PARTS = "707"
COMMISSIONS_EARNED = "7082"
FEES_RECHARGED = "7088"
CONTRIBUTIONS_RECEIVED = "756"
KEPT_OF_CANCELLATIONS = "758"
TILL_OVER = "7588"

NAMES = {
    CUSTOMERS: ("Clients", "Customers"),
    ADVANCES: ("Clients, avances et acomptes reçus", "Advances received from customers"),
    VAT_COLLECTED: ("TVA collectée", "VAT collected"),
    OWED: ("Autres débiteurs ou créditeurs", "Other debtors or creditors"),
    PROVIDER: ("Compte chez le prestataire de paiement", "Account at the payment provider"),
    COUNTER: ("Caisse (payé au comptoir)", "Till (paid at the counter)"),
    COMMISSIONS_PAID: ("Commission de la plateforme", "Platform commission"),
    PAYMENT_FEES: ("Frais de paiement", "Payment fees"),
    FUND_CONTRIBUTIONS: ("Contribution à la caisse commune", "Contribution to the common fund"),
    TILL_SHORT: ("Manques de caisse", "Missing in the till"),
    LABOUR: ("Main-d’œuvre vendue", "Labour sold"),
    PARTS: ("Pièces vendues", "Parts sold"),
    COMMISSIONS_EARNED: ("Commissions reçues", "Commissions earned"),
    FEES_RECHARGED: ("Frais de paiement refacturés", "Payment fees re-charged"),
    CONTRIBUTIONS_RECEIVED: ("Contributions reçues", "Contributions received"),
    KEPT_OF_CANCELLATIONS: ("Sommes gardées sur annulation tardive", "Kept of late cancellations"),
    TILL_OVER: ("Excédents de caisse", "Too much in the till"),
}


def owed_with(entity: Entity) -> str:
    """Return the account of what is owed between some books and `entity`: in debit, it owes; in credit, it is owed."""
    return f"{OWED}.{entity.pk}"


def is_account(account: str) -> bool:
    number, _, other = account.partition(".")
    return number in NAMES and (other.isdecimal() if number == OWED else account == number)


def account_name(account: str, *, others: dict[int, str] | None = None) -> str:
    """
    Return the account's name in the current language; `others` names the entities behind 467 accounts, by pk.

    :raises KeyError: for an account that is not in the plan.
    """
    number, _, other = account.partition(".")
    french, english = NAMES[number]
    name = in_current_language(fr=french, en=english)
    counterparty = (others or {}).get(int(other)) if other else None
    return f"{name} ({counterparty})" if counterparty else name
