import { useParams } from '@tanstack/react-router'
import { SettingsLayout } from '../settings/settings-layout.tsx'
import { BitbucketConnections } from './bitbucket-connections.tsx'
import { GithubConnections } from './github-connections.tsx'

/** Shows the connected forges of the organization. */
export function IntegrationsPage() {
  const { org } = useParams({ from: '/signed-in/$org/settings/integrations' })
  return (
    <SettingsLayout org={org} title="Integrations">
      <GithubConnections org={org} />
      <BitbucketConnections org={org} />
    </SettingsLayout>
  )
}
