"""Foreign text on one line."""

from hypothesis import given
from hypothesis import strategies as st

from xdrec_assets.evaluation.report.plain_text import one_line

BIDIRECTIONAL = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from(BIDIRECTIONAL + "\n\t\x1b"))), st.integers(2, 20))
def test_no_controls_and_no_longer_than_asked(text: str, longest: int) -> None:
    line = one_line(text, longest)
    assert len(line) <= longest
    assert not any(character in BIDIRECTIONAL or ord(character) < 32 for character in line)


def test_letters_of_every_script_stay() -> None:
    assert one_line("跑鞋 نعال حذاء 👩\u200d🚀") == "跑鞋 نعال حذاء 👩\u200d🚀"
