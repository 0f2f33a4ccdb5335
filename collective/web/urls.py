"""Addresses of the collective's pages: its open accounts for everybody, its books and tools for its members."""

from django.urls import path

from collective.web import accounts, agreement, books, minutes, tools, transfers

app_name = "collective"
urlpatterns = [
    path("comptes-ouverts/", accounts.accounts, name="accounts"),
    path("comptes/", books.books, name="books"),
    path("comptes/tableau.csv", books.books_csv, name="books_csv"),
    path("comptes/ecritures/", books.entries, name="entries"),
    path("comptes/ecritures/<int:pk>/", books.entry, name="entry"),
    path("comptes/concordance/", agreement.agreement, name="agreement"),
    path("comptes/concordance/tableau.csv", agreement.agreement_csv, name="agreement_csv"),
    path("comptes/concordance/controler/", agreement.agreement_check, name="agreement_check"),
    path("comptes/concordance/<int:pk>/regler/", agreement.agreement_settle, name="agreement_settle"),
    path("comptes/concordance/paiements/<int:pk>/regler/", agreement.trouble_settle, name="trouble_settle"),
    path("comptes/concordance/remboursements/<int:pk>/", agreement.refund_settle, name="refund_settle"),
    path("virements/", transfers.transfers, name="transfers"),
    path("virements/banque/", transfers.bank, name="bank"),
    path("virements/fichiers/", transfers.new_batch, name="batch_new"),
    path("virements/fichiers/<int:pk>.xml", transfers.batch_file, name="batch_file"),
    path("virements/fichiers/<int:pk>/clore/", transfers.close_batch, name="batch_close"),
    path("virements/<int:pk>/relancer/", transfers.retry, name="transfer_retry"),
    path("virements/caisse/commencer/", transfers.fund_begin, name="fund_begin"),
    path("virements/caisse/retour/", transfers.fund_back, name="fund_back"),
    path("minutes/", minutes.minutes, name="minutes"),
    path("outils/", tools.tools, name="tools"),
    path("outils/ajouter/", tools.new_tool, name="tool_new"),
    path("outils/<int:pk>/", tools.tool, name="tool"),
    path("outils/<int:pk>/modifier/", tools.change, name="tool_change"),
    path("outils/<int:pk>/preter/", tools.lend_out, name="tool_lend"),
    path("outils/<int:pk>/entretien/", tools.upkeep, name="tool_upkeep"),
    path("outils/<int:pk>/retirer/", tools.retire, name="tool_retire"),
    path("outils/prets/<int:pk>/reprendre/", tools.end_loan, name="loan_end"),
]
