"""brat's standoff, read by a parser written from brat's documentation: every mark stands where it says."""

import io
import re
import zipfile
from dataclasses import dataclass, field
from typing import Any

from layered_by_hand import TEXT, articles

from pipeline.desk.exports.brat import ANNOTATION_CONF, write_brat
from pipeline.desk.exports.layered import LayeredArticle, layered_articles
from pipeline.store import Store


@dataclass
class Standoff:
    """An .ann file: https://brat.nlplab.org/standoff.html."""

    marks: dict[str, tuple[str, list[tuple[int, int]], str]] = field(default_factory=dict)
    relations: list[tuple[str, str, str]] = field(default_factory=list)
    attributes: list[tuple[str, str, str]] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)


def parsed(text: str) -> Standoff:
    found = Standoff()
    names = set()
    for line in text.splitlines():
        name, rest = line.split("\t", 1)
        assert re.fullmatch(r"[TRA#]\d+", name)
        assert name not in names
        names.add(name)
        if name[0] == "T":
            where, covered = rest.split("\t")
            kind, _, offsets = where.partition(" ")
            fragments = [tuple(map(int, part.split(" "))) for part in offsets.split(";")]
            found.marks[name] = (kind, [(start, end) for start, end in fragments], covered)
        elif name[0] == "R":
            match = re.fullmatch(r"([\w-]+) Arg1:(T\d+) Arg2:(T\d+)", rest)
            assert match
            found.relations.append((match[1], match[2], match[3]))
        elif name[0] == "A":
            kind, mark, value = rest.split(" ")
            found.attributes.append((kind, mark, value))
        else:
            about, note = rest.split("\t")
            found.notes[about.removeprefix("AnnotatorNotes ")] = note
    for _, one, other in found.relations:
        assert {one, other} <= found.marks.keys()
    assert {mark for _, mark, _ in found.attributes} | found.notes.keys() <= found.marks.keys()
    return found


def read(data: bytes) -> dict[str, tuple[str, Standoff]]:
    """All documents of an archive: text and annotations; every mark is checked against the text."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    documents = {}
    for name in archive.namelist():
        if name.endswith(".txt"):
            text = archive.read(name).decode()
            found = parsed(archive.read(name.replace(".txt", ".ann")).decode())
            for kind, fragments, covered in found.marks.values():
                assert " ".join(text[start:end] for start, end in fragments) == covered, kind
                assert "\n" not in covered
            documents[name.removesuffix(".txt")] = (text, found)
    return documents


def written(given: Any) -> bytes:
    to = io.BytesIO()
    write_brat(given, to)
    return to.getvalue()


def test_marks_relations_and_attributes() -> None:
    text, found = read(written(articles()))["2026-03-02/a1"]
    assert text == TEXT
    shown = {name: f"{kind} {covered}" for name, (kind, _, covered) in found.marks.items()}
    related = {(kind, shown[one], shown[other]) for kind, one, other in found.relations}
    assert ("Same-entity", "PERSON she", "PERSON Mara Lindqvist") in related
    assert ("Said-by", "Quotation It was warned 🌊 twice", "Source she") in related
    assert ("Cued-by", "Quotation It was warned 🌊 twice", "Cue added") in related
    attributes = {(kind, shown[mark], value) for kind, mark, value in found.attributes}
    assert ("Polarity", "Claim “a letter” had come", "negated") in attributes
    assert ("Voice", "Claim The Ægir Board denied that “a letter” had come", "outlet") in attributes
    assert "Mara Lindqvist" in found.notes.values()


def test_a_mark_over_lines_and_tabs_is_in_fragments() -> None:
    _, found = read(written(articles()))["2026-03-02/a1"]
    [mixed] = [mark for mark in found.marks.values() if mark[2].startswith("The ferry")]
    assert [TEXT[start:end] for start, end in mixed[1]] == ["The ferry 😀 “must", "not sail", "today"]


def test_the_configuration_names_all_that_is_written(sample: Store) -> None:
    sections = dict(re.findall(r"\[(\w+)\]\n(.*?)(?=\n\[|\Z)", ANNOTATION_CONF, re.DOTALL))
    entities = set(sections["entities"].split())
    attributes = dict(re.findall(r"^(\w+)\tArg:Claim, Value:(.*)$", sections["attributes"], re.MULTILINE))
    for _, found in read(written(layered_articles(data_dir=sample.root))).values():
        assert {kind for kind, _, _ in found.marks.values()} <= entities
        assert all(f"\n{kind}\t" in f"\n{sections['relations']}" for kind, _, _ in found.relations)
        assert all(value in attributes[kind].split("|") for kind, _, value in found.attributes)


def test_every_row_of_the_sample_is_marked(sample: Store) -> None:
    documents = read(written(layered_articles(data_dir=sample.root)))
    assert len(documents) == 50
    for found in layered_articles(data_dir=sample.root):
        text, read_back = documents[f"{found.article['day']}/{found.article['article_id']}"]
        assert text == found.text
        assert marked(read_back, "Claim") == {(c["start_char"], c["end_char"]) for c in found.claims}
        assert len(marked(read_back, "Quotation")) == len({str(q["content_spans"]) for q in found.quotes})


def marked(found: Standoff, wanted: str) -> set[tuple[int, int]]:
    return {(spans[0][0], spans[-1][1]) for kind, spans, _ in found.marks.values() if kind == wanted}


def test_the_same_articles_give_the_same_bytes() -> None:
    given: list[LayeredArticle] = list(articles())
    assert written(iter(given)) == written(iter(given))
