"""The vendored front end: complete, small, ours alone."""

import gzip
import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

STATIC = Path(settings.BASE_DIR) / "safeguard" / "static" / "safeguard"
FRONTEND = Path(settings.BASE_DIR) / "frontend"
TEMPLATES = sorted((Path(settings.BASE_DIR) / "templates").rglob("*.html"))


def test_the_manifest_storage_finds_every_file_that_another_names(tmp_path: Path) -> None:
    storages = settings.STORAGES | {
        "staticfiles": {"BACKEND": "servestatic.storage.CompressedManifestStaticFilesStorage"}
    }
    with override_settings(STATIC_ROOT=tmp_path, STORAGES=storages):
        call_command("collectstatic", interactive=False, verbosity=0)
    manifest = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    assert "safeguard/css/app.css" in manifest
    style = (tmp_path / manifest["safeguard/css/app.css"]).read_text()
    for address in re.findall(r"url\(\"?\.\./([^\")]+)", style):
        assert (tmp_path / "safeguard" / address).exists()


@pytest.mark.parametrize(
    ("name", "most", "most_zipped"), [("css/app.css", 200_000, 26_000), ("js/app.js", 100_000, 30_000)]
)
def test_the_front_end_stays_small(name: str, most: int, most_zipped: int) -> None:
    content = (STATIC / name).read_bytes()
    assert len(content) <= most
    assert len(gzip.compress(content)) <= most_zipped


def test_nothing_is_fetched_from_elsewhere_and_nothing_shows_the_crown() -> None:
    style = (STATIC / "css" / "app.css").read_text()
    assert not re.findall(r"url\(\"?(?:https?:|//|data:)", style)
    assert "GDS Transport" not in style
    assert not [path.name for path in STATIC.rglob("*") if re.search("crown|crest|logotype", path.name)]


def test_the_licences_of_others_are_served_with_their_work() -> None:
    listed = (STATIC / "licences.txt").read_text()
    for name in json.loads((FRONTEND / "package.json").read_text())["dependencies"]:
        assert name in listed
    assert "SIL Open Font License" in (STATIC / "fonts" / "OFL.txt").read_text()


def test_the_lock_file_names_no_registry() -> None:
    assert "resolved" not in (FRONTEND / "package-lock.json").read_text()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR / "templates")))
def test_no_template_holds_an_inline_script_a_style_or_an_event_handler(path: Path) -> None:
    text = path.read_text()
    if "email" in path.parts or path.name == "chronology_pdf.html":
        return  # neither is a page of a browser: the second is what the worker draws a document from
    assert not re.findall(r"<style|\sstyle=|\son[a-z]+=\"", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))
