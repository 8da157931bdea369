"""Which pages are public, and what one factor opens: every address, by name."""

from collections.abc import Iterator

import pytest
from django.conf import settings as configured
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from pytest_django.fixtures import Settings

from agencies.sign_in.middleware import WITH_ONE_FACTOR
from tests.agencies.sign_in_steps import signed_in
from tests.conftest import Person

PUBLIC_SIGN_IN = {
    "account_email_verification_sent",
    "account_inactive",
    "account_keep_alive",
    "account_login",
    "account_logout",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_signup",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "openid_connect_callback",
    "openid_connect_login",
    "socialaccount_login_cancelled",
}


def patterns(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, f"{entry.namespace}:" if entry.namespace else space)
        else:
            yield f"{space}{entry.name}", entry


def all_names() -> dict[str, URLPattern]:
    return dict(patterns(get_resolver(configured.ROOT_URLCONF)))


def is_public(pattern: URLPattern) -> bool:
    return not getattr(pattern.callback, "login_required", True)


def test_these_sign_in_pages_are_public_and_no_others() -> None:
    own = {name: pattern for name, pattern in all_names().items() if pattern.callback.__module__.startswith("allauth")}
    prefixes = ("account_", "mfa_", "usersessions_", "socialaccount_", "openid_connect_")
    own |= {name: pattern for name, pattern in all_names().items() if name.startswith(prefixes)}

    assert {name for name, pattern in own.items() if is_public(pattern)} == PUBLIC_SIGN_IN


def test_every_page_has_a_name() -> None:
    assert "None" not in all_names()


@pytest.mark.parametrize("name", sorted(name for name, pattern in all_names().items() if not is_public(pattern)))
def test_one_factor_opens_no_page_but_those_that_give_the_second(alice: Person, settings: Settings, name: str) -> None:
    settings.MFA_REQUIRED = True
    try:
        address = reverse(name)
    except NoReverseMatch:
        address = reverse(name, kwargs=arguments(all_names()[name]))
    client = signed_in(alice.user)

    response = client.get(address)

    opened = response.status_code != 302 or not response["Location"].startswith("/account/second-step/")
    assert opened == (name in WITH_ONE_FACTOR)


def arguments(pattern: URLPattern) -> dict[str, object]:
    """Return arguments of the right types, made up."""
    made_up = {"UUIDConverter": "6f1f5b1e-7a55-4d1c-9d6e-0e1f5a0c1b2a", "IntConverter": 1, "SlugConverter": "x"}
    converters = pattern.pattern.converters
    return {key: made_up.get(type(converter).__name__, "x") for key, converter in converters.items()}


@pytest.mark.parametrize("name", sorted(name for name, pattern in all_names().items() if not is_public(pattern)))
def test_a_visitor_is_led_to_sign_in_from_every_page_that_is_not_public(db: None, name: str) -> None:
    try:
        address = reverse(name)
    except NoReverseMatch:
        address = reverse(name, kwargs=arguments(all_names()[name]))

    assert Client().get(address)["Location"].startswith("/account/login/")
