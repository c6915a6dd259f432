"""The pages for those who work here."""

from flask import Blueprint

from renderer.desk import account, front, people, provider, signing_in


def create_desk() -> Blueprint:
    """Return the desk with all its pages."""
    desk = Blueprint("desk", __name__, url_prefix="/desk")
    for pages in (front, signing_in, provider, account, people):
        pages.register(desk)
    return desk
