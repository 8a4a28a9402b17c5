"""The product tree of a chain, and the workbook in which an anchor fills in what is missing in its purchases."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lianzhang.accounts.rules import Thing
from lianzhang.chains.queries import bills, disclosure, teardown, unfilled, uses
from lianzhang.chains.sheets import missing
from lianzhang.chains.sheets.teardown import TEARDOWN
from lianzhang.chains.tables import uses as use_tables
from lianzhang.intake import files, origin
from lianzhang.intake import tables as intake_tables
from lianzhang.registry.models import Part
from lianzhang.web import access, listing, trees, workbooks

ALL_OPEN = 60  # rows up to which every assembly stands open


@access.reads(Thing.GAP)
@require_GET
def tree(request: HttpRequest, code: str) -> HttpResponse:
    """Product → assembly → part, with what is bought of each and how much of it here."""
    person = access.person_of(request)
    found = teardown.manufacturing(person).get_or_404(code=code)
    snapshot = teardown.taken(found, person=person)
    chosen = request.GET.get("product", "")
    bill = bills.of(found, snapshot, person=person, product=chosen)
    drawn = sum(product.drawn for product in bill.products)
    shows = disclosure.of(snapshot, person=person).sees_rows
    write = trees.writer(found, shows=shows)
    context = {
        "chain": found,
        "bill": bill,
        "products": [(p, [(b, write(b.rows)) for b in p.branches], write(p.single)) for p in bill.products],
        "chosen": chosen,
        "drawn": drawn,
        "unlisted": bill.product_count - len(bill.products),
        "is_open": drawn <= ALL_OPEN,
        "shows": shows,
        "as_of": snapshot.taken_on if snapshot else None,
        "illustrative": found.is_illustrative or bill.is_illustrative,
    }
    return render(request, "teardowns/tree.html", context)


@access.reads(Thing.GAP)
@require_GET
def where_used(request: HttpRequest, code: str, part_code: str) -> HttpResponse:
    """Every way of a part up into products, with how much of it one product takes."""
    person = access.person_of(request)
    found = teardown.manufacturing(person).get_or_404(code=code)
    part = Part.objects.all().visible_to(person).get_or_404(code=part_code)
    ways = uses.of(part, person=person)
    products = len({(way.product.pk, way.firm and way.firm.pk) for way in ways})
    context = {
        "title": _("%(part)s · 用在哪里") % {"part": part.name},
        "lead": _("用在 %(products)s 个产品的 %(ways)s 处。") % {"products": products, "ways": len(ways)},
        "scope": found.name,
        "chain": found,
        "part": part,
        "illustrative": found.is_illustrative or part.is_illustrative,
    }
    return listing.respond(request, use_tables.uses(found), ways, template="teardowns/uses.html", context=context)


@access.reads(Thing.PURCHASE)
@require_GET
def unfilled_workbook(request: HttpRequest, code: str) -> HttpResponse:
    """待填表: the purchases of one firm that lack a supplier or an amount, in the form they are handed in by."""
    person = access.person_of(request)
    firm = unfilled.firms(person).get_or_404(code=code)
    seen = origin.as_of()
    rows = list(unfilled.rows(firm, person=person))
    if not rows:
        messages.info(request, _("%(firm)s 最新一年的采购没有待填的行。") % {"firm": firm.name})
        return redirect("home")
    language = intake_tables.language()
    content = files.hand_out(
        TEARDOWN,
        missing.records(firm, rows, suppliers=unfilled.suppliers(firm, person=person), by=person),
        seen=seen,
        detail={"firm": firm.code, "only": "unfilled"},
        language=language,
        by=person,
    )
    name = _("%(firm)s_待填表_%(day)s.xlsx") % {"firm": firm.name, "day": f"{timezone.localdate():%Y%m%d}"}
    return workbooks.file(content, name)
