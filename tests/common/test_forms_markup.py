"""Our forms and pieces draw the same markup as govuk-frontend's own examples."""

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.safestring import mark_safe

from safeguard.common.components import Link, Row, Task
from safeguard.common.forms import DateParts, DatePartsField, Form, Look
from safeguard.common.pagination import Page
from tests.common.markup import example, examples, tree

if TYPE_CHECKING:
    from collections.abc import Callable

FORM_COMPONENTS = {
    "input", "textarea", "character-count", "select", "radios", "checkboxes", "date-input", "file-upload",
    "password-input",
}  # fmt: skip
CHECKED = "with conditional item checked"


class OneField(Form):
    """A form with the one field that an example shows."""

    label_size = ""


def field_for(component: str, options: dict[str, Any]) -> forms.Field:
    legend = options.get("fieldset", {}).get("legend", {})
    common: dict[str, Any] = {
        "label": options.get("label", legend).get("text"),
        "help_text": options.get("hint", {}).get("text", ""),
        "disabled": options.get("disabled", False),
    }
    choices = [(item["value"], item["text"]) for item in options.get("items", []) if "value" in item]
    makers: dict[str, Callable[..., forms.Field]] = {
        "textarea": partial(forms.CharField, widget=forms.Textarea),
        "character-count": partial(forms.CharField, widget=forms.Textarea, max_length=options.get("maxlength")),
        "select": partial(forms.ChoiceField, choices=choices),
        "radios": partial(forms.ChoiceField, choices=choices, widget=forms.RadioSelect),
        "checkboxes": partial(forms.MultipleChoiceField, choices=choices, widget=forms.CheckboxSelectMultiple),
        "date-input": DatePartsField,
        "file-upload": forms.FileField,
        "password-input": partial(forms.CharField, widget=forms.PasswordInput),
    }
    return makers.get(component, forms.CharField)(**common)


def look_for(component: str, options: dict[str, Any]) -> Look:
    heading = options.get("label", options.get("fieldset", {}).get("legend", {})).get("isPageHeading", False)
    items = options.get("items", [])
    after_divider = [item["value"] for before, item in pairwise(items) if "divider" in before]
    return Look(
        size="l" if heading else None,
        heading=heading,
        width=10 if "width-10" in options.get("classes", "") else None,
        prefix=options.get("prefix", {}).get("text", ""),
        suffix=options.get("suffix", {}).get("text", ""),
        autocomplete=options.get("autocomplete", ""),
        inputmode=options.get("inputmode", ""),
        spellcheck=options.get("spellcheck"),
        rows=options.get("rows"),
        count=component == "character-count",
        inline="inline" in options.get("classes", ""),
        reveals={item["value"]: ("revealed",) for item in items if "conditional" in item},
        divider=after_divider[0] if after_divider else None,
        exclusive=next((item["value"] for item in items if item.get("behaviour") == "exclusive"), None),
    )


def value_of(options: dict[str, Any]) -> Any:
    if "values" in options:
        return DateParts(*(str(value) for value in options["values"].values()))
    chosen = [item["value"] for item in options.get("items", []) if item.get("checked") or item.get("selected")]
    return chosen[0] if chosen else options.get("value")


def drawn(component: str, options: dict[str, Any]) -> str:
    name = options.get("namePrefix") or options.get("name") or options["id"]
    fields = {name: field_for(component, options), "revealed": forms.CharField()}
    form_class = type("Example", (OneField,), {**fields, "looks": {name: look_for(component, options)}})
    form = form_class(initial={name: value_of(options)}, auto_id="%s")
    if "errorMessage" in options:
        form._errors = forms.utils.ErrorDict({name: forms.utils.ErrorList([options["errorMessage"]["text"]])})
    bound = form[name]
    if "errorMessage" in options and options.get("year"):
        bound.initial = DateParts("1", "1", "")
        bound.date_parts  # noqa: B018  (the example shows a wrong part in empty inputs)
    return str(bound.as_field_group())


def with_our_names(component: str, options: dict[str, Any], html: str) -> str:
    """Three things are ours: a date's inputs carry its name, all choices are open, dividers are not numbered."""
    items = options.get("items", [])
    if {"divider": "or"} in items:
        html = html.replace(f'-{len(items)}"', f'-{len(items) - 1}"')
    if component == "date-input" and "namePrefix" not in options:
        for part in ("day", "month", "year"):
            html = html.replace(f'name="{part}"', f'name="{options["id"]}-{part}"')
    return html.replace('value="3" disabled', 'value="3"')


@pytest.mark.parametrize(
    ("component", "name"), [(c, n) for c, n in examples() if c in FORM_COMPONENTS and "error on year" not in n
                            and n != "with errors only"]
)  # fmt: skip
def test_a_field_is_drawn_as_the_design_system_draws_it(component: str, name: str) -> None:
    options, html = example(component, name)
    own_name = options.get("namePrefix") or options.get("name") or options["id"]
    id_ = options.get("id") or options.get("idPrefix") or own_name
    expected = tree(with_our_names(component, options, html), rename=(id_, own_name))
    assert tree(drawn(component, options)) == expected


class Born(Form):
    dob = DatePartsField(label="Date of birth")


