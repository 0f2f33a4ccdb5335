from datetime import timedelta

from django.urls import reverse

from collective.activity.models import FinishedWork
from tests.factories import MembershipFactory, OfferFactory, StaffFactory, UserFactory


def test_the_drawing_and_the_list_lead_to_the_same_symptoms(client, db):
    page = client.get("/").content.decode()
    assert page.count('href="/diagnostic/symptomes/?piece=brake-front"') == 2


def test_the_electric_bicycle_keeps_its_choice_in_the_links(client, db):
    page = client.get("/?velo=electrique").content.decode()
    assert "/diagnostic/symptomes/?velo=electrique&amp;piece=ebike" in page


def test_shortcuts_carry_the_prices_of_real_offers(client, db):
    OfferFactory(intervention__code="TYR-PUNCT", labour_cents=1000, parts_cents=0)
    OfferFactory(intervention__code="TYR-PUNCT", labour_cents=1300, parts_cents=500)
    shortcuts = client.get("/").context["shortcuts"]
    assert [(one.low_cents, one.high_cents) for one in shortcuts] == [(1000, 1800)]


def test_figures_come_from_finished_work_of_thirty_days_and_are_left_out_without_any(client, at, workshop):
    assert client.get("/").context["commons"] is None
    for days_ago in (1, 29, 31):
        FinishedWork.objects.create(
            workshop=workshop,
            reference=f"appointment:{days_ago}",
            finished_at=at - timedelta(days=days_ago),
            minutes=45,
            labour_cents=2000,
            parts_cents=0,
        )
    commons = client.get("/").context["commons"]
    assert (commons.workshops, commons.repairs, commons.hours, commons.communes) == (1, 2, 1, 1)


def test_the_page_speaks_english_under_its_own_address(client, db):
    page = client.get("/en/")
    assert page.headers["Content-Language"] == "en"
    assert "/en/diagnostic/symptomes/?piece=saddle" in page.content.decode()


def test_signing_in_leads_to_ones_own_appointments(client, db):
    client.force_login(UserFactory())
    assert client.get("/bienvenue/").headers["Location"] == reverse("web:my_appointments")


def test_signing_in_leads_who_works_there_to_the_day(client, db):
    client.force_login(StaffFactory().user)
    assert client.get("/bienvenue/").headers["Location"] == reverse("web:today")


def test_signing_in_leads_a_coordinator_to_the_books(client, workshop):
    role = MembershipFactory(collective=workshop.collective, role="coordinator")
    client.force_login(role.user)
    assert client.get("/bienvenue/").headers["Location"] == reverse("collective:books")


def test_welcome_asks_a_stranger_to_sign_in(client, db):
    assert client.get("/bienvenue/").headers["Location"].startswith(reverse("account_login"))
