import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parsePlan } from '@harmont/ir'
import { afterAll, describe, expect, test } from 'vitest'
import { cacheKeys, type Definition, positionKey } from '../packages/ir/vectors/oracle.ts'
import { jobsOf, makeVectors, renderPython, renderTypeScript } from './golden/vectors.ts'

const root = mkdtempSync(join(tmpdir(), 'hm-vectors-'))
afterAll(() => rmSync(root, { recursive: true }))
const vectors = makeVectors(root)
const sdks = [
  { sdk: 'TypeScript', answers: renderTypeScript(jobsOf(vectors, 'pipeline.ts')) },
  { sdk: 'Python', answers: renderPython(jobsOf(vectors, 'pipeline.py')) },
]

describe.each(sdks)('$sdk', ({ answers }) => {
  test.each(vectors.map(({ name, ...vector }, i) => ({ name, i, ...vector })))(
    '$name',
    async ({ i, expected, directory }) => {
      const answer = (await answers)[i]
      if (answer === undefined || 'error' in answer) throw new Error(answer?.error)
      // The first comparison as data shows a difference by member. The comparison as text adds the
      // order of members.
      expect(JSON.parse(answer.definition)).toEqual(JSON.parse(expected))
      expect(answer.definition).toBe(expected)
      const envelope = join(directory, 'envelope.json')
      if (existsSync(envelope)) {
        const { slug, name, allow_manual, triggers } = JSON.parse(answer.entry)
        expect(JSON.stringify({ slug, name, allow_manual, triggers })).toBe(readFileSync(envelope, 'utf8'))
      }
    },
  )
})

describe('the expected IR of a vector', () => {
  test.each(vectors)('$name has the keys of an independent oracle', ({ expected, context, project }) => {
    const definition: Definition = JSON.parse(expected)
    const { nodes, edges } = definition.graph
    const keys = cacheKeys(definition, context, project)
    expect(nodes.map(({ step }) => step.cache?.key)).toEqual(keys)
    for (const [i, { step }] of nodes.entries()) {
      if (!/^[0-9a-f]{12}$/.test(step.key)) continue
      const parent = edges.find(([, to, kind]) => to === i && kind === 'builds_in')?.[0]
      const parents = parent === undefined ? [''] : ['', nodes[parent]?.step.key ?? '']
      expect(parents.map((key) => positionKey(key, step.cmd, i))).toContain(step.key)
    }
  })

  test.each(vectors)('$name is a valid document with no warnings except about images', ({ expected }) => {
    const checked = parsePlan(expected)
    if (!checked.ok) throw new Error(checked.error.message)
    expect(checked.plan.warnings.filter((warning) => !warning.startsWith('The image at '))).toEqual([])
  })
})
