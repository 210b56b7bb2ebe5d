import { expect, test } from 'vitest'
import { codeOf, ownerToken, testServer } from '../testing/server.ts'

const it = testServer()
const path = '/api/v0/organizations'

interface Page {
  readonly data: { readonly slug: string }[]
  readonly next_cursor: string | null
}

test('nobody without a credential lists, makes or reads organizations', async () => {
  for (const [method, target] of [
    ['GET', path],
    ['POST', path],
    ['GET', `${path}/default`],
  ] as const)
    expect((await it.request(null, method, target)).status).toBe(401)
})

test('G31 a foreign and an absent organization give the same 404', async () => {
  const stranger = await it.newUser('outsider')
  const tell = async (slug: string) => {
    const { status, body } = await it.request(stranger.token, 'GET', `${path}/${slug}`)
    const { request_id, ...error } = body.error as Record<string, unknown>
    return [status, error]
  }
  const foreign = await tell('default')
  expect(foreign).toMatchObject([404, { code: 'organization_not_found' }])
  expect(await tell('absent')).toEqual(foreign)
  expect(await tell('%20%00')).toEqual(foreign)
})

test('the bootstrap user owns `default`, which is their personal organization', async () => {
  expect((await it.request(ownerToken, 'GET', '/api/v0/user')).body).toMatchObject({
    email: 'admin@localhost',
    personal_org_slug: 'default',
  })
  expect((await it.request(ownerToken, 'GET', `${path}/default`)).body).toMatchObject({ slug: 'default', url: null })
})

test('slugs come from names; taken and reserved ones get a number, also at the same time', async () => {
  const make = (name: string) => it.request<{ slug: string }>(ownerToken, 'POST', path, { name })
  const made = await Promise.all(Array.from({ length: 5 }, () => make('Zoë & Co.')))
  expect(made.map(({ body }) => body.slug).sort()).toEqual(['zoe-co', 'zoe-co-2', 'zoe-co-3', 'zoe-co-4', 'zoe-co-5'])
  expect((await make('Settings')).body.slug).toBe('settings-2')
})

test.for([
  ['a blank name', { name: ' ' }],
  ['a name without a letter for the URL', { name: '日本' }],
  ['a long name', { name: 'x'.repeat(256) }],
  ['a url of another kind', { name: 'x', url: 'javascript:alert(1)' }],
  ['no name', {}],
  ['a number as name', { name: 5 }],
] as const)('%s is refused', async ([, body]) => {
  const answer = await it.request(ownerToken, 'POST', path, body)
  expect([answer.status, codeOf(answer)]).toEqual([422, 'organization_invalid'])
})

test('pages hold every organization once, oldest first, and a cursor of another list is refused', async () => {
  const { token } = await it.newUser('pager')
  for (let n = 0; n < 6; n += 1) await it.request(token, 'POST', path, { name: `page ${n}` })
  const seen: string[] = []
  let cursor = ''
  for (;;) {
    const { body } = await it.request<Page>(token, 'GET', `${path}?limit=2&cursor=${cursor}`)
    seen.push(...body.data.map(({ slug }) => slug))
    if (body.next_cursor === null) break
    cursor = body.next_cursor
  }
  expect(seen).toEqual(['pager', 'page-0', 'page-1', 'page-2', 'page-3', 'page-4', 'page-5'])
  const { body } = await it.request<Page>(token, 'GET', `${path}?limit=1`)
  const foreign = await it.request(ownerToken, 'GET', `${path}?cursor=${body.next_cursor}`)
  expect([foreign.status, codeOf(foreign)]).toEqual([400, 'invalid_cursor'])
  const other = await it.request(token, 'GET', `${path}/pager/pipelines?cursor=${body.next_cursor}`)
  expect(codeOf(other)).toBe('invalid_cursor')
})
