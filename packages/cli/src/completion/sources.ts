import type { Context } from '../context.ts'

/** A candidate for one position of the line. */
export interface Candidate {
  readonly value: string
  readonly about?: string | undefined
}

type Dynamic = 'pipeline' | 'step' | 'pipeline-or-step' | 'build'

export type CompletionContext = Pick<
  Context,
  'directory' | 'cacheDirectory' | 'config' | 'credentials' | 'env' | 'output'
>

/** Returns values of one kind; rejects on failure. Imports its modules on demand. */
type Source = (context: CompletionContext, signal: AbortSignal) => Promise<readonly Candidate[]>

/** Lists the slugs of the project's pipelines. Loads their files without evaluating them. */
export const pipelines: Source = async ({ directory, env, cacheDirectory }, signal) => {
  const { listPipelines } = await import('@harmont/render')
  const listed = await listPipelines({ project: directory, context: null, env, cacheDirectory, signal })
  return listed.pipelines.map(({ slug, name }) => (name === slug ? { value: slug } : { value: slug, about: name }))
}

/** Lists the step keys of this project's local runs, newest run first. */
const recordedSteps: Source = async ({ directory, cacheDirectory }) => {
  const { localHome, readRecords, stepsOf } = await records()
  const own = readRecords(localHome(cacheDirectory).runs, directory)
  const named = own.flatMap(({ events, slug, number }) =>
    stepsOf(events).map(({ key, state }) => ({ value: key, about: `${slug} #${number}: ${state}` })),
  )
  // A Map keeps the last candidate of a key.
  return [...new Map(named.toReversed().map((candidate) => [candidate.value, candidate])).values()].toReversed()
}

/** Lists the step keys of the project's current pipelines. */
const renderedSteps: Source = async ({ directory, env, cacheDirectory }, signal) => {
  const [{ parsePlan }, { renderEvery }, { readSourceSet }] = await Promise.all([
    import('@harmont/ir'),
    import('@harmont/render'),
    import('@harmont/source-set'),
  ])
  const sourceSet = () => readSourceSet(directory)
  const { envelope } = await renderEvery({ project: directory, context: null, env, sourceSet, cacheDirectory, signal })
  return envelope.pipelines.flatMap(({ slug, definition }) => {
    const parsed = parsePlan(JSON.stringify(definition))
    return parsed.ok ? parsed.plan.steps.map(({ key }) => ({ value: key, about: slug })) : []
  })
}

/** Lists the numbers of this project's local runs, newest first. */
const recordedRuns: Source = async ({ directory, cacheDirectory }) => {
  const { localHome, readRecords, endOf } = await records()
  return readRecords(localHome(cacheDirectory).runs, directory).map(({ number, slug, events }) => ({
    value: String(number),
    about: `${slug} ${endOf(events)?.state ?? 'running'}, on this machine`,
  }))
}

const newestBuilds = 20

/** Lists the numbers of the newest builds of this repository's pipeline on the server. */
const serverBuilds: Source = async (context, signal) => {
  const [{ defaultPipeline }, { openSession }] = await Promise.all([
    import('../server/pipeline-address.ts'),
    import('../server/session.ts'),
  ])
  const here = { ...context, signal }
  const { client, org } = await openSession(here)
  const slug = await org()
  const pipeline = await defaultPipeline(here, client, slug)
  const { data } = await client.listBuilds({ org: slug, pipeline, limit: newestBuilds }, { signal })
  return data.map(({ number, state, message }) => ({
    value: String(number),
    about: `${pipeline} ${state} ${(message ?? '').split('\n')[0]}`.trimEnd(),
  }))
}

async function records() {
  const [home, record, all] = await Promise.all([
    import('../records/home.ts'),
    import('../records/run-record.ts'),
    import('../records/run-records.ts'),
  ])
  return { ...home, ...record, ...all }
}

const steps = [recordedSteps, renderedSteps]
const sources: Readonly<Record<Dynamic, readonly Source[]>> = {
  pipeline: [pipelines],
  step: steps,
  'pipeline-or-step': [pipelines, ...steps],
  build: [recordedRuns, serverBuilds],
}

/** Time limit for a source, because a shell waits for the answer. Slower sources are omitted. */
const patienceMs = 1500

/**
 * Returns all values of a kind without duplicates. A failing source adds none, because a completion
 * cannot report errors; `hm -v` of the command itself does.
 */
export async function dynamicValues(kind: Dynamic, context: CompletionContext): Promise<readonly Candidate[]> {
  const signal = AbortSignal.timeout(patienceMs)
  const late = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  const answers = await Promise.allSettled(sources[kind].map((source) => Promise.race([source(context, signal), late])))
  const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
  return [...new Map(found.map((candidate) => [candidate.value, candidate])).values()]
}
