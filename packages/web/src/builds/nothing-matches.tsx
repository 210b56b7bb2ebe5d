import { useQueries } from '@tanstack/react-query'
import { Button } from '../design/button.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { EmptyState } from '../design/page-states.tsx'
import { type BuildFilters, describeFilter, type FilterName, filterNames } from './filters.ts'
import { anyBuildQuery } from './queries.ts'

interface NothingMatchesProps {
  readonly org: string
  readonly filters: BuildFilters
  /** Filters set by the page itself, which cannot be cleared. */
  readonly fixed: readonly FilterName[]
  readonly onFilter: (name: FilterName, value: string) => void
  readonly onClear: () => void
  /** The id of the signed-in person. */
  readonly me: string
}

/** Explains that no build matches, and names the single filter that hides all builds. */
export function NothingMatches({ org, filters, fixed, onFilter, onClear, me }: NothingMatchesProps) {
  const set = filterNames.filter((name) => filters[name] !== undefined && !fixed.includes(name))
  const without = useQueries({
    queries: set.map((name) => {
      const { [name]: _, ...rest } = filters
      return anyBuildQuery(org, rest)
    }),
  })
  const hiding = set.filter((_, index) => without[index]?.data === true)
  const all = (
    <Button onClick={onClear}>{set.length === 1 ? 'Clear the filter' : `Clear all ${set.length} filters`}</Button>
  )
  const value = (name: FilterName) =>
    name === 'author' && filters.author === me ? 'your builds' : describeFilter(name, filters[name] ?? '')
  return (
    <EmptyState title="No build matches" action={all}>
      <p>
        Filters: <IsolatedText text={set.map(value).join(', ')} />.
      </p>
      {set.length > 1 && hiding.length > 0 && (
        <ul className="mt-3 flex flex-col items-start gap-2">
          {hiding.map((name) => (
            <li key={name}>
              <Button onClick={() => onFilter(name, '')}>
                <span className="isolated">
                  Clear <IsolatedText text={value(name)} />, which hides every build
                </span>
              </Button>
            </li>
          ))}
        </ul>
      )}
    </EmptyState>
  )
}
