"""What the lines of the table act upon: the rows their addresses name, and what their forms and bodies say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from backend.lib.tokens import sign
from booking.appointments.links import QUOTE, manage_link
from booking.services.models import Intervention
from booking.waiting.links import offer_link, wait_link
from collective.invoices.links import invoice_link
from collective.timetable.public_holidays import public_holidays
from collective.timetable.ticks import local_midnight
from tests.matrix.world import CODE, World

Body = Callable[[World], dict[str, Any]]

ARGUMENTS: dict[str, Callable[[World], dict[str, Any]]] = {
    "requested": lambda world: {"key": world.requested.number},
    "proposed": lambda world: {"key": world.proposed.number},
    "today": lambda world: {"key": world.today.number},
    "quoted": lambda world: {"key": world.quoted.number},
    "page of today": lambda world: {"token": manage_link(world.today)},
    "page of quote": lambda world: {"token": sign(QUOTE, world.quoted.quotes.get().token.hex)},
    "link": lambda world: {"key": world.link},
    "hold": lambda world: {"token": world.hold.token},
    "diagnosis": lambda world: {"token": world.diagnosis.token},
    "counter": lambda world: {"pk": world.entry.entity_id},
    "counter's year": lambda world: {"pk": world.entry.entity_id, "year": 2026},
    "invoice": lambda world: {"pk": world.invoice.pk},
    "invoice by link": lambda world: {"token": invoice_link(world.invoice)},
    "forged invoice": lambda world: {"token": manage_link(world.requested)},
    "entry": lambda world: {"pk": world.entry.pk},
    "disagreement": lambda world: {"pk": world.disagreement.pk},
    "payment in trouble": lambda world: {"pk": world.troubled.pk},
    "refund that came back": lambda world: {"pk": world.came_back.pk},
    "transfer": lambda world: {"pk": world.transfer.pk},
    "no batch": lambda world: {"pk": 1},
    "workshop": lambda world: {"slug": world.workshop.slug},
    "mechanic": lambda world: {"slug": world.workshop.slug, "pk": world.workshop.mechanics.first().pk},
    "foreign mechanic": lambda world: {"slug": world.workshop.slug, "pk": world.foreign_workshop.mechanics.first().pk},
    "bench": lambda world: {"slug": world.workshop.slug, "pk": world.workshop.benches.first().pk},
    "foreign bench": lambda world: {"slug": world.workshop.slug, "pk": world.foreign_workshop.benches.first().pk},
    "offer": lambda world: {"slug": world.workshop.slug, "code": CODE},
    "tool": lambda world: {"pk": world.tool.pk},
    "loan": lambda world: {"pk": world.loan.pk},
    "symptom": lambda world: {"code": world.symptom.code},
    "intervention": lambda world: {"code": CODE},
    "page of requested": lambda world: {"token": world.link},
    "page of proposed": lambda world: {"token": manage_link(world.proposed)},
    "forged page": lambda world: {"token": world.link[:-1] + ("A" if world.link[-1] != "A" else "B")},
    "photo by link": lambda world: {"token": world.link, "pk": world.photo.pk},
    "wait": lambda world: {"token": wait_link(world.wait)},
    "slot offer": lambda world: {"token": offer_link(world.slot_offer)},
    "paid": lambda world: {"key": world.paid.number},
    "tender": lambda world: {"key": world.paid.number, "tender": world.tender.pk},
    "announced": lambda world: {"key": world.paid.number, "tender": world.announced.pk},
    "collective": lambda world: {"slug": world.workshop.collective.slug},
    "cheque": lambda world: {"pk": world.cheque.pk},
    "claim": lambda world: {"pk": world.claim.pk},
    "claim's page": lambda world: {"slug": world.workshop.slug, "pk": world.claim.pk},
    "receipt": lambda world: {"slug": world.workshop.slug, "pk": world.receipt.pk},
    "visit paid": lambda world: {"pk": world.paid.pk},
    "visit tender": lambda world: {"pk": world.paid.pk, "tender": world.tender.pk},
    "visit announced": lambda world: {"pk": world.paid.pk, "tender": world.announced.pk},
    "visit requested": lambda world: {"pk": world.requested.pk},
    "visit today": lambda world: {"pk": world.today.pk},
    "mechanic's absence": lambda world: {
        "slug": world.workshop.slug,
        "pk": world.mechanic_time.mechanic_id,
        "exception": world.absence,
    },
    "mechanic's hours": lambda world: {"slug": world.workshop.slug, "resource": world.mechanic_time.pk},
    "closure": lambda world: {"slug": world.workshop.slug, "exception": world.closure},
    "absence": lambda world: {
        "slug": world.workshop.slug,
        "resource": world.mechanic_time.pk,
        "exception": world.absence,
    },
    "letter": lambda world: {"place": "1"},
    "photo": lambda world: {"pk": world.photo.pk},
    "passkey": lambda world: {"pk": 1},
    "reset key": lambda world: {"uidb36": "1", "key": "set-password"},
}
SEARCH = f"lat=50.63&lon=3.05&interventions={CODE}"


def more_cash(world: World) -> dict[str, Any]:
    return {"means": "cash", "amount": 100, "key": "more"}


def page_cash(world: World) -> dict[str, Any]:
    return {"means": "cash", "amount": "1,00", "key": "more"}


def receipt_wanted(world: World) -> dict[str, Any]:
    today = world.at.date().isoformat()
    return {"amount_cents": 900, "payer": "MARTIN", "received_on": today, "key": "receipt"}


def page_receipt(world: World) -> dict[str, Any]:
    return {"amount": "9,00", "payer": "MARTIN", "received_on": world.at.date().isoformat(), "key": "receipt"}


def voucher_wanted(world: World) -> dict[str, Any]:
    return {"amount_cents": 900, "means": "cash", "expires_on": _in_a_year(world), "key": "voucher"}


def offer_wanted(world: World) -> dict[str, Any]:
    return {"amount_cents": 900, "reason": "Solidarity", "expires_on": _in_a_year(world), "key": "offer"}


def page_voucher(world: World) -> dict[str, Any]:
    return {"amount": "9,00", "means": "cash", "expires_on": _in_a_year(world), "key": "voucher"}


def page_offer(world: World) -> dict[str, Any]:
    return {"amount": "9,00", "reason": "Solidarity", "expires_on": _in_a_year(world), "key": "offer"}


def _in_a_year(world: World) -> str:
    return (world.at.date() + timedelta(days=365)).isoformat()


def grant_wanted(world: World) -> dict[str, Any]:
    return {"email": "mechanic@example.org", "minutes": 60, "reason": "Saturday", "key": "grant"}


def page_grant(world: World) -> dict[str, Any]:
    return {"user": world.people["mechanic"].pk, "minutes": "60", "reason": "Saturday", "key": "grant"}


def page_remit(world: World) -> dict[str, Any]:
    return {"tender": world.cheque.pk}


def hold_wanted(world: World) -> dict[str, Any]:
    starts_at = world.slots[6].starts_at.isoformat()
    return {"workshop": world.workshop.slug, "interventions": [CODE], "starts_at": starts_at}


def booking_wanted(world: World) -> dict[str, Any]:
    contact = {"email": "someone@example.org", "phone": "06 12 34 56 78", "work_may_begin_early": True}
    return contact | {"hold": str(world.hold.token), "pay": "counter"}


def wait_wanted(world: World) -> dict[str, Any]:
    contact = {"email": "waits@example.org", "phone": "06 12 34 56 78"}
    return contact | {"lat": 50.63, "lon": 3.05, "interventions": [CODE]}


def page_accept(world: World) -> dict[str, Any]:
    return {"pay": "counter", "work_may_begin_early": "on", "total_cents": world.work.total_cents}


def page_wait(world: World) -> dict[str, Any]:
    day = world.slots[0].starts_at.date().isoformat()
    return {"email": "waits@example.org", "phone": "06 12 34 56 78", "first": day, "last": day}


def week_wanted(world: World) -> dict[str, Any]:
    return {"hours": "Mo-Su 07:00-21:00", "from_on": world.season.isoformat()}


def hours_text(world: World) -> dict[str, Any]:
    return {"text": "Mo-Su 08:00-20:00; PH off", "from_on": world.season.isoformat()}


def away_wanted(world: World) -> dict[str, Any]:
    begins = local_midnight(world.season + timedelta(days=3), world.workshop.zone)
    return {"starts_at": begins.isoformat(), "ends_at": (begins + timedelta(hours=2)).isoformat()}


def closure_wanted(world: World) -> dict[str, Any]:
    return away_wanted(world) | {"is_open": False}


def page_hours(world: World) -> dict[str, Any]:
    said = {"qui": "", "du": world.season.isoformat(), "sens": "openings", "faire": "importer"}
    return said | {"texte": "Mo-Su 08:00-20:00"}


def another_time(world: World) -> dict[str, Any]:
    return {"starts_at": world.slots[7].starts_at.isoformat()}


def items_wanted(world: World) -> dict[str, Any]:
    return {"items": [{"symptom": world.symptom.code, "answers": {}}]}


def of(**values: Any) -> Body:
    return lambda world: values


def page_hold(world: World) -> dict[str, Any]:
    starts_at = world.slots[6].starts_at.isoformat()
    return {"atelier": world.workshop.slug, "i": CODE, "debut": starts_at, "velo": "city"}


def page_rules(world: World) -> dict[str, Any]:
    limits = {"slot_step_minutes": "15", "notice_minutes": "60", "horizon_days": "20", "open_per_person": ""}
    return limits | {"buffer_before_minutes": "0", "buffer_minutes": "0", "setup_minutes": "0"}


def new_work(world: World) -> dict[str, Any]:
    """An intervention that the workshop does not offer yet, with a price."""
    code = Intervention.objects.exclude(code=CODE).values_list("code", flat=True)[0]
    return {"intervention": code, "minutes": 30, "labour_cents": 2000}


def page_new_work(world: World) -> dict[str, Any]:
    return {"intervention": new_work(world)["intervention"], "minutes": "30", "labour": "20,00"}


def new_tool(world: World) -> dict[str, Any]:
    return {"kind": "truing_stand", "name": "Centreur", "home": world.workshop.slug}


def page_tool(world: World) -> dict[str, Any]:
    return {
        "name": "Kit",
        "home": world.workshop.slug,
        "hand_over_minutes": "10",
        "speed_kmh": "15",
        "detour_percent": "130",
    }


def page_new_tool(world: World) -> dict[str, Any]:
    return page_tool(world) | {"kind": "truing_stand"}


def loan_wanted(world: World) -> dict[str, Any]:
    starts_at, ends_at = world.at + timedelta(days=30), world.at + timedelta(days=31)
    return {"workshop": world.workshop.slug, "starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}


def page_loan(world: World) -> dict[str, Any]:
    wanted = loan_wanted(world)
    return {"to": wanted["workshop"], "starts_at": wanted["starts_at"][:16], "ends_at": wanted["ends_at"][:16]}


def page_drop_off(world: World) -> dict[str, Any]:
    hours = {"arrives_from": "09:00", "arrives_until": "11:00", "returns_from": "17:00"}
    return hours | {"is_on": "on", "share": "80", "storage_places": "4", "return_days": "0"}


def page_order(world: World) -> dict[str, Any]:
    contact = {"email": "someone@example.org", "phone": "06 12 34 56 78", "work_may_begin_early": "on"}
    return contact | {"pay": "counter"}


def quote_wanted(world: World) -> dict[str, Any]:
    return {"reason": "The chain is worn", "lines": [{"name": "Chain", "labour_cents": 1000, "parts_cents": 1500}]}


def page_quote(world: World) -> dict[str, Any]:
    return {"reason": "The chain is worn", "name-new0": "Chain", "labour-new0": "10,00", "parts-new0": "15,00"}


def page_time(world: World) -> dict[str, Any]:
    return {"debut": world.slots[7].starts_at.isoformat()}


def page_week(world: World) -> dict[str, Any]:
    begins = world.season + timedelta(days=5)
    return {"faire": "texte", "texte": "Mo-Su 08:00-20:00", "des": begins.isoformat(), "jusque": ""}


def page_closure(world: World) -> dict[str, Any]:
    return {"sens": "ferme", "du": (world.season + timedelta(days=12)).isoformat(), "quand": "jour"}


def page_season(world: World) -> dict[str, Any]:
    return {"des": world.season.isoformat()}


def page_holiday(world: World) -> dict[str, Any]:
    days = public_holidays(first=world.season, last=world.season + timedelta(days=400), postcode="59000")
    return {"jour": min(days).isoformat()}
