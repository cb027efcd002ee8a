-- One row per group of claims that say the same: what spread, how far, and who had it first.
--
-- Rank it by n_origins, is_self_contained and checkworthiness: fragments come last.
--
-- spans days
-- key: claim_group_id
-- order: n_origins desc, is_self_contained desc, checkworthiness desc, claim_group_id
--
-- claim_group_id string: the group
-- claim string: the words of the member that is understood best by itself: self-contained first, then checkworthy, then early
-- claim_id string: that member
-- is_self_contained boolean: can it be understood without its article
-- checkworthiness double: the highest of the members that say it
-- first_day date: first day of the group
-- last_day date: last day
-- n_claims long: claims that say it
-- n_contradicting long: claims that say the opposite: candidates, to be read in both contexts
-- n_outlets integer: outlets that carry it, those that contradict it left out
-- n_origins integer: of these, independent ones: agency copy and near-duplicates count once
-- first_outlets list<string>: who published it first, several where they share the time
-- is_first_certain boolean: one outlet was first, as far as times are known
select
    m.claim_group_id,
    first(m.claim order by not s.is_self_contained, s.checkworthiness desc, m.day, m.claim_id) filter (m.relation <> 'contradicts') as claim,
    first(m.claim_id order by not s.is_self_contained, s.checkworthiness desc, m.day, m.claim_id) filter (m.relation <> 'contradicts') as claim_id,
    bool_or(s.is_self_contained) filter (m.relation <> 'contradicts') as is_self_contained,
    max(s.checkworthiness) filter (m.relation <> 'contradicts') as checkworthiness,
    min(m.day) as first_day,
    max(m.day) as last_day,
    count(*) filter (m.relation <> 'contradicts') as n_claims,
    count(*) filter (m.relation = 'contradicts') as n_contradicting,
    any_value(s.n_outlets) as n_outlets,
    any_value(s.n_origins) as n_origins,
    list_sort(list(distinct m.outlet) filter (m.rank = 1)) as first_outlets,
    bool_or(m.is_first_certain) as is_first_certain
from spread_members m
join asserted s on s.day = m.day and s.claim_id = m.claim_id
group by m.claim_group_id
