"""Outside documents in use: those known at a date, in the form of all texts, and without what tells of people."""

from datetime import date
from pathlib import Path

import pytest

from tests.worlds import SHOP, land, lines, world
from xdrec_assets.embeddings.texts_in_use import bind_texts, documents, harmless
from xdrec_assets.pipeline import Pipeline

ARTICLES = """
source: articles
title: Articles
owner: team:articles
kind: documents
files: articles/*.md
format: markdown
"""
FORUM = """
source: forum
title: Forum
owner: team:forum
kind: documents
files: forum.jsonl
format: json_lines
known_from: 2026-01-08
"""
FILES = {
    "articles/tea.md": "# Tea\nA\u202e  drink.\n",
    "forum.jsonl": lines({"title": "Which pan?", "text": "Write to anna\u202e@example.com, I sell mine."}),
}


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    land(tmp_path / "platforms", {"outside/articles.yaml": ARTICLES, "outside/forum.yaml": FORUM})
    return world(tmp_path, FILES, {"shop": SHOP})


def test_documents_are_plain_and_masked(pipeline: Pipeline) -> None:
    found = [(document.title, document.text) for document in documents(pipeline)]
    assert found == [("Tea", "Tea. A drink."), ("Which pan?", "Which pan?. Write to [e-mail], I sell mine.")]


def test_a_date_has_the_documents_that_were_known_before_it(pipeline: Pipeline) -> None:
    assert [each.source for each in documents(pipeline, date(2026, 1, 8))] == ["articles"]
    assert [each.source for each in documents(pipeline, date(2026, 1, 9))] == ["articles", "forum"]


def test_a_document_that_changed_is_read_anew(pipeline: Pipeline) -> None:
    documents(pipeline)
    land(pipeline, {"articles/tea.md": "# Tea\nA hot drink.\n"})
    assert documents(pipeline)[0].text == "Tea. A hot drink."


def test_sql_sees_them_beside_the_items(pipeline: Pipeline) -> None:
    with pipeline.engine.session() as session:
        bind_texts(pipeline, session)
        assert session.count("embeddings.other_texts") == 2


def test_texts_keep_their_order(pipeline: Pipeline) -> None:
    with pipeline.engine.session() as session:
        assert harmless(session, []) == []
        assert harmless(session, ["b", "+49 30 1234567", "a  b"]) == ["b", "[phone]", "a b"]
