"""Every mail, in both languages: it says what is so, carries its link, and its HTML is well formed."""

from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.core import mail
from icalendar import Calendar

from backend.lib.outbox import sweep_outbox
from backend.lib.outbox_models import OutboxRow
from booking.appointments.accept import accept_appointment
from booking.appointments.answer_proposal import accept_proposal, decline_proposal
from booking.appointments.cancel import cancel_appointment
from booking.appointments.lapse import lapse_unanswered
from booking.appointments.links import manage_link, manage_url
from booking.appointments.move import move_appointment
from booking.appointments.no_show import mark_no_show
from booking.appointments.propose import propose_time
from booking.appointments.refuse import refuse_appointment
from booking.appointments.remind import KIND
from booking.appointments.withdraw import withdraw
from tests.booking.appointments.scene import (
    AT,
    IN_A_MONTH,
    MINUTE,
    NEXT_WEEK,
    NINE,
    TEN,
    book_at,
    confirmed,
    hold_at,
    make_workshop,
    open_page,
    pay,
    staff_of,
)

TO_CUSTOMERS = {
    *("booked", "requested", "accepted", "refused", "unanswered", "proposed"),
    *("moved", "cancelled", "withdrawn", "reminder", "too_late", "no_show"),
}
TO_WORKSHOPS = {
    *("booked", "requested", "moved", "cancelled", "withdrawn", "unanswered"),
    *("proposal_accepted", "proposal_declined"),
}
VOID = {"meta", "br", "hr", "img", "link", "input"}


class Wellformed(HTMLParser):
    """Raises AssertionError where a tag is not closed where it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def live_through_everything(provider, language: str) -> None:
    """Let each mail be caused once at least."""
    workshop = make_workshop(name="L’Atelier <du> canal")
    by_hand = make_workshop(confirms="by_hand", seller=workshop.seller)
    staff, hands = staff_of(workshop), staff_of(by_hand)

    stands = confirmed(workshop, provider, NEXT_WEEK, language=language, note="<b>squeaks</b>")
    sweep_outbox(at=NEXT_WEEK - timedelta(hours=14), kinds=[KIND])
    move_appointment(appointment=stands, starts_at=IN_A_MONTH, by=None, at=AT + MINUTE)
    proposals = [IN_A_MONTH + timedelta(hours=1), IN_A_MONTH + timedelta(hours=2)]
    decline_proposal(
        proposal=propose_time(appointment=stands, starts_at=proposals[0], by=staff, at=AT + MINUTE), at=AT + MINUTE
    )
    accept_proposal(
        proposal=propose_time(appointment=stands, starts_at=proposals[1], by=staff, at=AT + MINUTE), at=AT + MINUTE
    )
    cancel_appointment(appointment=stands, by=None, at=proposals[1] - timedelta(hours=1))
    flooded = confirmed(make_workshop(deposit_kind="arrhes", seller=workshop.seller), provider, language=language)
    cancel_appointment(appointment=flooded, by=staff_of(flooded.workshop), reason="Flood & mud", at=AT + MINUTE)
    withdraw(appointment=confirmed(workshop, provider, TEN, language=language), at=AT + MINUTE)
    unpaid = book_at(workshop, TEN, at=AT + 2 * MINUTE, language=language)
    open_page(unpaid, at=AT + 2 * MINUTE)
    hold_at(workshop, TEN, at=AT + 20 * MINUTE)
    pay(unpaid, provider, at=AT + 21 * MINUTE)
    missed = confirmed(workshop, provider, NINE, language=language)
    mark_no_show(appointment=missed, by=staff, at=NINE + MINUTE)
    accept_appointment(appointment=pay(book_at(by_hand, language=language), provider), by=hands, at=AT)
    refused = pay(book_at(by_hand, TEN, language=language), provider)
    refuse_appointment(appointment=refused, by=hands, reason="No fork left", at=AT)
    silent = pay(book_at(by_hand, NEXT_WEEK, language=language), provider)
    lapse_unanswered(at=silent.answer_by)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_mail_is_whole_in_both_languages(db, provider, language):
    live_through_everything(provider, language)

    rows = OutboxRow.objects.filter(kind="mail")
    templates = {":".join(row.key.split(":")[1:3]) for row in rows}
    assert templates == {f"appointment:{what}" for what in TO_CUSTOMERS} | {f"workshop:{what}" for what in TO_WORKSHOPS}
    for row in rows:
        said = row.payload
        page = Wellformed()
        page.feed(said["html"])
        assert page.open == [], row.key
        assert "<b>squeaks" not in said["html"]
        assert "<du>" not in said["html"]
        assert "&lt;" not in said["text"] + said["subject"]
        assert "&amp;" not in said["text"] + said["subject"]
        assert "{{" not in said["text"] + said["html"]
        assert "\n\n\n\n" not in said["text"], said["text"]


def test_a_mail_leads_to_the_appointment_and_brings_the_calendar_file(counter):
    appointment = book_at(counter)

    sweep_outbox(at=AT, kinds=["mail"])

    to_customer = next(message for message in mail.outbox if message.to == [appointment.email])
    assert manage_url(appointment) in to_customer.body
    assert manage_url(appointment) in to_customer.alternatives[0][0]
    attached = next(part for part in to_customer.message().walk() if part.get_content_type() == "text/calendar")
    assert attached.get_param("method") == "REQUEST"
    event = Calendar.from_ical(attached.get_payload(decode=True)).walk("VEVENT")[0]
    assert event.decoded("DTSTART") == NINE


def test_the_workshops_mail_carries_no_link_that_is_the_customers(counter):
    appointment = book_at(counter)

    row = OutboxRow.objects.get(kind="mail", payload__to="atelier@example.org")

    attached = row.payload["attachments"][0]["content"].replace("\r\n ", "")  # folded lines, made whole
    assert "SUMMARY" in attached
    assert manage_link(appointment) not in row.payload["text"] + row.payload["html"] + attached
    assert "+33612345678" in row.payload["text"]
    assert f"/atelier/{appointment.workshop.slug}/?jour={NINE:%Y-%m-%d}" in row.payload["text"]


def test_who_gave_no_address_gets_no_mail(counter):
    appointment = book_at(counter)
    type(appointment).objects.update(email="")
    before = OutboxRow.objects.filter(kind="mail").count()

    cancel_appointment(appointment=appointment, by=None, at=AT + MINUTE)

    assert OutboxRow.objects.filter(kind="mail").count() == before + 1
