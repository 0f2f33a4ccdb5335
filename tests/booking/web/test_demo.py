from datetime import timedelta
from email.utils import format_datetime

import pytest
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.filebased import EmailBackend
from django.urls import reverse

from booking.demo.cast import cast
from booking.demo.mailbox import letters
from tests.factories import UserFactory

BECOME, MAILBOX = reverse("web:become"), reverse("web:mailbox")


@pytest.fixture
def demo(settings, tmp_path):
    settings.MOYEU_DEMO = True
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    return settings


@pytest.fixture
def moussa(db):
    return UserFactory(email=cast()["people"]["moussa"]["email"])


def send(settings, *, at, subject="Votre rendez-vous"):
    mail = EmailMultiAlternatives(subject, "Bonjour,\n\nà demain.", to=["camille@example.org"])
    mail.extra_headers["Date"] = format_datetime(at)
    mail.attach_alternative('<p style="color:red">Bonjour</p>', "text/html")
    mail.attach("rendez-vous.ics", "BEGIN:VCALENDAR", "text/calendar")
    EmailBackend(file_path=str(settings.EMAIL_FILE_PATH)).send_messages([mail])


@pytest.mark.parametrize("path", [MAILBOX, reverse("web:letter", args=["x-0"])])
def test_outside_the_demonstration_there_is_no_post(client, settings, db, path):
    settings.MOYEU_DEMO = False
    assert client.get(path).status_code == 404


def test_outside_the_demonstration_nobody_becomes_anybody(client, settings, moussa):
    settings.MOYEU_DEMO = False
    assert client.post(BECOME, {"persona": "moussa"}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_a_visitor_becomes_one_of_the_cast_and_nobody_again(client, demo, moussa):
    assert client.post(BECOME, {"persona": "moussa"}).url == reverse("web:welcome")
    assert client.session["_auth_user_id"] == str(moussa.pk)
    assert client.post(BECOME, {"persona": "", "next": "/ateliers/"}).url == "/ateliers/"
    assert "_auth_user_id" not in client.session


def test_one_is_led_back_to_our_own_pages_only(client, demo, db):
    assert client.post(BECOME, {"persona": "", "next": "https://evil.example/"}).url == reverse("web:home")


@pytest.mark.parametrize("persona", ["inconnue", "lou"])
def test_who_is_not_there_cannot_be_become(client, demo, moussa, persona):
    """`lou` is of the cast, but this database has no such person."""
    assert client.post(BECOME, {"persona": persona}).status_code == 404


def test_looking_becomes_nobody(client, demo, moussa):
    assert client.get(BECOME, {"persona": "moussa"}).status_code == 405


def test_the_post_is_read_newest_first(client, demo, at):
    send(demo, at=at - timedelta(hours=1), subject="Le premier")
    send(demo, at=at, subject="Le second")
    found = client.get(MAILBOX).context["letters"]
    assert [letter.subject for letter in found] == ["Le second", "Le premier"]
    assert found[0].to == "camille@example.org"
    assert found[0].files == ("rendez-vous.ics",)
    assert "à demain." in found[0].text


def test_an_empty_post_and_a_mail_being_written_break_nothing(client, demo, db):
    assert client.get(MAILBOX).context["letters"] == []
    demo.EMAIL_FILE_PATH.mkdir()
    (demo.EMAIL_FILE_PATH / "half.log").write_bytes(b"Subject: pas fini\n")
    assert letters(demo.EMAIL_FILE_PATH) == []


def test_a_letter_is_shown_as_it_is_but_can_do_nothing(client, demo, at):
    send(demo, at=at)
    [letter] = letters(demo.EMAIL_FILE_PATH)
    answer = client.get(reverse("web:letter", args=[letter.place]))
    assert 'style="color:red"' in answer.content.decode()
    rules = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in rules
    assert "sandbox allow-popups" in rules
    assert "script-src" not in rules
    assert client.get(reverse("web:letter", args=["rien-7"])).status_code == 404


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_both_languages_render(client, demo, at, prefix):
    send(demo, at=at)
    assert client.get(f"{prefix}/demonstration/courrier/").status_code == 200
