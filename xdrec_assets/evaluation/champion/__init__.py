"""Which ranker may be served on each platform, and why.

- settings: how sure a decision must be, its guard rails, and what a person has set.
- evidence: what the finished test windows say of every ranker.
- trials: the comparisons that a challenger must win, corrected for having tried many.
- guard_rails: what a challenger must keep of the champion's.
- verdict: who is promoted, kept, demoted or replaced by its twin.
- reason: the decision in plain sentences.
- overrides: what a person has pinned or rolled back.
- decision: the two together, a row per platform.
- deciding: the step that reads all this and publishes it.
"""
