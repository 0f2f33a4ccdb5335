"""Have it looked again who is owed what of a repair: a row in the transaction that changed it."""

from datetime import datetime

from backend.lib.outbox import put

KIND = "distribute"


def order_distribution(*, reference: str, at: datetime) -> None:
    """
    Have `distribute` look at the repair known as `reference`, soon and as often as needed: it reads the books.

    Whoever books anything on what the platform owes for a repair calls this in the same transaction.
    """
    if reference:
        put(KIND, {"reference": reference}, due_at=at)
