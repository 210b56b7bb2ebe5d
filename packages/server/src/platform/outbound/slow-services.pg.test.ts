/**
 * Services that hang, stop in the middle of a response, or send it drop by drop. Callers get an
 * error in time, hold no resources meanwhile, and succeed the next time.
 */
import { randomUUID } from 'node:crypto'
import { startBitbucket } from '@harmont/outside/bitbucket'
import { startGoogle } from '@harmont/outside/google'
import { letGo } from '@harmont/outside/misbehaviour'
import { startStripe } from '@harmont/outside/stripe'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { payers } from '../../billing/payments/payer.test-support.ts'
import { refundCheckout } from '../../billing/payments/refund-checkout.ts'
import { openStripe } from '../../billing/payments/stripe.ts'
import { openBitbucket, withWorkspace } from '../../forges/bitbucket/app.ts'
import { listWorkspaceRepositories } from '../../forges/bitbucket/repository-api.ts'
import { codeOf, type TestServer, testServer } from '../../testing/server.ts'
import { createSealer } from '../encryption/seal.ts'
import { readSettings } from '../settings/read-settings.ts'
import { ForgeUnavailable } from './forge-errors.ts'

const encryptionKey = 'the-encryption-key-of-these-tests'
const publicUrl = 'http://localhost:4000'
const callback = `${publicUrl}/auth/google/callback`
const serverCallback = `${publicUrl}/api/v0/auth/google/callback`
const [stripe, bitbucket, google] = await Promise.all([
  startStripe(),
  startBitbucket(),
  startGoogle({ redirectUris: [callback, serverCallback] }),
])
afterAll(async () => {
  letGo()
  await Promise.all([stripe.stop(), bitbucket.stop(), google.stop()])
})

const environment: Readonly<Record<string, string>> = {
  ...stripe.environment,
  ...bitbucket.environment,
  ...google.environment,
  HARMONT_PUBLIC_URL: publicUrl,
  HARMONT_ENCRYPTION_KEY: encryptionKey,
}

const slow = ['hang', 'stall', 'drip'] as const

function account(settings: Readonly<Record<string, string>>) {
  const found = openStripe(readSettings(settings))
  if (found === null) throw new Error('Stripe is not set up')
  return found
}

/** Returns a member who is about to connect a workspace with one repository. */
async function newMember(it: TestServer) {
  const name = `team-${randomUUID().slice(0, 8)}`
  const { organization, token } = await it.newUser(name)
  const person = bitbucket.addUser(name)
  const workspace = bitbucket.addWorkspace(name, [person])
  const repository = bitbucket.addRepository(workspace, 'core')
  const base = `/api/v0/organizations/${organization}/bitbucket`
  const connect = async () => {
    const { url } = (await it.request<{ url: string }>(token, 'GET', `${base}/oauth-url`)).body
    return it.request(token, 'POST', '/api/v0/integrations/bitbucket/connect', bitbucket.agree(url, person))
  }
  const path = `${base}/workspaces/${name}/repos`
  const repositories = async () => (await it.request<{ repos?: unknown[] }>(token, 'GET', path)).body.repos?.length
  return { workspace, repository, connect, repositories }
}

/** Returns a function that lists a workspace's repositories like another process. */
function lister(it: TestServer, settings: Readonly<Record<string, string>>) {
  const app = openBitbucket(readSettings(settings), it.server.pool, createSealer(encryptionKey))
  if (app === null) throw new Error('Bitbucket is not set up')
  return (uuid: string) => withWorkspace(app, uuid, (api) => listWorkspaceRepositories(api, uuid))
}

/** Expires all tokens, after background tasks that could refresh one have ended. */
async function expire({ server: { pool } }: TestServer): Promise<void> {
  const busy = "select from graphile_worker.jobs where task_identifier in ('bitbucket_sync', 'discover')"
  await until(async () => (await pool.query(busy)).rowCount === 0)
  await pool.query("update bitbucket_grants set expires_at = now() - interval '1 s'")
}

