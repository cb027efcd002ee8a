-- One row per quotation and entity that it mentions: quotations about somebody, without an interval join.
--
-- key: day, quote_id, entity_id
-- order: day, article_id, quote_id, entity_id
--
-- quote_id string: the quotation
-- day date: UTC day of the article's partition
-- article_id string: the article
-- outlet string: the outlet
-- speaker_id string: who is quoted
-- speaker_name string: canonical name of who is quoted
-- entity_id string: who or what the quotation mentions
-- name string: its canonical name
-- label mentions.label: its type, in the label set of OntoNotes
-- is_speaker boolean: speakers who mention themselves
-- n_mentions long: mentions in the quotation, of all kinds
-- n_named long: of these, by name; 0 where only a pronoun or a description stands for it
-- is_reprint boolean: the article repeats another one, on any day
-- permalink string: address of the quotation on the explorer, without the host
select
    s.quote_id,
    s.day,
    s.article_id,
    any_value(s.outlet) as outlet,
    any_value(s.speaker_id) as speaker_id,
    any_value(s.speaker_name) as speaker_name,
    e.entity_id,
    any_value(e.name) as name,
    any_value(e.label) as label,
    coalesce(e.entity_id = any_value(s.speaker_id), false) as is_speaker,
    count(*) as n_mentions,
    count(*) filter (m.kind = 'name') as n_named,
    any_value(s.is_reprint) as is_reprint,
    any_value(s.permalink) as permalink
from (select day, article_id, quote_id, unnest(content_spans) as span from quotes) q
join mentions m
    on m.day = q.day
    and m.article_id = q.article_id
    and m.start_char >= q.span.start_char
    and m.end_char <= q.span.end_char
join article_entities e
    on e.day = m.day and e.article_id = m.article_id and e.id_in_article = m.entity_id
join said s on s.day = q.day and s.quote_id = q.quote_id
group by s.quote_id, s.day, s.article_id, e.entity_id
