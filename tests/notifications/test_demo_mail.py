"""The demo's mail page, which exists in the demo only."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from safeguard.notifications import mail_files

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def mail_folder(settings: Any, tmp_path: Path) -> Path:
    """A folder to which e-mails are written, as in the demo."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


def send(subject: str, body: str = "text") -> None:
    EmailMessage(subject, body, to=["nia@example.org"]).send()


def test_a_visitor_can_open_the_link_of_an_invitation(db: None, client: Client, mail_folder: Path) -> None:
    send("You are invited", "Dear Nia,\nopen http://localhost:8000/join/s3cret/ to begin <script>")
    page = client.get("/demo/mail/").content.decode()
    assert "You are invited" in page
    assert "nia@example.org" in page
    assert 'href="http://localhost:8000/join/s3cret/"' in page
    assert "<script>" not in page.split("<main")[1].split("</main>")[0]


def test_messages_are_shown_newest_first(mail_folder: Path) -> None:
    for number in range(3):
        send(f"Message {number}")
        for path in mail_folder.glob("*.log"):
            os.utime(path, ns=(0, path.stat().st_mtime_ns - 10**9))
    assert [mail.subject for mail in mail_files.newest(mail_folder, most=2)] == ["Message 2", "Message 1"]


def test_an_empty_mail_folder_says_what_to_do(db: None, client: Client, mail_folder: Path) -> None:
    assert "Nothing was sent yet" in client.get("/demo/mail/").content.decode()


def test_names_and_dashes_survive(mail_folder: Path) -> None:
    send("Zoë’s invitation", f"before\n{'-' * 30}\nafter")
    [mail] = mail_files.newest(mail_folder, most=5)
    assert mail.subject == "Zoë’s invitation"
    assert mail.text.endswith("after")


def test_production_has_no_such_page() -> None:
    script = (
        "import django; django.setup()\n"
        "from django.conf import settings\n"
        "from django.urls import Resolver404, resolve\n"
        "assert not settings.DEMO\n"
        "resolve('/inbox/')\n"
        "try:\n    resolve('/demo/mail/')\n"
        "except Resolver404:\n    print('absent')\n"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "safeguard.settings.base"}  # production adds secrets only
    result = subprocess.run(
        [sys.executable, "-c", script], env=environment, cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert result.stdout.strip() == "absent", result.stderr


def test_production_never_turns_the_demo_on() -> None:
    source = (REPOSITORY / "safeguard" / "settings" / "production.py").read_text()
    assert "\nDEMO = False\n" in source
