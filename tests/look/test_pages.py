"""Every component, and every page of an account or of an error, rendered with strict templates in both languages."""

import re

import pytest
from django.template.loader import render_to_string
from django.test import Client

from collective.members.models import User

pytestmark = pytest.mark.django_db
LANGUAGES = ("", "/en")
FOR_ANYONE = ("/", "/atelier/", "/compte/login/", "/compte/login/code/", "/compte/signup/", "/compte/password/reset/")
FOR_AN_ACCOUNT = (
    "/compte/email/",
    "/compte/password/change/",
    "/compte/logout/",
    "/compte/2fa/",
    "/compte/2fa/webauthn/",
    "/compte/reauthenticate/",
)


@pytest.fixture
def signed_in(gallery) -> Client:
    client = Client()
    user = User.objects.create_user(email="camille@example.org", password="a bell and a saddle")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", FOR_ANYONE)
def test_a_page_for_anyone_renders(gallery, client, path, language):
    response = client.get(language + path)
    assert response.status_code == 200
    assert_keeps_the_wall(response.content.decode())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", FOR_AN_ACCOUNT)
def test_a_page_of_an_account_renders(signed_in, path, language):
    response = signed_in.get(language + path)
    assert response.status_code == 200
    assert_keeps_the_wall(response.content.decode())


def test_a_mailed_code_is_asked_for_and_a_wrong_one_is_refused(gallery, client):
    sent = client.post("/compte/login/code/", {"email": "nobody@example.org"}, follow=True)
    assert 'name="code"' in sent.content.decode()
    wrong = client.post(sent.request["PATH_INFO"], {"code": "wrong"})
    assert 'aria-invalid="true"' in wrong.content.decode()


@pytest.mark.parametrize(("path", "status"), [("/rien/", 404), ("/interdit/", 403), ("/regle/", 409)])
def test_an_error_says_where_to_go(gallery, client, signed_in, path, status):
    for visitor in (client, signed_in):
        response = visitor.get(path)
        assert response.status_code == status
        assert 'href="/"' in response.content.decode()


def test_a_broken_rule_is_said_in_its_own_words(gallery, client):
    assert "Appelez l’atelier." in client.get("/regle/").content.decode()


def test_a_form_without_its_token_is_explained(gallery):
    response = Client(enforce_csrf_checks=True).post("/atelier/")
    assert response.status_code == 403
    assert 'href="/atelier/"' in response.content.decode()


@pytest.mark.parametrize("template", ["400.html", "500.html"])
def test_the_last_resort_needs_no_request(template):
    page = render_to_string(template)
    assert 'href="/"' in page
    assert_keeps_the_wall(page)


@pytest.mark.parametrize("template", ["mail/base.html", "mail/base.txt"])
def test_a_mail_says_where_to_answer(template):
    values = {"site_url": "https://moyeu.example", "contact_email": "bonjour@moyeu.example", "language": "fr"}
    mail = render_to_string(template, values)
    assert "bonjour@moyeu.example" in mail
    assert "https://moyeu.example" in mail


def test_the_other_language_is_the_same_page_or_home(gallery, client):
    assert 'href="/en/atelier/"' in client.get("/atelier/").content.decode()
    assert 'href="/compte/login/?next=%2F"' in client.get("/en/compte/login/?next=%2F").content.decode()
    assert 'href="/en/"' in client.get("/rien/").content.decode()


def test_the_demonstration_bar_is_for_the_demonstration_only(gallery, client):
    assert 'value="moussa"' in client.get("/").content.decode()
    gallery.MOYEU_DEMO = False
    assert 'value="moussa"' not in client.get("/").content.decode()


def test_the_e_bike_needs_no_script(gallery, client):
    plain, electric = (client.get(path).content.decode() for path in ("/", "/?velo=electrique"))
    assert 'class="bike"' in plain
    assert 'class="bike is-vae"' in electric
    assert 'class="parts is-vae"' in electric


def test_the_drawing_writes_its_numbers_for_svg_in_french_too(gallery, client):
    places = re.findall(
        r'class="tag" data-for="[\w-]+" transform="translate\(([^)]*)\)"', client.get("/").content.decode()
    )
    assert len(places) == 14
    assert all(re.fullmatch(r"-?[\d.]+ -?[\d.]+", place) for place in places)


def assert_keeps_the_wall(page: str) -> None:
    """No style, script or handler inside the page, where the content security policy would stop it."""
    assert not re.search(r"<[^>]+\s(style|on\w+)=", page)
    assert "<style" not in page
    for attributes in re.findall(r"<script([^>]*)>", page):
        assert "src=" in attributes or "application/json" in attributes
