"""The pages about money: the rest, a quote, a saved card, a price of one's own."""

from django.urls import reverse

from booking.appointments.links import manage_link, quote_url
from booking.appointments.models import Appointment, Hold
from booking.appointments.quote_models import Quote
from booking.jobs.quote import Wanted, write_quote
from collective.payments.models import Payment
from tests.booking.appointments import scene
from tests.booking.web.conftest import some_slots
from tests.collective.sharing.test_solidarity import give_to_the_fund


def test_the_rest_is_shown_and_paid_on_the_providers_page(client, booked, provider, at):
    address = reverse("web:balance", args=[manage_link(booked)])

    page = client.get(address)
    assert page.context["bill"].left_cents == 1400
    assert not Payment.objects.filter(purpose="balance").exists()  # looking asks for nothing
    pressed = client.post(address)

    assert (pressed.status_code, pressed["Location"][:20]) == (303, "https://pay.example/")
    assert Payment.objects.get(purpose="balance").amount_cents == 1400


def test_with_the_provider_away_the_page_says_so_and_nothing_is_lost(client, booked, provider):
    provider.is_away = True
    pressed = client.post(reverse("web:balance", args=[manage_link(booked)]), follow=True)

    assert pressed.status_code == 200
    assert "Rien n’a été débité" in pressed.content.decode()


def test_a_quote_is_agreed_by_its_button_and_never_by_looking(client, booked, workshop, at):
    chain = Wanted(name="Chaîne <neuve>", labour_cents=1000, parts_cents=2500)
    staff = scene.staff_of(workshop)
    quote = write_quote(appointment=booked, lines=[chain], reason="Usée & tordue", by=staff, at=at)
    address = "/" + quote_url(quote).split("/", 3)[3]

    page = client.get(address)
    assert "Chaîne &lt;neuve&gt;" in page.content.decode()
    assert Quote.objects.get().state == Quote.State.OPEN
    client.post(address, {"reponse": "oui"})

    booked.refresh_from_db()
    assert (Quote.objects.get().state, booked.total_cents) == (Quote.State.AGREED, 5500)
    assert client.get(address).status_code == 302  # answered: back to the appointment
    assert client.get(address[:-2] + "x/").status_code == 404


def order(client, hold: Hold, **typed: str):
    form = {"email": "camille@example.org", "phone": "0612345678", "work_may_begin_early": "on"}
    return client.post(reverse("web:order", args=[hold.token]), form | typed)


def test_a_card_to_save_is_given_on_the_providers_page(client, make, at, provider):
    workshop = make(pay_now="later")
    hold = scene.hold_at(workshop, some_slots(workshop, at)[0].starts_at, at=at)
    assert "débiter cette carte" in client.get(reverse("web:hold", args=[hold.token])).content.decode()

    sent = order(client, hold, pay="later")
    appointment = Appointment.objects.get()
    provider.give_card(appointment.card)
    back = client.get(reverse("web:pay_return", args=[manage_link(appointment)]))

    assert (sent.status_code, back.status_code) == (303, 302)
    page = client.get(reverse("web:appointment", args=[manage_link(appointment)])).content.decode()
    assert "•••• 4242" in page
    client.post(reverse("web:forget_card", args=[manage_link(appointment)]))
    page = client.get(reverse("web:appointment", args=[manage_link(appointment)])).content.decode()
    assert "•••• 4242" not in page


def test_a_price_of_ones_own_is_typed_and_below_the_floor_refused(client, make, at, provider):
    workshop = make(pay_now="full", prices="free", floor_bp=5000)
    give_to_the_fund(workshop, 10_000)
    hold = scene.hold_at(workshop, some_slots(workshop, at)[0].starts_at, at=at)
    for wrong in ("9,99", "-5", "NaN", "1e9", ""):
        assert order(client, hold, pay="full", price="own", own=wrong).status_code == 400, wrong
    assert not Payment.objects.exists()

    assert order(client, hold, pay="full", price="own", own="12,50").status_code == 303

    assert Payment.objects.get().amount_cents == 1250
    assert Appointment.objects.get().total_cents == 2000
