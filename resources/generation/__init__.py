"""Language models that write: local ones and those behind a server, and answers that are checked before use."""
