/** Turns an event into deliveries. */
import { randomUUID } from 'node:crypto'
import { matchesRefGlob } from '@harmont/ir'
import type pg from 'pg'
import { type Database, transaction } from '../platform/database/transaction.ts'
import type { Sealer } from '../platform/encryption/seal.ts'
import { queueDelivery } from './deliveries/store.ts'
import type { ToldEvent } from './describe-event.ts'
import { type BuildFacts, findFacts, findTests, takeEvent } from './facts.ts'
import { messageOf } from './messages.ts'
import { queueNotice } from './notices.ts'
import type { Event, Kind } from './notification.ts'

export interface TellServices {
  readonly pool: pg.Pool
  readonly sealer: Sealer
  readonly publicUrl: string
}

/**
 * Writes a delivery for each notification that wants the event, and removes the event in the same
 * transaction. Mails go directly to the queue of mails.
 */
export async function tellEvent(services: TellServices, eventId: string): Promise<void> {
  await transaction(services.pool, async (client) => {
    const noted = await takeEvent(client, eventId)
    const build = noted && (await findFacts(client, noted.build_id))
    if (noted === undefined || build === undefined) return
    const tests = noted.tests ?? []
    const facts = {
      build,
      change: noted.events.find((event) => event === 'broke' || event === 'fixed') ?? null,
      at: noted.at,
      state: noted.state,
      url: `${services.publicUrl}/${build.organization}/pipelines/${build.pipeline}/builds/${build.number}`,
      tests: tests.length === 0 ? [] : await findTests(client, tests),
      testCount: tests.length,
    }
    for (const wanted of await findWanting(client, noted.wanted_by)) {
      // Each notification gets only the most specific event of one end of a build.
      const event = noted.events.find((each) => wanted.events.includes(each))
      if (event !== undefined && isOfBranches(wanted, build)) await tell(services, client, wanted, { ...facts, event })
    }
  })
}

interface WantingRow {
  readonly id: string
  readonly kind: Kind
  readonly events: readonly Event[]
  readonly branches: readonly string[] | null
  /** The address of a member; null for other kinds. */
  readonly email: string | null
}

/**
 * Returns the given notifications that are on. Mail notifications of former members are excluded.
 */
async function findWanting(database: Database, ids: readonly string[]): Promise<readonly WantingRow[]> {
  const { rows } = await database.query<WantingRow>({
    name: 'find-wanting-notifications',
    text: `select n.id, n.kind, n.events, n.branches, u.email
             from notifications n
             left join memberships m on m.organization_id = n.organization_id and m.user_id = n.user_id
             left join users u on u.id = m.user_id
            where n.id = any($1::uuid[]) and n.disabled_at is null and (n.kind <> 'email' or m.user_id is not null)
            order by n.created_at, n.id`,
    values: [ids],
  })
  return rows
}

/**
 * Returns whether the build is of a wanted branch. Builds of tags and pull requests belong to no
 * branch.
 */
function isOfBranches({ branches }: WantingRow, { branch, tag, pull_request: pullRequest }: BuildFacts): boolean {
  if (branches === null) return true
  return tag === null && pullRequest === null && branches.some((glob) => matchesRefGlob(glob, branch))
}

async function tell(
  services: TellServices,
  client: Database,
  { id, kind, email }: WantingRow,
  told: ToldEvent,
): Promise<void> {
  const body = messageOf(kind, told)
  await queueDelivery(client, id, { id: randomUUID(), event: told.event, body, at: told.at }, email !== null)
  if (email !== null) await queueNotice(services, client, { id, email, organization: told.build.organization }, body)
}
