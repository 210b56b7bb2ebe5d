import { expect, test } from 'vitest'
import { createSealer } from '../../platform/encryption/seal.ts'
import { ir } from '../../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'
import { loginsOf } from './set-registry.ts'

const key = 'the-encryption-key-of-these-tests'
const it = testServer({ HARMONT_ENCRYPTION_KEY: key })
const registries = '/api/v0/organizations/default/registries'
const login = { username: 'bot', secret: 'a-token-that-nobody-may-see' }

const set = (host: string, body: object = login, token = ownerToken) =>
  it.request(token, 'PUT', `${registries}/${encodeURIComponent(host)}`, body)
const list = async (token = ownerToken) =>
  (await it.request<{ registries: readonly object[] }>(token, 'GET', registries)).body.registries

/** Returns the login for a build of the organization, by the engine's own call. */
async function given(host: string, sealedWith = key) {
  const path = `/api/v0/organizations/default/pipelines/${await it.newPipeline()}/builds`
  const body = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }) }
  const { id } = (await it.request<{ id: string }>(ownerToken, 'POST', path, body)).body
  return loginsOf({ pool: it.server.pool, sealer: createSealer(sealedWith) })(id, host)
}

test('G134 members see registries and users, admins set and delete logins, strangers see nothing', async () => {
  const { token } = await it.newMember('registry-member')
  const stranger = await it.newUser('registry-stranger')
  expect((await set('ghcr.io')).status).toBe(204)
  const shown = { host: 'ghcr.io', username: 'bot', forks: false, updated_at: expect.any(String) }
  expect(await list(token)).toEqual([shown])
  expect((await set('ghcr.io', login, token)).status).toBe(403)
  expect((await it.request(token, 'DELETE', `${registries}/ghcr.io`)).status).toBe(403)
  expect((await it.request(stranger.token, 'GET', registries)).status).toBe(404)
  expect((await set('ghcr.io', login, stranger.token)).status).toBe(404)
  expect((await it.request(ownerToken, 'DELETE', `${registries}/ghcr.io`)).status).toBe(204)
  const again = await it.request(ownerToken, 'DELETE', `${registries}/ghcr.io`)
  expect([again.status, codeOf(again)]).toEqual([404, 'registry_not_found'])
})

test('G134 a secret is stored encrypted, and is in no response and no audit event; a build of the organization gets it', async () => {
  await set('registry.example:5000')
  const { rows } = await it.server.pool.query<{ dump: string }>(
    `select (select json_agg(l)::text from registry_logins l) || (select json_agg(a)::text from audit_events a) as dump`,
  )
  expect(rows[0]?.dump).toContain('registry.created')
  for (const hidden of [login.secret, Buffer.from(login.secret).toString('hex')])
    expect(rows[0]?.dump).not.toContain(hidden)
  expect(JSON.stringify(await list())).not.toContain(login.secret)
  const first = await given('registry.example:5000')
  expect(first).toEqual({ id: expect.any(String), ...login, forks: false })
  expect(await given('registry.example')).toBeNull()
  expect(await given('registry.example:5000', 'another-key')).toBeNull()
  // A changed login has a new id, so access to images pulled with the old one must be proved again.
  await set('registry.example:5000', { ...login, forks: true })
  const second = await given('registry.example:5000')
  expect([second?.forks, second?.id === first?.id]).toEqual([true, false])
  await set('registry.example:5000')
  expect((await given('registry.example:5000'))?.forks).toBe(true)
  const foreign = await it.newUser('registry-owner')
  const path = `/api/v0/organizations/${foreign.organization}/registries/quay.io`
  expect((await it.request(foreign.token, 'PUT', path, login)).status).toBe(204)
  expect(await given('quay.io')).toBeNull()
})

test.for([
  ['a registry without a dot or port', 'ghcr', login],
  ['a path', 'ghcr.io/team', login],
  ['capitals', 'GHCR.io', login],
  ['a scheme', 'https://ghcr.io', login],
  ['a user with a colon', 'ghcr.io', { ...login, username: 'a:b' }],
  ['no user', 'ghcr.io', { ...login, username: '' }],
  ['no secret', 'ghcr.io', { ...login, secret: '' }],
  ['a secret with a byte 0', 'ghcr.io', { ...login, secret: 'x\0y' }],
  ['a secret over 16 KiB', 'ghcr.io', { ...login, secret: 'x'.repeat(16_385) }],
] as const)('%s is refused, and the answer does not repeat the secret', async ([, host, body]) => {
  const answer = await set(host, body)
  expect([answer.status, codeOf(answer)]).toEqual([422, 'request_invalid'])
  expect(JSON.stringify(answer.body)).not.toContain(login.secret)
})

test('an organization has at most 50', async () => {
  await it.server.pool.query('delete from registry_logins')
  const answers = await Promise.all(Array.from({ length: 53 }, (_, n) => set(`r${n}.example`)))
  expect(answers.filter(({ status }) => status === 204)).toHaveLength(50)
  const [first] = (await list()) as readonly { readonly host: string }[]
  expect((await set(first?.host ?? '')).status).toBe(204)
})
