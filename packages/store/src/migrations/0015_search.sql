-- The words of the first 500 characters of a text, for search: small letters, cut where ASCII has no letter or digit. That is
-- what PostgreSQL's configuration `simple` makes of it, but for its parser, which takes `0190e5b2` for a number and a word. No
-- word can be longer than the 2 kB that are allowed. `=` and the tenant is one more word, which no text can hold: it keeps a
-- search of one tenant from reading what another one's texts say.
CREATE FUNCTION holdpoint.words(tenant text, said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.array_to_tsvector(ARRAY['=' || tenant] || pg_catalog.array_remove(
  pg_catalog.string_to_array(
    pg_catalog.lower(pg_catalog.regexp_replace(pg_catalog.left(said, 500), '[\x01-/:-@[-`{-\x7f]+', ' ', 'g')),
    ' '
  ),
  ''
));
GRANT EXECUTE ON FUNCTION holdpoint.words(text, text) TO holdpoint_app, holdpoint_system;

CREATE INDEX plan_words ON holdpoint.plan USING gin (holdpoint.words(tenant_id, title || ' ' || source))
  WHERE kind = 'document';
CREATE INDEX plan_item_words ON holdpoint.plan_item USING gin (holdpoint.words(tenant_id, title || ' ' || item_key))
  WHERE present;
CREATE INDEX gate_words ON holdpoint.gate
  USING gin (holdpoint.words(tenant_id, (gate ->> 'text') || ' ' || coalesce(gate ->> 'metric', '') || ' ' || gate_key))
  WHERE present;
CREATE INDEX task_text_words ON holdpoint.task_text USING gin (holdpoint.words(tenant_id, title));
CREATE INDEX task_key_prefix ON holdpoint.task (tenant_id, key text_pattern_ops);
CREATE INDEX evidence_words ON holdpoint.evidence USING gin (holdpoint.words(tenant_id, kind || ' ' || check_id))
  WHERE check_id IS NOT NULL;
CREATE INDEX evidence_digest_prefix ON holdpoint.evidence (tenant_id, digest text_pattern_ops);

-- What a search finds for the tenant of the session. It runs as its owner: for the role of tenants the planner may not use
-- the indexes of words, because `@@` could tell of rows before their policy has let them be seen. The tenant is that of the
-- session all the same, whatever the caller says.
--
--   all_words  every row that is found has these, as beginnings of its words
--   whole      rows that have these as whole words come first
--   given      beginning of an id, key or name
--   low, high  where `given` lies among uuids; null when it is none
--   digest     beginning of a digest; null when it is none
CREATE FUNCTION holdpoint.search(all_words tsquery, whole tsquery, given text, low uuid, high uuid, digest text, kinds text[])
RETURNS TABLE (
  tenant_id text, kind text, plan_id uuid, id text, place integer, task_id uuid, title text, said text, score integer
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
AS $$
  WITH own AS MATERIALIZED (
    SELECT current_setting('holdpoint.tenant', true) AS tenant, chr(1114111) AS last
  ), found AS (
    SELECT 'plan' AS kind, p.plan_id, p.plan_id::text AS id, 0 AS place, NULL::uuid AS task_id, p.title, p.source AS said,
      p.source AS name, holdpoint.words(p.tenant_id, p.title || ' ' || p.source) AS words
    FROM holdpoint.plan p
    WHERE 'plan' = ANY (kinds) AND p.tenant_id = (SELECT tenant FROM own) AND p.kind = 'document' AND p.plan_id IN (
      SELECT q.plan_id FROM holdpoint.plan q
      WHERE q.tenant_id = (SELECT tenant FROM own) AND (q.plan_id BETWEEN low AND high OR q.source ^@ given)
      UNION (
        SELECT q.plan_id FROM holdpoint.plan q
        WHERE holdpoint.words(q.tenant_id, q.title || ' ' || q.source) @@ all_words AND q.kind = 'document'
          AND q.tenant_id = (SELECT tenant FROM own) LIMIT 5000
      )
    )
    UNION ALL
    SELECT 'item', i.plan_id, i.item_key, i.position, NULL, i.title, i.kind, i.item_key,
      holdpoint.words(i.tenant_id, i.title || ' ' || i.item_key)
    FROM (
      SELECT * FROM holdpoint.plan_item
      WHERE 'item' = ANY (kinds) AND present AND tenant_id = (SELECT tenant FROM own)
        AND holdpoint.words(tenant_id, title || ' ' || item_key) @@ all_words LIMIT 5000
    ) i
    UNION ALL
    SELECT 'gate', g.plan_id, g.gate_key, g.position, NULL, concat_ws(' ', g.gate ->> 'metric', g.gate ->> 'text'), '',
      g.gate_key,
      holdpoint.words(g.tenant_id, (g.gate ->> 'text') || ' ' || coalesce(g.gate ->> 'metric', '') || ' ' || g.gate_key)
    FROM (
      SELECT * FROM holdpoint.gate
      WHERE 'gate' = ANY (kinds) AND present AND tenant_id = (SELECT tenant FROM own)
        AND holdpoint.words(tenant_id, (gate ->> 'text') || ' ' || coalesce(gate ->> 'metric', '') || ' ' || gate_key)
          @@ all_words LIMIT 5000
    ) g
    UNION ALL
    SELECT 'task', t.plan_id, t.task_id::text, t.position, t.task_id, x.title, t.state, t.key,
      holdpoint.words(x.tenant_id, x.title)
    FROM holdpoint.task t JOIN holdpoint.task_text x ON x.tenant_id = t.tenant_id AND x.task_id = t.task_id
    WHERE 'task' = ANY (kinds) AND t.tenant_id = (SELECT tenant FROM own) AND t.task_id IN (
      (
        SELECT k.task_id FROM holdpoint.task k
        WHERE k.tenant_id = (SELECT tenant FROM own) AND k.key ~>=~ given AND k.key ~<~ (given || (SELECT last FROM own))
        LIMIT 5000
      )
      UNION
      SELECT k.task_id FROM holdpoint.task k
      WHERE k.tenant_id = (SELECT tenant FROM own) AND k.task_id BETWEEN low AND high
      UNION (
        SELECT y.task_id FROM holdpoint.task_text y
        WHERE holdpoint.words(y.tenant_id, y.title) @@ all_words AND y.tenant_id = (SELECT tenant FROM own) LIMIT 5000
      )
    )
    UNION ALL
    SELECT 'agent', NULL, a.name, 0, NULL, a.name, array_to_string(a.capabilities, ' '), a.name,
      holdpoint.words(a.tenant_id, a.name || ' ' || array_to_string(a.capabilities, ' '))
    FROM holdpoint.agent a
    WHERE 'agent' = ANY (kinds) AND a.tenant_id = (SELECT tenant FROM own) AND (
      a.name ^@ given
      OR holdpoint.words(a.tenant_id, a.name || ' ' || array_to_string(a.capabilities, ' ')) @@ all_words
    )
    UNION ALL
    SELECT 'evidence', e.plan_id, e.digest, 0, e.task_id, coalesce(e.check_id, e.kind), e.kind || ' ' || e.tier, e.digest,
      holdpoint.words(e.tenant_id, e.kind || ' ' || coalesce(e.check_id, ''))
    FROM holdpoint.evidence e
    WHERE 'evidence' = ANY (kinds) AND e.tenant_id = (SELECT tenant FROM own) AND e.digest IN (
      (
        SELECT d.digest FROM holdpoint.evidence d
        WHERE d.tenant_id = (SELECT tenant FROM own) AND d.digest ~>=~ search.digest
          AND d.digest ~<~ (search.digest || (SELECT last FROM own))
        LIMIT 5000
      )
      UNION (
        SELECT d.digest FROM holdpoint.evidence d
        WHERE holdpoint.words(d.tenant_id, d.kind || ' ' || d.check_id) @@ all_words AND d.check_id IS NOT NULL
          AND d.tenant_id = (SELECT tenant FROM own) LIMIT 5000
      )
    )
  )
  SELECT own.tenant, f.kind, f.plan_id, f.id, f.place, f.task_id, f.title, f.said,
    CASE WHEN given IN (f.id, f.name) OR f.id = search.digest THEN 4000 ELSE 1000 END
      + CASE WHEN f.id ^@ given OR f.name ^@ given OR f.id ^@ search.digest THEN 2000 ELSE 0 END
      + CASE WHEN lower(f.title) ^@ lower(given) THEN 1000 ELSE 0 END
      + least(999, (ts_rank(f.words, whole, 1) * 1000)::integer)
  FROM found f, own
$$;
REVOKE ALL ON FUNCTION holdpoint.search(tsquery, tsquery, text, uuid, uuid, text, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION holdpoint.search(tsquery, tsquery, text, uuid, uuid, text, text[]) TO holdpoint_app;
