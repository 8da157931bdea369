"""NHS numbers, UPNs and case references: check digits, in Python and in the database alike."""

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import identifiers, references

DIGITS = "0123456789"


@pytest.mark.parametrize("number", ["943 476 5919", "9434765919", "401 023 2137"])
def test_a_right_nhs_number_is_known(number: str) -> None:
    assert identifiers.is_nhs_number(number)


@pytest.mark.parametrize("number", ["9434765918", "943476591", "94347659190", "", "943476591X", "٩٤٣٤٧٦٥٩١٩"])
def test_a_wrong_nhs_number_is_found(number: str) -> None:
    assert not identifiers.is_nhs_number(number)


@pytest.mark.parametrize("number", ["H801200001001", "h801 200 001 001"])
def test_a_right_upn_is_known(number: str) -> None:
    # Weights 2 to 13: 8·2 + 0·3 + 1·4 + 2·5 + 1·10 + 1·13 = 53, 53 mod 23 = 7, the eighth letter is H.
    assert identifiers.is_upn(number)


@pytest.mark.parametrize("number", ["A801200001001", "H80120000100", "I801200001001", "H801200001O01"])
def test_a_wrong_upn_is_found(number: str) -> None:
    assert not identifiers.is_upn(number)


@pytest.mark.django_db
@given(
    kind=st.sampled_from(["nhs", "upn"]),
    value=st.one_of(
        st.text(DIGITS, min_size=9, max_size=11),
        st.from_regex(r"[A-Z][0-9]{11}[0-9A-Z]", fullmatch=True),
    ),
)
@settings(deadline=None, max_examples=300)
def test_the_database_agrees_on_every_check_digit(kind: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cases_right_check_digit(%s, %s)", [kind, value])
        (in_database,) = cursor.fetchone() or (None,)

    assert in_database == identifiers.has_right_check_digit(kind, value)


@given(place=st.integers(0, 7), wrong=st.sampled_from(DIGITS))
def test_a_misread_digit_of_a_reference_is_noticed(place: int, wrong: str) -> None:
    reference = references.new_reference()
    misread = reference[:place] + wrong + reference[place + 1 :]

    assert references.normalised(f"{reference[:4]}-{reference[4:]}") == reference
    assert (references.normalised(misread) is None) == (misread != reference)
