import { expect, test } from 'vitest'
import { type KnownPipeline, planPipelines } from './plan-pipelines.ts'

type Found = Parameters<typeof planPipelines>[1]

const known = (slug: string, source: string | null, more: Partial<KnownPipeline> = {}): KnownPipeline => ({
  ...{ id: slug, slug, source_slug: source, archived_by: null, isOurs: source !== null },
  ...more,
})
const found = (slugs: readonly string[], errors: Found['errors'] = []): Found => ({
  pipelines: slugs.map((slug) => ({ slug, name: '', allow_manual: true, triggers: [], file: '.hm/ci.ts' })),
  errors,
})
const becomes = (all: readonly KnownPipeline[], discovered: Found) => {
  const { set, archive } = planPipelines(all, discovered)
  return {
    set: set.map(({ pipeline, code }) => `${code.sourceSlug}=${pipeline?.slug ?? 'new'}`),
    archive: archive.map(({ slug }) => slug),
  }
}

test('an entry updates its earlier pipeline or creates one; pipelines missing from the code are archived', () => {
  const all = [known('core-ci', 'ci'), known('core-old', 'old')]
  expect(becomes(all, found(['ci', 'docs']))).toEqual({ set: ['ci=core-ci', 'docs=new'], archive: ['core-old'] })
})

test('neither a file that does not load nor an invalid pipeline causes archiving', () => {
  const all = [known('core-ci', 'ci'), known('core-old', 'old')]
  const failure = { file: '.hm/old.ts', code: 'render_failed', message: 'no', line: null } as const
  expect(becomes(all, found(['ci'], [{ ...failure, slug: null }])).archive).toEqual([])
  expect(becomes(all, found(['ci'], [{ ...failure, slug: 'old' }])).archive).toEqual([])
})

test('the only new entry adopts the only pipeline without a source slug, and keeps its slug', () => {
  expect(becomes([known('mine', null)], found(['ci'])).set).toEqual(['ci=mine'])
  expect(becomes([known('mine', null)], found(['ci', 'mine'])).set).toEqual(['ci=new', 'mine=mine'])
  expect(becomes([known('mine', null)], found(['ci', 'docs'])).set).toEqual(['ci=new', 'docs=new'])
  expect(becomes([known('mine', null), known('other', null)], found(['ci'])).set).toEqual(['ci=new'])
})

test('an invalid slug is an error that names its file', () => {
  const { set, errors } = planPipelines([], found(['Not A Slug']))
  expect(set).toEqual([])
  expect(errors).toMatchObject([{ file: '.hm/ci.ts', slug: 'Not A Slug', code: 'trigger_invalid' }])
})
