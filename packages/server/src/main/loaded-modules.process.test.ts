import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

/**
 * Imports the server's program, opens blobs in a directory, and prints the packages loaded by this.
 */
const program = `
import { mkdtempSync, rmSync } from 'node:fs'
import { registerHooks } from 'node:module'
const packages = new Set()
registerHooks({
  load(url, context, next) {
    packages.add(/.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1] ?? /\\/packages\\/(wire|server\\/src\\/(?:runners|notifications|builds\\/id-tokens)\\/\\w+)/.exec(url)?.[1])
    return next(url, context)
  },
})
await import(${JSON.stringify(new URL('serve.ts', import.meta.url).href)})
const { openBlobs } = await import(${JSON.stringify(new URL('../platform/blobs/open-blobs.ts', import.meta.url).href)})
const blobs = mkdtempSync('/tmp/harmont-blobs-')
await openBlobs({ blobPlace: null, blobEndpoint: null, blobRegion: null, blobPathStyle: null, blobDirect: 'on' }, { path: blobs, blobs })
rmSync(blobs, { recursive: true })
console.log([...packages].join(' '))`

test('a server does not load libraries of unused features at its start', () => {
  const args = ['--input-type=module', '--eval', program]
  const loaded = execFileSync(process.execPath, args, { encoding: 'utf8' }).trim().split(' ')
  expect(loaded).toContain('fastify')
  expect(loaded).toContain('server/src/runners/keys')
  const later =
    /^(wire|server\/src\/(runners\/(operations|tokens|routes|scale)|notifications\/routes|builds\/id-tokens\/routes)|prom-client|@opentelemetry\/.*|@octokit\/(core|auth-app)|openid-client|jose|markdown-it|csv-stringify|nodemailer|undici|badge-maker|anafanafo|@aws-sdk\/.*|@smithy\/.*)$/
  expect(loaded.filter((name) => later.test(name))).toEqual([])
})
