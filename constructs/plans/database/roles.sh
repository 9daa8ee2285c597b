# Which roles the database needs and the cluster lacks: a restore would fail on them after hours.
missing=$(live postgres <<'SQL'
\set facts `cat "$FACTS"`
SELECT string_agg(quote_ident(r), ', ' ORDER BY r) FROM jsonb_array_elements_text(:'facts'::jsonb->'roles') r
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r);
SQL
)
if [ -n "$missing" ]; then
  [ "$MISSING_ROLES" = create ] || stop "roles that the database had then and the cluster has no more: $missing; render the plan with --missing-roles create, and they are made without LOGIN"
  live postgres <<'SQL'
\set facts `cat "$FACTS"`
SELECT format('CREATE ROLE %I NOLOGIN', r) FROM jsonb_array_elements_text(:'facts'::jsonb->'roles') r
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r) \gexec
SQL
  say "made without LOGIN: $missing"
  detail made_roles "$(quoted "$missing")"
fi
