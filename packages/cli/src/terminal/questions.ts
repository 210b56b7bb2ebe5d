import type { Readable } from 'node:stream'
import { exits, HmError, usageError } from '../errors.ts'
import { inertText } from './inert.ts'
import type { Terminal } from './terminal.ts'

interface Question<T> {
  readonly message: string
  /**
   * The answer if no question is possible. Without a default, the command fails and names the flag.
   */
  readonly default?: T
  /** The flag or argument that answers the question, for the error: `--pipeline SLUG`. */
  readonly flag: string
}

/**
 * Asks the user on stderr. Rejects with exit 2 if no question is possible, and with 130 on Ctrl-C.
 */
export interface Questions {
  /** Whether questions are possible: on a terminal, and without `--yes`. */
  readonly possible: boolean
  confirm(question: Question<boolean>): Promise<boolean>
  text(question: Question<string> & { readonly validate?: (text: string) => string | undefined }): Promise<string>
  select(question: Question<string> & { readonly options: readonly Choice[] }): Promise<string>
  /** Asks without echoing the input. */
  secret(question: Question<never>): Promise<string>
}

interface Choice {
  readonly value: string
  readonly label: string
  readonly hint?: string
}

interface QuestionsOptions {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stderr: Terminal
  readonly yes: boolean
  readonly signal: AbortSignal
}

/** Asks questions on stderr with @clack/prompts, which is loaded for the first question. */
export function makeQuestions({ stdin, stderr, yes, signal }: QuestionsOptions): Questions {
  const possible = stdin.isTTY === true && stderr.isTerminal && !yes
  const answer = <A>(ask: (streams: Streams) => Promise<A>) =>
    untilEnd({ input: stdin, output: stderr.stream, signal }, ask)
  return {
    possible,
    async confirm(question) {
      if (!possible) return question.default ?? (yes || nobody(question))
      const { confirm } = await import('@clack/prompts')
      return answer((streams) =>
        confirm({ ...streams, message: inertText(question.message), initialValue: question.default ?? false }),
      )
    },
    async text(question) {
      if (!possible) return question.default ?? nobody(question)
      const { text } = await import('@clack/prompts')
      const { validate } = question
      const initial =
        question.default === undefined
          ? {}
          : { defaultValue: question.default, placeholder: inertText(question.default) }
      const check =
        validate === undefined ? {} : { validate: (typed?: string) => validate(typed || (question.default ?? '')) }
      return answer((streams) => text({ ...streams, ...initial, ...check, message: inertText(question.message) }))
    },
    async select(question) {
      if (!possible) return question.default ?? nobody(question)
      const { select } = await import('@clack/prompts')
      const initial = question.default === undefined ? {} : { initialValue: question.default }
      const options = question.options.map(inertChoice)
      return answer((streams) =>
        select<string>({ ...streams, ...initial, options, message: inertText(question.message) }),
      )
    },
    async secret(question) {
      if (!possible) return nobody(question)
      const { password } = await import('@clack/prompts')
      const validate = (typed?: string) => (typed ? undefined : 'Enter a value.')
      return answer((streams) => password({ ...streams, message: inertText(question.message), validate }))
    },
  }
}

function inertChoice({ value, label, hint }: Choice): Choice {
  return { value, label: inertText(label), ...(hint === undefined ? {} : { hint: inertText(hint) }) }
}

function nobody(question: { readonly message: string; readonly flag: string }): never {
  throw usageError(`${question.message} There is no terminal to ask on.`, `give ${question.flag}`)
}

interface Streams {
  readonly input: Readable
  readonly output: Terminal['stream']
  readonly signal: AbortSignal
}

/**
 * Returns the answer to a prompt. The end of the input (Ctrl-D, or a closed terminal) cancels it,
 * because the prompt ignores that end and would wait until the process has no work left.
 */
async function untilEnd<A>(streams: Streams, ask: (streams: Streams) => Promise<A>): Promise<Exclude<A, symbol>> {
  const { input, signal } = streams
  const over = new AbortController()
  let isAnswered = false
  // A prompt pauses the input at its end, even with an answer. Canceling an answered prompt would
  // take keys from the next question.
  const onPause = () =>
    setImmediate(() => {
      if (!isAnswered) over.abort(canceled('the end of the input'))
    })
  input.once('pause', onPause)
  input.once('end', onPause)
  const either = AbortSignal.any([signal, over.signal])
  try {
    const answer = await ask({ ...streams, signal: either })
    isAnswered = true
    if (isAnswer(answer)) return answer
  } finally {
    input.off('pause', onPause)
    input.off('end', onPause)
  }
  throw either.reason instanceof HmError ? either.reason : canceled('Ctrl-C')
}

function canceled(by: string): HmError {
  return new HmError(exits.canceled, 'canceled', `canceled by ${by}`)
}

/** Canceled prompts return a symbol. */
function isAnswer<A>(answer: A): answer is Exclude<A, symbol> {
  return typeof answer !== 'symbol'
}
