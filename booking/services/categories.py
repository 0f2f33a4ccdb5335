"""The shelves of the catalogue and of the symptoms, in the order people are shown them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Category(models.TextChoices):
    DIAGNOSTIC = "diagnostic", _("Inspection and quote")
    SERVICE = "service", _("Service and check-up")
    WHEELS = "wheels", _("Tyres and wheels")
    BRAKES = "brakes", _("Brakes")
    DRIVETRAIN = "drivetrain", _("Gears and chain")
    BEARINGS = "bearings", _("Cranks and pedals")
    STEERING = "steering", _("Steering and fork")
    CONTACT = "contact", _("Saddle, grips and pedals")
    LIGHTS = "lights", _("Lights")
    EBIKE = "ebike", _("Electric assistance")
    CARGO = "cargo", _("Cargo bike")
    CHILDREN = "children", _("Child on board, child’s bike")
    FRAME = "frame", _("Frame")
    ACCESSORIES = "accessories", _("Accessories")
