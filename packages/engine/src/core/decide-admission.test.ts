import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Scene, sceneFrom } from './build-fixture.test-support.ts'
import { buildGroupOf } from './build-group.ts'
import type { NewBuild } from './create-build.ts'
import { foldBuild } from './fold-build.ts'
import { plainPlan, randomBuild } from './random-plan.test-support.ts'

const facts = { pipeline: 'p', branch: null, tag: null, pullRequest: null, event: 'push', claimant: null }
const group = buildGroupOf({ group: 'g', limit: 1, whenFull: 'queue' }, facts)
const due = { type: 'group_due', key: group?.key }

function grouped(steps: Parameters<typeof plainPlan>[0], held = false, timeoutSeconds: number | null = 60): Scene {
  const plan = plainPlan(steps, timeoutSeconds)
  return sceneFrom({ kind: 'plan', plan, conditions: plan.steps.map(() => true), group }, held)
}
const taken = (scene: Scene, type: 'admit' | 'supersede' | 'approve' | 'cancel' | 'build_deadline') =>
  scene.play({ type, at: scene.at }).taken

test('a build of a group begins, and its time starts, when it gets its place', () => {
  const scene = grouped([{}, { dependsOn: [0] }])
  expect(scene.states()).toBe('pending pending')
  expect(scene.effects).toEqual([due])
  expect(scene.lease(0)).toBe(false)
  scene.at += 3_600_000
  expect(taken(scene, 'build_deadline')).toBe(false)
  expect(taken(scene, 'admit')).toBe(true)
  expect(scene.states()).toBe('scheduled pending')
  expect(scene.live.header).toMatchObject({ awaitsPlace: false, deadlineAt: scene.at + 60_000, state: 'scheduled' })
  expect(taken(scene, 'admit')).toBe(false)
  scene.run(0)
  scene.run(1)
  expect(scene.live.header.state).toBe('passed')
  expect(scene.effects.filter(({ type }) => type === 'group_due')).toEqual([due, due])
})

test('a held build takes no place before it is approved, and then waits for one', () => {
  const scene = grouped([{}], true)
  expect(scene.effects).toEqual([])
  expect(taken(scene, 'admit')).toBe(false)
  expect(taken(scene, 'approve')).toBe(true)
  expect(scene.effects).toEqual([due])
  expect(scene.states()).toBe('pending')
  expect(taken(scene, 'admit')).toBe(true)
  expect(scene.states()).toBe('scheduled')
})

test('a superseded build ends as canceled, states the reason, and ends only once', () => {
  const waits = grouped([{}])
  expect(taken(waits, 'supersede')).toBe(true)
  expect(waits.live.header).toMatchObject({ state: 'canceled', errorCode: 'superseded', finishedAt: waits.at })
  expect([taken(waits, 'supersede'), taken(waits, 'admit')]).toEqual([false, false])
  const runs = grouped([{}])
  taken(runs, 'admit')
  runs.lease(0)
  runs.start(0)
  expect(taken(runs, 'supersede')).toBe(true)
  expect(runs.live.header).toMatchObject({ state: 'canceling', errorCode: 'superseded', finishedAt: null })
  runs.end(0)
  expect(runs.live.header).toMatchObject({ state: 'canceled', errorCode: 'superseded' })
  expect(taken(grouped([{}]), 'cancel')).toBe(true)
})

test('a retry of an ended build waits for a place again; a retry within a running build keeps it', () => {
  const scene = grouped([{}, {}])
  taken(scene, 'admit')
  scene.run(0, 1)
  const { id } = scene.job(0)
  expect(scene.play({ type: 'retry', job: id, at: scene.at }).taken).toBe(true)
  expect(scene.live.header.awaitsPlace).toBe(false)
  expect(scene.states()).toBe('scheduled scheduled')
  scene.run(0, 1)
  scene.run(1)
  scene.at += 1000
  expect(scene.play({ type: 'retry', job: scene.job(0).id, at: scene.at }).taken).toBe(true)
  expect(scene.live.header).toMatchObject({ awaitsPlace: true, groupTurn: scene.at, deadlineAt: null })
  expect(scene.states()).toBe('pending passed')
  expect(taken(scene, 'admit')).toBe(true)
  expect(scene.states()).toBe('scheduled passed')
})

test('G10 once it has its place, a build behaves like one without a group', () => {
  fc.assert(
    fc.property(randomBuild(30), ({ plan, conditions, held }) => {
      const begin = (from: NewBuild['from']) => {
        const scene = sceneFrom(from, held)
        if (held) taken(scene, 'approve')
        taken(scene, 'admit')
        return scene
      }
      const [own, other] = [begin({ kind: 'plan', plan, conditions, group }), begin({ kind: 'plan', plan, conditions })]
      expect(own.states()).toBe(other.states())
      expect(own.live.unmet).toEqual(other.live.unmet)
      const { deadlineAt, state, finishedAt } = other.live.header
      expect(own.live.header).toMatchObject({ deadlineAt, state, finishedAt })
      expect(state).toBe(foldBuild(own.live.jobs, { ...own.live.header, render: null }))
    }),
  )
})
