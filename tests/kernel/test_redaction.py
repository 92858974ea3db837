from hypothesis import example, given
from hypothesis import strategies as st

from digivl.kernel.redaction import REMOVED, on_one_line, redacted

VECTORS = ("85073003328", "94022722580", "17073003384", "98472899765")


@given(
    number=st.sampled_from(VECTORS),
    gaps=st.lists(st.sampled_from(["", " ", ".", "-", " - ", "\n"]), max_size=11),
    before=st.text(),
    after=st.text(),
)
def test_no_national_number_gets_through(number, gaps, before, after):
    """
    However a number is spaced and whatever stands around it, its digits are gone.
    """
    spaced = "".join(
        digit + gap for digit, gap in zip(number, [*gaps, *[""] * 11], strict=False)
    )

    left = redacted(f"{before} {spaced} {after}")

    assert REMOVED in left
    assert spaced.strip() not in left


@given(st.uuids().filter(lambda uuid: not str(uuid)[-12:].isdigit()), st.text(alphabet="abc :,", max_size=20))
@example(uuid="12345678-1234-1234-1234-12345678901f", words="instance")
def test_uuid_stays(uuid, words):
    """
    The instance of an error is what a help desk asks for.
    """
    assert f"{words} {uuid}" == redacted(f"{words} {uuid}")


def test_enterprise_number_stays():
    """
    Ten digits identify no person.
    """
    assert "KBO 0406.798.006 stopped" == redacted("KBO 0406.798.006 stopped")


@given(st.text(max_size=2000))
def test_one_line_is_printable_and_bounded(text):
    """
    What somebody else wrote cannot forge a log line or flood it.
    """
    line = on_one_line(text, 80)

    assert len(line) <= 80
    assert line.isprintable()


def test_numbers_go_before_the_text_is_cut():
    """
    A cut in the middle of a number does not save ten of its digits.
    """
    assert "8507300332" not in on_one_line("x" * 70 + " 85073003328", 81)
