"""Addresses of the pages: French words in both languages, so that a link survives a change of language."""

from django.urls import include, path

from booking.web.cyclist import home, info, places, work

app_name = "web"
urlpatterns = [
    path("", home.home, name="home"),
    path("bienvenue/", home.welcome, name="welcome"),
    path("prestations/", work.work, name="work"),
    path("lieux/", places.places, name="places"),
    path("vos-donnees/", info.privacy, name="privacy"),
    path("conditions-de-vente/", info.terms, name="terms"),
    path("classement/", info.ranking, name="ranking"),
    path("mentions-legales/", info.legal, name="legal"),
    path("accessibilite/", info.accessibility, name="accessibility"),
    path("", include("booking.web.workshop_urls")),
]
