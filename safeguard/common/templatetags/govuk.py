"""The design-system pieces as template tags: ``{% load govuk %}``. This is the one way to use them.

A piece that holds other markup is a block (``{% notice %}...{% endnotice %}``), every other one takes
values. The markup is in ``templates/components/``; the page ``/style/`` shows each piece.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms, template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from safeguard.common.components import Chip, Link, Row, Table, Task
from safeguard.common.forms import error_links
from safeguard.common.pagination import CURSOR, Page

register = template.Library()

Values = dict[str, Any]


@register.inclusion_tag("components/button.html")
def button(text: str, *, href: str = "", kind: str = "", name: str = "", value: str = "", form: str = "") -> Values:
    """Draw a button that submits its form, or a link that looks like one. ``kind``: "", "secondary", "warning"."""
    return {"text": text, "href": href, "kind": kind, "name": name, "value": value, "form": form}


@register.simple_tag
def tag(text: str, colour: str = "") -> SafeString:
    """Draw a status; its words say it all, the colour only helps."""
    suffix = f" govuk-tag--{colour}" if colour else ""
    return format_html('<strong class="govuk-tag{}">{}</strong>', suffix, text)


@register.inclusion_tag("components/summary_list.html")
def summary_list(rows: Sequence[Row], *, title: str = "", level: int = 2) -> Values:
    """Draw keys and values; with a title as a card."""
    return {"rows": rows, "title": title, "level": level}


@register.inclusion_tag("components/table.html")
def table(table: Table, *, hide_caption: bool = False) -> Values:
    """Draw a table that becomes cards on a phone."""
    return {"table": table, "hide_caption": hide_caption}


@register.simple_tag
def cell(value: object) -> object:
    """Draw a cell's value, a ``Link`` as a link."""
    if not isinstance(value, Link):
        return value
    hidden = format_html('<span class="govuk-visually-hidden"> {}</span>', value.hidden) if value.hidden else ""
    return format_html('<a class="govuk-link" href="{}">{}{}</a>', value.href, value.text, hidden)


@register.inclusion_tag("components/task_list.html")
def task_list(tasks: Sequence[Task], *, prefix: str = "task") -> Values:
    """Draw tasks with their status. ``prefix`` makes the ids unique where a page has two lists."""
    return {"tasks": tasks, "prefix": prefix}


@register.inclusion_tag("components/breadcrumbs.html")
def breadcrumbs(crumbs: Sequence[Link]) -> Values:
    """Draw the way to this page, without the page itself."""
    return {"crumbs": crumbs}


@register.inclusion_tag("components/back_link.html")
def back_link(href: str, text: str = "") -> Values:
    """Draw the link back."""
    return {"href": href, "text": text}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Mapping[str, Any], page: Page[Any], *, before: str = "", after: str = "") -> Values:
    """Draw the links to the pages before and after, keeping the other query parameters."""
    return {
        "before_href": _with_cursor(context, page.before),
        "after_href": _with_cursor(context, page.after),
        "before": before,
        "after": after,
    }


@register.inclusion_tag("components/forms/error_summary.html")
def error_summary(form: forms.BaseForm | None) -> Values:
    """Draw the list of what is wrong with a form, each line a link to its input."""
    return {"links": error_links(form) if form else []}


@register.inclusion_tag("components/forms/hidden.html")
def hidden_inputs(form: forms.BaseForm) -> Values:
    """Draw the hidden inputs of a form whose fields a template places one by one."""
    return {"form": form}


@register.inclusion_tag("components/chips.html")
def chips(chosen: Sequence[Chip], *, clear: str) -> Values:
    """Draw the chosen filters, each with a way to remove it, and one to remove all."""
    return {"chips": chosen, "clear": clear}


@register.inclusion_tag("components/navigation_item.html", takes_context=True)
def navigation_item(context: Mapping[str, Any], href: str, text: str) -> Values:
    """Draw one item of the menu; without an address nothing. It is active on its page and on those below it."""
    path = context["request"].path if "request" in context else ""
    below = href != "/" and path.startswith(href)
    current = "page" if path == href else "true" if href and below else ""
    return {"href": href, "text": text, "current": current}


@register.inclusion_tag("components/session_timeout.html")
def session_timeout(viewer_id: object) -> Values:
    """Draw the warning before the session ends; ``viewer_id`` tells whether another person has signed in since."""
    return {
        "viewer_id": viewer_id,
        "idle_seconds": settings.SESSION_IDLE_SECONDS,
        "idle_minutes": settings.SESSION_IDLE_SECONDS // 60,
        "warn_seconds": settings.SESSION_WARNING_SECONDS,
    }


@register.simple_block_tag
def filters(content: str, title: str, chosen: int = 0) -> str:
    """Wrap a filter form: open beside the list on a wide screen, folded above it on a phone."""
    return _block("filters", content, title=title, chosen=chosen)


@register.simple_block_tag
def details(content: str, summary: str) -> str:
    """Wrap what only some readers need."""
    return _block("details", content, summary=summary)


@register.simple_block_tag
def glossary(content: str, term: str) -> str:
    """Explain a term of one field to readers from the others."""
    return _block("details", content, summary=term, is_term=True)


@register.simple_block_tag
def notice(content: str, title: str = "", kind: str = "") -> str:
    """Wrap a message that stands above the page. ``kind``: "" or "success"."""
    return _block("notification_banner", content, title=title, kind=kind)


@register.simple_block_tag
def empty_state(content: str, title: str) -> str:
    """Wrap what to do where a list has nothing to show."""
    return _block("empty_state", content, title=title)


@register.simple_block_tag
def inset(content: str) -> str:
    """Wrap text that must be told from the text around it."""
    return _block("inset", content)


@register.simple_block_tag
def warning(content: str) -> str:
    """Wrap a warning of a consequence."""
    return _block("warning_text", content)


@register.simple_block_tag
def timeline_item(content: str, title: str, by: str, when: Any) -> str:
    """Wrap one entry of a timeline: ``title``, ``by`` whom, ``when`` (a datetime), then its text."""
    return _block("timeline_item", content, title=title, by=by, when=when)


def _block(name: str, content: str, **values: Any) -> str:
    # The block's nodes were rendered, and so escaped, by the template engine.
    safe = mark_safe(content)  # noqa: S308
    return render_to_string(f"components/{name}.html", {"content": safe, **values})


def _with_cursor(context: Mapping[str, Any], cursor: str | None) -> str:
    if cursor is None:
        return ""
    query = context["request"].GET.copy()
    query[CURSOR] = cursor
    return f"?{query.urlencode()}"
