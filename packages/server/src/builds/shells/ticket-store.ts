import type { Holder } from '../../identity/index.ts'
import type { Database } from '../../platform/database/transaction.ts'
import type { Caller } from '../../platform/http/index.ts'

/** A new ticket, with which its holder can open one shell. */
interface NewTicket {
  readonly tokenHash: string
  readonly organizationId: string
  readonly buildId: string
  readonly jobId: string
  readonly isBefore: boolean
  readonly caller: Pick<Caller, 'userId' | 'kind' | 'credentialId'>
  readonly seconds: number
}

/** A ticket. Its holder owns the shell while it is open. */
export interface Ticket extends Holder {
  readonly userId: string
  readonly buildId: string
  readonly jobId: string
  readonly isBefore: boolean
  readonly pipelineSlug: string
  readonly buildNumber: number
}

/** Stores a ticket. Returns the expiry. */
export async function insertTicket(database: Database, ticket: NewTicket): Promise<Date> {
  const { userId, kind, credentialId } = ticket.caller
  const { rows } = await database.query<{ expires_at: Date }>({
    name: 'insert-shell-ticket',
    text: `insert into shell_tickets (token_hash, organization_id, build_id, job_id, is_before, user_id, session_id, key_id, expires_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, date_trunc('milliseconds', now()) + make_interval(secs => $9))
           returning expires_at`,
    values: [
      ...[ticket.tokenHash, ticket.organizationId, ticket.buildId, ticket.jobId, ticket.isBefore, userId],
      ...[kind === 'session' ? credentialId : null, kind === 'key' ? credentialId : null, ticket.seconds],
    ],
  })
  const [row] = rows
  if (row === undefined) throw new Error('an inserted ticket was not returned')
  return row.expires_at
}

/** Deletes a ticket and returns it, so that it opens only one shell; undefined if it is invalid. */
export async function takeTicket(database: Database, tokenHash: string): Promise<Ticket | undefined> {
  const { rows } = await database.query<Ticket>({
    name: 'take-shell-ticket',
    text: `delete from shell_tickets t using build_records r, pipelines p
            where t.token_hash = $1 and t.expires_at > now() and r.id = t.build_id and p.id = r.pipeline_id
           returning t.organization_id as "organizationId", t.user_id as "userId", coalesce(t.session_id, t.key_id) as "credentialId",
                     t.build_id as "buildId", t.job_id as "jobId", t.is_before as "isBefore", p.slug as "pipelineSlug", r.number as "buildNumber"`,
    values: [tokenHash],
  })
  return rows[0]
}

/** Removes expired tickets. Returns how many. */
export async function removeDeadTickets(database: Database): Promise<number> {
  const { rowCount } = await database.query('delete from shell_tickets where expires_at < now()')
  return rowCount ?? 0
}
