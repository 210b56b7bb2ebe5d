/**
 * Pull requests, and how webhooks tell of them:
 * https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/
 */
import type { gitRepository } from '../git-server.ts'
import type { Schemas } from './definition.ts'
import { type Addresses, presentRepository, presentUser } from './present.ts'
import type { BitbucketRepository, BitbucketUser, World } from './world.ts'

interface Parts {
  readonly world: World
  readonly addresses: Addresses
  work(repository: BitbucketRepository): ReturnType<typeof gitRepository>
  deliver(repository: BitbucketRepository, event: string, facts: unknown): Promise<string>
}

interface Source {
  readonly number?: number
  /** The fork that has the branch; by default the repository itself. */
  readonly from?: BitbucketRepository
  readonly title?: string
  /** The branch that it is to be merged into; by default the main one. */
  readonly into?: string
}

/** Each returns the id of its delivery. */
export function pullRequests({ world, addresses, work, deliver }: Parts) {
  const tell =
    (event: 'pullrequest:created' | 'pullrequest:updated') =>
    (
      repository: BitbucketRepository,
      branch: string,
      by: BitbucketUser,
      { number = 1, from = repository, title = `From ${branch}`, into = repository.mainBranch }: Source = {},
    ): Promise<string> => {
      const shown = presentRepository(repository, addresses)
      const key = `${shown.full_name}#${number}`
      const isThere = world.repositories.includes(from)
      const base = work(repository).commitOf(`refs/heads/${into}`) ?? ''
      const known = world.pullRequests.get(key)?.head ?? ''
      const head = isThere ? (work(from).commitOf(`refs/heads/${branch}`) ?? known) : known
      world.pullRequests.set(key, { from, base, head })
      return deliver(repository, event, {
        actor: presentUser(by),
        repository: shown,
        pullrequest: {
          type: 'pullrequest',
          id: number,
          title,
          state: 'OPEN',
          updated_on: now(),
          author: presentUser(by),
          // A deleted fork is told as null.
          source: { ...side(branch, head), repository: isThere ? presentRepository(from, addresses) : null },
          destination: { ...side(into, base), repository: shown },
          links: { html: { href: `${addresses.url}/${shown.full_name}/pull-requests/${number}` } },
        },
      })
    }
  return { openPullRequest: tell('pullrequest:created'), updatePullRequest: tell('pullrequest:updated') }
}

/** As events have it: to the microsecond, with an offset. */
function now(): NonNullable<Schemas['pullrequest']['updated_on']> {
  return new Date().toISOString().replace('Z', '000+00:00')
}

/** Events have twelve digits of commits. */
function side(branch: string, hash: string) {
  return { branch: { name: branch }, commit: { hash: hash.slice(0, 12) } } satisfies Schemas['pullrequest_endpoint']
}
