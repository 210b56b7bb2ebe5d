/** Renders a pipeline of this checkout, as `hm` does. */
import { parsePlan } from '@harmont/ir'
import { renderPipeline } from '@harmont/render'
import { readSourceSet } from '@harmont/source-set'
import type { StepShape } from './view.ts'

export interface Planned {
  readonly ir: string
  readonly shapes: readonly StepShape[]
}

/** Fails with the pipeline program's own message when it cannot be rendered or planned. */
export async function planPipeline(root: string, slug: string): Promise<Planned> {
  const sourceSet = () => readSourceSet(root)
  const rendered = await renderPipeline({ project: root, slug, context: null, sourceSet })
  if (!rendered.ok) throw new Error(rendered.message)
  const planned = parsePlan(rendered.json)
  if (!planned.ok) throw new Error(planned.error.message)
  const { steps } = planned.plan
  const shapes = steps.map((step) => ({
    key: step.key,
    name: step.name,
    parent: step.buildsIn === null ? null : (steps[step.buildsIn]?.key ?? null),
  }))
  return { ir: rendered.json, shapes }
}
