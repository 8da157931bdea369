"""The XML inside Word and Excel files: what it may declare, what it may load from outside, what it may run.

Read with expat and not searched for bytes: attributes stand in any order, letters can be written as numbers, and a
part in UTF-16 holds none of the bytes that a search is for. No entity is ever declared here, so none can grow.
"""

import re
from collections.abc import Mapping
from xml.parsers import expat  # a document type is refused below, before any entity of it

from safeguard.common.files.refusal import Refused

DOCTYPE, MACROS = b"<!DOCTYPE", "macroenabled"
DECLARED = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)", re.IGNORECASE)
PLAIN_ENCODINGS = {b"utf-8", b"utf8", b"us-ascii", b"ascii"}
HYPERLINK = "/relationships/hyperlink"
# Objects, controls and programs, whatever their part is called.
ACTIVE_KINDS = (
    "/oleobject",
    "/package",
    "/control",
    "/activexcontrolbinary",
    "/vbaproject",
    "/wordvbadata",
    "/afchunk",
)
# Workbooks and programs (DDE) that a sheet asks for its values, also where no relationship says External.
OUTSIDE_KINDS = ("/externallink", "/externallinkpath", "/connections", "/attachedtemplate", "/subdocument", "/frame")
# Fields of Word that start a program or load a file. INCLUDEPICTURE stands beside a picture that is kept inside.
FIELDS = re.compile(r"^\s*\\?(DDE|DDEAUTO|LINK|INCLUDETEXT|DATABASE|IMPORT|RD)\b", re.IGNORECASE | re.MULTILINE)


def check_xml(name: str, content: bytes) -> None:
    """Raise Refused for a part that must not be there. ``name`` is lower case and ends in .xml, .rels or .vml."""
    _check_encoding(content)
    if DOCTYPE in content.upper():
        raise Refused("active")
    if not name.endswith(".vml"):  # Excel itself writes .vml that is not well-formed
        _Reader().read(content)


def _check_encoding(content: bytes) -> None:
    declared = DECLARED.match(content.removeprefix(b"\xef\xbb\xbf"))
    if b"\0" in content or (declared and declared[1].strip().lower() not in PLAIN_ENCODINGS):
        raise Refused("damaged")
    content.decode("utf-8")  # what is neither raises, and is damaged


class _Reader:
    """Goes through one part."""

    def __init__(self) -> None:
        self.in_instruction = False
        self.instructions: list[str] = []

    def read(self, content: bytes) -> None:
        parser = expat.ParserCreate("utf-8")
        parser.StartDoctypeDeclHandler = _refuse_declaration
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.Parse(content, True)
        if FIELDS.search("".join(self.instructions)):
            raise Refused("outside")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "Relationship":
            _check_relationship(attributes)
        elif local in {"Override", "Default"} and MACROS in attributes.get("ContentType", "").lower():
            raise Refused("active")
        elif local == "instrText":
            self.in_instruction = True
        elif local == "fldSimple":
            self.instructions.append("\n" + "".join(attributes.values()) + "\n")
        elif local == "fldChar":
            self.instructions.append("\n")

    def _end(self, name: str) -> None:
        if name.endswith("instrText"):
            self.in_instruction = False

    def _text(self, text: str) -> None:
        # One instruction may be cut into many pieces.
        if self.in_instruction:
            self.instructions.append(text)


def _check_relationship(attributes: Mapping[str, str]) -> None:
    kind, target = attributes.get("Type", "").strip().lower(), attributes.get("Target", "").strip()
    if kind.endswith(ACTIVE_KINDS):
        raise Refused("active")
    leads_out = attributes.get("TargetMode", "Internal").strip().lower() != "internal" or _is_address(target)
    if kind.endswith(OUTSIDE_KINDS) or (leads_out and not kind.endswith(HYPERLINK)):
        raise Refused("outside")


def _is_address(target: str) -> bool:
    return "://" in target or target.startswith(("//", "\\\\")) or target.lower().startswith("file:")


def _refuse_declaration(*_declaration: object) -> None:
    raise Refused("active")
