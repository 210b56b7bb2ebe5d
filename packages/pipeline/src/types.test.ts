/**
 * Wrong pipelines that an editor marks. `tsc` checks that each line below an `@ts-expect-error` is
 * an error; the test checks that it throws.
 */
import { expect, it } from 'vitest'
import {
  aptBase,
  compose,
  filesFrom,
  forever,
  group,
  matrix,
  type PipelineDefinition,
  pipeline,
  pullRequest,
  push,
  retry,
  schedule,
  sh,
  target,
  timeout,
  ttl,
  wait,
  when,
} from './index.ts'

const step = sh('make')

it.each<[string, () => unknown]>([
  // @ts-expect-error
  ['a command that is no text', () => sh(1)],
  // @ts-expect-error
  ['an option that nobody knows', () => sh('x', { labl: 'y' })],
  // @ts-expect-error
  ['a duration without a unit', () => sh('x', { timeout: '90' })],
  // @ts-expect-error
  ['units in the wrong order', () => ttl('30m1h')],
  // @ts-expect-error
  ['an environment of lists', () => sh('x', { env: { A: ['b'] } })],
  // @ts-expect-error
  ['a policy that is a word', () => sh('x', { cache: 'forever' })],
  // @ts-expect-error
  ['a policy that was not called', () => sh('x', { cache: forever })],
  // @ts-expect-error
  ['no policy to compose', () => compose('ttl')],
  // @ts-expect-error
  ['a dependency by name', () => sh('x', { dependsOn: 'build' })],
  // @ts-expect-error
  ['a wait as a dependency', () => sh('x', { dependsOn: wait() })],
  // @ts-expect-error
  ['appended steps as a leaf', () => pipeline([sh('x', { append: {} }).appended()])],
  // @ts-expect-error
  ['to append true', () => sh('x', { append: true })],
  // @ts-expect-error
  ['tokens without audiences', () => sh('x', { idTokens: ['A'] })],
  // @ts-expect-error
  ['one host that is no list', () => sh('x', { egress: 'a.example' })],
  // @ts-expect-error
  ['a runner that nobody knows', () => sh('x', { runner: 'podman' })],
  // @ts-expect-error
  ['a retry without a limit', () => sh('x', { retry: { delay: '1m' } })],
  // @ts-expect-error
  ['a reason that nobody gives', () => retry(1, { reasons: ['bad_luck'] })],
  // @ts-expect-error
  ['files of no step', () => filesFrom('build', 'dist')],
  // @ts-expect-error
  ['an artifact of a kind that nobody knows', () => sh('x', { artifacts: [{ path: 'a', kind: 'html' }] })],
  // @ts-expect-error
  ['a service without an image', () => sh('x', { services: [{ name: 'db' }] })],
  // @ts-expect-error
  ['a group without a name', () => sh('x', { concurrency: { limit: 2 } })],
  // @ts-expect-error
  ['a condition that nobody knows', () => when({ brunch: 'main' })],
  // @ts-expect-error
  ['an event that nobody knows', () => when({ event: 'merge' })],
  // @ts-expect-error
  ['a timeout of a wait', () => timeout('1m', wait())],
  // @ts-expect-error
  ['a leaf that is text', () => pipeline(['make'])],
  // @ts-expect-error
  ['a leaf that was not called', () => pipeline([() => step])],
  // @ts-expect-error
  ['a group of words', () => group(['make'])],
  // @ts-expect-error
  ['an option of a pipeline that nobody knows', () => pipeline([step], { timeut: 1 })],
  // @ts-expect-error
  ['a rule for full groups that nobody knows', () => pipeline([step], { concurrency: { group: 'a', whenFull: 'no' } })],
  // @ts-expect-error
  ['neither branch nor tag', () => push({})],
  // @ts-expect-error
  ['branch and tag', () => push({ branch: 'main', tag: 'v*' })],
  // @ts-expect-error
  ['a type of pull request that nobody knows', () => pullRequest({ types: ['merged'] })],
  // @ts-expect-error
  ['a schedule without a time', () => schedule({ timezone: 'UTC' })],
  // @ts-expect-error
  ['an axis without a list', () => matrix({ go: '1.24' })],
  // @ts-expect-error
  ['leaves that are none', () => matrix({ go: ['1.24'] }, () => 'make')],
  // @ts-expect-error
  ['an axis that nobody knows', () => matrix({ go: ['1.24'] }, () => step, { exclude: [{ rust: '1' }] })],
  // @ts-expect-error
  ['a target without a function', () => target('base', step)],
  // @ts-expect-error
  ['no packages', () => aptBase({ image: 'debian' })],
])('%s', (_, wrong) => {
  expect(wrong).toThrow(TypeError)
})

it('cells and targets have the types of their axes and functions', () => {
  matrix({ go: ['1.23', '1.24'], race: [true] }, (cell) => {
    const version: '1.23' | '1.24' = cell.go
    // @ts-expect-error: there is no such axis
    expect(cell.rust).toBeUndefined()
    return sh(`go ${version}`, { label: cell.name('go') })
  })
  const two: () => number = target('two', () => 2)
  expect(two()).toBe(2)
  const definition: PipelineDefinition = {
    slug: 'ci',
    triggers: [push({ branch: 'main' })],
    pipeline: pipeline([step]),
  }
  expect(definition.slug).toBe('ci')
})
