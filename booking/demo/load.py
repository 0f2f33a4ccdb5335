"""Build the demonstration, or bring it up to the day: the same seed and the same moment give the same rows."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q

from backend.lib.live import KIND
from backend.lib.outbox_models import OutboxRow
from booking.appointments.models import Appointment
from booking.audit.chain import chain_audit_rows
from booking.demo.cast import cast, found_collective
from booking.demo.complaints import Complaints
from booking.demo.customers import meet_customers
from booking.demo.diary import Diary, Visit
from booking.demo.hours import owner_of, tell_absence, tell_openings
from booking.demo.lending import Lending
from booking.demo.papers import issue_past_papers
from booking.demo.pay_out import close_batches, tell_accounts
from booking.demo.settling import given_at_the_counter, hand_out_labels, unpaid_among, use_a_voucher
from booking.demo.troubles import tell_troubles
from booking.demo.waits import fill_the_waiting_list
from booking.demo.write import LATE, SELLS_VOUCHERS, Told, tell_appointment, write_all
from booking.jobs.finish import finish_repair
from booking.jobs.quote import Wanted, write_quote
from collective.ledger.close_period import first_open
from collective.ledger.entities import books_of
from collective.members.models import Collective, User
from collective.reconciliation.models import Opening
from collective.sharing.models import SharingKey
from collective.timetable import freed
from collective.timetable.free_days import rebuild_timetable
from collective.workshops.models import Workshop

SEED = 59000
DAYS_AHEAD = 21
ASKED_SHARE = 0.12  # of visits ahead, where the workshop confirms by hand, still wait for its answer
ONLINE_SHARE = 0.7  # of past visits were paid through the platform, where the workshop asks for it
# Of past visits: done, nobody came, cancelled. Between the 5 % of no-shows of same-day bookings and the 20 % of all
# (booking_stats.json): people come more often to a repair than to a check-up.
FATES = (89, 6, 5)
Status = Appointment.Status


@dataclass(frozen=True)
class Loaded:
    """What a run did: `added` appointments, of which `finished` are past repairs, shared out in the books."""

    is_new: bool
    added: int
    finished: int


@transaction.atomic
def load_demo(*, at: datetime, seed: int = SEED) -> Loaded:
    """
    Make the Lille demonstration: a year of past and three weeks of future. Run again on the same day it does nothing;
    on a later day it finishes what is past by now and fills the days that have come into sight.
    """
    collective = Collective.objects.filter(slug=cast()["collective"]["slug"]).first()
    is_new = collective is None
    collective = collective or found_collective(at=at)
    if is_new:
        tell_openings(collective, at=at)
        tell_accounts(collective, at=at)
        hand_out_labels(collective, on=at.date() - timedelta(days=400))
    story = Story(collective, at=at, seed=seed)
    finished = story.catch_up()
    told = [one for workshop in story.workshops for one in story.tell(workshop)]
    close_batches(collective)
    if is_new:
        story.lend_camille_a_history()
        story.let_a_voucher_be_used()
        tell_absence(collective, at=at)
    if told:
        rebuild_timetable(workshops=story.workshops, first=story.today, last=story.today + timedelta(days=62), at=at)
    if is_new:
        camille = User.objects.get(email=cast()["people"]["camille"]["email"])
        fill_the_waiting_list(camille, story.customers, at=at)
        tell_troubles(collective, at=at)
    issue_past_papers(story.workshops, at=at)
    # Nobody was looking, and who waits joined when this was told already.
    OutboxRow.objects.filter(kind__in=(KIND, freed.KIND), state=OutboxRow.State.WAITING).delete()
    while chain_audit_rows(at=at):  # or the first rounds would have a year's log to chain
        pass
    finished += sum(one.is_done for one in told)
    return Loaded(is_new=is_new, added=len(told), finished=finished)


class Story:
    """What happens at the demonstration's workshops, told workshop by workshop and day by day."""

    def __init__(self, collective: Collective, *, at: datetime, seed: int) -> None:
        self.at = at
        self.seed = seed
        workshops = Workshop.objects.filter(collective=collective).order_by("pk")
        told_of = workshops.select_related("seller__entity__account", "drop_off").prefetch_related(
            "collective__entities"
        )
        self.workshops = list(told_of)
        self.today = at.astimezone(self.workshops[0].zone).date()
        # From then on what was paid online is what the provider says: the past is told no more of it.
        self.is_compared = Opening.objects.exists()
        self.key = SharingKey.objects.in_force(collective, on=self.today)
        self.customers = meet_customers(random.Random(seed))
        self.complaints = Complaints()
        self.lending = Lending(self.workshops)

    def catch_up(self) -> int:
        """Finish the repairs that lay ahead when the demonstration was last loaded; return how many."""
        confirmed = Appointment.objects.filter(
            workshop__in=self.workshops, status=Status.CONFIRMED, ends_at__lt=self.at
        )
        overdue = confirmed.filter(Q(ready_at=None) | Q(ready_at__lt=self.at)).select_related("workshop")
        for appointment in overdue:
            # A day that the night has closed at the counter takes nothing more: it is finished on the next.
            at = first_open(books_of(appointment.workshop.seller), [appointment.ends_by + LATE])
            finish_repair(
                appointment=appointment,
                by=owner_of(appointment.workshop),
                tenders=given_at_the_counter(appointment),
                at=at,
            )
        return len(overdue)

    def tell(self, workshop: Workshop) -> list[Told]:
        """Write the visits of a workshop from where its story ends to three weeks ahead; return them."""
        assert workshop.accepted_at is not None
        opened = workshop.accepted_at.astimezone(workshop.zone).date()
        told_until = workshop.appointments.aggregate(last=Max("starts_at"))["last"]
        first = told_until.astimezone(workshop.zone).date() + timedelta(days=1) if told_until else opened
        last = self.today + timedelta(days=DAYS_AHEAD)
        if first > last:
            return []
        seed = f"{self.seed} {workshop.slug}"
        rng = random.Random(f"{seed} {first}")
        diary = Diary(workshop, self.lending, first=first, last=last, today=self.today, opened=opened)
        told = [
            self.tell_past(visit, rng) if visit.over_at < self.at else self.tell_coming(visit, rng)
            for visit in diary.lay_out(seed)
        ]
        write_all(told, by=owner_of(workshop), at=self.at)
        return told

    def let_a_voucher_be_used(self) -> None:
        """Of the repairs at the Pavé the last was not paid: a voucher pays a part of it."""
        pave = next(workshop for workshop in self.workshops if workshop.slug == SELLS_VOUCHERS)
        owing = unpaid_among(list(pave.appointments.filter(status=Status.DONE)))
        if owing:
            use_a_voucher(owing, by=owner_of(pave), at=self.at)

    def tell_past(self, visit: Visit, rng: random.Random) -> Told:
        booked_at = visit.starts_at - timedelta(days=rng.choice((1, 2, 4, 7, 12)), minutes=rng.randrange(600))
        status = rng.choices((Status.DONE, Status.NO_SHOW, Status.CANCELLED), FATES)[0]
        online = status == Status.DONE and rng.random() < ONLINE_SHARE and not self.is_compared
        customer = rng.choice(self.customers)
        return tell_appointment(
            visit, customer, status=status, booked_at=booked_at, key=self.key, rng=rng, online=online
        )

    def tell_coming(self, visit: Visit, rng: random.Random) -> Told:
        """A visit ahead is to be paid at the counter: no payment provider knows of money that was never taken."""
        asks = (
            visit.workshop.confirms_by_hand
            and visit.starts_at > self.at + timedelta(days=1)
            and rng.random() < ASKED_SHARE
        )
        days = 0 if asks else rng.randrange(6)  # what waits for an answer is young, or the first round would close it
        booked_at = self.at - timedelta(days=days, minutes=rng.randrange(10, 900))
        customer = rng.choice(self.customers)
        return tell_appointment(
            visit,
            customer,
            status=Status.REQUESTED if asks else Status.CONFIRMED,
            booked_at=booked_at,
            key=self.key,
            rng=rng,
            diagnosis=self.complaints.make(visit, customer, rng, at=booked_at),
        )

    def lend_camille_a_history(self) -> None:
        """The next diagnosed visit at her neighbourhood's workshop is Camille's, and so are two past ones."""
        camille = User.objects.get(email=cast()["people"]["camille"]["email"])
        near = Appointment.objects.filter(workshop__slug="atelier-du-pave")
        mine = near.filter(status=Status.CONFIRMED, starts_at__gt=self.at).exclude(diagnosis=None)
        mine = mine.order_by("starts_at")[:1]
        past = near.filter(status=Status.DONE).order_by("-starts_at")[:2]
        for appointment in (*mine, *past):
            appointment.cyclist, appointment.name = camille, camille.name
            appointment.email, appointment.phone = camille.email, camille.phone
            appointment.save(update_fields=["cyclist", "name", "email", "phone"])
        for appointment in mine:
            self.quote(appointment)

    def quote(self, appointment: Appointment) -> None:
        """The workshop looked at her photos and proposes another price: her answer is waited for."""
        chain = Wanted(name="Chaîne neuve", labour_cents=1200, parts_cents=2600)
        reason = "Sur vos photos, la chaîne est usée : mieux vaut la changer en même temps."
        write_quote(
            appointment=appointment, lines=[chain], reason=reason, by=owner_of(appointment.workshop), at=self.at
        )
