import { BlockList, isIPv6 } from 'node:net'
import type { Database } from '../../platform/database/transaction.ts'
import { apiError, type Handlers, operation } from '../../platform/http/index.ts'
import { formatInstant } from '../../platform/input/instant.ts'
import { mailTransport } from '../../platform/mail/mail-transport.ts'
import { listMails } from '../../platform/mail/mailbox-store.ts'
import { isLocal, type Settings } from '../../platform/settings/read-settings.ts'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/**
 * Serves the mails of a server on the user's own machine. They contain sign-in links, so all other
 * clients get the answer for an unknown path.
 */
export function mailboxRoutes({
  pool,
  settings,
}: {
  readonly pool: Database
  readonly settings: Settings
}): Pick<Handlers, 'listMailbox'> {
  return {
    listMailbox: operation('listMailbox', async ({ client, header }) => {
      const isForwarded = header('forwarded') !== null || header('x-forwarded-for') !== null
      // A remote page whose name resolves to this machine could read the answer (DNS rebinding).
      // Its `Host` header reveals this.
      const isOurs = isLocalHost(header('host'))
      if (mailTransport(settings) !== 'mailbox' || isForwarded || !isOurs || !isLoopback(client.address))
        throw apiError('route_not_found', 'Path not found; /api/v0/openapi.json lists all paths.')
      const mails = await listMails(pool)
      const data = mails.map(({ id, recipient, subject, body, links, created_at }) => ({
        ...{ id, to: recipient, subject, text: body, links },
        created_at: formatInstant(created_at),
      }))
      return { status: 200, body: { data } }
    }),
  }
}

function isLocalHost(host: string | null): boolean {
  const url = host === null ? null : URL.parse(`http://${host}`)
  return url !== null && isLocal(url.href)
}

/** Whether an address is the loopback. `BlockList` knows IPv4 addresses in IPv6 form. */
function isLoopback(address: string): boolean {
  return loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}
