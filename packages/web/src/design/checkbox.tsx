import { type ReactNode, useId } from 'react'

interface CheckboxProps {
  readonly label: ReactNode
  /** Explains the choice in a sentence. */
  readonly hint?: ReactNode
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  readonly disabled?: boolean
}

/** A checkbox whose label is part of its target. */
export function Checkbox({ label, hint, checked, onChange, disabled = false }: CheckboxProps) {
  const id = useId()
  return (
    <div className="flex flex-col">
      <label className="flex min-h-6 items-start gap-2 pointer-coarse:min-h-11">
        <input
          type="checkbox"
          checked={checked}
          disabled={disabled}
          onChange={(event) => onChange(event.target.checked)}
          {...(hint === undefined ? {} : { 'aria-describedby': id })}
          className="mt-0.5 size-4 shrink-0 accent-text"
        />
        <span>{label}</span>
      </label>
      {hint !== undefined && (
        <p id={id} className="pl-6 text-13 text-muted">
          {hint}
        </p>
      )}
    </div>
  )
}
