/** Responses of a layer-giving runner to callers without permission. */
import { execFileSync } from 'node:child_process'
import { randomUUID, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { signTicket } from '@harmont/engine'
import { now } from '@harmont/sandbox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectRunner } from '../connect/connect-runner.ts'
import { listen } from '../port-under-test.test-support.ts'
import { wireHeaders, wirePath } from '../protocol.ts'
import { digestOf, type PeerIdentity, pinnedConnections } from './certificate.ts'
import { openPeer, type Peer } from './index.ts'

const directory = mkdtempSync('/var/tmp/harmont-wire-')
const content = Buffer.alloc(700_000, 'harmont ')
const hour = 3_600_000
const key = 'the key of this giver'
let giver: Peer
let taker: PeerIdentity
let other: PeerIdentity
/** The requested layers and objects. */
let asked: string[] = []

function identity(name: string): PeerIdentity {
  const [own, certificate] = [join(directory, `${name}.key`), join(directory, `${name}.cert`)]
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${name}`]
  execFileSync('openssl', ['req', ...kind, '-keyout', own, '-out', certificate], { stdio: 'ignore' })
  return { key: readFileSync(own, 'utf8'), cert: readFileSync(certificate, 'utf8') }
}

const certificateOf = ({ cert }: PeerIdentity) => digestOf(new X509Certificate(cert)) ?? ''

beforeAll(async () => {
  ;[taker, other] = [identity('taker'), identity('other')]
  writeFileSync(join(directory, 'object'), content)
  giver = await openPeer({
    ...{ host: '127.0.0.1', port: 0, identity: identity('giver') },
    async fileOf(layer, digest) {
      asked.push(`${layer} ${digest}`)
      return layer === 'here' && digest === 'd' ? join(directory, 'object') : null
    },
    log: () => undefined,
  })
  giver.learn(key, 0)
})
afterAll(async () => {
  await giver.close()
  rmSync(directory, { recursive: true })
})

const ticket = (more: Partial<Parameters<typeof signTicket>[1]> = {}, signer = key) =>
  signTicket(signer, { layer: 'here', digest: 'd', taker: certificateOf(taker), until: now() + hour, ...more })

interface Attempt {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly as?: PeerIdentity
}

async function attempt({ method = 'GET', path = '/layer', headers = {}, as = taker }: Attempt) {
  asked = []
  const agent = pinnedConnections(giver.told.certificate, as, 5_000)
  try {
    const answer = await agent.request({
      origin: `https://${giver.told.address}`,
      path,
      method: method as 'GET',
      headers,
    })
    return { status: answer.statusCode, headers: answer.headers, bytes: await buffer(answer.body) }
  } finally {
    await agent.destroy()
  }
}
const bearer = (text: string) => ({ authorization: `Bearer ${text}` })

test('G95 a ticket of the server gives its holder one object, from any byte on', async () => {
  const whole = await attempt({ headers: bearer(ticket()) })
  expect([whole.status, whole.bytes.equals(content)]).toEqual([206, true])
  const rest = await attempt({ headers: { ...bearer(ticket()), range: 'bytes=699990-' } })
  expect([rest.status, rest.headers['content-range']]).toEqual([206, 'bytes 699990-699999/700000'])
  expect(rest.bytes.equals(content.subarray(699_990))).toBe(true)
})

const changed = () => {
  const [claim = '', signature = ''] = ticket().split('.')
  const read = JSON.parse(Buffer.from(claim, 'base64url').toString()) as unknown[]
  read[0] = 'another'
  return `${Buffer.from(JSON.stringify(read)).toString('base64url')}.${signature}`
}

