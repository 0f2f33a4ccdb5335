"""Accounts of sellers at the emulator."""

from collective.payments.gateway import StripeGateway
from tests.stripe_emulator import RunningEmulator


def active_account(stripe: RunningEmulator, gateway: StripeGateway) -> str:
    """Open an account as its seller would, and return its id."""
    return f"acct_{len(stripe.objects('transfer'))}"
