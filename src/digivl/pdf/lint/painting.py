"""Follows what a page paints, as far as it takes to tell what cannot be seen.

Where text starts, what is painted over it later, in which mode, colour and size: no
more. Widths of glyphs are not looked at, so that only the first piece of text after
each positioning has a place. What is not sure (clipping by a curve, patterns, masks,
blending, layers) never counts as covering anything.

Source:
    ISO 32000-2, 8 (graphics), 9 (text), 11 (transparency).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from copy import copy
from typing import Any, ClassVar, Final

import attrs
from pyhanko.pdf_utils import generic

from digivl.errors import DigivlError, LimitExceededError
from digivl.pdf.lint.geometry import (
    IDENTITY,
    Box,
    Matrix,
    Plane,
    bounds,
    corners,
    is_rectangle,
    multiplied,
    overlap,
    placed,
    scale,
    straight,
    upright,
)
from digivl.pdf.lint.state import (
    Path,
    State,
    additive,
    inside_first_glyph,
    key_of,
    matrix_of,
)
from digivl.pdf.lint.tokens import INLINE_IMAGE, Name, Operands, operators
from digivl.pdf.lint.walk import Document, array, dictionary
from digivl.pdf.reading import entry

_DEEPEST_FORM: Final = 20
_MOST_STATES: Final = 2_000
_MOST_CONTENT: Final = 1 << 26
_UNIT: Final[Box] = (0.0, 0.0, 1.0, 1.0)
_INVISIBLE: Final = 3
_CLIP_ONLY: Final = 7
_FAINT: Final = 0.05
_WHITE: Final = 0.99
#: What an operator with wrong operands makes Python raise.
_SENSELESS: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
#: Operators that change nothing here.
_PASSED_OVER: Final = frozenset(
    b"w J j M d ri i h CS SC SCN G RG K d0 d1 ET Tc Tw Tz Ts MP DP BX EX".split()
)


@attrs.define
class Painter:
    """Paints content on the plane of a page.

    Attributes:
        plane: Where things stand, in the coordinates of the page.
        fonts: Those that show something, by identity.
        odd: Operators that the standard does not know.
    """

    document: Document
    plane: Plane
    fonts: dict[int, Any] = attrs.field(factory=dict[int, Any])
    odd: int = 0
    _state: State = attrs.field(init=False)
    _saved: list[State] = attrs.field(factory=list[State])
    _marks: list[bool] = attrs.field(factory=list[bool])
    _path: Path = attrs.field(factory=Path)
    _forms: list[int] = attrs.field(factory=list[int])
    _resources: Any = None
    _floor: int = 0
    _text: Matrix = IDENTITY
    _line: Matrix = IDENTITY
    _placed: bool = False

    def paint(self, content: bytes, resources: Any, matrix: Matrix, clip: Box) -> None:
        """Follow one content stream.

        Args:
            content: Decoded.
            resources: Its resource dictionary.
            matrix: From its coordinates to those of the page.
            clip: What of the page it can reach.
        """
        self._state = State(matrix, clip)
        self._saved, self._marks, self._path = [], [], Path()
        self._run(content, resources)

    def _run(self, content: bytes, resources: Any) -> None:
        if len(content) > _MOST_CONTENT:
            raise LimitExceededError("a page has more content than can be checked")
        self._resources, self._floor = resources, len(self._saved)
        for operator, operands in operators(content, self.document.budget.spend):
            handler = _HANDLERS.get(operator)
            if handler is None:
                self.odd += operator not in _PASSED_OVER
                continue
            try:
                handler(self, operands)
            except (DigivlError, RecursionError):
                raise
            # A viewer passes over an operator that makes no sense; so does this.
            except _SENSELESS:
                continue
        del self._saved[self._floor :]

    def _named(self, kind: str, name: Name) -> Any:
        return entry(dictionary(entry(self._resources, kind)), key_of(name))

    # Graphics state

    def _save(self, _: Operands) -> None:
        if len(self._saved) >= _MOST_STATES:
            raise LimitExceededError("content nests deeper than is let in")
        self._saved.append(copy(self._state))

    def _restore(self, _: Operands) -> None:
        if len(self._saved) > self._floor:
            self._state = self._saved.pop()

    def _transform(self, operands: Operands) -> None:
        self._state.matrix = multiplied(matrix_of(operands), self._state.matrix)

    def _extended(self, operands: Operands) -> None:
        told, state = dictionary(self._named("/ExtGState", operands[-1])), self._state
        if (alpha := entry(told, "/ca")) is not None:
            state.alpha = float(alpha)
        blend, mask = entry(told, "/BM"), entry(told, "/SMask")
        if blend is not None or mask is not None:
            normal = blend in {None, "/Normal", "/Compatible"}
            state.solid = normal and mask in {None, "/None"}
        font = array(entry(told, "/Font"))
        if len(font) == 2:
            state.font, state.size = font[0], float(font[1])

    def _grey(self, operands: Operands) -> None:
        self._state.additive = True
        self._tint(operands[-1:])

    def _rgb(self, operands: Operands) -> None:
        self._state.additive = True
        self._tint(operands[-3:])

    def _cmyk(self, operands: Operands) -> None:
        self._state.additive = False
        self._tint(operands[-4:])

    def _space(self, operands: Operands) -> None:
        found = self._named("/ColorSpace", operands[-1])
        state = self._state
        state.additive = additive(key_of(operands[-1]) if found is None else found)
        state.white = state.pattern = False

    def _tint(self, operands: Operands) -> None:
        state = self._state
        state.pattern = isinstance(operands[-1], Name)
        state.white = False
        if state.additive is not None and not state.pattern:
            lacking = (1 - one for one in operands)
            state.white = max(lacking if state.additive else operands) <= 1 - _WHITE

    # Marked content

    def _mark(self, operands: Operands) -> None:
        if len(self._marks) >= _MOST_STATES:
            raise LimitExceededError("content nests deeper than is let in")
        self._marks.append(operands[:1] == [b"OC"])

    def _unmark(self, _: Operands) -> None:
        if self._marks:
            self._marks.pop()

    @property
    def _layered(self) -> bool:
        return True in self._marks

    # Paths

    def _rectangle(self, operands: Operands) -> None:
        x, y, wide, high = operands[-4:]
        self._path.boxes.append(straight((x, y, x + wide, y + high)))

    def _point(self, operands: Operands) -> None:
        x, y = operands[-2:]
        self._path.points.append((x + 0.0, y + 0.0))

    def _curve(self, operands: Operands) -> None:
        self._path.curved = True
        self._point(operands)

    def _clip(self, _: Operands) -> None:
        self._path.clips = True

    def _fill(self, _: Operands) -> None:
        self._end_path(filled=True)

    def _drop(self, _: Operands) -> None:
        self._end_path(filled=False)

    def _end_path(self, *, filled: bool) -> None:
        state, path, self._path = self._state, self._path, Path()
        boxes, sure = path.boxes, not path.curved and upright(state.matrix)
        if path.points:
            boxes = [*boxes, bounds(path.points)]
            sure = sure and is_rectangle(path.points)
        boxes = [placed(box, state.matrix) for box in boxes]
        for box in boxes if filled else ():
            self._cover(box, sure=sure and not state.pattern, white=state.white)
        if path.clips and boxes:
            around = bounds(corner for box in boxes for corner in corners(box))
            state.clip = overlap(state.clip, around)
            state.sure = state.sure and sure and len(boxes) == 1

    def _cover(self, box: Box, *, sure: bool, white: bool = False) -> None:
        state = self._state
        opaque = state.sure and state.solid and state.alpha >= 1 and not self._layered
        shown = overlap(box, state.clip)
        self.plane.paint(shown, white=white, covers=sure and opaque)

    def _shade(self, _: Operands) -> None:
        self.plane.paint(self._state.clip)

    # Images and forms

    def _draw(self, operands: Operands) -> None:
        objects, name = dictionary(entry(self._resources, "/XObject")), operands[-1]
        drawn = entry(objects, key_of(name))
        if not isinstance(drawn, generic.StreamObject):
            return
        number = getattr(objects.raw_get(key_of(name)), "idnum", 0)
        self.document.drawn.add(number)
        layered = entry(drawn, "/OC") is not None
        if entry(drawn, "/Subtype") == "/Image":
            masks = ("/SMask", "/Mask", "/ImageMask", "/SMaskInData")
            self._image(sure=not (layered or any(entry(drawn, key) for key in masks)))
        elif entry(drawn, "/Subtype") == "/Form" and number not in self._forms:
            self._form(drawn, number, layered=layered)

    def _inline(self, _: Operands) -> None:
        self._image(sure=False)

    def _image(self, *, sure: bool) -> None:
        matrix = self._state.matrix
        box = placed(_UNIT, matrix)
        self.plane.show_image(overlap(box, self._state.clip))
        self._cover(box, sure=sure and upright(matrix))

    def _form(self, form: Any, number: int, *, layered: bool) -> None:
        if len(self._forms) >= _DEEPEST_FORM:
            raise LimitExceededError("forms in forms, deeper than can be checked")
        self.document.budget.spend(1)
        outer = self._state, self._resources, self._floor, self._path
        text = self._text, self._line, self._placed
        marks = len(self._marks)
        self._state, self._path = copy(self._state), Path()
        self._enter(form)
        self._marks.append(layered)
        self._forms.append(number)
        own = entry(form, "/Resources")
        self._run(form.data, outer[1] if own is None else own)
        self._forms.pop()
        del self._marks[marks:]
        self._text, self._line, self._placed = text
        self._state, self._resources, self._floor, self._path = outer

    def _enter(self, form: Any) -> None:
        state = self._state
        state.sure = state.sure and state.solid and state.alpha >= 1
        state.faint = state.faint or state.alpha < _FAINT
        matrix = array(entry(form, "/Matrix"))
        if matrix:
            state.matrix = multiplied(matrix_of(matrix), state.matrix)
        box = array(entry(form, "/BBox"))
        state.clip = overlap(state.clip, placed(straight(box), state.matrix))
        state.sure = state.sure and upright(state.matrix)

    # Text

    def _begin_text(self, _: Operands) -> None:
        self._text = self._line = IDENTITY
        self._placed = False

    def _set_text(self, operands: Operands) -> None:
        self._text = self._line = matrix_of(operands)
        self._placed = False

    def _move(self, operands: Operands) -> None:
        x, y = operands[-2:]
        self._text = self._line = multiplied((1, 0, 0, 1, x, y), self._line)
        self._placed = False

    def _move_leading(self, operands: Operands) -> None:
        self._state.leading = -operands[-1]
        self._move(operands)

    def _next_line(self, _: Operands) -> None:
        self._move([0.0, -self._state.leading])

    def _set_leading(self, operands: Operands) -> None:
        self._state.leading = operands[-1] + 0.0

    def _set_mode(self, operands: Operands) -> None:
        self._state.mode = int(operands[-1])

    def _set_font(self, operands: Operands) -> None:
        self._state.size = operands[-1] + 0.0
        self._state.font = self._named("/Font", operands[-2])

    def _show_next(self, operands: Operands) -> None:
        self._next_line(operands)
        self._show(operands)

    def _show(self, operands: Operands) -> None:
        state = self._state
        shown = any(one.strip(b" \0\x03") for one in operands if type(one) is bytes)
        if not shown or state.mode == _CLIP_ONLY or self._layered:
            return
        unseen = state.mode == _INVISIBLE or state.alpha < _FAINT or state.faint
        if state.font is not None and not unseen:
            self.fonts[id(state.font)] = state.font
        if self._placed and not unseen:
            return
        self._placed = True
        whole = multiplied(self._text, state.matrix)
        size = abs(state.size) * scale(whole)
        at = inside_first_glyph(whole, abs(state.size))
        if not all(map(math.isfinite, at)):
            return
        if unseen:
            self.plane.hide(at)
            return
        is_type3 = entry(dictionary(state.font), "/Subtype") == "/Type3"
        white = state.white and state.mode == 0
        self.plane.write(at, tiny=size < 1 and not is_type3, white=white)

    #: What is done for each operator; the others change nothing here.
    OPERATORS: ClassVar[tuple[tuple[bytes, Callable[..., None]], ...]] = (
        (b"q", _save),
        (b"Q", _restore),
        (b"cm", _transform),
        (b"gs", _extended),
        (b"g", _grey),
        (b"rg", _rgb),
        (b"k", _cmyk),
        (b"cs", _space),
        (b"sc scn", _tint),
        (b"BMC BDC", _mark),
        (b"EMC", _unmark),
        (b"re", _rectangle),
        (b"m l", _point),
        (b"c v y", _curve),
        (b"W W*", _clip),
        (b"f F f* B B* b b*", _fill),
        (b"S s n", _drop),
        (b"sh", _shade),
        (b"Do", _draw),
        (INLINE_IMAGE, _inline),
        (b"BT", _begin_text),
        (b"Tm", _set_text),
        (b"Td", _move),
        (b"TD", _move_leading),
        (b"T*", _next_line),
        (b"TL", _set_leading),
        (b"Tr", _set_mode),
        (b"Tf", _set_font),
        (b"Tj TJ", _show),
        (b"' \"", _show_next),
    )


_HANDLERS: Final = {
    name: handler for names, handler in Painter.OPERATORS for name in names.split()
}
