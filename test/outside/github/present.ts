/** Accounts, repositories and checks as GitHub shows them: its own examples with our facts. */

import type { ChangedFile } from '../repository-work.ts'
import type { Definition } from './definition.ts'
import { isObject, type Json, objectAt } from './json.ts'
import type { Account, CheckRun, Installation, Repository } from './world.ts'

export interface Addresses {
  readonly apiUrl: string
  readonly url: string
  readonly gitUrl: string
}

export type Presenters = ReturnType<typeof presenters>

export function presenters(definition: Definition, { apiUrl, url, gitUrl }: Addresses, appId: number) {
  const example = (route: string, status = 200) => objectAt(definition.example(route, status))
  const account = (of: Account): Json => ({
    ...objectAt(example('GET /app/installations/{installation_id}'), 'account'),
    login: of.login,
    id: of.id,
    type: of.type,
    html_url: `${url}/${of.login}`,
    url: `${apiUrl}/users/${of.login}`,
  })
  const listed = (example('GET /installation/repositories').repositories as readonly Json[])[0]
  return {
    account,
    user: (of: Account): Json => ({
      ...example('GET /user'),
      ...account(of),
      name: of.name,
      email: null,
      two_factor_authentication: true,
    }),
    repository: (of: Repository): Json => ({
      ...listed,
      id: of.id,
      name: of.name,
      full_name: `${of.owner.login}/${of.name}`,
      owner: account(of.owner),
      private: of.isPrivate,
      visibility: of.isPrivate ? 'private' : 'public',
      default_branch: of.defaultBranch,
      clone_url: `${gitUrl}/${of.owner.login}/${of.name}.git`,
      html_url: `${url}/${of.owner.login}/${of.name}`,
      url: `${apiUrl}/repos/${of.owner.login}/${of.name}`,
      fork: of.forkOf !== null,
    }),
    installation: (of: Installation): Json => ({
      ...example('GET /app/installations/{installation_id}'),
      id: of.id,
      account: account(of.account),
      app_id: appId,
      target_id: of.account.id,
      target_type: of.account.type,
      permissions: of.permissions,
      repository_selection: 'selected',
      suspended_at: of.suspendedAt,
      suspended_by: null,
    }),
    membership: (organization: Account, user: Account, role: string, state: string): Json => {
      const shown = example('GET /orgs/{org}/memberships/{username}')
      return {
        ...shown,
        role,
        state,
        organization: { ...objectAt(shown.organization), login: organization.login, id: organization.id },
        user: account(user),
      }
    },
    check: ({ id, headSha, fields }: CheckRun): Json => {
      const shown = example('POST /repos/{owner}/{repo}/check-runs', 201)
      return {
        ...shown,
        external_id: '',
        details_url: url,
        started_at: new Date(0).toISOString(),
        ...fields,
        id,
        head_sha: headSha,
        status: fields.status ?? 'queued',
        conclusion: fields.conclusion ?? null,
        completed_at: fields.completed_at ?? null,
        output: { ...objectAt(shown.output), ...(isObject(fields.output) ? fields.output : {}), annotations_count: 0 },
        app: { ...objectAt(shown.app), id: appId },
        pull_requests: [],
      }
    },
    file: ({ filename, status, previous }: ChangedFile): Json => {
      const [shown] = definition.example('GET /repos/{owner}/{repo}/pulls/{pull_number}/files', 200) as readonly Json[]
      return { ...shown, filename, status, ...(previous === null ? {} : { previous_filename: previous }) }
    },
    comparison: (files: readonly Json[]): Json => ({
      ...example('GET /repos/{owner}/{repo}/compare/{basehead}'),
      files,
    }),
  }
}
