import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { hostname } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeLayout, ownAddress, skopeoCopy, startRegistry } from './image.test-support.ts'
import { createImageStore, type ImageStoreOptions } from './index.ts'

const own = ownAddress()
let home: string
beforeEach(async () => {
  home = await mkdtemp('/var/tmp/harmont-pull-')
})
afterEach(() => rm(home, { recursive: true, force: true }))

const storeWith = (options: Partial<ImageStoreOptions>) =>
  createImageStore({
    directory: path.join(home, 'store'),
    fallbackToHost: false,
    hostAllow: [],
    allowPrivateRegistries: false,
    ...options,
  })

/** A server on this machine that pulls must not reach. Counts its connections. */
const inside = createTcpServer((socket) => {
  reached += 1
  socket.on('error', () => {})
  socket.end(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{"token":"secret-of-the-machine"}`)
})
let reached = 0
let insidePort: number

/** An attacker's registry. Each test sets its answers. */
let answer: RequestListener
let authorizations: string[]
const evil = createServer((request, response) => {
  if (request.headers.authorization !== undefined) authorizations.push(request.headers.authorization)
  answer(request, response)
})
let evilHost: string

beforeAll(async () => {
  await new Promise<void>((done) => inside.listen(0, '0.0.0.0', done))
  insidePort = (inside.address() as AddressInfo).port
  await new Promise<void>((done) => evil.listen(0, own, done))
  evilHost = `${own}:${(evil.address() as AddressInfo).port}`
})
afterAll(() => {
  inside.close()
  evil.closeAllConnections()
  evil.close()
})
beforeEach(() => {
  reached = 0
  authorizations = []
})

const challenging =
  (realm: string): RequestListener =>
  (_, response) =>
    response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}",service="x",scope="x"` }).end()

const redirecting =
  (location: string): RequestListener =>
  (request, response) => {
    if (request.url === '/v2/') response.end()
    else response.writeHead(307, { location }).end()
  }

const digest = (hex: string) => `sha256:${hex.repeat(64).slice(0, 64)}`
const oci = 'application/vnd.oci.image'

/** Answers with an image that has only this layer. */
const withLayer =
  (layer: RequestListener): RequestListener =>
  (request, response) => {
    if (request.url === '/v2/') return void response.end()
    if (!request.url?.includes('/manifests/')) return layer(request, response)
    const manifest = {
      schemaVersion: 2,
      mediaType: `${oci}.manifest.v1+json`,
      config: { mediaType: `${oci}.config.v1+json`, digest: digest('0'), size: 2 },
      layers: [{ mediaType: `${oci}.layer.v1.tar+gzip`, digest: digest('a'), size: 40 }],
    }
    response.writeHead(200, { 'content-type': manifest.mediaType }).end(JSON.stringify(manifest))
  }

const places: readonly (readonly [string, () => string])[] = [
  ['an address of the machine', () => `http://${own}:${insidePort}/`],
  ['an address of the machine, by https', () => `https://${own}:${insidePort}/`],
  ['loopback', () => `http://127.0.0.1:${insidePort}/`],
  ['loopback by name', () => `http://localhost:${insidePort}/`],
  ['loopback within IPv6', () => `http://[::ffff:127.0.0.1]:${insidePort}/`],
  ['a name for loopback', () => `http://${hostname()}:${insidePort}/`],
]

const attacks: readonly (readonly [string, (place: string) => RequestListener, typeof places])[] = [
  ['the realm of a challenge', challenging, places],
  ['a redirect', redirecting, places.slice(1, 3)],
  ['a redirect of a layer', (place) => withLayer(redirecting(place)), places.slice(1, 3)],
]

describe.for(attacks)('G37 %s', ([, attack, theirs]) => {
  it.for(theirs)('that leads to %s is not followed', async ([, place]) => {
    answer = attack(place())
    const store = storeWith({ insecureRegistries: [evilHost] })
    await expect(store.resolve(`${evilHost}/tool:1`)).rejects.toMatchObject({ code: 'image_unavailable' })
    expect([reached, authorizations]).toEqual([0, []])
  })

  it('is followed if all addresses are allowed', async () => {
    answer = attack(`http://${own}:${insidePort}/`)
    const store = storeWith({ insecureRegistries: [evilHost], allowPrivateRegistries: true })
    await expect(store.resolve(`${evilHost}/tool:1`)).rejects.toThrow()
    expect(reached).toBeGreaterThan(0)
  })
})

describe('G37 a registry with a private address', () => {
  it.for([
    `${own}:9`,
    '127.0.0.1:9',
    '127.1:9',
    'localhost:9',
    '[::ffff:127.0.0.1]:9',
    '169.254.169.254',
    `${hostname()}:9`,
  ])('is not contacted: %s', async (host) => {
    await expect(storeWith({}).resolve(`${host}/tool:1`)).rejects.toThrow(/private address|not a public address/)
  })

  it('is used if its name alone is allowed, and its certificate is checked', async () => {
    await using registry = await startRegistry(home, own, true)
    const store = storeWith({ allowedRegistries: [own] })
    await expect(store.resolve(`${registry.host}/tool:1`)).rejects.toThrow(/certificate/)
  })

  it.for([false, true])('is used if the settings name it, with TLS: %s', async (tls) => {
    await using registry = await startRegistry(home, own, tls)
    const name = `${registry.host}/tool:1`
    skopeoCopy(`oci:${makeLayout(home, 'one')}:t`, `docker://${name}`)
    await expect(storeWith({}).resolve(name)).rejects.toThrow(/has a private address/)
    const image = await storeWith({ insecureRegistries: [registry.host] }).resolve(name)
    expect(image.env).toEqual({ PATH: '/bin:/odd', EQUALS: 'a=b' })
  })
})

it('G58 names of images that were refused leave no files once unused images are removed', async () => {
  const store = storeWith({})
  for (const tag of ['1', '2', '3'])
    await expect(store.resolve(`localhost:9/tool:${tag}`)).rejects.toThrow(/private address/)
  await store.collect(new Set())
  const left = await readdir(path.join(home, 'store'), { recursive: true })
  expect(left.sort()).toEqual(['locks', 'staging'])
})

it('names the reason why a registry is unavailable', async () => {
  await expect(storeWith({}).resolve('registry.invalid/tool:1')).rejects.toThrow(
    'Could not pull registry.invalid/tool:1: the name registry.invalid does not resolve. The server needs access to that registry',
  )
})

it('an endless layer is abandoned at the limit', async () => {
  answer = withLayer((_, response) => {
    const more = () => void (response.destroyed || response.write(Buffer.alloc(65_536), () => setImmediate(more)))
    more()
  })
  const store = storeWith({ insecureRegistries: [evilHost], limits: { bytes: 1024 ** 2, entries: 100 } })
  await expect(store.resolve(`${evilHost}/tool:1`)).rejects.toThrow(/it exceeds the limit of 1 MiB packed/)
})
