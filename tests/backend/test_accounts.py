"""Signing in: by a code, a password or a passkey, saying nothing about who has an account; two factors for some."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.urls import reverse

from collective.members.models import Collective, Membership, User
from collective.workshops.models import Staff
from tests.factories import StaffFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    user = User.objects.create_user("camille@moyeu.example", "correct horse battery", name="Camille")
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    return user


def signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_a_code_by_mail_signs_in(client, person):
    asked = client.post(reverse("account_request_login_code"), {"email": "Camille@Moyeu.example"})
    assert asked.status_code == 302
    code = re.search(r"\b(\d{6})\b", mail.outbox[0].body).group(1)
    client.post(reverse("account_confirm_login_code"), {"code": code})
    assert signed_in(client)


def test_a_wrong_code_does_not_and_three_end_it(client, person):
    client.post(reverse("account_request_login_code"), {"email": person.email})
    code = re.search(r"\b(\d{6})\b", mail.outbox[0].body).group(1)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(3):
        client.post(reverse("account_confirm_login_code"), {"code": wrong})
    client.post(reverse("account_confirm_login_code"), {"code": code})
    assert not signed_in(client)


def test_a_password_signs_in(client, person):
    client.post(reverse("account_login"), {"login": person.email, "password": "correct horse battery"})
    assert signed_in(client)


@pytest.mark.parametrize("email", ["camille@moyeu.example", "nobody@moyeu.example"])
def test_asking_for_a_code_says_nothing_about_who_has_an_account(client, person, email):
    asked = client.post(reverse("account_request_login_code"), {"email": email})
    assert (asked.status_code, asked["Location"]) == (302, reverse("account_confirm_login_code"))
    assert len(mail.outbox) == 1


def test_guessing_passwords_is_slowed_down(client, person):
    answers = [
        client.post(reverse("account_login"), {"login": person.email, "password": f"guess {n}"}).content
        for n in range(8)
    ]
    assert answers[0] != answers[-1]
    client.post(reverse("account_login"), {"login": person.email, "password": "correct horse battery"})
    assert not signed_in(client), "five failures close the password door for a while"


def test_somebody_suspended_does_not_come_in(client, person):
    User.objects.filter(pk=person.pk).update(is_active=False)
    client.post(reverse("account_login"), {"login": person.email, "password": "correct horse battery"})
    assert not signed_in(client)


def test_one_address_is_one_account_whatever_its_capitals(person):
    with pytest.raises(Exception, match="(?i)unique"):
        User.objects.create(email="CAMILLE@moyeu.example")


@pytest.mark.parametrize("role", ["coordinator", "treasurer"])
def test_who_decides_for_others_must_add_a_second_factor(client, person, settings, now, role):
    settings.MOYEU_DEMAND_SECOND_FACTOR = True
    collective = Collective.objects.create(name="Les Moyeux", slug="moyeux")
    Membership.objects.create(collective=collective, user=person, role=role, status="employee", joined_at=now)
    client.force_login(person)
    assert client.get("/").headers.get("Location") == reverse("mfa_index")
    assert client.get(reverse("mfa_index")).status_code in {200, 302}
    Membership.objects.update(ended_at=now)
    assert client.get("/").headers.get("Location") != reverse("mfa_index")


def test_who_owns_a_workshop_must_too_and_a_mechanic_need_not(client, settings):
    settings.MOYEU_DEMAND_SECOND_FACTOR = True
    owner = StaffFactory(role=Staff.Role.OWNER)
    client.force_login(owner.user)
    for path in ("/", "/mes-rendez-vous/", f"/atelier/{owner.workshop.slug}/", "/api/v1/me/"):
        assert client.get(path).headers.get("Location") == reverse("mfa_index"), path
    Authenticator.objects.create(user=owner.user, type=Authenticator.Type.TOTP, data={})
    assert client.get("/").status_code == 200
    client.force_login(StaffFactory(role=Staff.Role.MECHANIC).user)
    assert client.get("/").status_code == 200


def test_a_passkey_is_offered_and_its_challenge_given(client):
    page = client.get(reverse("account_login")).content.decode()
    assert 'form="mfa_login"' in page
    assert "webauthn" in page
    asked = client.get(reverse("mfa_login_webauthn"), headers={"X-Requested-With": "XMLHttpRequest"})
    options = asked.json()["request_options"]["publicKey"]
    assert len(options["challenge"]) >= 22  # 16 bytes
    assert options["userVerification"] == "required"
    refused = client.post(reverse("mfa_login_webauthn"), {"credential": "{}"})
    assert not signed_in(client)
    assert refused.status_code in (200, 302)


@pytest.mark.parametrize("email", ["camille@moyeu.example", "nobody@moyeu.example"])
def test_mails_with_codes_are_limited_by_address(client, person, email):
    for _time in range(8):
        answer = client.post(reverse("account_request_login_code"), {"email": email})
    assert answer.status_code in (302, 429)
    assert len(mail.outbox) <= 4


def test_signing_in_never_leads_to_another_site(client, person):
    signed = {"login": person.email, "password": "correct horse battery", "next": "https://evil.example/"}
    assert client.post(reverse("account_login"), signed).headers["Location"] == reverse("web:welcome")
