"""A collective with two workshops and some finished repairs, and people around it in browsers of their own."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation

from collective.activity.record import record_finished_work
from collective.members.models import User
from collective.sharing.share_out import share_out
from collective.workshops.models import Workshop
from tests.collective.money import a_workshop, settle_in_cash
from tests.factories import MembershipFactory, StaffFactory

OCTOBER = datetime(2026, 10, 14, 9, 0, tzinfo=UTC)
_numbers = count(1)


@pytest.fixture(autouse=True)
def _french():
    cache.clear()
    with translation.override("fr"):
        yield


@pytest.fixture
def pave(db) -> Workshop:
    return a_workshop(name="Le Pavé")


@pytest.fixture
def moulin(pave) -> Workshop:
    return a_workshop(name="Le Moulin", collective=pave.collective)


@pytest.fixture
def elsewhere(db) -> Workshop:
    """Of another collective."""
    return a_workshop(name="Ailleurs")


@pytest.fixture
def member(pave) -> Client:
    return browser(MembershipFactory(collective=pave.collective).user)


@pytest.fixture
def foreign_member(elsewhere) -> Client:
    return browser(MembershipFactory(collective=elsewhere.collective).user)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def staff_member(workshop: Workshop) -> Client:
    user = StaffFactory(workshop=workshop).user
    MembershipFactory(collective=workshop.collective, user=user)
    return browser(user)


def repair(workshop: Workshop, *, at: datetime = OCTOBER, **amounts: Any) -> str:
    """Finish a repair of 48 € of labour and 12 € of parts, VAT included, paid at the counter; return its reference."""
    reference = f"M{next(_numbers):05}"
    sold = {"labour_cents": 4800, "parts_cents": 1200} | amounts
    share_out(
        workshop=workshop, reference=reference, paid_online_cents=0,
        fund_bp=1000, platform_bp=200, fee_cents=0, at=at, **sold,
    )  # fmt: skip
    settle_in_cash(workshop, reference, cents=sold["labour_cents"] + sold["parts_cents"], at=at)
    record_finished_work(workshop=workshop, mechanic=None, reference=reference, minutes=60, at=at, **sold)
    return reference
