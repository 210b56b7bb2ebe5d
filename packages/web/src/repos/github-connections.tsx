import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useAuthConfig } from '../api/auth-config.ts'
import { problemOf } from '../api/problem.ts'
import type { Schema } from '../api/schemas.ts'
import { usePermission } from '../api/session.ts'
import { Button } from '../design/button.tsx'
import { Ago } from '../design/instant.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { EmptyState } from '../design/page-states.tsx'
import { QueryPlaceholder } from '../design/query-placeholder.tsx'
import { Table, Td } from '../design/table.tsx'
import { toast } from '../interaction/toasts.tsx'
import { counted } from '../text/count.ts'
import { ConnectGithub } from './connect-github.tsx'
import { DisconnectGithub } from './disconnect-github.tsx'
import { connectionChanges, installationReposQuery, installationsQuery } from './queries.ts'

type Installation = Schema<'GithubInstallation'>

/** Lists the connected GitHub accounts. */
export function GithubConnections({ org }: { readonly org: string }) {
  const query = useQuery(installationsQuery(org))
  const { data } = query
  const hasProvider = useAuthConfig()?.github_app_slug !== null
  const mayConnect = usePermission(org, 'vcs')
  const [disconnecting, setDisconnecting] = useState<Installation | null>(null)
  if (data === undefined) return <QueryPlaceholder query={query} what="the connections" />
  if (data.data.length === 0 && !hasProvider && !mayConnect)
    return (
      <EmptyState title="Nothing is connected">
        <code className="font-mono">hm run --cloud</code>, New build and the API start builds here.
      </EmptyState>
    )
  if (data.data.length === 0)
    return (
      <EmptyState title="GitHub is not connected" action={<ConnectGithub org={org} />}>
        Repositories of a connected account build on every push and pull request, and results appear as checks on the
        commit.
      </EmptyState>
    )
  return (
    <section aria-labelledby="github" className="pt-4">
      <div className="flex items-center gap-3 px-4 pb-2">
        <h2 id="github" className="flex-1 text-16 font-semibold">
          GitHub
        </h2>
        <ConnectGithub org={org} label="Connect another account" />
      </div>
      <Table
        caption="Connected GitHub accounts"
        columns={['Account', 'Type', 'Repositories', 'Added', 'Last sync', { name: 'Actions', isSpokenOnly: true }]}
      >
        <tbody>
          {data.data.map((installation) => (
            <InstallationRow
              key={installation.id}
              org={org}
              installation={installation}
              onDisconnect={() => setDisconnecting(installation)}
            />
          ))}
        </tbody>
      </Table>
      {disconnecting !== null && (
        <DisconnectGithub org={org} installation={disconnecting} onClose={() => setDisconnecting(null)} />
      )}
    </section>
  )
}

interface InstallationRowProps {
  readonly org: string
  readonly installation: Installation
  readonly onDisconnect: () => void
}

function InstallationRow({ org, installation, onDisconnect }: InstallationRowProps) {
  const { installation_id: number, account_login: account, account_type: type, created_at: createdAt } = installation
  const { data } = useQuery(installationReposQuery(org, number))
  const mayChange = usePermission(org, 'vcs')
  const { isSyncing, sync } = useSync(org, installation)
  const refused = mayChange ? null : 'Only owners and admins can change connections'
  return (
    <tr>
      <Td>
        <span className="font-semibold">
          <IsolatedText text={account} />
        </span>
      </Td>
      <Td>{type}</Td>
      <Td label="Repositories">{data === undefined ? '—' : data.data.length}</Td>
      <Td label="Added">
        <Ago at={createdAt} />
      </Td>
      <Td label="Last sync">
        <Ago
          at={
            data?.data
              .map(({ last_synced_at: at }) => at ?? '')
              .toSorted()
              .at(-1) || null
          }
        />
      </Td>
      <Td numeric>
        <Button
          look="quiet"
          aria-label={isSyncing ? `Syncing ${account}…` : `Sync ${account}`}
          refused={refused}
          disabled={isSyncing}
          onClick={() => void sync()}
        >
          {isSyncing ? 'Syncing…' : 'Sync'}
        </Button>
        <Button look="quiet" aria-label={`Disconnect ${account}`} refused={refused} onClick={onDisconnect}>
          Disconnect
        </Button>
      </Td>
    </tr>
  )
}

function useSync(org: string, { installation_id: number, account_login: account }: Installation) {
  const queries = useQueryClient()
  const [isSyncing, setSyncing] = useState(false)
  const sync = async () => {
    setSyncing(true)
    try {
      const count = await connectionChanges(queries, org).sync(number)
      toast(`${account} is up to date: ${counted(count, 'repository', 'repositories')}`)
    } catch (error) {
      toast(problemOf(error).message, { isProblem: true })
    } finally {
      setSyncing(false)
    }
  }
  return { isSyncing, sync }
}
