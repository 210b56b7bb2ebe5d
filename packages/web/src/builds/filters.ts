import type { Schema } from '../api/schemas.ts'

export type BuildSummary = Schema<'BuildSummary'>

/** The filters of a list of builds, as stored in the address (web P4). */
export interface BuildFilters {
  readonly pipeline?: string
  /** One state, or several separated by commas. */
  readonly state?: string
  readonly branch?: string
  readonly commit?: string
  readonly author?: string
  readonly source?: string
  readonly q?: string
  /** A day (UTC) or an instant. */
  readonly from?: string
  /** A day (UTC), which is included completely, or an instant. */
  readonly to?: string
}

export type FilterName = keyof BuildFilters

/** Filters in display order. */
export const filterNames = ['pipeline', 'state', 'branch', 'commit', 'author', 'source', 'q', 'from', 'to'] as const

/** Picks the filters from an address's parameters. */
export function filtersOf(search: BuildFilters): BuildFilters {
  return Object.fromEntries(filterNames.flatMap((name) => (search[name] === undefined ? [] : [[name, search[name]]])))
}

/** Converts filters to the server's query, whose `to` is exclusive. */
export function queryOf({ to, ...rest }: BuildFilters): BuildFilters {
  return to === undefined ? rest : { ...rest, to: endOf(to) }
}

function endOf(to: string): string {
  const start = /^\d{4}-\d{2}-\d{2}$/.test(to) ? Date.parse(`${to}T00:00:00Z`) : Number.NaN
  // The server rejects an invalid day.
  return Number.isNaN(start) ? to : new Date(start + 86_400_000).toISOString().slice(0, 10)
}

/** Describes a filter: `branch main`. */
export function describeFilter(name: FilterName, value: string): string {
  switch (name) {
    case 'pipeline':
      return `pipeline ${value}`
    case 'state':
      return `state ${value.replaceAll(',', ' or ').replaceAll('scheduled', 'queued')}`
    case 'branch':
      return `branch ${value}`
    case 'commit':
      return `commit ${value}`
    case 'author':
      return `author ${value}`
    case 'source':
      return `trigger ${value}`
    case 'q':
      return `text “${value}”`
    case 'from':
      return `from ${value}`
    case 'to':
      return `until ${value}`
  }
}

/** Whether the server would list the build under these filters. */
export function matchesFilters(build: BuildSummary, filters: BuildFilters): boolean {
  const { pipeline, state, branch, commit, author, source, q, from, to } = queryOf(filters)
  const at = Date.parse(build.created_at)
  return (
    (pipeline === undefined || build.pipeline_slug === pipeline) &&
    (state === undefined || state.split(',').some((one) => one.trim() === build.state)) &&
    (branch === undefined || build.branch === branch) &&
    (commit === undefined || (build.commit ?? '').startsWith(commit)) &&
    (author === undefined || isBy(build, author)) &&
    (source === undefined || build.source === source) &&
    (q === undefined || hasText(build, q)) &&
    (from === undefined || !(at < Date.parse(from))) &&
    (to === undefined || !(at >= Date.parse(to)))
  )
}

function isBy({ author }: BuildSummary, wanted: string): boolean {
  if (author == null) return false
  return author.user_uuid === wanted || author.name === wanted || author.email?.toLowerCase() === wanted.toLowerCase()
}

function hasText({ message, branch, author, number }: BuildSummary, q: string): boolean {
  const wanted = q.trim().toLowerCase()
  const holds = (text: string | null | undefined) => text?.toLowerCase().includes(wanted) ?? false
  return holds(message) || holds(branch) || holds(author?.name) || String(number) === wanted.replace(/^#+/, '')
}

/**
 * Returns a function that sets one filter (an empty value removes it) through `go`. The first value
 * adds a history entry and later values replace it, so that Back returns to the previous list.
 */
export function withFilter(
  filters: BuildFilters,
  go: (next: BuildFilters, replace: boolean) => void,
): (name: FilterName, value: string) => void {
  return (name, value) => {
    const { [name]: before, ...rest } = filters
    const isTyped = name !== 'state' && name !== 'pipeline' && name !== 'source'
    go(value === '' ? rest : { ...rest, [name]: value }, isTyped && before !== undefined && value !== '')
  }
}
