"""Addresses of the workshop's own pages; included by urls.py under the same names."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
