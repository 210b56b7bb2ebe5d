import { defaultPipeline } from '../server/default-pipeline.ts'
import { openSession } from '../server/session.ts'
import type { CompletionSource } from './dynamic.ts'

const newest = 20

/** Numbers of the newest builds of this repository's pipeline on the server, for who is signed in. */
export const complete: CompletionSource = async (context, signal) => {
  const here = { ...context, signal }
  const { client, org } = await openSession(here)
  const slug = await org()
  const pipeline = await defaultPipeline(here, client, slug)
  const { data } = await client.listBuilds({ org: slug, pipeline, limit: newest }, { signal })
  return data.map(({ number, state, message }) => ({
    value: String(number),
    about: `${pipeline} ${state} ${(message ?? '').split('\n')[0]}`.trimEnd(),
  }))
}
