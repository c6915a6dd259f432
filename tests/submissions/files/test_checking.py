"""What is taken, what is refused, and what is left of it."""

import zlib
from io import BytesIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from renderer.demo.papers import paper
from submissions.files import pdf, pictures
from submissions.files.checking import MOST_BYTES, NAME_LENGTH, checked, plain_name
from submissions.files.errors import UnusableFileError

PLACE = "30.6 N 114.3 E"
HTML = b"<html><script>alert(1)</script>"
PDF = paper("A lease")


def picture(kind="JPEG", mode="RGB", size=(40, 30), colour=None, **saved):
    written = BytesIO()
    colour = colour if colour is not None else 0
    Image.new(mode, size, colour).save(written, kind, **saved)
    return written.getvalue()


def told_where():
    exif = Image.Exif()
    exif[0x010E] = PLACE  # a description
    exif[0x0112] = 6  # lies on its side
    return exif


def reason(content, name="a.pdf"):
    with pytest.raises(UnusableFileError) as refused:
        checked(name, content)
    return refused.value.reason


def with_object(written):
    """The sample PDF with one more object before its table."""
    return PDF.replace(b"xref\n0", b"9 0 obj\n" + written + b"\nendobj\nxref\n0", 1)


def folded(names):
    packed = zlib.compress(names)
    head = b"<</Type/ObjStm/Filter/FlateDecode/Length %d>>" % len(packed)
    return head + b"stream\n" + packed + b"\nendstream"


def test_a_photo_keeps_its_points_and_loses_what_it_tells():
    icc = b"a profile " * 20
    sent = picture(
        colour=(200, 30, 40), exif=told_where(), comment=PLACE, icc_profile=icc
    )
    assert PLACE.encode() in sent

    kept = checked("IMG_1.jpg", sent)

    assert PLACE.encode() not in kept.content
    assert icc[:10] not in kept.content
    with Image.open(BytesIO(kept.content)) as drawn:
        assert dict(drawn.getexif()) == {}
        assert not {"icc_profile", "comment", "exif"} & drawn.info.keys()
        # It stands upright now.
        assert (drawn.format, drawn.size) == ("JPEG", (30, 40))
        assert all(
            abs(a - b) < 6
            for a, b in zip(drawn.getpixel((5, 5)), (200, 30, 40), strict=True)
        )
    assert (kept.type, kept.name) == ("image/jpeg", "IMG_1.jpg")


def test_a_screenshot_loses_its_texts_and_stands_on_white():
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", PLACE)
    sent = picture("PNG", "RGBA", colour=(0, 0, 0, 0), pnginfo=texts)

    kept = checked("截图.PNG", sent)

    assert PLACE.encode() not in kept.content
    with Image.open(BytesIO(kept.content)) as drawn:
        assert drawn.getpixel((1, 1)) == (255, 255, 255)
    assert kept.name == "截图.jpg"


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_is_read(mode):
    assert checked("a.png", picture("PNG", mode)).type == "image/jpeg"


def test_a_grey_scan_of_16_bits_keeps_its_greys():
    kept = checked("a.png", picture("PNG", "I;16", colour=40_000))

    with Image.open(BytesIO(kept.content)) as drawn:
        assert 150 <= drawn.convert("L").getpixel((1, 1)) <= 162


def test_a_large_photo_is_made_as_small_as_readers_need():
    kept = checked("a.jpg", picture(size=(6000, 3000)))

    with Image.open(BytesIO(kept.content)) as drawn:
        assert drawn.size == (pictures.LONGEST_SIDE, pictures.LONGEST_SIDE // 2)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_what_hides_behind_a_picture_is_gone(kind):
    kept = checked("a.jpg", picture(kind) + HTML + PDF)

    assert b"script" not in kept.content
    assert b"%PDF" not in kept.content


def test_the_content_decides_and_the_name_only_follows():
    assert checked("lease.exe", PDF).name == "lease.pdf"
    assert checked("photo.pdf", picture()).name == "photo.jpg"
    assert reason(HTML, "lease.pdf") == "kind"


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00",
        b"PK\x03\x04" + b"\0" * 40,
        b"GIF89a" + b"\0" * 40,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        HTML + PDF,
        b"\n" + PDF,
        b"BM" + b"\0" * 60,
    ],
    ids=["program", "zip", "gif", "svg", "html and pdf", "shifted pdf", "bmp"],
)
def test_other_kinds_are_refused(content):
    assert reason(content) == "kind"


def test_nothing_is_refused_as_nothing_and_too_much_as_too_much():
    assert reason(b"") == "empty"
    assert reason(PDF + b" " * MOST_BYTES) == "large"
    assert checked("a.pdf", PDF + b" " * 100).type == "application/pdf"


