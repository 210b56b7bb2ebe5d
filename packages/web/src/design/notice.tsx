import type { ReactNode } from 'react'

interface NoticeProps {
  /** Says what it is about, in a few words. */
  readonly title: string
  readonly children: ReactNode
}

/** Something to know before going on: not a failure, and not a state. */
export function Notice({ title, children }: NoticeProps) {
  return (
    <section className="flex flex-col gap-2 rounded-surface border border-hairline bg-raised px-4 py-3">
      <h2 className="font-semibold">{title}</h2>
      {children}
    </section>
  )
}
