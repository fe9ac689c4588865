import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdrec_assets.knowledge.extraction.mentions import Names, sentence_around, words_of


def found(text: str, *names: str) -> list[str]:
    """The names found in a text; each is its own entity."""
    return [mention.entity for mention in Names.of((name, name) for name in names).mentions(text)]


def test_a_name_is_found_whatever_its_case_and_where_it_stands():
    text = "I like GREEN tea."
    (mention,) = Names.of([("Green Tea", "drink/1")]).mentions(text)
    assert (mention.entity, text[mention.start : mention.end], mention.n_words) == ("drink/1", "GREEN tea", 2)
    assert found("Straße und STRASSE", "straße") == ["straße", "straße"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("steamed teacups", ("tea", "eam", "cup")),  # within a word
        ("green, tea", ("green tea",)),  # across a comma
        ("green (tea)", ("green tea",)),
        ("greentea", ("green tea",)),
        ("green and tea", ("green tea",)),
        ("an ox in 1984", ("ox", "1984", "")),  # too short, a number alone, empty
        ("", ("tea",)),
    ],
)
def test_what_is_not_the_name_is_not_found(text: str, names: tuple[str, ...]):
    assert found(text, *names) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a green-tea cup", "Green Tea"),
        ("Mission: Impossible is on", "Mission Impossible"),
        ("see Dr. Strangelove", "dr strangelove"),
        ("rock'n'roll", "Rock 'n' Roll"),
        ("cafe\u0301 noir".replace("e\u0301", "é"), "Café Noir"),
    ],
)
def test_spelling_between_the_words_is_free(text: str, name: str):
    assert found(text, name) == [name]


def test_the_longest_name_wins_and_none_is_found_within_another():
    assert found("New York Times in New York", "New York", "York", "New York Times") == ["New York Times", "New York"]
    assert found("New York Giants of York", "York", "New York Times") == ["York", "York"]


def test_names_in_scripts_without_spaces_are_found_within_running_text():
    assert found("我喜欢喝绿茶和红茶", "绿茶", "红茶", "茶") == ["绿茶", "红茶"]
    assert found("红楼梦是小说", "红楼", "红楼梦") == ["红楼梦"]
    assert found("我的iPhone手机", "iphone") == ["iphone"]
    assert found("緑茶を飲む", "緑茶") == ["緑茶"]


def test_a_name_of_several_entities_links_to_none_and_is_counted():
    names = Names.of([("Love", "music/1"), ("Love", "video/2"), ("Love Song", "music/3"), ("love song", "music/3")])
    assert [mention.entity for mention in names.mentions("Love, a love song")] == ["music/3"]
    assert names.n_ambiguous == 1
    assert (names.entity("LOVE SONG"), names.entity("love"), names.entity("hate")) == ("music/3", None, None)


def test_an_ambiguous_name_hides_no_shorter_one_within_it():
    names = Names.of([("tea garden", "a"), ("tea garden", "b"), ("tea", "c")])
    assert [mention.entity for mention in names.mentions("a tea garden, some tea")] == ["c"]


@given(st.lists(st.text(alphabet="abc xyz绿茶", min_size=1, max_size=8), max_size=5), st.text(alphabet="abcxyz 绿茶,."))
def test_every_mention_reads_as_a_name(names: list[str], text: str):
    known = {" ".join(word.word for word in words_of(name)) for name in names}
    ends = 0
    for mention in Names.of((name, name) for name in names).mentions(text):
        assert " ".join(word.word for word in words_of(text[mention.start : mention.end])) in known
        assert mention.start >= ends
        ends = mention.end


def test_planted_mentions_are_found_with_precision_and_recall():
    rng = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnop"))
    words = ["".join(rng.choice(letters, rng.integers(4, 8))) for _ in range(3000)]
    names = sorted({" ".join(rng.choice(words[:400], rng.integers(1, 4))) for _ in range(300)})
    matcher = Names.of((name, name) for name in names)
    right = wrong = planted = 0
    for _ in range(200):
        chosen = rng.choice(names, 4)
        filler = [" ".join(rng.choice(words[400:], 6)) for _ in range(5)]
        text = ", ".join(piece for pair in zip(filler, [*chosen, ""], strict=True) for piece in pair)
        mentions = [mention.entity for mention in matcher.mentions(text)]
        right += sum(mention in chosen for mention in mentions)
        wrong += sum(mention not in chosen for mention in mentions)
        planted += len(chosen)
    assert right / (right + wrong) > 0.99 and right / planted > 0.98


TEXT = "It rains. Dr. Lee, J. R. Lee's son, likes green tea! 他喜欢绿茶。我也是。\nA new line"


@pytest.mark.parametrize(
    ("piece", "sentence"),
    [
        ("rains", "It rains."),
        ("green tea", "Dr. Lee, J. R. Lee's son, likes green tea!"),
        ("绿茶", "他喜欢绿茶。"),
        ("我", "我也是。"),
        ("new", "A new line"),
    ],
)
def test_the_evidence_is_the_sentence(piece: str, sentence: str):
    start = TEXT.index(piece)
    assert sentence_around(TEXT, start, start + len(piece)) == sentence


def test_a_long_sentence_is_cut_around_the_name():
    text = "x " * 500 + "tea" + " y" * 500
    start = text.index("tea")
    cut = sentence_around(text, start, start + 3, most=50)
    assert "tea" in cut and len(cut) <= 50
