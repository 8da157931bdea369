"""Log lines tell where and what kind of thing went wrong, and nothing about anybody."""

import io
import logging
import smtplib
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction
from django.db.utils import DataError

from agencies.models import User
from safeguard.celery import app
from safeguard.common.logs import JsonFormatter, ScrubbedFormatter, ScrubPersonalData, describe, scrub
from tests.conftest import Person
from tests.factories import as_owner, make_user

NAME, EMAIL = "Daisy Dale", "daisy.dale@school.example.org"


@pytest.fixture(params=[ScrubbedFormatter, JsonFormatter])
def log(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """Everything that is logged, as production writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(request.param())
    handler.addFilter(ScrubPersonalData())
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def clean(log: io.StringIO) -> str:
    """Return what was logged, which must name nobody."""
    text = log.getvalue()
    for personal in (NAME, "Daisy", "Dale", EMAIL, "daisy", "school.example.org"):
        assert personal not in text
    return text


@pytest.mark.django_db
def test_a_constraint_error_tells_the_constraint_and_not_the_row(log: io.StringIO) -> None:
    make_user(NAME, EMAIL)
    try:
        with as_owner():
            User.objects.create(name=NAME, email=EMAIL)
    except IntegrityError as error:
        logging.getLogger("x").exception("could not save: %s", error)  # noqa: TRY401  (as careless code would)
    text = clean(log)
    assert "SQLSTATE 23505, constraint agencies_user_email_key" in text
    assert "test_logs.py" in text


@pytest.mark.django_db
def test_a_value_that_the_database_quotes_is_not_told(log: io.StringIO) -> None:
    from django.db import connection

    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT %s::int", [NAME])
    except DataError:
        logging.getLogger("x").exception("query failed")
    assert "SQLSTATE 22P02" in clean(log)


def raise_value_error() -> None:
    int(f"{NAME}\n\nDuring handling of the above exception, {EMAIL}")


def raise_key_error() -> None:
    raise KeyError(NAME)


def raise_own() -> None:
    raise RuntimeError(f"No case for {NAME}\nTraceback (most recent call last):\n{NAME}")


def raise_chain() -> None:
    try:
        raise_key_error()
    except KeyError as error:
        raise RuntimeError(NAME) from error


def raise_smtp() -> None:
    raise smtplib.SMTPRecipientsRefused({EMAIL: (550, f"{NAME} unknown".encode())})


def raise_file() -> None:
    raise FileNotFoundError(2, "No such file", f"{NAME}.docx")


@pytest.mark.parametrize("fail", [raise_value_error, raise_key_error, raise_own, raise_chain, raise_smtp, raise_file])
def test_the_text_of_an_exception_is_withheld(log: io.StringIO, fail: Any) -> None:
    try:
        fail()
    except Exception as error:
        logging.getLogger("x").exception("%s or %r", error, error)  # noqa: TRY401  (as careless code would)
    assert fail.__name__ in clean(log)


def test_a_traceback_that_another_handler_formatted_first_is_not_reused() -> None:
    formatter = ScrubbedFormatter()
    try:
        raise_own()
    except RuntimeError as error:
        record = logging.makeLogRecord({"msg": "failed", "exc_info": (type(error), error, error.__traceback__)})
    logging.Formatter().format(record)
    assert record.exc_text is not None
    assert NAME in record.exc_text
    assert NAME not in formatter.format(record)


def test_what_cannot_hold_data_is_told() -> None:
    assert describe(ImproperlyConfigured("SITE_URL is not set")).endswith("SITE_URL is not set")
    assert describe(ConnectionRefusedError(111, "x")) == "ConnectionRefusedError: Connection refused"
    assert describe(ValueError(NAME)) == "ValueError (text withheld)"


def test_e_mail_addresses_are_masked() -> None:
    for address in (EMAIL, "o'brien+x@a.example", "a_b.c-d@mail.nhs.uk"):
        assert scrub(f"sent to <{address}>, ok") == "sent to <<e-mail>>, ok"


def test_a_failed_task_tells_neither_its_error_nor_its_arguments(log: io.StringIO, settings: Any) -> None:
    # Not shared: or every other application that a test makes would make this task once more.
    @app.task(name="tests.fail", shared=False)
    def fail(name: str) -> None:
        raise ValueError(f"no such person: {name}")

    try:
        fail.apply(args=(NAME,), kwargs={}, throw=False)
    finally:
        app.tasks.unregister("tests.fail")
    text = clean(log)
    assert "tests.fail" in text
    assert "ValueError (text withheld)" in text


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls("tests.common.failing_urls")
def test_a_server_error_is_logged_and_answered_without_the_data_that_caused_it(log: io.StringIO, alice: Person) -> None:
    client = alice.client
    client.raise_request_exception = False
    response = client.post("/fail/", {"name": NAME, "email": EMAIL})
    assert response.status_code == 500
    for personal in (NAME, EMAIL, "DETAIL"):
        assert personal not in response.content.decode()
    assert "SQLSTATE 23505" in clean(log)


def test_no_logger_prints_past_the_scrubbing_handler() -> None:
    for name, logger in logging.Logger.manager.loggerDict.items():
        if name.startswith(("django", "celery", "safeguard")) and isinstance(logger, logging.Logger):
            for handler in logger.handlers:
                if type(handler) is logging.StreamHandler:  # pytest adds handlers of its own kinds
                    assert any(isinstance(each, ScrubPersonalData) for each in handler.filters), name
