import type { Context } from '../context.ts'
import { type ExitCode, exits, HmError } from '../errors.ts'
import { readProject } from '../project/read-project.ts'
import { requireStep } from '../records/find-run.ts'
import { recordedPlan } from '../records/recorded-plan.ts'
import { type RecordedStep, type RunRecord, stepsOf } from '../records/run-record.ts'
import { knownSecrets } from '../runs/secrets.ts'
import { takeHistory, takeSource } from '../runs/take-source.ts'
import { withSandboxes } from '../sandboxes/with-sandboxes.ts'
import { localMinute } from '../terminal/amounts.ts'
import { converse, openTerminal } from './converse.ts'
import { openLocalShell } from './open-local-shell.ts'

/**
 * Opens a shell in a step's final or initial file system. Returns the exit code of the shell, or of
 * `--cmd`.
 */
export async function localShell(context: Context<'shell'>, run: RunRecord, key?: string): Promise<ExitCode> {
  const { flags, output, directory, signal, global } = context
  const step = chooseStep(run, key)
  if (!flags.before && step.snapshot === null) throw nothingKept(run, step)
  return withSandboxes(context, async (home, opening) => {
    const plan = recordedPlan(home.runs, run)
    const project = await readProject(directory)
    const secrets = knownSecrets(plan, step.key, context)
    const tree = flags.before ? await takeSource(home, project.sourceSet, output.say) : null
    const sandboxes = await opening
    const terminal = flags.cmd === undefined ? openTerminal(context) : null
    const config = await context.config()
    const forget = context.onSecondInterrupt(() => sandboxes.driver.killAll())
    try {
      const shell = await openLocalShell({
        home,
        sandboxes,
        run,
        plan,
        git: project.git,
        org: config.get('cloud.org'),
        tree,
        history: tree === null ? {} : await takeHistory(home, directory, project.git),
        secrets: secrets.values,
        key: step.key,
        before: flags.before,
        script: flags.cmd ?? null,
        size: terminal?.size() ?? null,
        log: (level, text, error) =>
          output.debug(`engine: ${level}: ${text}${error === undefined ? '' : `: ${error}`}`),
        fix: secrets.missing.length > 0 ? secrets.fix : `hm retry ${run.number}`,
      })
      try {
        output.say(introduction(run, step, flags.before))
        return await converse(shell.conversation, { stdin: context.stdin, output, terminal, signal, global })
      } finally {
        await shell.close()
      }
    } finally {
      forget()
    }
  })
}

function nothingKept({ number, events }: RunRecord, { key, state, attempts, message: why }: RecordedStep): HmError {
  if (attempts === 0 && state !== 'passed') {
    const message = `${key} did not start, so it left no file system to open${why === null ? '' : `: ${why}`}`
    const kept = stepsOf(events).filter(({ snapshot }) => snapshot !== null)
    const others = kept.slice(0, 5).map((step) => `hm shell ${number} ${step.key}`)
    const fix =
      others.length === 0 ? `hm retry ${number}` : `open the file system of another step: ${others.join(', ')}`
    return new HmError(exits.notFound, 'step_not_started', message, { fix })
  }
  const passed = state === 'passed'
  const message = passed
    ? `the file system of ${key} was not kept: only failed steps and steps that others build in keep theirs`
    : `the file system of ${key} was not kept`
  const before = `hm shell ${number} ${key} --before`
  const fix = passed ? before : `hm retry ${number}, or ${before}`
  return new HmError(exits.notFound, 'snapshot_gone', message, { fix })
}

/** Returns the step with this key, or the first failed step. Throws exit 5 if there is none. */
function chooseStep({ events, number }: Pick<RunRecord, 'events' | 'number'>, key?: string): RecordedStep {
  if (key !== undefined) return requireStep({ events, number }, key)
  const steps = stepsOf(events)
  const keys = steps.map((step) => step.key).join(', ')
  const failed = steps.filter(({ state }) => state === 'failed' || state === 'timed_out')
  const chosen = failed.find(({ softFailed }) => !softFailed) ?? failed[0]
  if (chosen !== undefined) return chosen
  throw new HmError(exits.notFound, 'nothing_failed', `no step of run ${number} failed`, {
    fix: `name a step: hm shell KEY; the steps are ${keys}`,
  })
}

/** Time for which a run's file systems are kept after its start. */
const keptMs = 24 * 60 * 60_000

/** Describes the file system of a shell, and when it is removed. */
function introduction(run: Pick<RunRecord, 'number' | 'startedAt'>, step: RecordedStep, before: boolean): string {
  const kept = `kept until ${localMinute(run.startedAt + keptMs)}`
  const whose = before
    ? `the initial file system of step ${step.key} of run ${run.number}, with the project's current files`
    : `the file system that step ${step.key} of run ${run.number} left (${ending(step)})`
  return `This is ${whose}, ${kept}. Changes made here are lost when it exits.`
}

function ending({ state, exitCode }: RecordedStep): string {
  if (state === 'timed_out') return 'timed out'
  return exitCode === null || exitCode === 0 ? state : `${state} with exit code ${exitCode}`
}
