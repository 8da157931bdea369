"""The map of a child's body: its regions in front and behind, how each is drawn, and where marks stand.

Left and right are the child's own. Every mark names a region, so that the list of marks says in words all that the
picture shows. Shapes are drawn in a field of WIDTH by HEIGHT, as SVG path data; the right side mirrors the left.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from cases.models import InjuryMark

WIDTH, HEIGHT = 200, 440
Point = tuple[int, int]


class View(models.TextChoices):
    """From which side the child is drawn."""

    FRONT = "front", _("Front")
    BACK = "back", _("Back")


class InjuryKind(models.TextChoices):
    """What is seen, as whoever saw it would call it: no diagnosis."""

    BRUISE = "bruise", _("Bruise")
    CUT = "cut", _("Cut or graze")
    BURN = "burn", _("Burn or scald")
    BITE = "bite", _("Bite")
    SWELLING = "swelling", _("Swelling")
    MARK = "mark", _("Another mark")
    PAIN = "pain", _("Pain, with nothing to be seen")


@dataclass(frozen=True)
class Region:
    """A part of the body: its name, the side it is drawn on, its outline, and where a mark stands by default."""

    code: str
    label: str | Promise
    view: View
    path: str
    centre: Point


def _path(points: Sequence[Point]) -> str:
    return "M" + " L".join(f"{x} {y}" for x, y in points) + " Z"


def _oval(x: int, y: int, rx: int, ry: int) -> str:
    return f"M{x - rx} {y} a{rx} {ry} 0 1 0 {2 * rx} 0 a{rx} {ry} 0 1 0 {-2 * rx} 0 Z"


def _middle(points: Sequence[Point]) -> Point:
    return sum(x for x, _y in points) // len(points), sum(y for _x, y in points) // len(points)


def _mirrored(points: Sequence[Point]) -> list[Point]:
    return [(WIDTH - x, y) for x, y in points]


# The limbs of the side that is drawn on the right.
ARM: Mapping[str, Sequence[Point]] = {
    "upper_arm": [(134, 103), (149, 112), (158, 168), (141, 172)],
    "forearm": [(141, 173), (158, 169), (168, 224), (154, 228)],
    "hand": [(154, 229), (168, 225), (176, 240), (174, 258), (162, 264), (155, 250)],
}
LEG: Mapping[str, Sequence[Point]] = {
    "thigh": [(102, 222), (133, 206), (131, 292), (106, 292)],
    "knee": [(106, 293), (131, 293), (130, 318), (107, 318)],
    "lower_leg": [(107, 319), (130, 319), (124, 396), (109, 396)],
    "foot": [(109, 397), (124, 397), (134, 416), (132, 422), (109, 422)],
}
SHOULDER = [(112, 92), (133, 98), (134, 110), (112, 104)]
NAMES: Mapping[str, tuple[str | Promise, str | Promise]] = {
    "shoulder": (_("Left shoulder"), _("Right shoulder")),
    "upper_arm": (_("Left upper arm"), _("Right upper arm")),
    "forearm": (_("Left forearm"), _("Right forearm")),
    "hand": (_("Left hand"), _("Right hand")),
    "thigh": (_("Left thigh"), _("Right thigh")),
    "knee": (_("Left knee"), _("Right knee")),
    "lower_leg": (_("Left lower leg"), _("Right lower leg")),
    "foot": (_("Left foot"), _("Right foot")),
}


def _limbs(view: View) -> Iterable[Region]:
    for name, points in {"shoulder": SHOULDER, **ARM, **LEG}.items():
        left, right = NAMES[name]
        # Seen from the front the child's left is on the right of the picture.
        drawn = {"left": points, "right": _mirrored(points)} if view == View.FRONT else None
        drawn = drawn or {"left": _mirrored(points), "right": points}
        for side, label in (("left", left), ("right", right)):
            yield Region(f"{view}_{side}_{name}", label, view, _path(drawn[side]), _middle(drawn[side]))


def _middle_line(view: View, parts: "Mapping[str, Part]") -> Iterable[Region]:
    for name, (label, path, centre) in parts.items():
        yield Region(f"{view}_{name}", label, view, path, centre)


TORSO = {
    "neck": _path([(91, 84), (109, 84), (111, 98), (89, 98)]),
    "upper": _path([(88, 99), (112, 99), (112, 105), (133, 111), (131, 150), (69, 150), (67, 111), (88, 105)]),
    "lower": _path([(69, 151), (131, 151), (133, 192), (67, 192)]),
    "seat": _path([(67, 193), (133, 193), (133, 205), (101, 222), (99, 222), (67, 205)]),
}
CHEEK = [(101, 45), (128, 45), (123, 64), (114, 68), (101, 68)]
Part = tuple[str | Promise, str, Point]  # its name, its outline, where a mark stands
FRONT: Mapping[str, Part] = {
    "forehead": (_("Top of the head and forehead"), "M72 44 a28 34 0 0 1 56 0 Z", (100, 26)),
    "left_face": (_("Left side of the face"), _path(CHEEK), (115, 55)),
    "right_face": (_("Right side of the face"), _path(_mirrored(CHEEK)), (85, 55)),
    "mouth": (_("Mouth and chin"), "M83 69 L117 69 L109 80 a15 9 0 0 1 -18 0 Z", (100, 76)),
    "left_ear": (_("Left ear"), _oval(132, 48, 5, 9), (132, 48)),
    "right_ear": (_("Right ear"), _oval(68, 48, 5, 9), (68, 48)),
    "neck": (_("Front of the neck"), TORSO["neck"], (100, 91)),
    "chest": (_("Chest"), TORSO["upper"], (100, 128)),
    "abdomen": (_("Stomach"), TORSO["lower"], (100, 172)),
    "private_parts": (_("Private parts"), TORSO["seat"], (100, 207)),
}
BACK: Mapping[str, Part] = {
    "head": (_("Back of the head"), "M72 44 a28 34 0 0 1 56 0 L126 62 L112 80 L88 80 L74 62 Z", (100, 45)),
    "left_ear": (_("Behind the left ear"), _oval(68, 48, 5, 9), (68, 48)),
    "right_ear": (_("Behind the right ear"), _oval(132, 48, 5, 9), (132, 48)),
    "neck": (_("Back of the neck"), TORSO["neck"], (100, 91)),
    "upper_back": (_("Upper back"), TORSO["upper"], (100, 128)),
    "lower_back": (_("Lower back"), TORSO["lower"], (100, 172)),
    "buttocks": (_("Buttocks"), TORSO["seat"], (100, 207)),
}
REGIONS: Mapping[str, Region] = {
    region.code: region
    for region in (
        *_middle_line(View.FRONT, FRONT),
        *_limbs(View.FRONT),
        *_middle_line(View.BACK, BACK),
        *_limbs(View.BACK),
    )
}


def choices() -> list[tuple[str | Promise, list[tuple[str, str | Promise]]]]:
    """Return the regions as choices, by the side they are drawn on."""
    return [(view.label, [(code, each.label) for code, each in REGIONS.items() if each.view == view]) for view in View]


@dataclass(frozen=True)
class Pin:
    """A mark as it is drawn: its number in the list beside the picture, and where it stands."""

    number: int
    x: int
    y: int


@dataclass(frozen=True)
class Figure:
    """One side of the body with the marks on it."""

    view: View
    regions: list[Region]
    pins: list[Pin]
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def left_first(self) -> bool:
        """Return whether the child's left is on the left of the picture: seen from behind it is."""
        return self.view == View.BACK


def figures(marks: Sequence["InjuryMark"] = (), *, only_marked: bool = False) -> list[Figure]:
    """Return both sides with ``marks``, numbered as they are listed; ``only_marked`` leaves out an empty side."""
    pins = {View(view): list[Pin]() for view in View}
    for number, mark in enumerate(marks, 1):
        pins[REGIONS[mark.region].view].append(Pin(number, mark.x, mark.y))
    drawn = [
        Figure(view, [each for each in REGIONS.values() if each.view == view], pins[view])
        for view in View
        if pins[view] or not only_marked
    ]
    return drawn if marks or not only_marked else []
