import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { Schema } from '../api/schemas.ts'
import { IsolatedText } from '../design/isolated-text.tsx'
import { ConfirmDialog } from '../design/overlays/confirm-dialog.tsx'
import { connectionChanges, installationReposQuery, pipelinesByRepositoryQuery } from './queries.ts'

interface DisconnectGithubProps {
  readonly org: string
  readonly installation: Schema<'GithubInstallation'>
  readonly onClose: () => void
}

/** The limit of named pipelines; the others are counted. */
const mostNames = 10

/** Asks before disconnecting an account, and names the affected pipelines (web.md 7). */
export function DisconnectGithub({ org, installation, onClose }: DisconnectGithubProps) {
  const { installation_id: number, account_login: account } = installation
  const changes = connectionChanges(useQueryClient(), org)
  const { data: repos } = useQuery(installationReposQuery(org, number))
  const { data: pipelines } = useQuery(pipelinesByRepositoryQuery(org))
  const stopped = repos?.data.flatMap(({ full_name }) => pipelines?.get(full_name.toLowerCase()) ?? []) ?? []
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={`Disconnect ${account}?`}
      confirm="Disconnect"
      onConfirm={() => changes.disconnect(number)}
    >
      <p>
        Pushes and pull requests of its repositories no longer start builds or set checks. Pipelines and builds are
        kept. The app stays installed on GitHub until you remove it there.
      </p>
      {stopped.length > 0 && (
        <>
          <p>No longer built on push:</p>
          <ul aria-label="Pipelines no longer built on push" className="list-disc pl-5">
            {stopped.slice(0, mostNames).map(({ slug, name }) => (
              <li key={slug}>
                <IsolatedText text={name} />
              </li>
            ))}
            {stopped.length > mostNames && <li>and {stopped.length - mostNames} more</li>}
          </ul>
        </>
      )}
    </ConfirmDialog>
  )
}
