/**
 * The guard of a driver directory: a separate process that decides which hosts sandboxes with an
 * egress list may reach. It runs as a user without rights, in its own network namespace. The
 * sandboxes' packet rules also apply to its link. See guard-process.ts.
 *
 * Argument: its directory, which is already its working directory.
 */
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { NameServer } from './name-server.ts'
import { NameNotes } from './names.ts'
import { type GuardConfig, guardFiles, Policies } from './policy.ts'
import { HostResolver } from './resolver.ts'
import { Tickets } from './tickets.ts'
import { TlsRelay } from './tls-relay.ts'

/** A guard that was not stopped ends after this many checks find no policies. */
const looksUntilEnd = 10
const lookEveryMs = 60_000

// Relative, because only root can enter the directories above.
const files = guardFiles('.')
const config = JSON.parse(readFileSync(files.config, 'utf8')) as GuardConfig
// From here on all modules are loaded, so no more files of the machine need to be readable.
process.setgroups?.([])
process.setgid?.(config.userId)
process.setuid?.(config.userId)

const policies = new Policies(files.policies)
const notes = new NameNotes(files.names)
const resolver = new HostResolver(config)
const tickets = new Tickets(config.address)
await new NameServer({ config, policies, notes, resolver, tickets }).listen()
await new TlsRelay({ config, policies, notes, resolver }).listen()
console.log('ready')

let empty = 0
setInterval(() => {
  const { left = 0, gone = [] } = policies.sweep() ?? {}
  for (const { report, ticket } of gone) {
    notes.forget(report)
    tickets.forget(ticket)
  }
  empty = left > 0 ? 0 : empty + 1
  if (empty === looksUntilEnd) process.exit()
}, lookEveryMs)
