"""The pages for applicants."""

from flask import Blueprint

from renderer.portal import applying, front, people, submitted, submitting


def create_portal() -> Blueprint:
    """Return the portal with all its pages."""
    portal = Blueprint("portal", __name__)
    for pages in (front, people, applying, submitting, submitted):
        pages.register(portal)
    return portal
