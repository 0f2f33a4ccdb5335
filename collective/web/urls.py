"""Addresses of the collective's pages: its open accounts for everybody, its books for its members."""

from django.urls import path

from collective.web import accounts, books

app_name = "collective"
urlpatterns = [
    path("comptes-ouverts/", accounts.accounts, name="accounts"),
    path("comptes/", books.books, name="books"),
    path("comptes/tableau.csv", books.books_csv, name="books_csv"),
    path("comptes/ecritures/", books.entries, name="entries"),
    path("comptes/ecritures/<int:pk>/", books.entry, name="entry"),
]
