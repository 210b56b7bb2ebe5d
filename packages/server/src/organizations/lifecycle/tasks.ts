/** What follows when an organization was deleted. */
import type { TaskList } from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { BuildEngine } from '../../builds/engine/build-engine.ts'
import { cancelBuild } from '../../builds/records/cancel-build.ts'
import { readText } from '../../platform/worker/payload.ts'
import { findOverdue, removeBuilds, removeOrganization, unfinishedBuilds } from './retired-store.ts'

interface OrganizationTaskServices {
  readonly pool: pg.Pool
  readonly engine: BuildEngine
  readonly log: Logger
}

const batch = 200
const lowestId = '00000000-0000-0000-0000-000000000000'

export const organizationCrontab = ['47 * * * * remove_deleted_organizations']

/** The tasks of organizations. */
export function organizationTasks(services: OrganizationTaskServices): TaskList {
  return {
    cancel_builds_of_organization: (payload) => cancelBuilds(services, readText(payload, 'organization_id')),
    remove_deleted_organizations: async () => {
      const removed = await removeDeleted(services)
      if (removed > 0) services.log.info({ removed }, 'removed organizations that were deleted a week ago')
    },
  }
}

/** Removes what is left of organizations that were deleted a week ago; one with a build that will not end stays for the next time. Gives how many. */
export async function removeDeleted(services: Omit<OrganizationTaskServices, 'log'>): Promise<number> {
  let removed = 0
  for (const id of await findOverdue(services.pool)) {
    // Whatever began while the organization was being deleted.
    await cancelBuilds(services, id)
    while ((await removeBuilds(services.pool, id, batch)) === batch);
    if (await removeOrganization(services.pool, id)) removed += 1
  }
  return removed
}

async function cancelBuilds(
  { pool, engine }: Omit<OrganizationTaskServices, 'log'>,
  organizationId: string,
): Promise<void> {
  let after = lowestId
  for (;;) {
    const ids = await unfinishedBuilds(pool, organizationId, after, batch)
    for (const id of ids) await cancelBuild(engine, id)
    const last = ids.at(-1)
    if (last === undefined) return
    after = last
  }
}
