import { listPipelines } from '@harmont/render'
import type { CompletionSource } from './dynamic.ts'

/** Slugs of the project's own pipelines; their files are loaded, and none is evaluated. */
export const complete: CompletionSource = async ({ directory, env, cacheDirectory }, signal) => {
  const { pipelines } = await listPipelines({ project: directory, context: null, env, cacheDirectory, signal })
  return pipelines.map(({ slug, name }) => (name === slug ? { value: slug } : { value: slug, about: name }))
}
