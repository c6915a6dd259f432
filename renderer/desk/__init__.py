"""The pages for those who work here."""

from flask import Blueprint

from renderer.desk import (
    account,
    deciding,
    front,
    inbox,
    part,
    people,
    provider,
    signing_in,
)


def create_desk() -> Blueprint:
    """Return the desk with all its pages."""
    desk = Blueprint("desk", __name__, url_prefix="/desk")
    shown = (front, inbox, part, deciding, signing_in, provider, account, people)
    for pages in shown:
        pages.register(desk)
    return desk
