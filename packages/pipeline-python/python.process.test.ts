import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const directory = fileURLToPath(new URL('.', import.meta.url))

it('passes its own tests in Python', async () => {
  const python = process.env.HM_PYTHON ?? 'python3'
  const env = { ...process.env, PYTHONPATH: 'src', PYTHONDONTWRITEBYTECODE: '1' }
  const words = ['-m', 'unittest', 'discover', '-s', 'tests', '-t', '.']
  const { stderr } = await promisify(execFile)(python, words, { cwd: directory, env })
  // Before Python 3.12, discovery that finds no tests also passes.
  expect(stderr).toMatch(/^Ran [1-9]\d+ tests in .*\n\nOK$/m)
})
