from tests.collective.payments.distribution.conftest import provider  # noqa: F401  # a fixture of this folder too
