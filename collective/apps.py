from importlib import import_module

from django.apps import AppConfig


class CollectiveConfig(AppConfig):
    name = "collective"
    verbose_name = "Collective"

    def ready(self) -> None:
        import_module("collective.timetable.guards")  # registers its system check
