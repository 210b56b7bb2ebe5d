import type { BuildState } from '@harmont/engine'
import { queryError } from '../../platform/http/index.ts'
import type { BuildFilter } from './store.ts'

const states: readonly BuildState[] = ['scheduled', 'running', 'failing', 'passed', 'failed', 'canceling', 'canceled']

interface Query {
  readonly state?: string
  readonly branch?: string
  readonly commit?: string
  readonly source?: string
}

/** Parses the filter of a list of builds. Throws 400 `query_invalid` for an unknown state. */
export function readBuildFilter({ state, branch, commit, source }: Query): BuildFilter {
  return {
    states: state ? [...new Set(state.split(',').map(readState))].sort() : null,
    branch: branch || null,
    commit: commit || null,
    source: source || null,
  }
}

/** Returns the filter in the form stored in a list's cursor. */
export function filterKey({ states: wanted, branch, commit, source }: BuildFilter): Readonly<Record<string, string>> {
  const named = { state: wanted?.join(',') ?? null, branch, commit, source }
  return Object.fromEntries(Object.entries(named).flatMap(([name, value]) => (value === null ? [] : [[name, value]])))
}

function readState(text: string): BuildState {
  const found = states.find((state) => state === text.trim())
  if (found !== undefined) return found
  throw queryError(
    'state',
    `must be one or more of ${states.join(', ')}, with commas between; got \`${text.slice(0, 80)}\``,
  )
}
