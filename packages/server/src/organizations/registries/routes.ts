import { actorOf } from '../../platform/audit/record-audit.ts'
import { type Handlers, operation } from '../../platform/http/index.ts'
import { formatInstant } from '../../platform/input/instant.ts'
import { type RegistryServices, readLogin, removeLogin, setLogin } from './set-registry.ts'
import { listLogins } from './store.ts'

/** Logins of registries. No operation returns a secret. */
export function registryRoutes(
  services: RegistryServices,
): Pick<Handlers, 'listRegistries' | 'setRegistry' | 'deleteRegistry'> {
  const { pool } = services
  return {
    listRegistries: operation('listRegistries', async ({ membership }) => {
      const logins = await listLogins(pool, membership.organizationId)
      const registries = logins.map(({ updated_at, ...login }) => ({ ...login, updated_at: formatInstant(updated_at) }))
      return { status: 200, body: { registries } }
    }),
    setRegistry: operation('setRegistry', async (context) => {
      const { membership, params, body } = context
      await setLogin(services, membership.organizationId, actorOf(context), readLogin(params.host, body))
      return { status: 204 }
    }),
    deleteRegistry: operation('deleteRegistry', async (context) => {
      const { membership, params } = context
      await removeLogin(pool, membership.organizationId, actorOf(context), params.host)
      return { status: 204 }
    }),
  }
}
