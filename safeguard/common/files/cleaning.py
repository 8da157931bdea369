"""Telling what a file is by its content, and rewriting it without what could harm whoever opens it.

``python -m safeguard.common.files.cleaning .ext < file > cleaned`` is how the application calls this: parsers of
foreign files run in a process of their own, with little memory and time (``sandbox.py``). So nothing of Django is
imported here. What cannot be rewritten is refused: the answer is a code, which ``sandbox.py`` puts into words.

* Pictures are decoded and encoded again: no location, no comment, nothing hidden behind the picture is left. One
  that moves is refused, because only its first moment would be kept.
* PDF documents are written anew without scripts, actions, forms that send, embedded files, and metadata of the
  document and of its JPEG pictures. What other kinds of pictures in it carry is kept, and the form says so.
* Word and Excel files: the directory of the zip is read first (sizes, names, macros), then each part: XML by a
  parser (``xml_parts.py``), pictures as above.
* Plain text must be text, and no markup in disguise.
"""

import io
import json
import re
import resource
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from safeguard.common.files.jpeg import without_details
from safeguard.common.files.refusal import Refused
from safeguard.common.files.xml_parts import check_xml

MEGABYTE = 1024 * 1024
MOST_BYTES = 25 * MEGABYTE
MOST_PIXELS = 40_000_000
MOST_PAGES = 2_000
MOST_PARTS, MOST_UNPACKED, MOST_RATIO = 2_000, 100 * MEGABYTE, 200
MOST_DEPTH = 60
# What a child process may use; PDF and picture libraries reserve more address space than they fill.
ADDRESS_SPACE, CPU_SECONDS = 768 * MEGABYTE, 20

MEDIA_TYPES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".txt": "text/plain",
}
PICTURES = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP"}
DEEP_GREYS = {"I", "I;16", "I;16B", "I;16L", "F"}
# Pictures inside office files that can hold a place and are not encoded again here.
OTHER_PICTURES = {"image/tiff", "image/heic", "image/heif", "image/avif", "image/jxl", "image/jp2", "image/jpx"}
OFFICE = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml"}
# Macros, controls and foreign objects inside an office file.
ACTIVE_PARTS = re.compile(r"vbaproject|vbadata|activex|embeddings/|\.(bin|exe|dll|js|vbs|html?|svg)$", re.IGNORECASE)
HARMLESS_BINARIES = re.compile(r"printersettings\d*\.bin$", re.IGNORECASE)
MARKUP = re.compile(
    rb"^\s*(<\?xml|<!doctype|<html|<svg|<script|<head|<body|<iframe|%pdf-|mz|#!|\{\\rtf)", re.IGNORECASE
)
# Keys and actions of a PDF that do something by themselves, reach outside or carry other files.
ACTIVE_KEYS = (
    "/AA",
    "/AF",
    "/EF",
    "/OpenAction",
    "/JS",
    "/JavaScript",
    "/EmbeddedFiles",
    "/XFA",
    "/RichMediaContent",
    "/Launch",
)
# Who made it, where and with what: of the document, of a page, of a picture.
DETAILS = ("/Metadata", "/PieceInfo")
ACTIONS = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition", "/Movie", "/Sound"}
ANNOTATIONS = {"/RichMedia", "/Screen", "/Movie", "/Sound", "/3D", "/FileAttachment"}


def clean(data: bytes, extension: str) -> bytes:
    """Return the content of the file without what could harm. ``extension`` is lower case, with its dot.

    Raises Refused with one of the codes of ``sandbox.REASONS``.
    """
    if extension not in MEDIA_TYPES:
        raise Refused("extension")
    if not data:
        raise Refused("empty")
    if len(data) > MOST_BYTES:
        raise Refused("size")
    _must_be(data, extension)
    by_kind: dict[str, Callable[[bytes], bytes]] = {".pdf": _pdf, ".txt": _text}
    if extension in PICTURES:
        return _picture(data, PICTURES[extension])
    if extension in OFFICE:
        return _office(data, OFFICE[extension])
    return by_kind[extension](data)


