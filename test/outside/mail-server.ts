/** A mail server on loopback, with SMTP by `smtp-server` and mail parsing by `mailparser`. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'

export interface ReceivedMail {
  /** Recipients of the envelope. */
  readonly recipients: readonly string[]
  readonly sender: string
  /** The bytes as sent. */
  readonly raw: string
  readonly parsed: ParsedMail
}

export interface MailServer {
  /** Value for HARMONT_SMTP_URL. */
  readonly url: string
  readonly mails: readonly ReceivedMail[]
  /** Returns the n-th mail for a recipient, from 1, once it is there. Waits a minute. */
  mailTo(recipient: string, nth?: number, saying?: string): Promise<ReceivedMail>
  /** Refuses the next mail for this recipient temporarily. */
  refuse(recipient: string): void
  /** While true, mails are accepted and never answered. */
  hangs: boolean
  /** Number of mails accepted without an answer. */
  readonly hung: number
  stop(): Promise<void>
}

const login = { user: 'harmont', pass: 'a password/with:signs@' }

/** Starts one that asks for a user and a password. */
export async function startMailServer(): Promise<MailServer> {
  const mails: ReceivedMail[] = []
  const waiting = new Set<() => void>()
  const toRefuse = new Set<string>()
  const it = { hangs: false, hung: 0 }
  const server = new SMTPServer({
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    onAuth({ username, password }, _session, done) {
      const isRight = username === login.user && password === login.pass
      done(isRight ? null : new Error('wrong user or password'), isRight ? { user: username } : undefined)
    },
    onData(stream, { envelope }, done) {
      const take = async () => {
        const raw = await text(stream)
        if (it.hangs) {
          it.hung += 1
          return
        }
        if (envelope.rcptTo.some(({ address }) => toRefuse.delete(address))) {
          done(Object.assign(new Error('try again later'), { responseCode: 451 }))
          return
        }
        mails.push({
          recipients: envelope.rcptTo.map(({ address }) => address),
          sender: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
          raw,
          parsed: await simpleParser(raw),
        })
        done()
        for (const look of waiting) look()
      }
      take().catch(done)
    },
  })
  // Killed clients reset their connections.
  server.on('error', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo
  return Object.assign(it, {
    url: `smtp://${login.user}:${encodeURIComponent(login.pass)}@127.0.0.1:${port}`,
    mails,
    refuse(recipient: string) {
      toRefuse.add(recipient)
    },
    mailTo(recipient: string, nth = 1, saying = '') {
      return new Promise<ReceivedMail>((resolve, reject) => {
        const end = (act: () => void) => {
          waiting.delete(look)
          clearTimeout(timer)
          act()
        }
        const look = () => {
          const found = mails.filter(
            ({ recipients, parsed }) => recipients.includes(recipient) && parsed.text?.includes(saying),
          )[nth - 1]
          if (found !== undefined) end(() => resolve(found))
        }
        const timer = setTimeout(() => {
          const got = mails.map(({ recipients, parsed }) => `${recipients}: ${parsed.subject}`).join('\n')
          end(() => reject(new Error(`no mail ${nth} for ${recipient} within a minute; there are:\n${got}`)))
        }, 60_000)
        waiting.add(look)
        look()
      })
    },
    async stop() {
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  })
}

/** Returns the token of the only link of a mail. */
export function tokenIn(mail: ReceivedMail): string {
  const tokens = linksIn(mail).map((link) => new URL(link).searchParams.get('token'))
  const [token] = tokens
  if (tokens.length !== 1 || !token) throw new Error(`expected one link with a token, got: ${linksIn(mail)}`)
  return token
}

/** Returns the links in the text of a mail. */
export function linksIn({ parsed }: ReceivedMail): readonly string[] {
  return parsed.text?.match(/https?:\/\/\S+/g) ?? []
}
