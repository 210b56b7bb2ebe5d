import { quoteWord } from '../terminal/quote-word.ts'
import type { Run } from './run-model.ts'

/** Returns suggested commands after a failure, each with its purpose. */
export function nextCommands({ failures, accepted }: Run): (readonly [command: string, gives: string])[] {
  const [first] = failures
  if (first === undefined) return []
  const number = accepted === null ? [] : [String(accepted.build.number)]
  const pipeline = accepted === null ? [] : ['-p', quoteWord(accepted.build.pipeline)]
  return [
    [['hm logs', ...number, '--failed', ...pipeline].join(' '), 'show the reports of the failed steps'],
    ...(first.startedAt === null
      ? []
      : [
          [
            ['hm shell', ...number, quoteWord(first.key), ...pipeline].join(' '),
            'open a shell where it failed',
          ] as const,
        ]),
    ...((first.tests?.failed ?? 0) > 0 ? [flakyCommand(first.key, accepted)] : []),
    [['hm retry', ...number, ...pipeline].join(' '), 'rerun failed steps and those they blocked'],
  ]
}

/** A server detects flaky tests automatically. */
function flakyCommand(step: string, accepted: Run['accepted']): readonly [command: string, gives: string] {
  return accepted === null
    ? [`hm flaky ${quoteWord(step)}`, 'find out which of its tests are flaky']
    : [`hm test ${accepted.build.number} -p ${quoteWord(accepted.build.pipeline)}`, 'show which failed tests are flaky']
}
