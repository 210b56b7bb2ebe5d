import { randomBytes } from 'node:crypto'
import { isHidden } from '../../platform/outbound/forge-errors.ts'
import { apiPath, type BitbucketApi, repositoryPath } from './client.ts'

const events = [
  'repo:push',
  'pullrequest:created',
  'pullrequest:updated',
  'pullrequest:fulfilled',
  'pullrequest:rejected',
]
const mostHooks = 1000

/** Makes our webhook of a repository with a new secret; one that an earlier try left there is given that secret instead. */
export async function makeHook(
  api: BitbucketApi,
  fullName: string,
  url: string,
): Promise<{ readonly uuid: string; readonly secret: string }> {
  const secret = randomBytes(32).toString('base64url')
  const body = { description: 'Harmont', url, active: true, events, secret }
  const hooks = hooksOf(fullName)
  const there = (await api.list(`${hooks}?pagelen=100`, mostHooks))?.find((hook) => hook.maybeText('url') === url)
  const made =
    there === undefined
      ? await api.send('POST', hooks, body)
      : await api.send('PUT', hooks + apiPath([there.text('uuid')]), body)
  return { uuid: bareUuid(made.text('uuid')), secret }
}

/** Removes a webhook of ours; one that is gone, or whose repository is, is as good as removed. */
export async function removeHook(api: BitbucketApi, fullName: string, uuid: string): Promise<void> {
  try {
    await api.remove(hooksOf(fullName) + apiPath([`{${uuid}}`]))
  } catch (error) {
    if (!isHidden(error)) throw error
  }
}

/** The API writes ids in braces, the header of a delivery does not. */
export function bareUuid(uuid: string): string {
  return uuid.replace(/^\{|\}$/g, '').toLowerCase()
}

function hooksOf(fullName: string): string {
  return repositoryPath(fullName, 'hooks')
}
