/**
 * The program that renders in a server's sandbox: `node main.ts --dir PROJECT --slug SLUG --out
 * FILE`. The rooms' sources lie beside each other there and no `node_modules` knows them, so their
 * names are made known first.
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
