"""How invented repairs were paid at the counter: mostly by card, some in cash, by cheque or by a Bonus réparation."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from booking.appointments.models import Appointment
from booking.jobs.settle import bill_of, settle
from booking.tenders.book import draft_moved, draft_tender
from booking.tenders.claims import holds_label
from booking.tenders.given import Given, Settled
from booking.tenders.means import ABLE, Means, State
from booking.tenders.models import Claim, Payer, RepairLabel, Tender
from booking.tenders.schemes import Scheme, schemes_on
from booking.tenders.vouchers import sell_voucher
from collective.ledger import accounts
from collective.ledger.record import Draft
from collective.members.models import Collective, User
from collective.workshops.models import Workshop

MEANS = {Means.TERMINAL: 62, Means.CASH: 24, Means.CHEQUE: 9, Means.TRANSFER: 5}
TAKES = {Means.TERMINAL: timedelta(days=2), Means.CHEQUE: timedelta(days=12)}  # to reach the bank
BONUS_SHARE = 0.35  # of the repairs that a scheme pays for: many do not think of it
SENT_AFTER, PAID_AFTER = timedelta(days=6), timedelta(days=40)
LABELLED = ("atelier-du-pave", "le-cliquet")
VOUCHER_CENTS = 5000


def hand_out_labels(collective: Collective, *, on: date) -> None:
    """Two workshops hold the label that the Bonus réparation asks for; one takes time credits."""
    RepairLabel.objects.bulk_create(
        RepairLabel(workshop=workshop, label="qualirepar", number=f"QR-59-{place:04}", valid_from=on)
        for place, workshop in enumerate(collective.workshops.filter(slug__in=LABELLED).order_by("pk"), start=1)
    )
    collective.workshops.filter(slug="les-rayons-libres").update(accepts_minutes=True)


class Settling:
    """Makes up how the finished repairs of one workshop were paid, as far as `at`; all is written in bulk."""

    def __init__(self, workshop: Workshop, *, by: User, at: datetime) -> None:
        self.workshop, self.by, self.at = workshop, by, at
        today = at.astimezone(workshop.zone).date()
        self.schemes = [one for one in schemes_on(today) if holds_label(workshop, one.label, on=today)]
        self.payers: dict[str, Payer] = {}

    def settle(self, finished: Iterable[tuple[Appointment, datetime]]) -> list[Draft]:
        """Write the tenders of these appointments and their claims; return the entries, not yet written."""
        made = [one for appointment, moment in finished for one in self._tenders(appointment, moment)]
        Tender.objects.bulk_create([tender for tender, _scheme in made], batch_size=200)
        claims = [self._claim(tender, scheme) for tender, scheme in made if scheme]
        Claim.objects.bulk_create(claims, batch_size=200)
        payers = {claim.tender_id: claim.payer_id for claim in claims}
        return [draft for tender, _scheme in made for draft in self._drafts(tender, payers.get(tender.pk))]

    def _tenders(self, appointment: Appointment, moment: datetime) -> list[tuple[Tender, Scheme | None]]:
        left = appointment.total_cents - appointment.due_now_cents
        rng = random.Random(f"{self.workshop.slug} {appointment.starts_at} paid")
        made: list[tuple[Tender, Scheme | None]] = []
        for scheme in self.schemes:
            gives = min(scheme.gives_cents(appointment.total_cents), left)
            if gives and rng.random() < BONUS_SHARE:
                made.append((self._tender(appointment, Means.THIRD_PARTY, gives, moment, rng), scheme))
                left -= gives
        if left:
            [means] = rng.choices(list(MEANS), list(MEANS.values()))
            made.append((self._tender(appointment, means, left, moment, rng), None))
        return made

    def _tender(
        self, appointment: Appointment, means: Means, cents: int, moment: datetime, rng: random.Random
    ) -> Tender:
        age = self.at - moment
        state = State.REMITTED if means in TAKES and age > TAKES[means] else State.RECEIVED
        if means == Means.THIRD_PARTY:
            state = State.RECEIVED if age > PAID_AFTER else State.RECORDED
        evidence = {"number": f"{rng.randrange(10**7):07}"} if "number" in ABLE[means].evidence else {}
        up = -(-cents // 1000) * 1000  # the next ten euros
        return Tender(
            reference=appointment.number,
            workshop=self.workshop,
            means=means,
            amount=cents,
            settles_cents=cents,
            given_cents=up if means == Means.CASH and rng.random() < 0.6 else None,
            state=state,
            evidence=evidence,
            key=f"demo:{appointment.token.hex}:{means}",
            recorded_by=self.by,
            recorded_at=moment,
        )

    def _claim(self, tender: Tender, scheme: Scheme) -> Claim:
        if scheme.payer not in self.payers:
            self.payers[scheme.payer] = Payer.objects.get_or_create(
                collective=self.workshop.collective, kind=Payer.Kind.SCHEME, name=scheme.payer
            )[0]
        age = self.at - tender.recorded_at
        states = Claim.State
        return Claim(
            tender=tender,
            payer=self.payers[scheme.payer],
            scheme=scheme.code,
            file_number=str(tender.evidence["number"]),
            state=states.PAID if age > PAID_AFTER else states.SENT if age > SENT_AFTER else states.TO_SEND,
            sent_at=tender.recorded_at + SENT_AFTER if age > SENT_AFTER else None,
            paid_at=tender.recorded_at + PAID_AFTER if age > PAID_AFTER else None,
        )

    def _drafts(self, tender: Tender, payer: int | None) -> list[Draft]:
        account = accounts.owed_by_payer(payer) if payer else ABLE[Means(tender.means)].account
        settled = Settled(tender.amount, tender.settles_cents, account)
        drafts = draft_tender(tender, settled, at=tender.recorded_at)
        moved = {accounts.BANK: tender.amount, account: -tender.amount}
        if tender.state == State.REMITTED:
            when = tender.recorded_at + TAKES[Means(tender.means)]
            drafts.append(draft_moved(tender, cause="remitted", lines=moved, at=when))
        elif payer and tender.state == State.RECEIVED:
            drafts.append(draft_moved(tender, cause="paid", lines=moved, at=tender.recorded_at + PAID_AFTER))
        return drafts


def given_at_the_counter(appointment: Appointment) -> list[Given]:
    """What pays for one that ends between two loads: all of it by card."""
    if appointment.total_cents <= appointment.due_now_cents:
        return []
    return [Given(means=Means.TERMINAL, key=f"demo:{appointment.token.hex}")]


def use_a_voucher(appointment: Appointment, *, by: User, at: datetime) -> None:
    """A voucher given at Christmas pays a part of a repair that was left unpaid; the rest is still owed."""
    sold_at = at - timedelta(days=20)
    issued = sell_voucher(
        workshop=appointment.workshop,
        cents=VOUCHER_CENTS,
        means=Means.TERMINAL,
        expires_on=sold_at.date() + timedelta(days=365),
        key=f"demo:{appointment.token.hex}:sold",
        by=by,
        at=sold_at,
    )
    if not issued.code:
        return
    half = max(100, bill_of(appointment).total_cents // 4)
    paid = Given(means=Means.VOUCHER, amount=half, code=issued.code, key=f"demo:{appointment.token.hex}:voucher")
    settle(appointment=appointment, given=paid, by=by, at=at)


def unpaid_among(finished: Sequence[Appointment]) -> Appointment | None:
    """The last that has something to pay at the counter: its customer forgot their wallet."""
    owing = [one for one in finished if one.total_cents - one.due_now_cents >= 400]
    return max(owing, key=lambda one: one.starts_at, default=None)
