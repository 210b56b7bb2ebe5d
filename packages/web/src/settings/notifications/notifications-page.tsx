import { useParams } from '@tanstack/react-router'
import { usePermission } from '../../api/session.ts'
import { EmptyState } from '../../design/page-states.tsx'
import { SettingsLayout } from '../settings-layout.tsx'
import { NotificationsSection } from './notifications-section.tsx'

/** Shows the receivers that are notified about the organization's builds. */
export function NotificationsPage() {
  const { org } = useParams({ from: '/signed-in/$org/settings/notifications' })
  const mayRead = usePermission(org, 'organization')
  return (
    <SettingsLayout org={org} title="Notifications">
      {mayRead ? (
        <div className="px-4 pt-4 pb-12">
          <NotificationsSection
            scope={{ org, slug: null }}
            title="Who is told"
            about="A webhook, a Slack channel or a member is notified when a branch breaks or is fixed, when builds end or wait for approval, and when tests are proved flaky."
          />
        </div>
      ) : (
        <EmptyState title="Only owners and admins see notifications">
          They say which channels hear what happens to builds.
        </EmptyState>
      )}
    </SettingsLayout>
  )
}
