"""The pages for applicants."""

from flask import Blueprint

from renderer.portal import (
    acting,
    applying,
    choosing,
    correcting,
    doubting,
    finding,
    front,
    handing_in,
    idle,
    paper,
    people,
    rating,
    rows,
    submitted,
    submitting,
    supplying,
    tasks,
)


def create_portal() -> Blueprint:
    """Return the portal with all its pages."""
    portal = Blueprint("portal", __name__)
    for pages in (
        idle,
        acting,
        finding,
        front,
        people,
        tasks,
        applying,
        rows,
        choosing,
        doubting,
        handing_in,
        submitting,
        submitted,
        correcting,
        supplying,
        rating,
        paper,
    ):
        pages.register(portal)
    return portal
