import type { ReactNode } from 'react'
import { PageHeading } from '../design/page-heading.tsx'

interface AuthCardProps {
  /** The tab's title. */
  readonly title: string
  readonly heading: string
  readonly children: ReactNode
}

/** How pages without the shell look: whose they are, and one thing to do. */
export function AuthCard({ title, heading, children }: AuthCardProps) {
  return (
    <div className="flex flex-col gap-4">
      <p className="flex items-center gap-3 text-16 font-semibold">
        <span className="shell-mark" aria-hidden="true" />
        Harmont
      </p>
      <div className="flex flex-col gap-4 rounded-surface border border-hairline bg-raised px-4 pt-1 pb-6 sm:px-6">
        <div className="-mx-4 -mb-2">
          <PageHeading title={title}>{heading}</PageHeading>
        </div>
        {children}
      </div>
    </div>
  )
}
