import process from 'node:process'
import { findUserByEmail } from '../identity/accounts/store.ts'
import { makeSetupLink } from '../identity/setup/setup-link.ts'
import { createLog } from '../platform/create-log.ts'
import { withDatabase } from '../platform/database/visit-database.ts'
import { readEmailAddress } from '../platform/names/email-address.ts'
import { type Environment, readSettings, SettingsError } from '../platform/settings/read-settings.ts'

/**
 * Runs `harmont setup-link [EMAIL]`: prints a one-time link that signs in as that user. Without an
 * address, the link is for the oldest owner, or creates the first one.
 */
export async function printSetupLink(args: readonly string[], environment: Environment): Promise<void> {
  const [text, ...more] = args
  const email = text === undefined ? null : readEmailAddress(text)
  if (email === undefined || more.length > 0)
    throw new SettingsError(`setup-link: expected one e-mail address or nothing, got \`${args.join(' ')}\`.`)
  const settings = readSettings(environment)
  const link = await withDatabase(settings, createLog('error'), async (pool) => {
    const userId = email === null ? null : await findUserByEmail(pool, email)
    if (userId === undefined) throw new SettingsError(`setup-link: expected the address of a user, got \`${email}\`.`)
    return makeSetupLink(pool, settings.publicUrl, userId)
  })
  process.stdout.write(`${link}\n`)
}
