"""What every test can ask for."""

import os
import shutil
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from builder import pack
from builder.catalogue import load, read_folder
from builder.merge import merge
from builder.model import AffairId, Catalogue, MergedForm

CHECKOUT = Path(__file__).parent.parent

settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("default"), derandomize=True)
settings.register_profile(
    "quick", settings.get_profile("default"), derandomize=True, max_examples=20
)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "default")
)


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder that holds the four packages."""
    return CHECKOUT


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of the facts the definitions were written from."""
    folder = Path(os.environ.get("YIBIAO_REFERENCE", CHECKOUT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no reference data: set YIBIAO_REFERENCE ({folder} is no folder)")
    return folder


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser; without one the test is skipped, or fails where one must be."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        reason = "no Chromium on this machine (Debian: apt-get install chromium)"
        if os.environ.get("YIBIAO_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return Path(found)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The shipped definitions."""
    return load(read_folder(files("form_defs")))


@pytest.fixture(scope="session")
def forms(catalogue: Catalogue) -> Mapping[AffairId, MergedForm]:
    """The shipped affairs, merged."""
    return {affair: merge(catalogue, affair) for affair in catalogue.affairs}


@pytest.fixture(scope="session")
def packs(forms: Mapping[AffairId, MergedForm]) -> Mapping[AffairId, bytes]:
    """The shipped affairs as candidates; what certificates say is tested elsewhere."""
    return {
        affair: pack.certify(pack.dump(form), {"ok": True})
        for affair, form in forms.items()
    }
