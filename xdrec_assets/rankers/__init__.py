"""Stage rankers: one file per ranker, each trained on one platform and on all."""
