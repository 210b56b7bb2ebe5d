import { type AccountServices, accountRoutes } from './accounts/routes.ts'
import { apiTokenRoutes } from './api-tokens/routes.ts'
import { buildSourceRoutes } from './build-source/routes.ts'
import { type BuildServices, buildRoutes } from './builds/routes.ts'
import { type HealthServices, healthRoutes } from './health/routes.ts'
import type { Handlers } from './http/index.ts'
import { type JobLogServices, jobLogRoutes } from './job-logs/routes.ts'
import { jobRoutes } from './jobs/routes.ts'
import { organizationRoutes } from './organizations/routes.ts'
import { pipelineRoutes } from './pipelines/routes.ts'

export type Services = AccountServices & BuildServices & HealthServices & JobLogServices

/** Every operation that this server fills, feature by feature. */
export function allRoutes(services: Services): Handlers {
  return {
    ...healthRoutes(services),
    ...accountRoutes(services),
    ...apiTokenRoutes(services),
    ...organizationRoutes(services),
    ...pipelineRoutes(services),
    ...buildRoutes(services),
    ...buildSourceRoutes(services),
    ...jobRoutes(services),
    ...jobLogRoutes(services),
  }
}
