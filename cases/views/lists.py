"""The list of cases: what my agency's teams, or I by name, may see."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.request import ActingRequest
from cases import access
from cases.access_sql import BY_ACTIVITY, BY_DUE
from cases.forms.filters import CaseFilter
from safeguard.common.pagination import CURSOR, PAGE_SIZE, Page, seal, unseal


@require_safe
def case_list(request: ActingRequest) -> HttpResponse:
    """List the cases that the reader may see, newest activity or nearest date first, page by page."""
    form = CaseFilter(request.GET or None)
    filters = form.filters(request.acting)
    purpose = f"cases.list {form.by_due()}"
    after = unseal(request.GET.get(CURSOR), purpose, 2)
    found = access.case_page(
        request.acting,
        order=BY_DUE if form.by_due() else BY_ACTIVITY,
        filters=filters,
        after=access.Position(*after) if after else None,
        limit=PAGE_SIZE + 1,
    )
    positions = found[:PAGE_SIZE]
    context = {
        "filter_form": form,
        "chosen": form.chosen(),
        "by_due": form.by_due(),
        "now": timezone.now(),
        "page": Page(
            access.cases_at(positions, request.acting),
            after=seal(positions[-1], purpose) if len(found) > PAGE_SIZE else None,
        ),
        "count": access.case_count(request.acting, filters),
        "cap": access.COUNT_CAP,
        "is_continued": bool(after),
    }
    return render(request, "cases/list.html", context)
