/**
 * `node packages/cli/scripts/seed-failures.ts [NAME...]`: makes `fixtures/failures` by running real
 * tools on small projects, each with one fault. The fault's line is the one that this table marks
 * with FAULT, not one found by our code. If a tool is missing on this machine, its file stays
 * unchanged.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

interface Seed {
  readonly files: Readonly<Record<string, string>>
  readonly command: string
  /** The program required to make the seed. */
  readonly needs: string
}

const root = fileURLToPath(new URL('../../..', import.meta.url))
const folder = fileURLToPath(new URL('../fixtures/failures/', import.meta.url))
const cart = `export function total(prices: number[]): number {
  return prices.reduce((sum, price) => sum + price, 0)
}
`

const seeds: Readonly<Record<string, Seed>> = {
  vitest: {
    files: {
      'src/cart.ts': cart,
      'src/cart.test.ts': `import { expect, test } from 'vitest'
import { total } from './cart.ts'

test('adds prices', () => {
  expect(total([1, 2])).toBe(3)
})

test('rounds half up', () => {
  expect(total([0.1, 0.2])).toBe(0.3) // FAULT
})
`,
      'vitest.config.ts': 'export default {}\n',
    },
    command: 'CI=1 npx vitest run --root . --reporter=default',
    needs: 'npx',
  },
  tsc: {
    files: {
      'src/cart.ts': `${cart}
const label: string = total([1]) // FAULT
console.log(label)
`,
      'tsconfig.json': '{"compilerOptions":{"strict":true,"noEmit":true,"types":[]},"include":["src"]}\n',
    },
    command: 'npx tsc -p . --pretty false',
    needs: 'npx',
  },
  'node-test': {
    files: {
      'cart.test.js': `import assert from 'node:assert'
import test from 'node:test'

test('adds', () => assert.equal(1 + 1, 2))

test('rounds', () => {
  assert.equal(Math.round(2.4), 3) // FAULT
})
`,
      'package.json': '{"type":"module"}\n',
    },
    command: 'node --test --test-reporter=spec',
    needs: 'node',
  },
  'node-uncaught': {
    files: {
      'migrate.js': `function connect(url) {
  if (url === undefined) {
    throw new TypeError('DATABASE_URL is not set') // FAULT
  }
}

console.log('migrating 14 files')
connect(undefined)
`,
    },
    command: 'node migrate.js',
    needs: 'node',
  },
  pytest: {
    files: {
      'test_invoice.py': `def total(lines):
    return sum(lines)


def test_adds():
    assert total([1, 2]) == 3


def test_vat():
    assert total([100, 19]) == 120  # FAULT
`,
    },
    command: 'python3 -m pytest -q test_invoice.py',
    needs: 'pytest',
  },
  unittest: {
    files: {
      'test_invoice.py': `import unittest


class Invoice(unittest.TestCase):
    def test_adds(self):
        self.assertEqual(1 + 1, 2)

    def test_vat(self):
        self.assertEqual(100 + 19, 120)  # FAULT


if __name__ == "__main__":
    unittest.main()
`,
    },
    command: 'python3 test_invoice.py',
    needs: 'python3',
  },
  'python-traceback': {
    files: {
      'load.py': `import json


def load(text):
    return json.loads(text)  # FAULT


print("loading settings")
load("{broken")
`,
    },
    command: 'python3 load.py',
    needs: 'python3',
  },
  'python-syntax': {
    files: { 'setup_site.py': 'import os\n\nprint("hello")\nfor name in os.listdir("."  # FAULT\n    print(name)\n' },
    command: 'python3 setup_site.py',
    needs: 'python3',
  },
  'cargo-test': {
    files: {
      'Cargo.toml': '[package]\nname = "cart"\nversion = "0.1.0"\nedition = "2021"\n',
      'src/lib.rs': `pub fn total(prices: &[u32]) -> u32 {
    prices.iter().sum()
}

#[cfg(test)]
mod tests {
    #[test]
    fn adds() {
        assert_eq!(super::total(&[1, 2]), 4); // FAULT
    }
}
`,
    },
    command: 'cargo test --offline',
    needs: 'cargo',
  },
  'cargo-build': {
    files: {
      'Cargo.toml': '[package]\nname = "cart"\nversion = "0.1.0"\nedition = "2021"\n',
      'src/main.rs': `fn main() {
    let name = String::from("cart");
    let taken = name;
    println!("{taken} {name}"); // FAULT
}
`,
    },
    command: 'cargo build --offline',
    needs: 'cargo',
  },
  'gcc-make': {
    files: {
      'src/main.c': `#include <stdio.h>

int main(void) {
  printf("%d\\n", total); // FAULT
  return 0;
}
`,
      Makefile: 'all: main.o\n\nmain.o: src/main.c\n\tgcc -Wall -c -o main.o src/main.c\n',
    },
    command: 'make',
    needs: 'gcc',
  },
  make: {
    files: { Makefile: 'all: schema.sql\n\nschema.sql:\n\t@echo generating\n\t@test -s model.txt # FAULT\n' },
    command: 'make',
    needs: 'make',
  },
  bash: {
    files: {
      'scripts/deploy.sh': `#!/bin/bash
set -euo pipefail
echo "deploying"
for host in one two; do
  echo "$host: $RELEASE_CHANNEL" # FAULT
done
`,
    },
    command: 'bash scripts/deploy.sh',
    needs: 'bash',
  },
  psql: {
    files: {
      'db/schema.sql': `create table invoice (id integer primary key, total numeric);
insert into invoice values (1, 10.50);
insert into invoice values (2, 3.25);
update invoice set vat = total * 0.19; -- FAULT
`,
    },
    command: 'psql -v ON_ERROR_STOP=1 -f db/schema.sql "$DATABASE_URL"',
    needs: 'psql',
  },
  java: {
    files: {
      'Main.java': `import java.util.List;

public class Main {
    static int first(List<Integer> all) {
        return all.get(0); // FAULT
    }

    public static void main(String[] args) {
        System.out.println("starting");
        first(List.of());
    }
}
`,
    },
    command: 'javac Main.java && java -cp . Main',
    needs: 'javac',
  },
  javac: {
    files: {
      'src/Cart.java': `public class Cart {
    public int total() {
        return "none"; // FAULT
    }
}
`,
    },
    command: 'javac -d out src/Cart.java',
    needs: 'javac',
  },
  perl: {
    files: {
      'load.pl': `use strict;
my $path = 'settings.ini';
open(my $file, '<', $path) or die "Cannot read $path: $!"; # FAULT
`,
    },
    command: 'perl load.pl',
    needs: 'perl',
  },
}

