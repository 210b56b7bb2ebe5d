import pg from 'pg'

// All statements of the store read few rows by an index. A plan made while a table was small must
// not scan the table once it has grown.
const planner = `set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off; set plan_cache_mode = force_generic_plan`

/**
 * A process that hangs in the middle of a change keeps the build's row locked. After this time the
 * change is rolled back and others get the row.
 */
const heldUpMs = 5_000

// The timeline changes with each failover. Some cloud servers cannot report it.
const timelineText = `select left(pg_walfile_name(pg_current_wal_lsn()), 8) as timeline`
const timelines = new WeakMap<pg.ClientBase, string>()

/**
 * Returns an id that distinguishes the server of a connection from one that replaced it. The
 * replacement may lack the last commits, so data read on one timeline may be wrong on another.
 */
export function timelineOf(client: pg.ClientBase): string {
  return timelines.get(client) ?? ''
}

/**
 * A load balancer in front of PostgreSQL may accept a connection and never answer, and a host may
 * vanish. No statement of the store takes nearly as long as these limits. Without them, an
 * unanswered statement would block the scheduler and the end of the process forever.
 */
const silence = {
  connectionTimeoutMillis: 30_000,
  query_timeout: 60_000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
}

/** Opens the store's own connections. `warn` receives the errors of lost idle connections. */
export function storePool(config: pg.PoolConfig, warn: (error: unknown) => void): pg.Pool {
  const pool = new pg.Pool({
    application_name: 'harmont-engine',
    idle_in_transaction_session_timeout: heldUpMs,
    ...silence,
    ...config,
    onConnect: async (client) => {
      // Without a listener, a connection that is lost during a transaction would end the process;
      // its statement rejects in any case.
      client.on('error', warn)
      timelines.set(client, await begin(client))
    },
  })
  pool.on('error', warn)
  return pool
}

/**
 * Prepares a connection in one round trip. Returns the timeline, or '' if the server does not
 * report it.
 */
async function begin(client: pg.ClientBase): Promise<string> {
  try {
    const results: unknown = await client.query(`${planner}; ${timelineText}`)
    const { rows } = (results as readonly pg.QueryResult<{ timeline: string }>[]).at(-1) ?? {}
    return rows?.[0]?.timeline ?? ''
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error
    await client.query(planner)
    return ''
  }
}
