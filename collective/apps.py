from importlib import import_module

from django.apps import AppConfig

GUARDED = (
    "collective.timetable.guards",
    "collective.ledger.guards",
    "collective.invoices.guards",
    "collective.ledger.counter_guards",
)


class CollectiveConfig(AppConfig):
    name = "collective"
    verbose_name = "Collective"

    def ready(self) -> None:
        for guards in GUARDED:
            import_module(guards)  # registers its system check
