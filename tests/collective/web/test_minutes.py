"""Time credits: one's own to everybody, all of them and the form to coordinators."""

import pytest
from django.urls import reverse

from collective.hours.models import TimeAccount
from collective.members.models import Membership
from tests.collective.web.conftest import browser
from tests.factories import MembershipFactory

PAGE = reverse("collective:minutes")


@pytest.fixture
def volunteer(pave):
    return MembershipFactory(collective=pave.collective, role=Membership.Role.VOLUNTEER).user


@pytest.fixture
def coordinator(pave):
    return browser(MembershipFactory(collective=pave.collective, role=Membership.Role.COORDINATOR).user)


def give(client, whom, **more):
    return client.post(PAGE, {"user": whom.pk, "minutes": "90", "reason": "Samedi", "key": "k"} | more, follow=True)


def test_given_once_and_read_by_who_has_them(coordinator, volunteer, member):
    for _press in range(2):
        page = give(coordinator, volunteer)
    assert [account.minutes for account in page.context["accounts"]] == [90]
    assert "Samedi" in page.content.decode()
    assert browser(volunteer).get(PAGE).context["accounts"] == page.context["accounts"]
    assert member.get(PAGE).context["accounts"] == []  # others' accounts are theirs


@pytest.mark.parametrize(
    "wrong",
    [{"minutes": "0"}, {"minutes": "-5"}, {"minutes": "1e9"}, {"minutes": "9999"}, {"reason": " "}, {"user": "0"}],
)
def test_what_cannot_be_gives_nothing(coordinator, volunteer, wrong):
    give(coordinator, volunteer, **wrong)
    assert not TimeAccount.objects.exists()


def test_only_coordinators_give(member, volunteer):
    assert give(member, volunteer).status_code == 403


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_both_languages_render(coordinator, volunteer, prefix):
    give(coordinator, volunteer)
    assert coordinator.get(f"{prefix}/collectif/minutes/").status_code == 200
