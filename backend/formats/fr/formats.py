"""Dates and numbers, where Django's own differ from ours."""
