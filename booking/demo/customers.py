"""Invented customers: the same faces come back, as in any neighbourhood."""

import random
import unicodedata
from dataclasses import dataclass

from booking.appointments.models import BikeType
from booking.demo.cast import cast

HOW_MANY = 260
BIKES = (
    *(BikeType.CITY,) * 6,
    *(BikeType.EBIKE,) * 3,
    BikeType.MOUNTAIN,
    BikeType.ROAD,
    BikeType.CHILD,
    BikeType.FOLDING,
)


@dataclass(frozen=True)
class Customer:
    name: str
    email: str
    phone: str
    bike_type: str


def meet_customers(rng: random.Random) -> list[Customer]:
    names = cast()["customers"]
    return [invent(names, number, rng) for number in range(HOW_MANY)]


def invent(names: dict[str, list[str]], number: int, rng: random.Random) -> Customer:
    first, last = rng.choice(names["first_names"]), rng.choice(names["last_names"])
    plain = unicodedata.normalize("NFKD", f"{first}.{last}").encode("ascii", "ignore").decode().lower()
    # +33 3 53 01 xx xx: numbers the French regulator keeps for fiction (ARCEP decision 2009-0405). Its mobile ones,
    # 06 39 98 xx xx, are no numbers to libphonenumber, so nobody could book with them.
    phone = f"+3335301{1000 + number:04d}"
    return Customer(f"{first} {last}", f"{plain}{number}@exemple.example", phone, rng.choice(BIKES))
