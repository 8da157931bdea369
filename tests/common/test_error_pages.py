"""Every refusal is a page that says what happened, what was kept and what to do."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.test import Client, RequestFactory, override_settings

PAGES = ["400", "403", "403_csrf", "404", "413", "429", "500"]
MEGABYTE = 1024 * 1024


@pytest.mark.parametrize("page", PAGES)
def test_an_error_page_needs_no_context_and_says_what_to_do(page: str) -> None:
    html = render_to_string(f"{page}.html")
    assert re.search(r"<h1 class=\"govuk-heading-l\">[A-Z]", html)
    assert re.search(r"[Nn]othing was saved|was not saved", html)
    assert re.search(r"[Tt]ry again|go back|check it|Shorten|ask your|Back button", html)


@pytest.mark.parametrize("page", PAGES)
def test_an_error_page_carries_no_inline_script_or_style(page: str) -> None:
    html = render_to_string(f"{page}.html")
    assert "style=" not in html
    assert "<style" not in html
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//", html)


@pytest.mark.django_db
def test_an_unknown_address_gives_the_page_not_found(client: Client) -> None:
    response = client.get("/no/such/page/")
    assert response.status_code == 404
    assert "Page not found" in response.content.decode()


@pytest.mark.django_db
def test_a_form_field_of_ten_megabytes_is_refused_with_a_page(client: Client) -> None:
    response = client.post("/style/", {"worry": "x" * 10 * MEGABYTE})
    assert response.status_code == 413
    assert "What you sent is too large" in response.content.decode()
    assert "up to 2 megabytes" in response.content.decode()


@pytest.mark.django_db
def test_a_long_form_in_the_other_encoding_is_refused_with_the_same_page(client: Client) -> None:
    body = "worry=" + "x" * 10 * MEGABYTE
    response = client.post("/style/", body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 413


@pytest.mark.django_db
def test_thousands_of_fields_are_refused_with_a_page(client: Client) -> None:
    response = client.post("/style/", {f"field{n}": "x" for n in range(2001)})
    assert response.status_code == 413
    assert "too many fields" in response.content.decode()


@pytest.mark.django_db
def test_a_broken_form_is_refused_with_a_page(client: Client) -> None:
    response = client.post("/style/", b"--x", content_type="multipart/form-data; boundary=" + "b" * 300)
    assert response.status_code == 400
    assert "could not be read" in response.content.decode()


@pytest.mark.django_db
@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1000)
def test_a_file_does_not_count_as_text(client: Client) -> None:
    response = client.post("/style/", {"report": SimpleUploadedFile("report.pdf", b"x" * 5000)})
    assert response.status_code == 200
    assert "There is a problem" in response.content.decode()


@pytest.mark.django_db
def test_a_page_with_errors_says_so_in_its_title(client: Client) -> None:
    assert "<title>Style guide – Safeguard</title>" in client.get("/style/").content.decode()
    assert "<title>Error: Style guide – Safeguard</title>" in client.post("/style/").content.decode()


def test_a_failed_csrf_check_says_that_the_text_is_still_there() -> None:
    html = render_to_string("403_csrf.html", request=RequestFactory().post("/"))
    assert "your text is still there" in html
