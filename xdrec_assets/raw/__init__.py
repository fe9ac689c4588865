"""Stage raw: what landed, byte-faithful, with source file and line."""
