import { type ReactNode, useId } from 'react'

interface SectionProps {
  readonly title: string
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** Shows a part of the page below its heading. */
export function Section({ title, actions, children }: SectionProps) {
  const id = useId()
  return (
    <section aria-labelledby={id} className="pt-6">
      <div className="flex min-h-9 flex-wrap items-center gap-3 px-4">
        <h2 id={id} className="flex-1 text-16 font-semibold">
          {title}
        </h2>
        {actions}
      </div>
      {children}
    </section>
  )
}
