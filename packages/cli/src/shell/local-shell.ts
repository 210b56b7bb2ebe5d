import { readFileSync } from 'node:fs'
import type { Context } from '../context.ts'
import { type ExitCode, exits, HmError } from '../errors.ts'
import { planRun } from '../project/plan-run.ts'
import { readProject } from '../project/read-project.ts'
import { type RecordedStep, type RunRecord, stepsOf } from '../records/run-record.ts'
import { runFiles } from '../records/run-records.ts'
import { takeHistory } from '../runs/take-history.ts'
import { takeSource } from '../runs/take-source.ts'
import { withSandboxes } from '../sandboxes/with-sandboxes.ts'
import { chooseStep } from './choose-step.ts'
import { converse } from './converse.ts'
import { knownSecrets } from './known-secrets.ts'
import { openLocalShell } from './open-local-shell.ts'
import { openTerminal } from './raw-terminal.ts'
import { introduction } from './shell-words.ts'

/** A shell in what a step of a run of this machine left, or started from. Gives the exit code of the shell, or of `--cmd`. */
export async function localShell(context: Context<'shell'>, run: RunRecord, key?: string): Promise<ExitCode> {
  const { flags, output, directory, signal } = context
  const step = chooseStep(run, key)
  if (!flags.before && step.snapshot === null) throw nothingKept(run, step)
  return withSandboxes(context, async (home, opening) => {
    const plan = planRun(readFileSync(runFiles(home.runs, run.record).ir, 'utf8'), {
      steps: run.only ?? [],
      timeoutMs: undefined,
    })
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
        return await converse(shell.conversation, { stdin: context.stdin, output, terminal, signal })
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
    const fix = others.length === 0 ? `hm retry ${number}` : `open what another step left: ${others.join(', ')}`
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
