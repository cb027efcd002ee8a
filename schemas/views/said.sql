-- One row per quotation: who is reported to have said what, in which outlet, and where to look.
--
-- key: day, quote_id
-- order: day, article_id, start_char, quote_id
--
-- quote_id string: the quotation
-- day date: UTC day of the article's partition
-- article_id string: the article
-- outlet string: the outlet
-- title string: headline of the article
-- url string: as the record gives it
-- published_at timestamp: time of publication
-- kind quotes.kind: in quotation marks, reported, or reported with marks in part
-- is_speech boolean: said or written, against thought, wished, planned or shown by figures
-- speaker string: the source as printed
-- speaker_id string: entity of the (first) speaker, human decisions obeyed; group by it
-- speaker_name string: its canonical name, the same in all articles
-- speaker_or_words string: the canonical name, else the source as printed
-- speaker_label mentions.label: type of the entity, in the label set of OntoNotes
-- speaker_role string: title or office as this article gives it
-- is_corrected boolean: a person corrected the speaker; quotes, and the column speaker here, have what was found
-- quote string: what was said
-- cue string: words that attribute it
-- score double: how sure quotation and speaker are, 0..1
-- n_words long: blank-separated words of the quotation
-- start_char integer: first code point in articles.text
-- end_char integer: after the last code point
-- parent_quote_id string: the quotation that this one stands inside
-- wire_source string: agency credited in the article
-- is_reprint boolean: the article repeats another one, on any day: leave it out to count once
-- permalink string: address of the quotation on the explorer, without the host
select
    q.quote_id,
    q.day,
    q.article_id,
    a.source as outlet,
    a.title,
    a.url,
    a.published_at,
    q.kind,
    q.is_speech,
    q.speaker,
    e.entity_id as speaker_id,
    e.name as speaker_name,
    case when w.quote_id is null then coalesce(e.name, q.speaker) else e.name end as speaker_or_words,
    e.label as speaker_label,
    e.role as speaker_role,
    w.quote_id is not null as is_corrected,
    q.content as quote,
    q.cue,
    q.score,
    len(regexp_extract_all(q.content, '\S+')) as n_words,
    q.start_char,
    q.end_char,
    q.parent_quote_id,
    a.wire_source,
    d.article_id is not null as is_reprint,
    concat('/article/', q.day, '/', q.article_id, '#quote-', q.quote_id) as permalink
from quotes q
join articles a on a.day = q.day and a.article_id = q.article_id
left join speaker_corrections w on w.quote_id = q.quote_id
left join article_entities e
    on e.day = q.day
    and e.article_id = q.article_id
    and e.id_in_article = case when w.quote_id is null then q.speaker_entity_id else w.speaker_id end
left join duplicates d on d.day = q.day and d.article_id = q.article_id and d.duplicate_of is not null
