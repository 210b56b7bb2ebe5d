/**
 * The guard of a driver directory: a process apart, which decides what sandboxes with a list of
 * hosts may reach. It has a user without rights and a network namespace of its own. The packet
 * rules of sandboxes bind its link too. See guard-process.ts.
 *
 * Argument: its directory, which is its working directory already.
 */
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { NameServer } from './name-server.ts'
import { NameNotes } from './names.ts'
import { type GuardConfig, guardFiles, Policies } from './policy.ts'
import { HostResolver } from './resolver.ts'
import { Tickets } from './tickets.ts'
import { TlsRelay } from './tls-relay.ts'

/** A guard that nobody stopped ends after so many looks at an empty directory. */
const looksUntilEnd = 10
const lookEveryMs = 60_000

// Relative, because the directories above are root's alone.
const files = guardFiles('.')
const config = JSON.parse(readFileSync(files.config, 'utf8')) as GuardConfig
// All modules are loaded, so nothing of the machine need be readable.
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
