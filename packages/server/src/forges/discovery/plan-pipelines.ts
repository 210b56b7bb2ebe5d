/** What a discovery makes of the pipelines that there are: a function from data to data. */
import type { Discovered, EnvelopeError } from '@harmont/render'
import { parseTriggers } from '../triggers/parse-triggers.ts'
import type { Trigger } from '../triggers/trigger.ts'

/** A pipeline of the organization that belongs to the repository, or may. */
export interface KnownPipeline {
  readonly id: string
  readonly slug: string
  readonly source_slug: string | null
  readonly archived_by: 'person' | 'discovery' | null
  /** It was defined by this repository before. */
  readonly isOurs: boolean
}

/** What the code says of a pipeline. */
export interface CodePipeline {
  readonly sourceSlug: string
  readonly name: string
  readonly allowManual: boolean
  readonly triggers: readonly Trigger[]
}

export interface PipelinePlan {
  /** `pipeline` null: it is made. */
  readonly set: readonly { readonly pipeline: KnownPipeline | null; readonly code: CodePipeline }[]
  readonly archive: readonly KnownPipeline[]
  readonly errors: readonly EnvelopeError[]
}

const longestName = 255
const sourceSlugForm = /^[a-z][a-z0-9-]{0,63}$/

/** Identity, adoption, archiving and restoring (`http.md` 11.5). What has an error stays as it is. */
export function planPipelines(known: readonly KnownPipeline[], discovered: Discovered): PipelinePlan {
  const errors = [...discovered.errors]
  const codes: CodePipeline[] = []
  for (const { slug, name, allow_manual, triggers: given, file } of discovered.pipelines) {
    const { triggers, problems } = parseTriggers(given)
    if (!sourceSlugForm.test(slug))
      problems.push(`expected a slug like ${sourceSlugForm.source}, got ${JSON.stringify(slug.slice(0, 80))}.`)
    for (const problem of problems)
      errors.push({ file, slug, code: 'trigger_invalid', message: `${file}: ${slug}: ${problem}`, line: null })
    if (problems.length > 0) continue
    codes.push({ sourceSlug: slug, name: nameOf(name, slug), allowManual: allow_manual !== false, triggers })
  }
  const set = codes.map((code) => ({ pipeline: sameSource(known, code), code }))
  const unmatched = set.filter(({ pipeline }) => pipeline === null)
  const nameless = known.filter(({ source_slug: sourceSlug, archived_by: by }) => sourceSlug === null && by === null)
  const [only, another] = nameless
  // Which of several entries it should become nobody knows, unless one has its very name.
  const heir =
    unmatched.find(({ code }) => code.sourceSlug === only?.slug) ?? (unmatched.length === 1 ? unmatched[0] : undefined)
  const adopted = only !== undefined && another === undefined ? heir : undefined
  return {
    set: set.map((each) => (each === adopted ? { ...each, pipeline: only ?? null } : each)),
    archive: vanished(known, discovered, errors),
    errors,
  }
}

function nameOf(name: string, slug: string): string {
  const tidy = name.trim()
  return tidy === '' ? slug : tidy.slice(0, longestName).toWellFormed()
}

/** Ours, else one that was made by hand or by the CLI for this repository. */
function sameSource(known: readonly KnownPipeline[], { sourceSlug }: CodePipeline): KnownPipeline | null {
  const same = known.filter(({ source_slug: each }) => each === sourceSlug)
  return same.find(({ isOurs }) => isOurs) ?? same[0] ?? null
}

function vanished(
  known: readonly KnownPipeline[],
  { pipelines }: Discovered,
  errors: readonly EnvelopeError[],
): readonly KnownPipeline[] {
  // A file that does not load may hold any of them.
  if (errors.some(({ slug }) => slug === null)) return []
  const there = new Set([...pipelines, ...errors].map(({ slug }) => slug))
  return known.filter(({ isOurs, archived_by: by, source_slug: slug }) => isOurs && by === null && !there.has(slug))
}
