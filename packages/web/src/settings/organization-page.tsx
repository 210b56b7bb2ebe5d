import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { ErrorState, Skeleton } from '../design/page-states.tsx'
import { DeleteOrganization } from './delete-organization.tsx'
import { OrganizationForm } from './organization-form.tsx'
import { organizationQuery } from './queries.ts'
import { SettingsLayout } from './settings-layout.tsx'

/** The organization itself: what it is called, and how it ends. */
export function OrganizationPage() {
  const { org } = useParams({ from: '/signed-in/$org/settings' })
  const { data, isError, error, refetch } = useQuery(organizationQuery(org))
  return (
    <SettingsLayout org={org} title="Organization">
      {isError && data === undefined && (
        <ErrorState error={error} what="the organization" onRetry={() => void refetch()} />
      )}
      {data === undefined && !isError && <Skeleton />}
      {data !== undefined && (
        <div className="flex max-w-[72ch] flex-col gap-10 px-4 py-6">
          <OrganizationForm key={data.name} organization={data} />
          <DeleteOrganization organization={data} />
        </div>
      )}
    </SettingsLayout>
  )
}
