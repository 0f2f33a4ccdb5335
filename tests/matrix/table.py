"""
Who may do what: every route of the site, every method it takes, every role, and the status each gets.

Grouped by who may. A route that stands nowhere here fails tests/matrix/test_matrix.py; a method that does not stand
beside its route is refused to everybody. A stranger to a row gets 404; who sees it and has no right gets 403.

To add a route: a line in its group, its arguments in rows.py when it takes some, its form in `body`.
"""

from __future__ import annotations

from tests.matrix.rows import (
    SEARCH,
    another_time,
    away_wanted,
    booking_wanted,
    closure_wanted,
    grant_wanted,
    hold_wanted,
    hours_text,
    items_wanted,
    more_cash,
    of,
    offer_wanted,
    page_accept,
    page_cash,
    page_closure,
    page_grant,
    page_hold,
    page_holiday,
    page_hours,
    page_order,
    page_quote,
    page_season,
    page_time,
    page_wait,
    page_week,
    quote_wanted,
    receipt_wanted,
    voucher_wanted,
    wait_wanted,
    week_wanted,
)
from tests.matrix.table_of_money import MONEY_API, MONEY_PAGES
from tests.matrix.table_of_settings import SETTINGS_API, SETTINGS_PAGES, TOOLS_PAGES
from tests.matrix.who import SEES_APPOINTMENT, SHOP, Line, Statuses, everybody, only, signed_in
from tests.matrix.world import CODE

# --- Who --------------------------------------------------------------------------------------------------------------

SHOP_ONLY = only(*SHOP, seen_by=("owner", "coordinator"), nobody=401)
CUSTOMER_ONLY = only("owner", seen_by=(*SHOP, "coordinator"))
WORKSHOP_WITH_LINK = signed_in(403)  # the customer's link opens, and answers nothing for the workshop

COORDINATOR_GIVES = only("coordinator", seen_by=("mechanic",), nobody=401, status=201)
OWNER_TAKES_BACK = only("workshop_owner", seen_by=("mechanic", "owner", "coordinator"), nobody=401)

SEES_INSIDE = only(*SHOP, "coordinator", nobody=401)
SHOP_SAYS = only(*SHOP, seen_by=("coordinator",), nobody=401)
SHOP_SAYS_NEW = only(*SHOP, seen_by=("coordinator",), nobody=401, status=201)
KEEPS = only("coordinator", seen_by=("mechanic",), nobody=401)
SHOP_SAYS_QUOTES = only(*SHOP, status=201, seen_by=("owner", "coordinator"), nobody=401)
MECHANICS_HOURS = ("mechanic_hours", "mechanic_osm", "mechanic_ics", "absences")

# --- The API ----------------------------------------------------------------------------------------------------------

