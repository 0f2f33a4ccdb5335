"""The page that takes hours out and in: shown first, asked about, and nothing changed when it is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from booking.appointments.models import Appointment
from collective.timetable.hours import exceptions, seasons
from collective.timetable.models import HoursChange
from collective.workshops.models import Staff, Workshop
from tests.booking.web.conftest import EVERY_DAY
from tests.factories import StaffFactory

WEEK = "Mo-Fr 09:00-17:00; PH off; 2027 Aug 02-2027 Aug 15 off"


@pytest.fixture
def workshop(make):
    return make(pay_now=Workshop.PayNow.COUNTER)


@pytest.fixture
def owner(client, workshop):
    person = StaffFactory(workshop=workshop, role=Staff.Role.OWNER, user__email="owner@example.org").user
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def today(at, workshop):
    return at.astimezone(workshop.zone).date()


@pytest.fixture
def give(owner, workshop, today):
    def post(**said: object):
        form = {"qui": "", "du": today.isoformat(), "sens": "openings"}
        return owner.post(reverse("web:hours_exchange", args=[workshop.slug]), form | said)

    return post


def test_the_hours_stand_there_as_text(owner, workshop):
    page = owner.get(reverse("web:hours_exchange", args=[workshop.slug])).content.decode()
    assert "Mo-Su 08:00-20:00; PH off</textarea>" in page
    assert reverse("api:hours_ics", args=[workshop.slug]) in page


def test_hours_are_shown_before_they_are_imported(give, workshop):
    page = give(texte=WEEK)
    assert page.status_code == 200
    assert [week.lines for week in page.context["weeks"]] == [("lun – ven 9\xa0h – 17\xa0h",)]
    assert [one.is_open for one in page.context["exceptions"]] == [False]
    assert seasons(workshop)[-1].text == EVERY_DAY

    page = give(texte=WEEK, faire="importer")
    assert page.url == reverse("web:hours", args=[workshop.slug])
    assert seasons(workshop)[-1].text == "Mo-Fr 09:00-17:00"
    assert HoursChange.objects.get().kind == HoursChange.Kind.IMPORTED


def test_the_overview_says_who_imported(give, owner, workshop):
    give(texte=WEEK, faire="importer")
    assert owner.get(reverse("web:hours", args=[workshop.slug])).status_code == 200


def test_a_calendar_of_absences_is_imported_for_a_mechanic(give, workshop, today):
    mechanic = workshop.resources.get(kind="mechanic")
    day = today + timedelta(days=40)
    lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "SUMMARY:Congés", f"DTSTART;VALUE=DATE:{day:%Y%m%d}", "END:VEVENT"]
    file = SimpleUploadedFile("leave.ics", "\r\n".join([*lines, "END:VCALENDAR"]).encode())
    page = give(qui=str(mechanic.pk), sens="closures", fichier=file)
    assert "Congés" in page.content.decode()
    fields = dict(page.context["fields"])  # the file comes back as text, so that the second press needs no file
    give(**fields, faire="importer")
    mechanic.refresh_from_db()
    (absence,) = exceptions(mechanic, first=day, last=day)
    assert (absence.label, absence.is_open) == ("Congés", False)


def test_appointments_outside_are_shown_and_kept(give, workshop, hold, typed, client, at):
    client.post(reverse("web:order", args=[hold.token]), typed | {"pay": "counter"})
    appointment = Appointment.objects.get()
    page = give(texte="off", faire="importer")
    assert [one.appointment for one in page.context["fallen"]] == [appointment]
    assert seasons(workshop)[-1].text == EVERY_DAY

    give(texte="off", faire="importer", connus=page.context["known"])
    assert seasons(workshop)[-1].text == "off"
    assert Appointment.objects.get().is_open


def test_what_is_refused_stays_in_the_form(give, workshop):
    page = give(texte="Tu 18:00-09:00", faire="importer")
    assert page.status_code == 400
    assert "Tu 18:00-09:00" in page.content.decode()
    assert page.context["form"].errors["texte"]
    assert give().context["form"].errors["texte"]  # neither a file nor a text
    assert give(texte=WEEK, du="2020-01-01").context["form"].errors["du"]
    assert HoursChange.objects.count() == 0


def test_a_mechanic_of_elsewhere_is_not_found(give, make):
    elsewhere = make(slug="elsewhere", seller__collective__slug="elsewhere")
    assert give(qui=str(elsewhere.resources.get(kind="mechanic").pk), texte=WEEK).status_code == 400
