"""Sellers at Stripe: connected accounts (Accounts v2) as recipients, transfers to them, and what is taken back."""

from collective.payments.gateway_line import Line, translated
from collective.payments.ports import AccountState, ReversalState, TransferState
from collective.payments.stripe_objects import account_state, reversal_state, transfer_state

PAGE = 100


class Sellers(Line):
    @translated
    def create_account(self, *, reference: str, legal_name: str, email: str, key: str) -> AccountState:
        # A recipient of separate transfers: the platform answers for losses and pays the fees. What the seller is
        # (company, association, person) is asked at the onboarding; without it Stripe takes no registered name here.
        account = self._v2.core.accounts.create(
            {
                "display_name": legal_name,
                "contact_email": email,
                "dashboard": "express",
                "identity": {"country": "fr"},
                "configuration": {
                    "recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}
                },
                "defaults": {
                    "currency": "eur",
                    "locales": ["fr-FR"],
                    "responsibilities": {"fees_collector": "application", "losses_collector": "application"},
                },
                "metadata": {"reference": reference},
                "include": ["configuration.recipient", "requirements"],
            },
            {"idempotency_key": key},
        )
        return account_state(account.to_dict())

    @translated
    def read_account(self, *, account_id: str) -> AccountState:
        # What is not asked for by `include` comes as null, which is not "nothing is due".
        account = self._v2.core.accounts.retrieve(account_id, {"include": ["configuration.recipient", "requirements"]})
        return account_state(account.to_dict())

    @translated
    def open_onboarding(self, *, account_id: str, refresh_url: str, return_url: str, key: str) -> str:
        link = self._v2.core.account_links.create(
            {
                "account": account_id,
                "use_case": {
                    "type": "account_onboarding",
                    "account_onboarding": {"refresh_url": refresh_url, "return_url": return_url},
                },
            },
            {"idempotency_key": key},
        )
        return link.url

    @translated
    def transfer(
        self, *, account_id: str, amount_cents: int, charge_id: str, transfer_group: str, reference: str, key: str
    ) -> TransferState:
        # `source_transaction` caps the transfers by their charge, and lets them go before its money is available.
        transfer = self._v1.transfers.create(
            {
                "amount": amount_cents,
                "currency": "eur",
                "destination": account_id,
                "source_transaction": charge_id,
                "transfer_group": transfer_group,
                "metadata": {"reference": reference},
            },
            {"idempotency_key": key},
        )
        return transfer_state(transfer.to_dict())

    @translated
    def read_transfer(self, *, transfer_id: str) -> TransferState:
        return transfer_state(self._v1.transfers.retrieve(transfer_id).to_dict())

    @translated
    def list_transfers(self, *, transfer_group: str) -> list[TransferState]:
        found = self._v1.transfers.list({"transfer_group": transfer_group, "limit": PAGE}).auto_paging_iter()
        return [transfer_state(transfer.to_dict()) for transfer in found][::-1]

    @translated
    def reverse_transfer(self, *, transfer_id: str, amount_cents: int, reference: str, key: str) -> ReversalState:
        reversal = self._v1.transfers.reversals.create(
            transfer_id, {"amount": amount_cents, "metadata": {"reference": reference}}, {"idempotency_key": key}
        )
        return reversal_state(reversal.to_dict())

    @translated
    def list_reversals(self, *, transfer_id: str) -> list[ReversalState]:
        found = self._v1.transfers.reversals.list(transfer_id, {"limit": PAGE}).auto_paging_iter()
        return [reversal_state(reversal.to_dict()) for reversal in found][::-1]
