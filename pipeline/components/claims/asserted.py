"""Which clauses are claims: those that say that something is so.

Questions, commands, conditions, purposes and the attributing clause itself ("he said") are none.
"""

from __future__ import annotations

from pipeline.components.claims.context import Context
from pipeline.components.claims.propositions import Proposition
from pipeline.components.claims.verbs import read_base_forms
from pipeline.components.doc.tags import FINITE_TAGS, NAME_TAGS, SUBJECT_DEPS, VERB_TAGS
from pipeline.components.doc.tree import Tree
from pipeline.lexicons import Lexicon

_CLOSING = frozenset({'"', "”", "'", ")", "''"})
_ASIDE = frozenset({",", "(", "–", "—", "--", "-"})
_CONTENT = frozenset({"ccomp", "acl", "pcomp"})


def is_claim(context: Context, clause: Proposition) -> bool:
    """Whether a clause asserts something of its own."""
    tree, head = context.tree, clause.head
    if clause.subject is None or _is_question(tree, head):
        return False
    if clause.object is None and not clause.arguments and clause.is_verbless:
        return False
    if _is_attribution(context, clause) or _is_infinitive(tree, clause) or _is_unasserted(context, clause):
        return False
    match clause.kind:
        case "main" | "conjunct" | "apposition":
            return True
        case "relative":
            return _is_asserting_modifier(tree, clause)
        case "participle":
            return tree.tags[head] != "VB" and _is_asserting_modifier(tree, clause)
        case "adverbial":
            return _is_asserting_adverbial(tree, clause)
        case "complement":
            return _is_reported(context, clause)


def _is_question(tree: Tree, i: int) -> bool:
    """Whether the sentence of a word ends in a question mark."""
    _, end = tree.sentences[tree.sentence_of[i]]
    end -= 1
    while end > i and (tree.words[end] in _CLOSING or tree.words[end].isspace()):
        end -= 1
    return tree.words[end] == "?"


def _is_infinitive(tree: Tree, clause: Proposition) -> bool:
    """Whether a clause tells what is meant to be: "to cut taxes", "to meet and *cut taxes*"."""
    first = clause.head
    while (
        tree.deps[first] == "conj" and clause.kind == "conjunct" and tree.child(first, "nsubj", "aux") is None
    ):
        first = tree.heads[first]
        if tree.tags[first] == "VB" and any(tree.tags[c] == "TO" for c in tree.children[first]):
            return True
    return bool(clause.predicate) and tree.words[clause.predicate[0]] in tree.lexicon.words(
        "claims.infinitive"
    )


def _is_attribution(context: Context, clause: Proposition) -> bool:
    """Whether a clause only tells who says what: its content is the claim.

    What a speaker says of others' words is the speaker's own claim ("She said the firm denied that ..."), but
    for "I think" and "you know". A frame whose content is no claim is one itself ("He declined to say that").
    """
    if clause.kind == "apposition" or not _frames_content(context, clause):
        return False
    tree = context.tree
    verbs = {i for i in (clause.head, *clause.predicate) if tree.tags[i] in VERB_TAGS}
    return not any(withholds_content(tree, i) for i in verbs)


def _frames_content(context: Context, clause: Proposition) -> bool:
    """Whether a clause tells who says what, whether or not it holds that it is so."""
    tree, head = context.tree, clause.head
    quotation = context.quotation_of[head]
    if quotation >= 0 and not is_of_speaker(tree, clause):
        return False
    if context.is_cue(head):
        return context.frame_of[head] in context.has_clause
    if any(context.is_cue(i) and context.frame_of[i] in context.has_clause for i in clause.predicate):
        return (
            True  # "people *briefed* on it said that ...", where the parse has taken "briefed" for the verb
        )
    if tree.lexicon.made(read_base_forms)(tree.words[head]) not in tree.lexicon.entries("cue_verbs"):
        return False
    return any(
        _is_content_clause(tree, c) or context.quotation_of[c] not in {-1, quotation}
        for c in tree.children[head]
        if context.quotation_of[c] < 0 or context.quotation_of[c] in context.has_clause
    )


def is_of_speaker(tree: Tree, clause: Proposition) -> bool:
    """Whether who speaks, or writes, tells what they say or think themselves: "I think", "as you know"."""
    subject = clause.subject_head
    return subject is None or tree.words[subject] in tree.lexicon.words("claims.conversing")


