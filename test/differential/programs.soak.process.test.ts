/**
 * Builds random pipeline programs with both SDKs. The IR must be equal byte for byte, and both must
 * refuse the same programs. A program with a difference becomes a vector.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parsePlan } from '@harmont/ir'
import { scaled, seed } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeProject } from '../../packages/ir/vectors/context.ts'
import { cacheKeys } from '../../packages/ir/vectors/oracle.ts'
import { runPython, runTypeScript } from '../golden/children.ts'
import { program } from './arbitrary.ts'
import { files } from './arbitrary-options.ts'
import type { Outcome } from './program.ts'

const total = scaled(150, 50_000)
const BATCH = 500
/** Programs of a batch share these files, because creating files takes most of the time. */
const PROJECTS = 50

test(`${total} random programs render to the same IR in both languages (HARMONT_TEST_SEED=${seed})`, {
  timeout: 60_000 + total * 100,
}, async () => {
  let built = 0
  for (let start = 0; start < total; start += BATCH) {
    const programs = fc.sample(program, { seed: seed + start, numRuns: Math.min(BATCH, total - start) })
    const root = mkdtempSync(join(tmpdir(), 'hm-programs-'))
    try {
      const projects = fc.sample(files, { seed: seed + start, numRuns: PROJECTS }).map((made, i) => {
        const project = join(root, String(i))
        mkdirSync(project)
        makeProject(made, project)
        return { files: made, project }
      })
      const jobs = programs.map((one, i) => {
        const { files: made = {}, project = root } = projects[i % PROJECTS] ?? {}
        return { program: { ...one, files: made }, project }
      })
      const [typeScript, python] = await Promise.all([
        runTypeScript<Outcome>(join(import.meta.dirname, 'run.ts'), jobs),
        runPython<Outcome>(join(import.meta.dirname, 'run.py'), jobs),
      ])
      for (const [i, { program: one, project }] of jobs.entries()) {
        const mine = typeScript[i]
        const other = python[i]
        const shown = () => `program ${start + i} of seed ${seed}: ${JSON.stringify(one)}`
        if (mine === undefined || other === undefined) throw new Error('an interpreter gave too few outcomes')
        if ('error' in mine || 'error' in other) {
          expect(
            [mine, other].map((outcome) => 'error' in outcome),
            `${shown()}\n${JSON.stringify([mine, other])}`,
          ).toEqual([true, true])
          continue
        }
        built++
        if (mine.definition !== other.definition) {
          expect(JSON.parse(other.definition), shown()).toEqual(JSON.parse(mine.definition))
          expect(other.definition, shown()).toBe(mine.definition)
        }
        const definition = JSON.parse(mine.definition)
        const keys = definition.graph.nodes.map((node: { step: { cache?: { key?: string } } }) => node.step.cache?.key)
        expect(cacheKeys(definition, { ...one, slug: 'vec' }, project), shown()).toEqual(keys)
        expect(parsePlan(mine.definition), shown()).toMatchObject({ ok: true })
      }
    } finally {
      rmSync(root, { recursive: true })
    }
  }
  // Refused programs test little, so most must be built.
  expect(built).toBeGreaterThan(total * 0.7)
})
