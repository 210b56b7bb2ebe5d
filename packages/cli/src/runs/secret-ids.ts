import { createHash } from 'node:crypto'
import type { EngineOptions } from '@harmont/engine'

/** Gives a run its secrets. One of another project with the same name is another secret: what was made with it is not for this one. */
export function secretIds(secrets: ReadonlyMap<string, string>, directory: string): EngineOptions['secrets'] {
  const project = createHash('sha256').update(directory).digest('hex').slice(0, 16)
  return {
    async of(_, names) {
      const known = names.flatMap((name) => {
        const value = secrets.get(name)
        return value === undefined ? [] : [[name, { value, id: `local:${project}:${name}` }] as const]
      })
      return { kind: 'values', values: new Map(known) }
    },
  }
}
