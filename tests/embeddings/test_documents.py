from xdrec_assets.embeddings.documents import Document, read_documents


def test_title_is_the_first_heading_or_else_the_name_of_the_file(tmp_path):
    (tmp_path / "a.md").write_text("# Green tea\n\nA drink.\n", encoding="utf-8")
    (tmp_path / "cast_iron.md").write_text("A metal.", encoding="utf-8")
    assert read_documents(tmp_path) == [Document("Green tea", "Green tea. A drink."), Document("cast iron", "A metal.")]


def test_equal_texts_have_one_hash():
    assert Document("a", "text").content_hash == Document("b", "text").content_hash
    assert Document("a", "text").content_hash != Document("a", "other").content_hash
