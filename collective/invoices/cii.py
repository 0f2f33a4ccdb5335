"""
Write the facts of an invoice as XML: UN/CEFACT Cross Industry Invoice D22B, profile EN 16931 of Factur-X.

The order of elements is the schema's. BT and BG numbers are those of EN 16931-1.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from lxml import etree

from backend.lib.money import decimal
from collective.invoices.models import Invoice

Facts = Mapping[str, Any]
RSM = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
UDT = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"
GUIDELINE = "urn:cen.eu:en16931:2017"  # BT-24
# UNTDID 1001: commercial invoice, prepayment invoice, credit note.
TYPES = {Invoice.Kind.INVOICE: "380", Invoice.Kind.DEPOSIT: "386", Invoice.Kind.CREDIT_NOTE: "381"}
SIREN = "0002"  # ISO 6523: the register of French companies
NO_VAT = "VATEX-FR-FRANCHISE"
ONE = "C62"  # UN/ECE Rec 20: a piece


class _Node:
    """An element and a short way to hang others on it, in the order of the calls."""

    def __init__(self, element: etree._Element) -> None:
        self.element = element

    def add(self, name: str, text: object = None, **attributes: str) -> _Node:
        prefix, _, local = name.rpartition(":")
        namespace = {"": RAM, "rsm": RSM, "udt": UDT}[prefix]
        child = etree.SubElement(self.element, f"{{{namespace}}}{local}", attributes)
        if text is not None:
            child.text = _printable(str(text))
        return _Node(child)

    def day(self, name: str, iso: str) -> None:
        self.add(name).add("udt:DateTimeString", date.fromisoformat(iso).strftime("%Y%m%d"), format="102")


def xml_of(facts: Facts, *, language: str = "fr") -> bytes:
    """Return the invoice as XML, in UTF-8; the names of lines and mentions in `language`."""
    root = _Node(etree.Element(f"{{{RSM}}}CrossIndustryInvoice", nsmap={"rsm": RSM, "ram": RAM, "udt": UDT}))
    context = root.add("rsm:ExchangedDocumentContext")
    context.add("GuidelineSpecifiedDocumentContextParameter").add("ID", GUIDELINE)
    _document(root, facts, language)
    trade = root.add("rsm:SupplyChainTradeTransaction")
    for place, line in enumerate(facts["lines"], start=1):
        _line(trade, place, line, facts, language)
    agreement = trade.add("ApplicableHeaderTradeAgreement")
    _seller(agreement, facts)
    _buyer(agreement, facts)
    delivery = trade.add("ApplicableHeaderTradeDelivery")
    delivery.add("ActualDeliverySupplyChainEvent")
    _Node(delivery.element[-1]).day("OccurrenceDateTime", facts["service_on"])  # BT-72
    _settlement(trade.add("ApplicableHeaderTradeSettlement"), facts, language)
    return etree.tostring(root.element, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _document(root: _Node, facts: Facts, language: str) -> None:
    document = root.add("rsm:ExchangedDocument")
    document.add("ID", facts["number"])  # BT-1
    document.add("TypeCode", TYPES.get(facts["kind"], "380"))  # BT-3
    document.day("IssueDateTime", facts["issued_on"])  # BT-2
    for mention in facts["mentions"]:
        document.add("IncludedNote").add("Content", mention[language])  # BT-22


def _line(trade: _Node, place: int, line: Facts, facts: Facts, language: str) -> None:
    item = trade.add("IncludedSupplyChainTradeLineItem")
    item.add("AssociatedDocumentLineDocument").add("LineID", place)  # BT-126
    item.add("SpecifiedTradeProduct").add("Name", line[f"name_{language}"])  # BT-153
    price = item.add("SpecifiedLineTradeAgreement").add("NetPriceProductTradePrice")
    price.add("ChargeAmount", decimal(line["unit_net_cents"]))  # BT-146
    item.add("SpecifiedLineTradeDelivery").add("BilledQuantity", line["quantity"], unitCode=ONE)  # BT-129
    settlement = item.add("SpecifiedLineTradeSettlement")
    _tax(settlement.add("ApplicableTradeTax"), line["vat_bp"])
    total = settlement.add("SpecifiedTradeSettlementLineMonetarySummation")
    total.add("LineTotalAmount", decimal(line["net_cents"]))  # BT-131


def _tax(tax: _Node, rate_bp: int) -> None:
    tax.add("TypeCode", "VAT")
    tax.add("CategoryCode", "S" if rate_bp else "E")
    tax.add("RateApplicablePercent", decimal(rate_bp))


def _seller(agreement: _Node, facts: Facts) -> None:
    said = facts["seller"]
    seller = agreement.add("SellerTradeParty")
    seller.add("Name", said["name"])  # BT-27
    if legal := _legal_description(said):
        seller.add("Description", legal)  # BT-33
    seller.add("SpecifiedLegalOrganization").add("ID", said["siren"], schemeID=SIREN)  # BT-30
    _address(seller, said)
    if said["vat_number"]:
        seller.add("SpecifiedTaxRegistration").add("ID", said["vat_number"], schemeID="VA")  # BT-31
    else:
        seller.add("SpecifiedTaxRegistration").add("ID", said["siren"], schemeID="FC")  # BT-32


def _legal_description(said: Facts) -> str:
    capital = f"capital {decimal(said['capital_cents'])} EUR" if said["capital_cents"] else ""
    return ", ".join(filter(None, [said["legal_form"], capital, said["register"]]))


def _buyer(agreement: _Node, facts: Facts) -> None:
    said = facts["buyer"]
    buyer = agreement.add("BuyerTradeParty")
    buyer.add("Name", said["name"])  # BT-44
    if said["siren"]:
        buyer.add("SpecifiedLegalOrganization").add("ID", said["siren"], schemeID=SIREN)  # BT-47
    _address(buyer, said)
    if said["vat_number"]:
        buyer.add("SpecifiedTaxRegistration").add("ID", said["vat_number"], schemeID="VA")  # BT-48


def _address(party: _Node, said: Facts) -> None:
    address = party.add("PostalTradeAddress")
    for name, key in (("PostcodeCode", "postcode"), ("LineOne", "street"), ("CityName", "city")):
        if said[key]:
            address.add(name, said[key])
    address.add("CountryID", said["country"])  # BT-40, BT-55


def _settlement(settlement: _Node, facts: Facts, language: str) -> None:
    settlement.add("PaymentReference", facts["number"])  # BT-83
    settlement.add("InvoiceCurrencyCode", facts["currency"])  # BT-5
    for vat in facts["vat"]:
        _vat(settlement.add("ApplicableTradeTax"), vat, facts, language)
    for allowance in facts["allowances"]:
        _allowance(settlement.add("SpecifiedTradeAllowanceCharge"), allowance, facts, language)
    if facts["totals"]["due_cents"] > 0:
        settlement.add("SpecifiedTradePaymentTerms").day("DueDateDateTime", facts["due_on"])  # BT-9
    _totals(settlement.add("SpecifiedTradeSettlementHeaderMonetarySummation"), facts)
    for other in facts["names"]:  # BG-3
        named = settlement.add("InvoiceReferencedDocument")
        named.add("IssuerAssignedID", other["number"])
        moment = named.add("FormattedIssueDateTime")
        text = etree.SubElement(moment.element, f"{{{QDT}}}DateTimeString", {"format": "102"})
        text.text = date.fromisoformat(other["issued_on"]).strftime("%Y%m%d")


QDT = "urn:un:unece:uncefact:data:standard:QualifiedDataType:100"


def _vat(tax: _Node, vat: Facts, facts: Facts, language: str) -> None:
    tax.add("CalculatedAmount", decimal(vat["vat_cents"]))  # BT-117
    tax.add("TypeCode", "VAT")
    if not vat["rate_bp"]:
        said = [mention[language] for mention in facts["mentions"] if mention["code"] == "franchise"]
        tax.add("ExemptionReason", " ".join(said) or "Exempt")  # BT-120
    tax.add("BasisAmount", decimal(vat["basis_cents"]))  # BT-116
    tax.add("CategoryCode", "S" if vat["rate_bp"] else "E")
    if not vat["rate_bp"]:
        tax.add("ExemptionReasonCode", NO_VAT)  # BT-121
    tax.add("RateApplicablePercent", decimal(vat["rate_bp"]))  # BT-119


def _allowance(charge: _Node, allowance: Facts, facts: Facts, language: str) -> None:
    charge.add("ChargeIndicator").add("udt:Indicator", "false")
    charge.add("ActualAmount", decimal(allowance["net_cents"]))  # BT-92
    charge.add("Reason", allowance[f"name_{language}"])  # BT-97
    tax = charge.add("CategoryTradeTax")
    _tax(tax, facts["vat"][0]["rate_bp"])


def _totals(total: _Node, facts: Facts) -> None:
    said = facts["totals"]
    total.add("LineTotalAmount", decimal(said["lines_cents"]))  # BT-106
    if said["allowances_cents"]:
        total.add("AllowanceTotalAmount", decimal(said["allowances_cents"]))  # BT-107
    total.add("TaxBasisTotalAmount", decimal(said["net_cents"]))  # BT-109
    total.add("TaxTotalAmount", decimal(said["vat_cents"]), currencyID=facts["currency"])  # BT-110
    total.add("GrandTotalAmount", decimal(said["gross_cents"]))  # BT-112
    if said["paid_cents"]:
        total.add("TotalPrepaidAmount", decimal(said["paid_cents"]))  # BT-113
    total.add("DuePayableAmount", decimal(said["due_cents"]))  # BT-115


def _printable(text: str) -> str:
    """XML 1.0 has no control characters."""
    return "".join(letter for letter in text if letter in "\t\n\r" or letter >= " ")
