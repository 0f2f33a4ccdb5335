"""Addresses of the workshop's own pages; included by urls.py under the same names."""

from django.urls import path

from booking.web import demo
from booking.web.workshop import (
    day,
    earnings,
    hours,
    hours_exception,
    hours_exchange,
    hours_week,
    quote,
    settle,
    till,
    tour,
    visit,
    waiting,
)
from booking.web.workshop.settings import benches, drop_off, getting_paid, offers, prices, rules, team, zone

urlpatterns = [
    path("atelier/", day.today, name="today"),
    path("atelier/rendez-vous/<int:pk>/", visit.visit, name="visit"),
    path("atelier/rendez-vous/<int:pk>/accepter/", visit.accept, name="visit_accept"),
    path("atelier/rendez-vous/<int:pk>/refuser/", visit.refuse, name="visit_refuse"),
    path("atelier/rendez-vous/<int:pk>/autre-heure/", visit.other_times, name="visit_other_times"),
    path("atelier/rendez-vous/<int:pk>/proposer/", visit.propose, name="visit_propose"),
    path("atelier/rendez-vous/<int:pk>/fait/", visit.finish, name="visit_finish"),
    path("atelier/rendez-vous/<int:pk>/regler/", settle.settle, name="visit_settle"),
    path("atelier/rendez-vous/<int:pk>/reglements/<int:tender>/reprendre/", settle.take_back, name="visit_take_back"),
    path("atelier/rendez-vous/<int:pk>/reglements/<int:tender>/recu/", settle.receive, name="visit_receive"),
    path("atelier/rendez-vous/<int:pk>/absence/", visit.no_show, name="visit_no_show"),
    path("atelier/rendez-vous/<int:pk>/annuler/", visit.cancel, name="visit_cancel"),
    path("atelier/rendez-vous/<int:pk>/devis/", quote.quote, name="visit_quote"),
    path("atelier/rendez-vous/<int:pk>/reste/", quote.balance, name="visit_balance"),
    path("atelier/<slug:slug>/", day.day, name="day"),
    path("atelier/<slug:slug>/a-venir/", day.coming, name="coming"),
    path("atelier/<slug:slug>/horaires/", hours.hours, name="hours"),
    path("atelier/<slug:slug>/horaires/echange/", hours_exchange.exchange, name="hours_exchange"),
    path("atelier/<slug:slug>/horaires/feries/", hours.holidays, name="hours_holidays"),
    path("atelier/<slug:slug>/horaires/feries/ouvrir/", hours.holiday_open, name="hours_holiday_open"),
    *(
        path(f"atelier/<slug:slug>/horaires/{whose}{address}", view, name=name)
        for whose in ("", "mecanos/<int:resource>/")
        for address, view, name in (
            ("semaine/", hours_week.week, "hours_week"),
            ("semaine/retirer/", hours.season_back, "hours_season_back"),
            ("exception/", hours_exception.exception, "hours_exception"),
            ("exception/<int:exception>/retirer/", hours.exception_back, "hours_exception_back"),
        )
    ),
    path("atelier/<slug:slug>/encaissements/", till.till, name="till"),
    path("atelier/<slug:slug>/encaissements/banque/", till.remit, name="till_remit"),
    path("atelier/<slug:slug>/encaissements/virements/", till.receipt, name="till_receipt"),
    path("atelier/<slug:slug>/encaissements/virements/<int:pk>/", till.match, name="till_match"),
    path("atelier/<slug:slug>/encaissements/dossiers/<int:pk>/", till.claim, name="till_claim"),
    path("atelier/<slug:slug>/encaissements/bons/", till.voucher, name="till_voucher"),
    path("atelier/<slug:slug>/encaissements/bons/offrir/", till.offer, name="till_offer"),
    path("atelier/<slug:slug>/attente/", waiting.waiting, name="waiting"),
    path("atelier/<slug:slug>/tournee/", tour.tour, name="tour"),
    path("atelier/<slug:slug>/gains/", earnings.earnings, name="earnings"),
    path("atelier/<slug:slug>/gains/tableau.csv", earnings.earnings_csv, name="earnings_csv"),
    # What it has, and how it sells its time
    path("atelier/<slug:slug>/reglages/", rules.rules, name="settings"),
    path("atelier/<slug:slug>/reglages/prix/", prices.prices, name="prices"),
    path("atelier/<slug:slug>/reglages/equipe/", team.team, name="team"),
    path("atelier/<slug:slug>/reglages/equipe/<int:pk>/", team.mechanic, name="mechanic"),
    path("atelier/<slug:slug>/reglages/equipe/<int:pk>/retirer/", team.retire, name="mechanic_retire"),
    path("atelier/<slug:slug>/reglages/postes/", benches.benches, name="benches"),
    path("atelier/<slug:slug>/reglages/postes/<int:pk>/", benches.bench, name="bench"),
    path("atelier/<slug:slug>/reglages/postes/<int:pk>/retirer/", benches.retire, name="bench_retire"),
    path("atelier/<slug:slug>/reglages/depots/", drop_off.drop_off, name="drop_off"),
    path("atelier/<slug:slug>/reglages/zone/", zone.zone, name="zone"),
    path("atelier/<slug:slug>/reglages/paiement/", getting_paid.getting_paid, name="getting_paid"),
    path("atelier/<slug:slug>/reglages/paiement/commencer/", getting_paid.begin, name="getting_paid_begin"),
    path("atelier/<slug:slug>/reglages/paiement/retour/", getting_paid.back, name="getting_paid_back"),
    path("atelier/<slug:slug>/reglages/paiement/compte/", getting_paid.by_account, name="getting_paid_account"),
    path("atelier/<slug:slug>/reglages/prestations/", offers.offers, name="offers"),
    path("atelier/<slug:slug>/reglages/prestations/ajouter/", offers.new_offer, name="offer_new"),
    path("atelier/<slug:slug>/reglages/prestations/<slug:code>/", offers.offer, name="offer"),
    path("atelier/<slug:slug>/reglages/prestations/<slug:code>/retirer/", offers.withdraw, name="offer_withdraw"),
    path("atelier/<slug:slug>/reglages/prestations/<slug:code>/remettre/", offers.resume, name="offer_resume"),
    # The demonstration only
    path("demonstration/devenir/", demo.become, name="become"),
    path("demonstration/courrier/", demo.mailbox, name="mailbox"),
    path("demonstration/courrier/<str:place>/", demo.letter, name="letter"),
]