def _is_content_clause(tree: Tree, i: int) -> bool:
    """Whether a word heads a clause that a verb of saying has as its content."""
    return tree.deps[i] == "ccomp" and any(
        tree.tags[c] in FINITE_TAGS or tree.tags[i] in FINITE_TAGS for c in (i, *tree.children[i])
    )


def _is_asserting_modifier(tree: Tree, clause: Proposition) -> bool:
    """Whether a relative or participial clause adds a statement, and does not only tell which are meant.

    "The rebels, who were armed in 2013" and "Mayor Novak who shot him" do; "people who smoke" and "the
    weapons used in the strike" do not. What tells them apart is the comma, and a name, which needs nothing
    that narrows it down.
    """
    antecedent = _antecedent(tree, clause)
    if antecedent is None:
        return False
    if is_set_off(tree, clause):
        return True
    if clause.kind == "participle" or any(tree.tags[i] == "MD" for i in clause.predicate):
        return False
    return tree.tags[antecedent] in NAME_TAGS or tree.words[tree.first[clause.head]] in tree.lexicon.words(
        "claims.adding_relatives"
    )


def is_set_off(tree: Tree, clause: Proposition) -> bool:
    """Whether a comma, a dash or a bracket stands before a clause."""
    start = tree.first[clause.head]
    while start > 0 and tree.words[start - 1].isspace():
        start -= 1
    return start > 0 and tree.words[start - 1] in _ASIDE


def _antecedent(tree: Tree, clause: Proposition) -> int | None:
    """Return the noun that a relative or participial clause belongs to, above the verbs between them."""
    antecedent = clause.subject_head if clause.parent is None else clause.parent
    while antecedent is not None and tree.tags[antecedent] in VERB_TAGS:
        up = tree.heads[antecedent]
        if up == antecedent:
            break
        antecedent = up
    return antecedent


def _is_asserting_adverbial(tree: Tree, clause: Proposition) -> bool:
    """Whether an adverbial clause says that something is so: "because ...", not "if ...".

    "When", "once", "before" and "until" do in the past ("before he left") and tell a condition or a plan
    otherwise ("when you drive"). A participle does where a comma sets it off ("..., killing two").
    """
    mark, head = opening(tree, clause), clause.head
    if mark is None:
        if tree.tags[head] in FINITE_TAGS:
            return True
        return tree.tags[head] in {"VBG", "VBN"} and _is_asserting_participle(tree, clause)
    if not any(tree.tags[i] in FINITE_TAGS for i in clause.predicate):  # "while walking home"
        return False
    stand = tree.lexicon.entries("subordinators").get(tree.words[mark])
    if stand == "past":
        return tree.tags[min(clause.predicate)] == "VBD"
    return stand == "asserted"


def _is_asserting_participle(tree: Tree, clause: Proposition) -> bool:
    """Whether a participle tells what happened, and is no manner, no preposition: "based on", "using"."""
    head, first, last = clause.head, tree.first[clause.head], tree.last[clause.head]
    if tree.words[head] in tree.lexicon.words("claims.prepositional_participles"):
        return False
    if clause.parent is not None and head < clause.parent:
        return last + 1 < len(tree.words) and "," in tree.words[last : last + 2]
    return first > 0 and (is_set_off(tree, clause) or tree.words[first] in _ASIDE)


def opening(tree: Tree, clause: Proposition) -> int | None:
    """Return the word that subordinates a clause: a conjunction, a wh-word or the "to" of an infinitive."""
    if clause.mark is not None:
        return clause.mark
    for c in tree.children[clause.head]:
        if c < clause.head and (
            tree.tags[c] in {"WRB", "WP", "TO"} or (tree.deps[c] == "prep" and tree.tags[c] == "IN")
        ):
            return c
    return None


def _is_reported(context: Context, clause: Proposition) -> bool:
    """Whether a complement clause is what somebody says, or what the matrix verb holds to be so."""
    tree, lexicon, head = context.tree, context.tree.lexicon, clause.head
    parent = tree.heads[head]
    if tree.tags[head] in {"VB", "VBG", "VBN"} and tree.child(head, "aux", "auxpass") is None:
        return False
    if _asks(tree, head):
        return False
    if context.quotation_of[head] != context.quotation_of[parent] or context.frame_of[parent] >= 0:
        return True
    if tree.deps[head] == "acl":
        return _is_content_noun(lexicon, tree.words[parent])
    verb = lexicon.made(read_base_forms)(tree.words[parent])
    if verb in lexicon.words("endorsing_verbs") and (noun := tree.child(parent, "dobj")) is not None:
        # "promoted the idea - without evidence - that ..."
        return _is_content_noun(lexicon, tree.words[noun])
    return verb in lexicon.entries("cue_verbs")


