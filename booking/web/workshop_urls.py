"""Addresses of the workshop's own pages; included by urls.py under the same names."""

from django.urls import path

from booking.web import demo
from booking.web.workshop import day, visit

urlpatterns = [
    path("atelier/", day.today, name="today"),
    path("atelier/rendez-vous/<int:pk>/", visit.visit, name="visit"),
    path("atelier/rendez-vous/<int:pk>/accepter/", visit.accept, name="visit_accept"),
    path("atelier/rendez-vous/<int:pk>/refuser/", visit.refuse, name="visit_refuse"),
    path("atelier/rendez-vous/<int:pk>/autre-heure/", visit.other_times, name="visit_other_times"),
    path("atelier/rendez-vous/<int:pk>/proposer/", visit.propose, name="visit_propose"),
    path("atelier/rendez-vous/<int:pk>/fait/", visit.finish, name="visit_finish"),
    path("atelier/rendez-vous/<int:pk>/absence/", visit.no_show, name="visit_no_show"),
    path("atelier/rendez-vous/<int:pk>/annuler/", visit.cancel, name="visit_cancel"),
    path("atelier/<slug:slug>/", day.day, name="day"),
    path("atelier/<slug:slug>/a-venir/", day.coming, name="coming"),
    # The demonstration only
    path("demonstration/devenir/", demo.become, name="become"),
    path("demonstration/courrier/", demo.mailbox, name="mailbox"),
    path("demonstration/courrier/<str:place>/", demo.letter, name="letter"),
]
