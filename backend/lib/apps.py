from django.apps import AppConfig


class LibConfig(AppConfig):
    name = "backend.lib"
    label = "lib"
