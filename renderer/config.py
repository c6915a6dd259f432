"""Settings, read once from the environment."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from renderer.ends import DEVICES, Device
from submissions import outbound
from submissions.errors import SettingError, StoreUnavailableError
from submissions.files.links import Links
from submissions.oidc import Provider
from submissions.vault import open_sealed
from submissions.vault.key_file import write_whole
from submissions.vault.store import SealedStore

SECRET_BYTES = 32
#: Calls a minute.
API_RATE = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an operator decides about one installation."""

    #: Folder of the store and the secret key.
    data: Path = Path("data")
    #: Store URL; "" means SQLite in the data folder.
    store: str = ""
    #: URL of the store of the wrapped keys; "" means beside the store.
    keys: str = ""
    #: The keys that wrap those, or None: a file in the data folder.
    key_file: Path | None = None
    #: Signs cookies and resume codes; "" means the key file in the data folder.
    secret_key: str = ""
    #: File of sample people who can sign in, or None.
    demo_people: Path | None = None
    #: File of the registers that know what need not be typed, or None.
    sources: Path | None = None
    #: Cookies are sent over HTTPS only.
    secure_cookies: bool = False
    #: Where people reach this installation, for the code on the receipt.
    base_url: str = ""
    #: Calls a minute that one API client may make, for each process of the server.
    api_rate: int = API_RATE
    #: Who says who staff are, or None: only passwords do.
    provider: Provider | None = None
    #: Which devices this process serves: "public", the staff's of a "counter", "kiosk".
    end: Device = "public"

    @property
    def store_url(self) -> str:
        """The store's URL, with the default filled in."""
        return self.store or f"sqlite:///{self.data / 'yibiao.db'}"

    @property
    def key_path(self) -> Path:
        """Where the keys are that wrap all others, with the default filled in."""
        return self.key_file or self.data / "vault.key"


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings whose names start with YIBIAO_.

    Raises:
        SettingError: one cannot be read.
    """
    people = environment.get("YIBIAO_DEMO", "")
    key_file = environment.get("YIBIAO_KEY_FILE", "")
    sources = environment.get("YIBIAO_SOURCES", "")
    return Settings(
        data=Path(environment.get("YIBIAO_DATA") or "data"),
        store=environment.get("YIBIAO_STORE", ""),
        keys=environment.get("YIBIAO_KEYS", ""),
        key_file=Path(key_file) if key_file else None,
        secret_key=environment.get("YIBIAO_SECRET_KEY", ""),
        demo_people=Path(people) if people else None,
        sources=Path(sources) if sources else None,
        secure_cookies=environment.get("YIBIAO_SECURE_COOKIES", "") == "1",
        base_url=environment.get("YIBIAO_BASE_URL", "").rstrip("/"),
        api_rate=_positive("YIBIAO_API_RATE", environment, API_RATE),
        provider=_provider(environment),
        end=_device(environment.get("YIBIAO_END") or "public"),
    )


def _positive(name: str, environment: Mapping[str, str], otherwise: int) -> int:
    written = environment.get(name) or str(otherwise)
    if not written.isdecimal() or int(written) == 0:
        raise SettingError(name, written, "a whole number above 0")
    return int(written)


def _provider(environment: Mapping[str, str]) -> Provider | None:
    issuer = environment.get("YIBIAO_OIDC_ISSUER", "")
    if not issuer:
        return None
    needed = ("YIBIAO_OIDC_CLIENT", "YIBIAO_OIDC_SECRET", "YIBIAO_BASE_URL")
    for name in needed:
        if not environment.get(name):
            raise SettingError(name, "", "set where YIBIAO_OIDC_ISSUER is")
    client, secret, _base_url = (environment[name] for name in needed)
    private = environment.get("YIBIAO_OIDC_ALLOW", "")
    return Provider(
        issuer=issuer.rstrip("/"),
        client=client,
        secret=secret,
        allowed=(outbound.allowance(private),) if private else (),
    )


def _device(name: str) -> Device:
    for device in DEVICES:
        if device == name:
            return device
    raise SettingError("YIBIAO_END", name, f"one of {', '.join(DEVICES)}")


def open_configured(settings: Settings, *, create: bool = True) -> SealedStore:
    """Open the store of an installation, and its keys.

    Args:
        create: make it if it is not there.

    Raises:
        StoreUnavailableError: it cannot be used; names the setting to mend.
    """
    name = "YIBIAO_STORE" if settings.store else "YIBIAO_DATA"
    if not settings.store and settings.data.is_file():
        raise StoreUnavailableError(
            f"{settings.data} is a file", f"Let {name} name the folder of the data."
        )
    try:
        return open_sealed(
            settings.store_url,
            key_file=settings.key_path,
            keys_url=settings.keys,
            create=create,
        )
    except StoreUnavailableError as error:
        repair = f"{error.repair} {name} says where it is."
        raise StoreUnavailableError(error.reason, repair) from error


def secret_key(settings: Settings) -> str:
    """Return the installation's secret; made on the first start, mode 0600.

    Losing it signs everybody out and makes resume codes useless, so it is kept with
    the data.

    Raises:
        StoreUnavailableError: the data folder cannot be read or written.
    """
    if settings.secret_key:
        return settings.secret_key
    path = settings.data / "secret.key"
    try:
        if not path.exists():
            # Of two servers starting at once, both read the same key.
            write_whole(path, secrets.token_urlsafe(SECRET_BYTES), anew=True)
        return path.read_text(encoding="ascii")
    except OSError as error:
        reason = f"{path}: {error.strerror}"
        repair = "Make the data folder (YIBIAO_DATA) readable and writable."
        raise StoreUnavailableError(reason, repair) from error


def links_of(settings: Settings) -> Links:
    """Return what makes and judges the addresses of files in this installation.

    Raises:
        StoreUnavailableError: the data folder cannot be read or written.
    """
    return Links(key=secret_key(settings), base_url=settings.base_url)
