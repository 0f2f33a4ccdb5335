"""
Bank details as people type them, judged by their own checksum.

IBAN: ISO 13616, checked by MOD 97-10 (ISO/IEC 7064); lengths from the SWIFT registry for the countries of the SEPA
(EPC409-09, 2025). BIC: ISO 9362.
"""

import re

from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput

LENGTHS = {
    "AD": 24, "AL": 28, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20,
    "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27,
    "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MT": 31, "NL": 18, "NO": 15,
    "PL": 28, "PT": 25, "RO": 24, "RS": 22, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "VA": 22,
}  # fmt: skip
BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
LONGEST_NAME = 70  # characters a bank takes


class WrongIban(BadInput):
    code = "wrong_iban"
    message = _("This is not an IBAN of a euro payment country. Copy it from your bank’s slip, with its two letters.")


class WrongBic(BadInput):
    code = "wrong_bic"
    message = _("This is not a BIC: it has 8 or 11 letters and figures. You may leave it empty.")


class WrongHolder(BadInput):
    code = "wrong_holder"
    message = _("Write the account’s holder as on your bank’s slip, in 70 characters at most.")


def read_iban(text: str) -> str:
    """:raises WrongIban: for another country, length or checksum."""
    iban = re.sub(r"[\s.-]", "", text).upper()
    if not iban.isascii() or not iban.isalnum() or LENGTHS.get(iban[:2]) != len(iban) or not iban[2:4].isdecimal():
        raise WrongIban
    if int("".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])) % 97 != 1:
        raise WrongIban
    return iban


def read_bic(text: str) -> str:
    """:raises WrongBic: unless it is empty or looks like one."""
    bic = re.sub(r"\s", "", text).upper()
    if bic and not BIC.fullmatch(bic):
        raise WrongBic
    return bic


def read_holder(text: str) -> str:
    holder = " ".join(text.split())
    if not holder or len(holder) > LONGEST_NAME or not holder.isprintable():
        raise WrongHolder
    return holder