API = [
    # Open to everybody: what may be looked at, and what a guest needs
    Line("api:docs", "GET", everybody()),
    Line("api:schema", "GET", everybody()),
    Line("api:places", "GET", everybody(), query="q=lille"),
    Line("api:symptoms", "GET", everybody()),
    Line("api:symptom", "GET", everybody(), to="symptom"),
    Line("api:assess", "POST", everybody(), body=items_wanted),
    Line("api:interventions", "GET", everybody()),
    Line("api:intervention", "GET", everybody(), to="intervention"),
    Line("api:workshops", "GET", everybody()),
    Line("api:workshop", "GET", everybody(), to="workshop"),
    Line("api:offers", "GET", everybody(), to="workshop"),
    Line("api:hours", "GET", everybody(), to="workshop"),
    Line("api:workshop_slots", "GET", everybody(), to="workshop", query=f"interventions={CODE}"),
    Line("api:slots", "GET", everybody(), query=SEARCH),
    Line("api:first_slots", "GET", everybody(), query=SEARCH),
    Line("api:month", "GET", everybody(), query=SEARCH),
    Line("api:diagnoses", "POST", everybody(201), body=items_wanted),
    Line("api:holds", "POST", everybody(201), body=hold_wanted),
    Line("api:appointments", "POST", everybody(201), body=booking_wanted),
    Line("api:waits", "POST", everybody(201), body=wait_wanted),
    # Open to who has the secret token or the signed link
    Line("api:diagnosis", "GET", everybody(), to="diagnosis"),
    Line("api:hold", "GET", everybody(), to="hold"),
    Line("api:extend", "POST", everybody(), to="hold"),
    Line("api:give_back", "POST", everybody(), to="hold"),
    Line("api:appointment", "GET", everybody(), to="link"),
    Line("api:refund", "GET", everybody(), to="link"),
    Line("api:pay", "POST", everybody(409), to="link"),  # nothing is due
    Line("api:move", "POST", everybody(), to="link", body=another_time),
    Line("api:cancel", "POST", everybody(), to="link"),
    Line("api:withdraw", "POST", everybody(), to="link"),
    Line("api:answer_proposal", "POST", everybody(404), to="link", body=of(accept=True)),  # nothing is proposed
    Line("api:ask_earlier", "POST", everybody(), to="link"),
    Line("api:wait", "GET", everybody(), to="wait"),
    Line("api:leave_wait", "POST", everybody(), to="wait"),
    Line("api:slot_offer", "GET", everybody(), to="slot offer"),
    Line("api:accept_offer", "POST", everybody(), to="slot offer", body=of(work_may_begin_early=True)),
    Line("api:decline_offer", "POST", everybody(), to="slot offer"),
    Line("api:accept", "POST", WORKSHOP_WITH_LINK, to="link"),
    Line("api:refuse", "POST", WORKSHOP_WITH_LINK, to="link", body=of(reason="No parts")),
    Line("api:propose", "POST", WORKSHOP_WITH_LINK, to="link", body=another_time),
    Line("api:done", "POST", WORKSHOP_WITH_LINK, to="link"),
    Line("api:no_show", "POST", WORKSHOP_WITH_LINK, to="link"),
    Line("api:quotes", "POST", WORKSHOP_WITH_LINK, to="link", body=quote_wanted),
    Line("api:ask_balance", "POST", WORKSHOP_WITH_LINK, to="link"),
    Line("api:bill", "GET", everybody(), to="link"),
    Line("api:quote", "GET", everybody(404), to="link"),  # none was written
    Line("api:answer_quote", "POST", everybody(404), to="link", body=of(accept=True)),
    Line("api:forget_card", "POST", everybody(409), to="link"),  # none is saved
    Line("api:balance", "POST", everybody(409), to="link"),  # the workshop has yet to accept
    # People with an account
    Line("api:me", "GET", signed_in()),
    Line("api:me", "PATCH", signed_in(), body=of(name="Camille")),
    Line("api:appointments", "GET", signed_in()),
    Line("api:closings", "GET", signed_in()),  # the rows are those of the counters that concern one
    Line("api:invoices", "GET", signed_in()),  # the rows are those that concern one
    Line("api:invoice", "GET", only("owner", *SHOP, nobody=401), to="invoice"),
    Line("api:entries", "GET", signed_in()),  # the rows are those of the books one sees
    # An appointment by its number: its customer, its workshop, the collective's coordinator
    Line("api:appointment", "GET", only(*SEES_APPOINTMENT), to="requested"),
    Line("api:refund", "GET", only(*SEES_APPOINTMENT), to="requested"),
    Line("api:cancel", "POST", only("owner", *SHOP, seen_by=("coordinator",)), to="requested", body=of(reason="Ill")),
    # Its customer
    Line("api:pay", "POST", CUSTOMER_ONLY | {"owner": 409}, to="requested"),  # nothing is due
    Line("api:move", "POST", CUSTOMER_ONLY, to="requested", body=another_time),
    Line("api:ask_earlier", "POST", CUSTOMER_ONLY, to="requested"),
    Line("api:withdraw", "POST", CUSTOMER_ONLY, to="requested"),
    Line("api:answer_proposal", "POST", CUSTOMER_ONLY, to="proposed", body=of(accept=True)),
    Line("api:bill", "GET", CUSTOMER_ONLY, to="requested"),
    Line("api:quote", "GET", only(*SEES_APPOINTMENT), to="quoted"),
    Line("api:answer_quote", "POST", CUSTOMER_ONLY, to="quoted", body=of(accept=True)),
    Line("api:forget_card", "POST", CUSTOMER_ONLY | {"owner": 409}, to="requested"),
    Line("api:balance", "POST", CUSTOMER_ONLY | {"owner": 503}, to="today"),
    # Its workshop
    Line("api:quotes", "POST", SHOP_SAYS_QUOTES, to="today", body=quote_wanted),
    Line("api:ask_balance", "POST", SHOP_ONLY, to="today"),
    Line("api:accept", "POST", SHOP_ONLY, to="requested"),
    Line("api:refuse", "POST", SHOP_ONLY, to="requested", body=of(reason="No parts")),
    Line("api:propose", "POST", SHOP_ONLY, to="requested", body=another_time),
    Line("api:done", "POST", SHOP_ONLY, to="today"),
    Line("api:no_show", "POST", SHOP_ONLY, to="today"),
    Line("api:tenders", "GET", only(*SEES_APPOINTMENT, nobody=401), to="paid"),
    Line("api:tenders", "POST", SHOP_ONLY | dict.fromkeys(SHOP, 201), to="paid", body=more_cash),
    Line("api:take_back_tender", "POST", OWNER_TAKES_BACK, to="tender", body=of(reason="Slip")),
    Line("api:receive_tender", "POST", SHOP_ONLY, to="announced"),
    # What it was given and has yet to follow
    Line("api:receipts", "GET", SEES_INSIDE, to="workshop"),
    Line("api:receipts", "POST", SHOP_SAYS_NEW, to="workshop", body=receipt_wanted),
    Line("api:claims", "GET", SEES_INSIDE, to="workshop"),
    Line("api:claim", "POST", SHOP_SAYS, to="claim", body=of(to="paid")),
    Line("api:remit", "POST", SHOP_SAYS, to="cheque"),
    Line("api:sell_voucher", "POST", SHOP_SAYS_NEW, to="workshop", body=voucher_wanted),
    Line("api:offer_voucher", "POST", COORDINATOR_GIVES, to="collective", body=offer_wanted),
    Line("api:grant_minutes", "POST", COORDINATOR_GIVES, to="collective", body=grant_wanted),
    Line("api:workshop_appointments", "GET", only(*SHOP, "coordinator", nobody=401), to="workshop"),
    Line("api:entry", "GET", only(*SHOP, "coordinator", nobody=401), to="entry"),
    # What does not agree: who keeps the money of its collective
    Line("api:disagreements", "GET", signed_in()),  # the rows are those of the collectives whose money one keeps
    Line("api:disagreement", "GET", KEEPS, to="disagreement"),
    Line("api:resolve_disagreement", "POST", KEEPS, to="disagreement", body=of(note="Vu.")),
    Line("api:checks", "GET", signed_in(403) | {"coordinator": 200, "foreign_coordinator": 200}),
    # Hours: anybody reads the workshop's, its people read all of them and say them
    Line("api:hours_osm", "GET", everybody(), to="workshop"),
    Line("api:hours_ics", "GET", everybody(), to="workshop"),
    Line("api:hours", "PUT", SHOP_SAYS, to="workshop", body=week_wanted),
    Line("api:seasons", "DELETE", SHOP_SAYS, to="workshop", query="from_on={season}"),
    Line("api:hours_import", "POST", SHOP_SAYS, to="workshop", body=hours_text),
    Line("api:exceptions", "GET", SEES_INSIDE, to="workshop"),
    Line("api:exceptions", "POST", SHOP_SAYS_NEW, to="workshop", body=closure_wanted),
    Line("api:exception", "DELETE", SHOP_SAYS, to="closure"),
    *(Line(f"api:{name}", "GET", SEES_INSIDE, to="mechanic") for name in MECHANICS_HOURS),
    *(Line(f"api:{name}", "GET", signed_in(404), to="foreign mechanic") for name in MECHANICS_HOURS),
    Line("api:mechanic_hours", "PUT", SHOP_SAYS, to="mechanic", body=week_wanted),
    Line("api:mechanic_import", "POST", SHOP_SAYS, to="mechanic", body=hours_text),
    Line("api:absences", "POST", SHOP_SAYS_NEW, to="mechanic", body=away_wanted),
    Line("api:absence", "DELETE", SHOP_SAYS, to="mechanic's absence"),
    # The payment provider, by its signature alone; and what is nowhere
    Line("api:stripe", "POST", everybody(400)),
    Line("api:nothing", "GET", everybody(404)),
    Line("api:nothing", "POST", everybody(404)),
]
API += SETTINGS_API

