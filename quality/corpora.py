"""Public corpora, where they lie on this machine, scored with the scorers that lie beside them.

The layout is described in docs/quality.md. No text of a corpus is printed, and nothing of it is kept but its
parse, in the cache.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from spacy.tokens import Doc

from pipeline.components.claims import find_claims
from pipeline.components.claims.checkworthiness import classify, debate_threshold
from pipeline.components.claims.factuality import factuality
from pipeline.components.claims.propositions import Proposition, find_propositions
from pipeline.components.claims.topics import read_topics
from pipeline.components.doc.columns import read_columns
from pipeline.components.doc.tree import read_tree
from pipeline.components.entities.salience import salience
from pipeline.components.layers import Claim, write_layer
from pipeline.components.quotes import find_quotes
from pipeline.extract.annotate import annotate
from pipeline.extract.article import ArticleText
from pipeline.parsing.tokenizer import stored_offsets, stored_range
from quality.calibration import reliability
from quality.figures import External, Figures, Rates, Share, Value
from quality.given import clustered, score_pronouns
from quality.given import score_possessives as given_possessives
from quality.labelled import read_labels, score_sentences, wikinews_articles
from quality.outside import load_scorer, read_corpus
from quality.parses import Parser
from quality.quotes import outcomes
from quality.records import mention_records, quote_records
from quality.resolution import score_possessives, score_resolution
from quality.tuples import Extraction, score_tuples

type Record = dict[str, Any]

# How the Penn Treebank writes marks and brackets, and what the model was trained on.
_PLAIN = {"``": '"', "''": '"', "-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]"}
_PRONOUNS = frozenset({"i", "we", "he", "she", "it", "they", "you", "who", "that", "which", "his", "her"})


def score_corpora(corpora: Path, parser: Parser, sections: Sequence[str], gold: Path) -> dict[str, Figures]:
    """Return the figures of each corpus.

    Args:
        corpora: folder with quotes/, entities/, claims/ and corpora/; the scorers lie in `eval` beside it.
        parser: parses the texts.
        sections: out of "quotes", "entities", "claims" and "sentences".
        gold: folder of the own gold, which holds labels of sentences and the topics of a corpus.

    Raises:
        InputError: a corpus or a scorer is missing.
    """
    scorers = corpora.parent / "eval"
    figures: dict[str, Figures] = {}
    if "quotes" in sections:
        figures |= _quotes(corpora / "quotes", scorers, parser)
    if "entities" in sections:
        figures |= _entities(corpora / "entities", scorers, parser)
    if "claims" in sections:
        figures |= _claims(corpora / "claims", scorers, parser, gold)
    if "sentences" in sections:
        figures["Wikinews: sentences, checkable and worth checking"] = _sentences(corpora, parser, gold)
    return figures


def annotated(parser: Parser, name: str, records: Sequence[Record]) -> list[Doc]:
    """Return the documents of a corpus with all layers."""
    docs = parser.docs(name, [record["text"] for record in records])
    return [
        annotate(
            doc, ArticleText(article_id=record["doc_id"], record_ref=record["doc_id"], text=record["text"])
        )
        for record, doc in zip(records, docs, strict=True)
    ]


# ---- quotations ------------------------------------------------------------------------------------


def _quotes(folder: Path, scorers: Path, parser: Parser) -> dict[str, Figures]:
    scorer = load_scorer(scorers, "score_quotes")
    figures: dict[str, Figures] = {}
    for title, name, file in (
        ("PolNeAR dev", "polnear_dev", "polnear/dev.jsonl.gz"),
        ("GUM news", "gum_news", "gum_news/train.jsonl"),
    ):
        records = read_corpus(folder / file)
        docs = annotated(parser, name, records)
        found = {
            record["doc_id"]: quote_records(doc, record["doc_id"], outermost=True)
            for record, doc in zip(records, docs, strict=True)
        }
        speech = {doc_id: [q for q in quotes if q["is_speech"]] for doc_id, quotes in found.items()}
        gold = {record["doc_id"]: record for record in records}
        rows = figures[f"{title}: quotations"] = {}
        for prefix, predicted in (("", found), ("is_speech: ", speech)):
            result, _ = scorer.score(
                gold, {doc_id: {"quotes": quotes} for doc_id, quotes in predicted.items()}
            )
            rows |= {prefix + row: figure for row, figure in _quote_rows(result).items()}
        if title == "GUM news":
            rows["pronoun speakers, right entity"] = _pronoun_speakers(records, docs)
        figures[f"{title}: is the score what it says"] = reliability(list(outcomes(records, found)))
        result, _ = scorer.score(gold, _all_that_attributes(records, docs))
        rows["with deeds and what was not said: attributed"] = _quote_rows(result)["attributed"]
    return figures


def _all_that_attributes(records: Sequence[Record], docs: Sequence[Doc]) -> dict[str, Any]:
    """Return what the network finds before the rulings leave anything out; it replaces the layer."""
    found = {}
    for record, doc in zip(records, docs, strict=True):
        write_layer(doc, "quotes", find_quotes(doc, scope="all"))
        found[record["doc_id"]] = {"quotes": quote_records(doc, record["doc_id"], outermost=True)}
    return found


def _quote_rows(result: Mapping[str, Any]) -> Figures:
    def rates(row: Mapping[str, Any]) -> External:
        return External(row["p"], row["r"], row["f"], f"{row['gold']} / {row['pred']}")

    rows: Figures = {"attributed": rates(result["attributed"])}
    rows |= {f"attributed, {kind}": rates(row["attributed"]) for kind, row in result["by_type"].items()}
    for name in ("attributed_strict", "content_overlap", "content_exact", "cue_exact"):
        rows[name.replace("_", ", ")] = rates(result[name])
    rows["speaker's head, of matched"] = Value(result["speaker_head_acc"] or 0.0, result["speaker_n"])
    return rows


def _pronoun_speakers(records: Sequence[Record], docs: Sequence[Doc]) -> Share:
    """Return for how many pronouns that speak, and whose person has a name, that person was found.

    The speaker's entity is right if one of its names overlaps a mention of the gold entity.
    """
    right = total = 0
    for record, doc in zip(records, docs, strict=True):
        text, entities = record["text"], doc._.entities
        for quote in record["quotes"]:
            entity = quote.get("speaker_entity") or {}
            if not quote["speaker"] or not entity.get("name"):
                continue
            start, end = quote["speaker"][0]
            if text[start:end].lower() not in _PRONOUNS:
                continue
            total += 1
            meant = [span for span in entity["mentions"] if text[slice(*span)].lower() not in _PRONOUNS]
            found = next(
                (
                    entities[other.speaker_entities[0]].mentions if other.speaker_entities else ()
                    for other in doc._.quotes
                    if any(a < end and start < b for a, b in map(stored_range, other.speaker))
                ),
                (),
            )
            right += any(
                mention.kind == "name" and first < b and a < last
                for mention in found
                for first, last in [stored_range(mention.span)]
                for a, b in meant
            )
    return Share(right, total)


# ---- entities --------------------------------------------------------------------------------------

_ENTITY_CORPORA = (
    ("News-Fair dev", "newsfair_dev", "newsfair_v2/dev.jsonl", "newsfair"),
    ("GUM news", "gum_news", "gum_news/train.jsonl", "gum_news"),
    ("MEANTIME dev", "meantime_dev", "meantime/dev.jsonl", "meantime"),
    ("NewsWCL50 dev", "newswcl50_dev", "newswcl50/dev.jsonl", "newswcl50"),
)


def _entities(folder: Path, scorers: Path, parser: Parser) -> dict[str, Figures]:
    scorer = load_scorer(scorers, "score_entities")
    figures: dict[str, Figures] = {}
    for title, name, file, preset in _ENTITY_CORPORA:
        records = read_corpus(folder / file)
        docs = annotated(parser, name, records)
        found = {
            record["doc_id"]: mention_records(doc, record["doc_id"])
            for record, doc in zip(records, docs, strict=True)
        }
        result = scorer.score(records, [{"doc_id": d, "mentions": m} for d, m in found.items()], preset)
        rows = figures[f"{title}: entities"] = _entity_rows(result)
        counts = _is_target(scorer, preset)
        given = [
            {"doc_id": record["doc_id"], "mentions": clustered(record, doc, counts)}
            for record, doc in zip(records, docs, strict=True)
        ]
        result = scorer.score(records, given, preset, given=True)
        rows |= {f"given names: {row}": figure for row, figure in _entity_rows(result).items() if "B3" in row}
        if preset == "gum_news":
            rows["pronouns, given names"] = score_pronouns(records, docs, counts)
            rows["pronouns, end to end"] = score_resolution(records, found)["pronouns"]
            rows["salience on gold clusters, MAP"] = salience_map(records, docs)
        if preset in ("gum_news", "meantime"):
            rows["its and their, given names"] = given_possessives(records, docs, counts)
            rows["its and their, end to end"] = score_possessives(records, found)
        if preset == "newsfair":
            rows["links to a wrong item"] = _wrong_links(scorer, records, found)
    return figures


def _entity_rows(result: Mapping[str, Any]) -> Figures:
    def rates(row: Mapping[str, Any], n: str) -> External:
        return External(row["P"], row["R"], row["F"], n)

    rows: Figures = {}
    for kind in ("span", "strict"):
        if kind in result.get("ner", {}):
            row = result["ner"][kind]
            rows[f"names, {kind}"] = rates(row, f"{row['gold']} / {row['pred']}")
    for key, title in (("coref", "clusters, B3"), ("xdoc", "across articles, B3")):
        if key in result:
            n = f"{result[key]['gold']['mentions']} / {result[key]['pred']['mentions']}"
            rows[title] = rates(result[key]["B3"], n)
    if "link" in result:
        row = result["link"]["InKB"]
        rows["links to Wikidata"] = rates(row, f"{row['gold']} / {row['pred']}")
    return rows


def _is_target(scorer: Any, preset: str) -> Callable[[Mapping[str, Any]], bool]:
    """Return a test for the gold's names that a preset scores."""
    types = scorer.PRESETS[preset]["types"]

    def counts(mention: Mapping[str, Any]) -> bool:
        kind = scorer.MAP.get(mention["type"], mention["type"])
        return bool(mention.get("named")) and (types is None or kind in types)

    return counts


