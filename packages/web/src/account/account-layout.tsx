import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { PageHeading } from '../design/page-heading.tsx'
import { TabNav, tabClass } from '../design/tabs.tsx'

interface AccountLayoutProps {
  /** The title of the current page. */
  readonly title: string
  readonly actions?: ReactNode
  readonly children: ReactNode
}

const pages = [
  ['/account', 'Account'],
  ['/account/passkeys', 'Passkeys'],
  ['/account/keys', 'API keys'],
  ['/account/sessions', 'Sessions'],
  ['/account/appearance', 'Appearance'],
] as const

/** Frames the pages of the person's account, with a tab for each. */
export function AccountLayout({ title, actions, children }: AccountLayoutProps) {
  return (
    <>
      <PageHeading title={title} actions={actions}>
        {title}
      </PageHeading>
      <TabNav label="Account">
        {pages.map(([to, name]) => (
          <Link key={to} to={to} activeOptions={{ exact: true }} className={tabClass}>
            {name}
          </Link>
        ))}
      </TabNav>
      {children}
    </>
  )
}
