"""A drawing put into a Word document as vector shapes: sharp on paper, and open to be edited."""

from typing import Any
from xml.sax.saxutils import escape, quoteattr

from docx.oxml import parse_xml

from lianzhang.tables.drawing import Box, Drawing, Line, Words

EMU = 9525  # of a point of the drawing
_OFFICE = "http://schemas.microsoft.com/office/word/2010/"
_OPEN = "http://schemas.openxmlformats.org/"
NAMES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "w": f"{_OPEN}wordprocessingml/2006/main",
        "wp": f"{_OPEN}drawingml/2006/wordprocessingDrawing",
        "a": f"{_OPEN}drawingml/2006/main",
        "mc": f"{_OPEN}markup-compatibility/2006",
        "wpg": f"{_OFFICE}wordprocessingGroup",
        "wps": f"{_OFFICE}wordprocessingShape",
    }.items()
)


def add(document: Any, drawing: Drawing, *, number: int = 1) -> None:
    """Put the drawing in a paragraph of its own, as wide as the text; `number` tells drawings of one file apart."""
    section = document.sections[0]
    room = section.page_width - section.left_margin - section.right_margin
    paragraph = document.add_paragraph()
    paragraph.add_run()._r.append(parse_xml(_xml(drawing, scale=room / drawing.width, number=number)))


def _xml(drawing: Drawing, *, scale: float, number: int) -> str:
    wide, high = round(drawing.width * scale), round(drawing.height * scale)
    shapes = "".join(_shape(shape, scale=scale, number=n) for n, shape in enumerate(drawing.shapes, start=2))
    extent = (
        f'<a:off x="0" y="0"/><a:ext cx="{wide}" cy="{high}"/><a:chOff x="0" y="0"/><a:chExt cx="{wide}" cy="{high}"/>'
    )
    return (
        f'<mc:AlternateContent {NAMES}><mc:Choice Requires="wpg"><w:drawing>'
        f'<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{wide}" cy="{high}"/>'
        f'<wp:docPr id="{number}" name="drawing {number}" descr={quoteattr(drawing.title)}/><wp:cNvGraphicFramePr/>'
        f'<a:graphic><a:graphicData uri="{_OFFICE}wordprocessingGroup"><wpg:wgp><wpg:cNvGrpSpPr/>'
        f"<wpg:grpSpPr><a:xfrm>{extent}</a:xfrm></wpg:grpSpPr>{shapes}</wpg:wgp></a:graphicData></a:graphic>"
        f"</wp:inline></w:drawing></mc:Choice></mc:AlternateContent>"
    )


def _shape(shape: Box | Line | Words, *, scale: float, number: int) -> str:
    if isinstance(shape, Box):
        place = _place(shape.x, shape.y, shape.width, shape.height, scale=scale)
        look = _filled(shape.fill) + _outlined(shape.stroke)
        return _wsp(place, look, number=number)
    if isinstance(shape, Line):
        place = _place(shape.x, shape.top, 0, shape.floor - shape.top, scale=scale)
        return _wsp(place, _outlined(shape.stroke, is_dashed=shape.is_dashed), number=number, form="line")
    left = shape.x - {"start": 0.0, "middle": shape.width / 2, "end": shape.width}[shape.anchor]
    place = _place(left, shape.y - shape.size * 1.1, shape.width, shape.size * 1.5, scale=scale)
    return _wsp(place, _filled("") + _outlined(""), number=number, text=_text(shape, scale=scale))


def _place(x: float, y: float, width: float, height: float, *, scale: float) -> str:
    at = [round(each * scale) for each in (x, y, width, height)]
    return f'<a:xfrm><a:off x="{at[0]}" y="{at[1]}"/><a:ext cx="{at[2]}" cy="{at[3]}"/></a:xfrm>'


def _filled(colour: str) -> str:
    return f'<a:solidFill><a:srgbClr val="{colour[1:]}"/></a:solidFill>' if colour else "<a:noFill/>"


def _outlined(colour: str, *, is_dashed: bool = False) -> str:
    dash = '<a:prstDash val="dash"/>' if is_dashed else ""
    return f'<a:ln w="9525">{_filled(colour)}{dash}</a:ln>' if colour else "<a:ln><a:noFill/></a:ln>"


def _wsp(place: str, look: str, *, number: int, form: str = "rect", text: str = "") -> str:
    body = '<wps:bodyPr wrap="square" lIns="0" tIns="0" rIns="0" bIns="0" anchor="ctr"><a:noAutofit/></wps:bodyPr>'
    kind = "<wps:cNvSpPr/>" if not text else '<wps:cNvSpPr txBox="1"/>'
    return (
        f'<wps:wsp><wps:cNvPr id="{number}" name="shape {number}"/>{kind}<wps:spPr>{place}'
        f'<a:prstGeom prst="{form}"><a:avLst/></a:prstGeom>{look}</wps:spPr>{text}{body}</wps:wsp>'
    )


def _text(words: Words, *, scale: float) -> str:
    half_points = max(round(words.size * scale / EMU * 0.75 * 2), 10)
    side = {"start": "left", "middle": "center", "end": "right"}[words.anchor]
    bold = "<w:b/>" if words.is_bold else ""
    runs = "".join(
        f'<w:r><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="宋体"/>{bold}'
        f'<w:color w:val="{colour[1:]}"/><w:sz w:val="{half_points}"/></w:rPr>'
        f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
        for text, colour in words.runs
    )
    return (
        f'<wps:txbx><w:txbxContent><w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/>'
        f'<w:jc w:val="{side}"/></w:pPr>{runs}</w:p></w:txbxContent></wps:txbx>'
    )
