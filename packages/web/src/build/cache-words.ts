import { formatAgo, formatDuration } from '../design/duration.ts'
import type { JobView } from './job-state.ts'
import { counted } from './plural.ts'

const missReasons: Readonly<Record<string, string>> = {
  first: 'first time: nothing like it was run before',
  changed: 'what it depends on has changed',
  expired: 'what was kept is too old',
  evicted: 'what was kept had to make room',
  damaged: 'what was kept was damaged',
  not_recorded: 'inputs are not recorded by this SDK',
}

/** What the cache did for a step, in a sentence (web B6). `now`: the server's time. */
export function cacheWords({ outcome, from, reason, changes }: JobView['cache'], now: number): string {
  switch (outcome) {
    case 'hit': {
      if (from === null) return 'Taken from the cache: it did not run here.'
      const saved = from.saved_ms === null ? '' : `, which saved ${formatDuration(from.saved_ms)}`
      return `Taken from build #${from.number} of ${from.pipeline_slug}, ${formatAgo(from.at, now)}${saved}.`
    }
    case 'miss': {
      const what = reason === null ? 'the cache had nothing for it' : (missReasons[reason] ?? reason)
      return `Not cached: ${what}${changes.length > 0 ? ` (${counted(changes.length, 'change')})` : ''}.`
    }
    case 'off':
      return reason ?? 'Not cached: no policy is set for this step.'
    case 'bypassed':
      return `Cache bypassed: this build was asked to run it anew.`
    default:
      return `Cache: ${outcome}.`
  }
}

const kinds: Readonly<Record<string, string>> = {
  path: 'File',
  variable: 'Variable',
  command: 'Command',
  image: 'Image',
  parent: 'Parent step',
}

/** What one change of a miss is about, for people. */
export function changeKind(kind: string): string {
  return kinds[kind] ?? kind
}

/** A digest short enough for a table; `—` for what was not there. */
export function shortDigest(digest: string | null | undefined): string {
  return digest ? digest.replace(/^sha256:/, '').slice(0, 12) : '—'
}
