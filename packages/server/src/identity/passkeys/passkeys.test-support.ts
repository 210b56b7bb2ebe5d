/** Users with authenticators, against a real server that sends to a real mail server. */
import { randomUUID } from 'node:crypto'
import { type MailServer, startMailServer, tokenIn } from '@harmont/outside/mail-server'
import { afterAll, beforeAll } from 'vitest'
import { Authenticator, type CreationOptions, type RequestOptions, type Wrong } from '../../testing/authenticator.ts'
import { type Answer, type TestServer, testServer } from '../../testing/server.ts'

export const origin = 'https://ci.example.com'

export interface Begun<O> {
  readonly challenge_id: string
  readonly options: O
}
export type SignedIn = { readonly token: string; readonly user: { readonly uuid: string; readonly email: string } }
/** A user's authenticator. */
export interface Person {
  readonly email: string
  readonly authenticator: Authenticator
  readonly token: string
  readonly userId: string
}

export interface SignInServer extends TestServer {
  readonly mails: MailServer
  post<T = Record<string, unknown>>(path: string, body?: unknown, token?: string | null): Promise<Answer<T>>
  /** Requests a sign-up mail and returns the token in it. */
  verificationToken(email: string): Promise<string>
  signupOptions(token: string): Promise<Begun<CreationOptions>>
  loginOptions(): Promise<Begun<RequestOptions>>
  registerOptions(token: string): Promise<Begun<CreationOptions>>
  login(authenticator: Authenticator, wrong?: Wrong): Promise<Answer<SignedIn>>
  /** Adds a passkey of a new authenticator. */
  addPasskey(token: string, authenticator?: Authenticator): Promise<Answer<{ readonly uuid: string }>>
  /** Signs up a user. */
  newPerson(authenticator?: Authenticator): Promise<Person>
  audited(action: string): Promise<readonly Record<string, unknown>[]>
}

/**
 * Must be called at the top of a test file. Rate limits are off unless the environment sets them.
 */
export function signInServer(environment: Readonly<Record<string, string>> = {}): SignInServer {
  let mails: MailServer | undefined
  const settings: Record<string, string> = {
    HARMONT_PUBLIC_URL: origin,
    HARMONT_RATE_LIMITS: 'off',
    ...environment,
  }
  beforeAll(async () => {
    mails = await startMailServer()
    settings.HARMONT_SMTP_URL = mails.url
  })
  afterAll(() => mails?.stop())
  const it = testServer(settings)
  const auth = '/api/v0/auth'
  const mailServer = () => {
    if (mails === undefined) throw new Error('the mail server does not run')
    return mails
  }
  const own: Omit<SignInServer, keyof TestServer | 'mails'> = {
    post: (path, body, token = null) => it.request(token, 'POST', `/api/v0${path}`, body),
    async verificationToken(email) {
      const begun = await it.request(null, 'POST', `${auth}/passkey/signup/begin`, { email, name: 'Ada' })
      if (begun.status !== 204) throw new Error(JSON.stringify(begun.body))
      return tokenIn(await mailServer().mailTo(email))
    },
    signupOptions: async (token) =>
      bodyOf(await it.request(null, 'POST', `${auth}/passkey/signup/options`, { verification_token: token })),
    loginOptions: async () => bodyOf(await it.request(null, 'POST', `${auth}/passkey/login/options`)),
    registerOptions: async (token) => bodyOf(await it.request(token, 'POST', `${auth}/passkey/register/options`)),
    async login(authenticator, wrong) {
      const { challenge_id, options } = await own.loginOptions()
      const assertion = authenticator.get(options, wrong)
      return it.request(null, 'POST', `${auth}/passkey/login/finalize`, { challenge_id, assertion })
    },
    async addPasskey(token, authenticator = new Authenticator(origin)) {
      const { challenge_id, options } = await own.registerOptions(token)
      const attestation = authenticator.create(options)
      return it.request(token, 'POST', `${auth}/passkey/register/finalize`, { challenge_id, attestation })
    },
    async newPerson(authenticator = new Authenticator(origin)) {
      const email = `${randomUUID()}@example.com`
      const token = await own.verificationToken(email)
      const { challenge_id, options } = await own.signupOptions(token)
      const { body } = await it.request<SignedIn>(null, 'POST', `${auth}/passkey/signup/finalize`, {
        ...{ challenge_id, verification_token: token, attestation: authenticator.create(options) },
      })
      return { email, authenticator, token: body.token, userId: body.user.uuid }
    },
    async audited(action) {
      const { rows } = await it.server.pool.query('select * from audit_events where action = $1', [action])
      return rows
    },
  }
  return Object.defineProperties(Object.assign({}, own) as SignInServer, {
    ...Object.getOwnPropertyDescriptors(it),
    mails: { get: mailServer },
  })
}

function bodyOf<T>({ status, body }: Answer<T>): T {
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`)
  return body
}
