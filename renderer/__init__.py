"""What people and programs reach over HTTP, and the `yibiao` command."""

import renderer.interrupted  # noqa: F401  # isort: skip - before what takes long

import logging
from collections.abc import Callable
from datetime import timedelta

from flask import Flask, request
from flask_babel import Babel
from flask_wtf import CSRFProtect

from renderer import config, ready, security, wording
from renderer.api import UPLOAD, create_api, limit_calls
from renderer.config import Settings
from renderer.desk import create_desk
from renderer.desk.access import refuse_unguarded
from renderer.identity import read_identities
from renderer.logs import hide_numbers
from renderer.portal import acting, create_portal, handing_in, refusals, supplying
from renderer.portal.access import (
    Services,
    here,
    person,
    reading_modes,
    services,
    staff,
)
from renderer.showing import file_size
from renderer.sources.connections import Connections, connected
from submissions.clock import Clock, utc_now
from submissions.errors import SubmissionsError
from submissions.files.checking import MOST_BYTES as MOST_FILE
from submissions.store.contract import Store

#: gunicorn stops at this exit code of a worker and starts no further ones.
BOOT_ERROR = 3
#: A browser stays signed in as long as a draft is kept.
SIGNED_IN_DAYS = 30
#: Bytes of one request. A full page has fewer, and all pages of a draft, kept as values
#: and as typed, stay far below what the store keeps in one document.
MOST_BYTES = 200_000
#: Values of one form; the largest page has some 600.
MOST_VALUES = 2_000
_logger = logging.getLogger(__name__)
#: Classes of the page that a device demands.
DEVICE_CLASSES = {"public": (), "counter": ("dense",), "kiosk": ("kiosk",)}
BABEL_LOCALES = {"zh-CN": "zh_Hans_CN", "en": "en"}


def create_app(
    settings: Settings | None = None,
    *,
    store: Store | None = None,
    clock: Clock = utc_now,
    connections: Connections | None = None,
) -> Flask:
    """Return the web application.

    Args:
        settings: read from the environment if left out.
        store: opened from the settings if left out, as are the connections.
        clock: tells the time.
        connections: who is asked for what is known.

    Raises:
        SubmissionsError: the store cannot be opened, or a setting is none.
        SystemExit: the same, for a server that gave no settings; the log says why.
    """
    if settings is None:
        return _in_words(lambda read: create_app(read, store=store, clock=clock))
    key = config.secret_key(settings)
    known = read_identities(settings.demo_people)
    kept = store or config.open_configured(settings)
    app = Flask(__name__)
    app.config.update(_flask_settings(settings, key))
    app.extensions["yibiao"] = Services(
        store=kept,
        people=known.people,
        staff=known.staff,
        clock=clock,
        provider=settings.provider,
        key=key,
        base_url=settings.base_url,
        connections=connected(connections, settings.sources, kept),
        end=settings.end,
    )
    _register(app)
    limit_calls(app, per_minute=settings.api_rate)
    return app


def _in_words(create: Callable[[Settings], Flask]) -> Flask:
    """Create the application for a server that would only show a stack trace."""
    try:
        return create(config.from_environment())
    except SubmissionsError as error:
        _logger.critical("%s", error)
        raise SystemExit(BOOT_ERROR) from None


def _register(app: Flask) -> None:
    """Add the pages, the calls, what guards both, and what every page says."""
    Babel(app, locale_selector=_locale, default_locale=BABEL_LOCALES["zh-CN"])
    hide_numbers()
    # An empty name in an address names nothing; it leads to no other address.
    app.url_map.merge_slashes = False
    app.session_interface = security.PageSessions()
    # Ahead of what reads the form: the check of its token.
    files = {handing_in.ENDPOINT, supplying.ENDPOINT}
    security.let_files_in(app, files, most=handing_in.MOST_SENT)
    security.let_files_in(app, {UPLOAD}, most=MOST_FILE)
    security.refuse_large_forms(app, most=MOST_VALUES)
    api = create_api()
    CSRFProtect(app).exempt(api)
    app.register_blueprint(create_portal())
    app.register_blueprint(api)
    if app.extensions["yibiao"].end != "kiosk":
        app.register_blueprint(create_desk())
        refuse_unguarded(app)
    refusals.register(app)
    security.protect(app, revisited=app.extensions["yibiao"].end != "kiosk")
    _say(app)


def _say(app: Flask) -> None:
    """Give the templates what every page says."""
    app.jinja_env.globals.update(
        _=wording.say_in_template,
        gettext=wording.say_in_template,
        static_url=security.hashed_files(app),
        languages=wording.LANGUAGES,
        language=wording.language,
        reader=wording.reader,
        words=wording.words,
        tongue=wording.tongue,
        person=person,
        staff=staff,
        acting=acting.applicant,
        device=lambda: services().end,
        here=here,
        size_of=file_size,
    )
    app.jinja_env.filters.update(bare=str, mark=ready.mark, joined=ready.joined)
    app.context_processor(_view)


def _flask_settings(settings: Settings, key: str) -> dict[str, object]:
    secure = settings.secure_cookies
    return {
        "SECRET_KEY": key,
        "SESSION_COOKIE_NAME": "__Host-yibiao" if secure else "yibiao",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(days=SIGNED_IN_DAYS),
        # A token lives as long as its session: a long look at a page loses nothing.
        "WTF_CSRF_TIME_LIMIT": None,
        "MAX_CONTENT_LENGTH": MOST_BYTES,
        "MAX_FORM_MEMORY_SIZE": MOST_BYTES,
        # Of multipart forms only; `security.refuse_large_forms` counts the others.
        "MAX_FORM_PARTS": MOST_VALUES,
    }


def _locale() -> str:
    chosen = request.cookies.get("lang") or wording.preferred(
        tag for tag, _quality in request.accept_languages
    )
    return BABEL_LOCALES.get(chosen, BABEL_LOCALES[wording.DEFAULT_LANGUAGE])


def _view() -> dict[str, str]:
    """What the device and the reader demand, as classes of the page."""
    return {"view_class": " ".join((*DEVICE_CLASSES[services().end], *reading_modes()))}