def _wrong_links(
    scorer: Any, records: Sequence[Record], found: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Value:
    """Count the links that are not the gold's, on spans that have a link in the gold."""
    wrong = n = 0
    for record in records:
        text = record["text"]
        links: dict[tuple[int, int], set[str]] = {}
        for mention in record["mentions"]:
            if mention.get("link"):
                span = scorer.trim(text, mention["start"], mention["end"])
                links.setdefault(span, set()).add(mention["link"])
        for other in found[record["doc_id"]]:
            meant = links.get(scorer.trim(text, other["start"], other["end"]))
            if other["link"] and meant:
                n += 1
                wrong += other["link"] not in meant
    return Value(wrong, n, digits=0)


def salience_map(records: Sequence[Record], docs: Sequence[Doc]) -> Value:
    """Return the mean average precision of `salience` on the gold's own clusters (grade 1 and more counts).

    Ranked are the persons, organisations and places with a name. The title is the text's first sentence.
    """
    averages = []
    for record, doc in zip(records, docs, strict=True):
        offsets = stored_offsets(doc)
        starts = [offsets.stored(token.idx, token.idx)[0] for token in doc]
        mentions: dict[str, list[Record]] = {}
        for mention in record["mentions"]:
            mentions.setdefault(mention["entity_id"], []).append(mention)
        title_end = record["sents"][0][1]
        ranked = []
        for own in mentions.values():
            named = [m for m in own if m["named"] and m["type"] in ("person", "organization", "place")]
            if named:
                first = bisect_right(starts, min(m["start"] for m in own)) - 1
                value = salience(
                    n_named=len(named),
                    n_mentions=len(own),
                    first=first,
                    n_tokens=len(doc),
                    in_title=any(m["end"] <= title_end for m in named),
                )
                ranked.append((-value, first, max(m["salience"] for m in own) >= 1))
        relevant = [is_salient for *_, is_salient in sorted(ranked)]
        if any(relevant):
            averages.append(average_precision(relevant))
    return Value(100 * sum(averages) / max(len(averages), 1), len(averages))


def average_precision(ranked: Sequence[bool]) -> float:
    """Return the mean of the precisions at each relevant item of a ranking, 0..1; 0 without any."""
    precisions = [sum(ranked[: at + 1]) / (at + 1) for at, is_relevant in enumerate(ranked) if is_relevant]
    return sum(precisions) / len(precisions) if precisions else 0.0


# ---- claims ----------------------------------------------------------------------------------------


def _claims(folder: Path, scorers: Path, parser: Parser, gold: Path) -> dict[str, Figures]:
    return {
        "NewsClaims dev: claims": _newsclaims(folder / "newsclaims_docs/dev.jsonl", scorers, parser, gold),
        "CheckThat dev: worth checking in a debate": _debates(folder / "ct24_en/dev.jsonl", scorers, parser),
        "CaRB dev: propositions": {"tuples": _carb(folder / "carb/dev.jsonl", parser)},
        **{
            f"{title} dev: factuality": _factuality(folder / file / "dev.jsonl", file, parser)
            for title, file in (("UW", "factuality_uw"), ("MEANTIME", "factuality_meantime"))
        },
    }


def _newsclaims(path: Path, scorers: Path, parser: Parser, gold: Path) -> Figures:
    """NewsClaims has no articles: its sentences stand at their offsets, with blanks between.

    Its claims are those on four topics. Once the claims are scored as they come, once with the topics given.
    """
    records = read_corpus(path)
    for record in records:
        record["text"] = _text_of(record["sentences"])
    topics = read_topics(yaml.safe_load((gold / "checkworthy_topics.yaml").read_text(encoding="utf-8")))
    docs = annotated(parser, "newsclaims", records)
    figures = _of_newsclaims(records, docs, [doc._.claims for doc in docs], scorers)
    given = _of_newsclaims(records, docs, [tuple(find_claims(doc, topics=topics)) for doc in docs], scorers)
    return figures | {f"topics given: {name}": figure for name, figure in given.items()}


def _of_newsclaims(
    records: Sequence[Record], docs: Sequence[Doc], claims: Sequence[Sequence[Claim]], scorers: Path
) -> Figures:
    gold, found = {}, {}
    labels, scores = [], []
    for record, doc, of_doc in zip(records, docs, claims, strict=True):
        rows = {s["sent_id"]: _claim_of(s, of_doc, doc) for s in record["sentences"]}
        gold[record["doc_id"]] = {s["sent_id"]: s for s in record["sentences"]}
        found[record["doc_id"]] = rows
        labels += [s["label"] for s in record["sentences"]]
        scores += [rows[s["sent_id"]]["score"] for s in record["sentences"]]
    result = load_scorer(scorers, "score_newsclaims").score(gold, found)
    span, claimer, n = result["span"], result["claimer"], result["claimer"]["n"]
    return {
        "claimer, final F1": Value(claimer["final_F1"], n),
        "claimer in the sentence": Value(claimer["in_sent_F1"], n),
        "claimer out of the sentence": Value(claimer["out_sent_F1"], n),
        "claimer is the journalist": Value(claimer["journalist_F1"], n),
        "span, words": External(span["P"], span["R"], span["F1"], str(span["n"])),
        "span, IoU >= .5": Value(span["iou50"], span["n"]),
        "span, near exact": Value(span["near_exact"], span["n"]),
        "stance": Value(result["stance"]["accuracy"], result["stance"]["n"]),
        "ranked by checkworthiness, AUC": Value(
            load_scorer(scorers, "score_checkworthy").score(labels, scores)["AUC"], len(labels)
        ),
    }


def _text_of(sentences: Sequence[Record]) -> str:
    characters = [" "] * max(s["start_char"] + len(s["text"]) for s in sentences)
    for sentence in sentences:
        start = sentence["start_char"]
        characters[start : start + len(sentence["text"])] = sentence["text"]
    return "".join(characters)


def _claim_of(sentence: Record, claims: Iterable[Claim], doc: Doc) -> Record:
    """Return a sentence's claim: the one most worth checking, then the longest.

    The corpus knows named claimers and the journalist only, who gets every claim for which nobody is named:
    so do claims with an unknown claimer here, and sentences in which none is found (questions).
    """
    start, end = sentence["start_char"], sentence["start_char"] + len(sentence["text"])
    inside = [claim for claim in claims if start <= stored_range(claim.span)[0] < end]
    if not inside:
        return {"claim": False, "score": 0.0, "has_claimer": False}
    best = max(inside, key=lambda claim: (claim.checkworthiness, len(claim.span.text)))
    first, last = stored_range(best.span)
    claimer = " ".join(span.text for span in best.claimer)
    if best.claimer_entities:
        claimer = doc._.entities[best.claimer_entities[0]].name
    return {
        "claim": True,
        "score": best.checkworthiness,
        "claim_span": [first - start, min(last, end) - start - 1],
        "has_claimer": best.claimer_kind == "attributed",
        "claimer": claimer,
        "stance": "Refute" if best.polarity == "negated" else "Affirm",
    }


def _debates(path: Path, scorers: Path, parser: Parser) -> Figures:
    """Sentences of debates by the part of `checkworthiness` that was trained on such, at its threshold."""
    records = read_corpus(path)
    docs = parser.docs("ct24_en", [record["text"] for record in records])
    labels = [record["label"] for record in records]
    scores = [classify(doc, [(0, len(doc))])[0][1] for doc in docs]
    score = load_scorer(scorers, "score_checkworthy").score
    at_own = score(labels, [float(value >= debate_threshold()) for value in scores])
    at_half = score(labels, scores)
    return {
        "worth checking": External(at_own["P"], at_own["R"], at_own["F1"], str(at_own["pos"])),
        "worth checking, at .5": External(at_half["P"], at_half["R"], at_half["F1"], str(at_half["pos"])),
        "ranked, AUC": Value(at_half["AUC"], len(records)),
    }


def _sentences(corpora: Path, parser: Parser, gold: Path) -> Figures:
    """Sentences of Wikinews with the project's own labels."""
    articles = wikinews_articles(corpora)
    labels = [label for label in read_labels(gold) if label.doc_id in articles]
    ids = sorted({label.doc_id for label in labels})
    docs = parser.docs("wikinews", [articles[doc_id].text for doc_id in ids])
    return score_sentences(
        labels, {doc_id: annotate(doc, articles[doc_id]) for doc_id, doc in zip(ids, docs, strict=True)}
    )


def _carb(path: Path, parser: Parser) -> Rates:
    records = read_corpus(path)
    docs = parser.docs("carb", [_plain(record["text"].split()) for record in records])
    sentences = []
    for record, doc in zip(records, docs, strict=True):
        words = record["text"].split()
        references = [(one["pred"], one["args"]) for one in record["tuples"]]
        propositions = (
            p
            for p in find_propositions(read_tree(read_columns(doc)))
            if p.subject and (p.object or p.arguments)
        )
        sentences.append((references, [_extraction(p, words) for p in propositions]))
    return score_tuples(sentences)


def _extraction(proposition: Proposition, words: Sequence[str]) -> Extraction:
    predicate = [words[i] for i in proposition.predicate]
    ranges = [proposition.subject, proposition.object, *(span for _, span in proposition.arguments)]
    arguments = [" ".join(words[start:end]) for start, end in filter(None, ranges)]
    return " ".join(["be", *predicate] if proposition.is_verbless else predicate), arguments


def _factuality(path: Path, name: str, parser: Parser) -> Figures:
    records = read_corpus(path)
    docs = parser.docs(name, [_plain(record["text"].split(" ")) for record in records])
    gold: list[float] = []
    found: list[float] = []
    for record, doc in zip(records, docs, strict=True):
        tree = read_tree(read_columns(doc))
        for target in record["targets"]:
            gold.append(target["fact"])
            found.append(factuality(tree, target["span"][1] - 1))
    error = float(np.abs(np.subtract(gold, found)).mean())
    return {
        "mean absolute error": Value(error, len(gold), digits=3),
        "correlation": Value(float(np.corrcoef(gold, found)[0, 1]), len(gold), digits=3),
    }


def _plain(tokens: Sequence[str]) -> list[str]:
    return [_PLAIN.get(token, token) for token in tokens]
