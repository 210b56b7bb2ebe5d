import type { GlobalFlags, Output } from '../command.ts'
import type { RunView } from '../run/run-event.ts'
import { chooseView } from './choose-view.ts'
import { linesView } from './lines.ts'
import { ndjsonView } from './ndjson.ts'

export interface ViewOptions {
  readonly output: Output
  readonly env: Readonly<Record<string, string | undefined>>
  readonly global: Pick<GlobalFlags, 'json' | 'quiet' | 'verbose'>
  /** `--format`, else `preferences.format`. */
  readonly format?: string | undefined
  readonly logs?: boolean | undefined
  /** By step key, in milliseconds: how long it took when it last really ran. What is left and what the cache saved are told from it. */
  readonly earlier?: ReadonlyMap<string, number> | undefined
  /** How many steps run at a time, where that is known. */
  readonly parallelism?: number | undefined
}

export interface OpenView extends RunView {
  /** A line of the command's own while the run is shown. `Output.say` would be drawn over. */
  note(line: string): Promise<void>
}

/** The view of a run that the flags, the environment and the terminal ask for. Whoever opens it closes it, whatever happens between. */
export async function openView(options: ViewOptions): Promise<OpenView> {
  const { output, env, global, format, logs = false } = options
  const { stdout, stderr } = output
  switch (chooseView({ ...global, env, format, logs, isTerminal: stderr.isTerminal })) {
    case 'ndjson':
      return ndjsonView(stdout, stderr)
    default:
      return linesView(stderr)
  }
}
