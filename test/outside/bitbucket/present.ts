/** Objects of the double as Bitbucket writes them, in its API and in its webhooks. */
import type { Schemas } from './definition.ts'
import type { BitbucketRepository, BitbucketUser, BitbucketWorkspace, Hook } from './world.ts'

export interface Addresses {
  readonly url: string
  readonly gitUrl: string
}

/** Fields of the definition that the double fills. */
export function presentWorkspace({ uuid, slug, name }: BitbucketWorkspace) {
  return { type: 'workspace', uuid, slug, name } satisfies Partial<Schemas['workspace']>
}

export function presentUser({ uuid, nickname }: BitbucketUser) {
  return { type: 'user', uuid, nickname, display_name: nickname }
}

export function presentRepository(repository: BitbucketRepository, { url, gitUrl }: Addresses) {
  const { uuid, workspace, slug, isPrivate, mainBranch, parent } = repository
  const fullName = `${workspace.slug}/${slug}`
  const clone = new URL(`${gitUrl}/${fullName}.git`)
  clone.username = 'somebody'
  return {
    type: 'repository',
    uuid,
    full_name: fullName,
    name: slug,
    is_private: isPrivate,
    scm: 'git',
    mainbranch: { type: 'branch', name: mainBranch },
    workspace: presentWorkspace(workspace),
    ...(parent === null ? {} : { parent: presentReference(parent) }),
    links: {
      html: { href: `${url}/${fullName}` },
      clone: [
        { name: 'https', href: clone.href },
        { name: 'ssh', href: `git@bitbucket.org:${fullName}.git` },
      ],
    },
  } satisfies Partial<Schemas['repository']>
}

/** How other objects name a repository. */
function presentReference({ uuid, workspace, slug }: BitbucketRepository) {
  return { type: 'repository', uuid, full_name: `${workspace.slug}/${slug}`, name: slug } satisfies Partial<
    Schemas['repository']
  >
}

export function presentHook({ uuid, url, events }: Hook) {
  return { type: 'webhook_subscription', uuid, url, events, active: true, secret_set: true }
}
