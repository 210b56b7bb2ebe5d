import { inertLine } from '../text/inert.ts'
import type { StateName } from './run-model.ts'

/** The characters that the view is drawn with, each one column wide. Signs are never emoji: those are two columns on some terminals. */
export interface Charset {
  readonly signs: Readonly<Record<StateName, string>>
  /** Before a line of a step's log. */
  readonly bar: string
  /** After what was cut. */
  readonly cut: string
  /** Between the steps of a path. */
  readonly arrow: string
  /** Foreign text as it may be shown in one place of one line. */
  readonly text: (foreign: string) => string
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
  text: (foreign) => inertLine(foreign).replace(/[^\x20-\x7e]/gu, '?'),
}
