"""The platform's balance at Stripe: what moved it, what left it for the bank, what is disputed."""

from collections.abc import Iterator
from datetime import datetime

from collective.payments.gateway_line import Line, translated
from collective.payments.ports import BalanceState, DisputeState, Movement, PayoutState
from collective.payments.stripe_objects import balance_state, dispute_state, movement, payout_state

PAGE = 100


class Balance(Line):
    @translated
    def read_dispute(self, *, dispute_id: str) -> DisputeState:
        return dispute_state(self._v1.disputes.retrieve(dispute_id).to_dict())

    @translated
    def list_disputes(self, *, intent_id: str) -> list[DisputeState]:
        found = self._v1.disputes.list({"payment_intent": intent_id, "limit": PAGE}).auto_paging_iter()
        return [dispute_state(dispute.to_dict()) for dispute in found][::-1]

    @translated
    def read_balance(self) -> BalanceState:
        return balance_state(self._v1.balance.retrieve().to_dict())

    @translated
    def list_payouts(self, *, since: datetime) -> list[PayoutState]:
        found = self._v1.payouts.list({"created": {"gte": int(since.timestamp())}, "limit": PAGE}).auto_paging_iter()
        return [payout_state(payout.to_dict()) for payout in found][::-1]

    def list_movements(self, *, payout_id: str | None = None, since: datetime | None = None) -> Iterator[Movement]:
        """Page by page: each page may fail, so each is guarded."""
        after: str | None = None
        while True:
            page, has_more = self._movements(payout_id, since, after)
            yield from page
            if not has_more or not page:
                return
            after = page[-1].movement_id

    @translated
    def _movements(
        self, payout_id: str | None, since: datetime | None, after: str | None
    ) -> tuple[list[Movement], bool]:
        # Only an automatic payout can be itemised: for a manual one Stripe refuses to say what is in it.
        page = self._v1.balance_transactions.list(
            {
                "limit": PAGE,
                **({"payout": payout_id} if payout_id else {}),
                **({"created": {"gte": int(since.timestamp())}} if since else {}),
                **({"starting_after": after} if after else {}),
            }
        )
        return [movement(row.to_dict()) for row in page.data], page.has_more
