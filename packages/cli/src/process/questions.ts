import type { Readable } from 'node:stream'
import type { Choice, Questions, Terminal } from '../command.ts'
import { exits, HmError, usageError } from '../errors.ts'

interface QuestionsOptions {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stderr: Terminal
  readonly yes: boolean
  readonly signal: AbortSignal
}

/** Questions on stderr by @clack/prompts, which is loaded with the first one that is really asked. */
export function makeQuestions({ stdin, stderr, yes, signal }: QuestionsOptions): Questions {
  const possible = stdin.isTTY === true && stderr.isTerminal && !yes
  const streams = { input: stdin, output: stderr.stream, signal }
  return {
    possible,
    async confirm(question) {
      if (!possible) return question.default ?? (yes || nobody(question))
      const { confirm } = await import('@clack/prompts')
      const answer = await confirm({ ...streams, message: question.message, initialValue: question.default ?? false })
      answered(answer, signal)
      return answer
    },
    async text(question) {
      if (!possible) return question.default ?? nobody(question)
      const { text } = await import('@clack/prompts')
      const { validate } = question
      const initial =
        question.default === undefined ? {} : { defaultValue: question.default, placeholder: question.default }
      const check =
        validate === undefined ? {} : { validate: (typed?: string) => validate(typed || (question.default ?? '')) }
      const answer = await text({ ...streams, ...initial, ...check, message: question.message })
      answered(answer, signal)
      return answer
    },
    async select(question) {
      if (!possible) return question.default ?? nobody(question)
      const { select } = await import('@clack/prompts')
      const initial = question.default === undefined ? {} : { initialValue: question.default }
      const options: Choice[] = [...question.options]
      const answer = await select<string>({ ...streams, ...initial, options, message: question.message })
      answered(answer, signal)
      return answer
    },
    async secret(question) {
      if (!possible) return nobody(question)
      const { password } = await import('@clack/prompts')
      const answer = await password({
        ...streams,
        message: question.message,
        validate: (typed) => (typed ? undefined : 'Nothing was typed.'),
      })
      answered(answer, signal)
      return answer
    },
  }
}

function nobody(question: { readonly message: string; readonly flag: string }): never {
  throw usageError(`${question.message} Nobody can be asked here.`, `give ${question.flag}`)
}

function answered<A>(answer: A, signal: AbortSignal): asserts answer is Exclude<A, symbol> {
  if (typeof answer !== 'symbol') return
  throw signal.reason instanceof HmError
    ? signal.reason
    : new HmError(exits.cancelled, 'cancelled', 'cancelled by Ctrl-C')
}