# --- The cyclist's pages ----------------------------------------------------------------------------------------------

CYCLIST = [
    *(Line(f"web:{name}", "GET", everybody()) for name in ("home", "work", "workshops")),
    *(Line(f"web:{name}", "GET", everybody()) for name in ("privacy", "terms", "ranking", "legal", "accessibility")),
    Line("web:symptoms", "GET", everybody(), query="piece=brake-front"),
    Line("web:diagnose", "GET", everybody(), query="piece=brake-front&s={symptom}"),
    Line("web:result", "GET", everybody(), query="s={symptom}"),
    Line("web:result", "POST", everybody(302)),  # nothing was named: back to the list
    Line("web:slots", "GET", everybody(), query=f"i={CODE}&lieu=lille"),
    Line("web:month", "GET", everybody(), query=f"i={CODE}&lieu=lille"),
    Line("web:outline", "GET", everybody(), query="lat=50.63&lon=3.05&km=10"),
    Line("web:places", "GET", everybody(), query="lieu=lille"),
    Line("web:workshop_page", "GET", everybody(), to="workshop"),
    Line("web:workshop_slots", "GET", everybody(), to="workshop", query=f"i={CODE}"),
    # The waiting list: a wait and an offer by their signed links
    Line("web:wait_join", "GET", everybody(), query=f"i={CODE}&lieu=lille"),
    Line("web:wait_join", "POST", everybody(302), query=f"i={CODE}&lieu=lille", body=page_wait),
    Line("web:wait", "GET", everybody(), to="wait"),
    Line("web:wait_leave", "POST", everybody(302), to="wait"),
    Line("web:offer", "GET", everybody(), to="slot offer"),
    Line("web:offer_accept", "POST", everybody(302), to="slot offer", body=page_accept),
    Line("web:offer_decline", "POST", everybody(302), to="slot offer"),
    # A hold by its secret token
    Line("web:hold_take", "POST", everybody(302), body=page_hold),
    Line("web:hold", "GET", everybody(), to="hold"),
    Line("web:hold_extend", "POST", everybody(302), to="hold"),
    Line("web:hold_give_back", "POST", everybody(302), to="hold"),
    Line("web:order", "POST", everybody(302), to="hold", body=page_order),
    # An appointment by its signed link
    Line("web:pay_return", "GET", everybody(302), to="page of requested"),
    Line("web:appointment", "GET", everybody(), to="page of requested"),
    Line("web:appointment", "GET", everybody(404), to="forged page"),
    Line("web:appointment_calendar", "GET", everybody(), to="page of requested"),
    Line("web:ask_earlier", "POST", everybody(302), to="page of requested"),
    Line("web:move", "GET", everybody(), to="page of requested"),
    Line("web:move", "POST", everybody(302), to="page of requested", body=page_time),
    Line("web:cancel", "GET", everybody(), to="page of requested"),
    Line("web:cancel", "POST", everybody(302), to="page of requested"),
    Line("web:withdraw", "GET", everybody(), to="page of requested"),
    Line("web:withdraw", "POST", everybody(302), to="page of requested", body=of(etape="confirmer")),
    Line("web:proposal", "GET", everybody(), to="page of proposed"),
    Line("web:proposal", "POST", everybody(302), to="page of proposed", body=of(reponse="oui")),
    Line("web:balance", "GET", everybody(302), to="page of requested"),  # the workshop has yet to accept
    Line("web:balance", "GET", everybody(), to="page of today"),
    Line("web:balance", "POST", everybody(302), to="page of today"),
    Line("web:forget_card", "POST", everybody(302), to="page of requested"),  # says that none is saved
    Line("web:quote", "GET", everybody(), to="page of quote"),
    Line("web:quote", "POST", everybody(302), to="page of quote", body=of(reponse="oui")),
    Line("web:photo", "GET", everybody(), to="photo by link"),
    # An account: without one, to the sign-in page
    Line("web:welcome", "GET", everybody(302)),
    Line("web:my_appointments", "GET", signed_in(others=302)),
    Line("web:account_photo", "GET", only(*SEES_APPOINTMENT, nobody=302), to="photo"),
]


