import type { Database } from '../../../platform/database/transaction.ts'

/** The PostgreSQL channel for new requests; the payload is the runner. */
export const shellAsked = 'shell_asked'

/** The time limit for creating the sandbox, which may include pulling an image. */
const openingSeconds = 600

/** A request to a runner to open a shell and dial with the ticket. */
interface Ask {
  readonly ticket: string
  readonly runner: string
  readonly buildId: string
  readonly jobId: string
  readonly before: boolean
  /** The address of the process with the person's connection. */
  readonly address: string
}

/** Stores a request and notifies its runner, whichever process it is connected to. */
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

/** Returns the unused tickets of a runner that have not expired. */
export async function asksOf(database: Database, runner: string): Promise<readonly string[]> {
  const { rows } = await database.query<{ ticket: string }>({
    name: 'shell-asks-of-runner',
    text: 'select ticket from runner_shells where runner_id = $1 and entered_at is null and expires_at > now()',
    values: [runner],
  })
  return rows.map(({ ticket }) => ticket)
}

/**
 * Returns the address of the process with the person's connection; undefined for an invalid ticket.
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

/** Marks a ticket as used. Returns false if it is invalid or was issued to another runner. */
export async function enterAsk(database: Database, ticket: string, runner: string): Promise<boolean> {
  const { rowCount } = await database.query({
    name: 'enter-shell-ask',
    text: `update runner_shells set entered_at = now(), expires_at = now() + make_interval(secs => $3)
            where ticket = $1 and runner_id = $2 and entered_at is null and expires_at > now()`,
    values: [ticket, runner, openingSeconds],
  })
  return rowCount === 1
}

/** Returns the shell to open for a ticket; undefined unless this runner has dialed with it. */
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

/** Removes expired requests, which a killed process left. Returns how many. */
export async function removeDeadAsks(database: Database): Promise<number> {
  const { rowCount } = await database.query('delete from runner_shells where expires_at < now()')
  return rowCount ?? 0
}

export interface ShellRunner {
  readonly id: string
  readonly name: string
  /** Whether it renewed its leases within the last minute. */
  readonly isThere: boolean
}

const runnerColumns = `r.id, r.name, coalesce(e.seen_at > now() - interval '1 minute', false) as "isThere"`

/** Returns those of these runners that are on other machines and not revoked. */
export async function runnersElsewhere(database: Database, ids: readonly string[]): Promise<readonly ShellRunner[]> {
  const { rows } = await database.query<ShellRunner>({
    name: 'runners-for-shells',
    text: `select ${runnerColumns} from runners r left join engine.runners e on e.id = r.id::text
            where r.id::text = any($1) and r.revoked_at is null`,
    values: [ids],
  })
  return rows
}
