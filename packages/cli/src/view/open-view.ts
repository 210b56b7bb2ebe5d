import type { GlobalFlags } from '../context.ts'
import type { RunView } from '../events/run-event.ts'
import type { Output } from '../terminal/output.ts'
import { charsetFor } from './charset.ts'
import { linesView } from './lines.ts'
import { ndjsonView } from './ndjson.ts'
import { quietView } from './quiet.ts'

export interface ViewOptions {
  readonly output: Output
  readonly env: Readonly<Record<string, string | undefined>>
  readonly global: Pick<GlobalFlags, 'json' | 'quiet' | 'verbose'>
  /** `--format`, else `preferences.format`. */
  readonly format?: string | undefined
  readonly logs?: boolean | undefined
  /**
   * Durations of the last uncached runs in milliseconds, by step key. They are used to estimate the
   * remaining time and the time saved by the cache.
   */
  readonly earlier?: ReadonlyMap<string, number> | undefined
  /** Number of concurrent steps, if known. */
  readonly parallelism?: number | undefined
  /** The clock of the run's instants; defaults to the wall clock. */
  readonly now?: () => number
}

/**
 * Opens the view that the flags, the environment and the terminal require. The caller must always
 * close it.
 */
export async function openView(options: ViewOptions): Promise<RunView> {
  const { output, env, global, format, logs = false, now = Date.now } = options
  const { stdout, stderr } = output
  const charset = charsetFor(env)
  const earlier = { durations: options.earlier ?? new Map<string, number>(), parallelism: options.parallelism }
  switch (chooseView({ ...global, env, format, logs, isTerminal: stderr.isTerminal })) {
    case 'ndjson':
      return ndjsonView(stdout, stderr)
    case 'quiet':
      return quietView(stderr, charset)
    case 'lines':
      return linesView(stderr, charset, earlier)
    case 'tree': {
      // Only terminals load the code that draws trees.
      const { TreeView } = await import('./tree.ts')
      return new TreeView({ stderr, env, charset, earlier, now })
    }
  }
}

type Env = Readonly<Record<string, string | undefined>>

type ViewKind = 'ndjson' | 'quiet' | 'lines' | 'tree'

interface Wishes {
  readonly env: Env
  /** `--format`, or `preferences.format`. */
  readonly format: string | undefined
  readonly logs: boolean
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  /** Whether stderr is a terminal. */
  readonly isTerminal: boolean
}

/** Chooses the view of a run. `-v` prints between the events, which would damage a drawn tree. */
export function chooseView({ env, format, logs, json, quiet, verbose, isTerminal }: Wishes): ViewKind {
  if (json || format === 'json') return 'ndjson'
  if (quiet) return 'quiet'
  if (logs || verbose || !isTerminal || isSet(env.CI) || env.TERM === 'dumb') return 'lines'
  return 'tree'
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false'].includes(value)
}
