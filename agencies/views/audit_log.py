"""The audit as an information governance lead reads it: what people did for the agency, and their sign-ins."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods

from agencies import access
from agencies.acting import Acting
from agencies.forms.audit import KINDS, AuditQueryForm, AuditSearchForm
from agencies.forms.days import begins_on, ends
from agencies.governed import governed_rows
from agencies.models import User
from agencies.request import ActingRequest
from safeguard.audit import actions as audit
from safeguard.audit.models import AuditRow
from safeguard.audit.querysets import AuditFilter
from safeguard.common.components import Chip, Column, Link, Table
from safeguard.common.pagination import CURSOR, Page, paginate

KIND_NAMES = dict(KINDS)
TARGET_NAMES = {"audit.AuditRow": _lazy("Audit"), "agencies.User": _lazy("Person")}


@require_http_methods(["GET", "POST"])
def audit_log(request: ActingRequest) -> HttpResponse:
    """Show the rows that were asked for, the newest first; a POST turns what was typed into an address."""
    agency_id = access.governed_agency_id(request.acting)
    if request.method == "POST":
        form = AuditSearchForm(request.POST, agency_id=agency_id)
        if form.is_valid():
            return redirect(_address(form.as_query()))
        return render(request, "agencies/audit_log.html", {"form": form, "search_form": form}, status=422)
    asked = AuditQueryForm(request.GET).asked()
    person = _person(agency_id, asked.get("person"))
    page = _page(request, agency_id, asked, person)
    _record_view(request.acting, asked)
    context = {
        "search_form": AuditSearchForm(initial=asked | {"email": person and person.email}, agency_id=agency_id),
        "page": page,
        "table": _table(page),
        "chosen": _chips(asked, person),
    }
    return render(request, "agencies/audit_log.html", context)


def _person(agency_id: int, uuid: UUID | None) -> User | None:
    # Somebody who never worked here is as good as unknown: the page would tell their name and address.
    return User.objects.filter(uuid=uuid, memberships__agency_id=agency_id).first() if uuid else None


def _page(request: HttpRequest, agency_id: int, asked: dict[str, Any], person: User | None) -> Page[AuditRow]:
    wanted = AuditFilter(
        # An unknown person did nothing: 0 is nobody's key.
        user_id=(person.pk if person else 0) if "person" in asked else None,
        action=asked.get("action", ""),
        kind=asked.get("kind", ""),
        since=begins_on(asked["since"]) if "since" in asked else None,
        until=ends(asked.get("until")),
        target=asked.get("target"),
    )
    rows = governed_rows(agency_id).matching(wanted)
    return paginate(rows, order=["-id"], cursor=request.GET.get(CURSOR))


def _record_view(by: Acting, asked: dict[str, Any]) -> None:
    detail = {name: str(value) for name, value in asked.items()}
    audit.record("audit.view", by=by, kind=audit.Kind.READ, target="audit.AuditRow", detail=detail)


def _table(page: Page[AuditRow]) -> Table:
    people = User.objects.in_bulk({row.user_id for row in page.items if row.user_id})
    titles = [_("When"), _("Who"), _("What"), _("Which record"), _("From where")]
    rows = [_cells(row, people) for row in page.items]
    return Table(_("What was done, newest first"), [Column(title) for title in titles], rows)


def _cells(row: AuditRow, people: dict[int, User]) -> list[object]:
    return [
        date_format(localtime(row.at), "j M Y, H:i:s"),
        _who(row, people),
        _what(row),
        _which(row),
        row.address or row.channel,
    ]


def _who(row: AuditRow, people: dict[int, User]) -> object:
    person = people.get(row.user_id or 0)
    if person is None:
        return row.job or _("A person whose account was removed")
    return Link(person.name, _address({"person": str(person.uuid)}))


def _what(row: AuditRow) -> str:
    words = row.action.replace(".", ": ").replace("_", " ")
    what = format_html("<strong>{}</strong><br>{}", KIND_NAMES.get(row.kind, row.kind), words)
    return format_html("{}<br><span class='sg-secondary'>{}</span>", what, row.reason) if row.reason else what


def _which(row: AuditRow) -> object:
    name = TARGET_NAMES.get(row.target, row.target.rpartition(".")[2])
    if not row.target_uuids:
        return name
    first, more = str(row.target_uuids[0]), len(row.target_uuids) - 1
    link = format_html('<a class="govuk-link" href="{}">{} {}…</a>', _address({"target": first}), name, first[:8])
    return format_html("{} {}", link, _("and %(count)d more") % {"count": more}) if more else link


def _chips(asked: dict[str, Any], person: User | None) -> list[Chip]:
    told = {
        "person": person.name if person else _("Unknown person"),
        "kind": KIND_NAMES.get(asked.get("kind", "")),
        "action": asked.get("action"),
        "target": f"{str(asked.get('target'))[:8]}…",
        "since": _("From %(day)s") % {"day": date_format(asked["since"])} if "since" in asked else "",
        "until": _("To %(day)s") % {"day": date_format(asked["until"])} if "until" in asked else "",
    }
    return [Chip(str(told[name]), _address({k: str(v) for k, v in asked.items() if k != name})) for name in asked]


def _address(query: dict[str, str]) -> str:
    parameters = QueryDict(mutable=True)
    parameters.update(query)
    address = reverse("agencies:audit_log")
    return f"{address}?{parameters.urlencode()}" if query else address
