from resources.plain_text import plain_text


def test_composed_and_decomposed_letters_are_one_text():
    assert plain_text("cafe\u0301") == plain_text("caf\u00e9")


def test_control_and_bidirectional_characters_are_removed():
    assert plain_text("a\u202eb\u2066c\x00d\ufeff") == "abcd"


def test_white_space_of_any_kind_becomes_one_space():
    assert plain_text(" a\t\n b\u3000c ") == "a b c"


def test_other_scripts_stay():
    assert plain_text("绿茶 chá العربية") == "绿茶 chá العربية"
