import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useSession } from '../api/session.ts'
import { Select } from '../design/field.tsx'
import { PageHeading } from '../design/page-heading.tsx'
import { EmptyState } from '../design/page-states.tsx'
import { ConnectInstallation } from './connect-installation.tsx'
import { rememberedOrganization } from './setup-organization.ts'

/** Handles the redirect from GitHub, and connects the installation. */
export function GithubSetupPage() {
  const { org: inPath } = useParams({ strict: false })
  const { installation_id, setup_action, state, code } = useSearch({ strict: false })
  const { organizations } = useSession()
  const able = organizations.filter(({ permissions }) => permissions.includes('vcs'))
  const [chosen, setChosen] = useState(
    inPath ?? rememberedOrganization() ?? (able.length === 1 ? able[0]?.slug : undefined),
  )
  const navigate = useNavigate()
  const number = Number(installation_id)
  return (
    <>
      <PageHeading title="GitHub">Connect GitHub</PageHeading>
      {setup_action === 'request' ? (
        <EmptyState title="Waiting for approval on GitHub">
          You cannot install apps for that account. Connect again after one of its owners approves the request.
        </EmptyState>
      ) : !Number.isSafeInteger(number) || number < 1 ? (
        <EmptyState title="The GitHub connection is incomplete">
          Start from Settings → Integrations of your organization: choose Connect GitHub.
        </EmptyState>
      ) : able.length === 0 ? (
        <EmptyState title="You cannot connect repositories">
          Only owners and admins of an organization can. Ask one of them.
        </EmptyState>
      ) : chosen === undefined ? (
        <div className="max-w-110 px-4">
          <Select label="For which organization?" defaultValue="" onChange={({ target }) => setChosen(target.value)}>
            <option value="" disabled>
              Choose one
            </option>
            {able.map(({ slug, name }) => (
              <option key={slug} value={slug}>
                {name}
              </option>
            ))}
          </Select>
        </div>
      ) : (
        <ConnectInstallation
          key={chosen}
          org={chosen}
          installation={{ installation_id: number, state: state ?? null, code: code ?? null }}
          onDone={() => void navigate({ to: '/$org/repos', params: { org: chosen } })}
        />
      )}
    </>
  )
}
