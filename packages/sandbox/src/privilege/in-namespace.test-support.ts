/**
 * Program that an ordinary user runs: starts Node.js with the remaining arguments in a namespace in
 * which sandboxes can be made.
 */
import process from 'node:process'
import { enterNamespace } from './enter-namespace.ts'
import { privilegeMode } from './privilege-mode.ts'

await enterNamespace()
if (privilegeMode.kind !== 'mapped') throw new Error('no namespace could be had')
process.execve?.(process.execPath, [process.execPath, ...process.argv.slice(2)], process.env)