# --- The workshop's pages ---------------------------------------------------------------------------------------------
NO_WORKSHOP = ("owner", "other", "staff")  # sees the inside of none
INSIDE = only(*SHOP, "coordinator", nobody=302)
SHOP_EDITS = only(*SHOP, seen_by=("coordinator",), nobody=302)
SHOP_ACTS = only(*SHOP, seen_by=("coordinator",), status=302, nobody=302)

WORKSHOP = [
    Line("web:today", "GET", everybody(302) | dict.fromkeys(NO_WORKSHOP, 404)),  # on to one's own workshop
    Line("web:day", "GET", INSIDE, to="workshop"),
    Line("web:coming", "GET", INSIDE, to="workshop"),
    Line("web:waiting", "GET", INSIDE, to="workshop"),
    Line("web:visit", "GET", INSIDE, to="visit requested"),
    Line("web:visit_other_times", "GET", only(*SHOP, seen_by=("coordinator",), nobody=302), to="visit requested"),
    Line("web:visit_accept", "POST", SHOP_ACTS, to="visit requested"),
    Line("web:visit_refuse", "POST", SHOP_ACTS, to="visit requested", body=of(reason="No parts")),
    Line("web:visit_propose", "POST", SHOP_ACTS, to="visit requested", body=page_time),
    Line("web:visit_cancel", "POST", SHOP_ACTS, to="visit requested", body=of(reason="Ill")),
    Line("web:visit_finish", "POST", SHOP_ACTS, to="visit today"),
    Line("web:visit_no_show", "POST", SHOP_ACTS, to="visit today"),
    Line("web:visit_quote", "GET", SHOP_EDITS, to="visit today"),
    Line("web:visit_quote", "POST", SHOP_ACTS, to="visit today", body=page_quote),
    Line("web:visit_balance", "POST", SHOP_ACTS, to="visit today"),
    Line("web:visit_settle", "POST", SHOP_ACTS, to="visit paid", body=page_cash),
    Line(
        "web:visit_take_back",
        "POST",
        only("workshop_owner", seen_by=("mechanic", "coordinator"), status=302, nobody=302),
        to="visit tender",
        body=of(reason="Slip"),
    ),
    Line("web:visit_receive", "POST", SHOP_ACTS, to="visit announced"),
    # Its hours, and those of its mechanics
    Line("web:hours_exchange", "GET", INSIDE, to="workshop"),
    Line("web:hours_exchange", "POST", SHOP_ACTS, to="workshop", body=page_hours),
    Line("web:hours", "GET", INSIDE, to="workshop"),
    *(
        line
        for whose, back in (("workshop", "closure"), ("mechanic's hours", "absence"))
        for line in (
            Line("web:hours_week", "GET", SHOP_EDITS, to=whose),
            Line("web:hours_week", "POST", SHOP_ACTS, to=whose, body=page_week),
            Line("web:hours_exception", "GET", SHOP_EDITS, to=whose),
            Line("web:hours_exception", "POST", SHOP_ACTS, to=whose, body=page_closure),
            Line("web:hours_exception_back", "POST", SHOP_ACTS, to=back),
        )
    ),
    Line("web:hours_season_back", "POST", SHOP_ACTS, to="workshop", body=page_season),
    Line("web:hours_holiday_open", "POST", SHOP_ACTS, to="workshop", body=page_holiday),
    Line("web:hours_holidays", "POST", SHOP_ACTS, to="workshop", body=of(ferme="0")),
    # The demonstration's doors: here, nowhere
    Line("web:become", "POST", everybody(404)),
    Line("web:mailbox", "GET", everybody(404)),
    Line("web:letter", "GET", everybody(404), to="letter"),
]

