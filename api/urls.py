"""Addresses for programs: one version, and the door of the payment provider, which has none."""

from django.urls import URLPattern, URLResolver, include, path, re_path, register_converter
from django.views.decorators.cache import cache_page
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularJSONAPIView

from api import appointment_answers as answers
from api import (
    appointments,
    closings,
    diagnoses,
    disagreements,
    exceptions,
    holds,
    hours,
    hours_files,
    interventions,
    invoices,
    ledger,
    me,
    offers,
    places,
    prices,
    quotes,
    settings,
    slots,
    symptoms,
    tenders,
    till,
    tools,
    tours,
    transfers,
    waits,
    webhooks,
    workshops,
    zones,
)
from api.appointment_data import NUMBER
from api.errors import nothing_here


class AppointmentKey:
    """An appointment's number, or the token of its manage link."""

    regex = rf"(?:{NUMBER}|[0-9a-f]{{32}}:[A-Za-z0-9_-]+)"

    def to_python(self, value: str) -> str:
        return value

    to_url = to_python


class SignedKey:
    """The token of a signed link."""

    regex = r"[0-9a-f]{32}:[A-Za-z0-9_-]+"

    def to_python(self, value: str) -> str:
        return value

    to_url = to_python


register_converter(AppointmentKey, "appointment")
register_converter(SignedKey, "signed")

app_name = "api"
A_QUARTER = 15 * 60  # seconds: the schema takes a while to make and changes with the code only

of_appointments = [
    path("", appointments.AppointmentDoor.as_view(), name="appointment"),
    path("pay/", appointments.PayDoor.as_view(), name="pay"),
    path("refund/", appointments.RefundDoor.as_view(), name="refund"),
    path("move/", appointments.MoveDoor.as_view(), name="move"),
    path("cancel/", appointments.CancelDoor.as_view(), name="cancel"),
    path("withdraw/", appointments.WithdrawDoor.as_view(), name="withdraw"),
    path("answer-proposal/", appointments.AnswerProposalDoor.as_view(), name="answer_proposal"),
    path("accept/", answers.AcceptDoor.as_view(), name="accept"),
    path("refuse/", answers.RefuseDoor.as_view(), name="refuse"),
    path("propose/", answers.ProposeDoor.as_view(), name="propose"),
    path("done/", answers.DoneDoor.as_view(), name="done"),
    path("tenders/", tenders.TendersDoor.as_view(), name="tenders"),
    path("tenders/<int:tender>/take-back/", tenders.TakeBackTenderDoor.as_view(), name="take_back_tender"),
    path("tenders/<int:tender>/receive/", tenders.ReceiveTenderDoor.as_view(), name="receive_tender"),
    path("ask-earlier/", waits.AskEarlierDoor.as_view(), name="ask_earlier"),
    path("quotes/", quotes.QuotesDoor.as_view(), name="quotes"),
    path("quote/", quotes.QuoteDoor.as_view(), name="quote"),
    path("answer-quote/", quotes.AnswerQuoteDoor.as_view(), name="answer_quote"),
    path("bill/", quotes.BillDoor.as_view(), name="bill"),
    path("balance/", quotes.BalanceDoor.as_view(), name="balance"),
    path("forget-card/", quotes.ForgetCardDoor.as_view(), name="forget_card"),
    path("ask-balance/", quotes.AskBalanceDoor.as_view(), name="ask_balance"),
    path("no-show/", answers.NoShowDoor.as_view(), name="no_show"),
]

of_hours = [
    path("hours/", hours.HoursDoor.as_view(), name="hours"),
    path("hours.osm", hours_files.HoursOsmDoor.as_view(), name="hours_osm"),
    path("hours.ics", hours_files.HoursIcsDoor.as_view(), name="hours_ics"),
    path("hours/seasons/", hours.SeasonsDoor.as_view(), name="seasons"),
    path("hours/import/", hours_files.ImportDoor.as_view(), name="hours_import"),
    path("exceptions/", exceptions.ExceptionsDoor.as_view(), name="exceptions"),
    path("exceptions/<int:exception>/", exceptions.ExceptionDoor.as_view(), name="exception"),
]

