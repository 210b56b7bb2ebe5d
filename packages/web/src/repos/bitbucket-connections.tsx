import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useAuthConfig } from '../api/auth-config.ts'
import type { Schema } from '../api/schemas.ts'
import { usePermission } from '../api/session.ts'
import { Button } from '../design/button.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { ConfirmDialog } from '../design/overlays/confirm-dialog.tsx'
import { QueryPlaceholder } from '../design/query-placeholder.tsx'
import { Table, Td } from '../design/table.tsx'
import { bitbucketUrl, disconnectWorkspace, workspaceReposQuery, workspacesQuery } from './bitbucket-queries.ts'
import { GoToForge } from './go-to-forge.tsx'

type Workspace = Schema<'BitbucketWorkspace'>

/**
 * Lists the Bitbucket workspaces; shows nothing if Bitbucket is neither configured nor connected.
 */
export function BitbucketConnections({ org }: { readonly org: string }) {
  const isSetUp = useAuthConfig()?.bitbucket === true
  const query = useQuery(workspacesQuery(org))
  const { data } = query
  const [disconnecting, setDisconnecting] = useState<Workspace | null>(null)
  if (!isSetUp && (data === undefined || data.length === 0)) return null
  return (
    <section aria-labelledby="bitbucket" className="pt-8">
      <div className="flex items-center gap-3 px-4 pb-2">
        <h2 id="bitbucket" className="flex-1 text-16 font-semibold">
          Bitbucket
        </h2>
        {isSetUp && <GoToForge org={org} title="Bitbucket" address={() => bitbucketUrl(org)} />}
      </div>
      <QueryPlaceholder query={query} what="the workspaces" rows={2} />
      {data?.length === 0 && (
        <p className="max-w-[72ch] px-4 text-muted">
          No workspace is connected. Repositories of a connected workspace build on every push and pull request, and
          results appear as build statuses on the commit.
        </p>
      )}
      {data !== undefined && data.length > 0 && (
        <Table
          caption="Connected Bitbucket workspaces"
          columns={['Workspace', 'Repositories', { name: 'Actions', isSpokenOnly: true }]}
        >
          <tbody>
            {data.map((workspace) => (
              <WorkspaceRow
                key={workspace.slug}
                org={org}
                workspace={workspace}
                onDisconnect={() => setDisconnecting(workspace)}
              />
            ))}
          </tbody>
        </Table>
      )}
      {disconnecting !== null && (
        <Disconnect org={org} workspace={disconnecting} onClose={() => setDisconnecting(null)} />
      )}
    </section>
  )
}

interface WorkspaceRowProps {
  readonly org: string
  readonly workspace: Workspace
  readonly onDisconnect: () => void
}

function WorkspaceRow({ org, workspace: { slug, name }, onDisconnect }: WorkspaceRowProps) {
  const { data } = useQuery(workspaceReposQuery(org, slug))
  const mayChange = usePermission(org, 'vcs')
  return (
    <tr>
      <Td>
        <span className="font-semibold">
          <IsolatedText text={name ?? slug} />
        </span>
      </Td>
      <Td label="Repositories">{data?.length ?? '—'}</Td>
      <Td numeric>
        <Button
          look="quiet"
          aria-label={`Disconnect ${name ?? slug}`}
          refused={mayChange ? null : 'Only owners and admins can change connections'}
          onClick={onDisconnect}
        >
          Disconnect
        </Button>
      </Td>
    </tr>
  )
}

interface DisconnectProps {
  readonly org: string
  readonly workspace: Workspace
  readonly onClose: () => void
}

function Disconnect({ org, workspace: { slug, name }, onClose }: DisconnectProps) {
  const queries = useQueryClient()
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={`Disconnect ${name ?? slug}?`}
      confirm="Disconnect"
      onConfirm={() => disconnectWorkspace(queries, org, slug)}
    >
      <p>
        Removes its webhooks and credentials. Pushes and pull requests no longer start builds. Pipelines and builds are
        kept.
      </p>
    </ConfirmDialog>
  )
}
