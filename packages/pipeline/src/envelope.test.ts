import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { forever, onChange } from './cache.ts'
import { sh } from './commands.ts'
import { renderEnvelope } from './envelope.ts'
import { resolvePipelineCacheKeys } from './lowering/resolve-keys.ts'
import { pipeline } from './pipeline.ts'
import { target } from './target.ts'
import { push } from './triggers/triggers.ts'

let base = ''
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'hm-envelope-'))
  writeFileSync(join(base, 'one'), 'one')
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(base, { recursive: true })
})

// ir.md 2.4: vec, deps, and vec, env
const deps = () => pipeline(sh('make gen').sh('make', { key: 'deps', cache: onChange('one') }))
const depsKey = 'c044f34b5e4c84c5fa86a8e9d7882978eaa6dacaaa9337f69518286cf250c116'
const env = () => pipeline(sh('make', { key: 'env', cache: forever({ envKeys: ['B', 'A'] }) }))
const envKey = '05dc7714787fcd917217eba8bad24bb977bb73d5a7a7d33a3f985068eed5d185'

describe('renderEnvelope', () => {
  it('returns the JSON of pipelines, given as values or functions, with cache keys from the disk', () => {
    const triggers = [push({ branch: 'main' })]
    const definitions = [
      { slug: 'vec', pipeline: deps },
      { slug: 'other', name: 'Other', allowManual: false, triggers, pipeline: () => env() },
    ]
    const text = renderEnvelope(definitions, { basePath: base, now: 1_760_000_000, env: { A: '1' } })
    const { schema_version, pipelines } = JSON.parse(text)
    expect(schema_version).toBe('1')
    expect(pipelines[0]).toMatchObject({ slug: 'vec', name: 'vec', allow_manual: true, triggers: [] })
    expect(Object.keys(pipelines[0])).toEqual(['slug', 'name', 'allow_manual', 'triggers', 'definition'])
    expect(pipelines[0].definition.graph.nodes[1].step.cache.key).toBe(depsKey)
    expect(pipelines[1]).toMatchObject({
      name: 'Other',
      allow_manual: false,
      triggers: [{ event: 'push', branches: ['main'] }],
    })
  })

  it('accepts a single pipeline, and does not change its IR', () => {
    const ir = deps()
    const text = renderEnvelope({ slug: 'vec', pipeline: ir }, { basePath: base })
    expect(text).toContain(depsKey)
    expect(ir).toEqual(deps())
  })

  it('returns IR without cache keys if no directory is given, like the released SDK', () => {
    const ir = deps()
    expect(JSON.parse(renderEnvelope([{ slug: 'vec', pipeline: ir }])).pipelines[0].definition).toEqual(ir)
  })

  it('evaluates targets again for each pipeline', () => {
    const fn = vi.fn(() => sh('make'))
    const step = target('base', fn)
    const made = () => pipeline(step())
    renderEnvelope([
      { slug: 'a', pipeline: made },
      { slug: 'b', pipeline: made },
    ])
    expect(fn).toHaveBeenCalledTimes(2)
  })

  it.each([
    [undefined, 'renderEnvelope: expected pipelines of the form { slug, pipeline }, got nothing.'],
    [[{ slug: 'CI', pipeline: {} }], 'renderEnvelope, slug: expected a slug like ^[a-z][a-z0-9-]{0,63}$, got "CI".'],
    [{ slug: 'ci', pipeline: Number }, 'renderEnvelope, ci: expected the result of pipeline(), got 0. Return it.'],
    [
      { slug: 'ci', pipeline: async () => env() },
      'renderEnvelope, ci: expected the result of pipeline(), got a promise. Await the function, and pass its result.',
    ],
    [{ slug: 'ci', name: '', pipeline: Number }, 'renderEnvelope, name: expected a non-empty string, got "".'],
    [{ slug: 'ci', triggers: {}, pipeline: Number }, 'renderEnvelope, triggers: expected a list, got an object.'],
    [
      [
        { slug: 'ci', pipeline: deps },
        { slug: 'ci', pipeline: deps },
      ],
      'renderEnvelope: expected one pipeline with the slug "ci", got two. Rename one of the two.',
    ],
  ])('refuses %j', (definitions, message) => {
    expect(() => Reflect.apply(renderEnvelope, undefined, [definitions])).toThrow(message)
  })
})

describe('resolvePipelineCacheKeys', () => {
  it('writes the keys into the graph', () => {
    const { graph } = env()
    resolvePipelineCacheKeys(graph, { pipelineSlug: 'vec', now: 1_760_000_000, env: { A: '1' } })
    expect(graph.nodes[0]?.step.cache?.key).toBe(envKey)
  })

  it('takes organization, slug and variables from the environment, unless they are given', () => {
    const key = (options: object) => {
      const { graph } = env()
      resolvePipelineCacheKeys(graph, options)
      return graph.nodes[0]?.step.cache?.key
    }
    vi.stubEnv('HM_PIPELINE_SLUG', 'vec')
    vi.stubEnv('A', '1')
    vi.stubEnv('B', undefined)
    expect(key({})).toBe(envKey)
    expect(key({ pipelineOrg: 'acme' })).not.toBe(envKey)
    vi.stubEnv('HM_PIPELINE_ORG', 'acme')
    expect(key({})).toBe(key({ pipelineOrg: 'acme' }))
    expect(key({ pipelineOrg: 'default' })).toBe(envKey)
    vi.stubEnv('HM_PIPELINE_SLUG', undefined)
    expect(() => key({})).toThrow('resolvePipelineCacheKeys, pipelineSlug: expected a non-empty string, got nothing.')
    expect(() => key({ now: 1.5 })).toThrow('resolvePipelineCacheKeys, pipelineSlug')
    expect(() => key({ base: 'x' })).toThrow('got "base". Correct the name, or remove it.')
  })
})
