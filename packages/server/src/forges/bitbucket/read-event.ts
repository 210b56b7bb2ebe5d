/**
 * Translates Bitbucket's webhooks into events:
 * https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/
 */
import type { ForgeEvent, ForgeRepository, ForgeUser, PullRequestEvent, PushEvent } from '../forge/events.ts'
import { Payload } from '../forge/payload.ts'

const pullRequestActions: Readonly<Record<string, PullRequestEvent['action']>> = {
  'pullrequest:created': 'opened',
  'pullrequest:updated': 'synchronize',
  'pullrequest:fulfilled': 'closed',
  'pullrequest:rejected': 'closed',
}

/** Returns the relevant events of a delivery, one per pushed ref. Throws `EventUnreadable`. */
export function readEvents(event: string, body: Buffer): readonly ForgeEvent[] {
  if (event === 'repo:push') return readPush(Payload.parse(body))
  const action = Object.hasOwn(pullRequestActions, event) ? pullRequestActions[event] : undefined
  return action === undefined ? [] : [readPullRequest(Payload.parse(body), action)]
}

function readPush(payload: Payload): readonly PushEvent[] {
  const origin = readOrigin(payload)
  const sender = readUser(payload.maybe('actor'))
  return payload
    .at('push')
    .list('changes')
    .flatMap((change) => {
      const [now, before] = [change.maybe('new'), change.maybe('old')]
      const ref = refOf(now ?? before)
      if (ref === null) return []
      const target = now?.at('target') ?? null
      return [
        {
          type: 'push' as const,
          ...origin,
          ref,
          before: before?.at('target').text('hash') ?? null,
          after: target?.text('hash') ?? null,
          message: target?.maybeText('message') ?? null,
          files: null,
          sender,
        },
      ]
    })
}

function refOf(end: Payload | null): string | null {
  if (end === null) return null
  const kind = end.text('type')
  if (kind === 'branch' || kind === 'named_branch') return `refs/heads/${end.text('name')}`
  return kind === 'tag' || kind === 'annotated_tag' ? `refs/tags/${end.text('name')}` : null
}

function readPullRequest(payload: Payload, action: PullRequestEvent['action']): PullRequestEvent {
  const origin = readOrigin(payload)
  const pull = payload.at('pullrequest')
  const [source, destination] = [pull.at('source'), pull.at('destination')]
  const from = source.maybe('repository')
  const branch = source.at('branch').text('name')
  const isFork = from?.text('uuid') !== origin.repository.externalId
  return {
    type: 'pull_request',
    ...origin,
    action,
    number: Number(pull.id('id')),
    title: pull.text('title'),
    url: pull.at('links').at('html').text('href'),
    head: {
      ref: branch,
      // Twelve digits of the id, which `fullCommit` completes.
      sha: source.at('commit').text('hash'),
      isFork,
      repository: from?.text('full_name') ?? null,
      refs: [`refs/heads/${branch}`],
      isInForkOnly: isFork,
    },
    base: { ref: destination.at('branch').text('name'), sha: destination.at('commit').text('hash') },
    asOf: action === 'closed' ? null : pull.maybeInstant('updated_on'),
    author: readUser(pull.maybe('author')),
    sender: readUser(payload.maybe('actor')),
  }
}

function readOrigin(payload: Payload): { readonly repository: ForgeRepository; readonly installation: string } {
  const repository = payload.at('repository')
  const fullName = repository.text('full_name')
  const [owner = '', name = ''] = fullName.split('/')
  return {
    installation: repository.at('workspace').text('uuid'),
    repository: {
      externalId: repository.text('uuid'),
      owner,
      name,
      fullName,
      cloneUrl: `${repository.at('links').at('html').text('href')}.git`,
      defaultBranch: repository.maybe('mainbranch')?.text('name') ?? '',
      isPrivate: repository.flag('is_private'),
    },
  }
}

/** Reads an account. A deleted account has no name. */
function readUser(user: Payload | null): ForgeUser {
  const login = user?.maybeText('nickname') ?? user?.maybeText('display_name') ?? 'a former user'
  return { id: user?.maybeText('uuid') ?? '', login }
}
