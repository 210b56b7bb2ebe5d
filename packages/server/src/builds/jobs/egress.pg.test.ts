import type { components } from '@harmont/contract'
import { expect, test } from 'vitest'
import { insertMember } from '../../organizations/members/store.ts'
import { ir, playJob } from '../../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'

type Egress = components['schemas']['JobEgress']
const it = testServer()
const organizations = '/api/v0/organizations'

async function newBuild(organization = 'default', token = ownerToken) {
  const slug = await it.newPipeline()
  const path = `${organizations}/${organization}/pipelines/${slug}/builds`
  const steps = ir({ key: 'unit', cmd: 'true' })
  const made = await it.request<{ id: string }>(token, 'POST', path, {
    branch: 'main',
    commit: 'c',
    pipeline_ir: steps,
  })
  return { path: `${path}/1`, id: made.body.id }
}

test("G125 only members read a job's used and refused hosts", async () => {
  const { path } = await newBuild()
  const job = await playJob(it)
  const read = (token: string | null) => it.request<Egress>(token, 'GET', `${path}/jobs/${job.id}/egress`)
  expect((await read(ownerToken)).body).toEqual({ mode: null, used: [], refused: [], complete: true })
  await job.end({}, { egress: { isBound: true, isWhole: false, used: ['a.example:22'], refused: ['b.example'] } })
  const names = { mode: 'list', used: ['a.example:22'], refused: ['b.example'], complete: false }
  expect((await read(ownerToken)).body).toEqual(names)
  const stranger = await it.newUser('egress-stranger')
  expect([(await read(null)).status, codeOf(await read(stranger.token))]).toEqual([401, 'organization_not_found'])
})

test('G125 an egress limit applies to builds created after it, and only admins set it', async () => {
  const before = await newBuild()
  const change = (body: unknown, token = ownerToken) =>
    it.request<components['schemas']['Organization']>(token, 'PATCH', `${organizations}/default`, body)
  const hosts = ['Registry.npmjs.org:443', '*.example.com', 'github.com:22', '*.example.com']
  const short = ['registry.npmjs.org', '*.example.com', 'github.com:22']
  expect((await change({ egress_ceiling: hosts })).body.egress_ceiling).toEqual(short)
  const after = await newBuild()
  expect((await change({ name: 'Default' })).body.egress_ceiling).toEqual(short)
  const ceilingOf = async ({ id }: { readonly id: string }) =>
    (await it.server.engine.store.builds.load(id))?.context.egressCeiling
  expect([await ceilingOf(before), await ceilingOf(after)]).toEqual([undefined, short])
  for (const wrong of ['10.0.0.1', 'https://a.example', '*', 'localhost']) {
    const answer = await change({ egress_ceiling: [wrong] })
    expect([answer.status, codeOf(answer)]).toEqual([422, 'organization_invalid'])
  }
  const member = await it.newUser('egress-member')
  const { rows } = await it.server.pool.query("select id from organizations where slug = 'default'")
  await insertMember(it.server.pool, rows[0].id, member.id, 'member')
  expect(codeOf(await change({ egress_ceiling: null }, member.token))).toBe('insufficient_org_role')
  expect((await change({ egress_ceiling: null })).body.egress_ceiling).toBeNull()
  expect(await ceilingOf(await newBuild())).toBeUndefined()
})
