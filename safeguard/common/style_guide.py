"""Every design-system piece on one page, for people who build pages and for the browser tests.

The root addresses include it where ``settings.STYLE_GUIDE`` is set (development and tests only).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from safeguard.common.components import Chip, Column, Link, Row, Table, Task
from safeguard.common.forms import DatePartsField, FilterForm, Form, Look
from safeguard.common.pagination import Page

YES_NO = [("yes", "Yes"), ("no", "No"), ("unknown", "Not known")]
STAGES = [("referral", "Referral"), ("s47", "Section 47 enquiry"), ("cin", "Child in need"), ("closed", "Closed")]


class ExampleForm(Form):
    """One field of each kind."""

    full_name = forms.CharField(
        label="Child’s full name", help_text="As it appears on school or health records", max_length=200
    )
    born_on = DatePartsField(
        label="Date of birth",
        must_be="past",
        help_text="For example, 31 3 2016. If you do not know, give your best estimate.",
    )
    interpreter = forms.ChoiceField(
        label="Does the child or family need an interpreter?", choices=YES_NO, widget=forms.RadioSelect
    )
    language = forms.CharField(label="Which language or communication method?", max_length=100)
    contact = forms.MultipleChoiceField(
        label="How may we reach you?",
        choices=[("email", "E-mail"), ("phone", "Phone"), ("none", "Do not contact me")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    phone = forms.CharField(label="Phone number", max_length=30)
    sector = forms.ChoiceField(label="Sector", choices=[("", "Choose a sector"), ("health", "Health")])
    rent = forms.DecimalField(label="Weekly rent", required=False, max_digits=8, decimal_places=2)
    worry = forms.CharField(label="What are you worried about?", widget=forms.Textarea, max_length=2000)
    report = forms.FileField(label="Report", required=False, help_text="PDF or Word, up to 10 megabytes")
    password = forms.CharField(label="Password", widget=forms.PasswordInput, required=False, max_length=200)
    agreed = forms.BooleanField(label="The parents know of this referral", required=False)

    looks = {
        "full_name": Look(spellcheck=False, autocomplete="off"),
        "interpreter": Look(reveals={"yes": ("language",)}),
        "contact": Look(reveals={"phone": ("phone",)}, divider="none", exclusive="none"),
        "phone": Look(width=20, inputmode="tel", autocomplete="tel"),
        "rent": Look(prefix="£", suffix="per week", width=5, inputmode="decimal"),
    }


class ExampleFilters(FilterForm):
    """Filters beside a list."""

    name = forms.CharField(label="Child’s name", help_text="Finds similar spellings", required=False, max_length=100)
    stage = forms.MultipleChoiceField(
        label="Stage", choices=STAGES, widget=forms.CheckboxSelectMultiple, required=False
    )

    looks = {"stage": Look(small=True)}


@login_not_required
def style_guide(request: HttpRequest) -> HttpResponse:
    """Show every piece; a sent form comes back with its errors, ``?plain=1`` shows it without any."""
    form = ExampleForm(request.POST, request.FILES) if request.method == "POST" else ExampleForm()
    return render(request, "common/style_guide.html", {"form": form, **_examples(request)})


def _examples(request: HttpRequest) -> Mapping[str, Any]:
    return {
        "filters": ExampleFilters({"stage": ["referral", "cin"]}, auto_id="filter_%s"),
        "chosen": [Chip("Referral", "?stage=cin"), Chip("Child in need", "?stage=referral")],
        "crumbs": [Link("Home", "/")],
        "rows": _rows(),
        "tasks": _tasks(),
        "cases": _cases(),
        "page": Page[Any]([], before="earlier", after="later"),
        "when": datetime(2026, 11, 18, 13, 57, tzinfo=UTC),
    }


def _rows() -> list[Row]:
    return [
        Row("Agency", "Oakfield Primary School", [Link("Change", "#agency", "agency")]),
        Row("Role", "Designated safeguarding lead"),
    ]


def _tasks() -> list[Task]:
    return [
        Task("About the child", "Completed", "#child"),
        Task("Your worry", "Not started", "#worry", "In your own words", colour="blue"),
        Task("Check and send", "Cannot start yet"),
    ]


def _cases() -> Table:
    columns = [Column("Case"), Column("Stage"), Column("Lead worker"), Column("Open days", numeric=True)]
    rows = [
        [Link("C1008", "#c1008"), "Referral", "S. Boateng, Northshire Police", 3],
        [Link("C1005", "#c1005"), "Section 47 enquiry", "P. Iyer, children’s social care", 12],
    ]
    return Table("Cases", columns, rows)
