"""Signing in as people do it, in a real browser: app, passkey, time-out, phone, screen reader rules."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect
from pytest_django.fixtures import Settings

from tests.agencies.sign_in_steps import code_now, give_app, link_in, mails
from tests.conftest import Person
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TEXT = "Her teacher rang at ten past nine."


@pytest.fixture(autouse=True)
def _land_on_own_pages(settings: Settings) -> None:
    settings.LOGIN_REDIRECT_URL = "account_security"


def sign_in(page: Page, server: str, email: str = "alice@example.org", password: str = PASSWORD) -> None:
    page.goto(f"{server}/account/login/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page, server: str) -> None:
    page.goto(f"{server}/account/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()


def problems(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{page.url}: {rule['id']} {[node['target'] for node in rule['nodes']]}" for rule in found]


@pytest.fixture
def authenticator(page: Page) -> Iterator[CDPSession]:
    """A virtual device with a built-in, verifying authenticator, plugged into the page's browser."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield session
    session.detach()


def test_an_app_is_set_up_and_then_asked_for(asgi_server: str, page: Page, alice: Person) -> None:
    sign_in(page, asgi_server)
    page.goto(f"{asgi_server}/account/app/")
    secret = page.locator("#totp-key").inner_text()
    page.get_by_label("Code from the app").fill(code_now(secret))
    page.get_by_role("button", name="Finish set-up").click()
    expect(page.get_by_role("heading", name="Recovery codes", level=1)).to_be_visible()
    recovery_code = page.locator("#recovery-codes li").first.inner_text()
    sign_out(page, asgi_server)

    sign_in(page, asgi_server)
    expect(page.get_by_role("heading", name="Second step", level=1)).to_be_visible()
    page.get_by_label("Code", exact=True).fill("000000")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("That did not match")
    page.get_by_label("Code", exact=True).fill(code_now(secret, steps=1))
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{asgi_server}/account/")
    expect(page.get_by_role("heading", name="Sign-in and security")).to_be_visible()

    sign_out(page, asgi_server)
    sign_in(page, asgi_server)
    page.get_by_label("Code", exact=True).fill(recovery_code)
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{asgi_server}/account/")
    expect(page.get_by_role("heading", name="Sign-in and security")).to_be_visible()


@pytest.mark.usefixtures("authenticator")
def test_a_passkey_is_set_up_signs_in_without_a_password_and_confirms_a_sensitive_step(
    asgi_server: str, page: Page, alice: Person, settings: Settings
) -> None:
    settings.MFA_REQUIRED = True
    add_passkey(page, asgi_server)
    sign_out(page, asgi_server)

    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(lambda address: "login" not in address)
    page.goto(f"{asgi_server}/account/")
    expect(page.get_by_text("Work phone").first).to_be_visible()
    settings.FRESH_FACTOR_SECONDS = 0
    page.goto(f"{asgi_server}/account/email/")
    expect(page.get_by_role("heading", name="Confirm that it’s you")).to_be_visible()
    settings.FRESH_FACTOR_SECONDS = 300
    page.get_by_role("button", name="Use your passkey").click()
    expect(page.get_by_role("heading", name="Change your e-mail address")).to_be_visible()


def add_passkey(page: Page, server: str) -> None:
    sign_in(page, server)
    page.goto(f"{server}/account/")
    page.get_by_role("link", name="Set up a passkey").click()
    page.get_by_label("Name of this passkey").fill("Work phone")
    page.get_by_role("button", name="Set up the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes", level=1)).to_be_visible()


@pytest.mark.usefixtures("authenticator")
def test_a_passkey_still_works_when_passwords_are_being_guessed(asgi_server: str, page: Page, alice: Person) -> None:
    add_passkey(page, asgi_server)
    sign_out(page, asgi_server)
    for _ in range(6):
        sign_in(page, asgi_server, password="a guess at the password")
    expect(page.get_by_role("alert").first).to_contain_text("too many attempts from here")

    page.get_by_role("button", name="Sign in with a passkey").click()

    page.wait_for_url(lambda address: "login" not in address)
    page.goto(f"{asgi_server}/account/")
    expect(page.get_by_role("heading", name="Sign-in and security")).to_be_visible()


@pytest.mark.usefixtures("authenticator")
def test_a_passkey_is_the_second_step_and_can_be_renamed_and_removed(
    asgi_server: str, page: Page, alice: Person
) -> None:
    add_passkey(page, asgi_server)
    sign_out(page, asgi_server)

    sign_in(page, asgi_server)
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url(lambda address: "login" not in address)
    page.goto(f"{asgi_server}/account/")
    page.get_by_role("link", name="Rename Work phone").click()
    page.get_by_label("Name of this passkey").fill("Old phone")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Remove Old phone").click()
    page.get_by_role("button", name="Remove the passkey").click()

    expect(page.get_by_text("Old phone")).to_have_count(0)


def test_a_person_who_has_no_passkey_is_told_so_and_nothing_breaks(asgi_server: str, page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")  # a device without any authenticator: the browser refuses
    page.goto(f"{asgi_server}/account/login/")

    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new Error('refused')); }")
    expect(page.get_by_text("No passkey was used.")).to_be_hidden()
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_text("No passkey was used.")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_enabled()