# --- The collective's pages -------------------------------------------------------------------------------------------
MEMBERS = ("mechanic", "coordinator")  # the workshop's owner has not joined; a member elsewhere sees their own
OWN_BOOKS = only(*MEMBERS, "foreign_coordinator", nobody=302)
KEEPS_MONEY = only("coordinator", "foreign_coordinator", seen_by=("mechanic",), nobody=302)
OURS = "collectif=la-roue-commune"
ACTS_ON_THIS = only("coordinator", status=302, seen_by=("mechanic",), nobody=302)
KEEPS_THIS = only("coordinator", seen_by=("mechanic",), nobody=302)

COLLECTIVE = [
    Line("collective:accounts", "GET", everybody()),
    Line("collective:books", "GET", OWN_BOOKS),
    Line("collective:books_csv", "GET", OWN_BOOKS),
    Line("collective:entries", "GET", OWN_BOOKS),
    Line("collective:books", "GET", only(*MEMBERS, nobody=302), query="collectif=la-roue-commune"),
    Line("collective:books_csv", "GET", only(*MEMBERS, nobody=302), query="collectif=la-roue-commune"),
    Line("collective:entries", "GET", only(*MEMBERS, nobody=302), query="collectif=la-roue-commune"),
    *(Line(f"collective:{name}", "GET", KEEPS_MONEY) for name in ("agreement", "agreement_csv")),
    *(Line(f"collective:{name}", "GET", KEEPS_THIS, query=OURS) for name in ("agreement", "agreement_csv")),
    Line("collective:agreement_check", "POST", ACTS_ON_THIS, query=OURS),
    Line("collective:agreement_settle", "POST", ACTS_ON_THIS, to="disagreement", body=of(note="Vu.")),
    Line("collective:trouble_settle", "POST", ACTS_ON_THIS, to="payment in trouble", body=of(note="Vu.")),
    Line("collective:refund_settle", "POST", ACTS_ON_THIS, to="refund that came back", body=of(faire="carte")),
    Line("collective:minutes", "GET", OWN_BOOKS),
    Line("collective:minutes", "GET", only(*MEMBERS, nobody=302), query="collectif=la-roue-commune"),
    Line(
        "collective:minutes",
        "POST",
        only("coordinator", seen_by=("mechanic",), status=302, nobody=302),
        query="collectif=la-roue-commune",
        body=page_grant,
    ),
    Line("collective:invoices", "GET", only(*SHOP, "foreign_mechanic", nobody=302)),
    *(
        Line(route, "GET", only("owner", *SHOP, nobody=302), to="invoice")
        for route in ("collective:invoice", "collective:invoice_pdf", "collective:invoice_xml")
    ),
    *(
        Line(route, "GET", everybody(status), to=to)
        for route in ("collective:invoice_link", "collective:invoice_link_pdf", "collective:invoice_link_xml")
        for to, status in (("invoice by link", 200), ("forged invoice", 404))
    ),
    Line("collective:counter", "GET", only(*SHOP, nobody=302)),  # elsewhere no books are open yet
    Line("collective:counter_close", "POST", only(*SHOP, nobody=302, status=302), to="counter", body=of(counted="")),
    Line("collective:counter_archive", "GET", only(*SHOP, nobody=302), to="counter"),
    Line("collective:attestation", "GET", only(*SHOP, nobody=302), to="counter"),
    Line("collective:fec", "GET", only(*SHOP, nobody=302), to="counter's year"),
    Line("collective:sales", "GET", only(*SHOP, nobody=302), to="counter's year"),
    Line("collective:entry", "GET", only(*MEMBERS, "workshop_owner", nobody=302), to="entry"),
]

