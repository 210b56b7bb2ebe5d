import type { components } from '@harmont/contract'
import type { Store } from '@harmont/engine'
import type { Database } from '../../platform/database/transaction.ts'
import { type Complete, type Handlers, operation } from '../../platform/http/index.ts'
import { requireBuild } from '../records/require-build.ts'
import { MarkdownParser } from './parse-markdown.ts'

type Annotation = Complete<components['schemas']['Annotation']>

interface AnnotationServices {
  readonly pool: Database
  readonly engine: { readonly store: Pick<Store, 'outputs'> }
}

/** The route of what the steps of a build wrote for its page. */
export function annotationRoutes({ pool, engine }: AnnotationServices): Pick<Handlers, 'listAnnotations'> {
  const parser = new MarkdownParser()
  return {
    listAnnotations: operation('listAnnotations', async ({ membership, params }) => {
      const { build } = await requireBuild(pool, membership.organizationId, params)
      const found = await engine.store.outputs.annotations(build.id)
      const trees = await parser.parse(found.map(({ markdown }) => markdown))
      const data = found.map(
        ({ id, jobId, name, style, markdown }, index): Annotation => ({
          ...{ id, job_id: jobId, name, style, markdown },
          tree: [...(trees[index] ?? [])],
        }),
      )
      return { status: 200, body: { data } }
    }),
  }
}
