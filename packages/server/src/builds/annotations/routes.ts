import type { components } from '@harmont/contract'
import type { Store } from '@harmont/engine'
import type { Database } from '../../platform/database/transaction.ts'
import { type Complete, type Handlers, operation } from '../../platform/http/index.ts'
import { requireBuild } from '../records/require-build.ts'
import { readAnnotations } from './read-annotations.ts'

type Annotation = Complete<components['schemas']['Annotation']>

interface AnnotationServices {
  readonly pool: Database
  readonly engine: { readonly store: Pick<Store, 'outputs'> }
}

/** The route of a build's annotations. */
export function annotationRoutes({ pool, engine }: AnnotationServices): Pick<Handlers, 'listAnnotations'> {
  return {
    listAnnotations: operation('listAnnotations', async ({ membership, params }) => {
      const { build } = await requireBuild(pool, membership.organizationId, params)
      const found = await readAnnotations(engine.store, build.id)
      const data = found.map(({ jobId: job_id, ...rest }): Annotation => ({ job_id, ...rest }))
      return { status: 200, body: { data } }
    }),
  }
}
