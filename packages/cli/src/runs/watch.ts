import type { Context } from '../context.ts'
import { HmError } from '../errors.ts'
import type { LocalHome } from '../records/home.ts'
import type { Sandboxes } from '../sandboxes/open-sandboxes.ts'
import { withSandboxes } from '../sandboxes/with-sandboxes.ts'
import { prepareRun, runPrepared } from './run-local.ts'
import { takeSource } from './take-source.ts'
import { type ChangeWatch, watchChanges } from './watch-source.ts'

/**
 * `hm watch`: runs the pipeline, and again after each change. A change ends the run that it makes
 * stale. Ends with Ctrl-C.
 */
export function watchRuns(context: Context<'watch'>): Promise<never> {
  return withSandboxes(context, async (home, opening) => {
    const sandboxes = await opening
    const changes = watchChanges(home, context.directory, context.output.say)
    try {
      for (;;) await runOnce(context, { home, sandboxes, changes })
    } finally {
      changes.close()
    }
  })
}

interface Parts {
  readonly home: LocalHome
  readonly sandboxes: Sandboxes
  readonly changes: ChangeWatch
}

/** Resolves when the run is stale. */
async function runOnce(context: Context<'watch'>, { home, sandboxes, changes }: Parts): Promise<void> {
  const { signal, output } = context
  const stale = new AbortController()
  let seen: string | null = null
  try {
    const prepared = await prepareRun(context, async (set) => {
      const tree = await takeSource(home, set, output.say)
      seen = tree.digest
      return tree
    })
    const change = changes.next(seen, signal).then(() => stale.abort())
    change.catch(() => {})
    await runPrepared(context, { home, sandboxes, prepared, stale: stale.signal })
    signal.throwIfAborted()
    if (!stale.signal.aborted) output.say('waiting for a change')
    await change
  } catch (error) {
    // The user may fix a pipeline that does not render.
    if (signal.aborted || !(error instanceof HmError)) throw error
    output.warn(`${error.message}${error.fix === undefined ? '' : ` (${error.fix})`}`)
    output.say('waiting for a change')
    await changes.next(seen, signal)
  }
  output.say('files have changed')
}
