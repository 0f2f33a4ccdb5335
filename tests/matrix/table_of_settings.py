"""The lines about what a workshop has, the tour of its day, and the tools that its collective shares."""

from __future__ import annotations

from tests.matrix.rows import (
    loan_wanted,
    new_tool,
    new_work,
    of,
    page_drop_off,
    page_loan,
    page_new_tool,
    page_new_work,
    page_rules,
    page_tool,
)
from tests.matrix.who import NOBODY_SIGNED_IN, SHOP, Line, Statuses, everybody, only, signed_in

# What a workshop has: its people and the coordinators look, its owner changes, strangers find nothing
LOOKS_INSIDE = only(*SHOP, "coordinator", nobody=401)


def owner_acts(status: int = 200, *, nobody: int = 401) -> Statuses:
    return only("workshop_owner", status=status, seen_by=("mechanic", "coordinator"), nobody=nobody)


def keeps(status: int = 200, *, nobody: int = 401) -> Statuses:
    """A shared tool: a coordinator and its home's owner act, who works there looks."""
    return only("workshop_owner", "coordinator", status=status, seen_by=("mechanic",), nobody=nobody)


# Who sees no such workshop names one that is none
ADDS_TOOLS = keeps(201) | dict.fromkeys(("owner", "other", "staff", "foreign_mechanic", "foreign_coordinator"), 400)
INSIDE = only(*SHOP, "coordinator", nobody=302)
OWNER_ACTS = owner_acts(302, nobody=302)
IN_A_COLLECTIVE = (*SHOP, "coordinator", "foreign_mechanic", "foreign_coordinator")
SENT_TO_SIGN_IN = dict.fromkeys(NOBODY_SIGNED_IN, 302)

