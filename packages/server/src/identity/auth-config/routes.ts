import { type Handlers, operation } from '../../platform/http/index.ts'
import { type AuthConfigServices, readAuthConfig } from '../auth-config.ts'

/** What a sign-in page has to know of this server. */
export function authConfigRoutes(services: AuthConfigServices): Pick<Handlers, 'getAuthConfig'> {
  return {
    getAuthConfig: operation('getAuthConfig', async () => ({ status: 200, body: await readAuthConfig(services) })),
  }
}
