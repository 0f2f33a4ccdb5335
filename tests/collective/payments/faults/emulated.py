"""Accounts of sellers at the emulator."""

import uuid

from collective.payments.gateway import StripeGateway
from tests.stripe_emulator import RunningEmulator


def active_account(stripe: RunningEmulator, gateway: StripeGateway) -> str:
    """Open an account as its seller would, and return its id."""
    reference = str(uuid.uuid4())
    state = gateway.create_account(
        reference=reference, legal_name="Le Pavé SCOP", email="pave@exemple.fr", key=f"account:{reference}"
    )
    stripe.set_account(state.account_id, status="active")
    return state.account_id