def _must_be(data: bytes, extension: str) -> None:
    found = _kind(data)
    zipped = data.startswith(b"PK\x03\x04")
    expected = MEDIA_TYPES[extension]
    if extension in OFFICE:
        fits = zipped
    elif extension == ".txt":
        fits = found is None and not zipped
    else:
        fits = found == expected
    if not fits:
        raise Refused("content")


def _kind(data: bytes) -> str | None:
    import filetype

    guess = filetype.guess(data)
    # A PNG that moves is told from the others, and refused, where it is read.
    return str(guess.mime).replace("image/apng", "image/png") if guess else None


@contextmanager
def _reading() -> Iterator[None]:
    """Turn whatever a parser raises into a refusal."""
    try:
        yield
    except Refused:
        raise
    except Exception as error:
        codes = {"PasswordError": "password", "DecompressionBombError": "pixels", "DecompressionBombWarning": "pixels"}
        raise Refused(codes.get(type(error).__name__, "damaged")) from error


# --- Pictures -------------------------------------------------------------------------------------


def _picture(data: bytes, name: str) -> bytes:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with _reading(), Image.open(io.BytesIO(data), formats=[name]) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise Refused("pixels")
        # A photograph of a telephone often carries a second, smaller one (MPO); that is no movement.
        if name != "JPEG" and getattr(opened, "n_frames", 1) > 1:
            raise Refused("animated")
        opened.load()
        picture = _eight_bit(ImageOps.exif_transpose(opened))
    see_through = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
    plain = picture.convert("RGBA" if see_through and name != "JPEG" else "RGB")
    plain.info = {}
    out = io.BytesIO()
    plain.save(out, name, **({"quality": 88} if name in {"JPEG", "WEBP"} else {}))
    return out.getvalue()


def _eight_bit(picture: Any) -> Any:
    """Return a picture with deeper greys than a screen shows, such as a scan or an X-ray, in the 256 that it does.

    Its own range is spread over them: a plain conversion makes everything above 255 white.
    """
    if picture.mode not in DEEP_GREYS:
        return picture
    low, high = picture.getextrema()
    if low == high:
        low, high = 0, max(high, 65_535)
    scale = 255 / (high - low)
    grey = picture.convert("F").point(lambda value: value * scale - low * scale + 0.5).convert("L")
    grey.info = {}
    return grey


# --- PDF ------------------------------------------------------------------------------------------


def _pdf(data: bytes) -> bytes:
    import pikepdf

    if not data.startswith(b"%PDF-"):
        raise Refused("content")
    out = io.BytesIO()
    with _reading(), pikepdf.open(io.BytesIO(data), attempt_recovery=False) as document:
        if document.is_encrypted:
            raise Refused("password")
        if not 0 < len(document.pages) <= MOST_PAGES:
            raise Refused("pages")
        for each in document.objects:
            _disarm(each, 0)
        if "/Info" in document.trailer:
            del document.trailer["/Info"]
        document.save(out)
    return out.getvalue()


def _disarm(value: Any, depth: int) -> None:
    """Take out of a PDF object, and of what it holds itself, every action, script and embedded file."""
    import pikepdf

    if depth > MOST_DEPTH:
        raise Refused("damaged")
    held: list[Any] = []
    if isinstance(value, pikepdf.Array):
        held = list(value)
    elif isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
        _take_out(value, ACTIVE_KEYS + DETAILS)
        _strip_picture(value)
        if str(value.get("/S", "")) in ACTIONS:
            value["/S"] = pikepdf.Name("/Nothing")
            _take_out(value, ("/F", "/Win", "/Mac", "/Unix"))
        if str(value.get("/Subtype", "")) in ANNOTATIONS:
            value["/Subtype"] = pikepdf.Name("/Text")
            _take_out(value, ("/FS", "/Sound", "/Movie", "/A"))
        held = [value[key] for key in value.keys()]  # noqa: SIM118  (a PDF's stream is no mapping)
    for each in held:
        # One with a number of its own is visited for itself.
        if isinstance(each, pikepdf.Object) and not each.is_indirect:
            _disarm(each, depth + 1)


