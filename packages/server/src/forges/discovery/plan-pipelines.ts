/** Plans the changes of a discovery to the existing pipelines, as a pure function. */
import type { Discovered, EnvelopeError } from '@harmont/render'
import { parseTriggers } from '../triggers/parse-triggers.ts'
import type { Trigger } from '../triggers/trigger.ts'

/** A pipeline of the organization that belongs to the repository, or could be adopted by it. */
export interface KnownPipeline {
  readonly id: string
  readonly slug: string
  readonly source_slug: string | null
  readonly archived_by: 'person' | 'discovery' | null
  /** Whether this repository has defined it before. */
  readonly isOurs: boolean
}

/** A pipeline as its code defines it. */
export interface CodePipeline {
  readonly sourceSlug: string
  readonly name: string
  readonly allowManual: boolean
  readonly triggers: readonly Trigger[]
}

export interface PipelinePlan {
  /** `pipeline` is null if it is to be created. */
  readonly set: readonly { readonly pipeline: KnownPipeline | null; readonly code: CodePipeline }[]
  readonly archive: readonly KnownPipeline[]
  readonly errors: readonly EnvelopeError[]
}

const longestName = 255
const sourceSlugForm = /^[a-z][a-z0-9-]{0,63}$/

/** Matches, adopts, archives and restores pipelines, except invalid ones (`http.md` 11.5). */
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
  // A single pipeline without a source slug becomes the entry of the same name, or else the only
  // new entry.
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

/** Finds the repository's own pipeline, or one that a user or the CLI created for it. */
function sameSource(known: readonly KnownPipeline[], { sourceSlug }: CodePipeline): KnownPipeline | null {
  const same = known.filter(({ source_slug: each }) => each === sourceSlug)
  return same.find(({ isOurs }) => isOurs) ?? same[0] ?? null
}

function vanished(
  known: readonly KnownPipeline[],
  { pipelines }: Discovered,
  errors: readonly EnvelopeError[],
): readonly KnownPipeline[] {
  // A file that cannot be loaded may define any of them.
  if (errors.some(({ slug }) => slug === null)) return []
  const there = new Set([...pipelines, ...errors].map(({ slug }) => slug))
  return known.filter(({ isOurs, archived_by: by, source_slug: slug }) => isOurs && by === null && !there.has(slug))
}
