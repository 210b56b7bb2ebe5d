import type { Actor } from '../../platform/audit/record-audit.ts'
import type { Mail } from '../../platform/mail/queue-mail.ts'
import type { ApiKeyRow } from './store.ts'

interface NewKey {
  readonly to: string
  readonly publicUrl: string
  readonly key: ApiKeyRow
  readonly actor: Actor
  readonly at: Date
}

/** What tells the owner of an account that it has a new key. */
export function newKeyNotice({ to, publicUrl, key, actor, at }: NewKey): Mail {
  const may = key.scopes === null ? 'It can do everything that you can.' : `Its scopes: ${key.scopes.join(', ')}.`
  const where = key.organizations === null ? '' : ` It is limited to ${key.organizations.join(', ')}.`
  const until =
    key.expires_at === null ? 'It does not expire.' : `It expires on ${key.expires_at.toISOString().slice(0, 10)}.`
  return {
    to,
    subject: 'New API key for your Harmont account',
    paragraphs: [`The API key "${key.description}" was created for your Harmont account. ${may}${where} ${until}`],
    link: { url: `${publicUrl}/account/keys`, label: 'View your API keys', lifetime: null },
    askedBy: { address: actor.address, userAgent: actor.userAgent, at },
    otherwise:
      'If this was not you, revoke the key there, end all sessions and remove any passkey that you do not recognize.',
  }
}
