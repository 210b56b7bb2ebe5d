/** Every operation of the contract against every kind of caller; what each may is read from the contract. */
import { randomUUID } from 'node:crypto'
import { type Operation, operationTable } from '@harmont/contract'
import { beforeAll, describe, expect, test } from 'vitest'
import { codeOf, ownerToken, testServer } from '../testing/server.ts'
import { hashToken } from './hash-token.ts'

const it = testServer()
const guarded = [...operationTable.values()].filter(({ auth }) => ['bearer', 'member', 'admin', 'owner'].includes(auth))
const inOrganization = guarded.filter(({ auth, path }) => auth !== 'bearer' && path.includes('{org}'))
const tokens = { stranger: '', member: '', admin: '', expired: 'a-key-that-has-expired', revoked: '' }

beforeAll(async () => {
  tokens.stranger = (await it.newUser('stranger')).token
  for (const role of ['member', 'admin'] as const) {
    const { id, token } = await it.newUser(role)
    tokens[role] = token
    await it.server.pool.query(
      "insert into memberships (organization_id, user_id, role) select id, $1, $2 from organizations where slug = 'default'",
      [id, role],
    )
    if (role === 'member')
      await it.server.pool.query(
        "insert into api_keys (id, user_id, description, token_hash, expires_at) values ($1, $2, 'x', $3, now() - interval '1 second')",
        [randomUUID(), id, hashToken(tokens.expired)],
      )
  }
  const made = await it.request<{ token: string; api_token: { id: string } }>(
    ownerToken,
    'POST',
    '/api/v0/user/api-tokens',
    { description: 'to be revoked' },
  )
  tokens.revoked = made.body.token
  await it.request(ownerToken, 'DELETE', `/api/v0/user/api-tokens/${made.body.api_token.id}`)
})

/** Asks with a path that names the organization `default` and nothing else that exists, and no body. */
async function ask({ method, path }: Operation, token: string | null) {
  const target = path.replace('{org}', 'default').replaceAll(/\{\w+\}/g, 'absent')
  const answer = await it.request(token, method, target)
  return { status: answer.status, code: answer.status >= 400 ? codeOf(answer) : null }
}

describe.for(guarded.map((operation) => [operation.id, operation] as const))('G30 %s', ([, operation]) => {
  test('gives 401 without a credential, and with one that is unknown, expired or revoked', async () => {
    for (const token of [null, 'unknown-to-everybody', tokens.expired, tokens.revoked])
      expect(await ask(operation, token)).toEqual({ status: 401, code: 'unauthorized' })
  })
})

describe.for(inOrganization.map((operation) => [operation.id, operation] as const))('G30 %s', ([, operation]) => {
  test('G31 is not there for a stranger, and is refused to too low a role', async () => {
    expect(await ask(operation, tokens.stranger)).toEqual({ status: 404, code: 'organization_not_found' })
    const refused = { status: 403, code: 'insufficient_org_role' }
    const allowed = { member: operation.auth === 'member', admin: operation.auth !== 'owner' }
    for (const role of ['member', 'admin'] as const) {
      const answer = await ask(operation, tokens[role])
      if (allowed[role]) expect(answer).not.toEqual(refused)
      else expect(answer).toEqual(refused)
      expect(answer.code).not.toBe('organization_not_found')
    }
  })
})
