import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { describeSettings, printSettings } from './describe-settings.ts'
import { readSettings, SettingsError } from './read-settings.ts'
import { settingsTable } from './table.ts'

test('an empty environment results in settings that work on a laptop', () => {
  expect(readSettings({})).toMatchObject({
    port: 4000,
    host: '127.0.0.1',
    publicUrl: 'http://localhost:4000',
    dataDirectory: resolve('.harmont'),
    imageFallback: 'host',
    sandboxNetwork: ['egress', 'none'],
    runner: 'local',
  })
})

test.for([
  ['PORT', '70000', 'a whole number from 1 to 65535'],
  ['PORT', '4e3', 'a whole number'],
  ['HARMONT_RUNNER', 'maybe', '`local` or `off`'],
  ['HARMONT_PUBLIC_URL', 'ci.example.com', 'an http or https address'],
  ['HARMONT_PUBLIC_URL', 'https://ci.example.com/path', 'without a path'],
  ['HARMONT_DATABASE_URL', 'mysql://x', 'postgres://'],
  ['HARMONT_BLOB_URL', 's3://Bucket/', '`file:/absolute/path` or `s3://bucket/prefix`'],
  ['HARMONT_BLOB_URL', 'blobs', '`file:/absolute/path` or `s3://bucket/prefix`'],
  ['HARMONT_BLOB_ENDPOINT', 's3.example.com', 'an http or https address'],
  ['HARMONT_BOOTSTRAP_TOKEN', 'short', '20 or more visible ASCII'],
  ['HARMONT_SANDBOX_NETWORK', 'egress,all', '`egress` or `none` or `host`'],
  ['HARMONT_EGRESS_ALLOW', '10.0.0.0/33', 'a range'],
  ['HARMONT_EGRESS_ALLOW', 'host:99999', 'host:port'],
  ['HARMONT_PEER_ADDRESS', '0.0.0.0:4100', 'one address of this machine'],
  ['HARMONT_PEER_ADDRESS', '10.0.0.5', 'and a port'],
  ['HARMONT_PEER_ADDRESS', 'https://10.0.0.5:4100', 'and a port'],
  ['HARMONT_HOST_ALLOW', 'opt', 'an absolute path'],
  ['HARMONT_SNAPSHOT_DISK', '20', 'a size such as'],
  ['HARMONT_LOG_RETENTION_DAYS', '0', 'a whole number from 1 to 36500, or `forever`'],
  ['HARMONT_SOURCE_RETENTION_DAYS', '30d', 'or `forever`'],
  ['HARMONT_IMAGE_FALLBACK', 'yes', '`host` or `host-any` or `none`'],
] as const)('%s=%s stops the start with a message that names it', ([variable, value, expected]) => {
  const read = () => readSettings({ [variable]: value })
  expect(read).toThrow(SettingsError)
  expect(read).toThrow(variable)
  expect(read).toThrow(expected)
})

test('all invalid variables are named at once, and a secret value is not repeated', () => {
  const read = () => readSettings({ PORT: 'x', HARMONT_BOOTSTRAP_TOKEN: 'tell-nobody' })
  expect(read).toThrow(/PORT.*\n.*HARMONT_BOOTSTRAP_TOKEN/)
  expect(read).not.toThrow(/tell-nobody/)
})

test('a public server does not fall back to the host image by default', () => {
  expect(readSettings({ HARMONT_PUBLIC_URL: 'https://ci.example.com' }).imageFallback).toBe('none')
  expect(readSettings({ HARMONT_PUBLIC_URL: 'http://127.0.0.1:80' }).imageFallback).toBe('host')
  expect(readSettings({ HARMONT_IMAGE_FALLBACK: 'none' }).imageFallback).toBe('none')
})

test('retention can be unlimited', () => {
  const settings = readSettings({ HARMONT_LOG_RETENTION_DAYS: 'forever', HARMONT_SOURCE_RETENTION_DAYS: '7' })
  expect(settings).toMatchObject({ logRetentionDays: 'forever', sourceRetentionDays: 7, abandonAfterHours: 72 })
})

test('a misspelt variable is reported', () => {
  expect(readSettings({ HARMONT_DATA_DIRECTORY: '/x', HARMONT_RUNNER: 'off' }).unknown).toEqual([
    'HARMONT_DATA_DIRECTORY',
  ])
})

test('the description has every setting with its source and never a secret', () => {
  const described = describeSettings({ PORT: '5000', HARMONT_BOOTSTRAP_TOKEN: 'a-secret-of-twenty-or-more' })
  expect(described).toHaveLength(Object.keys(settingsTable).length)
  expect(described[0]).toMatchObject({ variable: 'PORT', value: '5000', source: 'environment' })
  expect(described.find((it) => it.variable === 'HARMONT_PUBLIC_URL')?.value).toBe('http://localhost:5000')
  expect(printSettings(described)).not.toContain('a-secret')
})

test('every value in the description can be parsed again', () => {
  const given = {
    HARMONT_RATE_LIMITS: 'builds=600/1m,reads=5/30s,invites_organization=7/2d',
    HARMONT_SNAPSHOT_DISK: '1536MiB',
    HARMONT_EGRESS_ALLOW: '10.0.0.0/8,host:80',
    HARMONT_LOG_RETENTION_DAYS: 'forever',
    HARMONT_BLOB_URL: 's3://bucket.example/a/b',
  }
  for (const environment of [{}, given, { HARMONT_BLOB_URL: 'file:/srv/blobs' }]) {
    const settings = readSettings(environment)
    const shown = describeSettings(environment).map(({ variable, value }) => [variable, value] as const)
    const again = readSettings(Object.fromEntries(shown.filter(([, value]) => !/^\((none|set)\)$/.test(value))))
    expect(again).toEqual({ ...settings, publicUrlGiven: settings.publicUrl, imageFallbackGiven: 'host' })
    for (const [variable, text] of Object.entries(environment)) expect(shown).toContainEqual([variable, text])
  }
})
