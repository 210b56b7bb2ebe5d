import type { InputHTMLAttributes } from 'react'
import { Field, Select } from '../design/field.tsx'
import { useDraft } from '../design/use-draft.ts'
import { showInvisible } from '../text/escape.ts'
import type { FilterBarProps } from './filter-bar.tsx'
import type { FilterName } from './filters.ts'
import { triggerChoices } from './labels.ts'

/** The filters that are used less. */
export function FilterFields({ filters, onFilter, pipelines }: FilterBarProps) {
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
