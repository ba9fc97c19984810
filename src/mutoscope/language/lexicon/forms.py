"""Inflections of English verbs, by rule and with the few exceptions that the lexicon needs."""

from mutoscope.language.lexicon.listing import by_spaces

_THIRD = {"be": "is", "have": "has", "go": "goes", "do": "does"}
_ING = {"be": "being", "die": "dying", "lie": "lying", "picnic": "picnicking"}
_DOUBLED = frozenset(
    by_spaces(
        "get pan swim spin bob hop zip drop run sit stop slip dip wag flap whip cut put shut begin wrap step pop nod "
        "hug clap grin skip dig chat jog tip flip rip snap trip scan win kid hit let set bat pat strut chop drip "
        "throb plod"
    )
)


def third_person(verb: str) -> str:
    """The form after "it": zoom -> zooms, push -> pushes, fly -> flies."""
    if verb in _THIRD:
        return _THIRD[verb]
    if verb.endswith(("s", "x", "z", "ch", "sh", "o")):
        return verb + "es"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + "s"


def participle(verb: str) -> str:
    """The -ing form: zoom -> zooming, spin -> spinning, glide -> gliding."""
    if verb in _ING:
        return _ING[verb]
    if verb in _DOUBLED:
        return verb + verb[-1] + "ing"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return verb[:-1] + "ing"
    return verb + "ing"


def all_forms(verb_phrase: str) -> tuple[str, str, str]:
    """Base, third person and -ing form of a phrase whose first word is the verb."""
    verb, _, rest = verb_phrase.partition(" ")
    tail = f" {rest}" if rest else ""
    return verb_phrase, third_person(verb) + tail, participle(verb) + tail
