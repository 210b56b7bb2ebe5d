import { expect, test } from 'vitest'
import { type StartFacts, startSteps } from './steps.ts'

const begins: StartFacts = {
  ...{
    origin: 'https://ci.acme.test',
    org: 'acme',
    organizations: 1,
    install: null,
    docsUrl: 'https://ci.acme.test/docs',
  },
  ...{ hasCliSession: false, hasPipeline: false, hasBuild: false, hasRepository: false },
}
const done = (facts: Partial<StartFacts>) =>
  startSteps({ ...begins, ...facts }).flatMap(({ id, isDone }) => (isDone ? [id] : []))
const commands = (facts: Partial<StartFacts>) =>
  startSteps({ ...begins, ...facts }).flatMap((step) => step.commands.map(({ text }) => text))

test('web F3 the list ticks its steps from facts of the server', () => {
  expect(done({})).toEqual([])
  expect(done({ hasCliSession: true })).toEqual(['install', 'login'])
  expect(done({ hasRepository: true })).toEqual(['connect'])
  expect(done({ hasPipeline: true })).toEqual(['install', 'init', 'run'])
  expect(done({ hasCliSession: true, hasPipeline: true, hasBuild: true, hasRepository: true })).toHaveLength(6)
})

test('web F3 web F4 commands name this server and organization, without prompt or newline', () => {
  expect(commands({})).toEqual([
    'hm config set cloud.api_url https://ci.acme.test',
    'hm login',
    'hm init',
    'hm run',
    'hm run --cloud',
  ])
  expect(commands({ origin: 'http://localhost:4000' })[0]).toBe('hm login')
  expect(commands({ organizations: 2 })).toContain('hm org switch acme')
  expect(commands({ install: 'curl -fsSL https://x.test | sh' })[0]).toBe('curl -fsSL https://x.test | sh')
  for (const text of commands({ organizations: 2 })) expect(text).not.toMatch(/^[$#>]|\n/)
})
