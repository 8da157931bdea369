"""What the fields accept, refuse and keep."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django import forms
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from agencies.models import Agency
from safeguard.common.forms import DateParts, DatePartsField, DatePartsWidget, FilterForm, Form, Look, ModelForm
from safeguard.common.forms.base import TEXT_LIMIT
from safeguard.common.forms.dates import FIRST_DAY, LAST_DAY


class Born(Form):
    born_on = DatePartsField(label="Date of birth")


def born(day: str, month: str, year: str) -> Born:
    return Born({"born_on-day": day, "born_on-month": month, "born_on-year": year})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (("3", "10", "2014"), date(2014, 10, 3)),
        ((" 03 ", "\t10", " 2014 "), date(2014, 10, 3)),
        (("3", "October", "2014"), date(2014, 10, 3)),
        (("3", "oct", "2014"), date(2014, 10, 3)),
        (("29", "2", "2016"), date(2016, 2, 29)),
    ],
)
def test_a_date_is_understood(typed: tuple[str, str, str], meant: date) -> None:
    form = born(*typed)
    assert form.is_valid()
    assert form.cleaned_data["born_on"] == meant


@pytest.mark.parametrize(
    ("typed", "message", "focus"),
    [
        (("", "", ""), "Enter date of birth", "day"),
        (("3", "10", ""), "Date of birth must include a year", "year"),
        (("3", "", "2014"), "Date of birth must include a month", "month"),
        (("", "", "2014"), "Date of birth must include a day and month", "day"),
        (("31", "2", "2016"), "Date of birth must be a real date", "day"),
        (("3", "13", "2014"), "Date of birth must be a real date", "month"),
        (("x", "1", "2014"), "Date of birth must be a real date", "day"),
        (("3", "ma", "2014"), "Date of birth must be a real date", "month"),
        (("3", "10", "14"), "Date of birth: the year must have 4 digits, for example 2016", "year"),
        (("9" * 5000, "10", "2014"), "Date of birth must be a real date", "day"),
        (("²", "10", "2014"), "Date of birth must be a real date", "day"),
    ],
)
def test_a_wrong_date_names_the_part_and_focuses_it(typed: tuple[str, str, str], message: str, focus: str) -> None:
    form = born(*typed)
    assert [(link.message, link.target) for link in form.error_summary] == [(message, f"id_born_on-{focus}")]


def test_an_impossible_date_keeps_what_was_typed() -> None:
    html = str(born("31", "2", "2016"))
    assert 'value="31"' in html
    assert 'value="2016"' in html


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_whatever_is_typed_as_a_date_never_breaks_the_page(day: str, month: str, year: str) -> None:
    form = born(day, month, year)
    form.is_valid()
    assert str(form)


@given(st.dates(FIRST_DAY, LAST_DAY))
def test_every_date_survives_the_way_through_its_three_parts(day: date) -> None:
    shown = DatePartsWidget().format_value(day)
    padded = DateParts(shown.day, shown.month, shown.year.zfill(4))
    assert DatePartsField().clean(padded) == day


def test_a_date_can_be_bound_to_one_side_of_today() -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    parts = DateParts(str(tomorrow.day), str(tomorrow.month), str(tomorrow.year))
    assert DatePartsField(must_be="future").clean(parts) == tomorrow
    with pytest.raises(forms.ValidationError, match="must be today or in the past"):
        DatePartsField(label="Date of birth", must_be="past").clean(parts)


def test_a_shown_date_that_was_not_touched_has_not_changed() -> None:
    first = {"born_on": date(2014, 10, 3)}
    data = {"born_on-day": "03", "born_on-month": "10", "born_on-year": "2014"}
    assert not Born(data, initial=first).has_changed()
    assert Born({**data, "born_on-day": "x"}, initial=first).has_changed()


# --- Choices that reveal ------------------------------------------------------------------------


class Interpreter(Form):
    needed = forms.ChoiceField(
        label="Is an interpreter needed?", choices=[("yes", "Yes"), ("no", "No")], widget=forms.RadioSelect
    )
    language = forms.CharField(label="Language", max_length=100)
    after = forms.CharField(label="After", max_length=10)

    looks = {"needed": Look(reveals={"yes": ("language",)})}


def test_a_revealed_field_is_drawn_inside_its_choice_and_nowhere_else() -> None:
    html = str(Interpreter())
    assert html.count('name="language"') == 1
    assert html.index("conditional-id_needed") < html.index('name="language"') < html.index('value="no"')


def test_a_revealed_field_is_required_when_its_choice_is_chosen() -> None:
    form = Interpreter({"needed": "yes", "after": "x"})
    assert form.errors == {"language": ["Enter language"]}
    assert "govuk-radios__conditional--hidden" not in str(form)


def test_a_concealed_field_is_not_required_and_what_it_holds_does_not_count() -> None:
    form = Interpreter({"needed": "no", "language": "x" * 500, "after": "x"})
    assert form.is_valid()
    assert form.cleaned_data["language"] == ""


def test_what_hangs_under_a_concealed_choice_is_concealed_too() -> None:
    class Nested(Form):
        first = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
        second = forms.ChoiceField(choices=[("c", "C")], widget=forms.RadioSelect)
        third = forms.CharField(max_length=10)
        looks = {"first": Look(reveals={"a": ("second",)}), "second": Look(reveals={"c": ("third",)})}

    assert Nested({"first": "b", "second": "c"}).is_valid()
    assert set(Nested({"first": "a", "second": "c"}).errors) == {"third"}


def test_the_error_summary_follows_the_order_of_the_page_and_focuses_the_first_choice() -> None:
    targets = [link.target for link in Interpreter({"needed": "yes"}).error_summary]
    assert targets == ["id_language", "id_after"]
    assert Interpreter({}).error_summary[0].target == "id_needed"
    assert 'id="id_needed"' in str(Interpreter({}))


# --- Limits and messages ------------------------------------------------------------------------


class Note(Form):
    title = forms.CharField(label="NHS number", max_length=10)
    text = forms.CharField(label="What happened? 100% true", widget=forms.Textarea)
    sector = forms.ChoiceField(label="Sector", choices=[("h", "Health")])


def test_required_messages_say_what_to_do() -> None:
    class Question(Form):
        why = forms.CharField(label="What are you worried about?", max_length=10)

    assert Note({}).errors == {
        "title": ["Enter NHS number"],
        "text": ["Enter what happened? 100% true"],
        "sector": ["Select sector"],
    }
    assert Question({}).errors == {"why": ["Answer “What are you worried about?”"]}


def test_every_text_field_has_a_limit_that_is_said_and_never_cut_in_silence() -> None:
    form = Note({"title": "x" * 11, "text": "y" * (TEXT_LIMIT + 1), "sector": "h"})
    assert form.errors == {
        "title": ["NHS number must be 10 characters or fewer: it has 11"],
        "text": ["What happened? 100% true must be 10000 characters or fewer: it has 10001"],
    }
    assert "maxlength=" not in str(form).replace("data-maxlength=", "")
    assert "y" * (TEXT_LIMIT + 1) in str(form)


def test_line_ends_count_once_as_the_browser_counts_them() -> None:
    form = Note({"title": "x", "text": "a\r\n" * (TEXT_LIMIT // 2), "sector": "h"})
    form.fields["text"].strip = False  # type: ignore[attr-defined]
    assert form.is_valid()
    assert "\r" not in form.cleaned_data["text"]


def test_fields_that_may_stay_empty_say_so_except_in_filters() -> None:
    fields: dict[str, Any] = {"name": forms.CharField(required=False, max_length=5)}
    assert "(optional)" in str(type("Write", (Form,), fields)())
    assert "(optional)" not in str(type("Ask", (FilterForm,), dict(fields))())


def test_a_model_form_draws_its_date_as_three_parts() -> None:
    class AgencyForm(ModelForm):
        founded = forms.DateField()

        class Meta:
            model = Agency
            fields = ["name"]

    html = str(AgencyForm())
    assert 'name="founded-year"' in html
    assert 'class="govuk-input"' in html


# --- The idempotency key --------------------------------------------------------------------------


def test_a_form_carries_a_key_that_survives_errors_and_is_no_field() -> None:
    first = Note()
    assert f'name="idempotency_key" value="{first.idempotency_key}"' in str(first)
    again = Note({"idempotency_key": str(first.idempotency_key), "title": "x", "text": "y", "sector": "h"})
    assert again.is_valid()
    assert again.idempotency_key == first.idempotency_key
    assert "idempotency_key" not in again.cleaned_data
    assert Note().idempotency_key != first.idempotency_key


def test_a_broken_key_is_replaced_and_filters_carry_none() -> None:
    assert isinstance(Note({"idempotency_key": "no"}).idempotency_key, UUID)
    assert "idempotency_key" not in str(FilterForm())


def test_a_form_that_is_not_ours_is_drawn_too() -> None:
    class Other(forms.Form):
        name = forms.CharField(help_text="A hint")
        tick = forms.BooleanField()

    html = str(Other({}))
    assert 'class="govuk-input govuk-input--error"' in html
    assert 'aria-describedby="id_name-hint id_name-error"' in html
    assert "govuk-checkboxes__input" in html
