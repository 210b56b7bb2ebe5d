import { randomUUID } from 'node:crypto'
import type { Database } from '../database/transaction.ts'
import type { Caller, Client } from '../http/index.ts'

/** The actor of an event and its origin. `actorOf` derives it from a request. */
export interface Actor {
  readonly userId: string | null
  readonly address: string | null
  readonly userAgent: string | null
  readonly requestId: string | null
}

/** The actor of events without a user: operator commands, forges, Stripe, the server itself. */
export const systemActor: Actor = { userId: null, address: null, userAgent: null, requestId: null }

/** Returns the actor of a request. */
export function actorOf({ caller, client, requestId }: ActingContext): Actor {
  return { userId: caller?.userId ?? null, address: client.address, userAgent: client.userAgent, requestId }
}

/** The parts of a request that identify its actor. */
export interface ActingContext {
  readonly caller?: Caller
  readonly client: Client
  readonly requestId: string
}

export interface AuditEvent {
  /** null: the event concerns an account, not an organization. */
  readonly organizationId: string | null
  /** A noun and a past participle, such as `member.role_changed`. */
  readonly action: string
  readonly subject?: string | null
  /** Further facts about the event; never a secret. */
  readonly details?: Readonly<Record<string, unknown>>
}

/** Records an event within the transaction that causes it. */
export async function recordAudit(database: Database, actor: Actor, event: AuditEvent): Promise<void> {
  await database.query({
    name: 'record-audit',
    text: `insert into audit_events (id, organization_id, actor_id, actor_email, action, subject, details, address, user_agent, request_id)
           values ($1, $2, $3, (select email from users where id = $3), $4, $5, $6, $7, $8, $9)`,
    values: [
      randomUUID(),
      event.organizationId,
      actor.userId,
      event.action,
      event.subject ?? null,
      JSON.stringify(event.details ?? {}),
      actor.address,
      actor.userAgent?.slice(0, 512) ?? null,
      actor.requestId,
    ],
  })
}
