"""Addresses of the pages: French words in both languages, so that a link survives a change of language."""

from django.urls import include, path

from booking.web.cyclist import (
    appointment,
    change,
    diagnosis,
    hold,
    home,
    info,
    money,
    month,
    offer,
    outline,
    payment,
    photos,
    places,
    result,
    slots,
    wait,
    work,
    workshops,
)

app_name = "web"
urlpatterns = [
    path("", home.home, name="home"),
    path("bienvenue/", home.welcome, name="welcome"),
    # What is wrong, or what is wanted
    path("diagnostic/", diagnosis.diagnose, name="diagnose"),
    path("diagnostic/symptomes/", diagnosis.symptoms, name="symptoms"),
    path("diagnostic/resultat/", result.result, name="result"),
    path("prestations/", work.work, name="work"),
    # Where and when
    path("lieux/", places.places, name="places"),
    path("communes.json", outline.outline, name="outline"),
    path("creneaux/", slots.slots, name="slots"),
    path("creneaux/mois/", month.month, name="month"),
    path("creneaux/<slug:slug>/", slots.workshop_slots, name="workshop_slots"),
    # Nothing suits: wait for what becomes free
    path("attente/", wait.join, name="wait_join"),
    path("attente/<str:token>/", wait.show, name="wait"),
    path("attente/<str:token>/quitter/", wait.leave, name="wait_leave"),
    path("creneau-propose/<str:token>/", offer.show, name="offer"),
    path("creneau-propose/<str:token>/prendre/", offer.accept, name="offer_accept"),
    path("creneau-propose/<str:token>/laisser/", offer.decline, name="offer_decline"),
    # Who comes, and how it is paid
    path("option/", hold.take, name="hold_take"),
    path("option/<uuid:token>/", hold.show, name="hold"),
    path("option/<uuid:token>/prolonger/", hold.extend, name="hold_extend"),
    path("option/<uuid:token>/rendre/", hold.give_back, name="hold_give_back"),
    path("option/<uuid:token>/commander/", hold.order, name="order"),
    path("paiement/<str:token>/", payment.pay_return, name="pay_return"),
    # What was booked
    path("mes-rendez-vous/", appointment.mine, name="my_appointments"),
    path("rendez-vous/<str:token>/", appointment.show, name="appointment"),
    path("rendez-vous/<str:token>/calendrier.ics", appointment.calendar, name="appointment_calendar"),
    path("rendez-vous/<str:token>/deplacer/", change.move, name="move"),
    path("rendez-vous/<str:token>/plus-tot/", wait.earlier, name="ask_earlier"),
    path("rendez-vous/<str:token>/annuler/", change.cancel, name="cancel"),
    path("rendez-vous/<str:token>/renoncer/", change.withdraw_here, name="withdraw"),
    path("rendez-vous/<str:token>/proposition/", change.proposal, name="proposal"),
    path("rendez-vous/<str:token>/payer/", money.balance, name="balance"),
    path("rendez-vous/<str:token>/oublier-ma-carte/", money.forget_card, name="forget_card"),
    path("devis/<str:token>/", money.quote, name="quote"),
    path("rendez-vous/<str:token>/photos/<int:pk>/", photos.by_link, name="photo"),
    path("photos/<int:pk>/", photos.by_account, name="account_photo"),
    # The workshops, and what everybody may read
    path("ateliers/", workshops.workshops, name="workshops"),
    path("ateliers/<slug:slug>/", workshops.workshop_page, name="workshop_page"),
    path("vos-donnees/", info.privacy, name="privacy"),
    path("conditions-de-vente/", info.terms, name="terms"),
    path("classement/", info.ranking, name="ranking"),
    path("mentions-legales/", info.legal, name="legal"),
    path("accessibilite/", info.accessibility, name="accessibility"),
    path("", include("booking.web.workshop_urls")),
]
