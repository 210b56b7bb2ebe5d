import { counted } from '../../text/count.ts'
import { formatAgo, formatDuration } from '../../text/duration.ts'
import type { JobView } from '../data/job-state.ts'

const missReasons: Readonly<Record<string, string>> = {
  first: 'first run with these inputs',
  changed: 'its inputs changed',
  expired: 'the entry expired',
  evicted: 'the entry was evicted to free space',
  damaged: 'the entry was damaged',
  not_recorded: 'this SDK does not record inputs',
}

/** Describes the effect of the cache on a step (web B6). `now`: the server's time. */
export function cacheSentence({ outcome, from, reason, changes }: JobView['cache'], now: number): string {
  switch (outcome) {
    case 'hit': {
      if (from === null) return 'From the cache: it did not run.'
      const saved = from.saved_ms === null ? '' : `; saved ${formatDuration(from.saved_ms)}`
      return `From build #${from.number} of ${from.pipeline_slug}, ${formatAgo(from.at, now)}${saved}.`
    }
    case 'miss': {
      const what = reason === null ? 'no cache entry' : (missReasons[reason] ?? reason)
      return `Not cached: ${what}${changes.length > 0 ? ` (${counted(changes.length, 'change')})` : ''}.`
    }
    case 'off':
      return reason ?? 'Not cached: the step has no cache policy.'
    case 'bypassed':
      return `Cache bypassed: the build was started without cache.`
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

/** Names the kind of a changed cache input. */
export function changeKind(kind: string): string {
  return kinds[kind] ?? kind
}

/** Shortens a digest for a table; `—` for none. */
export function shortDigest(digest: string | null | undefined): string {
  return digest ? digest.replace(/^sha256:/, '').slice(0, 12) : '—'
}
