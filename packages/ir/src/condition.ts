import { coversFile } from './path-glob.ts'
import { matchesRefGlob } from './wildcard.ts'

/** The `if` of a step (`ir.md` 1.4). All members must hold; a list holds if one entry does. */
export interface Condition {
  readonly event?: readonly string[]
  readonly branch?: readonly string[]
  readonly base_branch?: readonly string[]
  readonly tag?: readonly string[]
  readonly changed?: readonly string[]
  readonly env?: Readonly<Record<string, readonly string[]>>
  readonly local?: boolean
  readonly any?: readonly Condition[]
  readonly all?: readonly Condition[]
  readonly not?: Condition
}

/**
 * Facts about a build at its creation. A null or absent fact does not exist (a tag) or is unknown
 * (`changed`).
 */
export interface ConditionContext {
  readonly event: string
  readonly branch: string | null
  readonly baseBranch: string | null
  readonly tag: string | null
  /** The changed files; null if unknown, and then everything counts as changed. */
  readonly changed: readonly string[] | null
  readonly env: Readonly<Record<string, string>>
  readonly local: boolean
}

/**
 * Whether a step's condition holds (`ir.md` 1.4); a null condition always holds. A value that does
 * not exist makes its member false. An unknown list of changed files never skips work: below a
 * `not` it counts as unchanged.
 */
export function conditionHolds(condition: Condition | null, context: ConditionContext): boolean {
  return condition === null || holds(condition, context, true)
}

function holds(condition: Condition, context: ConditionContext, unknownCountsAs: boolean): boolean {
  const { event, branch, base_branch, tag, changed, env, local, any, all, not } = condition
  const sub = (entry: Condition) => holds(entry, context, unknownCountsAs)
  return (
    (event === undefined || event.includes(context.event)) &&
    fits(branch, context.branch) &&
    fits(base_branch, context.baseBranch) &&
    fits(tag, context.tag) &&
    (changed === undefined || (context.changed === null ? unknownCountsAs : touches(changed, context.changed))) &&
    (env === undefined || Object.entries(env).every(([name, globs]) => fits(globs, variable(context.env, name)))) &&
    (local === undefined || local === context.local) &&
    (any === undefined || any.some(sub)) &&
    (all === undefined || all.every(sub)) &&
    (not === undefined || !holds(not, context, !unknownCountsAs))
  )
}

function fits(globs: readonly string[] | undefined, value: string | null): boolean {
  return globs === undefined || (value !== null && globs.some((glob) => matchesRefGlob(glob, value)))
}

function touches(globs: readonly string[], files: readonly string[]): boolean {
  return files.some((file) => globs.some((glob) => coversFile(glob, file)))
}

function variable(env: Readonly<Record<string, string>>, name: string): string | null {
  return Object.hasOwn(env, name) ? (env[name] ?? null) : null
}