PRICES = {"prices": "levels", "reduced_bp": 7000, "supporter_bp": 12000, "floor_bp": 5000}
SETTINGS_API = [
    # Its settings
    Line("api:settings", "GET", LOOKS_INSIDE, to="workshop"),
    Line("api:settings", "PATCH", owner_acts(), to="workshop", body=of(buffer_minutes=10)),
    Line("api:prices", "GET", LOOKS_INSIDE, to="workshop"),
    Line("api:prices", "PUT", owner_acts(), to="workshop", body=of(**PRICES)),
    Line("api:mechanics", "GET", LOOKS_INSIDE, to="workshop"),
    Line("api:mechanics", "POST", owner_acts(201), to="workshop", body=of(name="Aïcha", skill_level=3)),
    Line("api:mechanic", "GET", LOOKS_INSIDE, to="mechanic"),
    Line("api:mechanic", "GET", everybody(404) | dict.fromkeys(NOBODY_SIGNED_IN, 401), to="foreign mechanic"),
    Line("api:mechanic", "PATCH", owner_acts(), to="mechanic", body=of(skill_level=5)),
    Line("api:mechanic_retire", "POST", owner_acts(409), to="mechanic"),  # somebody is booked with them
    Line("api:benches", "GET", LOOKS_INSIDE, to="workshop"),
    Line("api:benches", "POST", owner_acts(201), to="workshop", body=of(name="Pied 9", kind="stand")),
    Line("api:bench", "GET", LOOKS_INSIDE, to="bench"),
    Line("api:bench", "GET", everybody(404) | dict.fromkeys(NOBODY_SIGNED_IN, 401), to="foreign bench"),
    Line("api:bench", "PATCH", owner_acts(), to="bench", body=of(cleaning_minutes=5)),
    Line("api:bench_retire", "POST", owner_acts(409), to="bench"),  # something is booked there
    Line("api:offers", "POST", owner_acts(201), to="workshop", body=new_work),
    Line("api:offer", "GET", LOOKS_INSIDE, to="offer"),
    Line("api:offer", "PATCH", owner_acts(), to="offer", body=of(labour_cents=2100)),
    Line("api:withdraw_offer", "POST", owner_acts(), to="offer"),
    Line("api:resume_offer", "POST", owner_acts(409), to="offer"),  # it is on sale
    Line("api:drop_off", "GET", LOOKS_INSIDE, to="workshop"),
    Line("api:drop_off", "PATCH", owner_acts(), to="workshop", body=of(is_on=True)),
    Line("api:zone", "GET", LOOKS_INSIDE, to="workshop"),
    Line("api:zone", "PATCH", owner_acts(409), to="workshop", body=of(km=10)),  # customers come to this one
    Line("api:tour", "GET", LOOKS_INSIDE, to="workshop"),
    # The collective's tools
    Line("api:tools", "GET", signed_in()),  # the rows are those of one's own collectives
    Line("api:tools", "POST", ADDS_TOOLS, body=new_tool),
    Line("api:tool", "GET", LOOKS_INSIDE, to="tool"),
    Line("api:tool", "PATCH", keeps(), to="tool", body=of(hand_over_minutes=20)),
    Line("api:tool_retire", "POST", keeps(409), to="tool"),  # it is lent
    Line("api:tool_uses", "GET", LOOKS_INSIDE, to="tool"),
    Line("api:tool_loans", "POST", keeps(201), to="tool", body=loan_wanted),
    Line("api:loan_end", "POST", keeps(), to="loan"),
]
SETTINGS_PAGES = [
    Line("web:tour", "GET", INSIDE, to="workshop"),
    # Its settings
    *(Line(f"web:{name}", "GET", INSIDE, to="workshop") for name in ("settings", "team", "benches", "offers")),
    *(Line(f"web:{name}", "GET", INSIDE, to="workshop") for name in ("drop_off", "zone")),
    Line("web:drop_off", "POST", OWNER_ACTS, to="workshop", body=page_drop_off),
    Line("web:zone", "POST", owner_acts(400, nobody=302), to="workshop", body=of(way="km", km="10")),  # it stays
    Line("web:settings", "POST", OWNER_ACTS, to="workshop", body=page_rules),
    Line("web:prices", "GET", INSIDE, to="workshop"),
    Line("web:prices", "POST", OWNER_ACTS, to="workshop", body=of(prices="free", reduced=70, supporter=120, floor=50)),
    Line("web:team", "POST", OWNER_ACTS, to="workshop", body=of(name="Aïcha", skill_level="3")),
    Line("web:mechanic", "GET", INSIDE, to="mechanic"),
    Line("web:mechanic", "GET", everybody(404) | dict.fromkeys(NOBODY_SIGNED_IN, 302), to="foreign mechanic"),
    Line("web:mechanic", "POST", OWNER_ACTS, to="mechanic", body=of(name="M1", skill_level="5")),
    Line("web:mechanic_retire", "POST", OWNER_ACTS, to="mechanic"),
    Line("web:benches", "POST", OWNER_ACTS, to="workshop", body=of(name="Pied 9", kind="stand", cleaning_minutes="0")),
    Line("web:bench", "GET", INSIDE, to="bench"),
    Line("web:bench", "POST", OWNER_ACTS, to="bench", body=of(name="B1", kind="lift", cleaning_minutes="5")),
    Line("web:bench_retire", "POST", OWNER_ACTS, to="bench"),
    Line("web:offer_new", "GET", owner_acts(nobody=302), to="workshop"),
    Line("web:offer_new", "POST", OWNER_ACTS, to="workshop", body=page_new_work),
    Line("web:offer", "GET", INSIDE, to="offer"),
    Line("web:offer", "POST", OWNER_ACTS, to="offer", body=of(labour="21", minutes="30")),
    Line("web:offer_withdraw", "POST", OWNER_ACTS, to="offer"),
    Line("web:offer_resume", "POST", OWNER_ACTS, to="offer"),
]
TOOLS_PAGES = [
    Line("collective:tools", "GET", everybody(404) | dict.fromkeys(IN_A_COLLECTIVE, 200) | SENT_TO_SIGN_IN),
    Line("collective:tools", "GET", INSIDE, query="collectif=la-roue-commune"),
    Line("collective:tool_new", "GET", keeps(nobody=302), query="collectif=la-roue-commune"),
    Line("collective:tool_new", "POST", keeps(302, nobody=302), query="collectif=la-roue-commune", body=page_new_tool),
    Line("collective:tool", "GET", INSIDE, to="tool"),
    Line("collective:tool_change", "POST", keeps(302, nobody=302), to="tool", body=page_tool),
    Line("collective:tool_lend", "POST", keeps(302, nobody=302), to="tool", body=page_loan),
    Line("collective:tool_upkeep", "POST", keeps(302, nobody=302), to="tool", body=page_loan),
    Line("collective:tool_retire", "POST", keeps(302, nobody=302), to="tool"),
    Line("collective:loan_end", "POST", keeps(302, nobody=302), to="loan"),
]
