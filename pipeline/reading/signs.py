"""Signs by which a single line shows what it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

from pipeline.lexicons import Lexicon

Kind = Literal["paragraph", "caption", "credit", "teaser", "share_bar", "menu", "speaker", "post"]

_LONGEST = 70
"""Words of the longest line that may be debris."""
_LONGEST_TEASER = 40
_LONGEST_CREDIT = 14
_LONGEST_BAR = 30
_TAIL = 120
"""Characters at the end of a line among which a credit stands."""
_SENTENCE = re.compile(r"[.!?][”\"’)]? (?=[A-Z“\"])")
_WORD = re.compile(r"[^\W\d_][\w.+-]*")
_ENDS = frozenset(".!?…\"”’'):;,]")
_BULLET = re.compile(r"[-–—•*·▪●■►>‣+]|\d{1,2}[.)]\s|\(?[a-z\d]\)")

# A name, in capitals or not: Scott Heins/Gothamist, J. R. Ortega, KTLA.
_NAMES = r"[A-Z@][\w.'’&@-]*(?:[ /,|]+(?:(?:and|for|of|via|the|de|van|von|by|/)[ /]+)*[A-Z@][\w.'’&@-]*){0,9}"
_BRACKETED = re.compile(r"[(\[]([^()\[\]]{2,90})[)\]]\.?$")
_CLOSING = frozenset(")]")
_SLASHED = re.compile(r"[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,3} ?/ ?[A-Z][\w.'’ -]+$")
_RIGHTS = re.compile(r"(?:copyright\b|©|\(c\) ?\d{4}).{0,120}", re.IGNORECASE)
_SIGNATURE = re.compile(r"(?:.*\s)?[—–-]{1,2} ?[^—]{1,60}\(@\w{1,30}\)(?:,? .{0,40})?")
_HANDLE = re.compile(r"\S[^.!?]{0,40}?\s?@\w{2,30}(?:\s*[·•|-]\s*.{1,24})?")
_LINKS = re.compile(r"(?:pic\.twitter\.com/|(?:https?://)?t\.co/)\w+$")
_LABEL = re.compile(
    r"(?:[QA]|[A-Z][\w.'’-]*(?: (?:[A-Z][\w.'’-]*|de|van|von|of|al|bin)){0,4})(?: \([^()]{1,40}\))? ?:"
)
# Who meets whom: "K. Vogt (NOR) v 3-L. Holt (SWE)".
_SIDE = r"(?:\d{1,2}[-. ] ?)?[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*| &| \([\w ]{2,20}\)| \[\d{1,2}\]){0,5}"
_SEPARATED, _STROKES = re.compile(r"\s*[|»›>•·/]\s*"), re.compile("[|»›>•·/]")
_CELLS = 4
"""Entries that a line parted by strokes or the like holds if it is a menu."""


class Phrases(NamedTuple):
    """The listed phrases that stand anywhere in a text: its lines hold no others."""

    notices: tuple[str, ...]
    made_by: tuple[str, ...]


class Signs:
    """The signs of one language."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.networks = lexicon.words("social_networks")
        self.buttons = self.networks | lexicon.words("reading.buttons")
        self.heads = lexicon.words("reading.teaser_heads")
        self.page_parts = lexicon.words("reading.page_parts")
        self.credits = lexicon.words("reading.credit_words")
        self._teasers = _opening(lexicon.ordered("reading.teaser_openers"))
        self._sources = lexicon.ordered("reading.heads_before_a_source")
        self._sharing = lexicon.words("reading.sharing")
        self._page_captions = lexicon.ordered("reading.page_captions")
        self._notices = lexicon.ordered("reading.notices")
        self._made_by = lexicon.ordered("reading.made_by")
        self._captions = _opening(lexicon.ordered("reading.caption_openers"))
        openers = _alternatives(lexicon.ordered("reading.credit_openers"))
        words = _alternatives(lexicon.ordered("reading.credit_words"))
        self._credit_labels = lexicon.ordered("reading.credit_labels")
        labels = _alternatives(self._credit_labels)
        bylines = _alternatives(lexicon.ordered("reading.bylines"))
        desk_work = _alternatives(lexicon.ordered("reading.desk_work"))
        before_desk_work = _alternatives(lexicon.ordered("reading.before_desk_work"))
        pictures = _alternatives(lexicon.ordered("reading.pictures"))
        no_authors = _alternatives(lexicon.ordered("reading.no_authors"))
        self._credit = re.compile(
            rf"(?:{openers})(?: by)?(?: ?[:|/] ?| by | ?© ?)(?-i:{_NAMES}).{{0,30}}", re.IGNORECASE
        )
        self._credited = re.compile(
            rf"\s(?:{labels})(?: credit)?s?(?: by:?|:) ?(?-i:{_NAMES})\.?$", re.IGNORECASE
        )
        self._byline = re.compile(rf"(?:{bylines}):? {_NAMES}[.,]?")
        self._said_by = re.compile(rf"\(?(?:(?:{before_desk_work}) )?(?:{desk_work}) by [A-Z]", re.IGNORECASE)
        self._agency_photo = re.compile(rf"in this [^.;]{{0,70}}?\b(?:{pictures})\b", re.IGNORECASE)
        self._no_author = re.compile(rf"(?:{no_authors})\b|.*:", re.IGNORECASE)
        meeting = _alternatives(lexicon.ordered("reading.meeting"))
        side = rf"{_SIDE} (?:{meeting}) {_SIDE}(?:,? [\d:.–-]{{3,11}}(?: ?[ap]m)?| – .{{1,50}})?"
        self._fixtures = re.compile(rf"(?:[\w ,.:–-]{{1,40}}: )?{side}(?:[;,] {side})*\.?")
        self._holds_credit = re.compile(rf"\b(?:{words})\b", re.IGNORECASE)

    def phrases_in(self, text: str) -> Phrases:
        """Return the phrases that stand in a text."""
        plain = text.lower()
        return Phrases(
            notices=tuple(filter(plain.__contains__, self._notices)),
            made_by=tuple(filter(plain.__contains__, self._made_by)),
        )

    def kind(self, line: str, n_words: int, phrases: Phrases) -> Kind:
        """Return what a line is as far as it shows by itself; "paragraph" where it shows nothing.

        Args:
            line: without blanks at its ends.
            n_words: of it; beyond the longest debris, any number.
            phrases: those of its text.
        """
        if n_words > _LONGEST:
            return "paragraph"
        plain = line.lower()
        if self._is_bar(plain, n_words):
            return "share_bar"
        if plain.rstrip(" .:0123456789") in self.page_parts:
            return "teaser"
        if self._is_credit(line, plain, n_words, phrases.made_by):
            return "credit"
        if self._is_caption(line, plain):
            return "caption"
        if self._is_teaser(plain, n_words, phrases.notices):
            return "teaser"
        if (
            self.signs_post(line)
            or (".co" in line[-40:] and _LINKS.search(line))
            or (n_words < 9 and self.announces_post(line))
        ):
            return "post"
        if n_words < 8 and _LABEL.fullmatch(line):
            return "speaker"
        if " v" in line and self._fixtures.fullmatch(line):
            return "menu"
        cells = _SEPARATED.split(line) if len(_STROKES.findall(line)) >= _CELLS - 1 else ()
        if len(cells) >= _CELLS and sum(len(cell.split()) < 4 for cell in cells) >= 0.8 * len(cells):
            return "menu"
        return "paragraph"

    def ends_sentence(self, line: str) -> bool:
        """Return whether a line ends as a sentence does, or as what is introduced by one."""
        return line[-1] in _ENDS

    def opens_title(self, line: str) -> bool:
        """Return whether a line begins as a title does: no bullet, no small letter."""
        return not line[0].islower() and not _BULLET.match(line)

    def heads_list(self, line: str) -> bool:
        """Return whether a line may stand at the head of a list of other articles."""
        plain = line.lower()
        return plain.strip(" :.>»›-–—|") in self.heads or plain.startswith(self._sources)

    def signs_post(self, line: str) -> bool:
        """Return whether a line ends with the signature of a post: "— Ann Roe (@annroe) May 3, 2021"."""
        return "(@" in line and _SIGNATURE.fullmatch(line) is not None

    def announces_post(self, line: str) -> bool:
        """Return whether a line is no more than a name and a handle."""
        return "@" in line and _HANDLE.fullmatch(line) is not None and not self._no_author.match(line)

    def _is_bar(self, plain: str, n_words: int) -> bool:
        if n_words > _LONGEST_BAR:
            return False
        first = plain.split(None, 1)[0].strip(".:")
        if first not in self.buttons and n_words > 4:
            return False
        words = [word.rstrip(".") for word in _WORD.findall(plain)]
        if not words:
            return False
        n_networks = sum(word in self.networks for word in words)
        n_buttons = sum(word in self.buttons for word in words)
        if n_networks >= 2 and 3 * n_buttons >= 2 * len(words):
            return True
        return len(words) < 8 and n_buttons == len(words) and (n_networks > 0 or words[0] in self._sharing)

    def _is_credit(self, line: str, plain: str, n_words: int, made_by: tuple[str, ...]) -> bool:
        if any(map(plain.__contains__, made_by)) or self._said_by.match(line):
            return True
        if n_words > _LONGEST_CREDIT:
            return _RIGHTS.fullmatch(line) is not None
        if self._byline.fullmatch(line) or _RIGHTS.fullmatch(line) or self._credit.fullmatch(line):
            return True
        bare = plain.strip(" ()[].:|/-–—")
        return bare in self.credits or (n_words <= 6 and _SLASHED.fullmatch(line.strip(" ()[].")) is not None)

    def _is_caption(self, line: str, plain: str) -> bool:
        opening = self._captions.match(plain)
        if opening is not None:
            rest = plain[opening.end() :]
            if not rest or rest[0] in ":,.;" or plain.startswith(self._page_captions):
                return True
        if self._agency_photo.match(line) or (
            any(map(plain.__contains__, self._credit_labels))
            and _sentences(line) < 2
            and self._credited.search(line, max(0, len(line) - _TAIL))
        ):
            return True
        bracketed = None if _CLOSING.isdisjoint(line[-2:]) else _BRACKETED.search(line)
        if bracketed is None or bracketed.start() == 0:
            return False
        inside = bracketed[1]
        return _SLASHED.fullmatch(inside) is not None or (
            self._holds_credit.search(inside) is not None
            and len(inside.split()) < 9
            and not inside[0].islower()
        )

    def _is_teaser(self, plain: str, n_words: int, notices: tuple[str, ...]) -> bool:
        if any(map(plain.__contains__, notices)):
            return True
        if n_words > _LONGEST_TEASER:
            return False
        return plain.strip(" :.>»›-–—|") in self.heads or self._teasers.match(plain) is not None


def read_signs(lexicon: Lexicon) -> Signs:
    """Return the signs of a language."""
    return Signs(lexicon)


def _opening(phrases: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern of phrases at the beginning of a line in small letters, behind a mark or not."""
    return re.compile(rf"[\W_]*(?:{_alternatives(phrases)})(?!\w)")


def _sentences(line: str) -> int:
    """Return how many sentences end within a line."""
    return len(_SENTENCE.findall(line))


def _alternatives(phrases: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(phrases, key=lambda phrase: (-len(phrase), phrase))))
