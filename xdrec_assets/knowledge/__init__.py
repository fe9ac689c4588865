"""Stage knowledge: what texts, words, behaviour and outside sources say, fused as of a date."""
