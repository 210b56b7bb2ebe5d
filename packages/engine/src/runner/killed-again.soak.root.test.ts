import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chance, scaled, seed } from '@harmont/test-kit/effort'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeOutsideEngine, type OutsideEngine } from './outside-engine.test-support.ts'
import { logOf, openImages, settled, step, submit } from './runner.test-support.ts'

let engine: OutsideEngine
beforeEach(async () => {
  await openImages().resolve('host')
  engine = await makeOutsideEngine()
})
afterEach(() => engine.remove())

test('G02 an engine that is killed repeatedly, at any moment, still brings a build to its correct end', async () => {
  const token = 'tok-7Hq2vLx9Zr4mWc8d'
  await writeFile(join(engine.directory, 'secrets.json'), JSON.stringify({ token: { value: token, id: 'org/token' } }))
  const id = await submit(engine.bench, [
    step(`echo a > /a; echo $T > ~/t; printf "\${T%????}"; sleep 0.2; echo "\${T#????????????????}"`, {
      secrets: { T: 'token' },
    }),
    step('cat /a; echo b > /b; cat ~/t; sleep 0.2', { buildsIn: 0 }),
    step('cat /a /b; sleep 0.2; env | grep ^T=; cat /run/secrets/T', { buildsIn: 1, secrets: { T: 'token' } }),
    step('exit 3', { softFail: true, dependsOn: [0] }),
    step('sleep 0.3; cat /a /b', { buildsIn: 1 }),
  ])
  const random = chance()
  for (let round = 0; round < scaled(4, 40); round++) {
    await engine.start()
    // The kill may happen at any moment.
    await sleep(random.between(0, 300))
    await engine.kill()
  }
  await engine.start()
  const { state, jobs } = await settled(engine.bench, id)
  const logs = await Promise.all((await engine.bench.store.builds.jobs(id)).map((job) => logOf(engine.bench, job)))
  expect(logs.join('\n')).not.toContain(token.slice(0, 8))
  expect(state, `seed ${seed}: ${jobs.map((job) => `${job.errorCode} ${job.errorMessage}`).join('; ')}`).toBe('passed')
  expect(jobs.map((job) => [job.state, job.exitCode])).toEqual([
    ['passed', 0],
    ['passed', 0],
    ['passed', 0],
    ['failed', 3],
    ['passed', 0],
  ])
  expect(await logOf(engine.bench, jobs[4])).toContain('a\nb\n')
  expect(logs[2]).toContain('T=***\n***')
})

test('G02 a step that may run only once still runs when its engine is killed before the command begins, and again before the next sandbox exists', async () => {
  await writeFile(
    join(engine.directory, 'secrets.json'),
    JSON.stringify({ token: { value: 'tok-7Hq2vLx9Zr4mWc8d', id: 'org/token' } }),
  )
  const id = await submit(engine.bench, [step('echo ran', { secrets: { T: 'token' } })])
  await engine.startToDieAt('start')
  await engine.startToDieAt('create')
  await engine.start()
  const { state, jobs } = await settled(engine.bench, id)
  expect([state, jobs[0]?.errorCode, await logOf(engine.bench, jobs[0])]).toEqual(['passed', null, 'ran\n'])
})
