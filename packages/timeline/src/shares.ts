import type { PartKind } from './attempt-parts.ts'
import type { PathPart } from './critical-path.ts'

/** Words for each kind of part, to follow `20 %`. Parts of steps are named by the step. */
export const kindWords: Readonly<Record<Exclude<PartKind, 'command' | 'failed'>, string>> = {
  approval: 'waiting for approval',
  place: 'waiting for its place in the group',
  delay: 'waiting to try again',
  group: 'waiting for a concurrency group',
  queue: 'waiting for a runner',
  lost: 'lost with a runner',
  start: 'starting',
  fetch: 'restoring files',
  source: 'getting the source',
  sandbox: 'making sandboxes',
  render: 'rendering the pipeline',
  artifacts: 'storing artifacts',
  snapshot: 'keeping files',
  idle: 'until somebody retried',
  other: 'between steps',
}

/** The kinds outside of commands: time that a faster Harmont, or more runners, would save. */
export const lostKinds = [
  'queue',
  'group',
  'approval',
  'place',
  'failed',
  'delay',
  'lost',
  'fetch',
  'source',
  'sandbox',
  'start',
  'artifacts',
  'snapshot',
  'render',
  'other',
] as const satisfies readonly PartKind[]

/** The total time of one kind of part on the path, per step for commands and failed attempts. */
export interface Share {
  readonly kind: PartKind
  /** The step of a command or a failed attempt; null for other kinds. */
  readonly step: string | null
  readonly ms: number
}

/** Sums up the parts of a path by step and kind, largest first. Leaves out idle time. */
export function sharesOf(path: readonly PathPart[]): readonly Share[] {
  const shares = new Map<string, Share>()
  for (const { kind, attempt, from, to } of path) {
    if (kind === 'idle') continue
    const step = kind === 'command' || kind === 'failed' ? (attempt?.step ?? null) : null
    const key = `${kind} ${step ?? ''}`
    shares.set(key, { kind, step, ms: (shares.get(key)?.ms ?? 0) + to - from })
  }
  return [...shares.values()].sort((a, b) => b.ms - a.ms)
}

/** Returns the words for a share, with the name of its step from `nameOf`. */
export function shareWords({ kind, step }: Omit<Share, 'ms'>, nameOf: (step: string) => string): string {
  if (kind === 'command') return nameOf(step ?? '')
  return kind === 'failed' ? `failed attempts of ${nameOf(step ?? '')}` : kindWords[kind]
}

/** Returns the milliseconds of each kind of part. */
export function sumsOf(path: readonly PathPart[]): ReadonlyMap<PartKind, number> {
  const sums = new Map<PartKind, number>()
  for (const { kind, from, to } of path) sums.set(kind, (sums.get(kind) ?? 0) + to - from)
  return sums
}
