-- A text with its letters composed (NFC): in names of files some systems keep them apart from their marks. Looking first
-- whether they are costs less than composing them: nothing for ASCII, 2 µs for others, instead of 8 µs.
CREATE FUNCTION holdpoint.composed(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN pg_catalog.octet_length(said) = pg_catalog.length(said) OR said IS NFC NORMALIZED THEN said
  ELSE normalize(said, NFC)
END;
GRANT EXECUTE ON FUNCTION holdpoint.composed(text) TO holdpoint_app, holdpoint_system;

-- The words of a name and of a text, of the first 500 characters of each, for search: small letters, cut where ASCII has no
-- letter or digit. That is what PostgreSQL's configuration `simple` makes of it, but for its parser, which takes `0190e5b2` for
-- a number and a word. A few letters grow when they are composed, so what comes of it is cut once more: no word can be longer
-- than the 2 kB that are allowed. `=` and the tenant is one more word, which no text can hold: it keeps a search of one tenant
-- from reading what another one's texts say.
CREATE FUNCTION holdpoint.words(tenant text, name text, said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.array_to_tsvector(ARRAY['=' || tenant] || pg_catalog.array_remove(
  pg_catalog.string_to_array(
    pg_catalog.lower(pg_catalog.regexp_replace(
      pg_catalog.left(holdpoint.composed(pg_catalog.left(name, 500)), 500) || ' '
        || pg_catalog.left(holdpoint.composed(pg_catalog.left(said, 500)), 500),
      '[\x01-/:-@[-`{-\x7f]+', ' ', 'g'
    )),
    ' '
  ),
  ''
));
GRANT EXECUTE ON FUNCTION holdpoint.words(text, text, text) TO holdpoint_app, holdpoint_system;

CREATE INDEX plan_words ON holdpoint.plan USING gin (holdpoint.words(tenant_id, source, title)) WHERE kind = 'document';
CREATE INDEX plan_item_words ON holdpoint.plan_item USING gin (holdpoint.words(tenant_id, item_key, title)) WHERE present;
CREATE INDEX gate_words ON holdpoint.gate
  USING gin (holdpoint.words(tenant_id, gate_key, coalesce(gate ->> 'metric', '') || ' ' || (gate ->> 'text')))
  WHERE present;
CREATE INDEX task_text_words ON holdpoint.task_text USING gin (holdpoint.words(tenant_id, '', title));
CREATE INDEX evidence_words ON holdpoint.evidence USING gin (holdpoint.words(tenant_id, kind, check_id))
  WHERE check_id IS NOT NULL;
CREATE INDEX evidence_digest_prefix ON holdpoint.evidence (tenant_id, digest text_pattern_ops);

-- Keys are compared by their bytes, whatever the locale of the database, so that the index that keeps them unique also finds
-- those that begin in some way, plan by plan. An index of its own would be written at every change of a task's state.
ALTER TABLE holdpoint.task ALTER COLUMN key TYPE text COLLATE "C";

-- What a search finds for the tenant of the session. It runs as its owner: for the role of tenants the planner may not use
-- the indexes of words, because `@@` could tell of rows before their policy has let them be seen. The tenant is that of the
-- session all the same, whatever the caller says.
--
--   all_words  every row that is found has these, as beginnings of its words
--   whole      rows that have these as whole words come first
--   given      beginning of an id, key or name; also with its letters composed, and with them taken apart
--   low, high  where `given` lies among uuids; null when it is none
--   digest     beginning of a digest; null when it is none
CREATE FUNCTION holdpoint.search(all_words tsquery, whole tsquery, given text, low uuid, high uuid, digest text, kinds text[])
RETURNS TABLE (
  tenant_id text, kind text, plan_id uuid, id text, place integer, title text, said text, score integer
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
AS $$
  WITH own AS MATERIALIZED (
    SELECT current_setting('holdpoint.tenant', true) AS tenant, chr(1114111) AS last, holdpoint.composed(given) AS given
  ), shape AS MATERIALIZED (
    SELECT DISTINCT s.given
    FROM unnest(ARRAY[search.given, normalize(search.given, NFC), normalize(search.given, NFD)]) AS s(given)
  ), found AS (
    SELECT 'plan' AS kind, p.plan_id, p.plan_id::text AS id, 0 AS place, p.title, p.source AS said,
      p.source AS name, holdpoint.words(p.tenant_id, p.source, p.title) AS words
    FROM holdpoint.plan p
    WHERE 'plan' = ANY (kinds) AND p.tenant_id = (SELECT tenant FROM own) AND p.kind = 'document' AND p.plan_id IN (
      SELECT q.plan_id FROM holdpoint.plan q
      WHERE q.tenant_id = (SELECT tenant FROM own) AND (
        q.plan_id BETWEEN low AND high OR holdpoint.composed(q.source) ^@ (SELECT own.given FROM own)
      )
      UNION (
        SELECT q.plan_id FROM holdpoint.plan q
        WHERE holdpoint.words(q.tenant_id, q.source, q.title) @@ all_words AND q.kind = 'document'
          AND q.tenant_id = (SELECT tenant FROM own) LIMIT 5000
      )
    )
    UNION ALL
    SELECT 'item', i.plan_id, i.item_key, i.position, i.title, i.kind, i.item_key,
      holdpoint.words(i.tenant_id, i.item_key, i.title)
    FROM (
      SELECT * FROM holdpoint.plan_item
      WHERE 'item' = ANY (kinds) AND present AND tenant_id = (SELECT tenant FROM own)
        AND holdpoint.words(tenant_id, item_key, title) @@ all_words LIMIT 5000
    ) i
    UNION ALL
    SELECT 'gate', g.plan_id, g.gate_key, g.position, concat_ws(' ', g.gate ->> 'metric', g.gate ->> 'text'), '',
      g.gate_key,
      holdpoint.words(g.tenant_id, g.gate_key, coalesce(g.gate ->> 'metric', '') || ' ' || (g.gate ->> 'text'))
    FROM (
      SELECT * FROM holdpoint.gate
      WHERE 'gate' = ANY (kinds) AND present AND tenant_id = (SELECT tenant FROM own)
        AND holdpoint.words(tenant_id, gate_key, coalesce(gate ->> 'metric', '') || ' ' || (gate ->> 'text'))
          @@ all_words LIMIT 5000
    ) g
    UNION ALL
    SELECT 'task', t.plan_id, t.task_id::text, t.position, x.title, t.state, t.key,
      holdpoint.words(x.tenant_id, '', x.title)
    FROM (
      -- A whole key is found however many begin with it.
      SELECT k.task_id FROM holdpoint.plan p, shape s, LATERAL (
        SELECT b.task_id FROM holdpoint.task b
        WHERE b.tenant_id = (SELECT tenant FROM own) AND b.plan_id = p.plan_id AND b.key = s.given
        LIMIT 1
      ) k
      WHERE p.tenant_id = (SELECT tenant FROM own)
      UNION (
        SELECT k.task_id FROM holdpoint.plan p, shape s, LATERAL (
          SELECT b.task_id FROM holdpoint.task b
          WHERE b.tenant_id = (SELECT tenant FROM own) AND b.plan_id = p.plan_id
            AND b.key >= s.given AND b.key < (s.given || (SELECT last FROM own))
          LIMIT 5000
        ) k
        WHERE p.tenant_id = (SELECT tenant FROM own) LIMIT 5000
      )
      UNION
      SELECT k.task_id FROM holdpoint.task k
      WHERE k.tenant_id = (SELECT tenant FROM own) AND k.task_id BETWEEN low AND high
      UNION (
        SELECT y.task_id FROM holdpoint.task_text y
        WHERE holdpoint.words(y.tenant_id, '', y.title) @@ all_words AND y.tenant_id = (SELECT tenant FROM own) LIMIT 5000
      )
    ) f, LATERAL (
      -- One by one: the planner takes them for so many that it would read all tasks of all tenants.
      SELECT * FROM holdpoint.task WHERE task.tenant_id = (SELECT tenant FROM own) AND task.task_id = f.task_id LIMIT 1
    ) t, LATERAL (
      SELECT * FROM holdpoint.task_text
      WHERE task_text.tenant_id = (SELECT tenant FROM own) AND task_text.task_id = f.task_id LIMIT 1
    ) x
    WHERE 'task' = ANY (kinds)
    UNION ALL
    SELECT 'agent', NULL, a.name, 0, a.name, array_to_string(a.capabilities, ' '), a.name,
      holdpoint.words(a.tenant_id, a.name, array_to_string(a.capabilities, ' '))
    FROM holdpoint.agent a
    WHERE 'agent' = ANY (kinds) AND a.tenant_id = (SELECT tenant FROM own) AND (
      holdpoint.composed(a.name) ^@ (SELECT own.given FROM own)
      OR holdpoint.words(a.tenant_id, a.name, array_to_string(a.capabilities, ' ')) @@ all_words
    )
    UNION ALL
    SELECT 'evidence', e.plan_id, e.digest, 0, coalesce(e.check_id, e.kind), e.kind || ' ' || e.tier, e.digest,
      holdpoint.words(e.tenant_id, e.kind, coalesce(e.check_id, ''))
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
        WHERE holdpoint.words(d.tenant_id, d.kind, d.check_id) @@ all_words AND d.check_id IS NOT NULL
          AND d.tenant_id = (SELECT tenant FROM own) LIMIT 5000
      )
    )
  )
  SELECT own.tenant, f.kind, f.plan_id, f.id, f.place, f.title, f.said,
    CASE WHEN own.given IN (holdpoint.composed(f.id), holdpoint.composed(f.name)) OR f.id = search.digest THEN 4000 ELSE 1000 END
      + CASE
          WHEN holdpoint.composed(f.id) ^@ own.given OR holdpoint.composed(f.name) ^@ own.given OR f.id ^@ search.digest THEN 2000
          ELSE 0
        END
      + CASE WHEN lower(holdpoint.composed(f.title)) ^@ lower(own.given) THEN 1000 ELSE 0 END
      + least(999, (ts_rank(f.words, whole, 1) * 1000)::integer)
  FROM found f, own
$$;
REVOKE ALL ON FUNCTION holdpoint.search(tsquery, tsquery, text, uuid, uuid, text, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION holdpoint.search(tsquery, tsquery, text, uuid, uuid, text, text[]) TO holdpoint_app;
