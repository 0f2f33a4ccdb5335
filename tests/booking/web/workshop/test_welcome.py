import pytest
from django.urls import reverse

from collective.members.models import Membership
from tests.booking.web.workshop.conftest import browser
from tests.factories import MembershipFactory, UserFactory

WELCOME = reverse("web:welcome")


def test_who_works_in_a_workshop_begins_with_its_day(inside):
    assert inside.get(WELCOME).url == reverse("web:today")


@pytest.mark.parametrize("role", [Membership.Role.COORDINATOR, Membership.Role.TREASURER, Membership.Role.VOLUNTEER])
def test_other_members_begin_with_the_books(workshop, role):
    member = MembershipFactory(collective=workshop.collective, role=role).user
    assert browser(member).get(WELCOME).url == reverse("collective:books")


def test_a_cyclist_begins_with_their_appointments_and_nobody_signs_in(client, db):
    assert browser(UserFactory()).get(WELCOME).url == reverse("web:my_appointments")
    assert reverse("account_login") in client.get(WELCOME).url
