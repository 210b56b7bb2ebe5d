/**
 * The program that renders in a server's sandbox:
 * `node main.ts --dir PROJECT --slug SLUG --out FILE`. The sources of the packages are sibling
 * directories there, outside any `node_modules`, so their names are registered first.
 */
import { registerHooks } from 'node:module'

const doors: Readonly<Record<string, string>> = {
  '@harmont/ir': new URL('../../../ir/src/index.ts', import.meta.url).href,
  '@harmont/hm': new URL('../../../pipeline/src/index.ts', import.meta.url).href,
  '@harmont/source-set': new URL('../../../source-set/src/index.ts', import.meta.url).href,
}

registerHooks({
  resolve: (specifier, context, next) => {
    const url = doors[specifier]
    return url === undefined ? next(specifier, context) : { url, shortCircuit: true }
  },
})
await import('./program.ts')
