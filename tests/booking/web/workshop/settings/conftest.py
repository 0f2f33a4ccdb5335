"""The owner of the workshop, in a browser of their own."""

import pytest
from django.test import Client

from collective.members.models import User
from collective.workshops.models import Staff
from tests.booking.web.workshop.conftest import browser
from tests.factories import StaffFactory


@pytest.fixture
def boss(workshop) -> User:
    return StaffFactory(workshop=workshop, role=Staff.Role.OWNER, user__email="boss@example.org").user


@pytest.fixture
def owner(boss) -> Client:
    return browser(boss)
