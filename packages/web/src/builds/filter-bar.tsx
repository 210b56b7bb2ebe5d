import { SlidersHorizontal, X } from 'lucide-react'
import { type InputHTMLAttributes, useRef, useState } from 'react'
import type { Schema } from '../api/schemas.ts'
import { Chip, ChipRow, chipClass } from '../design/chip.tsx'
import { Field, Select } from '../design/field.tsx'
import { SearchField } from '../design/search-field.tsx'
import { useDraft } from '../design/use-draft.ts'
import { useShortcuts } from '../interaction/shortcuts.ts'
import { showInvisible } from '../text/escape.ts'
import { type BuildFilters, describeFilter, type FilterName, filterNames } from './filters.ts'
import { triggerChoices } from './labels.ts'

interface FilterBarProps {
  readonly filters: BuildFilters
  /** Sets a filter; an empty value removes it. */
  readonly onFilter: (name: FilterName, value: string) => void
  /** The id of the signed-in person. */
  readonly me: string
  /** The available pipelines; null if the list shows only one. */
  readonly pipelines: readonly Schema<'Pipeline'>[] | null
}

/** The states that each chip selects. */
const stateChips = [
  ['Failed', ['failed', 'failing']],
  ['Running', ['running', 'canceling']],
  ['Queued', ['scheduled']],
  ['Passed', ['passed']],
  ['Canceled', ['canceled']],
] as const

/** Filters with a control in the first row. Other filters appear there once they are set. */
const always: readonly FilterName[] = ['q', 'state']

/** Shows the common filters. Other filters fold away, and those that are set remain as chips. */
export function FilterBar(props: FilterBarProps) {
  const { filters, onFilter, me } = props
  const search = useRef<HTMLInputElement>(null)
  const [isOpen, setOpen] = useState(false)
  useShortcuts('list', [{ keys: '/', does: 'Search builds', run: () => search.current?.focus() }])
  const states = new Set(filters.state?.split(',') ?? [])
  const toggle = (chip: readonly string[], isOn: boolean) => {
    const rest = [...states].filter((state) => !chip.includes(state))
    onFilter('state', [...rest, ...(isOn ? [] : chip)].join(','))
  }
  const set = filterNames.filter((name) => filters[name] !== undefined && !always.includes(name))
  const shown = set.filter((name) => !(name === 'author' && filters.author === me))
  return (
    <div className="flex flex-col gap-2 px-4 py-2">
      <div className="flex flex-wrap items-center gap-2">
        <SearchField
          ref={search}
          label="Search builds"
          placeholder="Message, branch, author or number"
          value={filters.q ?? ''}
          onChange={(text) => onFilter('q', text)}
        />
        <ChipRow label="Filters">
          {stateChips.map(([label, chip]) => {
            const isOn = chip.every((state) => states.has(state))
            return (
              <Chip key={label} on={isOn} onClick={() => toggle(chip, isOn)}>
                {label}
              </Chip>
            )
          })}
          <Chip on={filters.author === me} onClick={() => onFilter('author', filters.author === me ? '' : me)}>
            Mine
          </Chip>
          <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} className={chipClass}>
            <SlidersHorizontal size={14} aria-hidden="true" /> More filters
          </button>
        </ChipRow>
      </div>
      {isOpen && <FilterFields {...props} />}
      {!isOpen && shown.length > 0 && <ActiveFilters filters={filters} shown={shown} onFilter={onFilter} />}
    </div>
  )
}

interface ActiveFiltersProps extends Pick<FilterBarProps, 'filters' | 'onFilter'> {
  readonly shown: readonly FilterName[]
}

/** Shows filters as chips; clicking a chip removes its filter. */
function ActiveFilters({ filters, shown, onFilter }: ActiveFiltersProps) {
  return (
    <ChipRow label="Active filters">
      {shown.map((name) => (
        <button key={name} type="button" onClick={() => onFilter(name, '')} className={`${chipClass} max-w-full`}>
          <span className="isolated truncate">{showInvisible(describeFilter(name, filters[name] ?? ''))}</span>
          <X size={14} role="img" aria-label="Remove" className="shrink-0" />
        </button>
      ))}
    </ChipRow>
  )
}

/** Shows the less common filters. */
function FilterFields({ filters, onFilter, pipelines }: FilterBarProps) {
  const of = (name: FilterName) => ({ value: filters[name] ?? '', onGiven: (text: string) => onFilter(name, text) })
  const knownSource = triggerChoices.some(({ value }) => value === filters.source)
  return (
    <div className="grid grid-cols-2 gap-3 rounded-surface border border-hairline p-3 md:grid-cols-4 xl:grid-cols-7">
      {pipelines !== null && (
        <Select
          label="Pipeline"
          value={filters.pipeline ?? ''}
          onChange={(event) => onFilter('pipeline', event.target.value)}
        >
          <option value="">All</option>
          {pipelines.map(({ slug, name }) => (
            <option key={slug} value={slug}>
              {showInvisible(name)}
            </option>
          ))}
          {filters.pipeline !== undefined && !pipelines.some(({ slug }) => slug === filters.pipeline) && (
            <option value={filters.pipeline}>{showInvisible(filters.pipeline)}</option>
          )}
        </Select>
      )}
      <TextFilter label="Branch" {...of('branch')} />
      <TextFilter label="Commit begins with" {...of('commit')} />
      <TextFilter label="Author" placeholder="Name or address" {...of('author')} />
      <Select label="Trigger" value={filters.source ?? ''} onChange={(event) => onFilter('source', event.target.value)}>
        <option value="">Any</option>
        {triggerChoices.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
        {filters.source !== undefined && !knownSource && <option value={filters.source}>{filters.source}</option>}
      </Select>
      <TextFilter label="From (UTC)" type="date" {...of('from')} />
      <TextFilter label="Until (UTC)" type="date" {...of('to')} />
    </div>
  )
}

interface TextFilterProps extends Pick<InputHTMLAttributes<HTMLInputElement>, 'type' | 'placeholder'> {
  readonly label: string
  readonly value: string
  readonly onGiven: (text: string) => void
}

function TextFilter({ value, onGiven, ...rest }: TextFilterProps) {
  const [draft, setDraft] = useDraft(value, onGiven)
  return <Field {...rest} value={draft} onChange={(event) => setDraft(event.target.value)} autoComplete="off" />
}
