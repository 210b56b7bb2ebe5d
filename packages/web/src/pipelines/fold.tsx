import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'

interface FoldProps {
  readonly title: string
  readonly children: ReactNode
  readonly onToggle?: (isOpen: boolean) => void
  readonly className?: string
}

/** Folds rarely used content below its title. */
export function Fold({ title, children, onToggle, className = '' }: FoldProps) {
  return (
    <details className={`group ${className}`} onToggle={({ currentTarget }) => onToggle?.(currentTarget.open)}>
      <summary className="inline-flex min-h-6 items-center gap-1 rounded-small pr-2 text-13 text-muted hover:bg-sunk pointer-coarse:min-h-11">
        <ChevronRight size={14} aria-hidden="true" className="group-open:rotate-90" />
        {title}
      </summary>
      {children}
    </details>
  )
}
