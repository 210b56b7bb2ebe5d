import { failJob, nextAttempt, recountUnmet, schedule, unmetAt } from '../advance.ts'
import { runsOnce } from '../decide-lease.ts'
import { addAttempt, currentJob, type Draft, patchJob } from '../draft.ts'
import { RENDER, type Slot, stepAt } from '../live-build.ts'
import type { BuildEvent, Job } from '../model.ts'
import { isHeld, isTerminal } from '../states.ts'
import { familyOf, filesFrom, homeOf, neededFiles } from './homes.ts'

/** A runner with inaccessible files, and the runner's snapshots that the server has. */
interface GoneRunner {
  readonly runner: string
  readonly kept: ReadonlySet<string>
  /** Completes a sentence that begins with the names of the steps that made the files. */
  readonly why: string
}

/**
 * Handles the loss of a runner and of all files on its machine. Steps whose files are needed by
 * waiting jobs run again on another machine. If such a step may not run twice, the jobs that need
 * its files fail. Leaves a family alone in which the runner still holds a job: the end of its lease
 * comes first.
 */
export function decideHolderGone(
  draft: Draft,
  { runner, kept }: Extract<BuildEvent, { readonly type: 'holder_gone' }>,
): boolean {
  const { live } = draft
  const gone = { runner, kept: new Set(kept), why: `were on the runner ${runner}, which is gone` }
  const done = new Set<Slot>()
  for (const [slot, job] of live.jobs.entries()) {
    if (job.state !== 'scheduled' || done.has(slot) || !misses(live, slot, runner)) continue
    const family = familyOf(live.steps, slot)
    if (family.some((member) => isHeldBy(currentJob(draft, member), runner))) continue
    for (const member of family) done.add(member)
    forget(draft, family, gone)
  }
  return done.size > 0
}

/**
 * Handles files that cannot be brought together on one runner. Makes them again on a runner that
 * has some of them: the first one, or another if steps of the others must not run twice. Changes
 * nothing while one of the other runners holds a job of the family.
 */
export function decideFilesApart(
  draft: Draft,
  slot: Slot,
  event: Extract<BuildEvent, { readonly type: 'files_apart' }>,
): boolean {
  if (slot === RENDER || currentJob(draft, slot).state !== 'scheduled') return false
  const { live } = draft
  const stuck = new Set(event.stuck)
  const kept = new Set(event.kept)
  const files = neededFiles(live, slot).filter(({ holder }) => holder !== null)
  const holders = [...new Set(files.flatMap(({ holder }) => holder ?? []))]
  const without = (keeper: string | undefined): readonly GoneRunner[] =>
    holders
      .filter(
        (runner) => runner !== keeper && files.some(({ holder, snapshot }) => holder === runner && stuck.has(snapshot)),
      )
      .map((runner) => ({ runner, kept, why: `are on the runner ${runner} and cannot leave it` }))
  const mayRepeat = (each: GoneRunner) =>
    [...lostBefore(draft, slot, each)].every((lost) => !runsOnce(stepAt(live, lost)))
  const keeper = holders.find((runner) => without(runner).every(mayRepeat)) ?? holders[0]
  const others = without(keeper)
  const family = familyOf(live.steps, slot)
  if (others.some(({ runner }) => family.some((member) => isHeldBy(currentJob(draft, member), runner)))) return false
  for (const each of others) forget(draft, family, each)
  return others.length > 0
}

/**
 * Returns whether the job at a slot would go to the runner, or starts from files on its machine.
 */
function misses(live: Draft['live'], slot: Slot, runner: string): boolean {
  return homeOf(live, slot) === runner || neededFiles(live, slot).some(({ holder }) => holder === runner)
}

/** Makes a family independent of the lost files of its runner. */
function forget(draft: Draft, family: readonly Slot[], gone: GoneRunner): void {
  const { runner } = gone
  const lost = new Map<Slot, ReadonlySet<Slot>>()
  for (const slot of family)
    if (!isTerminal(currentJob(draft, slot).state)) lost.set(slot, lostBefore(draft, slot, gone))
  for (const slot of family) {
    const job = currentJob(draft, slot)
    if (job.runner === runner) patchJob(draft, slot, { runner: null })
  }
  const again = new Set<Slot>()
  for (const [slot, needed] of lost) {
    const once = [...needed].find((each) => runsOnce(stepAt(draft.live, each)))
    if (once === undefined) for (const each of needed) again.add(each)
    else if (currentJob(draft, slot).state === 'scheduled') refuse(draft, slot, once, gone)
  }
  runAgain(draft, family, again, gone)
}

/**
 * Returns the passed steps that a step starts from, directly or indirectly, and whose files only
 * the runner had. A step that runs again also needs the files that it starts from.
 */
function lostBefore({ live }: Draft, slot: Slot, { runner, kept }: GoneRunner): ReadonlySet<Slot> {
  const lost = new Set<Slot>()
  const open = [slot]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const { from, snapshot, holder } of neededFiles(live, at)) {
      if (lost.has(from) || holder !== runner || kept.has(snapshot) || live.jobs[from]?.state !== 'passed') continue
      lost.add(from)
      open.push(from)
    }
  }
  return lost
}

function refuse(draft: Draft, slot: Slot, once: Slot, { why }: GoneRunner): void {
  const { name } = stepAt(draft.live, once)
  const errorMessage = `The files of \`${name}\` ${why}. \`${name}\` has secrets, identity tokens or a concurrency group, so it does not run again automatically. Rebuild to make its files again.`
  failJob(draft, slot, { state: 'failed', errorCode: 'provision_failed', errorMessage }, { final: true })
}

/** Starts a new attempt of each of these steps. The jobs that start from them wait for it. */
function runAgain(draft: Draft, family: readonly Slot[], again: ReadonlySet<Slot>, { why }: GoneRunner): void {
  for (const slot of again) addAttempt(draft, slot, nextAttempt(draft, slot))
  const waiting = new Set<Slot>(again)
  for (const slot of again)
    for (const dependent of draft.live.dependents[slot] ?? [])
      if (currentJob(draft, dependent).state === 'pending') waiting.add(dependent)
  for (const slot of family) {
    const from = filesFrom(stepAt(draft.live, slot)).filter((each) => again.has(each))
    const job = currentJob(draft, slot)
    if (from.length === 0 || job.state !== 'scheduled') continue
    patchJob(draft, slot, { state: 'pending', scheduledAt: null, notBefore: null })
    const names = from.map((each) => `\`${stepAt(draft.live, each).name}\``).join(', ')
    const text = `The files of ${names} ${why}. They are made again.`
    draft.effects.push({ type: 'remark', job: job.id, text })
    waiting.add(slot)
  }
  for (const slot of waiting) recountUnmet(draft, slot)
  for (const slot of again) if (unmetAt(draft, slot) === 0) schedule(draft, slot, null, null)
}

function isHeldBy({ state, runner }: Job, holder: string): boolean {
  return isHeld(state) && runner === holder
}
