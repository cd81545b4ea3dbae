"""Refuse what is not an English sentence, with a word on what to write instead."""

from __future__ import annotations

import unicodedata

from text2sim.errors import EmptyPromptError, LanguageError, PromptError, PromptTooLongError
from text2sim.prompt.lexicon import ENGLISH_WORDS, FOREIGN_WORDS

MAX_PROMPT = 1000
"""Longest prompt [characters]."""

EXAMPLE = "for example 'a man walks up stairs'"


def clean(prompt: object) -> str:
    """The prompt with plain spaces and quotes.

    Raises:
        PromptError: not a string, or it holds control characters.
        EmptyPromptError: nothing in it.
        PromptTooLongError: over `MAX_PROMPT` characters.
        LanguageError: no Latin letters, as in pure emoji or another script.
    """
    if not isinstance(prompt, str):
        raise PromptError(f"The prompt must be a str, {EXAMPLE}; got {type(prompt).__name__}.")
    if not prompt.strip():
        raise EmptyPromptError(
            f"The prompt is empty: describe somebody doing something, {EXAMPLE}."
        )
    if len(prompt) > MAX_PROMPT:
        raise PromptTooLongError(
            f"The prompt has {len(prompt)} characters; at most {MAX_PROMPT} are read. Shorten it, "
            f"or make one animation per sentence with `pipeline.map`."
        )
    _check_characters(prompt)
    text = prompt.translate({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x2013: "-"})
    return " ".join(text.split())


def _check_characters(prompt: str) -> None:
    for character in prompt:
        if unicodedata.category(character) in ("Cc", "Cs", "Co") and character not in "\t\n\r":
            raise PromptError(
                f"The prompt holds the control character {character!r}; use plain text only."
            )
    letters = [character for character in prompt if character.isalpha()]
    latin = [character for character in letters if "LATIN" in unicodedata.name(character, "")]
    if not letters:
        raise LanguageError(f"The prompt has no words: write an English sentence, {EXAMPLE}.")
    if len(latin) < 0.7 * len(letters):
        raise LanguageError(f"The prompt is not English: write it in English, {EXAMPLE}.")


def check_language(tokens: list[str], *known: frozenset[str]) -> None:
    """Refuse text whose words are mostly unknown, or whose function words are not English.

    Args:
        tokens: words and marks, lower case.
        known: sets of English words, lower case.

    Raises:
        LanguageError: it is not English.
    """
    words = [token for token in tokens if any(letter.isalpha() for letter in token)]
    english = sum(word in ENGLISH_WORDS for word in words)
    foreign = sum(word in FOREIGN_WORDS for word in words)
    share = sum(any(word in some for some in known) for word in words) / max(len(words), 1)
    if foreign > english or share < 0.5:
        raise LanguageError(
            f"The prompt does not read as English; write it in English, {EXAMPLE}. "
            f"Known words: {share:.0%}."
        )