# --- Accounts (django-allauth) ----------------------------------------------------------------------------------------

HAVE_IT = signed_in(others=302)  # without an account: to the sign-in page
SENT_ON = everybody(302)  # to sign in, to prove again who one is, or to where one was going
NOT_SET_UP = signed_in(404, others=302)  # no second factor yet: nothing to show or to take away
BEFORE = signed_in(302, others=200)  # who is signed in already is sent on


def shown_and_sent(status: Statuses, *routes: str, to: str = "") -> list[Line]:
    return [Line(route, method, status, to=to, writes_session=True) for route in routes for method in ("GET", "POST")]


ACCOUNT = [
    Line("account_inactive", "GET", everybody()),
    Line("account_reset_password_done", "GET", everybody()),
    Line("account_reset_password_from_key_done", "GET", everybody()),
    *shown_and_sent(everybody(), "account_reset_password"),
    *shown_and_sent(everybody(), "account_reset_password_from_key", to="reset key"),
    *shown_and_sent(BEFORE, "account_login", "account_signup", "account_request_login_code"),
    *shown_and_sent(SENT_ON, "account_confirm_login_code", "account_email_verification_sent"),
    *shown_and_sent(SENT_ON, "mfa_authenticate", "mfa_login_webauthn"),
    # One's own account
    Line("account_logout", "GET", HAVE_IT),
    Line("account_logout", "POST", everybody(302)),
    *shown_and_sent(HAVE_IT, "account_change_password", "account_reauthenticate"),
    Line("account_email", "GET", HAVE_IT),
    Line("account_email", "POST", everybody(302)),
    *shown_and_sent(everybody(302), "account_set_password"),  # signed in: one has a password; it is changed
    Line("mfa_index", "GET", HAVE_IT),
    Line("mfa_list_webauthn", "GET", HAVE_IT),
    # Its second factors: proved again before they change
    *shown_and_sent(SENT_ON, "mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"),
    *shown_and_sent(SENT_ON, "mfa_reauthenticate", "mfa_reauthenticate_webauthn"),
    *shown_and_sent(SENT_ON, "mfa_edit_webauthn", "mfa_remove_webauthn", to="passkey"),
    *shown_and_sent(NOT_SET_UP, "mfa_deactivate_totp"),
    Line("mfa_download_recovery_codes", "GET", NOT_SET_UP),
    Line("mfa_view_recovery_codes", "GET", NOT_SET_UP),
]
TABLE = [*API, *CYCLIST, *WORKSHOP, *COLLECTIVE, *SETTINGS_PAGES, *TOOLS_PAGES, *MONEY_API, *MONEY_PAGES, *ACCOUNT]
