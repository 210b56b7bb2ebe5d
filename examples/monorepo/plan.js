/**
 * Writes the steps that test this repository: one for each package, cached by the files of the
 * package and of those that it depends on. A package that no change affects is a cache hit.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

const packages = new Map(
  readdirSync('packages')
    .sort()
    .map((folder) => JSON.parse(readFileSync(`packages/${folder}/package.json`, 'utf8')))
    .map((one) => [one.name, one]),
)

/** Returns the packages of this repository that one depends on. */
function dependenciesOf(name) {
  return Object.keys(packages.get(name).dependencies ?? {}).filter((other) => packages.has(other))
}

/** Returns a package and all that it depends on, in order of their names. */
function closureOf(name) {
  const found = new Set([name])
  for (const one of found) for (const other of dependenciesOf(one)) found.add(other)
  return [...found].sort()
}

function digestOf(folders) {
  const hash = createHash('sha256')
  for (const folder of folders)
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }).sort(byPath))
      if (entry.isFile())
        hash
          .update(pathOf(entry))
          .update('\0')
          .update(readFileSync(pathOf(entry)))
          .update('\0')
  return hash.digest('hex')
}

function byPath(one, other) {
  return pathOf(one) < pathOf(other) ? -1 : 1
}

function pathOf({ parentPath, path, name }) {
  return join(parentPath ?? path, name)
}

const steps = [...packages.keys()].map((name) => {
  const folders = closureOf(name).map((one) => `packages/${one}`)
  return {
    type: 'command',
    key: `test-${name}`,
    label: `test ${name}`,
    // Without an image it would start from the files of this step, and depend on all of them.
    image: 'host',
    cmd: `node --test packages/${name}/test/*.test.js`,
    cache: { policy: 'on_change', paths: folders, key: digestOf(folders) },
    // Its tests say little while those below fail.
    depends_on: dependenciesOf(name).map((other) => `test-${other}`),
  }
})

const output = process.env.HARMONT_OUTPUT
if (output === undefined) console.log(JSON.stringify(steps, null, 2))
else {
  mkdirSync(join(output, 'steps'), { recursive: true })
  writeFileSync(join(output, 'steps/packages.json'), JSON.stringify({ version: '0', steps }))
}
