/** The reasons for refusing a runner: the codes, each with a page in `docs/errors/`. */
export const runnerRefusals = {
  runner_key_invalid: { status: 401, meaning: 'No runner can join with this key.' },
  runner_key_expired: { status: 401, meaning: 'The key for runners has expired.' },
  runner_key_used_up: { status: 403, meaning: 'The maximum number of runners has joined with this key.' },
  runner_request_invalid: { status: 400, meaning: 'A request of a runner is malformed.' },
  runner_unknown: { status: 401, meaning: 'This server does not know the runner.' },
  runner_signature_invalid: { status: 401, meaning: "The request was not signed with the runner's own key." },
  runner_counter_stale: { status: 409, meaning: 'The signature of the runner was used before.' },
  runner_token_invalid: { status: 401, meaning: 'The token of the runner is unknown or has expired.' },
  runner_revoked: { status: 401, meaning: 'The runner was revoked.' },
  runner_superseded: { status: 401, meaning: 'A newer process of the same runner has taken over.' },
} as const satisfies Record<string, { readonly status: number; readonly meaning: string }>

export type RunnerRefusalCode = keyof typeof runnerRefusals

/** The refusal of a runner. The message gives advice, and contains no secret. */
export class RunnerRefused extends Error {
  override readonly name = 'RunnerRefused'
  readonly code: RunnerRefusalCode
  /** The counter to sign, if the signature had another one. */
  readonly counter: number | undefined

  constructor(code: RunnerRefusalCode, message: string, counter?: number) {
    super(message)
    this.code = code
    this.counter = counter
  }

  get status(): number {
    return runnerRefusals[this.code].status
  }
}
