"""Outside knowledge: an encyclopaedia article per topic, and triples about topics, tags and makers."""

from collections.abc import Iterator

from xdrec_assets.sample.texts import makers_of
from xdrec_assets.sample.vocabulary import PLATFORMS, Topic, Vocabulary
from xdrec_assets.sample.world import World

_MADE_BY_KNOWN = 2  # an encyclopaedia knows every second item's maker


def article(topic: Topic, vocabulary: Vocabulary) -> str:
    """Return the topic's article as Markdown: what it is, what people use, watch and read, what is near to it."""
    words = topic.words
    first = topic.name[:1].upper() + topic.name[1:]
    names = {entry.key: entry.name for entry in vocabulary.topics}
    near = [names[key] for key in topic.related if key in names]
    shop, video, news, music = (words[platform] for platform in ("shop", "video", "news", "music"))
    equipment = f"Those who take it up soon meet its equipment: {_listed(shop.things[:4])}."
    shelf = f"Shops file it under {shop.category}, with words such as {_listed(shop.tags)}."
    films = f"Films on the subject show {_listed(video.things[:3])}."
    papers = (
        f"Newspapers write of {_listed(news.tags)}, and musicians have called their songs {_listed(music.things[:3])}."
    )
    place = f"{first} ({topic.zh_name} in Chinese) is filed under {topic.area}"
    place += f", and is close to {_listed(near)}." if near else "."
    paragraphs = [f"# {first}", " ".join(topic.article), f"{equipment} {shelf}", f"{films} {papers}", place]
    return "\n\n".join(paragraphs) + "\n"


def triples(world: World) -> Iterator[tuple[str, str, str]]:
    """Yield (head, relation, tail): topics and areas, tags, categories, makers, and half of the items' makers.

    Entities are written `kind:name`; an item is `item:<platform>/<item_id>`.
    """
    vocabulary = world.vocabulary
    known = {topic.key: topic.name for topic in vocabulary.topics}
    for t, topic in enumerate(vocabulary.topics):
        name = f"topic:{topic.name}"
        yield name, "part_of", f"area:{topic.area}"
        yield name, "called", f"tag:{topic.zh_name}"
        yield from ((name, "related_to", f"topic:{known[key]}") for key in topic.related if key in known)
        for platform in PLATFORMS:
            words = topic.words[platform]
            yield f"category:{words.category}", "covers", name
            yield from ((f"tag:{tag}", "is_about", name) for tag in words.tags)
            yield from ((f"maker:{maker}", "known_for", name) for maker in makers_of(vocabulary, platform, t))
    yield from _item_triples(world)


def _item_triples(world: World) -> Iterator[tuple[str, str, str]]:
    items = world.items
    for row in range(0, len(items), _MADE_BY_KNOWN):
        platform = PLATFORMS[items.platform[row]]
        relation = world.vocabulary.templates[platform].relation
        yield f"item:{platform}/{items.item_id[row]}", relation, f"maker:{items.texts.maker[row]}"


def _listed(words: tuple[str, ...] | list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
