// The server and its operator's commands: as `scripts/build-programs.ts` built them, or the sources when these have changed.
// Plain JavaScript, because Node.js keeps 30 MiB for the types of a single file.
import { builtProgram } from '../../../scripts/built-programs.js'

await import(builtProgram('harmont') ?? '../src/main.ts')
