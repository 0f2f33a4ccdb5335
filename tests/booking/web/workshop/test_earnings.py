"""The page of what a workshop earned, its file, and the page of how it is paid: what people read is what stands."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from backend.lib.clock import database_now
from collective.ledger.entities import books_of, fund_of
from collective.payments.distribution.distribute import account_of
from collective.payments.distribution.earnings import read_earnings
from collective.payments.distribution.models import SellerAccount
from collective.workshops.models import Staff
from tests.collective.money import a_workshop
from tests.collective.payments.distribution.provider import PayingProvider
from tests.collective.payments.distribution.scene import activate, finish, give_back, make_rounds, pay_online
from tests.factories import StaffFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def provider(monkeypatch):
    playing = PayingProvider()
    monkeypatch.setattr("collective.payments.gateway.provider", lambda: playing)
    return playing


@pytest.fixture
def at(db):
    return database_now()


@pytest.fixture
def workshop(db):
    return a_workshop(name="Le Pavé")


@pytest.fixture
def owner(workshop) -> Client:
    client = Client()
    person = StaffFactory(workshop=workshop, role=Staff.Role.OWNER).user
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def month(provider, workshop, at):
    """A repair paid at the counter, one online and refunded in part, one that waits."""
    for entity in (books_of(workshop.seller), fund_of(workshop.collective)):
        activate(provider, entity)
    finish(workshop, at=at)
    payment = pay_online(provider, workshop, 6000, at=at)
    finish(workshop, payment=payment, at=at)
    make_rounds(at=at)
    give_back(payment, 1000, at=at)
    make_rounds(at=at)
    SellerAccount.objects.filter(entity=books_of(workshop.seller)).update(status="restricted", due=["identity.persons"])
    late = pay_online(provider, workshop, 3000, at=at)
    finish(workshop, payment=late, labour=4000, at=at)
    make_rounds(at=at)
    return payment


def page(client: Client, name: str, workshop, **query):
    with translation.override("fr"):
        return client.get(reverse(f"web:{name}", args=[workshop.slug]), query)


def test_what_is_the_workshops_is_all_accounted_for(month, workshop, at):
    today = at.astimezone(workshop.zone).date()
    found = read_earnings(workshop=workshop, first=today.replace(day=1), last=today)
    assert len(found) == 3
    for one in found:
        it = one.amounts
        where = it.elsewhere_cents + it.unpaid_cents + it.sent_cents + it.waiting_cents + it.netted_cents
        assert it.yours_cents == where - it.owed_cents, one.reference
    counter, online, late = (one.amounts for one in found)
    assert (counter.elsewhere_cents, counter.owed_cents) == (6000, 650)
    assert (online.price_cents, online.online_cents, online.netted_cents) == (5000, 5000, 650)
    assert (late.online_cents, late.elsewhere_cents, late.sent_cents) == (3000, 1000, 0)
    assert late.waiting_cents > 0


def test_the_page_says_where_each_repairs_money_is(month, workshop, owner):
    answer = page(owner, "earnings", workshop)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "Ce que j’ai gagné, et quand ça arrive" in text
    assert "envoyé, une partie reprise après un remboursement" in text
    assert "attend : il manque quelque chose à votre compte" in text
    assert "ont réglé ce que vous deviez pour" in text
    assert '<svg class="stackbar"' in text
    assert answer["Cache-Control"].startswith("no-store") or "private" in answer["Cache-Control"]


def test_the_same_page_in_english(month, workshop, owner):
    with translation.override("en"):
        answer = owner.get(reverse("web:earnings", args=[workshop.slug]))
    assert "What I earned, and when it arrives" in answer.content.decode()


def test_the_file_has_the_same_numbers_and_nothing_that_runs(month, workshop, owner):
    answer = page(owner, "earnings_csv", workshop)
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["price"] for row in rows] == ["60.00", "50.00", "40.00"]
    assert not any(str(cell).startswith(("=", "+", "@")) for row in rows for cell in row.values())


def test_a_month_without_repairs_says_so(workshop, owner):
    assert "Rien de terminé ce mois-ci" in page(owner, "earnings", workshop, mois="2026-01").content.decode()


def test_how_one_is_paid_is_said_in_words(month, workshop, owner):
    text = page(owner, "getting_paid", workshop).content.decode()
    assert "Il manque quelque chose" in text
    assert "Des précisions sur la personne qui représente l’entreprise" in text


def test_the_owner_goes_to_the_provider_and_comes_back(provider, workshop, owner):
    with translation.override("fr"):
        answer = owner.post(reverse("web:getting_paid_begin", args=[workshop.slug]))
        assert answer.status_code == 302
        assert answer["Location"].startswith("https://connect.example/acct_")
        account = account_of(books_of(workshop.seller))
        provider.set_account(account.account_id, "active")
        assert owner.get(reverse("web:getting_paid_back", args=[workshop.slug])).status_code == 302
    account.refresh_from_db()
    assert account.is_active


def test_a_wrong_iban_stands_on_the_form_and_a_right_one_is_kept(provider, workshop, owner):
    with translation.override("fr"):
        address = reverse("web:getting_paid", args=[workshop.slug])
        wrong = owner.post(address, {"iban": "FR76 3000 6000 0112 3456 7890 188", "holder": "Le Pavé"})
        assert wrong.status_code == 400
        assert "Ce n’est pas un IBAN" in wrong.content.decode()
        right = owner.post(address, {"iban": "FR76 3000 6000 0112 3456 7890 189", "holder": "Le Pavé"})
    assert right.status_code == 302
    assert account_of(books_of(workshop.seller)).way == "bank"
    text = page(owner, "getting_paid", workshop).content.decode()
    assert "finissant par 0189" in text
    assert "30006000011234567890189" not in text


def test_the_provider_being_away_is_said_and_nothing_is_lost(provider, workshop, owner):
    provider.is_away = True
    with translation.override("fr"):
        answer = owner.post(reverse("web:getting_paid_begin", args=[workshop.slug]), follow=True)
    assert "Le prestataire de paiement ne répond pas" in answer.content.decode()


def test_what_to_allow_the_browser_is_the_way_to_the_provider(settings):
    assert settings.CONNECT_ORIGIN in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"]
