import type { Context } from '../context.ts'
import { type Line, span } from '../terminal/span.ts'
import { printTable } from '../terminal/table.ts'
import { charsetFor } from './charset.ts'
import { failureLines } from './failure/failure.ts'
import { endingText, likelyCause } from './failure/likely-cause.ts'
import { nextCommands } from './next-commands.ts'
import type { Run } from './run-model.ts'

interface WhyStep {
  readonly key: string
  readonly state: string
  /** The reason why it ran, was cached or was skipped. */
  readonly reason: string
}

interface Why {
  /** A name such as `run 12 of ci`. */
  readonly named: string
  readonly state: string
  /** The run, with the last lines of its failures. */
  readonly run: Run
  readonly steps: readonly WhyStep[]
  /** Whether the request is about one step. */
  readonly isOne: boolean
}

/**
 * Prints why a build failed, then why each step ran, was cached or was skipped. Prints only the
 * steps if none failed.
 */
export async function printWhy(
  { output, env, global }: Pick<Context, 'output' | 'env' | 'global'>,
  why: Why,
): Promise<void> {
  const { named, state, run, steps, isOne } = why
  const wanted = new Set(steps.map(({ key }) => key))
  const failures = run.failures.filter(({ key }) => wanted.has(key))
  if (global.json) {
    await output.json({
      state,
      failures: failures.map((step) => ({
        step: step.key,
        ending: endingText(step),
        exit_code: step.exitCode,
        error_code: step.errorCode,
        likely_cause: likelyCause(step),
      })),
      steps,
    })
    return
  }
  const charset = charsetFor(env)
  const [only] = steps
  const lines: Line[] = [
    [span(isOne && only ? `${only.key} in ${named}: ${only.state}` : `${named}: ${state}`, 'bold')],
    ...(isOne && only ? [[span(`  ${only.reason}`)]] : []),
    ...(!isOne && run.end?.message ? [[span(charset.text(run.end.message))]] : []),
    ...failures.flatMap((step) => failureLines(step, charset, output.stdout.columns())),
  ]
  for (const line of lines) await output.print(line)
  if (!isOne)
    await printTable(
      output,
      ['STEP', 'STATE', 'WHY'],
      steps.map(({ key, state, reason }) => [key, state, reason]),
    )
  const next = failures.length === 0 ? [] : nextCommands(run)
  for (const [index, [command]] of next.entries()) output.say(`${index === 0 ? 'next: ' : '      '}${command}`)
}
