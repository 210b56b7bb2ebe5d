import { expect, test } from 'vitest'
import { actorName, auditSentence } from './audit-sentence.ts'

const ada = { user_uuid: 'u1', name: 'Ada', email: 'ada@example.com' }
const say = (action: string, subject: string | null, details: Record<string, unknown> = {}) =>
  auditSentence({ action, subject, details, actor: ada })
    .map((part) => (typeof part === 'string' ? part : part.name))
    .join('')

test('web S1 an event is a sentence that names its subject, never an id', () => {
  expect(say('member.role_changed', 'u2', { email: 'bob@example.com', from: 'member', to: 'admin' })).toBe(
    'changed the role of bob@example.com from member to admin',
  )
  expect(say('member.removed', 'u2', { email: 'bob@example.com', from: 'admin' })).toBe(
    'removed bob@example.com (admin)',
  )
  expect(say('member.left', 'u1', { from: 'member', account_deleted: true })).toBe(
    'left the organization by deleting their account (member)',
  )
  expect(say('invite.created', 'i1', { email: 'cy@example.com', role: 'admin' })).toBe(
    'invited cy@example.com as admin',
  )
  expect(say('invite.accepted', 'u3', { email: 'cy@example.com', role: 'admin' })).toBe('joined by invitation as admin')
  expect(say('organization.changed', 'acme', { name: 'Acme', website: null, membersCanCreatePipelines: true })).toBe(
    'changed the organization acme: name Acme, website cleared, members can create pipelines on',
  )
  expect(say('pipeline.created', 'ci', { by: 'discovery', repository: 'acme/app' })).toBe(
    'created pipeline ci for repository acme/app',
  )
  expect(say('pipeline.updated', 'ci', { default_branch: 'trunk' })).toBe('changed pipeline ci: default branch trunk')
  expect(say('secret.deleted', 'TOKEN', { pipeline: 'ci' })).toBe('deleted secret TOKEN of pipeline ci')
  expect(say('registry.created', 'ghcr.io', { username: 'bot', forks: false })).toBe(
    'created the login of registry ghcr.io as bot',
  )
  expect(say('runner.login_read', '0123456789', { build: 'b1', registry: 'ghcr.io' })).toBe(
    'gave the login of registry ghcr.io to runner 01234567',
  )
  expect(say('build.approved', 'ci/12', { commit: 'abcdef0123456789' })).toBe('approved ci #12 at commit abcdef0')
  expect(say('test.quarantined', 'cart › rounds', { pipeline: 'ci', build: 12 })).toBe(
    'put test cart › rounds of pipeline ci into quarantine: proved flaky in build #12',
  )
  expect(say('test.released', 'cart › rounds', { pipeline: 'ci' })).toBe(
    'lifted the quarantine of test cart › rounds of pipeline ci',
  )
  expect(say('shell.ended', 'j1', { pipeline: 'ci', build: 12, seconds: 134 })).toBe(
    'left the shell in ci #12 after 2 m 14 s',
  )
  expect(say('runner_key.created', 'k1', { pool: 'gpu', labels: [], secrets: true })).toBe(
    'created a key for runners of the pool gpu',
  )
  expect(say('runner.joined', 'r1', { name: 'build-3', key: '0123456789' })).toBe(
    'let runner build-3 join with the key 01234567',
  )
  expect(say('runner.drained', 'r1', { name: 'build-3' })).toBe('drained runner build-3')
  expect(say('runner.secrets_read', '0123456789', { build: 'b1', secrets: ['A', 'B'] })).toBe(
    'gave the secrets A, B to runner 01234567',
  )
  const tokens = [{ audience: 'sts.amazonaws.com', jti: 'j1' }, { audience: 'vault' }]
  expect(say('id_token.issued', 'org:1:pipeline:2:upload', { pipeline: 'ci', build: 12, step: 'deploy', tokens })).toBe(
    'issued identity tokens for sts.amazonaws.com, vault to step deploy of ci #12 as org:1:pipeline:2:upload',
  )
  expect(say('coupon.redeemed', 'e1', { code: 'HELLO', amount_cents: 500 })).toBe('redeemed coupon HELLO for $5.00')
  expect(say('github_installation.connected', '42', { account: 'acme' })).toBe('connected GitHub account acme')
})

test('web S1 names link to their pages, and an id appears only if no name was recorded', () => {
  const facts = { subject: 'j1', details: { pipeline: 'ci', build: 3 }, actor: ada }
  const page = { kind: 'build', slug: 'ci', number: '3', job: 'j1' }
  expect(auditSentence({ action: 'shell.opened', ...facts })).toEqual(['opened a shell in ', { name: 'ci #3', page }])
  expect(say('github_installation.disconnected', '42')).toBe('disconnected GitHub account 42')
})

test('web X1 an unknown action keeps its own name, and unexpected details break nothing', () => {
  expect(say('moon.phase_changed', 'full')).toBe('moon: phase changed full')
  expect(say('pipeline.updated', null, { name: { nested: true } })).toBe('changed pipeline : name {"nested":true}')
  expect(say('build.approved', null)).toContain('approved')
  expect(say('constructor', null)).toBe('constructor')
})

test('web S1 the actor is a member, a deleted account or the server itself', () => {
  const nobody = { user_uuid: null, name: null, email: null }
  expect([ada, { ...ada, name: null }, nobody, null].map((actor) => actorName({ actor }))).toEqual([
    'Ada',
    'ada@example.com',
    'A deleted account',
    'Harmont',
  ])
})
