/** Bugs that the simulation must find: real sources with one place changed during loading. */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

interface Plant {
  readonly file: string
  readonly from: string
  readonly to: string
}

export const plants: Readonly<Record<string, Plant>> = {
  /** A command may outlive its lease while another runner has the job. */
  'late-watchdog': {
    file: 'packages/engine/src/runner/held-lease.ts',
    from: 'return new Date(expiresAt.getTime() - Math.min(',
    to: 'return new Date(expiresAt.getTime() + 60_000 - Math.min(',
  },
  /** A process that adopts a command stores its output again from the beginning. */
  'log-from-start': {
    file: 'packages/engine/src/runner/job-log.ts',
    from: 'progress: decodeProgress(this.#spoolPosition)',
    to: "progress: decodeProgress('0')",
  },
  /** A runner takes steps with files that only another runner has. */
  'no-home': {
    file: 'packages/engine/src/core/placement/placement.ts',
    from: 'return home === null || home === runner',
    to: 'return home === null || runner !== null',
  },
}

/** Changes one place in subsequently loaded modules. */
export function plant(name: string): void {
  const bug = plants[name]
  if (bug === undefined) throw new Error(`no such bug: ${name}; there are ${Object.keys(plants).join(', ')}`)
  const url = new URL(`../../${bug.file}`, import.meta.url)
  const source = readFileSync(fileURLToPath(url), 'utf8')
  if (source.split(bug.from).length !== 2) throw new Error(`${bug.file} does not have once: ${bug.from}`)
  registerHooks({
    load(asked, context, next) {
      const loaded = next(asked, context)
      return asked === url.href ? { ...loaded, source: source.replace(bug.from, bug.to) } : loaded
    },
  })
}
