import pg from 'pg'

// Every statement of the store reads few rows by an index. A plan that was made while a table was
// small must not scan it once it has grown.
const planner = `set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off; set plan_cache_mode = force_generic_plan`

/**
 * A process that hangs in the middle of a change has the build's row locked. After this time the
 * others get it, and the change was not made.
 */
const heldUpMs = 5_000

// Changes with each failover. No server of a cloud may be able to tell.
const timelineText = `select left(pg_walfile_name(pg_current_wal_lsn()), 8) as timeline`
const timelines = new WeakMap<pg.ClientBase, string>()

/**
 * Returns what tells the server of a connection from the one that took its place. The other one may
 * lack the last commits, so what was read on one timeline says nothing on another.
 */
export function timelineOf(client: pg.ClientBase): string {
  return timelines.get(client) ?? ''
}

/**
 * A balancer before PostgreSQL may accept a connection and never answer, and a host may vanish. No
 * statement of the store takes nearly as long as these limits. Without them one that was never
 * answered held up the scheduler, and the end of the process, for good.
 */
const silence = {
  connectionTimeoutMillis: 30_000,
  query_timeout: 60_000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
}

/** Opens the store's own connections. `warn` hears of lost idle ones. */
export function storePool(config: pg.PoolConfig, warn: (error: unknown) => void): pg.Pool {
  const pool = new pg.Pool({
    application_name: 'harmont-engine',
    idle_in_transaction_session_timeout: heldUpMs,
    ...silence,
    ...config,
    onConnect: async (client) => {
      // Without a listener a connection that is lost during a transaction would end the process;
      // its statement rejects anyhow.
      client.on('error', warn)
      timelines.set(client, await begin(client))
    },
  })
  pool.on('error', warn)
  return pool
}

/** Prepares a connection in one round trip. Returns the timeline; '' where the server cannot tell. */
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
