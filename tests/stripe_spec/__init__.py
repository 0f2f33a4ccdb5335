"""Stripe's published API description, pruned to what we use, and the checker that holds every request to it."""

from tests.stripe_spec.spec import Operation, Spec, SpecError, load_spec

__all__ = ["Operation", "Spec", "SpecError", "load_spec"]
