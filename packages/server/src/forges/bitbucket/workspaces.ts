import type { ForgeRepository } from '../forge/events.ts'
import type { Payload } from '../forge/payload.ts'
import { apiPath, type BitbucketApi } from './client.ts'
import type { WorkspaceFacts } from './workspace-store.ts'

const mostWorkspaces = 1000
const mostRepositories = 20_000

/** The workspaces that the account administers. */
export async function listAdministered(api: BitbucketApi): Promise<readonly WorkspaceFacts[]> {
  const query = new URLSearchParams({ q: 'permission="owner"', pagelen: '100' })
  const memberships = await api.list(`/user/permissions/workspaces?${query}`, mostWorkspaces)
  return (memberships ?? []).map((membership) => {
    const workspace = membership.at('workspace')
    const slug = workspace.text('slug')
    return { uuid: workspace.text('uuid'), slug, name: workspace.maybeText('name') ?? slug }
  })
}

/** Every repository of a workspace that has a branch: without one there is nothing to build. */
export async function listWorkspaceRepositories(api: BitbucketApi, uuid: string): Promise<readonly ForgeRepository[]> {
  const found = await api.list(`${apiPath(['repositories', uuid])}?pagelen=100`, mostRepositories)
  if (found === null) throw new Error(`a workspace with more than ${mostRepositories} repositories`)
  return found.flatMap((repository) => readRepository(repository) ?? [])
}

function readRepository(repository: Payload): ForgeRepository | null {
  const fullName = repository.text('full_name')
  const [owner = '', name = ''] = fullName.split('/')
  const cloneUrl = cloneUrlOf(repository)
  const main = repository.maybe('mainbranch')
  if (cloneUrl === null || main === null) return null
  return {
    externalId: repository.text('uuid'),
    owner,
    name,
    fullName,
    cloneUrl,
    defaultBranch: main.text('name'),
    isPrivate: repository.flag('is_private'),
  }
}

/** Where a repository is cloned from over https; null: nowhere. */
export function cloneUrlOf(repository: Payload): string | null {
  const clone = repository
    .at('links')
    .list('clone')
    .find((link) => link.text('name') === 'https')
  return clone === undefined ? null : withoutUser(clone.text('href'))
}

/** Bitbucket puts the name of who asked into the address. */
function withoutUser(address: string): string {
  const url = new URL(address)
  url.username = ''
  url.password = ''
  return url.href
}
