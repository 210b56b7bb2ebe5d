import type { ReactNode } from 'react'

export function Rows({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <ul aria-label={label} className="border-t border-hairline empty:border-t-0">
      {children}
    </ul>
  )
}

interface RowProps {
  readonly icon: ReactNode
  readonly name: ReactNode
  /** Tags beside the name: `this session`. */
  readonly tags?: ReactNode
  /** Facts below the name, muted. */
  readonly facts: readonly ReactNode[]
  readonly actions?: ReactNode
}

/** Shows a name, its facts and its actions, below each other on narrow screens. */
export function Row({ icon, name, tags, facts, actions }: RowProps) {
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-hairline px-4 py-3">
      <span className="text-muted" aria-hidden="true">
        {icon}
      </span>
      <div className="min-w-0 flex-1 basis-60">
        <p className="flex flex-wrap items-center gap-x-2">
          <span className="min-w-0 font-semibold">{name}</span>
          {tags}
        </p>
        <ul className="flex flex-wrap gap-x-4 text-13 text-muted">
          {facts.map((fact, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: always the same facts in the same order
            <li key={index}>{fact}</li>
          ))}
        </ul>
      </div>
      {actions !== undefined && <div className="flex flex-wrap gap-2">{actions}</div>}
    </li>
  )
}
