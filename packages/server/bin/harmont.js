// Runs the server or an operator's command: the program built by `scripts/build-programs.ts`, or
// the sources if they have changed. This is plain JavaScript because stripping the types of even
// one file costs Node.js 30 MiB.
import { builtProgram } from '../../../scripts/built-programs.js'

await import(builtProgram('harmont') ?? '../src/main.ts')
