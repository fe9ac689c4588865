"""Who is one person across platforms: connected components of the identity links."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from resources.engine import Session


def resolve(users: pa.Table, links: pa.Table) -> pa.Table:
    """Give every user key its person: the connected component of links it stands in.

    Args:
        users: platform, user_key, known_from; one row per platform and key.
        links: user_key, other_user_key; keys without a row in `users` are passed over.

    Returns:
        platform, user_key, person_id, known_from. A person's id is the smallest of their keys, so that it changes only
        when people turn out to be one. Platforms that share user ids share keys, and so people, without any link.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    keys = pc.unique(users.column("user_key")).take(pc.sort_indices(pc.unique(users.column("user_key"))))
    left, right = (pc.index_in(links.column(name), keys) for name in ("user_key", "other_user_key"))
    known = pc.and_(pc.is_valid(left), pc.is_valid(right))
    ends = [np.asarray(pc.filter(side, known).combine_chunks()) for side in (left, right)]
    edges = coo_matrix((np.ones(len(ends[0]), dtype=np.int8), (ends[0], ends[1])), shape=(len(keys), len(keys)))
    _, component = connected_components(edges, directed=False)
    _, first_of_component = np.unique(component, return_index=True)  # keys are sorted: the first is the smallest
    person = keys.take(pa.array(first_of_component[component]))
    return pa.table(
        {
            "platform": users.column("platform"),
            "user_key": users.column("user_key"),
            "person_id": person.take(pc.index_in(users.column("user_key"), keys)),
            "known_from": users.column("known_from"),
        }
    )


def identities_before(session: Session, as_of: date) -> pa.Table:
    """The people as they were known before a date; needs `clean.events` and `clean.links` bound."""
    users = session.query("joined/known_users", {"as_of": as_of}).to_arrow_table()
    links = session.query("joined/known_links", {"as_of": as_of}).to_arrow_table()
    return resolve(users, links).sort_by([("platform", "ascending"), ("user_key", "ascending")])
