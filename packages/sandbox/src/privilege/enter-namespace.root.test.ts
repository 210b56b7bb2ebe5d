import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { spawnAsOrdinaryUser } from '@harmont/outside/ordinary-user'
import { expect, it } from 'vitest'
import { privilegeMode } from './privilege-mode.ts'

const inNamespace = fileURLToPath(new URL('in-namespace.test-support.ts', import.meta.url))

/** Waits until no shell that was started with this process's id remains. Gives up after 10 s. */
const untilReleased = `
  const { readdirSync, readFileSync } = require('node:fs')
  const commandOf = (pid) => { try { return readFileSync('/proc/' + pid + '/cmdline', 'utf8') } catch { return '' } }
  const isHeld = () => readdirSync('/proc').some((pid) => commandOf(pid).endsWith('\\0sh\\0' + process.pid + '\\0'))
  const look = (left) => !isHeld() ? console.log('released') : left > 0 ? setTimeout(look, 10, left - 1) : console.log('held')
  look(1000)
`

it.runIf(privilegeMode.kind === 'root')(
  'the process that holds a namespace ends once another process has entered it',
  async () => {
    const child = spawnAsOrdinaryUser(process.execPath, [inNamespace, '-e', untilReleased], '/')
    if (child.stdout === null) throw new Error('no output')
    expect(await text(child.stdout)).toBe('released\n')
  },
)