def withholds_content(tree: Tree, i: int) -> bool:
    """Whether what hangs on a verb or a noun is not said to be so: "did not say that", "was asked whether".

    It is so under negated saying and belief, under refusal, doubt and question, and under what is only
    possible. What somebody denies is no such thing: it is that person's negated claim.
    """
    lexicon = tree.lexicon
    base_form, word = lexicon.made(read_base_forms), tree.words[i]
    if tree.tags[i].startswith("NN"):
        return _is_denied_content(tree, i) or _singular(lexicon, word) in lexicon.words(
            "claims.doubtful_nouns"
        )
    verb = base_form(word)
    if verb in lexicon.words("denial_verbs") or verb in lexicon.words("claims.presupposing_verbs"):
        return False
    subject = tree.child(i, "nsubj")
    is_doubt = verb in lexicon.words("claims.doubting_verbs")
    if is_doubt and subject is not None and is_hardly_anybody(tree, subject):  # "nobody doubts that"
        return False
    if verb in lexicon.words("claims.withholding_verbs") or is_under_negation(tree, i):
        return True
    while tree.deps[i] in {"xcomp", "pcomp", "prep"} and tree.heads[i] != i:
        i = tree.heads[i]
        if base_form(tree.words[i]) in lexicon.words("negative_implicatives") or is_under_negation(tree, i):
            return True
    return False


def is_under_negation(tree: Tree, i: int) -> bool:
    """Whether a verb is negated, or the copula that an adjective hangs on, or its subject is nobody."""
    negators = tree.lexicon.words("negators")
    heads = [i, tree.heads[i]] if tree.deps[i] in {"acomp", "attr", "oprd"} else [i]
    for head in heads:
        for c in tree.children[head]:
            dep = tree.deps[c]
            if dep == "neg" or (dep in {"advmod", "preconj"} and tree.words[c] in negators):
                return True
            if dep in SUBJECT_DEPS and is_nobody(tree, c):
                return True
    return False


def is_nobody(tree: Tree, i: int) -> bool:
    """Whether a noun phrase is negated: "nobody", "no critic", "none of them"."""
    negators = tree.lexicon.words("negators")
    return tree.words[i] in negators or any(
        tree.deps[c] in {"det", "neg"} and tree.words[c] in negators for c in tree.children[i]
    )


def is_hardly_anybody(tree: Tree, i: int) -> bool:
    """Whether a noun phrase is negated or as good as that: "nobody", "few critics", but not "a few"."""
    few = tree.lexicon.words("claims.hardly_anybody")
    return is_nobody(tree, i) or tree.words[tree.first[i]] in few


def _is_unasserted(context: Context, clause: Proposition) -> bool:
    """Whether a clause stands in what somebody does not say, doubts or asks."""
    tree, head = context.tree, clause.head
    while tree.heads[head] != head:
        parent = tree.heads[head]
        if tree.deps[head] in _CONTENT and (
            withholds_content(tree, parent) or (tree.deps[head] != "acl" and _asks(tree, head))
        ):
            return True
        if tree.deps[head] in {"relcl", "appos"}:
            return False
        head = parent
    return False


def _asks(tree: Tree, head: int) -> bool:
    """Whether a content clause is a question: "whether ...", "if ...", "what ..."."""
    return tree.words[tree.first[head]] in tree.lexicon.words("claims.question_words")


def _is_denied_content(tree: Tree, noun: int) -> bool:
    """Whether it is the denial that is the claim: "no evidence that ...", "gave no sign that ..."."""
    lexicon = tree.lexicon
    if is_nobody(tree, noun) or any(
        tree.words[c] in lexicon.words("claims.little") for c in tree.children[noun] if tree.deps[c] == "amod"
    ):
        return True
    verb = tree.heads[noun]
    is_denial = lexicon.made(read_base_forms)(tree.words[verb]) in lexicon.words("denial_verbs")
    return (
        not is_denial and tree.deps[noun] in {"dobj", "attr", "pobj"} and tree.child(verb, "neg") is not None
    )


def _is_content_noun(lexicon: Lexicon, word: str) -> bool:
    """Whether a noun has what somebody says or thinks as its content: "claim", "idea"."""
    noun = _singular(lexicon, word)
    return noun in lexicon.words("content_nouns") or noun in lexicon.entries("cue_nouns")


def _singular(lexicon: Lexicon, word: str) -> str:
    (plural,) = lexicon.ordered("claims.plural_ending")
    return word.removesuffix(plural)
