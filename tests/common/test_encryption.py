"""Values at rest: encrypted for one place, readable after a rotation, unreadable anywhere else."""

from io import StringIO

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from safeguard.common.encryption import CannotDecrypt, decrypt, encrypt, new_keyset

HERE, THERE = "table:field:1", "table:field:2"


@hypothesis_settings(deadline=None)
@given(st.text())
def test_what_was_encrypted_comes_back(text: str) -> None:
    assert decrypt(encrypt(text, context=HERE), context=HERE) == text


def test_the_same_text_looks_different_each_time() -> None:
    assert encrypt("refuge address", context=HERE) != encrypt("refuge address", context=HERE)


def test_a_moved_value_is_refused() -> None:
    with pytest.raises(CannotDecrypt):
        decrypt(encrypt("refuge address", context=HERE), context=THERE)


@pytest.mark.parametrize("token", ["", "no base64 at all!", "AAAA", "é"])
def test_a_damaged_value_is_refused(token: str) -> None:
    with pytest.raises(CannotDecrypt):
        decrypt(token, context=HERE)


def test_after_a_rotation_old_values_are_readable_and_new_ones_use_the_new_key(settings: Settings) -> None:
    old_keyset = settings.ENCRYPTION_KEYSET
    old = encrypt("refuge address", context=HERE)

    settings.ENCRYPTION_KEYSET = new_keyset(old_keyset)
    new = encrypt("refuge address", context=HERE)

    assert decrypt(old, context=HERE) == decrypt(new, context=HERE) == "refuge address"
    settings.ENCRYPTION_KEYSET = old_keyset
    with pytest.raises(CannotDecrypt):
        decrypt(new, context=HERE)


def test_a_fresh_keyset_knows_no_old_value(settings: Settings) -> None:
    old = encrypt("refuge address", context=HERE)

    settings.ENCRYPTION_KEYSET = new_keyset()

    with pytest.raises(CannotDecrypt):
        decrypt(old, context=HERE)


def test_the_command_prints_one_keyset_and_nothing_else(settings: Settings) -> None:
    old = encrypt("refuge address", context=HERE)
    printed = StringIO()

    call_command("new_encryption_keyset", "--keep-old", stdout=printed)

    settings.ENCRYPTION_KEYSET = printed.getvalue().strip()
    assert decrypt(old, context=HERE) == "refuge address"


def test_a_setting_that_is_no_keyset_says_how_to_make_one(settings: Settings) -> None:
    settings.ENCRYPTION_KEYSET = "nonsense"

    with pytest.raises(ImproperlyConfigured, match="new_encryption_keyset"):
        encrypt("text", context=HERE)