/** Logs of the same kind kept by another package, each with its fault located by hand. */
const kept: Readonly<Record<string, string>> = { jest: 'jest', eslint: 'eslint', 'go-test': 'go-test' }

interface Known {
  readonly file: string
  readonly line: number
  readonly exit: number
}

const knownFile = join(folder, 'seeds.json')
const known: Record<string, Known> = existsSync(knownFile) ? JSON.parse(readFileSync(knownFile, 'utf8')) : {}
const wanted = process.argv.slice(2)

for (const [name, seed] of Object.entries(seeds)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  if (spawnSync('sh', ['-c', `command -v ${seed.needs}`]).status !== 0) console.warn(`${name}: no ${seed.needs} here`)
  else known[name] = make(name, seed)
}
for (const [name, log] of Object.entries(kept)) {
  const fixtures = join(root, 'packages/logs/fixtures')
  cpSync(join(fixtures, `${log}.txt`), join(folder, `${name}.txt`))
  const rows = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as Record<string, readonly unknown[][]>
  const [, , , file, line] = rows[log]?.[0] ?? []
  known[name] = { file: String(file), line: Number(line), exit: 1 }
}
writeFileSync(knownFile, `${JSON.stringify(Object.fromEntries(Object.entries(known).sort()), null, 1)}\n`)

/** Runs a tool on its project, stores its output, and returns the fault's location. */
function make(name: string, { files, command }: Seed): Known {
  const project = mkdtempSync(join(tmpdir(), 'harmont-seed-'))
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(project, path)), { recursive: true })
      writeFileSync(join(project, path), text)
    }
    symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'))
    const { status, stdout } = spawnSync('sh', ['-c', `exec 2>&1; ${command}`], { cwd: project, maxBuffer: 2 ** 24 })
    if (status === 0 || status === null)
      throw new Error(`expected ${name} to fail, but it ended with ${status}: ${stdout}`)
    writeFileSync(join(folder, `${name}.txt`), stdout.toString().replaceAll(project, '/workspace'))
    return { ...faultIn(files), exit: status }
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
}

function faultIn(files: Seed['files']): { readonly file: string; readonly line: number } {
  for (const [file, text] of Object.entries(files)) {
    const line = text.split('\n').findIndex((each) => each.includes('FAULT')) + 1
    if (line > 0) return { file, line }
  }
  throw new Error('expected a seed to mark its fault')
}