of_mechanics_hours = [
    path("hours/", hours.MechanicHoursDoor.as_view(), name="mechanic_hours"),
    path("hours.osm", hours_files.MechanicOsmDoor.as_view(), name="mechanic_osm"),
    path("hours.ics", hours_files.MechanicIcsDoor.as_view(), name="mechanic_ics"),
    path("hours/import/", hours_files.MechanicImportDoor.as_view(), name="mechanic_import"),
    path("absences/", exceptions.AbsencesDoor.as_view(), name="absences"),
    path("absences/<int:exception>/", exceptions.AbsenceDoor.as_view(), name="absence"),
]

v1 = [
    path("schema/", cache_page(A_QUARTER)(SpectacularJSONAPIView.as_view()), name="schema"),
    path("docs/", TemplateView.as_view(template_name="api/docs.html"), name="docs"),
    path("me/", me.MeDoor.as_view(), name="me"),
    path("places/", places.PlacesDoor.as_view(), name="places"),
    path("symptoms/", symptoms.SymptomsDoor.as_view(), name="symptoms"),
    path("symptoms/<slug:code>/", symptoms.SymptomDoor.as_view(), name="symptom"),
    path("diagnoses/", diagnoses.DiagnosesDoor.as_view(), name="diagnoses"),
    path("diagnoses/assess/", diagnoses.AssessDoor.as_view(), name="assess"),
    path("diagnoses/<uuid:token>/", diagnoses.DiagnosisDoor.as_view(), name="diagnosis"),
    path("interventions/", interventions.InterventionsDoor.as_view(), name="interventions"),
    path("interventions/<slug:code>/", interventions.InterventionDoor.as_view(), name="intervention"),
    path("workshops/", workshops.WorkshopsDoor.as_view(), name="workshops"),
    path("workshops/<slug:slug>/", workshops.WorkshopDoor.as_view(), name="workshop"),
    path("workshops/<slug:slug>/", include(of_hours)),
    path("workshops/<slug:slug>/mechanics/<int:pk>/", include(of_mechanics_hours)),
    path("workshops/<slug:slug>/offers/", offers.OffersDoor.as_view(), name="offers"),
    path("workshops/<slug:slug>/offers/<slug:code>/", offers.OfferDoor.as_view(), name="offer"),
    path(
        "workshops/<slug:slug>/offers/<slug:code>/withdraw/", offers.WithdrawOfferDoor.as_view(), name="withdraw_offer"
    ),
    path("workshops/<slug:slug>/offers/<slug:code>/resume/", offers.ResumeOfferDoor.as_view(), name="resume_offer"),
    path("workshops/<slug:slug>/settings/", settings.RulesDoor.as_view(), name="settings"),
    path("workshops/<slug:slug>/prices/", prices.PricesDoor.as_view(), name="prices"),
    path("workshops/<slug:slug>/mechanics/", settings.MechanicsDoor.as_view(), name="mechanics"),
    path("workshops/<slug:slug>/mechanics/<int:pk>/", settings.MechanicDoor.as_view(), name="mechanic"),
    path(
        "workshops/<slug:slug>/mechanics/<int:pk>/retire/",
        settings.RetireMechanicDoor.as_view(),
        name="mechanic_retire",
    ),
    path("workshops/<slug:slug>/benches/", settings.BenchesDoor.as_view(), name="benches"),
    path("workshops/<slug:slug>/benches/<int:pk>/", settings.BenchDoor.as_view(), name="bench"),
    path("workshops/<slug:slug>/benches/<int:pk>/retire/", settings.RetireBenchDoor.as_view(), name="bench_retire"),
    path("workshops/<slug:slug>/slots/", slots.WorkshopSlotsDoor.as_view(), name="workshop_slots"),
    path("workshops/<slug:slug>/appointments/", answers.OfWorkshopDoor.as_view(), name="workshop_appointments"),
    path("workshops/<slug:slug>/drop-off/", zones.DropOffDoor.as_view(), name="drop_off"),
    path("workshops/<slug:slug>/zone/", zones.ZoneDoor.as_view(), name="zone"),
    path("workshops/<slug:slug>/tour/", tours.TourDoor.as_view(), name="tour"),
    path("workshops/<slug:slug>/account/", transfers.AccountDoor.as_view(), name="account"),
    path("workshops/<slug:slug>/receipts/", till.ReceiptsDoor.as_view(), name="receipts"),
    path("workshops/<slug:slug>/claims/", till.ClaimsDoor.as_view(), name="claims"),
    path("workshops/<slug:slug>/vouchers/", till.SellVoucherDoor.as_view(), name="sell_voucher"),
    path("claims/<int:pk>/", till.ClaimDoor.as_view(), name="claim"),
    path("tenders/<int:pk>/remit/", till.RemitDoor.as_view(), name="remit"),
    path("collectives/<slug:slug>/vouchers/", till.OfferVoucherDoor.as_view(), name="offer_voucher"),
    path("collectives/<slug:slug>/minutes/", till.GrantDoor.as_view(), name="grant_minutes"),
    path("tools/", tools.ToolsDoor.as_view(), name="tools"),
    path("tools/<int:pk>/", tools.ToolDoor.as_view(), name="tool"),
    path("tools/<int:pk>/retire/", tools.RetireToolDoor.as_view(), name="tool_retire"),
    path("tools/<int:pk>/uses/", tools.ToolUsesDoor.as_view(), name="tool_uses"),
    path("tools/<int:pk>/loans/", tools.LoansDoor.as_view(), name="tool_loans"),
    path("loans/<int:pk>/end/", tools.EndLoanDoor.as_view(), name="loan_end"),
    path("slots/", slots.SlotsDoor.as_view(), name="slots"),
    path("slots/first/", slots.FirstSlotsDoor.as_view(), name="first_slots"),
    path("slots/month/", slots.MonthDoor.as_view(), name="month"),
    path("holds/", holds.HoldsDoor.as_view(), name="holds"),
    path("holds/<uuid:token>/", holds.HoldDoor.as_view(), name="hold"),
    path("holds/<uuid:token>/extend/", holds.ExtendDoor.as_view(), name="extend"),
    path("holds/<uuid:token>/give-back/", holds.GiveBackDoor.as_view(), name="give_back"),
    path("waits/", waits.WaitsDoor.as_view(), name="waits"),
    path("waits/<signed:token>/", waits.WaitDoor.as_view(), name="wait"),
    path("waits/<signed:token>/leave/", waits.LeaveWaitDoor.as_view(), name="leave_wait"),
    path("slot-offers/<signed:token>/", waits.SlotOfferDoor.as_view(), name="slot_offer"),
    path("slot-offers/<signed:token>/accept/", waits.AcceptOfferDoor.as_view(), name="accept_offer"),
    path("slot-offers/<signed:token>/decline/", waits.DeclineOfferDoor.as_view(), name="decline_offer"),
    path("appointments/", appointments.AppointmentsDoor.as_view(), name="appointments"),
    path("appointments/<appointment:key>/", include(of_appointments)),
    path("transfers/", transfers.TransfersDoor.as_view(), name="transfers"),
    path("transfers/<int:pk>/retry/", transfers.RetryTransferDoor.as_view(), name="transfer_retry"),
    path("receivables/", transfers.ReceivablesDoor.as_view(), name="receivables"),
    path("invoices/", invoices.InvoicesDoor.as_view(), name="invoices"),
    path("invoices/<int:pk>/", invoices.InvoiceDoor.as_view(), name="invoice"),
    path("closings/", closings.ClosingsDoor.as_view(), name="closings"),
    path("ledger-entries/", ledger.EntriesDoor.as_view(), name="entries"),
    path("ledger-entries/<int:pk>/", ledger.EntryDoor.as_view(), name="entry"),
    path("disagreements/", disagreements.DisagreementsDoor.as_view(), name="disagreements"),
    path("disagreements/<int:pk>/", disagreements.DisagreementDoor.as_view(), name="disagreement"),
    path("disagreements/<int:pk>/resolve/", disagreements.ResolveDoor.as_view(), name="resolve_disagreement"),
    path("checks/", disagreements.ChecksDoor.as_view(), name="checks"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("stripe/", webhooks.stripe_event, name="stripe"),
    path("v1/", include(v1)),
    re_path(r"", nothing_here, name="nothing"),
]
