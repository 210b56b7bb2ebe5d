import type { Database } from '../../../platform/database/transaction.ts'

/** The PostgreSQL channel of new asks; the payload is the runner. */
export const shellAsked = 'shell_asked'

/** The time to make the sandbox in, which may begin with the pull of an image. */
const openingSeconds = 600

/** A runner is asked to open a shell, and to dial with the ticket. */
interface Ask {
  readonly ticket: string
  readonly runner: string
  readonly buildId: string
  readonly jobId: string
  readonly before: boolean
  /** Where the process listens that has the person's connection. */
  readonly address: string
}

/** Stores an ask, and tells the runner of it wherever it is connected. */
export async function insertAsk(database: Database, ask: Ask, seconds: number): Promise<void> {
  await database.query({
    name: 'insert-shell-ask',
    text: `with ask as (
             insert into runner_shells (ticket, runner_id, build_id, job_id, is_before, address, expires_at)
             values ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7)) returning runner_id)
           select pg_notify('${shellAsked}', runner_id::text) from ask`,
    values: [ask.ticket, ask.runner, ask.buildId, ask.jobId, ask.before, ask.address, seconds],
  })
}

/** Returns the tickets with which a runner has not dialled. */
export async function asksOf(database: Database, runner: string): Promise<readonly string[]> {
  const { rows } = await database.query<{ ticket: string }>({
    name: 'shell-asks-of-runner',
    text: 'select ticket from runner_shells where runner_id = $1 and entered_at is null and expires_at > now()',
    values: [runner],
  })
  return rows.map(({ ticket }) => ticket)
}

/**
 * Returns the address where the person of a request is connected; undefined for an invalid
 * ticket.
 */
export async function addressOfAsk(database: Database, ticket: string, runner: string): Promise<string | undefined> {
  const { rows } = await database.query<{ address: string }>({
    name: 'address-of-shell-ask',
    text: `select address from runner_shells
            where ticket = $1 and runner_id = $2 and entered_at is null and expires_at > now()`,
    values: [ticket, runner],
  })
  return rows[0]?.address
}

/** Uses a ticket up. False for one that opens nothing, or that was given to another runner. */
export async function enterAsk(database: Database, ticket: string, runner: string): Promise<boolean> {
  const { rowCount } = await database.query({
    name: 'enter-shell-ask',
    text: `update runner_shells set entered_at = now(), expires_at = now() + make_interval(secs => $3)
            where ticket = $1 and runner_id = $2 and entered_at is null and expires_at > now()`,
    values: [ticket, runner, openingSeconds],
  })
  return rowCount === 1
}

/** Returns what a runner opens with a ticket; undefined unless it has dialled with it. */
export async function openingOf(
  database: Database,
  ticket: string,
  runner: string,
): Promise<Pick<Ask, 'buildId' | 'jobId' | 'before'> | undefined> {
  const { rows } = await database.query<Pick<Ask, 'buildId' | 'jobId' | 'before'>>({
    name: 'opening-of-shell-ask',
    text: `select build_id as "buildId", job_id as "jobId", is_before as before from runner_shells
            where ticket = $1 and runner_id = $2 and entered_at is not null and expires_at > now()`,
    values: [ticket, runner],
  })
  return rows[0]
}

/** Whether a runner is opening a shell in this build. */
export async function isOpening(database: Database, runner: string, buildId: string): Promise<boolean> {
  const { rowCount } = await database.query({
    name: 'is-opening-shell',
    text: `select from runner_shells
            where runner_id = $1 and build_id = $2 and entered_at is not null and expires_at > now() limit 1`,
    values: [runner, buildId],
  })
  return rowCount === 1
}

export async function removeAsk(database: Database, ticket: string): Promise<void> {
  await database.query({
    name: 'remove-shell-ask',
    text: 'delete from runner_shells where ticket = $1',
    values: [ticket],
  })
}

/** Removes what a killed process left. Returns how many. */
export async function removeDeadAsks(database: Database): Promise<number> {
  const { rowCount } = await database.query('delete from runner_shells where expires_at < now()')
  return rowCount ?? 0
}

export interface ShellRunner {
  readonly id: string
  readonly name: string
  /** Whether it has renewed its leases within a minute. */
  readonly isThere: boolean
}

const runnerColumns = `r.id, r.name, coalesce(e.seen_at > now() - interval '1 minute', false) as "isThere"`

/** Returns the runners elsewhere among these, but none that was revoked. */
export async function runnersElsewhere(database: Database, ids: readonly string[]): Promise<readonly ShellRunner[]> {
  const { rows } = await database.query<ShellRunner>({
    name: 'runners-for-shells',
    text: `select ${runnerColumns} from runners r left join engine.runners e on e.id = r.id::text
            where r.id::text = any($1) and r.revoked_at is null`,
    values: [ids],
  })
  return rows
}
