import type { BuildFilters, FilterName } from './filters.ts'

/**
 * Gives what sets one filter (empty: removes it) through `go`. The first value of a filter is a step of its own in the history; its further values, as while
 * somebody types, replace that step, so that Back leads to the list before.
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
