from datetime import timedelta

import pytest
from django.urls import reverse

from collective.members.models import Collective
from tests.collective.web.conftest import OCTOBER, repair

PAGE = "collective:accounts"


def see(client, month="2026-10"):
    return client.get(reverse(PAGE), {"mois": month})


def test_anybody_sees_where_a_hundred_euros_go(client, pave, moulin):
    repair(pave)
    repair(moulin, labour_cents=1999, parts_cents=0)
    page = see(client)
    hundred = page.context["of_hundred"]
    assert sum(hundred.values()) == 10_000
    assert page.context["repairs"] == 2
    total = page.context["total"]
    assert hundred["fund"] == pytest.approx(total.fund_cents * 10_000 / total.revenue_cents, abs=1)


def test_no_workshop_is_told_apart(client, pave, moulin):
    repair(pave)
    body = see(client).content.decode()
    assert pave.name not in body
    assert pave.seller.legal_name not in body


def test_the_year_before_stands_beside_it(client, pave):
    repair(pave)
    repair(pave, at=OCTOBER - timedelta(days=31))
    repair(pave, at=OCTOBER - timedelta(days=366))
    year = see(client).context["year"]
    assert [(column.first.isoformat(), column.repairs) for column in year[-2:]] == [
        ("2026-09-01", 1),
        ("2026-10-01", 1),
    ]
    assert len(year) == 12
    assert sum(column.repairs for column in year) == 2
    assert year[-1].height == year[-2].height == "150.0"


def test_an_empty_month_says_so(client, pave):
    page = see(client, "2019-02")
    assert page.context["of_hundred"] == {}
    assert 'class="empty"' in page.content.decode()


def test_without_a_month_it_is_the_last_whole_one(client, pave):
    this, shown = (client.get(reverse(PAGE), given).context["month"] for given in ({"mois": "x"}, {}))
    assert shown == this.before


def test_figures_are_kept_for_a_minute_and_asked_for_once(client, pave, django_assert_max_num_queries):
    repair(pave)
    first = see(client).context["total"]
    repair(pave)
    with django_assert_max_num_queries(3):
        assert see(client).context["total"] == first


def test_without_a_collective_there_are_no_accounts(client, db):
    assert not Collective.objects.exists()
    assert client.get(reverse(PAGE)).status_code == 404


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_both_languages_render(client, pave, prefix):
    repair(pave)
    assert client.get(f"{prefix}/collectif/comptes-ouverts/", {"mois": "2026-10"}).status_code == 200
