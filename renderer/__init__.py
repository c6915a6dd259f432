"""What people and programs reach over HTTP, and the `yibiao` command."""

from datetime import timedelta

from flask import Flask, request
from flask_babel import Babel
from flask_wtf import CSRFProtect

from renderer import config, security, wording
from renderer.api import create_api
from renderer.config import Settings
from renderer.forms import FormClasses
from renderer.identity import read_people
from renderer.portal import create_portal, refusals
from renderer.portal.access import Services, person
from submissions.clock import Clock, utc_now
from submissions.store import open_store
from submissions.store.contract import Store

#: A browser stays signed in as long as a draft is kept.
SIGNED_IN_DAYS = 30
#: Bytes and fields of one request; pages are far smaller.
MOST_BYTES, MOST_FIELDS = 2_000_000, 10_000
BABEL_LOCALES = {"zh-CN": "zh_Hans_CN", "en": "en"}


def create_app(
    settings: Settings | None = None,
    *,
    store: Store | None = None,
    clock: Clock = utc_now,
) -> Flask:
    """Return the web application.

    Args:
        settings: read from the environment if left out.
        store: opened from the settings if left out.
        clock: tells the time.

    Raises:
        StoreUnavailableError: the store cannot be opened.
    """
    settings = settings or config.from_environment()
    key = config.secret_key(settings)
    app = Flask(__name__)
    app.config.update(_flask_settings(settings, key))
    app.extensions["yibiao"] = Services(
        store=store or open_store(settings.store_url),
        people=read_people(settings.demo_people),
        classes=FormClasses(),
        clock=clock,
        key=key,
        base_url=settings.base_url,
    )
    api = create_api()
    CSRFProtect(app).exempt(api)
    Babel(app, locale_selector=_locale, default_locale=BABEL_LOCALES["zh-CN"])
    app.register_blueprint(create_portal())
    app.register_blueprint(api)
    refusals.register(app)
    security.protect(app)
    _say(app)
    return app


def _say(app: Flask) -> None:
    """Give the templates what every page says."""
    app.jinja_env.globals.update(
        static_url=security.hashed_files(app),
        languages=wording.LANGUAGES,
        language=wording.language,
        words=wording.marked,
        person=person,
        here=_here,
    )
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
        "MAX_FORM_PARTS": MOST_FIELDS,
    }


def _locale() -> str:
    chosen = request.cookies.get("lang", wording.DEFAULT_LANGUAGE)
    return BABEL_LOCALES.get(chosen, BABEL_LOCALES[wording.DEFAULT_LANGUAGE])


def _here() -> str:
    """The page to come back to after a switch."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    if request.endpoint == "portal.submit":
        return request.path.removesuffix("/submit") + "/check"
    return request.path


def _view() -> dict[str, str]:
    """The reading modes this browser chose, as classes of the page."""
    chosen = {request.cookies.get(name, "") for name in ("elder", "contrast")}
    return {"view_class": " ".join(sorted(chosen & {"elder", "contrast"}))}
