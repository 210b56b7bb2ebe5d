import type { Style } from '../terminal/terminal.ts'
import type { StateName } from './run-model.ts'

export const stateLabels: Readonly<Record<StateName, string>> = {
  waiting: 'waiting',
  running: 'running',
  passed: 'passed',
  failed: 'failed',
  soft: 'soft fail',
  skipped: 'skipped',
  canceled: 'canceled',
  timed_out: 'timed out',
}

/** Width of the longest label in columns. */
export const labelWidth = 9

export const stateStyles: Readonly<Record<StateName, Style>> = {
  waiting: 'dim',
  running: 'cyan',
  passed: 'green',
  failed: ['red', 'bold'],
  soft: 'yellow',
  skipped: 'dim',
  canceled: 'yellow',
  timed_out: ['red', 'bold'],
}

/** The order of states in summaries. */
export const sumOrder = [
  'running',
  'failed',
  'timed_out',
  'soft',
  'passed',
  'skipped',
  'canceled',
  'waiting',
] as const satisfies readonly StateName[]