def test_only_the_wrong_part_of_a_date_is_marked() -> None:
    bound = Born({"dob-day": "1", "dob-month": "2", "dob-year": ""})["dob"]
    assert [part.wrong for part in bound.date_parts] == [False, False, True]  # type: ignore[attr-defined]
    wrong = [line for line in str(bound.as_field_group()).splitlines() if "govuk-input--error" in line]
    assert len(wrong) == 1
    assert 'name="dob-year"' in wrong[0]


# --- Pieces ---------------------------------------------------------------------------------------


def piece(source: str, **context: Any) -> list[Any]:
    request = RequestFactory().get("/list/")
    return tree(Template("{% load govuk %}" + source).render(Context({"request": request, **context})))


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("default", '{% button "Save and continue" %}'),
        ("secondary", '{% button "Secondary button" kind="secondary" name="secondary" %}'),
        ("warning", '{% button "Warning button" kind="warning" name="Warning" %}'),
        ("link", '{% button "Link button" href="/" %}'),
    ],
)
def test_a_button_is_drawn_as_the_design_system_draws_it(name: str, source: str) -> None:
    assert piece(source) == tree(example("button", name)[1])


@pytest.mark.parametrize(("name", "source"), [("default", '{% tag "Alpha" %}'), ("red", '{% tag "Red" "red" %}')])
def test_a_tag_is_drawn_as_the_design_system_draws_it(name: str, source: str) -> None:
    assert piece(source) == tree(example("tag", name)[1])


def test_a_summary_list_is_drawn_as_the_design_system_draws_it() -> None:
    options, html = example("summary-list", "with actions")
    rows = [
        Row(
            row["key"]["text"],
            row["value"].get("text") or mark_safe(row["value"]["html"]),  # noqa: S308  (the library's example)
            [
                Link(action["text"], action["href"], action.get("visuallyHiddenText", ""))
                for action in row.get("actions", {}).get("items", [])
            ],
        )
        for row in options["rows"]
    ]
    assert piece("{% summary_list rows %}", rows=rows) == tree(html)


def test_a_task_list_is_drawn_as_the_design_system_draws_it() -> None:
    options, html = example("task-list", "default")
    tasks = [
        Task(
            item["title"]["text"],
            item["status"].get("text") or item["status"]["tag"]["text"],
            item["href"],
            colour="blue" if "tag" in item["status"] else None,
        )
        for item in options["items"]
    ]
    assert piece('{% task_list tasks prefix="task-list" %}', tasks=tasks) == tree(html)


def test_breadcrumbs_are_drawn_as_the_design_system_draws_them() -> None:
    options, html = example("breadcrumbs", "default")
    crumbs = [Link(item["text"], item["href"]) for item in options["items"]]
    assert piece("{% breadcrumbs crumbs %}", crumbs=crumbs) == tree(html)


def test_the_other_pieces_are_drawn_as_the_design_system_draws_them() -> None:
    # Ours stands in a landmark of its own: every part of a page must be in one (axe).
    ((name, _attributes, inside),) = piece('{% back_link "#" %}')
    assert name == "nav"
    assert inside == tree(example("back-link", "default")[1])
    options, html = example("details", "default")
    assert piece("{% details summary %}{{ text }}{% enddetails %}", summary=options["summaryText"],
                 text=options["text"]) == tree(html)  # fmt: skip
    options, html = example("inset-text", "default")
    assert piece("{% inset %}{{ text }}{% endinset %}", text=options["text"]) == tree(html)
    options, html = example("warning-text", "default")
    assert piece("{% warning %}{{ text }}{% endwarning %}", text=options["text"]) == tree(html)


def test_pagination_keeps_the_filters_and_its_words_say_the_direction() -> None:
    request = RequestFactory().get("/list/?stage=open&cursor=old")
    html = Template('{% load govuk %}{% pagination page before="Newer" after="Older" %}').render(
        Context({"request": request, "page": Page[Any]([], before="B", after="A")})
    )
    assert 'href="?stage=open&amp;cursor=B" rel="prev"' in html
    assert 'href="?stage=open&amp;cursor=A" rel="next"' in html
    assert "Newer" in html
    assert "Older" in html


def test_one_page_needs_no_pagination() -> None:
    assert piece("{% pagination page %}", page=Page[Any]([])) == [""]


def test_the_error_summary_is_drawn_as_the_design_system_draws_it() -> None:
    class SignIn(Form):
        agree = forms.CharField(error_messages={"required": "Agree to the terms of service to log in"})

        def clean(self) -> None:
            raise forms.ValidationError("Invalid username or password")

    html = example("error-summary", "mixed with and without links")[1].replace("#example-error-1", "#id_agree")
    assert piece("{% error_summary form %}", form=SignIn({})) == tree(html)


def test_text_that_a_person_typed_is_escaped_in_every_piece() -> None:
    typed = '<script>alert("x")</script>'
    source = "{% tag t %}{% button t %}{% details t %}{{ t }}{% enddetails %}{% notice title=t %}{{ t }}{% endnotice %}"
    html = Template("{% load govuk %}" + source).render(Context({"t": typed}))
    assert "<script>" not in html


def test_two_notices_of_one_page_have_their_own_names() -> None:
    html = Template(
        '{% load govuk %}{% notice kind="success" %}Sent{% endnotice %}{% notice title="New" %}Two{% endnotice %}'
    ).render(Context())
    assert 'aria-label="Done"' in html
    assert 'aria-label="New"' in html
    assert " id=" not in html
