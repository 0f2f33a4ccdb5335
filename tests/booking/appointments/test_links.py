"""The signed link: it opens one appointment, and cannot be made up."""

from datetime import timedelta

import pytest

from backend.lib.tokens import ForgedLink, sign
from booking.appointments.links import OPEN_FOR, LinkExpired, appointment_by_link, manage_link, manage_url
from tests.booking.appointments.scene import AT, book_at


def test_the_link_opens_its_appointment_in_the_customers_language(counter):
    appointment = book_at(counter, language="en")

    assert appointment_by_link(manage_link(appointment), at=AT) == appointment
    assert f"/en/rendez-vous/{manage_link(appointment)}" in manage_url(appointment)


@pytest.mark.parametrize(
    "change", [lambda link: link[:-1], lambda link: "x" + link[1:], lambda link: "", lambda link: "a:b"]
)
def test_a_changed_link_opens_nothing(counter, change):
    with pytest.raises(ForgedLink):
        appointment_by_link(change(manage_link(book_at(counter))), at=AT)


def test_a_link_signed_for_something_else_or_nobody_opens_nothing(counter):
    appointment = book_at(counter)
    for forged in (sign("hold", appointment.token.hex), sign("appointment", "0" * 32), sign("appointment", "no uuid")):
        with pytest.raises(ForgedLink):
            appointment_by_link(forged, at=AT)


def test_a_link_ends_a_year_after_the_repair(counter):
    appointment = book_at(counter)
    link = manage_link(appointment)

    assert appointment_by_link(link, at=appointment.ends_at + OPEN_FOR) == appointment
    with pytest.raises(LinkExpired):
        appointment_by_link(link, at=appointment.ends_at + OPEN_FOR + timedelta(seconds=1))
