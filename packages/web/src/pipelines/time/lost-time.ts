import { kindWords } from '@harmont/timeline'
import type { Schema } from '../../api/schemas.ts'
import { capital } from '../../text/capital.ts'

export interface LostTime {
  readonly kind: string
  readonly title: string
  /** A further explanation; null if the title is enough. */
  readonly note: string | null
  readonly ms: number
  readonly builds: number
  /** The share of the time of all builds, from 0 to 1. */
  readonly share: number
}

const notes: Readonly<Record<string, string>> = {
  queue: 'or for a limit of running jobs',
  group: 'or for a runner, in a step with a group',
  fetch: 'images, inputs from other steps, cache look-ups',
  sandbox: 'and starting services',
  start: 'between sandbox and command',
  artifacts: 'and reading test reports',
  snapshot: 'for later steps and the cache',
  lost: 'or repeated because its files were gone',
}

/** Returns the time of builds besides commands, longest first. */
export function lostTimes({ parts, total_ms }: Schema<'PipelineTime'>): readonly LostTime[] {
  return (parts ?? [])
    .filter(({ kind, ms }) => kind !== 'command' && ms > 0)
    .map(({ kind, ms, builds }) => ({
      ...{ kind, title: titleOf(kind), note: notes[kind] ?? null, ms, builds },
      share: ms / Math.max(1, total_ms),
    }))
    .sort((a, b) => b.ms - a.ms)
}

/** An unknown kind is its own title (web X1). */
function titleOf(kind: string): string {
  if (kind === 'failed') return 'Attempts that failed and were retried'
  return capital(new Map<string, string>(Object.entries(kindWords)).get(kind) ?? kind)
}
