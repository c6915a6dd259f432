"""One table as an XLSX file, every cell a text: nothing in it is ever computed."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

#: A text that begins so is computed by a program that reads it from a CSV file.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
#: The same bytes whenever it is made.
_WRITTEN = (1980, 1, 1, 0, 0, 0)


def xlsx(rows: Iterable[Sequence[str]]) -> bytes:
    """Return a workbook with one sheet.

    Source:
        ECMA-376, Office Open XML; inline texts.
    """
    lines = "".join(
        f"<row>{''.join(map(_cell, row))}</row>" for row in ([*each] for each in rows)
    )
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/'
            'vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" '
            f'ContentType="{_SHEET}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" '
            f'ContentType="{_SHEET}.worksheet+xml"/></Types>'
        ),
        "_rels/.rels": _related("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            '<sheet name="1" sheetId="1" r:id="r1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": _related("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": (
            f'<worksheet xmlns="{_MAIN}"><sheetData>{lines}</sheetData></worksheet>'
        ),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            written = f'<?xml version="1.0" encoding="UTF-8"?>{text}'
            package.writestr(zipfile.ZipInfo(name, _WRITTEN), written)
    return file.getvalue()


def plain(text: str) -> str:
    """Return a text that no program takes for a formula.

    >>> plain("=1+1"), plain("东湖路 1 号")
    ("'=1+1", '东湖路 1 号')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def _cell(text: str) -> str:
    # What XML cannot hold was refused when it was typed; what is left is written out.
    readable = "".join(sign for sign in plain(text) if sign >= " " or sign in "\t\n")
    return (
        f'<c t="inlineStr"><is><t xml:space="preserve">{escape(readable)}</t></is></c>'
    )


def _related(kind: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        "</Relationships>"
    )
