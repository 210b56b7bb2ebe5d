import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'
import { type Registry, registryUser, startRegistry } from '@harmont/outside/registry'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { FindLogin, RegistryLogin } from '../sandbox-driver.ts'
import { makeLayout } from './image.test-support.ts'
import { createImageStore, type ImageStoreOptions } from './index.ts'

let home: string
let registry: Registry
let name: string
beforeAll(async () => {
  home = await mkdtemp('/var/tmp/harmont-login-')
  registry = await startRegistry(home, true)
  name = registry.push(`oci:${makeLayout(home, 'private')}:t`, 'team/tool:1')
})
afterAll(async () => {
  await registry?.stop()
  await rm(home, { recursive: true, force: true })
})

const storeWith = async (options: Partial<ImageStoreOptions> = {}) => {
  const directory = await mkdtemp(path.join(home, 'store-'))
  return createImageStore({ directory, fallbackToHost: false, hostAllow: [], ownerBytes: 1e9, ...options })
}
const loginOf = (id: string): RegistryLogin => ({ id, ...registryUser })
/** Returns a login finder, and records the registries for which it is called. */
function finder(login: RegistryLogin | null) {
  const asked: string[] = []
  const find: FindLogin = async (host) => {
    asked.push(host)
    return login
  }
  return { asked, find }
}

it('G134 an image that was pulled with a login is available to its owner only; others prove their own access', async () => {
  const store = await storeWith()
  const own = finder(loginOf('a'))
  const said: string[] = []
  const { digest, rootfs } = await store.resolve(name, (sentence) => said.push(sentence), 'acme', own.find)
  expect(own.asked).toEqual([registry.host])
  expect(await readFile(path.join(rootfs, 'marker'), 'utf8')).toBe('private')
  expect((await store.resolve(name, undefined, 'acme', own.find)).digest).toBe(digest)
  // Neither the name, nor its digest, nor another login gives other owners access.
  const pinned = `${name.replace(/:1$/, '')}@${registryDigest()}`
  const wrong = finder({ ...loginOf('b'), secret: 'guessed' })
  for (const other of [name, pinned])
    for (const { find } of [finder(null), wrong])
      await expect(store.resolve(other, undefined, 'rival', find)).rejects.toMatchObject({ code: 'image_unavailable' })
  await expect(store.resolve(name)).rejects.toThrow('keeps it private')
  await expect(store.resolve(name, undefined, 'acme', finder(null).find)).rejects.toThrow('hm registry set')
  // The registry accepts another owner's login, so nothing is pulled again.
  const before = said.length
  const proved = await store.resolve(name, (sentence) => said.push(sentence), 'rival', finder(loginOf('c')).find)
  expect([proved.digest, said.length]).toEqual([digest, before])
})

/** Returns the registry's digest of the image, which is not secret. */
function registryDigest(): string {
  const { username, secret } = registryUser
  const asked = ['inspect', '--raw', '--tls-verify=false', '--creds', `${username}:${secret}`, `docker://${name}`]
  return `sha256:${createHash('sha256').update(execFileSync('skopeo', asked)).digest('hex')}`
}

it('a login that the registry no longer accepts ends the use of a tag, and is not sent to other registries', async () => {
  const store = await storeWith()
  const { find } = finder(loginOf('a'))
  await store.resolve(name, undefined, 'acme', find)
  const asked = finder({ ...loginOf('a'), secret: 'changed' })
  const elsewhere = `127.0.0.1:9/team/tool:1`
  await expect(store.resolve(elsewhere, undefined, 'acme', asked.find)).rejects.toThrow('refuses connections')
  expect(asked.asked).toEqual(['127.0.0.1:9'])
  const changed = finder({ ...loginOf('d'), secret: 'changed' })
  await expect(store.resolve(name, undefined, 'acme', changed.find)).rejects.toMatchObject({
    code: 'image_unavailable',
  })
})

it('G134 a login is in no directory and no command line while an image is pulled', async () => {
  const tools = path.join(home, 'tools')
  const said = path.join(home, 'said')
  await mkdir(tools)
  // Records what other users can see of each skopeo process, and the target of its authentication
  // file.
  const spy = `#!/bin/sh
( echo "$*"; while [ "$1" != --authfile ]; do shift; done; readlink "$2" ) >> ${said}
PATH="\${PATH#*:}" exec skopeo "$@"
`
  await writeFile(path.join(tools, 'skopeo'), spy, { mode: 0o755 })
  const store = await storeWith()
  const { PATH = '' } = process.env
  process.env.PATH = `${tools}:${PATH}`
  try {
    await store.resolve(name, undefined, 'acme', finder(loginOf('a')).find)
  } finally {
    process.env.PATH = PATH
  }
  const lines = (await readFile(said, 'utf8')).trimEnd().split('\n')
  const encoded = Buffer.from(`${registryUser.username}:${registryUser.secret}`).toString('base64')
  for (const text of [registryUser.secret, encoded]) expect(lines.join('\n')).not.toContain(text)
  const [inspect, first, copy, second] = lines
  expect([inspect, copy]).toEqual([expect.stringContaining('inspect'), expect.stringContaining('copy')])
  for (const file of [first, second]) expect(file).toMatch(/^\/dev\/shm\/#\d+ \(deleted\)$/)
})
