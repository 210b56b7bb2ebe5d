import { Search } from 'lucide-react'
import type { Ref } from 'react'
import { useDraft } from './use-draft.ts'

interface SearchFieldProps {
  /** The label: `Search builds`. */
  readonly label: string
  readonly value: string
  /** Called when typing pauses; an empty text ends the search. */
  readonly onChange: (text: string) => void
  readonly placeholder?: string
  readonly ref?: Ref<HTMLInputElement>
}

/** Searches a list while the person types; Escape clears the field. */
export function SearchField({ label, value, onChange, placeholder, ref }: SearchFieldProps) {
  const [draft, setDraft] = useDraft(value, onChange)
  return (
    <span className="relative inline-flex min-w-48 flex-1 md:max-w-120">
      <Search
        size={16}
        aria-hidden="true"
        className="pointer-events-none absolute top-1/2 left-2 -translate-y-1/2 text-muted"
      />
      <input
        ref={ref}
        type="search"
        aria-label={label}
        placeholder={placeholder ?? label}
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || draft === '') return
          // The first Escape clears the field and closes nothing around it.
          event.preventDefault()
          event.stopPropagation()
          setDraft('')
        }}
        className="min-h-8 pointer-coarse:min-h-11 w-full rounded-small border border-edge bg-raised pr-2 pl-8 text-14 placeholder:text-muted"
      />
    </span>
  )
}
