from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collective.ledger.advances import Advance, book_capture, book_fee, book_refund
from collective.ledger.models import Entry
from collective.sharing.share_out import MoreThanSold, share_out
from collective.workshops.models import Seller
from tests.collective.money import AT, a_workshop, books, settle_in_cash

pytestmark = pytest.mark.django_db


@pytest.fixture
def workshop(db):
    return a_workshop()


def an_advance(workshop, reference="appointment:1"):
    return Advance(key=str(uuid4()), reference=reference, label="Révision", workshop=workshop)


def finish(workshop, *, online, reference="appointment:1", labour=7200, parts=2400, fee=115, **more):
    return share_out(
        workshop=workshop,
        reference=reference,
        labour_cents=labour,
        parts_cents=parts,
        paid_online_cents=online,
        fund_bp=500,
        platform_bp=300,
        fee_cents=fee,
        at=AT,
        **more,
    )


def test_a_capture_is_an_advance_that_the_platform_owes_the_seller(workshop):
    advance = an_advance(workshop)
    book_capture(advance, cents=9600, at=AT)
    book_fee(advance, cents=169, at=AT)
    assert books(workshop) == {
        "platform": {"517": 9600 - 169, "627": 169, "467.seller": -9600},
        "seller": {"467.platform": 9600, "4191": -9600},
        "fund": {},
    }


def test_the_finished_repair_turns_the_advance_into_revenue_vat_and_shares(workshop):
    advance = an_advance(workshop)
    book_capture(advance, cents=2880, at=AT)
    book_fee(advance, cents=68, at=AT)
    finish(workshop, online=2880, fee=68)
    assert books(workshop) == {
        "seller": {
            "467.platform": 2880 - 300 - 180 - 68,
            "411": 6720,
            "706": -6000,
            "707": -2000,
            "44571": -1600,
            "6281": 300,
            "6222": 180,
            "627": 68,
        },
        "platform": {
            "517": 2880 - 68,
            "627": 68,
            "467.seller": -(2880 - 300 - 180 - 68),
            "467.fund": -300,
            "7082": -180,
            "7088": -68,
        },
        "fund": {"467.platform": 300, "756": -300},
    }


def test_under_the_franchise_no_vat_is_booked():
    workshop = a_workshop(vat=Seller.VatRegime.FRANCHISE)
    finish(workshop, online=0, fee=0)
    assert books(workshop)["seller"] == {
        "411": 9600,
        "706": -7200,
        "707": -2400,
        "6281": 360,
        "6222": 216,
        "467.platform": -576,
    }


def test_what_nobody_paid_yet_is_owed_by_the_customer(workshop):
    finish(workshop, online=5000)
    assert books(workshop)["seller"]["411"] == 4600


def test_finishing_twice_books_once(workshop):
    first = finish(workshop, online=0)
    entries = Entry.objects.count()
    assert finish(workshop, online=0) == first
    assert Entry.objects.count() == entries


def test_more_paid_than_sold_is_refused(workshop):
    with pytest.raises(MoreThanSold):
        finish(workshop, online=9601)
    assert not Entry.objects.exists()


def test_a_repair_of_parts_alone_gives_the_fund_nothing_and_its_seller_bears_the_fee(workshop):
    shares = finish(workshop, online=0, labour=0, fee=61)
    assert (shares.fund_cents, shares.workshop_cents) == (0, -61)
    assert books(workshop)["fund"] == {}
    assert books(workshop)["seller"]["627"] == 61


def test_a_refund_before_the_work_is_the_captures_mirror(workshop):
    advance = an_advance(workshop)
    book_capture(advance, cents=2880, at=AT)
    book_refund(advance, refund="re_1", cents=2880, at=AT)
    assert books(workshop) == {"platform": {}, "seller": {}, "fund": {}}
    mirrors = Entry.objects.filter(source="refund:re_1")
    assert {entry.mirrors.source for entry in mirrors} == {f"capture:{advance.key}"}


def test_a_partial_refund_after_the_work_gives_back_each_share_in_proportion(workshop):
    advance = an_advance(workshop)
    book_capture(advance, cents=9600, at=AT)
    finish(workshop, online=9600, fee=0)
    book_refund(advance, refund="re_1", cents=4800, at=AT)
    assert books(workshop) == {
        "seller": {"467.platform": 4800 - 240, "706": -3000, "707": -1000, "44571": -800, "6281": 150, "6222": 90},
        "platform": {"517": 4800, "467.seller": -(4800 - 240), "467.fund": -150, "7082": -90},
        "fund": {"467.platform": 150, "756": -150},
    }


def test_refunding_the_deposit_of_a_finished_repair_leaves_what_was_paid_at_the_counter(workshop):
    advance = an_advance(workshop)
    book_capture(advance, cents=3200, at=AT)
    finish(workshop, online=3200, fee=0)
    settle_in_cash(workshop, "appointment:1", cents=6400, at=AT)
    book_refund(advance, refund="re_1", cents=3200, at=AT)
    seller = books(workshop)["seller"]
    assert seller["53"] == 6400
    assert seller["706"] + seller["707"] + seller["44571"] == -6400
    assert "4191" not in seller


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    labour=st.integers(0, 19_999),
    parts=st.integers(0, 19_999),
    cuts=st.lists(st.integers(1, 400), max_size=3),
    rates=st.tuples(st.integers(0, 3333), st.integers(0, 777)),
    fee=st.integers(0, 325),
)
def test_refunds_to_the_last_cent_bring_every_entity_back_to_zero(labour, parts, cuts, rates, fee):
    total = labour + parts
    if not total:
        return
    workshop = a_workshop()
    advance = an_advance(workshop, reference=str(uuid4()))
    book_capture(advance, cents=total, at=AT)
    share_out(
        workshop=workshop,
        reference=advance.reference,
        labour_cents=labour,
        parts_cents=parts,
        paid_online_cents=total,
        fund_bp=rates[0],
        platform_bp=rates[1],
        fee_cents=fee,
        at=AT,
    )
    left = total
    for cut in [*cuts, total]:
        cents = min(cut, left)
        if cents:
            book_refund(advance, refund=str(uuid4()), cents=cents, at=AT)
            left -= cents
            assert_the_entities_agree(books(workshop))
    assert books(workshop) == {"platform": {}, "seller": {}, "fund": {}}


def assert_the_entities_agree(found):
    """What one owes the other stands in both books, with the other sign; nobody's share changes side."""
    assert found["platform"].get("467.seller", 0) == -found["seller"].get("467.platform", 0)
    assert found["platform"].get("467.fund", 0) == -found["fund"].get("467.platform", 0)
    for account in ("706", "707", "44571"):
        assert found["seller"].get(account, 0) <= 0
    for account in ("6281", "6222", "627"):
        assert found["seller"].get(account, 0) >= 0
