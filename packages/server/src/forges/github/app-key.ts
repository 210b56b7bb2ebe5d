import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Settings } from '../../platform/settings/read-settings.ts'
import { SettingsError } from '../../platform/settings/read-settings.ts'

type KeySettings = Pick<Settings, 'githubPrivateKey' | 'githubPrivateKeyPath'>

/** The GitHub App's private key as PKCS#8 PEM; null when none is set. Throws a SettingsError that names the variable. */
export function readAppKey({ githubPrivateKey, githubPrivateKeyPath }: KeySettings): string | null {
  if (githubPrivateKey !== null) return parseKey('HARMONT_GITHUB_PRIVATE_KEY', githubPrivateKey.replaceAll('\\n', '\n'))
  if (githubPrivateKeyPath === null) return null
  const variable = 'HARMONT_GITHUB_PRIVATE_KEY_PATH'
  try {
    return parseKey(variable, readFileSync(githubPrivateKeyPath, 'utf8'))
  } catch (error) {
    if (error instanceof SettingsError) throw error
    throw new SettingsError(`${variable}: expected a file that can be read, got \`${githubPrivateKeyPath}\`.`, {
      cause: error,
    })
  }
}

function parseKey(variable: string, text: string): string {
  try {
    const key = createPrivateKey(text)
    if (key.asymmetricKeyType === 'rsa') return key.export({ type: 'pkcs8', format: 'pem' }).toString()
  } catch {
    // The error of the parser says nothing that helps, and may quote the key.
  }
  throw new SettingsError(`${variable}: expected the RSA private key of the GitHub App as PEM, got something else.`)
}