const attempts: Readonly<Record<string, readonly [number, () => Attempt]>> = {
  'has no ticket': [401, () => ({})],
  'has a ticket that is none': [401, () => ({ headers: bearer('x.y') })],
  'has an empty claim with an empty signature': [401, () => ({ headers: bearer('.') })],
  'signs a ticket itself': [401, () => ({ headers: bearer(ticket({}, 'another key')) })],
  'changes the layer of its ticket': [401, () => ({ headers: bearer(changed()) })],
  'uses a ticket that has expired': [401, () => ({ headers: bearer(ticket({ until: now() - 1 })) })],
  'uses the ticket of another taker': [403, () => ({ headers: bearer(ticket()), as: other })],
  'asks for a layer that is not here': [404, () => ({ headers: bearer(ticket({ layer: '../../secrets' })) })],
  'asks for an object that the layer does not have': [404, () => ({ headers: bearer(ticket({ digest: 'e' })) })],
  'names a file in the path': [404, () => ({ path: '/layer/../../etc/passwd', headers: bearer(ticket()) })],
  'names a file in the query': [404, () => ({ path: '/layer?file=/etc/passwd', headers: bearer(ticket()) })],
  'asks by a path of its own': [404, () => ({ path: '//etc/passwd', headers: bearer(ticket()) })],
  posts: [404, () => ({ method: 'POST', headers: bearer(ticket()) })],
  'asks for bytes beyond the end': [416, () => ({ headers: { ...bearer(ticket()), range: 'bytes=700000-' } })],
  'asks for bytes from the end': [416, () => ({ headers: { ...bearer(ticket()), range: 'bytes=-5' } })],
  'asks for many ranges': [416, () => ({ headers: { ...bearer(ticket()), range: 'bytes=0-1,5-9' } })],
  'asks for a range of nonsense': [416, () => ({ headers: { ...bearer(ticket()), range: 'bytes=9e9-' } })],
  'asks for a range that no number holds': [
    416,
    () => ({ headers: { ...bearer(ticket()), range: `bytes=${'9'.repeat(40)}-` } }),
  ],
}

test.for(Object.entries(attempts))('G79 a runner that gives layers refuses who %s', async ([, [status, made]]) => {
  const answer = await attempt(made())
  expect(answer.status).toBe(status)
  expect(answer.bytes.length).toBeLessThan(100)
  // Without a ticket no layer is looked up.
  if (status < 404) expect(asked).toEqual([])
})

test('G79 a runner without a key from the server gives nothing', async () => {
  giver.learn(null, 0)
  expect((await attempt({ headers: bearer(ticket()) })).status).toBe(401)
  giver.learn(key, 2 * hour)
  expect((await attempt({ headers: bearer(ticket()) })).status).toBe(401)
  giver.learn(key, 0)
})

test('G79 a taker sends nothing to an address whose certificate is not the one that the server named', async () => {
  const agent = pinnedConnections(certificateOf(other), taker, 5_000)
  asked = []
  const request = { path: '/layer', method: 'GET' as const, headers: bearer(ticket()) }
  await expect(agent.request({ origin: `https://${giver.told.address}`, ...request })).rejects.toThrow(
    'its certificate differs',
  )
  expect(asked).toEqual([])
  await agent.destroy()
})

test('G105 a server of an earlier release, which names no other runners, sends all layers itself', async () => {
  const calls: string[] = []
  const server = await listen((request, response) => {
    const call = request.url?.replace(wirePath, '') ?? ''
    calls.push(call)
    const isKnown = call === 'layers/fetch'
    const stamp = { [wireHeaders.now]: String(Date.now()), [wireHeaders.held]: '0' }
    response.writeHead(isKnown ? 200 : 404, stamp)
    response.end(isKnown ? content : JSON.stringify({ code: 'unknown_call', message: 'Is the runner newer?' }))
  })
  const port = connectRunner({
    ...{ url: server.url, peer: giver, token: async () => 'r', onOutdated: () => undefined },
    log: () => undefined,
  })
  const lease = { jobId: randomUUID(), buildId: randomUUID(), fence: 1, leaseId: randomUUID() }
  const opened = await port.layers?.open(lease, randomUUID(), `sha256:${'0'.repeat(64)}`)
  expect(opened && content.equals(await buffer(opened))).toBe(true)
  expect(calls).toEqual(['layers/peers', 'layers/locate', 'layers/fetch'])
  await port.close()
  await server.close()
})
