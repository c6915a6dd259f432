"""Two real forms are filled in, as somebody did, in a real browser."""

import re

import pytest
from real_forms import given, real_form

from builder import pack
from builder.documents import decompose, project
from submissions import drafts
from submissions import packs as publishing
from submissions.clock import utc_now, utc_text
from tests.browser.steps import begin

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("document", ["10-10CG.example", "21P-527EZ.example-simple"])
def test_a_real_document_comes_out_of_the_browser_as_it_is(
    new_page, fill_in, store, reference_data, document
):
    name = document.partition(".")[0]
    form, documents = real_form(reference_data / "real-forms" / "va", name)
    (matter,) = form.matters
    now = utc_text(utc_now())
    packed = pack.certify(pack.dump(form), {"ok": True})
    publishing.publish(store, packed, now=now, by="tests")
    page = new_page()
    begin(page, name)
    case = re.search(r"/drafts/([^/]+)", page.url)[1]
    page.goto(f"/drafts/{case}/pages/{form.pages[0].id}")

    fill_in(page, form, decompose(matter, documents[document]))

    answers = drafts.get(store, case, now=utc_text(utc_now())).answers
    assert given(project(matter, answers)) == documents[document]