// The services are independent, so their tests run concurrently.
describe.concurrent('within the time of one call', () => {
  const settings = { ...environment, HARMONT_OUTSIDE_TIMEOUT_SECONDS: '2' }
  const it = testServer(settings)
  const { newPayer, checkout, pay, balanceOf } = payers(it, stripe)

  test('Stripe: a slow checkout or refund fails, and works the next time', async () => {
    for (const how of slow) {
      const payer = await newPayer()
      // Only a call without any response is retried.
      const times = how === 'hang' ? 2 : 1
      stripe.misbehave({ on: /customers/, how, times })
      const answer = await checkout(payer, 500)
      expect([how, answer.status, codeOf(answer)]).toEqual([how, 502, 'billing_provider_error'])
      const session = await pay(payer, 500)
      const refund = () => refundCheckout(it.server.pool, account(settings), session.id)
      stripe.misbehave({ on: /refunds/, how, times })
      await expect(refund(), how).rejects.toThrow()
      expect([how, await balanceOf(payer)]).toEqual([how, 500])
      expect([how, await refund()]).toEqual([how, { kind: 'refunded', amountCents: 500, balanceCents: 0 }])
    }
    expect(stripe.refused).toEqual([])
  })

  test('Bitbucket: a slow connection or token refresh fails and can be repeated; a background sync is retried', async () => {
    for (const how of slow) {
      await connectSlowly(how)
      await refreshSlowly(how)
    }
    expect(bitbucket.violations).toEqual([])
  })

  async function connectSlowly(how: (typeof slow)[number]) {
    const member = await newMember(it)
    for (const on of [/access_token/, /permissions/]) {
      bitbucket.misbehave({ on, how })
      const answer = await member.connect()
      expect([how, answer.status, codeOf(answer)]).toEqual([how, 502, 'bitbucket_connect_failed'])
    }
    bitbucket.misbehave({ on: /GET \/2.0\/repositories/, how })
    expect((await member.connect()).status).toBe(201)
    await until(member.repositories, (count) => count === 1)
    await until(() => member.repository.hooks.length === 1)
  }

  async function refreshSlowly(how: (typeof slow)[number]) {
    const { workspace, connect, repositories } = await newMember(it)
    await connect()
    await until(repositories, (count) => count === 1)
    const listRepositories = lister(it, settings)
    await expire(it)
    bitbucket.misbehave({ on: /access_token/, how })
    await expect(listRepositories(workspace.uuid), how).rejects.toBeInstanceOf(ForgeUnavailable)
    expect(await listRepositories(workspace.uuid)).toHaveLength(1)
  }

  const start = async () =>
    (await it.request(null, 'GET', '/api/v0/auth/google/start?redirect=/')).headers.get('location')
  const signIn = async (sub: string) => {
    const url = new URL(`${google.url}/auth`)
    const clientId = environment.HARMONT_GOOGLE_CLIENT_ID ?? ''
    const asked = { client_id: clientId, redirect_uri: callback, response_type: 'code', scope: 'openid email profile' }
    for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value)
    const code = (await google.authorize(url.href, sub)).searchParams.get('code')
    return it.request(null, 'POST', '/api/v0/auth/google', { code, redirect_uri: callback })
  }

  test('Google: any slow response fails the sign-in, which works the next time', async () => {
    for (const how of slow) {
      google.misbehave({ on: /well-known/, how })
      expect(await start()).toBe(`${publicUrl}/login?error=oauth_provider_error`)
    }
    expect(await start()).toContain(`${google.url}/auth?`)
    const sub = randomUUID()
    google.addAccount({ sub, email: `${sub}@example.com`, email_verified: true, name: 'P' })
    // The provider's keys are fetched until a fetch succeeds.
    for (const on of [/token/, /jwks/])
      for (const how of slow) {
        google.misbehave({ on, how })
        const answer = await signIn(sub)
        expect([on, how, answer.status]).toEqual([on, how, 502])
        expect(codeOf(answer)).toBe('oauth_provider_error')
      }
    expect((await signIn(sub)).status).toBe(200)
  })
})

describe('while they do not respond', () => {
  const settings = { ...environment, HARMONT_OUTSIDE_TIMEOUT_SECONDS: '120' }
  const it = testServer(settings)
  const { newPayer, checkout, pay, balanceOf } = payers(it, stripe)
  // More than the number of connections to the database.
  const many = 30
  beforeAll(() => expect(it.server.pool.options.max).toBeLessThan(many))
  afterAll(letGo)

  test('payments hold no row and no connection to the database', async () => {
    const payer = await newPayer()
    stripe.misbehave({ on: /customers/, how: 'hang', times: many })
    const before = stripe.requests.length
    const answers = Promise.all(Array.from({ length: many }, () => checkout(payer, 500)))
    await expect.poll(() => stripe.requests.length - before).toBe(many)
    await it.server.pool.query('select from organizations, checkouts for update nowait')
    expect(await balanceOf(payer)).toBe(0)
    letGo()
    const statuses = (await answers).map(({ status }) => status)
    // Each call is retried once.
    expect(statuses).toEqual(Array(many).fill(200))
  })

  test('refunds hold no row and no connection to the database', async () => {
    const payer = await newPayer()
    const session = await pay(payer, 500)
    stripe.misbehave({ on: /refunds/, how: 'hang', times: many })
    const before = stripe.requests.length
    const refund = () => refundCheckout(it.server.pool, account(settings), session.id)
    const outcomes = Promise.all(Array.from({ length: many }, refund))
    await expect.poll(() => stripe.requests.length - before).toBe(many)
    await it.server.pool.query('select from checkouts, checkout_refunds, billing_accounts for update nowait')
    letGo()
    const kinds = (await outcomes).map(({ kind }) => kind)
    expect(kinds.toSorted()).toEqual(['refunded', ...Array(many - 1).fill('refunded_before')])
  })

  test('a Bitbucket token refresh holds no row and no connection, and happens once', async () => {
    const { workspace, connect, repositories } = await newMember(it)
    await connect()
    await expect.poll(repositories).toBe(1)
    const [listRepositories, listElsewhere] = [lister(it, settings), lister(it, settings)]
    await expire(it)
    // One request for each of two processes: the second process sends its request when the first
    // has failed.
    bitbucket.misbehave({ on: /access_token/, how: 'hang', times: 2 })
    const asked = () => bitbucket.requests.filter((line) => line.includes('access_token')).length
    const before = asked()
    const lists = Promise.allSettled([
      ...Array.from({ length: many }, () => listRepositories(workspace.uuid)),
      listElsewhere(workspace.uuid),
    ])
    await expect.poll(() => asked() - before).toBe(1)
    const { pool } = it.server
    await pool.query('select from bitbucket_grants, bitbucket_workspaces for update nowait')
    // Waits until all calls have read the token and wait for the same refresh. The server keeps two
    // connections.
    await expect.poll(() => pool.totalCount - pool.idleCount + pool.waitingCount).toBeLessThanOrEqual(2)
    letGo()
    await expect.poll(() => asked() - before).toBe(2)
    letGo()
    expect(new Set((await lists).map(({ status }) => status))).toEqual(new Set(['rejected']))
    expect(await listRepositories(workspace.uuid)).toHaveLength(1)
    expect(asked() - before).toBe(3)
  })
})
