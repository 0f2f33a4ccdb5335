"""The treasurer's page of the money that leaves."""

from __future__ import annotations

import pytest
from django.urls import reverse
from lxml import etree

from backend.lib.clock import database_now
from collective.ledger.entities import books_of, fund_of, platform_of
from collective.payments.distribution.accounts import choose_bank
from collective.payments.distribution.distribute import account_of
from collective.payments.distribution.models import BankBatch, Transfer
from collective.workshops.models import Staff
from tests.collective.payments.distribution.provider import PayingProvider
from tests.collective.payments.distribution.scene import activate, finish, make_rounds, pay_online
from tests.collective.web.conftest import browser
from tests.factories import MembershipFactory, StaffFactory

pytestmark = pytest.mark.django_db(transaction=True)
IBAN = "FR76 3000 6000 0112 3456 7890 189"


@pytest.fixture
def provider(monkeypatch):
    playing = PayingProvider()
    monkeypatch.setattr("collective.payments.gateway.provider", lambda: playing)
    return playing


@pytest.fixture
def treasurer(pave):
    return MembershipFactory(collective=pave.collective, role="treasurer").user


@pytest.fixture
def repaired(provider, pave):
    """Owed to a workshop that wants a bank transfer."""
    at = database_now()
    owner = StaffFactory(workshop=pave, role=Staff.Role.OWNER).user
    choose_bank(entity=books_of(pave.seller), by=owner, iban="BE68539007547034", holder="Le Pavé", at=at)
    payment = pay_online(provider, pave, 6000, at=at)
    finish(pave, payment=payment, at=at)
    make_rounds(at=at)
    return payment


def post(client, name, *args, **sent):
    return client.post(reverse(f"collective:{name}", args=args), sent, follow=True)


def test_a_file_is_made_fetched_and_confirmed(repaired, pave, treasurer):
    client = browser(treasurer)
    first = client.get(reverse("collective:transfers")).content.decode()
    assert "Donnez d’abord le RIB du collectif" in first
    assert post(client, "bank", iban=IBAN, holder="Les Moyeux").status_code == 200
    assert "Le fichier est prêt" in post(client, "batch_new", executes_on=f"{database_now():%Y-%m-%d}").content.decode()
    batch = BankBatch.objects.get()
    fetched = client.get(reverse("collective:batch_file", args=[batch.pk]))
    assert fetched["Content-Disposition"] == f'attachment; filename="{batch.message_id}.xml"'
    assert etree.fromstring(fetched.content).tag.endswith("Document")
    assert "ces virements sont payés" in post(client, "batch_close", batch.pk, fait="oui").content.decode()
    assert Transfer.objects.get(entity=books_of(pave.seller)).state == "sent"


def test_a_cancelled_file_and_one_closed_twice(repaired, pave, treasurer):
    client = browser(treasurer)
    choose_bank(entity=platform_of(pave.collective), by=treasurer, iban=IBAN, holder="Nous", at=database_now())
    post(client, "batch_new", executes_on=f"{database_now():%Y-%m-%d}")
    batch = BankBatch.objects.get()
    assert "attend de nouveau" in post(client, "batch_close", batch.pk, fait="non").content.decode()
    assert "déjà été confirmé ou annulé" in post(client, "batch_close", batch.pk, fait="oui").content.decode()


@pytest.mark.parametrize("day", ["2020-01-01", "demain", ""])
def test_a_day_that_cannot_be_is_refused_on_the_form(repaired, pave, treasurer, day):
    choose_bank(entity=platform_of(pave.collective), by=treasurer, iban=IBAN, holder="Nous", at=database_now())
    assert post(browser(treasurer), "batch_new", executes_on=day).status_code == 400
    assert not BankBatch.objects.exists()


def test_what_was_refused_is_shown_and_tried_again(provider, pave, treasurer):
    at = database_now()
    account = activate(provider, books_of(pave.seller))
    payment = pay_online(provider, pave, 6000, at=at)
    finish(pave, payment=payment, at=at)
    provider.set_account(account.account_id, "unsupported")
    make_rounds(at=at)
    client = browser(treasurer)
    assert "insufficient_capabilities" in client.get(reverse("collective:transfers")).content.decode()
    provider.set_account(account.account_id, "active")
    row = Transfer.objects.get(entity=account.entity)
    assert "Il repartira" in post(client, "transfer_retry", row.pk).content.decode()
    make_rounds(at=database_now())
    assert provider.sent_to(account.account_id) > 0
    assert "rien à retenter" in post(client, "transfer_retry", row.pk).content.decode()


def test_the_funds_account_is_the_treasurers_to_open(provider, pave, treasurer):
    client = browser(treasurer)
    answer = client.post(reverse("collective:fund_begin"))
    assert answer["Location"].startswith("https://connect.example/")
    account = account_of(fund_of(pave.collective))
    provider.set_account(account.account_id, "active")
    client.get(reverse("collective:fund_back"))
    account.refresh_from_db()
    assert account.is_active


def test_who_keeps_no_treasury_finds_no_such_page(repaired, pave, member, foreign_member, treasurer, elsewhere):
    choose_bank(entity=platform_of(pave.collective), by=treasurer, iban=IBAN, holder="Nous", at=database_now())
    post(browser(treasurer), "batch_new", executes_on=f"{database_now():%Y-%m-%d}")
    foreign_treasurer = browser(MembershipFactory(collective=elsewhere.collective, role="treasurer").user)
    for client in (member, foreign_member):
        assert client.get(reverse("collective:transfers")).status_code == 404
    batch = BankBatch.objects.get()
    for client in (member, foreign_member, foreign_treasurer):
        assert client.get(reverse("collective:batch_file", args=[batch.pk])).status_code == 404
        assert client.post(reverse("collective:batch_close", args=[batch.pk]), {"fait": "oui"}).status_code == 404
    text = foreign_treasurer.get(reverse("collective:transfers")).content.decode()
    assert "Pavé" not in text
