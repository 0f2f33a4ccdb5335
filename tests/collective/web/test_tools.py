"""The pages of the shared tools: members look, keepers act, strangers find nothing."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from backend.lib.clock import database_now
from collective.members.models import User
from collective.timetable.periods import Period
from collective.tools.lend import lend
from collective.tools.models import Loan, Tool
from collective.workshops.models import Staff
from tests.factories import (
    CollectiveFactory,
    MembershipFactory,
    StaffFactory,
    ToolKindFactory,
    ToolTimeFactory,
    WorkshopFactory,
)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def kit(db) -> Tool:
    return ToolTimeFactory(tool__home__name="Le Pavé", tool__name="Kit de purge").tool


@pytest.fixture
def boss(kit) -> User:
    return StaffFactory(workshop=kit.home, role=Staff.Role.OWNER).user


@pytest.fixture
def keeper(boss) -> Client:
    return browser(boss)


@pytest.fixture
def member(kit) -> Client:
    return browser(MembershipFactory(collective=kit.collective).user)


@pytest.fixture
def stranger(kit) -> Client:
    return browser(MembershipFactory(collective=CollectiveFactory(slug="ailleurs")).user)


def door(name: str, *which: int) -> str:
    return reverse(f"collective:{name}", args=which)


def said(answer) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def typed(first: int, last: int) -> dict[str, str]:
    now = database_now()
    return {
        "starts_at": f"{now + timedelta(days=first):%Y-%m-%dT%H:00}",
        "ends_at": f"{now + timedelta(days=last):%Y-%m-%dT%H:00}",
    }


def test_members_look_and_strangers_find_nothing(kit, keeper, member, stranger, client):
    for who, may in ((keeper, True), (member, False)):
        wall = who.get(door("tools"))
        assert "Kit de purge" in wall.content.decode()
        assert wall.context["may_add"] == may
        assert who.get(door("tool", kit.pk)).context["may_keep"] == may
    assert "Kit de purge" not in stranger.get(door("tools")).content.decode()
    assert stranger.get(door("tool", kit.pk)).status_code == 404
    assert client.get(door("tools")).status_code == 302


def test_a_tool_is_lent_shown_and_taken_back(kit, keeper, member):
    away = WorkshopFactory(seller__collective=kit.collective, slug="moulin", name="Le Moulin")
    answer = keeper.post(door("tool_lend", kit.pk), typed(1, 3) | {"to": "moulin", "note": "purges"})
    assert answer.status_code == 302
    loan = Loan.objects.get()
    assert (loan.workshop, loan.note) == (away, "purges")
    page = member.get(door("tool", kit.pk))
    assert "Le Moulin" in page.content.decode()
    assert [one.may_end for one in page.context["uses"]] == [False]
    assert "Le Moulin" in member.get(door("tools")).content.decode()
    assert member.post(door("loan_end", loan.pk)).status_code == 403
    keeper.post(door("loan_end", loan.pk))
    loan.refresh_from_db()
    assert loan.ended_at


def test_a_loan_over_another_is_refused_with_when_it_is_free(kit, keeper, boss):
    at = database_now()
    lend(tool=kit, to=kit.home, period=Period(at + timedelta(days=1), at + timedelta(days=3)), by=boss, at=at)
    answer = keeper.post(door("tool_lend", kit.pk), typed(2, 4) | {"to": kit.home.slug})
    assert answer.status_code == 400
    assert kit.name in str(answer.context["loan_form"].non_field_errors())
    assert Loan.objects.count() == 1


@pytest.mark.parametrize(
    "wrong", [{"to": "nowhere"}, {"starts_at": "NaN"}, {"ends_at": ""}, {"starts_at": "9999-99-99T99:99"}]
)
def test_a_loan_that_cannot_be_read_shows_the_form_again(kit, keeper, wrong):
    answer = keeper.post(door("tool_lend", kit.pk), typed(1, 2) | {"to": kit.home.slug} | wrong)
    assert answer.status_code == 400
    assert answer.context["loan_form"].errors.keys() == wrong.keys()
    assert not Loan.objects.exists()


def test_a_loan_that_ends_before_it_begins_is_said(kit, keeper):
    answer = keeper.post(door("tool_lend", kit.pk), typed(3, 1) | {"to": kit.home.slug, "note": "purges de mars"})
    assert answer.status_code == 400
    assert answer.context["loan_form"].non_field_errors()
    assert "purges de mars" in answer.content.decode()  # nothing typed is lost
    assert not Loan.objects.exists()


@pytest.mark.parametrize("name", ["tool_lend", "tool_upkeep", "tool_change", "tool_retire"])
def test_who_does_not_keep_it_does_nothing(kit, member, stranger, name):
    given = typed(1, 2) | {"to": kit.home.slug, "name": "X"}
    assert member.post(door(name, kit.pk), given).status_code == 403
    assert stranger.post(door(name, kit.pk), given).status_code == 404
    assert Tool.objects.get().name == "Kit de purge"
    assert not Loan.objects.exists()


def test_upkeep_keeps_it_out_and_the_wall_says_so(kit, keeper):
    keeper.post(door("tool_upkeep", kit.pk), typed(-1, 2))
    assert Loan.objects.get().is_upkeep
    wall = keeper.get(door("tools"))
    (one, _drawn) = wall.context["wall"][0]
    assert one.now.is_upkeep


def test_a_tool_is_added_changed_and_retired(kit, keeper, member):
    ToolKindFactory(code="truing_stand", name_fr="Centreur")
    values = {
        "name": "R-02",
        "home": kit.home.slug,
        "hand_over_minutes": "5",
        "speed_kmh": "15",
        "detour_percent": "130",
    }
    assert member.get(door("tool_new")).status_code == 403
    assert keeper.get(door("tool_new")).status_code == 200
    wrong = values | {"kind": "truing_stand", "speed_kmh": "0"}
    assert keeper.post(door("tool_new"), wrong).status_code == 400
    assert keeper.post(door("tool_new"), values | {"kind": "truing_stand"}).status_code == 302
    made = Tool.objects.get(name="R-02")
    assert keeper.post(door("tool_change", made.pk), values | {"name": "R-03"}).status_code == 302
    made.refresh_from_db()
    assert made.name == "R-03"
    keeper.post(door("tool_retire", made.pk))
    assert keeper.get(door("tool", made.pk)).status_code == 404


@pytest.mark.parametrize("week", ["", "2026-13-45", "x" * 99, "2026-12-28"])
def test_any_week_can_be_asked_for(kit, member, week):
    assert len(member.get(door("tools"), {"semaine": week}).context["days"]) == 7
