"""A learned combination of other rankers with what is popular, recent and near in meaning."""
