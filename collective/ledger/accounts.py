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
| 4198 | seller | owed to customers besides what they paid: twice the earnest money (clients, autres avoirs) |
| 44571 | seller | VAT collected |
| 467.n | all | owed by (debit) or to (credit) entity n: the same amount stands in its books with the other sign |
| 4671.n | seller | what payer n (Bonus réparation, employer, insurer…) still owes (autres débiteurs) |
| 4687 | platform | contested by card holders at their bank, taken from us until it is settled (produits à recevoir) |
| 471 | seller | transfers received and not matched to a repair yet (comptes d'attente) |
| 478 | all | on its way from one repair to another: what is owed for one pays what is due of another; always at zero |
| 5112 | seller | cheques taken and not at the bank yet (chèques à encaisser) |
| 5115 | seller | card payments at the workshop's terminal, on their way to the bank (cartes à encaisser) |
| 512 | all | the bank: in sellers' books also customers' transfers, cheques and cards remitted, what payers paid |
| 517 | all | the account at the payment provider (517: financial bodies that are not banks) |
| 53 | seller | the till: cash |
| 580 | platform | on the way from the payment provider to the bank (virements internes) |
| 6222 | seller | the platform's commission (commissions sur ventes) |
| 6238 | fund | vouchers offered (divers, dons courants) |
| 627 | platform, seller | the payment provider's fees, of disputes too, and their re-charge (services bancaires) |
| 6281 | seller | contribution to the common fund (concours divers, cotisations) |
| 654 | platform, seller | given back twice, or refused by a payer and borne (pertes sur créances irrécouvrables) |
| 657 | fund | added to repairs sold at a solidarity price (aides financières, règlement ANC 2018-06) |
| 6581 | seller | the second half of twice the earnest money (dédits payés; C. conso L214-1) |
| 6588 | seller | what was missing in the till when it was counted (autres charges diverses de gestion courante) |
| 65881 | seller | labour paid in minutes: its euros, which the workshop bears (charges diverses de gestion) |
| 706 | seller | labour sold, before VAT (prestations de services) |
| 707 | seller | parts sold, before VAT (ventes de marchandises) |
| 7082 | platform | commissions earned |
| 7088 | platform | fees re-charged to sellers (autres produits d'activités annexes: costs are not netted) |
| 754 | fund | gifts of people who paid more than the price (ressources liées à la générosité du public) |
| 756 | fund | contributions received (cotisations) |
| 758 | seller | kept of a late cancellation (produits divers de gestion courante) |
| 7588 | seller | what was too much in the till (autres produits divers de gestion courante) |
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
OWED_TO_CUSTOMERS = "4198"
VAT_COLLECTED = "44571"
OWED = "467"
PAYERS = "4671"
DISPUTED = "4687"
UNMATCHED = "471"
NETTING = "478"
BANK = "512"
CHEQUES = "5112"
CARDS = "5115"
PROVIDER = "517"
COUNTER = "53"
IN_TRANSIT = "580"
COMMISSIONS_PAID = "6222"
VOUCHERS_OFFERED = "6238"
PAYMENT_FEES = "627"
FUND_CONTRIBUTIONS = "6281"
LOSSES = "654"
AID_GIVEN = "657"
BROKEN_WORD = "6581"
TILL_SHORT = "6588"
PAID_IN_MINUTES = "65881"
LABOUR = "706"
PARTS = "707"
COMMISSIONS_EARNED = "7082"
FEES_RECHARGED = "7088"
GIFTS_RECEIVED = "754"
CONTRIBUTIONS_RECEIVED = "756"
KEPT_OF_CANCELLATIONS = "758"
TILL_OVER = "7588"
MINUTES_GIVEN = "864"
MINUTES = "870"
MINUTES_SPENT = "875"

WITH_OTHER = (OWED, PAYERS, MINUTES)  # followed by a dot and the pk of whom it is about

NAMES = {
    CUSTOMERS: ("Clients", "Customers"),
    ADVANCES: ("Clients, avances et acomptes reçus", "Advances received from customers"),
    VOUCHERS: ("Bons d’achat à honorer", "Vouchers to honour"),
    OWED_TO_CUSTOMERS: ("Dû aux clients (arrhes doublées)", "Owed to customers (earnest money, twice)"),
    VAT_COLLECTED: ("TVA collectée", "VAT collected"),
    OWED: ("Autres débiteurs ou créditeurs", "Other debtors or creditors"),
    DISPUTED: ("Paiements contestés, à recevoir", "Contested payments, to be received"),
    PAYERS: ("Tiers payeurs", "Third-party payers"),
    UNMATCHED: ("Virements à rattacher", "Transfers to match"),
    NETTING: ("Compensations entre réparations", "Netting between repairs"),
    BANK: ("Banque", "Bank"),
    CHEQUES: ("Chèques à encaisser", "Cheques to bank"),
    CARDS: ("Cartes au comptoir, à encaisser", "Cards at the counter, on their way"),
    PROVIDER: ("Compte chez le prestataire de paiement", "Account at the payment provider"),
    COUNTER: ("Caisse (espèces)", "Till (cash)"),
    IN_TRANSIT: ("Virements internes (en route vers la banque)", "Internal transfers (on the way to the bank)"),
    COMMISSIONS_PAID: ("Commission de la plateforme", "Platform commission"),
    VOUCHERS_OFFERED: ("Bons d’achat offerts", "Vouchers offered"),
    PAYMENT_FEES: ("Frais de paiement", "Payment fees"),
    FUND_CONTRIBUTIONS: ("Contribution à la caisse commune", "Contribution to the common fund"),
    LOSSES: ("Pertes sur créances irrécouvrables", "Losses on irrecoverable claims"),
    AID_GIVEN: ("Aides aux prix solidaires", "Added to solidarity prices"),
    PAID_IN_MINUTES: ("Main-d’œuvre réglée en minutes", "Labour paid in minutes"),
    BROKEN_WORD: ("Arrhes rendues au double", "Earnest money returned twice over"),
    TILL_SHORT: ("Manques de caisse", "Missing in the till"),
    LABOUR: ("Main-d’œuvre vendue", "Labour sold"),
    PARTS: ("Pièces vendues", "Parts sold"),
    COMMISSIONS_EARNED: ("Commissions reçues", "Commissions earned"),
    FEES_RECHARGED: ("Frais de paiement refacturés", "Payment fees re-charged"),
    GIFTS_RECEIVED: ("Dons reçus", "Gifts received"),
    CONTRIBUTIONS_RECEIVED: ("Contributions reçues", "Contributions received"),
    KEPT_OF_CANCELLATIONS: ("Sommes gardées sur annulation tardive", "Kept of late cancellations"),
    TILL_OVER: ("Excédents de caisse", "Too much in the till"),
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
