import type { ButtonHTMLAttributes, ReactNode } from 'react'

/** The class of a chip. `aria-pressed` (buttons) or `aria-current` (links) marks it as on. */
export const chipClass =
  'inline-flex min-h-7 pointer-coarse:min-h-11 items-center gap-1.5 rounded-full border border-edge px-3 text-13 whitespace-nowrap hover:bg-sunk aria-pressed:border-text aria-pressed:bg-text aria-pressed:text-ground aria-[current]:border-text aria-[current]:bg-text aria-[current]:text-ground'

interface ChipProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'type'> {
  readonly on: boolean
}

/** A filter that is on or off. */
export function Chip({ on, className = '', ...rest }: ChipProps) {
  return <button type="button" aria-pressed={on} {...rest} className={`${chipClass} ${className}`} />
}

/** Groups filters in a row, with a name for screen readers. */
export function ChipRow({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a row in all browsers
    <div role="group" aria-label={label} className="flex flex-wrap items-center gap-2">
      {children}
    </div>
  )
}

/** A small label: a role, `default`, `this session`. Never used for a state, which has a mark. */
export function Tag({ children }: { readonly children: ReactNode }) {
  return (
    <span className="inline-flex items-center rounded-small border border-hairline bg-sunk px-1.5 text-12 whitespace-nowrap">
      {children}
    </span>
  )
}
