/**
 * Inserts members, invites and forty days of charged usage and artifacts for the organization
 * `default`, in the server's format.
 */
import type { App } from '../app.ts'

const statements = [
  `insert into users (id, email, name) values
     (gen_random_uuid(), 'grace@example.com', 'Grace Hopper'),
     (gen_random_uuid(), 'a.very.long.address.of.somebody@engineering.example.com', 'Ada Augusta King, Countess of Lovelace'),
     (gen_random_uuid(), 'nameless@example.com', null)`,
  `insert into memberships (organization_id, user_id, role)
   select o.id, u.id, case u.email when 'grace@example.com' then 'admin' else 'member' end
     from organizations o, users u where o.slug = 'default' and u.email like '%example.com'`,
  `insert into invites (id, organization_id, email, role, token_hash, invited_by, expires_at)
   select gen_random_uuid(), o.id, i.email, i.role, md5(i.email), (select user_id from memberships where organization_id = o.id limit 1), now() + i.lasts
     from organizations o,
          (values ('linus@example.com', 'member', interval '6 days'), ('margaret@example.com', 'admin', interval '-2 days')) i (email, role, lasts)
    where o.slug = 'default'`,
  // Repeats each build on each day, so that every charge leads to an existing build.
  `create temporary table used as
   select gen_random_uuid() as job_id, o.id as organization_id, b.id as build_id, p.slug,
          date_trunc('milliseconds', now()) - make_interval(days => d, mins => n::int) as at, 40 + (d * 37 + n * 113) % 900 as seconds,
          case when p.slug = 'ci' then 4 else 2 end as cpus, 3 + (d * 7 + n * 5) % 60 as cents
     from organizations o join pipelines p on p.organization_id = o.id join build_records b on b.pipeline_id = p.id,
          generate_series(1, 40) d, generate_series(1, 2) n
    where o.slug = 'default' and d % 7 not in (2, 3)`,
  `insert into vm_leases (job_id, organization_id, build_id, step_key, job_name, started_at, finished_at, seconds, cpu_count, memory_gb, disk_gb,
      vcpu_rate, memory_rate, disk_rate, cost, debit_cents)
   select job_id, organization_id, build_id, 'test', 'test on every version that there is', at, at + make_interval(secs => seconds), seconds, cpus,
          cpus * 2, 20, 10000, 5000, 100, cents::bigint * 1000000, cents from used`,
  `insert into ledger_entries (id, organization_id, amount_cents, source, description, job_id, created_at)
   select gen_random_uuid(), organization_id, -cents, 'vm_lease_debit', 'test', job_id, at from used`,
  'drop table used',
  `insert into notifications (id, organization_id, kind, events, branches, target, failing_since)
   select gen_random_uuid(), o.id, n.kind, n.events, n.branches, n.target, n.failing_since
     from organizations o,
          (values ('slack', array['broke', 'fixed'], array['main'], 'https://hooks.slack.com/…', null),
                  ('webhook', array['finished'], null, 'https://hooks.example.com/a/path/that/is/long?…', now() - interval '3 hours'),
                  ('email', array['broke'], null, 'grace@example.com', null)) n (kind, events, branches, target, failing_since)
    where o.slug = 'default'`,
  `insert into artifact_days (organization_id, day, byte_seconds)
   select o.id, (now() at time zone 'UTC')::date - d, (12 + (d * 7) % 23) * 1e9 * 86400
     from organizations o, generate_series(1, 40) d where o.slug = 'default'`,
]

/** Fills the pages of members and of usage. Builds of `default` must exist. */
export async function fillOrganization({ product }: App): Promise<void> {
  // Uses one connection, because a temporary table belongs to it.
  const client = await product.pool.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    client.release()
  }
}