def _strip_picture(value: Any) -> None:
    """Take the details of a photograph out of a stream that holds one; its picture stays bit by bit."""
    import pikepdf

    if not isinstance(value, pikepdf.Stream):
        return
    filters = value.get("/Filter")
    names = [str(each) for each in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]
    if names not in (["/DCTDecode"], ["/FlateDecode", "/DCTDecode"]):
        return
    parameters = value.get("/DecodeParms")
    own = parameters[-1] if isinstance(parameters, pikepdf.Array) and len(parameters) else parameters
    raw = value.read_raw_bytes()
    packed = len(names) > 1
    plain = without_details(_inflated(raw) if packed else raw)
    if plain != raw:
        own = own if isinstance(own, pikepdf.Dictionary) else None
        value.write(plain, filter=pikepdf.Name("/DCTDecode"), decode_parms=own)


def _inflated(data: bytes) -> bytes:
    unpacking = zlib.decompressobj()
    content = unpacking.decompress(data, MOST_UNPACKED)
    if unpacking.unconsumed_tail:
        raise Refused("bomb")
    return content


def _take_out(value: Any, keys: tuple[str, ...]) -> None:
    for key in keys:
        if key in value:
            del value[key]


# --- Word and Excel -------------------------------------------------------------------------------


def _office(data: bytes, main_part: str) -> bytes:
    with _reading(), zipfile.ZipFile(io.BytesIO(data)) as archive:
        _check_directory(archive.infolist(), main_part)
        return _rewritten(archive)


def _check_directory(parts: list[zipfile.ZipInfo], main_part: str) -> None:
    names = [part.filename for part in parts]
    if not {"[Content_Types].xml", main_part} <= set(names):
        raise Refused("content")
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Refused("bomb")
    if any(part.file_size > MEGABYTE and part.file_size > MOST_RATIO * part.compress_size for part in parts):
        raise Refused("bomb")
    if len(set(names)) < len(names) or any(_leads_out(name) for name in names):
        raise Refused("damaged")
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("password")
    if any(ACTIVE_PARTS.search(name) and not HARMLESS_BINARIES.search(name) for name in names):
        raise Refused("active")


def _leads_out(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in name.split("/") or ":" in name or "\\" in name


def _rewritten(archive: zipfile.ZipFile) -> bytes:
    out, unpacked = io.BytesIO(), 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as clean_archive:
        for part in archive.infolist():
            content = b"".join(_read(archive, part))
            unpacked += len(content)
            if unpacked > MOST_UNPACKED:
                raise Refused("bomb")
            clean_archive.writestr(part.filename, _part(part.filename, content))
    return out.getvalue()


def _read(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a part piece by piece: what the directory says of its size is not believed."""
    size = 0
    with archive.open(part) as opened:
        while piece := opened.read(64 * 1024):
            size += len(piece)
            if size > MOST_UNPACKED:
                raise Refused("bomb")
            yield piece


def _part(name: str, content: bytes) -> bytes:
    lower = name.lower()
    if lower.endswith((".xml", ".rels", ".vml")):
        check_xml(lower, content)
        return content
    # By its content too: a picture is shown whatever its name ends with, and a preview lies outside "media".
    suffix, kind = "." + lower.rpartition(".")[2], _kind(content)
    if kind in OTHER_PICTURES or suffix in {".tif", ".tiff", ".heic", ".heif"}:
        raise Refused("inner_picture")
    format_of = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
    written = format_of.get(kind or "") or PICTURES.get(suffix)
    return _picture(content, written) if written else content


# --- Text -----------------------------------------------------------------------------------------


def _text(data: bytes) -> bytes:
    if b"\0" in data or MARKUP.match(data.removeprefix(b"\xef\xbb\xbf")):
        raise Refused("content")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if sum(not (char.isprintable() or char in "\r\n\t\f") for char in text) > len(text) / 100:
        raise Refused("content")
    return text.encode()


# --- As a process of its own ----------------------------------------------------------------------


def main() -> int:
    """Clean standard input; the answer is a line of JSON, and after it the cleaned file."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        cleaned, refused = clean(sys.stdin.buffer.read(MOST_BYTES + 1), sys.argv[1]), ""
    except Refused as error:
        cleaned, refused = b"", str(error)
    except (MemoryError, RecursionError):
        cleaned, refused = b"", "bomb"
    sys.stdout.buffer.write(json.dumps({"refused": refused}).encode() + b"\n" + cleaned)
    return 0


if __name__ == "__main__":
    sys.exit(main())
