import numpy as np
import pyarrow as pa

from xdrec_assets.knowledge.documents import document_vectors, item_labels


def test_item_gets_the_mean_of_the_documents_on_its_labels():
    vectors = np.eye(3, dtype=np.float32)
    labels = [["TEA", "garden"], ["Tea", "tea"], ["knife"], []]
    found = document_vectors(labels, ["Tea", "Garden", "Iron"], vectors)
    half = np.sqrt(0.5)
    np.testing.assert_allclose(found, [[half, half, 0], [1, 0, 0], [0, 0, 0], [0, 0, 0]], atol=1e-6)


def test_no_documents_give_zeros():
    assert document_vectors([["tea"]], [], np.zeros((0, 3), np.float32)).tolist() == [[0, 0, 0]]


def test_labels_are_categories_and_tags():
    texts = pa.list_(pa.string())
    items = pa.table({"categories": pa.array([["Tea"], None], texts), "tags": pa.array([["green"], None], texts)})
    assert item_labels(items) == [["Tea", "green"], []]
