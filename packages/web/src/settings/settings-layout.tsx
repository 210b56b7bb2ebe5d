import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useOrganizationName } from '../api/session.ts'
import { PageHeading } from '../design/page-heading.tsx'
import { TabNav, tabClass } from '../design/tabs.tsx'
import { showInvisible } from '../text/escape.ts'

interface SettingsLayoutProps {
  readonly org: string
  /** The title of the current page. */
  readonly title: string
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** Frames the settings of an organization, with a tab for each part. */
export function SettingsLayout({ org, title, actions, children }: SettingsLayoutProps) {
  const params = { org }
  const organization = showInvisible(useOrganizationName(org))
  return (
    <>
      <PageHeading title={`${title} · ${organization}`} actions={actions}>
        {title}
      </PageHeading>
      <TabNav label="Settings">
        <Link to="/$org/settings" params={params} activeOptions={{ exact: true }} className={tabClass}>
          Organization
        </Link>
        <Link to="/$org/settings/members" params={params} className={tabClass}>
          Members
        </Link>
        <Link to="/$org/settings/integrations" params={params} className={tabClass}>
          Integrations
        </Link>
        <Link to="/$org/settings/runners" params={params} className={tabClass}>
          Runners
        </Link>
        <Link to="/$org/settings/notifications" params={params} className={tabClass}>
          Notifications
        </Link>
        <Link to="/$org/settings/audit" params={params} className={tabClass}>
          Audit log
        </Link>
      </TabNav>
      {children}
    </>
  )
}
