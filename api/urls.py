"""Addresses for programs: one version, and the door of the payment provider, which has none."""

from django.urls import URLPattern, URLResolver, include, path, re_path, register_converter
from django.views.decorators.cache import cache_page
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularJSONAPIView

from api import appointment_answers as answers
from api import appointments, diagnoses, holds, interventions, ledger, me, places, slots, symptoms, webhooks, workshops
from api.appointment_data import NUMBER
from api.errors import nothing_here


class AppointmentKey:
    """An appointment's number, or the token of its manage link."""

    regex = rf"(?:{NUMBER}|[0-9a-f]{{32}}:[A-Za-z0-9_-]+)"

    def to_python(self, value: str) -> str:
        return value

    to_url = to_python


register_converter(AppointmentKey, "appointment")

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
    path("no-show/", answers.NoShowDoor.as_view(), name="no_show"),
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
    path("workshops/<slug:slug>/offers/", workshops.OffersDoor.as_view(), name="offers"),
    path("workshops/<slug:slug>/hours/", workshops.HoursDoor.as_view(), name="hours"),
    path("workshops/<slug:slug>/slots/", slots.WorkshopSlotsDoor.as_view(), name="workshop_slots"),
    path("workshops/<slug:slug>/appointments/", answers.OfWorkshopDoor.as_view(), name="workshop_appointments"),
    path("slots/", slots.SlotsDoor.as_view(), name="slots"),
    path("holds/", holds.HoldsDoor.as_view(), name="holds"),
    path("holds/<uuid:token>/", holds.HoldDoor.as_view(), name="hold"),
    path("holds/<uuid:token>/extend/", holds.ExtendDoor.as_view(), name="extend"),
    path("holds/<uuid:token>/give-back/", holds.GiveBackDoor.as_view(), name="give_back"),
    path("appointments/", appointments.AppointmentsDoor.as_view(), name="appointments"),
    path("appointments/<appointment:key>/", include(of_appointments)),
    path("ledger-entries/", ledger.EntriesDoor.as_view(), name="entries"),
    path("ledger-entries/<int:pk>/", ledger.EntryDoor.as_view(), name="entry"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("stripe/", webhooks.stripe_event, name="stripe"),
    path("v1/", include(v1)),
    re_path(r"", nothing_here, name="nothing"),
]
