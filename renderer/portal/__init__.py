"""The pages for applicants."""

from flask import Blueprint

from renderer.portal import (
    applying,
    correcting,
    front,
    people,
    submitted,
    submitting,
)


def create_portal() -> Blueprint:
    """Return the portal with all its pages."""
    portal = Blueprint("portal", __name__)
    for pages in (front, people, applying, submitting, submitted, correcting):
        pages.register(portal)
    return portal
