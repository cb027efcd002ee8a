-- One row per claim: what is asserted, in whose voice, how firmly, and how far it spread.
--
-- key: day, claim_id
-- order: day, article_id, start_char, claim_id
--
-- claim_id string: the claim
-- day date: UTC day of the article's partition
-- article_id string: the article
-- outlet string: the outlet
-- published_at timestamp: time of publication
-- voice claims.claimer_kind: who asserts it: the outlet in its own voice, a source that it names, or unclear
-- said_by string: the outlet for its own voice, else the canonical name of the source, else its words
-- said_by_id string: entity of the source, human decisions obeyed; null for the outlet
-- said_by_label mentions.label: type of that entity, in the label set of OntoNotes
-- is_corrected boolean: it is the speaker of its quotation, whom a person corrected; claims has what was found
-- claim string: the minimal span of text that asserts it
-- subject string: who or what it is about
-- predicate string: verb with auxiliaries and particle
-- object string: object or complement
-- polarity claims.polarity: does it say that it is so, or not so
-- modality claims.modality: in which mode
-- factuality double: as its claimer presents it, -3 certainly not so .. 3 certainly so
-- claim_type claims.claim_type: what kind of statement it is
-- checkable double: is it a verifiable factual statement, 0..1
-- checkworthiness double: is it worth a fact-checker's time, 0..1
-- is_self_contained boolean: can be understood without its article
-- topics list<string>: the user's topics that it belongs to
-- claim_group_id string: the group of those who say the same; null where nobody else does
-- relation claim_groups.relation: to the group's first claim
-- n_outlets integer: outlets that carry the group's claim; 1 where there is no group
-- n_origins integer: of these, independent ones
-- quote_id string: the quotation that the claim stands in
-- start_char integer: first code point in articles.text
-- end_char integer: after the last code point
-- is_reprint boolean: the article repeats another one, on any day: leave it out to count once
-- permalink string: address of the claim on the explorer, without the host
select
    c.claim_id,
    c.day,
    c.article_id,
    a.source as outlet,
    a.published_at,
    case
        when w.quote_id is null then c.claimer_kind
        when w.speaker_id is null then 'unknown'
        else 'attributed'
    end as voice,
    case
        when c.claimer_kind = 'outlet' then a.source
        when w.quote_id is not null then e.name
        else coalesce(e.name, c.claimer)
    end as said_by,
    case when c.claimer_kind <> 'outlet' then e.entity_id end as said_by_id,
    case when c.claimer_kind <> 'outlet' then e.label end as said_by_label,
    w.quote_id is not null as is_corrected,
    c.text as claim,
    c.subject,
    c.predicate,
    c.object,
    c.polarity,
    c.modality,
    c.factuality,
    c.claim_type,
    c.checkable,
    c.checkworthiness,
    c.is_self_contained,
    c.topics,
    g.claim_group_id,
    g.relation,
    coalesce(g.n_outlets, 1) as n_outlets,
    coalesce(g.n_origins, 1) as n_origins,
    c.quote_id,
    c.start_char,
    c.end_char,
    d.article_id is not null as is_reprint,
    concat('/article/', c.day, '/', c.article_id, '#claim-', c.claim_id) as permalink
from claims c
join articles a on a.day = c.day and a.article_id = c.article_id
left join (
    select q.day, q.quote_id, q.speaker_entity_id as found_id, s.speaker_id
    from quotes q
    join speaker_corrections s on s.quote_id = q.quote_id
) w
    on w.day = c.day
    and w.quote_id = c.quote_id
    and w.found_id is not distinct from c.claimer_entity_id
    and c.claimer_kind <> 'outlet'
left join article_entities e
    on e.day = c.day
    and e.article_id = c.article_id
    and e.id_in_article = case when w.quote_id is null then c.claimer_entity_id else w.speaker_id end
left join claim_groups g on g.day = c.day and g.claim_id = c.claim_id
left join duplicates d on d.day = c.day and d.article_id = c.article_id and d.duplicate_of is not null
