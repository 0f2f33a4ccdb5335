"""A Stripe that runs on this machine: for the tests and the demonstration, never for production."""

from tests.stripe_emulator.running import RunningEmulator, running_emulator

__all__ = ["RunningEmulator", "running_emulator"]
