"""The provider in memory, with the accounts of sellers: what Stripe does with transfers, without Stripe."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from collective.payments.models import Payment
from collective.payments.ports import ProviderRefused
from collective.payments.states import AccountState, ReversalState, TransferState
from tests.booking.appointments.provider import MemoryProvider


class PayingProvider(MemoryProvider):
    """`balances` may be lowered to have a reversal refused; `set_account` plays the onboarding."""

    def __init__(self) -> None:
        super().__init__()
        self.accounts: dict[str, AccountState] = {}
        self.balances: dict[str, int] = {}
        self.transfers: dict[str, TransferState] = {}
        self.reversals: list[ReversalState] = []

    def set_account(self, account_id: str, transfers: Any, *due: str, closed: bool = False) -> None:
        self.accounts[account_id] = AccountState(account_id, transfers, due, closed, False)

    def sent_to(self, account_id: str) -> int:
        """What the account has got and not given back."""
        mine = [one for one in self.transfers.values() if one.account_id == account_id]
        return sum(one.amount_cents - one.reversed_cents for one in mine)

    def create_account(self, *, reference: str, legal_name: str, email: str, key: str) -> AccountState:
        def created() -> AccountState:
            account_id = f"acct_{next(self._numbers)}"
            self.set_account(account_id, "restricted", "identity.business_details.registered_name")
            return self.accounts[account_id]

        return self._once(key, created)

    def read_account(self, *, account_id: str) -> AccountState:
        self._answer("read_account")
        if account_id not in self.accounts:
            raise ProviderRefused("resource_missing", f"No such account: {account_id}")
        return self.accounts[account_id]

    def open_onboarding(self, *, account_id: str, refresh_url: str, return_url: str, key: str) -> str:
        self._answer("open_onboarding")
        return f"https://connect.example/{account_id}?back={return_url}"

    def transfer(
        self, *, account_id: str, amount_cents: int, charge_id: str, transfer_group: str, reference: str, key: str
    ) -> TransferState:
        def sent() -> TransferState:
            if self.accounts[account_id].transfers != "active":
                raise ProviderRefused("insufficient_capabilities_for_transfer", "not active")
            intent = next(one for one in self._intents.values() if one.charge_id == charge_id)
            before = sum(one.amount_cents for one in self.transfers.values() if one.charge_id == charge_id)
            if before + amount_cents > intent.received_cents:
                raise ProviderRefused("parameter_invalid", "above the charge")
            state = TransferState(
                f"tr_{next(self._numbers)}",
                account_id,
                amount_cents,
                0,
                charge_id,
                transfer_group,
                reference,
                datetime.now(UTC),
            )
            self.transfers[state.transfer_id] = state
            self.balances[account_id] = self.balances.get(account_id, 0) + amount_cents
            return state

        return self._once(key, sent)

    def read_transfer(self, *, transfer_id: str) -> TransferState:
        self._answer("read_transfer")
        return self.transfers[transfer_id]

    def list_transfers(self, *, transfer_group: str) -> list[TransferState]:
        self._answer("list_transfers")
        return [one for one in self.transfers.values() if one.transfer_group == transfer_group]

    def reverse_transfer(self, *, transfer_id: str, amount_cents: int, reference: str, key: str) -> ReversalState:
        def taken() -> ReversalState:
            transfer = self.transfers[transfer_id]
            if self.balances.get(transfer.account_id, 0) < amount_cents:
                raise ProviderRefused("balance_insufficient", "not enough there")
            if amount_cents > transfer.amount_cents - transfer.reversed_cents:
                raise ProviderRefused("parameter_invalid", "more than was sent")
            self.balances[transfer.account_id] -= amount_cents
            self.transfers[transfer_id] = replace(transfer, reversed_cents=transfer.reversed_cents + amount_cents)
            state = ReversalState(f"trr_{next(self._numbers)}", transfer_id, amount_cents, reference, datetime.now(UTC))
            self.reversals.append(state)
            return state

        return self._once(key, taken)

    def list_reversals(self, *, transfer_id: str) -> list[ReversalState]:
        self._answer("list_reversals")
        return [one for one in self.reversals if one.transfer_id == transfer_id]

    def charge_of(self, payment: Payment) -> str:
        return str(self.standing(payment).charge_id)