def png_that_claims(width, height):
    """A PNG whose head promises more than its few bytes hold."""
    sent = bytearray(picture("PNG"))
    sent[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    sent[29:33] = zlib.crc32(sent[12:29]).to_bytes(4, "big")
    return bytes(sent)


@pytest.mark.parametrize("size", [(50_000, 50_000), (10_000, 9_000), (8_000, 6_000)])
def test_a_picture_that_unfolds_into_too_much_is_refused_unread(size):
    assert reason(png_that_claims(*size), "a.png") == "huge"


def test_a_photo_with_thousands_of_passes_is_refused_unread():
    sent = picture()
    many = sent[:-2] + b"\xff\xda" * 5000 + sent[-2:]

    assert reason(many, "a.jpg") == "huge"


def test_half_a_picture_is_broken():
    sent = picture(size=(400, 300), colour=(1, 2, 3))

    assert reason(sent[: len(sent) // 2], "a.jpg") == "broken"


def test_a_pdf_is_kept_byte_for_byte_so_that_its_seals_hold():
    assert checked("lease.pdf", PDF).content == PDF


@pytest.mark.parametrize(
    "name",
    [
        b"/JavaScript",
        b"/J#61vaScript",
        b"/#4a#53",
        b"/Launch",
        b"/EmbeddedFile",
        b"/RichMedia",
        b"/XFA",
    ],
)
def test_a_pdf_that_would_do_something_is_refused(name):
    assert reason(with_object(b"<<" + name + b"(x)>>")) == "active"
    assert reason(with_object(folded(b"<<" + name + b"(x)>>"))) == "active"


def test_names_inside_streams_are_no_names():
    drawn = b"<</Length 9>>stream\n/JS /Launch\nendstream"

    assert checked("a.pdf", with_object(drawn)).type == "application/pdf"


def test_a_pdf_with_a_password_is_refused():
    assert reason(with_object(b"<</Encrypt 5 0 R>>")) == "locked"


def test_what_is_attached_to_a_pdf_is_refused():
    assert reason(PDF + HTML) == "padded"
    assert reason(PDF + b"PK\x03\x04zip") == "padded"
    assert reason(PDF.replace(b"%PDF-1.4", b"%PDF-9.9")) == "padded"


def test_a_pdf_that_cannot_be_opened_is_refused():
    assert reason(PDF[:-10]) == "broken"
    assert reason(PDF.replace(b"/Page", b"/Rage")) == "broken"
    assert reason(PDF.replace(b"startxref\n", b"startxref\n99")) == "broken"
    assert reason(with_object(folded(b"x").replace(b"x\x9c", b"no"))) == "broken"


def test_a_pdf_that_unfolds_into_too_much_is_refused():
    bomb = folded(b"\0" * (pdf.MOST_UNFOLDED + 1))

    assert len(bomb) < 100_000
    assert reason(with_object(bomb)) == "broken"


BEGINNINGS = [picture(exif=told_where()), picture("PNG", "P"), PDF]


@pytest.mark.filterwarnings("ignore::UserWarning")  # what a damaged head says
@given(
    st.sampled_from(BEGINNINGS),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=12),
    st.integers(0, 3000),
)
@example(PDF, [], 0)
def test_any_damage_is_taken_or_refused_and_never_stops_us(content, changes, cut):
    """Law: whatever comes, it is kept as one of two kinds or refused in words."""
    damaged = bytearray(content)
    for place, byte in changes:
        damaged[place % len(damaged)] = byte
    try:
        kept = checked("a", bytes(damaged[: len(damaged) - cut % len(damaged)]))
    except UnusableFileError:
        return
    assert kept.type in {"image/jpeg", "application/pdf"}
    assert PLACE.encode() not in kept.content


@given(st.text())
@example("../../etc/passwd")
@example("C:\\Users\\me\\lease.pdf")
@example("a\r\nSet-Cookie: x.pdf")
@example("\u202efdp.exe")
def test_a_name_is_no_path_and_has_no_hidden_signs(name):
    kept = checked(name, PDF).name

    assert kept.isprintable()
    assert not set(kept) & set('/\\\r\n\0"\u202e') - {'"'}
    assert kept.endswith(".pdf")
    assert not kept.startswith(".")
    assert len(kept) <= NAME_LENGTH + len(".pdf")


def test_a_long_name_keeps_its_end():
    assert plain_name("很" * 200 + "租赁合同.pdf").endswith("租赁合同.pdf")


def test_a_refusal_says_what_to_do():
    error = UnusableFileError("a.zip", "kind")

    assert str(error) == (
        "'a.zip' is not taken: it is no JPEG, PNG or PDF. Save it as one of these."
    )
