import type { Context } from '../context.ts'
import type { Candidate } from './candidates.ts'

type Dynamic = 'pipeline' | 'step' | 'pipeline-or-step' | 'build'

/** What a source of completions may use. */
export type CompletionContext = Pick<
  Context,
  'directory' | 'cacheDirectory' | 'config' | 'credentials' | 'env' | 'output'
>

/** Gives all values; rejects where it has none to give. */
export type CompletionSource = (context: CompletionContext, signal: AbortSignal) => Promise<readonly Candidate[]>

/** Where values of each kind come from; all sources of a kind are asked. A source is loaded when its kind is completed. */
const pipelines = [() => import('./pipelines.ts')]
const steps = [() => import('./recorded-steps.ts'), () => import('./rendered-steps.ts')]
const sources: Readonly<Record<Dynamic, readonly (() => Promise<{ readonly complete: CompletionSource }>)[]>> = {
  pipeline: pipelines,
  step: steps,
  'pipeline-or-step': [...pipelines, ...steps],
  build: [() => import('./recorded-runs.ts'), () => import('./server-builds.ts')],
}

/** A shell waits for this: a source that takes longer is left out. */
const patienceMs = 1500

/** All values of a kind, each once. What fails gives none: a completion has nowhere to say why; `hm -v` of the command itself does. */
export async function dynamicValues(kind: Dynamic, context: CompletionContext): Promise<readonly Candidate[]> {
  const signal = AbortSignal.timeout(patienceMs)
  const late = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  const answers = await Promise.allSettled(
    sources[kind].map(async (load) => {
      const { complete } = await load()
      return Promise.race([complete(context, signal), late])
    }),
  )
  const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
  return [...new Map(found.map((candidate) => [candidate.value, candidate])).values()]
}
