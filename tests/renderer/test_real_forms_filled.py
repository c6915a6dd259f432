"""Whatever real forms hold, their pages can give."""

import pytest
from real_forms import FORMS, given, real_form

from builder import pack
from builder.documents import decompose, project
from renderer import create_app
from renderer.config import Settings, open_configured
from submissions import drafts
from submissions import packs as publishing

AT = "2026-11-22T00:00:00.000Z"


@pytest.fixture(scope="module", params=FORMS)
def real(request, reference_data):
    return real_form(reference_data / "real-forms" / "va", request.param)


@pytest.fixture
def fill(real, tmp_path, open_site):
    """Fill a document in through the pages; return what was kept of it."""
    form, _ = real
    settings = Settings(data=tmp_path)
    store = open_configured(settings)
    packed = pack.certify(pack.dump(form), {"ok": True})
    publishing.publish(store, packed, now=AT, by="tests")
    app = create_app(settings, store=store)

    def filled(document):
        site, (matter,) = open_site(app), form.matters
        begun = site.begin(form.affair)
        *_, check = site.fill(begun, form, decompose(matter, document))
        assert "errors" not in check.ids, check.words
        draft = drafts.get(store, begun.path.split("/")[2], now=AT)
        return project(matter, draft.answers)

    yield filled
    store.close()


@pytest.mark.slow
def test_every_real_document_comes_out_of_the_pages_as_it_is(real, fill):
    _, documents = real

    for name, document in documents.items():
        assert given(fill(document)) == document, name
    assert len(documents) >= 7
