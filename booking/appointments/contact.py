"""Who comes, and where they are reached: read once, kept in one form."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput

COUNTRY = "FR"  # of a number written without its country
LONGEST_EMAIL = 254
LONGEST_NAME = 120
LONGEST_NOTE = 1000
LONGEST_ADDRESS = 240


class BadEmail(BadInput):
    code = "bad_email"
    message = _("This e-mail address does not look right. Your confirmation goes there: please check it.")


class BadPhone(BadInput):
    code = "bad_phone"
    message = _(
        "This phone number does not look right. Write it as 06 12 34 56 78, or with its country: +32 470 12 34 56."
    )


class TooLong(BadInput):
    code = "too_long"
    message = _("This is too long: %(most)s characters at most.")


class AddressMissing(BadInput):
    code = "address_missing"
    message = _("This mechanic comes to you: please give the address where the bicycle will be.")


@dataclass(frozen=True, kw_only=True)
class Contact:
    """`phone` is in E.164 ("+33612345678"), `language` one of the site's."""

    email: str
    phone: str
    name: str
    language: str
    note: str
    address: str


def read_contact(
    *, email: str, phone: str, name: str, language: str, note: str, address: str, comes_to_you: bool
) -> Contact:
    """
    Read what a person wrote about themselves.

    :raises BadInput: for the first thing that cannot be right.
    """
    contact = Contact(
        email=_read_email(email),
        phone=_read_phone(phone),
        name=_read_text(name, most=LONGEST_NAME, field="name"),
        language=language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE,
        note=_read_text(note, most=LONGEST_NOTE, field="note"),
        address=_read_text(address, most=LONGEST_ADDRESS, field="address") if comes_to_you else "",
    )
    if comes_to_you and not contact.address:
        raise AddressMissing
    return contact


def _read_email(text: str) -> str:
    text = text.strip()
    try:
        validate_email(text)
    except ValidationError as invalid:
        raise BadEmail from invalid
    if len(text) > LONGEST_EMAIL:
        raise BadEmail
    return text


def _read_phone(text: str) -> str:
    try:
        number = phonenumbers.parse(text, COUNTRY)
    except phonenumbers.NumberParseException as unreadable:
        raise BadPhone from unreadable
    # Its length is judged, not its range: ranges change, and those kept for fiction are the demonstration's own.
    if not phonenumbers.is_possible_number(number):
        raise BadPhone
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _read_text(text: str, *, most: int, field: str) -> str:
    """Drop what no database and no page can show (NUL and its like); line ends and tabs stay."""
    text = "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs")).strip()
    if len(text) > most:
        raise TooLong(field=field, most=most)
    return text
