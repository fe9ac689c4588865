"""Read outside sources of facts: files of triples between tabs, RecBole's graphs and links, N-Triples."""
