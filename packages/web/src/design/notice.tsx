import type { ReactNode } from 'react'

interface NoticeProps {
  /** The subject, in a few words. */
  readonly title: string
  readonly children: ReactNode
}

/** Shows a note before the next action; it is neither a failure nor a state. */
export function Notice({ title, children }: NoticeProps) {
  return (
    <section className="flex flex-col gap-2 rounded-surface border border-hairline bg-raised px-4 py-3">
      <h2 className="font-semibold">{title}</h2>
      {children}
    </section>
  )
}
