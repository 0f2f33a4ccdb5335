"""The types of bicycles that people name, and by which a workshop's minutes may differ."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BikeType(models.TextChoices):
    CITY = "city", _("city bike")
    ROAD = "road", _("road bike")
    MOUNTAIN = "mountain", _("mountain bike")
    EBIKE = "ebike", _("e-bike")
    CARGO = "cargo", _("cargo bike")
    FOLDING = "folding", _("folding bike")
    CHILD = "child", _("child's bike")
    OTHER = "other", _("other")
