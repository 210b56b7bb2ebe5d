import process from 'node:process'
import { inertLine } from '../terminal/inert.ts'
import type { StateName } from './run-model.ts'

type Env = Readonly<Record<string, string | undefined>>

/**
 * The characters with which the view is drawn, each one column wide. Signs are never emoji, which
 * take two columns on some terminals.
 */
export interface Charset {
  readonly signs: Readonly<Record<StateName, string>>
  /** Precedes a line of a step's log. */
  readonly bar: string
  /** Marks a cut. */
  readonly cut: string
  /** Separates the steps of a path. */
  readonly arrow: string
  /** Prefixes of a step with later siblings, of the last sibling, and of lines below the former. */
  readonly branches: { readonly next: string; readonly last: string; readonly line: string }
  /** Makes untrusted text safe for a position within one line. */
  readonly text: (untrusted: string) => string
}

export const unicode: Charset = {
  signs: {
    waiting: '∙',
    running: '▸',
    passed: '✓',
    failed: '✗',
    soft: '!',
    skipped: '-',
    canceled: '⊘',
    timed_out: '✗',
  },
  bar: '│',
  cut: '…',
  arrow: '›',
  branches: { next: '├─ ', last: '└─ ', line: '│  ' },
  text: inertLine,
}

export const ascii: Charset = {
  signs: {
    waiting: '.',
    running: '>',
    passed: '+',
    failed: 'x',
    soft: '!',
    skipped: '-',
    canceled: '#',
    timed_out: 'x',
  },
  bar: '|',
  cut: '~',
  arrow: '>',
  branches: { next: '|- ', last: '`- ', line: '|  ' },
  text: (untrusted) => inertLine(untrusted).replace(/[^\x20-\x7e]/gu, '?'),
}

/** Returns the characters that the terminal of this environment can show. */
export function charsetFor(env: Env): Charset {
  return isUtf8(env, process.platform) ? unicode : ascii
}

/** Whether the terminal uses UTF-8, by the first locale variable that is set, as in POSIX. */
export function isUtf8(env: Env, platform: string): boolean {
  if (platform === 'win32') return true
  return /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '')
}
