"""Files are told by their content and rewritten; what cannot be is refused, in bounded memory and time."""

import io
import json
import subprocess
import sys
import zipfile

import pikepdf
import pytest
from PIL import Image

from safeguard.common.files.cleaning import clean
from safeguard.common.files.jpeg import without_details
from safeguard.common.files.refusal import Refused
from safeguard.common.files.sandbox import REASONS, FileRefused, cleaned, extension_of
from tests.common.hostile_files import (
    EVIL,
    corpus,
    fields,
    fields_of_word,
    moving,
    office,
    pdf,
    pdf_of_photograph,
    picture,
    polyglots,
    reaching_outside,
    relationship,
)
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


# --- Word and Excel: what a relationship, a field or another writing hides --------------------------


@pytest.mark.parametrize("extension", [".docx", ".xlsx"])
@pytest.mark.parametrize(("name", "rels"), list(reaching_outside()), ids=lambda value: str(value)[:20])
def test_an_office_file_that_loads_something_from_outside_is_refused(extension: str, name: str, rels: bytes) -> None:
    with pytest.raises(Refused, match=r"outside|active"):
        clean(office(extension, {name: rels}), extension)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "cp037"])
def test_xml_that_is_not_utf_8_is_refused_because_nothing_is_found_in_it(encoding: str) -> None:
    words = f"<?xml version='1.0' encoding='{encoding}'?>" + relationship("image", "http://example.org/x.png").decode()
    content = words.encode("utf-8" if encoding == "utf-7" else encoding)

    for name in ("word/_rels/document.xml.rels", "word/styles.xml"):
        with pytest.raises(Refused, match="damaged"):
            clean(office(parts={name: content}), ".docx")


def test_a_link_that_is_only_followed_by_who_clicks_it_stays() -> None:
    rels = relationship("hyperlink", "https://example.org/") + b"  "

    kept = clean(office(parts={"word/_rels/document.xml.rels": rels}), ".docx")

    with zipfile.ZipFile(io.BytesIO(kept)) as archive:
        assert archive.read("word/_rels/document.xml.rels") == rels


@pytest.mark.parametrize("body", list(fields_of_word()))
def test_a_field_that_starts_a_program_or_loads_a_file_is_refused_however_it_is_cut(body: bytes) -> None:
    with pytest.raises(Refused, match="outside"):
        clean(office(parts={"word/header1.xml": body}), ".docx")


def test_fields_that_count_pages_stay() -> None:
    assert clean(office(parts={"word/footer1.xml": fields("PAGE ", "  DATE \\@ yyyy ", "LINKED")}), ".docx")


def test_macros_that_are_declared_in_letters_written_as_numbers_are_refused() -> None:
    types = b'<Types><Default ContentType="application/x.macro&#69;nabled+xml" Extension="xml"/></Types>'

    with pytest.raises(Refused, match="active"):
        clean(office(parts={"word/more.xml": types}), ".docx")


@pytest.mark.parametrize("name", ["docProps/thumbnail.jpeg", "docProps/preview.dat", "word/media/image1.jpe"])
def test_a_photograph_anywhere_in_a_letter_loses_its_place(name: str) -> None:
    kept = clean(office(parts={name: picture("JPEG", exif=taken_by_a_camera())}), ".docx")

    with zipfile.ZipFile(io.BytesIO(kept)) as archive:
        assert archive.read(name).startswith(b"\xff\xd8")
        assert b"A camera" not in archive.read(name)


@pytest.mark.parametrize("name", ["word/media/image1.tiff", "word/media/image1.dat", "word/media/image1.heic"])
def test_a_picture_in_a_letter_that_cannot_be_rewritten_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="inner_picture"):
        clean(office(parts={name: picture("TIFF")}), ".docx")


# --- Pictures: evidence stays evidence ------------------------------------------------------------


def test_a_picture_of_deep_greys_keeps_its_detail() -> None:
    deep, out = Image.new("I;16", (64, 1)), io.BytesIO()
    for x in range(64):
        deep.putpixel((x, 0), 300 + x * 1_000)
    deep.save(out, "PNG")

    with Image.open(io.BytesIO(clean(out.getvalue(), ".png"))) as kept:
        greys = list(kept.convert("L").tobytes())
    assert greys[0] == 0
    assert greys[-1] == 255
    assert greys == sorted(set(greys))  # each step is still a step


@pytest.mark.parametrize(("value", "grey"), [(0, 0), (65_535, 255), (32_768, 127)])
def test_a_picture_of_one_deep_grey_keeps_it(value: int, grey: int) -> None:
    out = io.BytesIO()
    Image.new("I;16", (4, 4), value).save(out, "PNG")

    with Image.open(io.BytesIO(clean(out.getvalue(), ".png"))) as kept:
        assert abs(kept.convert("L").tobytes()[0] - grey) <= 1


@pytest.mark.parametrize(("extension", "name"), [(".png", "PNG"), (".webp", "WEBP")])
def test_a_picture_that_moves_is_refused_with_what_to_do(extension: str, name: str) -> None:
    with pytest.raises(Refused, match="animated"):
        clean(moving(name), extension)
    with pytest.raises(FileRefused, match=r"only its first moment.*pictures of their own"):
        cleaned(moving(name), "Visit" + extension)


def test_a_photograph_of_a_telephone_with_a_second_one_behind_it_is_taken() -> None:
    with Image.open(io.BytesIO(clean(moving("MPO"), ".jpg"))) as kept:
        assert getattr(kept, "n_frames", 1) == 1


# --- PDF: whose it is, and where its photographs were taken ---------------------------------------


@pytest.mark.parametrize("packed", [False, True])
def test_a_photograph_in_a_document_loses_its_place_and_keeps_its_look(packed: bool) -> None:
    photograph = picture("JPEG", (40, 30), exif=taken_by_a_camera(), comment=b"A camera", xmp=b"<x>A camera</x>")
    data = pdf_of_photograph(photograph + b"A camera", packed=packed)

    kept = clean(data, ".pdf")

    with pikepdf.open(io.BytesIO(kept)) as document:
        stream = document.pages[0].Resources.XObject["/Photograph"]
        assert isinstance(stream, pikepdf.Stream)
        assert b"A camera" not in stream.read_raw_bytes()
        assert str(stream["/Filter"]) == "/DCTDecode"
        shown = pikepdf.PdfImage(stream).as_pil_image()
        assert shown.tobytes() == Image.open(io.BytesIO(photograph)).tobytes()
        assert "/Info" not in document.trailer
        assert "/Metadata" not in document.Root
    assert b"A camera" not in kept
    assert b"Olive Author" not in kept


@pytest.mark.parametrize("cut", [0, 2, 3, 20, 300])
def test_a_photograph_that_ends_too_early_in_a_document_comes_back_readable_as_far_as_it_was(cut: int) -> None:
    whole = picture("JPEG", (40, 30))

    assert whole[:cut].startswith(without_details(whole[:cut])[:2])
    assert without_details(whole) == whole


def taken_by_a_camera() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    exif.get_ifd(0x8825)[1] = "N"
    return exif


def corpus_named(*names: str) -> list[tuple[str, bytes]]:
    return [(name, data) for name, data in corpus() if name in names]
