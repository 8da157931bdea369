"""Files are told by their content and rewritten; what cannot be is refused, in bounded memory and time."""

import io
import json
import subprocess
import sys
import zipfile

import pikepdf
import pytest
from PIL import Image

from safeguard.common.files.cleaning import Refused, clean
from safeguard.common.files.sandbox import REASONS, FileRefused, cleaned, extension_of
from tests.common.hostile_files import EVIL, corpus, office, pdf, picture, polyglots
from tests.production import ROOT

MEGABYTE = 1024 * 1024
MOST_MEGABYTES = 256
# One process for the whole corpus, under the limits of the real one; it prints what it took and its largest size.
TAKES_ALL = """
import json, re
from safeguard.common.files import cleaning
from safeguard.common.files.sandbox import extension_of
from tests.common.hostile_files import corpus
taken, codes = [], {}
for name, data in corpus():
    try:
        cleaning.clean(data, extension_of(name))
        taken.append(name)
    except (cleaning.Refused, MemoryError, RecursionError) as error:
        code = str(error) or type(error).__name__
        codes[code] = codes.get(code, 0) + 1
size = re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]
print(json.dumps({"taken": taken, "codes": codes, "kilobytes": int(size)}))
"""


@pytest.mark.slow
def test_two_hundred_hostile_files_are_refused_within_bounded_memory() -> None:
    command = [sys.executable, "-W", "ignore", "-c", TAKES_ALL]
    environment = {"DJANGO_SETTINGS_MODULE": "safeguard.settings.test"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=300)
    told = json.loads(done.stdout)

    assert told["taken"] == []
    assert sum(told["codes"].values()) >= 200
    assert set(told["codes"]) <= {*REASONS, "RecursionError", "MemoryError"}
    assert told["kilobytes"] < MOST_MEGABYTES * 1024
    print(told)  # noqa: T201  (the figures)


@pytest.mark.parametrize(("name", "data"), list(polyglots()), ids=lambda value: value if isinstance(value, str) else "")
def test_what_hides_behind_a_true_file_is_gone(name: str, data: bytes) -> None:
    kept = clean(data, extension_of(name))

    assert EVIL not in kept
    assert b"evil.js" not in kept
    if name.endswith(".pdf"):
        with pikepdf.open(io.BytesIO(kept)) as document:
            every = " ".join(map(repr, document.objects))
            assert "alert" not in every
            assert "/JavaScript" not in every.replace("/Nothing", "")
            assert "/Launch" not in every


def test_a_photograph_loses_its_place_and_keeps_its_upright_look() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "A camera"
    exif.get_ifd(0x8825)[1] = "N"
    data = picture("JPEG", (40, 30), exif=exif)
    assert b"A camera" in data

    with Image.open(io.BytesIO(clean(data, ".jpg"))) as kept:
        assert kept.size == (30, 40)
        assert not kept.getexif()
        assert not {"exif", "xmp", "icc_profile", "comment"} & set(kept.info)


def test_a_letter_and_a_sheet_stay_what_they_were_and_their_pictures_lose_their_place() -> None:
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    photograph = picture("JPEG", exif=exif)
    kept = clean(office(parts={"word/media/image1.jpeg": photograph, "word/styles.xml": "<s/>"}), ".docx")

    with zipfile.ZipFile(io.BytesIO(kept)) as archive:
        assert archive.read("word/styles.xml") == b"<s/>"
        assert b"A camera" not in archive.read("word/media/image1.jpeg")
    assert clean(office(".xlsx"), ".xlsx")


def test_a_document_of_ordinary_pages_stays_whole() -> None:
    with pikepdf.open(io.BytesIO(clean(pdf(), ".pdf"))) as document:
        assert len(document.pages) == 1


@pytest.mark.parametrize("words", ["Robin said 😀 \u05e9\u05dc\u05d5\u05dd", "naïve £5"])
def test_plain_text_is_kept_as_text(words: str) -> None:
    assert clean(words.encode(), ".txt").decode() == words
    assert clean("naïve £5".encode("cp1252"), ".txt").decode() == "naïve £5"


def test_the_process_of_its_own_gives_the_cleaned_file_or_the_reason_in_words() -> None:
    assert cleaned(picture("PNG") + EVIL, "Photo.PNG").media_type == "image/png"
    with pytest.raises(FileRefused, match="not what its name says"):
        cleaned(b"<svg/>", "drawing.pdf")
    with pytest.raises(FileRefused, match="Files of this kind are not taken"):
        cleaned(b"<svg/>", "drawing.svg")
    with pytest.raises(FileRefused, match="larger than 25 MB"):
        cleaned(bytes(26 * MEGABYTE), "x.txt")


def test_a_bomb_ends_its_own_process_and_nothing_else() -> None:
    bomb = dict(corpus_named("pixels60000.png", "bomb101.docx"))
    for name, data in bomb.items():
        with pytest.raises(FileRefused):
            cleaned(data, name)
    with pytest.raises(Refused, match="pixels"):
        clean(bomb["pixels60000.png"], ".png")


def corpus_named(*names: str) -> list[tuple[str, bytes]]:
    return [(name, data) for name, data in corpus() if name in names]
