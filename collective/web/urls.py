"""Addresses of the collective's pages: its open accounts for everybody, its books and tools for its members."""

from django.urls import path

from collective.web import accounts, books, counter, invoices, tools

app_name = "collective"
urlpatterns = [
    path("comptes-ouverts/", accounts.accounts, name="accounts"),
    path("comptes/", books.books, name="books"),
    path("comptes/tableau.csv", books.books_csv, name="books_csv"),
    path("comptes/ecritures/", books.entries, name="entries"),
    path("comptes/ecritures/<int:pk>/", books.entry, name="entry"),
    path("factures/", invoices.invoices, name="invoices"),
    path("factures/<int:pk>/", invoices.invoice, name="invoice"),
    path("factures/<int:pk>/facture.pdf", invoices.invoice_pdf, name="invoice_pdf"),
    path("factures/<int:pk>/facture.xml", invoices.invoice_xml, name="invoice_xml"),
    path("facture/<str:token>/", invoices.by_link, name="invoice_link"),
    path("facture/<str:token>/facture.pdf", invoices.link_pdf, name="invoice_link_pdf"),
    path("facture/<str:token>/facture.xml", invoices.link_xml, name="invoice_link_xml"),
    path("caisse/", counter.counter, name="counter"),
    path("caisse/<int:pk>/fermer/", counter.close, name="counter_close"),
    path("caisse/<int:pk>/archive.zip", counter.archive, name="counter_archive"),
    path("caisse/<int:pk>/attestation/", counter.attestation, name="attestation"),
    path("caisse/<int:pk>/fec/<int:year>/", counter.fec, name="fec"),
    path("caisse/<int:pk>/ventes/<int:year>/", counter.sales, name="sales"),
    path("outils/", tools.tools, name="tools"),
    path("outils/ajouter/", tools.new_tool, name="tool_new"),
    path("outils/<int:pk>/", tools.tool, name="tool"),
    path("outils/<int:pk>/modifier/", tools.change, name="tool_change"),
    path("outils/<int:pk>/preter/", tools.lend_out, name="tool_lend"),
    path("outils/<int:pk>/entretien/", tools.upkeep, name="tool_upkeep"),
    path("outils/<int:pk>/retirer/", tools.retire, name="tool_retire"),
    path("outils/prets/<int:pk>/reprendre/", tools.end_loan, name="loan_end"),
]
