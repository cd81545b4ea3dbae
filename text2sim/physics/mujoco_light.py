"""A lighter body for training and searching: 13 segments move instead of 22.

Spine, neck and collars turn in one joint each; hands are fixed to forearms. Each foot is one stiff
box from heel to toe. Contacts have square friction cones without torsional friction.
"""

from __future__ import annotations

from xml.etree import ElementTree as Xml

import numpy as np
from numpy.typing import NDArray

from text2sim.io.mjcf_bodies import text as numbers
from text2sim.light_body import LOCKED

Array = NDArray[np.floating]


def lightened(model: str, actors: list[str]) -> str:
    """The model, MJCF text, with the bodies of actors made light."""
    root = Xml.fromstring(model)
    option = root.find("option")
    assert option is not None
    for name, value in (("cone", "pyramidal"), ("impratio", "1"), ("jacobian", "sparse")):
        option.set(name, value)
    for pair in root.iter("pair"):
        if pair.get("condim") == "4":
            pair.set("condim", "3")
    locked = {f"{actor}_{joint}" for actor in actors for joint in LOCKED}
    for body in root.iter("body"):
        for joint in [item for item in body.findall("joint") if item.get("name") in locked]:
            body.remove(joint)
    servos = root.find("actuator")
    assert servos is not None
    for servo in [item for item in servos if item.get("joint") in locked]:
        servos.remove(servo)
    for actor in actors:
        for side in ("left", "right"):
            _one_sole(root, f"{actor}_{side}_ankle", f"{actor}_{side}_foot")
    return Xml.tostring(root, encoding="unicode")


def _one_sole(root: Xml.Element, rear: str, front: str) -> None:
    """The rear box of a foot reaches to the toe; the front one touches nothing any more."""
    heel = _named(root, "geom", rear)
    toe, offset = _named(root, "geom", front), _vector(_named(root, "body", front), "pos")
    middle, half = _vector(heel, "pos"), _vector(heel, "size")
    toe_half = _vector(toe, "size")
    start, sole = middle[0] - half[0], middle[2] - half[2]
    end = offset[0] + _vector(toe, "pos")[0] + toe_half[0]
    heel.set("pos", numbers([0.5 * (start + end), middle[1], sole + toe_half[2]]))
    heel.set("size", numbers([0.5 * (end - start), half[1], toe_half[2]]))
    contacts = root.find("contact")
    assert contacts is not None
    for pair in list(contacts):
        if front in (pair.get("geom1"), pair.get("geom2")):
            contacts.remove(pair)


def _named(root: Xml.Element, tag: str, name: str) -> Xml.Element:
    return next(item for item in root.iter(tag) if item.get("name") == name)


def _vector(item: Xml.Element, name: str) -> Array:
    return np.array([float(part) for part in item.get(name, "").split()])
