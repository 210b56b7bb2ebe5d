import type pg from 'pg'

interface Filling {
  readonly organizations: number
  /** The number of pipelines per organization. */
  readonly pipelines: number
  /**
   * The number of builds per pipeline. Each has two charged jobs, and all are of the last hundred
   * hours.
   */
  readonly builds: number
}

const busyCompany: Filling = { organizations: 200, pipelines: 5, builds: 100 }

const statements = ({ organizations, pipelines, builds }: Filling) => [
  `insert into users (id, email, name) select gen_random_uuid(), 'user' || n || '@example.com', 'User ' || n from generate_series(1, 400) n`,
  `insert into organizations (id, slug, name, created_at)
   select gen_random_uuid(), 'org-' || n, 'Organization ' || n, now() - make_interval(hours => n) from generate_series(1, ${organizations}) n`,
  // The benchmark's user belongs to all organizations, other users to a few.
  `insert into memberships (organization_id, user_id, role)
   select o.id, u.id, case when u.email = 'admin@localhost' then 'owner' else 'member' end from organizations o join users u
       on u.email = 'admin@localhost' or (hashtext(o.slug || u.email) % 100) = 0
   on conflict do nothing`,
  `insert into pipelines (id, organization_id, slug, name, repository, repo_name, source_slug, default_branch, last_build_number, created_at)
   select gen_random_uuid(), o.id, 'pipe-' || n, 'Pipe ' || n, 'https://github.com/' || o.slug || '/repo-' || n, o.slug || '/repo-' || n, 'ci', 'main', ${builds},
          now() - make_interval(mins => n) from organizations o, generate_series(1, ${pipelines}) n where o.slug like 'org-%'`,
  `create temporary table made as
   select gen_random_uuid() as id, gen_random_uuid() as job_a, gen_random_uuid() as job_b, p.id as pipeline_id, p.organization_id, n,
          now() - make_interval(secs => (${builds} - n) * 360000.0 / ${builds}) as at, case when n % 9 = 0 then 'failed' else 'passed' end as state
     from pipelines p, generate_series(1, ${builds}) n where p.slug like 'pipe-%'`,
  `insert into engine.builds (id, queue, state, cancel_requested, created_at, started_at, finished_at, version)
   select id, organization_id, state, false, at, at + interval '1 s', at + interval '61 s', 9 from made`,
  `insert into engine.plans (build_id, context, steps)
   select id, '{"env":{},"injectedEnv":{},"cacheNamespace":"x","origin":{},"renderSlug":null,"source":null,"conditionContext":{"event":"api","branch":"main","baseBranch":null,"tag":null,"changed":null,"env":{},"local":false}}',
          '[{"index":0,"key":"a","name":"a","command":"make a","label":null,"env":{},"secrets":{},"timeoutSeconds":3600,"image":"host","buildsIn":null,"dependsOn":[],"cache":null,"continueOnFailure":false,"softFail":null,"retry":null,"condition":null,"resources":{"cpu":2,"memoryGb":4,"diskGb":20},"conditionHolds":true},
            {"index":1,"key":"b","name":"b","command":"make b","label":null,"env":{},"secrets":{},"timeoutSeconds":3600,"image":null,"buildsIn":0,"dependsOn":[],"cache":null,"continueOnFailure":false,"softFail":null,"retry":null,"condition":null,"resources":{"cpu":2,"memoryGb":4,"diskGb":20},"conditionHolds":true}]'
     from made`,
  ...['a', 'b'].map(
    (
      key,
      step,
    ) => `insert into engine.jobs (id, build_id, step, builds_in, attempt, state, fence, lost, created_at, scheduled_at, started_at, finished_at,
        exit_code, soft_failed, cached, version)
      select job_${key}, id, ${step}, ${step === 0 ? 'null' : '0'}, 1, ${step === 0 ? `'passed'` : 'state'}, 1, 0, at, at, at + interval '1 s', at + interval '31 s',
             case when ${step} = 1 and state = 'failed' then 1 else 0 end, false, false, 5 from made`,
  ),
  `insert into build_records (id, pipeline_id, number, branch, commit, message, source, author_id, created_at)
   select m.id, m.pipeline_id, m.n, case when m.n % 5 = 0 then 'topic-' || m.n else 'main' end, md5(m.id::text), 'Change ' || m.n,
          case when m.n % 3 = 0 then 'webhook' else 'api' end, (select user_id from memberships s where s.organization_id = m.organization_id limit 1), m.at from made m`,
  `insert into vm_leases (job_id, organization_id, build_id, step_key, job_name, started_at, finished_at, seconds, cpu_count, memory_gb, disk_gb, vcpu_rate,
      memory_rate, disk_rate, cost, debit_cents)
   select job_a, organization_id, id, 'a', 'a', at, at + interval '30 s', 30, 2, 4, 20, 10000, 5000, 100, 1260000, 1 from made`,
  `insert into ledger_entries (id, organization_id, amount_cents, source, description, job_id, created_at)
   select gen_random_uuid(), organization_id, -1, 'vm_lease_debit', 'a', job_a, at from made`,
  `insert into billing_accounts (organization_id, balance_cents) select organization_id, -count(*) from made group by organization_id
   on conflict (organization_id) do update set balance_cents = excluded.balance_cents`,
  'drop table made',
]

/**
 * Fills the database of an otherwise idle server with the data of a busy company, unless the
 * options differ.
 */
export async function fillDatabase(client: pg.ClientBase, filling = busyCompany): Promise<void> {
  for (const statement of statements(filling)) await client.query(statement)
  await client.query('vacuum analyze')
}

/** Returns the number of full scans so far of each table with more than a thousand rows. */
export async function wholeTableScans(client: pg.ClientBase): Promise<ReadonlyMap<string, number>> {
  // PostgreSQL publishes its counters within a second.
  await client.query('select pg_stat_force_next_flush(), pg_sleep(1.2)')
  const { rows } = await client.query<{ name: string; scans: string }>(
    `select schemaname || '.' || relname as name, seq_scan as scans from pg_stat_user_tables where n_live_tup > 1000 order by 1`,
  )
  return new Map(rows.map(({ name, scans }) => [name, Number(scans)]))
}
