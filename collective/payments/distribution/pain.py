"""
A file of transfers that a bank reads: ISO 20022 pain.001.001.09.

Version .09 (2019) and not .03 (2009): the SEPA credit transfer rulebook has it in force since 17 March 2024 (EPC132-08,
customer-to-bank implementation guidelines), and banks are giving .03 up. Text is cut down to the characters that every
bank of the SEPA takes (EPC217-08): an accent is left out rather than a payment refused.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from xml.etree import ElementTree as Tree

from backend.lib.money import decimal

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
TAKEN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")
LONGEST_NAME, LONGEST_TEXT = 70, 140
SPELLED = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "’": "'", "–": "-", "—": "-", "&": "+"})


@dataclass(frozen=True)
class BankAccount:
    """`bic` may be empty: inside the SEPA a bank finds it from the IBAN."""

    holder: str
    iban: str
    bic: str = ""


@dataclass(frozen=True)
class Credit:
    """One transfer; `end_to_end` (35 characters at most) reaches who is paid, as does `text`."""

    to: BankAccount
    cents: int
    end_to_end: str
    text: str


def write_pain(
    *, message_id: str, debtor: BankAccount, credits: Sequence[Credit], executes_on: date, made_at: datetime
) -> str:
    """Return the file for one debtor account and one day; amounts in euros, all above zero."""
    document = Tree.Element("Document", xmlns=NAMESPACE)
    initiation = Tree.SubElement(document, "CstmrCdtTrfInitn")
    sums = {"NbOfTxs": str(len(credits)), "CtrlSum": decimal(sum(credit.cents for credit in credits))}
    header = Tree.SubElement(initiation, "GrpHdr")
    _text(header, "MsgId", message_id)
    _text(header, "CreDtTm", made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    for name, value in sums.items():
        _text(header, name, value)
    _text(header, "InitgPty/Nm", basic_latin(debtor.holder, LONGEST_NAME))
    block = Tree.SubElement(initiation, "PmtInf")
    _text(block, "PmtInfId", message_id)
    _text(block, "PmtMtd", "TRF")
    for name, value in sums.items():
        _text(block, name, value)
    _text(block, "PmtTpInf/SvcLvl/Cd", "SEPA")
    _text(block, "ReqdExctnDt/Dt", executes_on.isoformat())
    _text(block, "Dbtr/Nm", basic_latin(debtor.holder, LONGEST_NAME))
    _text(block, "DbtrAcct/Id/IBAN", debtor.iban)
    _bank(block, "DbtrAgt", debtor.bic, needed=True)
    _text(block, "ChrgBr", "SLEV")
    for credit in credits:
        _credit(block, credit)
    Tree.indent(document)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Tree.tostring(document, encoding="unicode") + "\n"


def basic_latin(text: str, longest: int) -> str:
    """Keep the characters that banks take: "Vanhœnacker & fils, été" is "Vanhoenacker + fils, ete"."""
    plain = unicodedata.normalize("NFKD", text.translate(SPELLED))
    kept = "".join(letter if letter in TAKEN else " " for letter in plain if not unicodedata.combining(letter))
    # A field neither begins with a stroke nor holds two in a row (EPC217-08).
    while "//" in kept:
        kept = kept.replace("//", "/")
    return " ".join(kept.split()).strip("/ ")[:longest].rstrip() or "-"


def _credit(block: Tree.Element, credit: Credit) -> None:
    one = Tree.SubElement(block, "CdtTrfTxInf")
    _text(one, "PmtId/EndToEndId", credit.end_to_end)
    amount = Tree.SubElement(Tree.SubElement(one, "Amt"), "InstdAmt", Ccy="EUR")
    amount.text = decimal(credit.cents)
    _bank(one, "CdtrAgt", credit.to.bic, needed=False)
    _text(one, "Cdtr/Nm", basic_latin(credit.to.holder, LONGEST_NAME))
    _text(one, "CdtrAcct/Id/IBAN", credit.to.iban)
    _text(one, "RmtInf/Ustrd", basic_latin(credit.text, LONGEST_TEXT))


def _bank(parent: Tree.Element, name: str, bic: str, *, needed: bool) -> None:
    if bic:
        _text(parent, f"{name}/FinInstnId/BICFI", bic)
    elif needed:
        _text(parent, f"{name}/FinInstnId/Othr/Id", "NOTPROVIDED")


def _text(parent: Tree.Element, path: str, text: str) -> None:
    """Write `text` at `path` below `parent`, making the elements on the way."""
    for name in path.split("/"):
        parent = Tree.SubElement(parent, name)
    parent.text = text
