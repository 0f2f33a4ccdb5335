"""No cookie before it is needed, and none that a script or another site could read or send."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.conf import settings
from django.urls import reverse

from tests.factories import UserFactory

PAGES = ("/", "/en/", "/diagnostic/symptomes/", "/prestations/", "/ateliers/", "/vos-donnees/", "/rien/")


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_looking_around_leaves_no_cookie(client, path):
    assert not client.get(path).cookies


@pytest.mark.django_db
def test_a_page_with_a_form_gives_its_token_and_nothing_else(client):
    page = client.get("/compte/login/code/")
    assert set(page.cookies) == {"csrftoken"}
    assert page.cookies["csrftoken"]["httponly"]
    assert page.cookies["csrftoken"]["samesite"] == "Lax"


@pytest.mark.django_db
def test_the_session_is_kept_from_scripts_and_other_sites(client):
    person = UserFactory()
    person.set_password("correct horse battery")
    person.save()
    person.emailaddress_set.create(email=person.email, verified=True, primary=True)
    signed = client.post(reverse("account_login"), {"login": person.email, "password": "correct horse battery"})
    session = signed.cookies[settings.SESSION_COOKIE_NAME]
    assert session["samesite"] == "Lax"
    assert session["httponly"]


def test_in_production_they_travel_by_https_only(tmp_path):
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE", "SECURE_HSTS_SECONDS")
    show = f"from backend import settings; print(*(getattr(settings, name) for name in {names}))"
    surroundings = {
        "MOYEU_PRODUCTION": "1",
        "SECRET_KEY": "k" * 50,
        "ALLOWED_HOSTS": "moyeu.example",
        "SITE_URL": "https://moyeu.example",
        "MOYEU_VAR_DIR": str(tmp_path),
    }
    ran = subprocess.run(
        [sys.executable, "-c", show],
        cwd=settings.BASE_DIR,
        env=surroundings,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.split() == ["True", "True", "True", "31536000"]
