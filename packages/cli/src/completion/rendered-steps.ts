import { parsePlan } from '@harmont/ir'
import { renderEvery } from '@harmont/render'
import { readSourceSet } from '@harmont/source-set'
import type { CompletionSource } from './dynamic.ts'

/** Keys of the steps of the project's pipelines as they are now. */
export const complete: CompletionSource = async ({ directory, env, cacheDirectory }, signal) => {
  const sourceSet = () => readSourceSet(directory)
  const options = { project: directory, context: null, env, sourceSet, cacheDirectory, signal }
  const { envelope } = await renderEvery(options)
  return envelope.pipelines.flatMap(({ slug, definition }) => {
    const parsed = parsePlan(JSON.stringify(definition))
    return parsed.ok ? parsed.plan.steps.map(({ key }) => ({ value: key, about: slug })) : []
  })
}