def test_a_forgotten_password_is_replaced_by_the_link_from_the_mail(
    asgi_server: str, page: Page, alice: Person
) -> None:
    page.goto(f"{asgi_server}/account/login/")
    page.get_by_role("link", name="I have forgotten my password").click()
    page.get_by_label("E-mail address").fill("alice@example.org")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Check your e-mail")).to_be_visible()

    page.goto(asgi_server + link_in(mails()[0].body))
    page.get_by_label("New password", exact=True).fill("three random words here")
    page.get_by_label("New password again").fill("three random words here")
    page.get_by_role("button", name="Change the password").click()
    sign_in(page, asgi_server, password="three random words here")

    page.goto(f"{asgi_server}/account/")
    expect(page.get_by_role("heading", name="Sign-in and security")).to_be_visible()


# --- The end of a session --------------------------------------------------------------------------


def test_the_warning_before_the_end_loses_no_typed_text(
    asgi_server: str, page: Page, alice: Person, settings: Settings
) -> None:
    settings.SESSION_IDLE_SECONDS, settings.SESSION_WARNING_SECONDS = 6, 4
    sign_in(page, asgi_server)
    page.goto(f"{asgi_server}/account/email/")
    field = page.get_by_label("New e-mail address")
    field.fill("alice.new@example.org")

    expect(page.get_by_role("dialog", name="You will be signed out soon")).to_be_visible(timeout=10_000)
    page.get_by_role("button", name="Stay signed in").click()

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(field).to_have_value("alice.new@example.org")


def test_after_the_end_the_text_can_be_sent_once_signed_in_again_in_another_tab(
    asgi_server: str, page: Page, alice: Person, settings: Settings
) -> None:
    settings.SESSION_IDLE_SECONDS, settings.SESSION_WARNING_SECONDS = 3, 1
    sign_in(page, asgi_server)
    page.goto(f"{asgi_server}/account/email/")
    page.get_by_label("New e-mail address").fill("alice.new@example.org")
    expect(page.get_by_role("dialog", name="You have been signed out")).to_be_visible(timeout=15_000)

    settings.SESSION_IDLE_SECONDS = 1800
    with page.context.expect_page() as opened:
        page.get_by_role("link", name=re.compile("Sign in again")).click()
    sign_in(opened.value, asgi_server)
    opened.value.wait_for_url(lambda address: "login" not in address)
    page.bring_to_front()
    page.get_by_role("button", name="I have signed in").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Send the code").click()

    expect(page.get_by_role("heading", name="Enter the code from the e-mail")).to_be_visible()


def test_without_script_the_kept_form_can_be_sent_again(asgi_server: str, browser: Browser, alice: Person) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, asgi_server)
    page.goto(f"{asgi_server}/account/email/")
    page.get_by_label("New e-mail address").fill("alice.new@example.org")
    cookies = {cookie["name"] for cookie in context.cookies()}
    context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Send the code").click()
    expect(page.get_by_role("heading", name="Not sent yet: your text is kept")).to_be_visible()
    expect(page.get_by_label("Email")).to_have_value("alice.new@example.org")

    other = context.new_page()
    sign_in(other, asgi_server)
    page.get_by_role("button", name="Send again").click()
    # Signing in changed the form's token, so the page asks to look once more before it sends.
    page.get_by_role("button", name="Send again").click()

    expect(page.get_by_role("heading", name="Enter the code from the e-mail")).to_be_visible()
    assert "sessionid" in cookies
    context.close()


# --- For everybody ---------------------------------------------------------------------------------

VISITORS = [
    "/account/login/",
    "/account/login/?ended=idle",
    "/account/signup/",
    "/account/inactive/",
    "/account/password/reset/",
    "/account/password/reset/done/",
    "/account/password/reset/key/done/",
    "/account/password/reset/key/1-made-up/",
    "/account/login/organisation-cancelled/",
]
OWN = [
    "/account/",
    "/account/logout/",
    "/account/email/",
    "/account/password/change/",
    "/account/app/remove/",
    "/account/passkeys/add/",
    "/account/recovery-codes/",
    "/account/recovery-codes/new/",
    "/account/sessions/",
    "/account/confirm/password/",
    "/account/confirm/code/",
]


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 320, "height": 640})
    yield context
    context.close()


def check(page: Page, address: str) -> list[str]:
    """Return what is wrong with the page: by axe's rules, by scrolling sideways, by the content policy."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if "Content Security" in message.text else None)
    page.goto(address)
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return problems(page) + [f"{address}: {text}" for text in said] + ([f"{address}: too wide"] if wide else [])


def test_every_page_passes_axe_on_a_narrow_phone(asgi_server: str, phone: BrowserContext, alice: Person) -> None:
    page = phone.new_page()
    wrong = [problem for path in VISITORS for problem in check(page, asgi_server + path)]
    sign_in(page, asgi_server, password="wrong password here")
    expect(page.get_by_role("alert").first).to_contain_text("do not match an account")
    wrong += problems(page)
    sign_in(page, asgi_server)
    expect(page.get_by_role("heading", name="Sign-in and security")).to_be_visible()
    wrong += check(page, f"{asgi_server}/account/app/")
    sign_out(page, asgi_server)

    give_app(alice.user)
    sign_in(page, asgi_server)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    wrong += problems(page)
    page.get_by_label("Code", exact=True).fill(code_now())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "login" not in address)
    wrong += [problem for path in OWN for problem in check(page, asgi_server + path)]

    assert wrong == []
