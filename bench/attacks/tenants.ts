/** Two owners of separate organizations on one server: one attacks, the other works. */
import { randomUUID } from 'node:crypto'
import { hashToken } from '../../packages/server/src/platform/encryption/token.ts'
import { connect, type OrganizationClient } from '../../test/client.ts'
import { buildEnd, type Ended, flatIr, type Product } from '../../test/product.ts'

export interface Tenant {
  readonly url: string
  readonly token: string
  readonly organization: string
  readonly api: OrganizationClient
  /** Submits a build of these steps and returns its number. */
  submit(steps: readonly Record<string, unknown>[]): Promise<number>
  end(number: number): Promise<Ended>
}

export async function addTenant({ pool, server }: Product, name: string): Promise<Tenant> {
  const [user, organization, token] = [randomUUID(), randomUUID(), `${name}-${randomUUID()}`]
  await pool.query('insert into users (id, email, name) values ($1, $2, $3)', [user, `${name}@example.com`, name])
  await pool.query('insert into organizations (id, slug, name) values ($1, $2, $2)', [organization, name])
  await pool.query("insert into memberships (organization_id, user_id, role) values ($1, $2, 'owner')", [
    organization,
    user,
  ])
  await pool.query("insert into api_keys (id, user_id, description, token_hash) values ($1, $2, 'bench', $3)", [
    ...[randomUUID(), user, hashToken(token)],
  ])
  const tenant = openTenant(server().url, name, token)
  await tenant.api.ensurePipeline({ name: 'p', repository: `local/${name}`, default_branch: 'main' })
  return tenant
}

export function openTenant(url: string, organization: string, token: string): Tenant {
  const api = connect(url, token, organization)
  return {
    ...{ url, token, organization, api },
    async submit(steps) {
      const build = { branch: 'main', commit: '0'.repeat(40), pipeline_ir: flatIr(steps) }
      return (await api.createBuild('p', build)).number
    },
    end: (number) => buildEnd(api, 'p', number, 900_000),
  }
}
