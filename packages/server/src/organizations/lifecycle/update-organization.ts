import type pg from 'pg'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import type { Body } from '../../platform/http/index.ts'
import { FieldErrors } from '../../platform/input/field-errors.ts'
import { organizationNotFound } from './organization-gone.ts'
import { readName, readUrl } from './organization-input.ts'
import { changeOrganization, type OrganizationChange, type OrganizationRow } from './store.ts'

/** Changes those settings of an organization that the body names. Its slug never changes. */
export async function updateOrganization(
  pool: pg.Pool,
  actor: Actor,
  organizationId: string,
  body: Body<'updateOrganization'>,
): Promise<OrganizationRow> {
  const change = readChange(body)
  return transaction(pool, async (client) => {
    const changed = await changeOrganization(client, organizationId, change)
    if (changed === undefined) throw organizationNotFound()
    await recordAudit(client, actor, {
      ...{ organizationId, action: 'organization.changed', subject: changed.slug },
      details: { ...change },
    })
    return changed
  })
}

function readChange(body: Body<'updateOrganization'>): OrganizationChange {
  const errors = new FieldErrors()
  const { name, url, members_can_create_pipelines: membersCanCreatePipelines } = body
  const change = {
    ...(name === undefined ? {} : { name: readName(errors, name) }),
    ...(url === undefined ? {} : { url: readUrl(errors, url) }),
    ...(membersCanCreatePipelines === undefined ? {} : { membersCanCreatePipelines }),
  }
  errors.throwIfAny('organization_invalid')
  return change
}
