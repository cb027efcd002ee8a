-- One row per entity and article, under the ids and names of the index: human decisions are obeyed, and an
-- entity is called the same everywhere. Other views take the names of speakers and claimers from here.
--
-- key: day, article_id, id_in_article
-- order: day, article_id, first_start_char, id_in_article
--
-- day date: UTC day of the article's partition
-- article_id string: the article
-- outlet string: the outlet
-- entity_id string: the entity that it is, by human decision; entity_index has a row of it
-- name string: canonical name, the same in all articles
-- label mentions.label: type, in the label set of OntoNotes
-- role string: title or office as this article gives it; null where it gives none
-- n_mentions integer: mentions in the article, of all kinds
-- n_named integer: mentions by name
-- salience double: how much the article is about it, 0..1
-- in_title boolean: the headline names it
-- first_start_char integer: where it is first mentioned
-- id_in_article string: its entity_id in entities and mentions, before any decision
-- is_reprint boolean: the article repeats another one, on any day
-- permalink string: address of the article on the explorer, without the host
select
    e.day,
    e.article_id,
    a.source as outlet,
    coalesce(m.into_id, s.own_id, e.entity_id) as entity_id,
    coalesce(n.name, i.name, e.name) as name,
    coalesce(i.label, e.label) as label,
    e.role,
    e.n_mentions,
    e.n_named,
    e.salience,
    e.in_title,
    e.first_start_char,
    e.entity_id as id_in_article,
    d.article_id is not null as is_reprint,
    concat('/article/', e.day, '/', e.article_id) as permalink
from entities e
join articles a on a.day = e.day and a.article_id = e.article_id
left join entity_splits s on s.entity_id = e.entity_id and s.article_id = e.article_id
left join entity_merges m on m.entity_id = coalesce(s.own_id, e.entity_id)
left join entity_renames n on n.entity_id = coalesce(m.into_id, s.own_id, e.entity_id)
left join entity_index i on i.entity_id = coalesce(m.into_id, s.own_id, e.entity_id)
left join duplicates d on d.day = e.day and d.article_id = e.article_id and d.duplicate_of is not null
