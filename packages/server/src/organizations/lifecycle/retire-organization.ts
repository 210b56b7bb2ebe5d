import { freeWorkspacesOf } from '../../forges/bitbucket/workspace-store.ts'
import { freeInstallationsOf } from '../../forges/github/installation-store.ts'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import type { Database } from '../../platform/database/transaction.ts'
import { blankOrganization } from './retired-store.ts'

/**
 * Takes an organization out of use, within the transaction of whoever deletes it and has locked it: nobody is a member, its slug is free, nothing builds for
 * it. What it had goes a week later, see `tasks.ts`; ledger and leases stay, without a name.
 */
export async function retireOrganization(
  client: Database,
  actor: Actor,
  { id, slug }: { readonly id: string; readonly slug: string },
): Promise<void> {
  await blankOrganization(client, id)
  await freeInstallationsOf(client, id)
  await freeWorkspacesOf(client, id)
  await recordAudit(client, actor, { organizationId: id, action: 'organization.deleted', subject: slug })
  // Once more a minute later, for builds that were being made meanwhile.
  await client.query(
    `select graphile_worker.add_job('cancel_builds_of_organization', json_build_object('organization_id', $1::text), run_at => now() + delay)
       from unnest(array[interval '0', interval '1 minute']) as delay`,
    [id],
  )
}
