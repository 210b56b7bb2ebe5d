import type { components } from '@harmont/contract'
import type { StepOutput } from '@harmont/engine'
import { expect, test } from 'vitest'
import { ir, playJob } from '../../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'

type AnnotationList = components['schemas']['AnnotationList']
const it = testServer()

async function newBuild(...keys: readonly string[]): Promise<string> {
  const slug = await it.newPipeline()
  const path = `/api/v0/organizations/default/pipelines/${slug}/builds`
  const steps = keys.map((key) => ({ key, cmd: 'true', retry: { limit: 1 } }))
  await it.request(ownerToken, 'POST', path, { branch: 'main', commit: 'c', pipeline_ir: ir(...steps) })
  return `${path}/1`
}

const list = async (build: string) => (await it.request<AnnotationList>(ownerToken, 'GET', `${build}/annotations`)).body
const counts = async (build: string) => {
  const { body } = await it.request<components['schemas']['BuildView']>(ownerToken, 'GET', `${build}/view`)
  return body.jobs.map(({ annotations }) => annotations)
}

test('G66 a build lists the annotations of its newest attempts, as text and as elements without HTML', async () => {
  const build = await newBuild('unit')
  expect([await list(build), await counts(build)]).toEqual([{ data: [] }, [0]])
  const annotations: StepOutput['annotations'] = [
    { name: 'summary', style: 'summary', markdown: '# All *good*\n\n<script>alert(1)</script>' },
    { name: 'perf', style: 'warning', markdown: '[p95](javascript:alert(1)) [graph](https://ci.example/p)' },
  ]
  const first = await playJob(it)
  await first.end({ exitCode: 1 }, { annotations: [{ name: 'old', style: 'info', markdown: 'old' }] })
  const second = await playJob(it)
  // The failed attempt is no longer the step's newest.
  expect([await list(build), await counts(build)]).toEqual([{ data: [] }, [0]])
  await second.end({ exitCode: 0 }, { annotations })
  const { data } = await list(build)
  expect(data.map(({ job_id, name, style, markdown }) => [job_id, name, style, markdown])).toEqual(
    annotations.map(({ name, style, markdown }) => [second.id, name, style, markdown]),
  )
  expect(data[0]?.tree.map(({ depth, tag, text }) => [depth, tag, text])).toEqual([
    [0, 'h1', null],
    [1, 'text', 'All '],
    [1, 'em', null],
    [2, 'text', 'good'],
    [0, 'p', null],
    [1, 'text', '<script>alert(1)</script>'],
  ])
  expect(data[1]?.tree.map(({ tag, text, href }) => [tag, text ?? href])).toEqual([
    ['p', null],
    ['text', '[p95](javascript:alert(1)) '],
    ['a', 'https://ci.example/p'],
    ['text', 'graph'],
  ])
  expect(await counts(build)).toEqual([2])
})

test('nobody outside the organization reads annotations', async () => {
  const build = await newBuild('unit')
  const stranger = await it.newUser('annotations-stranger')
  expect((await it.request(null, 'GET', `${build}/annotations`)).status).toBe(401)
  const answer = await it.request(stranger.token, 'GET', `${build}/annotations`)
  expect([answer.status, codeOf(answer)]).toEqual([404, 'organization_not_found'])
  await (await playJob(it)).end()
})
