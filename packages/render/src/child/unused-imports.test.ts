import { expect, test } from 'vitest'
import { withoutUnusedImports } from './unused-imports.ts'

test.each([
  ['a name that was a type goes', "import { Type, sh } from 'x'\nsh('a')", "import {       sh } from 'x'\nsh('a')"],
  [
    'also the last one, and a renamed one',
    "import { sh, A as B } from 'x'\nsh()",
    "import { sh,        } from 'x'\nsh()",
  ],
  ['lines stay lines', "import {\n  Type,\n  sh,\n} from 'x'\nsh()", "import {\n       \n  sh,\n} from 'x'\nsh()"],
  ['beside a default', "import d, { Type } from 'x'\nd()", "import d, {      } from 'x'\nd()"],
])('%s', (_, program, expected) => {
  expect(withoutUnusedImports(program)).toBe(expected)
})

test.each([
  ['what is used', "import { sh } from 'x'\nsh()"],
  ['a renamed one by its new name', "import { sh as run } from 'x'\nrun()"],
  ['what is handed on', "import { a } from 'x'\nexport { a }"],
  ['a name with a dollar sign', "import { $a } from 'x'\n$a()"],
  ['an import for its effect', "import 'x'"],
  ['a namespace', "import * as all from 'x'"],
  ['what a text holds', "const s = `x import { Type } from 'x'`"],
])('%s stays', (_, program) => {
  expect(withoutUnusedImports(program)).toBe(program)
})
