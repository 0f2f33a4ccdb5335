"""Invoices: a month of them for who works there and for the treasurer, and each one for whoever it concerns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from backend.templatetags.moyeu import speaks_french
from collective.invoices.links import invoice_by_link
from collective.invoices.make_paper import files_of
from collective.invoices.models import Invoice
from collective.invoices.said import buyer_lines, dates_of, percent, seller_lines, title_of
from collective.members.models import Collective, Membership, User
from collective.web.books import frame, kept_query
from collective.web.doors import inside
from collective.web.period import read_month, today_in
from collective.workshops.models import Workshop

A_PAGE = 50
MOST_ASKED = 60  # letters


@require_safe
@inside
def invoices(request: HttpRequest) -> HttpResponse:
    """The month's papers, the latest number first; all the months of a name or number that is searched."""
    collective = collective_of_papers(request.user)
    month = read_month(request.GET.get("mois", ""), today=today_in(collective))
    asked = request.GET.get("q", "").strip()[:MOST_ASKED]
    seen = at_work(request.user)
    found = search(seen, asked) if asked else seen.filter(issued_on__gte=month.first, issued_on__lte=month.last)
    workshops = Workshop.objects.filter(invoices__in=seen).distinct().order_by("name")
    workshop = next((one for one in workshops if one.slug == request.GET.get("atelier", "")), None)
    if workshop:
        found = found.filter(workshop=workshop)
    context = {
        **frame(request, collective, month, current="invoices"),
        "asked": asked,
        "workshops": workshops,
        "workshop": workshop,
        "sums": sums_of(found),
        "page": Paginator(found.order_by("-issued_on", "-pk"), A_PAGE).get_page(request.GET.get("page")),
        "query": kept_query(request),
    }
    return render(request, "collective/invoices.html", context)


def collective_of_papers(user: Any) -> Collective:
    """Whose staff or treasurer one is; a stranger's list is nowhere."""
    staffed = Q(workshops__in=Workshop.objects.run_by(user))
    keeps = Q(memberships__in=Membership.objects.of(user, Membership.Role.TREASURER))
    if found := Collective.objects.filter(staffed | keeps).order_by("name").first():
        return found
    raise Http404


def at_work(user: User) -> QuerySet[Invoice]:
    """What one sees by one's work: what one bought oneself is among one's appointments."""
    seen = Invoice.objects.visible_to(user).select_related("entity", "workshop", "corrects")
    own = Q(buyer=user) & ~Q(workshop__in=Workshop.objects.run_by(user))
    treasurer = Membership.objects.of(user, Membership.Role.TREASURER).values("collective")
    return seen.exclude(own & ~Q(entity__collective__in=treasurer))


def search(rows: QuerySet[Invoice], asked: str) -> QuerySet[Invoice]:
    return rows.filter(Q(number__icontains=asked) | Q(reference__iexact=asked) | Q(buyer_name__icontains=asked))


def sums_of(rows: QuerySet[Invoice]) -> dict[str, int]:
    """What was invoiced, what credit notes took back of it, deposits apart: cents with VAT."""
    by_kind = dict(rows.order_by().values_list("kind").annotate(Sum("gross_cents")))
    sold, credited = by_kind.get(Invoice.Kind.INVOICE, 0), by_kind.get(Invoice.Kind.CREDIT_NOTE, 0)
    return {"sold": sold, "credited": credited, "deposits": by_kind.get(Invoice.Kind.DEPOSIT, 0)}


@require_safe
@inside
def invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """One paper, for its buyer's account, who works there, and the treasurer."""
    found = _visible(request, pk)
    collective = found.entity.collective
    month = read_month(f"{found.issued_on:%Y-%m}", today=today_in(collective))
    context = frame(request, collective, month, current="invoices") | paper(found)
    addresses = {"pdf": ("collective:invoice_pdf", found.pk), "xml": ("collective:invoice_xml", found.pk)}
    return render(request, "collective/invoice.html", context | {"addresses": addresses, "is_inside": True})


@require_safe
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The same, for whoever was sent the link."""
    found = invoice_by_link(token)
    addresses = {"pdf": ("collective:invoice_link_pdf", token), "xml": ("collective:invoice_link_xml", token)}
    return _alone(render(request, "collective/invoice_alone.html", paper(found) | {"addresses": addresses}))


def paper(found: Invoice) -> dict[str, Any]:
    """What both pages show: the frozen facts, in words."""
    facts, language = found.facts, "fr" if speaks_french() else "en"
    said = f"name_{language}"
    return {
        "invoice": found,
        "facts": facts,
        "title": title_of(found.kind),
        "seller": seller_lines(facts["seller"]),
        "buyer": buyer_lines(facts["buyer"]),
        "dates": dates_of(facts),
        "lines": [line | {"name": line[said], "rate": percent(line["vat_bp"])} for line in facts["lines"]],
        "allowances": [
            {"name": one[said], "net_cents": -one["net_cents"], "gross_cents": -one["gross_cents"]}
            for one in facts["allowances"]
        ],
        "vats": [vat | {"rate": percent(vat["rate_bp"])} for vat in facts["vat"] if vat["rate_bp"]],
        "settled": [one | {"name": one[said]} for one in facts["settled"]],
        "mentions": [mention[language] for mention in facts["mentions"]],
        "credits": list(found.corrected_by.order_by("pk")),
    }


def _file(kind: str) -> Callable[[Invoice], HttpResponse]:
    def answer(found: Invoice) -> HttpResponse:
        pdf, xml = files_of(found)
        types = {"pdf": (pdf, "application/pdf"), "xml": (xml, "application/xml; charset=utf-8")}
        content, mime = types[kind]
        response = HttpResponse(content, content_type=mime)
        response["Content-Disposition"] = f'attachment; filename="{found.file_name}.{kind}"'
        return response

    return answer


def _visible(request: HttpRequest, pk: int) -> Invoice:
    seen = Invoice.objects.visible_to(request.user).select_related("entity__collective", "workshop", "corrects")
    return get_object_or_404(seen, pk=pk)


@require_safe
@inside
def invoice_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    return _file("pdf")(_visible(request, pk))


@require_safe
@inside
def invoice_xml(request: HttpRequest, pk: int) -> HttpResponse:
    return _file("xml")(_visible(request, pk))


@require_safe
def link_pdf(request: HttpRequest, token: str) -> HttpResponse:
    return _alone(_file("pdf")(invoice_by_link(token)))


@require_safe
def link_xml(request: HttpRequest, token: str) -> HttpResponse:
    return _alone(_file("xml")(invoice_by_link(token)))


def _alone(response: HttpResponse) -> HttpResponse:
    """About one person: kept nowhere, and the link, which is a key, does not travel on."""
    response["Cache-Control"] = "no-store, private"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"
    return response
