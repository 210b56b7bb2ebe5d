import { BlockList, isIPv6 } from 'node:net'
import type { Database } from '../../platform/database/transaction.ts'
import { apiError, type Handlers, operation } from '../../platform/http/index.ts'
import { formatInstant } from '../../platform/input/instant.ts'
import { mailWay } from '../../platform/mail/mail-way.ts'
import { listMails } from '../../platform/mail/mailbox-store.ts'
import { isLocal, type Settings } from '../../platform/settings/read-settings.ts'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/** The mails of a server on one's own machine. They hold sign-in links, so nobody else learns even that the page exists. */
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
      // A page elsewhere whose name leads to this machine may read all that it is answered here: it is told by its name.
      const isOurs = isLocalHost(header('host'))
      if (mailWay(settings) !== 'mailbox' || isForwarded || !isOurs || !isLoopback(client.address))
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

/** An IPv4 address may come as IPv6, which `BlockList` knows. */
function isLoopback(address: string): boolean {
  return loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}
