import { chmod, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parse, stringify } from 'smol-toml'
import { exits, HmError } from '../errors.ts'
import type { Origin } from './config.ts'
import { replaceFile } from './replace-file.ts'
import { fileError, isTable, readTomlFile, valueAt } from './toml-file.ts'
import { lineOf } from './toml-lines.ts'

interface CredentialsSources {
  readonly file: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** The origin of the API base, used for `HM_API_TOKEN`. */
  readonly apiUrlOrigin: Origin
  readonly warn: (line: string) => void
}

const table = ['entries', 'harmont-cloud'] as const

type Token = { readonly token: string; readonly origin: 'HM_API_TOKEN' | 'file' }

/**
 * Stores tokens by API base (cli.md 3). Sends a token to its own base only. `HM_API_TOKEN` takes
 * precedence over the file.
 */
export class Credentials {
  readonly file: string
  readonly #sources: CredentialsSources

  constructor(sources: CredentialsSources) {
    this.file = sources.file
    this.#sources = sources
  }

  /**
   * Returns the token for this base and its origin. Rejects with exit 2 for a token that is not
   * valid in a header.
   */
  async token(apiUrl: string): Promise<Token | undefined> {
    const { env, apiUrlOrigin } = this.#sources
    const given = env.HM_API_TOKEN?.trim()
    if (given !== undefined && given !== '') {
      // A repository must not choose the server that receives the user's token.
      if (apiUrlOrigin.layer === 'project')
        throw new HmError(
          exits.usage,
          'token_for_other_server',
          `HM_API_TOKEN was not sent to ${apiUrl}, because only ${apiUrlOrigin.name} names that server`,
          { fix: `set HM_API_URL=${apiUrl} beside it if the token is for that server` },
        )
      return { token: sendable(given, 'HM_API_TOKEN'), origin: 'HM_API_TOKEN' }
    }
    const token = (await this.#entries()).tokens.get(withoutSlash(apiUrl))
    return token === undefined
      ? undefined
      : { token: sendable(token, `the token of ${apiUrl} in ${this.file}`), origin: 'file' }
  }

  async store(apiUrl: string, token: string): Promise<void> {
    const { document, tokens } = await this.#entries()
    await this.#write(document, tokens.set(withoutSlash(apiUrl), sendable(token, 'the token')))
  }

  /** Removes the token. Returns false if there was no token. */
  async remove(apiUrl: string): Promise<boolean> {
    const { document, tokens } = await this.#entries()
    if (!tokens.delete(withoutSlash(apiUrl))) return false
    await this.#write(document, tokens)
    return true
  }

  async #entries(): Promise<{ document: Record<string, unknown>; tokens: Map<string, string> }> {
    const { file } = this
    await this.#narrow(file, 0o600)
    const { document, text } = await readTomlFile(file)
    const found = valueAt(document, table.join('.'))
    if (found !== undefined && !isTable(found))
      throw fileError(file, lineOf(text, table.join('.')), `${table.join('.')} must be a table`)
    const tokens = new Map<string, string>()
    for (const [base, token] of Object.entries(found ?? {})) {
      // The message omits the value.
      if (typeof token !== 'string') throw fileError(file, undefined, `the token of ${base} must be a string`)
      tokens.set(withoutSlash(base), token)
    }
    return { document: parse(text), tokens }
  }

  async #write(document: Record<string, unknown>, tokens: ReadonlyMap<string, string>): Promise<void> {
    const { file } = this
    const others = document[table[0]]
    const changed = {
      ...document,
      [table[0]]: { ...(isTable(others) ? others : {}), [table[1]]: Object.fromEntries(tokens) },
    }
    try {
      await replaceFile(file, stringify(changed), { file: 0o600, directory: 0o700 })
      await this.#narrow(dirname(file), 0o700)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new HmError(exits.usage, 'credentials_unwritable', `could not write ${file}: ${why}`, { cause: error })
    }
  }

  /** Removes access to a file or directory for other users. */
  async #narrow(path: string, wanted: number): Promise<void> {
    const found = await stat(path).catch(() => undefined)
    if (found === undefined || process.platform === 'win32' || (found.mode & 0o777 & ~wanted) === 0) return
    await chmod(path, wanted)
    this.#sources.warn(`${path} was accessible to others; its permissions are now ${wanted.toString(8)}`)
  }
}

function withoutSlash(base: string): string {
  return base.replace(/\/+$/, '')
}

function sendable(token: string, what: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token
  throw new HmError(exits.usage, 'token_invalid', `${what} contains characters that no token has; it was not sent`, {
    fix: 'hm login',
  })
}
